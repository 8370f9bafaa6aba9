"""Turns what Checkov says into findings on our resources."""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from scanner.core.finding import Finding, RelatedLocation, Status
from scanner.core.location import Location
from scanner.core.policy import Policy
from scanner.core.resource import Release, Resource
from scanner.core.values import AttributePath, format_path, reach
from scanner.engines.checkov.answers.addresses import Addresses, Found, Nearness, unindexed
from scanner.engines.checkov.answers.attributes import Seen, holes, seen
from scanner.engines.checkov.answers.parts import container_at, pod_of
from scanner.engines.checkov.answers.verdicts import FAILED, Verdict, for_each, verdict
from scanner.engines.checkov.forms import is_misread
from scanner.engines.checkov.interface import DOCKERFILE, KUBERNETES, TERRAFORM, Answer, Record, Unit

# A block of data; of these Checkov gives no list.
_BEHIND = re.compile(r"(?:module\.[^.]+\.)*data\.")
_OVERRIDDEN = "another file overrides the block, and Checkov has judged each of the two as if there were no other"
_NOT_WORKED_OUT = "the value is known, and Checkov has judged another one that it took the expression for"
# Of an image checks want to know how it is pinned, and not where it comes from.
_ASKED: dict[AttributePath, tuple[AttributePath, ...]] = {("image",): (("image", "tag"), ("image", "digest"))}


def findings_of(
    addresses: Addresses, answer: Answer, policies: Mapping[str, Policy], release: Release
) -> list[Finding]:
    """One finding for each check and resource of a unit that it applies to. `policies` has the checks by id.

    A failure in several containers or instructions is one finding for each that Checkov names; of the containers of a
    pod that is the first.
    """
    unit = addresses.unit
    said: dict[tuple[str, str], list[_Said]] = {}
    for record in answer.records:
        if record.check in policies:
            for resource, judged in _judged(unit, record, addresses.of(record), release):
                said.setdefault((record.check, resource.key), []).append(judged)
    return [_finding(policies[check], each) for (check, _), several in said.items() for each in _counting(several)]


def unread_of(unit: Unit, answer: Answer) -> list[Location]:
    """Where Checkov could not read what is there: files with resources of ours, or objects as they were rendered.

    What is written in any file of a Terraform root may decide about all of its resources.
    """
    seen = {path.lstrip("/") for path in answer.unread}
    rendered = [unit.objects[path].location for path in sorted(seen & unit.objects.keys())]
    files = {unit.path_of(path) for path in seen - unit.objects.keys()}
    if unit.framework in (KUBERNETES, DOCKERFILE):
        files &= {resource.location.path for resource in unit.resources}
    return [*(Location(path, 1) for path in sorted(files)), *rendered]


def unseen_of(unit: Unit, answer: Answer) -> list[Resource]:
    """The resources of a Terraform root that Checkov does not know, although it has read the files that they are in."""
    if unit.framework != TERRAFORM:
        return []
    known = {(unit.path_of(path), address) for path, address in answer.resources}
    unread = {unit.path_of(path) for path in answer.unread}
    return [
        each
        for each in unit.resources
        if each.parent is None
        and not each.type.startswith("terraform_")
        and not _BEHIND.match(unindexed(each.address))
        and each.location.path not in unread
        and (each.location.path, unindexed(each.address)) not in known
    ]


def unplaced_of(addresses: Addresses, answer: Answer) -> list[Record]:
    """The failures that are about nothing of ours, where all that Checkov names should be there.

    Of Terraform it also judges blocks that have no instance, as their `count` is 0, and what a plan takes away.
    """
    if addresses.unit.framework not in (KUBERNETES, DOCKERFILE):
        return []
    return [each for each in answer.records if each.result == FAILED and not addresses.of(each).resources]


@dataclass(frozen=True)
class _Said:
    """What one record says of one resource. `subject` is that, or the part of it that decided, at `attribute`."""

    nearness: Nearness
    verdict: Verdict
    subject: Resource
    attribute: str
    location: Location
    is_in_parts: bool = False

    @property
    def order(self) -> tuple[str, str, int, str]:
        """By what the finding will be known by."""
        return (self.subject.key, self.attribute, self.location.start_line, self.verdict.cause)


def _judged(unit: Unit, record: Record, about: Found, release: Release) -> Iterator[tuple[Resource, _Said]]:
    """What the record says of each resource that it is about."""
    found: Sequence[Verdict] = [
        _of_known(record, verdict(record, each, unit.framework, release)) for each in about.resources
    ]
    if len(found) > 1 and about.nearness in (Nearness.EXPANDED, Nearness.BLOCK):
        found = for_each(record, found)
    for resource, each in zip(about.resources, found, strict=True):
        if unit.framework == KUBERNETES:
            yield resource, _of_object(record, about.nearness, each, release)
        else:
            said = _said(unit, record, about.nearness, resource, each)
            yield resource, replace(said, is_in_parts=about.is_in_parts)


def _of_known(record: Record, found: Verdict) -> Verdict:
    """The verdict, which proves nothing where Checkov has not judged the values that are known here."""
    if found.status is Status.UNKNOWN:
        return found
    for value in record.values:
        form, _, key = value.partition(":")
        misread = next((each for each in seen(found.resource.attributes, [key]) if is_misread(form, each)), None)
        if misread is not None:
            return Verdict(Status.UNKNOWN, found.resource, misread.path, _NOT_WORKED_OUT)
    return found


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
    if any(each.is_in_parts for each in several):
        return _of_overridden(several)
    nearest = min(each.nearness for each in several)
    counting = [each for each in several if each.nearness is nearest]
    for status in (Status.FAIL, Status.UNKNOWN, Status.PASS):
        alike = sorted((each for each in counting if each.verdict.status is status), key=lambda each: each.order)
        if alike:
            return _once(alike) if status is Status.FAIL else alike[:1]
    return []


def _of_overridden(several: Sequence[_Said]) -> list[_Said]:
    """Checkov judges the block and what overrides it each for itself: nothing is known where they differ."""
    first, *_ = sorted(several, key=lambda each: (each.is_in_parts, each.order))
    if len({each.verdict.status for each in several}) == 1:
        return [first] if first.verdict.status is not None else []
    return [replace(first, verdict=first.verdict._replace(status=Status.UNKNOWN, cause=_OVERRIDDEN))]


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
        message = f'whether {address} passes "{policy.title}" is not known'
    elif status is Status.PASS:
        message = f'{address} passes "{policy.title}"'
    else:
        message = f'{address} fails "{policy.title}"{_because(said)}'
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


def _because(said: _Said) -> str:
    """The value that decided, where it is a switch or a number: a text may be what a check takes for a secret."""
    found = reach(said.verdict.resource.attributes, said.verdict.path) if said.verdict.path else []
    if len(found) != 1 or not isinstance(found[0][1], bool | int):
        return ""
    return f": {said.attribute} is {json.dumps(found[0][1])}"


def _related(said: _Said) -> tuple[RelatedLocation, ...]:
    """Where what was judged is written, if what decided belongs to a resource that completes it."""
    decided = said.verdict.resource
    if decided.format != "terraform" or decided.key == said.subject.key:
        return ()
    return (RelatedLocation(said.subject.location, said.subject.address),)
