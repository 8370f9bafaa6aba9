"""Second comparison: what fails by the raw answers against the findings of a whole scan.

The way from a record to a resource is written here a second time, from what Checkov's addresses look like, so that the
engine's own way is held against something.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from scanner.core.finding import Finding, Status
from scanner.core.resource import Resource
from scanner.core.result import ScanResult
from scanner.engines.checkov.interface import DOCKERFILE, KUBERNETES, TERRAFORM_PLAN, Record, Unit
from tests.checkov_parity.differences import UNEXPLAINED, Compared, Difference
from tests.checkov_parity.judged import Judged, our_path

_INDEX = re.compile(r'\[(?:"(?:[^"\\]|\\.)*"|[^\]]*)\]')
_CALLS = re.compile(r"((?:module\.[^.]+\.)*)(.*)")
RECORD, FINDING = "only the raw answer", "only the findings"


@dataclass(frozen=True)
class _Place:
    """A resource that a record may be about, and in what way the record names it; the least is the surest."""

    rank: int
    how: str
    resource: Resource


def compare_findings(every: Sequence[Judged], result: ScanResult) -> Compared:
    """Every failure must be found again where it belongs, and no finding may fail without one."""
    told = _Told(result)
    agreeing = 0
    differences: list[Difference] = []
    for judged in every:
        names = _Names(judged.unit)
        for record in judged.answer.records:
            if record.result == "FAILED":
                kind, why = told.outcome(record, names.of(record), judged)
                agreeing += not kind
                if kind:
                    differences.append(_difference(kind, why, record, judged))
    title = "raw answers against the findings of a scan"
    return Compared(title, agreeing, tuple(sorted([*differences, *told.without_record()])))


def _difference(kind: str, why: str, record: Record, judged: Judged) -> Difference:
    where = f"{judged.unit.name}, line {record.start}"
    path = our_path(judged.unit, record.path)
    return Difference(kind, RECORD, record.check, path, record.resource, f"{where}: {why}" if why else where)


class _Told:
    """The findings of a scan; those that some record accounts for are remembered."""

    def __init__(self, result: ScanResult) -> None:
        self._result = result
        self._by_key = result.release.by_key
        self._accounted: set[str] = set()
        self._by_policy: dict[str, list[Finding]] = defaultdict(list)
        self._folded: dict[str, list[Finding]] = defaultdict(list)
        for finding in result.findings:
            self._by_policy[finding.policy.id].append(finding)
            for id_ in finding.also:
                self._folded[id_].append(finding)

    def outcome(self, record: Record, places: Sequence[_Place], judged: Judged) -> tuple[str, str]:
        """The kind of difference, empty for none, and what there is to say of it."""
        if not places:
            path = our_path(judged.unit, record.path)
            where = [each.location for each in self._result.notifications if each.location is not None]
            if any(it.path == path and record.start <= it.start_line <= record.end for it in where):
                return "no resource of ours: the parser makes nothing of it, and says so", ""
            return _absence(record, judged), ""
        ours = [each for each in self._by_policy[record.check] if self._is_on(each, places)]
        failing = [each for each in ours if each.status is Status.FAIL]
        if failing:
            self._accounted.update(each.fingerprint for each in failing)
            keys = {each.resource.key for each in places}
            is_on_part = not any(each.resource.key in keys for each in failing)
            return places[0].how or ("of a part of it, a container or its pod" if is_on_part else ""), ""
        unknown = [each for each in ours if each.status is Status.UNKNOWN]
        if unknown:
            return "not known: a value that decides is not", unknown[0].cause
        over = [each for each in self._folded[record.check] if self._is_on(each, places)]
        over += [each for each in self._folded[record.check] if not over and _is_decided_in(each, places)]
        if over:
            others = {str(each.status) for each in over}
            said = "fails too" if "fail" in others else " and ".join(f"says {each}" for each in sorted(others))
            return f"folded into a policy of the project, which {said}", f"{over[0].policy.id}: {over[0].message}"
        if ours and any(_is_nearer(other, record) for other in judged.answer.records):
            return "another record of the check names the same resource more closely, and passes", ""
        return UNEXPLAINED, f"the findings there: {', '.join(str(each.status) for each in ours) or 'none'}"

    def without_record(self) -> Iterator[Difference]:
        """The failures that no record accounts for."""
        for each in self._result.findings:
            is_checkov = each.policy.engine == "checkov"
            if is_checkov and each.status is Status.FAIL and each.fingerprint not in self._accounted:
                where = f"line {each.location.start_line}, {each.attribute or 'the block'}"
                yield Difference(UNEXPLAINED, FINDING, each.policy.id, each.location.path, each.resource.address, where)

    def _is_on(self, finding: Finding, places: Iterable[_Place]) -> bool:
        """Whether it is on one of the resources, on a part of one, or on what one is a part of."""
        chain = self._chain(finding.resource)
        return any(each.resource.key in chain or finding.resource.key in self._chain(each.resource) for each in places)

    def _chain(self, resource: Resource) -> list[str]:
        """The keys of the resource and of what it is a part of."""
        chain = [resource.key]
        while resource.parent in self._by_key and resource.parent not in chain:
            resource = self._by_key[str(resource.parent)]
            chain.append(resource.key)
        return chain


def _is_decided_in(finding: Finding, places: Iterable[_Place]) -> bool:
    """Whether what decided stands in one of the resources: the finding is on the one that this completes."""
    where = finding.location
    blocks = [each.resource.location for each in places]
    return any(it.path == where.path and it.start_line <= where.start_line <= it.end_line for it in blocks)


def _absence(record: Record, judged: Judged) -> str:
    """Why there is none, by the text that Checkov was given."""
    unit = judged.unit
    text = unit.files.get(record.path.lstrip("/"), b"").decode(errors="replace").splitlines()
    block = "\n".join(text[max(record.start - 1, 0) : record.end])
    if re.search(r"^\s*count\s*=", block, re.MULTILINE):
        return "no resource of ours: its count is 0"
    if re.search(r"^\s*for_each\s*=", block, re.MULTILINE):
        return "no resource of ours: its for_each is empty"
    if record.resource.startswith("module."):
        return "no resource of ours: its module is not called once"
    return UNEXPLAINED


def _is_nearer(other: Record, record: Record) -> bool:
    return (
        other.check == record.check
        and other.result == "PASSED"
        and other.path == record.path
        and _INDEX.sub("", other.resource) == _INDEX.sub("", record.resource)
        and other.resource != record.resource
    )


class _Names:
    """The resources of a unit by what Checkov may call them."""

    def __init__(self, unit: Unit) -> None:
        self._unit = unit
        self._by_path: dict[str, list[Resource]] = defaultdict(list)
        for each in unit.resources:
            self._by_path[each.location.path].append(each)

    def of(self, record: Record) -> list[_Place]:
        """Those that the record is about, named in the surest way that there is."""
        alone = self._unit.objects.get(record.path.lstrip("/"))
        here: Sequence[Resource] = self._by_path[self._unit.path_of(record.path)]
        if alone is not None:
            here = [alone]
        elif self._unit.framework == TERRAFORM_PLAN:
            here = self._unit.resources
        places = list(self._places(record, here))
        best = min((each.rank for each in places), default=0)
        return [each for each in places if each.rank == best]

    def _places(self, record: Record, here: Iterable[Resource]) -> Iterator[_Place]:
        for each in here:
            if self._unit.framework == DOCKERFILE:
                yield _Place(0, "", each)
            elif self._unit.framework == KUBERNETES:
                yield from self._object(record, each)
            else:
                yield from _block(record, each)

    def _object(self, record: Record, resource: Resource) -> Iterator[_Place]:
        metadata = resource.attributes.get("metadata")
        if resource.parent is not None or not isinstance(metadata, dict):
            return
        kind, namespace = resource.attributes.get("kind"), metadata.get("namespace", "default")
        name = f"{kind}.{namespace}.{metadata.get('name')}"
        is_rendered = record.path.lstrip("/") in self._unit.objects
        is_here = is_rendered or record.start <= resource.location.start_line <= record.end
        if record.resource == name:
            yield _Place(0, "", resource) if is_here else _Place(1, "an object that begins in another line", resource)
        elif not is_here:
            return
        elif record.resource.startswith(f"Pod.{namespace}.{metadata.get('name')}"):
            yield _Place(1, "of the pod that the object makes", resource)
        else:
            yield _Place(2, "an object that Checkov names in another way, by its lines", resource)


def _block(record: Record, resource: Resource) -> Iterator[_Place]:
    if resource.parent is not None:
        return
    calls, rest = _CALLS.fullmatch(record.resource).groups()  # type: ignore[union-attr]
    forms = {f"{calls}{form}{rest}": how for form, how in _FORMS.items()}
    forms[f"{calls}provider.{rest.removesuffix('.default')}"] = "a provider"
    if resource.address in forms:
        yield _Place(0, forms[resource.address], resource)
        return
    bare = {_INDEX.sub("", form): how for form, how in forms.items()}
    if _INDEX.sub("", resource.address) in bare:
        yield _Place(1, "of an instance that Checkov does not tell from the others, or we do not", resource)
    elif _last(resource.address) == _last(rest) and resource.location.start_line == record.start:
        yield _Place(2, "of a module that Checkov names by another call", resource)


_FORMS = {
    "": "",
    "data.": "a data source, which Checkov names as if it were a resource",
    "module.": "a call of a module",
}


def _last(address: str) -> list[str]:
    return _INDEX.sub("", address).split(".")[-2:]
