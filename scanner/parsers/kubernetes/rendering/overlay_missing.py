"""What has to be left out of an overlay that is rendered without some of its parts."""

from collections.abc import Iterator, Mapping
from typing import Any

from scanner.core.values import AttributePath
from scanner.parsers.kubernetes.reading import at, elements, mapping, word
from scanner.parsers.kubernetes.rendering.kustomization import Kustomization
from scanner.parsers.kubernetes.rendering.overlay_graph import Reached
from scanner.parsers.kubernetes.rendering.overlay_lines import Origins
from scanner.parsers.kubernetes.rendering.overlay_settings import GENERATORS


def without_missing(reached: Reached, origins: Origins) -> dict[str, list[AttributePath]]:
    """By the path of each Kustomization what to take out: the parts that cannot be had, and what changes only those."""
    found: dict[str, list[AttributePath]] = {}
    for problem in reached.problems:
        found.setdefault(problem.path, []).append(problem.whole)
    if any(problem.hides_objects for problem in reached.problems):
        names = origins.names()
        for path, node in reached.nodes.items():
            dependent = [*_patches(path, origins), *_references(node.kustomization, names)]
            if dependent:
                known = found.setdefault(path, [])
                known += [place for place in dependent if place not in known]
    return found


def _patches(path: str, origins: Origins) -> Iterator[AttributePath]:
    """The patches without a target whose objects are not there."""
    names = origins.names()
    for patch in origins.patches(path):
        bodies = [mapping(value) for value, _ in patch.documents]
        if patch.target is None and bodies:
            meant = [(str(body.get("kind")), word(at(body, "metadata", "name")) or "") for body in bodies]
            if not any(each in names for each in meant):
                yield patch.place


def _references(kustomization: Kustomization, names: frozenset[tuple[str, str]]) -> Iterator[AttributePath]:
    """Variables, replacements and merging generators whose object is not there."""
    body = kustomization.body
    for index, each in enumerate(elements(body.get("vars"))):
        if not _is_there(mapping(at(each, "objref")), names):
            yield "vars", index
    for index, each in enumerate(elements(body.get("replacements"))):
        source = mapping(at(each, "source"))
        if source and not _is_there(source, names):
            yield "replacements", index
    for key, kind in GENERATORS.items():
        for index, each in enumerate(elements(body.get(key))):
            merges = at(each, "behavior") in ("merge", "replace")
            if merges and (kind, word(at(each, "name")) or "") not in names:
                yield key, index


def _is_there(reference: Mapping[str, Any], names: frozenset[tuple[str, str]]) -> bool:
    kind, name = word(reference.get("kind")), word(reference.get("name"))
    return any((kind is None or kind == each[0]) and (name is None or name == each[1]) for each in names)
