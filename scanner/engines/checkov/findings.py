"""Turns what Checkov says into findings on our resources."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from scanner.core.finding import Finding, RelatedLocation, Status
from scanner.core.location import Location
from scanner.core.policy import Policy
from scanner.core.resource import Release, Resource
from scanner.core.values import AttributePath, format_path, reach
from scanner.engines.checkov.addresses import Addresses, Found, Nearness
from scanner.engines.checkov.attributes import Seen, holes
from scanner.engines.checkov.interface import DOCKERFILE, KUBERNETES, Answer, Record, Unit
from scanner.engines.checkov.parts import container_at, pod_of
from scanner.engines.checkov.verdicts import FAILED, Verdict, for_each, verdict

# Of an image checks want to know how it is pinned, and not where it comes from.
_ASKED: dict[AttributePath, tuple[AttributePath, ...]] = {("image",): (("image", "tag"), ("image", "digest"))}


def findings_of(unit: Unit, answer: Answer, policies: Mapping[str, Policy], release: Release) -> list[Finding]:
    """One finding for each check and resource that it applies to. `policies` has the checks by id.

    A failure in several containers or instructions is one finding for each that Checkov names; of the containers of a
    pod that is the first.
    """
    addresses = Addresses(unit)
    said: dict[tuple[str, str], list[_Said]] = {}
    for record in answer.records:
        if record.check in policies:
            for resource, judged in _judged(unit, record, addresses.of(record), release):
                said.setdefault((record.check, resource.key), []).append(judged)
    return [_finding(policies[check], each) for (check, _), several in said.items() for each in _counting(several)]


def unread_of(unit: Unit, answer: Answer, release: Release) -> list[str]:
    """The files, by our path, that Checkov could not read although there are resources of ours in them."""
    del release
    ours = {resource.location.path for resource in unit.resources}
    return sorted(ours & {unit.path_of(path) for path in answer.unread})


def unplaced_of(unit: Unit, answer: Answer) -> list[Record]:
    """The failures that are about nothing of ours, where all that Checkov names should be there.

    Of Terraform it also judges blocks that have no instance, as their `count` is 0, and what a plan takes away.
    """
    if unit.framework not in (KUBERNETES, DOCKERFILE):
        return []
    addresses = Addresses(unit)
    return [each for each in answer.records if each.result == FAILED and not addresses.of(each).resources]


@dataclass(frozen=True)
class _Said:
    """What one record says of one resource. `subject` is that, or the part of it that decided, at `attribute`."""

    nearness: Nearness
    verdict: Verdict
    subject: Resource
    attribute: str
    location: Location

    @property
    def order(self) -> tuple[str, str, int, str]:
        """By what the finding will be known by."""
        return (self.subject.key, self.attribute, self.location.start_line, self.verdict.cause)


def _judged(unit: Unit, record: Record, about: Found, release: Release) -> Iterator[tuple[Resource, _Said]]:
    """What the record says of each resource that it is about."""
    found: Sequence[Verdict] = [verdict(record, each, unit.framework, release) for each in about.resources]
    if len(found) > 1 and about.nearness in (Nearness.EXPANDED, Nearness.BLOCK):
        found = for_each(record, found)
    for resource, each in zip(about.resources, found, strict=True):
        if unit.framework == KUBERNETES:
            yield resource, _of_object(record, about.nearness, each, release)
        else:
            yield resource, _said(unit, record, about.nearness, resource, each)


def _said(unit: Unit, record: Record, nearness: Nearness, resource: Resource, found: Verdict) -> _Said:
    location, attribute = found.resource.locate(found.path), format_path(found.path)
    if found.resource is not resource:
        attribute = f"{found.resource.address}.{attribute}" if attribute else found.resource.address
    elif unit.framework == DOCKERFILE and found.status is not Status.UNKNOWN:
        location = _instruction(record, resource)
    return _Said(nearness, found, resource, attribute, location)


def _of_object(record: Record, nearness: Nearness, found: Verdict, release: Release) -> _Said:
    """With the container that decided, or with the pod where Checkov has judged that apart from its object.

    Of a container more may be unknown than its object shows: an image with a placeholder in it is text like any other.
    """
    owner, location = found.resource, found.resource.locate(found.path)
    inner = container_at(owner, found.path, release)
    if inner is None:
        is_taken_out = record.resource.startswith("Pod.") and owner.attributes.get("kind") != "Pod"
        return _Said(
            nearness, found, pod_of(owner, release) if is_taken_out else owner, format_path(found.path), location
        )
    container, path = inner
    reached = [each for asked in _ASKED.get(path, (path,)) for each in reach(container.attributes, asked)]
    hole = next((hole for each in reached for hole in holes(Seen(*each))), None)
    if hole is not None and found.status is not None:
        found = Verdict(Status.UNKNOWN, owner, found.path, hole.value.reason)
    return _Said(nearness, found, container, format_path(path), location)


def _instruction(record: Record, stage: Resource) -> Location:
    """The instruction that the record is about; what is said of the whole file is said of the stage."""
    if record.resource.endswith("."):
        return stage.location
    for number in range(len(stage.attributes.get("instructions", ()))):
        location = stage.locate(("instructions", number))
        if location.start_line <= record.start <= location.end_line:
            return location
    return Location(stage.location.path, max(record.start, 1))


def _counting(several: Sequence[_Said]) -> list[_Said]:
    """What becomes of all that was said of one check and one resource.

    The records that name it most surely count. One failure is enough, and where there is none, one value that is not
    known. What Checkov says twice of the same place is one finding.
    """
    nearest = min(each.nearness for each in several)
    counting = [each for each in several if each.nearness is nearest]
    for status in (Status.FAIL, Status.UNKNOWN, Status.PASS):
        alike = sorted((each for each in counting if each.verdict.status is status), key=lambda each: each.order)
        if alike:
            return _once(alike) if status is Status.FAIL else alike[:1]
    return []


def _once(failures: Sequence[_Said]) -> list[_Said]:
    """One for each part, and of a stage one for each instruction."""
    found: dict[tuple[str, int], _Said] = {}
    for each in failures:
        line = each.location.start_line if each.subject.format == DOCKERFILE else 0
        found.setdefault((each.subject.key, line), each)
    return [*found.values()]


def _finding(policy: Policy, said: _Said) -> Finding:
    status, address = said.verdict.status, said.subject.address
    if status is Status.UNKNOWN:
        message = f'whether "{policy.title}" holds for {address} is not known'
    else:
        message = f'"{policy.title}" {"holds" if status is Status.PASS else "does not hold"} for {address}'
    return Finding(
        policy=policy,
        resource=said.subject,
        status=status or Status.UNKNOWN,
        message=message,
        location=said.location,
        attribute=said.attribute,
        related_locations=_related(said),
        cause=said.verdict.cause,
    )


def _related(said: _Said) -> tuple[RelatedLocation, ...]:
    """Where what was judged is written, if what decided belongs to a resource that completes it."""
    decided = said.verdict.resource
    if decided.format != "terraform" or decided.key == said.subject.key:
        return ()
    return (RelatedLocation(said.subject.location, said.subject.address),)
