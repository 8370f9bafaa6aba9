"""Finds what the message of a rule speaks of: a resource of the release, or a line of the document."""

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from scanner.core.location import Location
from scanner.core.resource import Release, Resource
from scanner.core.values import AttributePath, leaves

_SHORTEST = 3
_MOST_LEAVES = 20_000
_INDEX = re.compile(r"\[[^\]]*\]$")


@dataclass(frozen=True)
class Place:
    """What a finding is about, and the line that shows it."""

    resource: Resource
    location: Location


class Places:
    """The resources of a release by the file that they are written in."""

    def __init__(self, release: Release) -> None:
        self._release = release
        self._leaves: dict[str, list[tuple[str, AttributePath]]] = {}

    @cached_property
    def _by_path(self) -> Mapping[str, Sequence[Resource]]:
        found: defaultdict[str, list[Resource]] = defaultdict(list)
        for resource in self._release.resources:
            if resource.type not in ("document", "release"):
                found[resource.location.path].append(resource)
        return found

    def inside(self, document: Resource) -> list[Resource]:
        """The resources that are written in a document."""
        return [each for each in self._by_path.get(document.location.path, ()) if _holds(document.location, each)]

    def find(self, message: str, documents: Sequence[Resource], wanted: frozenset[str], said: Any = None) -> Place:
        """The place that a message is about: what it says itself as `_loc`, a resource that it names, a value in it.

        Of resources with one name those of a type among `wanted` are preferred. A Kubernetes object is found without
        being named, and where there is nothing else the place is the document.
        """
        place = self._said(said, documents[0])
        if place is not None:
            return place
        named: list[tuple[int, bool, Resource]] = []
        for document in documents:
            for resource in self.inside(document):
                length = max((len(name) for name in _names(resource) if _mentions(message, name)), default=0)
                if length:
                    named.append((length, resource.type in wanted, resource))
        if named:
            length, _, resource = max(named, key=lambda each: each[:2])  # the first of the best
            closer = self._by_value(message, documents, longer_than=length)  # the image, say, of the container
            if closer is not None and _holds(resource.location, closer.location):
                return Place(resource, closer.location)
            return Place(resource, resource.location)
        document = next((each for each in documents if _mentions(message, each.location.path)), documents[0])
        candidates = [document] if document is not documents[0] or len(documents) == 1 else documents
        return self._by_value(message, candidates) or self._whole(document)

    def _said(self, said: Any, document: Resource) -> Place | None:
        line = said.get("line") if isinstance(said, dict) else None
        if isinstance(line, str) and line.isdecimal() and len(line) < 10:
            line = int(line)
        if not isinstance(line, int) or isinstance(line, bool) or line < 1:
            return None
        path = said.get("file") or document.location.path
        if path not in self._release.files_by_path:
            return None
        others = [each for each in self._release.by_type.get("document", ()) if each.location.path == path]
        where = Location(str(path), line)
        return Place(self._at(where) or next(iter(others), document), where)

    def _by_value(self, message: str, documents: Sequence[Resource], longer_than: int = 0) -> Place | None:
        """The longest text of a document that the message repeats; with `longer_than` no plain word, as sentences are
        made of those."""
        best: tuple[int, Resource, AttributePath] | None = None
        for document in documents:
            for text, path in self._texts(document):
                if longer_than and text.isalpha():
                    continue
                if len(text) > (best[0] if best else longer_than) and text in message and _mentions(message, text):
                    best = len(text), document, path
        if best is None:
            return None
        _, document, path = best
        where = document.locate(path)
        if where == document.location:
            return None
        return Place(self._at(where) or document, where)

    def _texts(self, document: Resource) -> list[tuple[str, AttributePath]]:
        if document.key not in self._leaves:
            found = []
            for number, (path, value) in enumerate(leaves(document.attributes["contents"], ("contents",))):
                if number > _MOST_LEAVES:
                    break
                if isinstance(value, str) and len(value) >= _SHORTEST:
                    found.append((value, path))
            self._leaves[document.key] = found
        return self._leaves[document.key]

    def _at(self, where: Location) -> Resource | None:
        """The innermost resource that holds a line."""
        holding = [each for each in self._by_path.get(where.path, ()) if _holds(each.location, where)]
        return min(holding, key=lambda each: each.location.end_line - each.location.start_line, default=None)

    def _whole(self, document: Resource) -> Place:
        objects = [each for each in self.inside(document) if each.format == "kubernetes" and each.parent is None]
        if len(objects) == 1:
            return Place(objects[0], objects[0].location)
        return Place(document, document.location)


def _holds(outer: Location, inner: Resource | Location) -> bool:
    at = inner.location if isinstance(inner, Resource) else inner
    return outer.path == at.path and outer.start_line <= at.start_line <= outer.end_line


def _names(resource: Resource) -> Iterator[str]:
    """What messages call a resource."""
    yield resource.address
    if resource.format == "terraform":
        address = _INDEX.sub("", resource.address)
        yield from (address, address.rpartition(".")[2])
        stated = [resource.attributes.get(key) for key in ("name", "bucket")]
    else:
        metadata = resource.attributes.get("metadata")
        stated = [metadata.get("name") if isinstance(metadata, dict) else None, resource.attributes.get("name")]
    yield from (name for name in stated if isinstance(name, str) and name)


def _mentions(message: str, name: str) -> bool:
    """Whether a text has the name as a whole word; a very short one has to stand in quotes."""
    if name not in message:
        return False
    if len(name) < _SHORTEST:
        return any(f"{left}{name}{right}" in message for left, right in ("''", '""', "``", "[]", "()"))
    return re.search(rf"(?<![\w-]){re.escape(name)}(?![\w-])", message) is not None
