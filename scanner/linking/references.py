"""What an attribute of a Terraform resource refers to, told by the line of the reference."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from scanner.core.location import Location
from scanner.core.resource import Link, Release, Resource
from scanner.core.values import ABSENT, AttributePath, Unresolved, reach

DATA = "data."


def referenced(release: Release, source: Resource, path: AttributePath, types: frozenset[str]) -> tuple[Resource, ...]:
    """The resources of `types` that the attribute at `path` refers to, also by way of a data source that reads one."""
    found: dict[str, Resource] = {}
    for link in _references(release, source, path):
        for target in (release.by_key.get(link.target), *_looked_up(release, link)):
            if target is not None and target.type in types:
                found[target.key] = target
    return tuple(found.values())


def is_open(release: Release, source: Resource, path: AttributePath) -> bool:
    """Whether the attribute is unknown and refers to no resource at all, not even to a data source."""
    unknown = any(isinstance(value, Unresolved) for _, value in reach(source.attributes, path))
    return unknown and not _references(release, source, path)


def written(resource: Resource, path: AttributePath) -> Iterator[tuple[AttributePath, Any]]:
    """What stands at `path`, once for every block on the way, known or not.

    A block that is not known as a whole is left out: nothing says what would stand in it.
    """
    for at, value in reach(resource.attributes, path):
        if value is not ABSENT and not isinstance(value, Mapping) and _names(at) == _names(path):
            yield at, value


def contradict(release: Release, one: Resource, other: Resource, attributes: Sequence[str]) -> bool:
    """Whether one of `attributes` shows that two resources do not lie in the same place.

    Both have to write it, and differ in its literal value or in what it refers to; letters' case makes no difference.
    """
    return any(_differ(release, one, other, name) for name in attributes)


def _differ(release: Release, one: Resource, other: Resource, name: str) -> bool:
    here, there = one.attributes.get(name), other.attributes.get(name)
    if isinstance(here, str) and isinstance(there, str):
        return here.casefold() != there.casefold()
    if not isinstance(here, Unresolved) or not isinstance(there, Unresolved):
        return False
    targets = [_targets(release, each, (name,)) for each in (one, other)]
    return all(targets) and targets[0].isdisjoint(targets[1])


def _targets(release: Release, source: Resource, path: AttributePath) -> frozenset[str]:
    """The keys of the resources that the attribute refers to; none when one of them is not in the release."""
    found: set[str] = set()
    for link in _references(release, source, path):
        behind = {target.key for target in _looked_up(release, link) if target is not None}
        target = release.by_key.get(link.target)
        if not behind and (target is None or target.type.startswith(DATA)):
            return frozenset()
        found |= behind or {link.target}
    return frozenset(found)


def _looked_up(release: Release, link: Link) -> tuple[Resource | None, ...]:
    hops = release.links_from.get(link.target, ()) if DATA in link.target else ()
    return tuple(release.by_key.get(hop.target) for hop in hops if hop.kind == "looks_up")


def _references(release: Release, source: Resource, path: AttributePath) -> tuple[Link, ...]:
    where = source.locate(path)
    links = release.links_from.get(source.key, ())
    return tuple(link for link in links if link.kind == "references" and _overlap(link.evidence, where))


def _names(path: AttributePath) -> tuple[str, ...]:
    return tuple(step for step in path if isinstance(step, str))


def _overlap(one: Location, other: Location) -> bool:
    if one.path != other.path or one.start_line > other.end_line or other.start_line > one.end_line:
        return False
    # Whole blocks of the JSON syntax may stand in one line; only their columns tell the attributes apart.
    lines = {one.start_line, one.end_line, other.start_line, other.end_line}
    if len(lines) > 1 or 1 in {one.start_column, other.start_column}:
        return True
    return one.start_column <= other.end_column and other.start_column <= one.end_column
