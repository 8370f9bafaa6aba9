"""Finds the resources of ours that a record of Checkov is about."""

import re
from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import IntEnum
from typing import Any

from scanner.core.resource import Resource
from scanner.engines.checkov.interface import DOCKERFILE, KUBERNETES, TERRAFORM, Record, Unit

_INDEX = r'\[(?:"(?:[^"\\]|\\.)*"|[^\]]*)\]'
_INDICES = re.compile(_INDEX)
_STEPS = re.compile(rf"([^.\[]+)({_INDEX})?")
_MODULES = re.compile(rf"(?:module\.[^.\[]+(?:{_INDEX})?\.)*")


class Nearness(IntEnum):
    """How a record names a resource, the surest way first: of two records on one resource the nearer one counts."""

    NAMED = 0
    """By its address."""

    EXPANDED = 1
    """By the block where we know the instances, or by an instance where we do not."""

    BLOCK = 2
    """By the block that it is an instance of; which instance is meant does not show."""

    PLACE = 3
    """By nothing but the lines that it stands in."""


@dataclass(frozen=True)
class Found:
    """The resources that a record is about; none where we know nothing of what it names.

    `is_in_parts` says that what was judged is not the whole of them: a block of another file overrides it.
    """

    resources: tuple[Resource, ...] = ()
    nearness: Nearness = Nearness.PLACE
    is_in_parts: bool = False


@dataclass
class Addresses:
    """The resources of a unit by what Checkov calls them. It is asked the same very often and remembers."""

    unit: Unit
    _named: dict[Any, list[Resource]] = field(default_factory=lambda: defaultdict(list))
    _placed: dict[str, list[Resource]] = field(default_factory=lambda: defaultdict(list))
    _known: dict[tuple[str, str, int, int], Found] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for resource in self.unit.resources:
            names = self._names(resource)
            for name in names:
                self._named[name].append(resource)
            if names:
                self._placed[resource.location.path].append(resource)
        for resources in self._placed.values():
            resources.sort(key=_line)

    def of(self, record: Record) -> Found:
        """The resources that the record is about; of a Kubernetes object never its parts."""
        asked = (record.path, record.resource, record.start, record.end)
        found = self._known.get(asked)
        if found is None:
            found = self._known[asked] = self._find(record)
        return found

    def _names(self, resource: Resource) -> tuple[Any, ...]:
        """What a resource is looked up by; nothing for one that Checkov does not know as such."""
        if resource.parent is not None:
            return ()
        if self.unit.framework == DOCKERFILE:
            return (resource.location.path,)
        if self.unit.framework == KUBERNETES:
            return ((resource.location.path, resource.attributes.get("kind"), *_name_of(resource)),)
        bare = unindexed(resource.address)
        return (bare, (resource.location.path, bare)) if self.unit.framework == TERRAFORM else (bare,)

    def _find(self, record: Record) -> Found:
        path = self.unit.path_of(record.path)
        if self.unit.framework == DOCKERFILE:
            return _stage(record, self._named.get(path, ()))
        if self.unit.framework == KUBERNETES:
            return self._object(record, path)
        return self._block(record, path)

    def _block(self, record: Record, path: str) -> Found:
        """A block of Terraform. A plan names its instances, whatever file it says they stand in."""
        forms = _forms(record.resource)
        is_plan = self.unit.framework != TERRAFORM
        candidates: list[tuple[str, Resource]] = []
        for form in forms:
            bare = unindexed(form)
            candidates += [(form, each) for each in self._named.get(bare if is_plan else (path, bare), ())]
        if not is_plan:
            candidates = _at_line(record, candidates)
        overridden = [each for form in forms for each in self._named.get(unindexed(form), ())] if not candidates else []
        if overridden:
            return Found(tuple(overridden), Nearness.NAMED, is_in_parts=True)
        if not candidates:
            return Found()  # a block that has no instance, as its count is 0 or that of a module around it
        form = candidates[0][0]
        alike = [each for named, each in candidates if named == form]
        named = [each for each in alike if each.address == form]
        if named:
            return Found(tuple(named), Nearness.NAMED)
        expanded = [each for each in alike if _may_be(form, each.address)]
        if expanded:
            return Found(tuple(expanded), Nearness.EXPANDED)
        return Found(tuple(alike), Nearness.BLOCK)

    def _object(self, record: Record, path: str) -> Found:
        """An object of Kubernetes, or the object of a pod that Checkov has taken out of it."""
        kind, _, rest = record.resource.partition(".")
        namespace, _, name = rest.partition(".")
        alone = self.unit.objects.get(record.path.lstrip("/"))
        if alone is not None:
            return Found((alone,), Nearness.NAMED if alone.attributes.get("kind") == kind else Nearness.PLACE)
        named = self._named.get((path, kind, namespace, name), ())
        if named:
            at_line = [each for each in named if record.start <= each.location.start_line <= record.end]
            if at_line:
                return Found(tuple(at_line), Nearness.NAMED)
        placed = self._placed.get(path, [])
        first = bisect_left(placed, record.start, key=_line)
        near = placed[first : bisect_right(placed, record.end, first, key=_line)]
        if not near:  # in JSON a pod that was taken out of its object has the lines that it has in there
            near = [each for each in placed if _line(each) <= record.start <= each.location.end_line]
        same_kind = [each for each in near if each.attributes.get("kind") == kind]
        # What is named and stands elsewhere may be another object, whose names are divided by other points.
        return Found(tuple(same_kind or near)) if near or not named else Found(tuple(named), Nearness.NAMED)


def _stage(record: Record, stages: Iterable[Resource]) -> Found:
    """The stage that holds the instruction; what is said of the whole file is said of the image that is built."""
    ordered = sorted(stages, key=lambda each: each.location.start_line)
    if not ordered:
        return Found()
    if record.resource.endswith("."):
        return Found((ordered[-1],), Nearness.NAMED)
    above = [each for each in ordered if each.location.start_line <= record.start]
    return Found((above[-1] if above else ordered[0],), Nearness.NAMED)


def _line(resource: Resource) -> int:
    return resource.location.start_line


def _name_of(resource: Resource) -> tuple[str, str]:
    """The namespace and name of an object as Checkov has them."""
    metadata = resource.attributes.get("metadata")
    if not isinstance(metadata, Mapping):
        return "default", ""
    return str(metadata.get("namespace", "default")), str(metadata.get("name") or "")


def _forms(theirs: str) -> list[str]:
    """The addresses of ours that it can be: Checkov does not write what kind of block it is."""
    modules = _MODULES.match(theirs)
    module = modules[0] if modules else ""
    rest = theirs[len(module) :]
    if "." not in unindexed(rest):
        return [f"{module}module.{rest}"]
    providers = [f"{module}provider.{rest}", f"{module}provider.{rest.removesuffix('.default')}"]
    return [*dict.fromkeys((theirs, f"{module}data.{rest}", *providers))]


def unindexed(address: str) -> str:
    """An address without the indices of its steps."""
    return _INDICES.sub("", address) if "[" in address else address


def _at_line(record: Record, candidates: list[tuple[str, Resource]]) -> list[tuple[str, Resource]]:
    """Those that begin where the block does; Checkov does not know the lines of every one."""
    at_line = [pair for pair in candidates if pair[1].location.start_line == record.start]
    return at_line or candidates


def _may_be(theirs: str, ours: str) -> bool:
    """Whether two addresses of one block differ in nothing but that one of them does not say which instance."""
    steps, own = _steps(theirs), _steps(ours)
    return all(each == other or not each or other == "[*]" for each, other in zip(steps, own, strict=True))


def _steps(address: str) -> list[str]:
    """The index of each step of an address, empty where it has none."""
    return [index for _, index in _STEPS.findall(address)]
