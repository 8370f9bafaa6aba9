"""The patches of a Kustomization: which objects they are for, and the fragments and operations that they consist of."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from scanner.core.location import Location
from scanner.core.values import AttributePath
from scanner.parsers.kubernetes.reading import at, elements, mapping, word
from scanner.parsers.kubernetes.rendering.kustomization import Kustomization, is_inline
from scanner.parsers.kubernetes.rendering.overlay_files import Files, NotReadError
from scanner.parsers.kubernetes.rendering.overlay_fragments import Fragment, Operation, operations
from scanner.yaml_source import load_documents_leniently

_BLOCK = re.compile(r"\|[-+0-9]*[ \t]*(?:#.*)?$")

Lines = Mapping[AttributePath, Location]
Writer = Fragment | Operation


@dataclass(frozen=True)
class Subject:
    """What patches look at to find their object: the names are those that it has had on its way through the layers."""

    kind: str
    group: str
    names: frozenset[str]
    namespaces: frozenset[str]
    labels: Mapping[str, Any] = field(default_factory=dict)

    def is_meant_by(self, selector: Mapping[str, Any]) -> bool:
        """Whether a target selects it: regular expressions that fit as a whole; labels by equality only."""
        names = {"kind": {self.kind}, "group": {self.group}, "name": self.names, "namespace": self.namespaces}
        for key, values in names.items():
            pattern = word(selector.get(key))
            if pattern and not any(_fits(pattern, value) for value in values):
                return False
        for term in (word(selector.get("labelSelector")) or "").split(","):
            key, equals, value = term.replace("==", "=").partition("=")
            if equals and not key.endswith("!") and word(self.labels.get(key.strip())) != value.strip():
                return False
        return True

    def is_named(self, body: Mapping[str, Any]) -> bool:
        """Whether a fragment of an object, or a reference to one, is about it."""
        kind, name = body.get("kind"), word(at(body, "metadata", "name"))
        return kind == self.kind and name in self.names


def _fits(pattern: str, value: str) -> bool:
    if pattern == value:
        return True
    try:
        return re.fullmatch(pattern, value) is not None
    except (re.error, RecursionError, OverflowError):
        return False


@dataclass(frozen=True)
class Patch:
    """Documents with their lines, and the target that they are for; without one each says itself what it is for."""

    target: Mapping[str, Any] | None
    documents: tuple[tuple[Any, Lines], ...] = field(repr=False)
    place: AttributePath = ()

    def writers(self, subject: Subject) -> Iterator[Writer]:
        if self.target is not None and not subject.is_meant_by(self.target):
            return
        for value, lines in self.documents:
            if isinstance(value, list):
                if self.target is not None:
                    yield from reversed(list(operations(value, lines)))
            elif self.target is not None or subject.is_named(mapping(value)):
                yield Fragment(value, lines)


def patches_of(kustomization: Kustomization, files: Files) -> list[Patch]:
    """The patches, the one that is applied last first."""
    body = kustomization.body
    found = []
    for index, entry in enumerate(elements(body.get("patchesStrategicMerge"))):
        place = ("patchesStrategicMerge", index)
        found.append(Patch(None, _documents(kustomization, place, None, entry, files), place))
    for key in ("patches", "patchesJson6902"):
        for index, entry in enumerate(elements(body.get(key))):
            target = at(entry, "target")
            place = (key, index)
            documents = _documents(kustomization, (*place, "patch"), at(entry, "path"), at(entry, "patch"), files)
            found.append(Patch(target if isinstance(target, Mapping) else None, documents, place))
    return found[::-1]


def _documents(
    kustomization: Kustomization, place: AttributePath, path: Any, inline: Any, files: Files
) -> tuple[tuple[Any, Lines], ...]:
    if not isinstance(path, str) and isinstance(inline, str) and place[-1] != "patch" and not is_inline(inline):
        path = inline
    if isinstance(path, str):
        try:
            documents: Sequence[Any] = files.documents(files.resolve(kustomization.folder, path))
        except NotReadError:
            return ()
        return tuple((document.value, document.locations) for document in documents)
    return tuple(inline_documents(kustomization, place, inline)) if isinstance(inline, str) else ()


def inline_documents(kustomization: Kustomization, place: AttributePath, text: str) -> Iterator[tuple[Any, Lines]]:
    """The documents of a text inside the Kustomization, with their lines in its file."""
    whole = kustomization.where(place)
    found = _start(kustomization.text, whole, text)
    documents, _ = load_documents_leniently(text, kustomization.path, found[0] if found else whole.start_line)
    for document in documents:
        yield document.value, _Moved(document.locations, found[1] if found else None, whole)


def _start(source: str, whole: Location, text: str) -> tuple[int, int] | None:
    """The line at which a block of text starts in the file and how far it is indented; None for text in quotes."""
    first = text.split("\n", 1)[0]
    lines = source.splitlines()
    for number in range(whole.start_line, min(whole.end_line, len(lines) - 1) + 1):
        line = lines[number]
        if _BLOCK.search(lines[number - 1]) and first.strip() and line.strip() == first.strip():
            return number + 1, len(line) - len(line.lstrip()) - (len(first) - len(first.lstrip()))
    return None


class _Moved(Mapping[AttributePath, Location]):
    """Lines of a text inside another one: further to the right, or all at one place when nobody can tell."""

    def __init__(self, lines: Lines, indent: int | None, whole: Location) -> None:
        self._lines, self._indent, self._whole = lines, indent, whole

    def __getitem__(self, path: AttributePath) -> Location:
        found = self._lines[path] if path else self._whole
        if self._indent is None:
            return self._whole
        return Location(
            found.path,
            found.start_line,
            found.start_column + (self._indent if path else 0),
            found.end_line,
            found.end_column + (self._indent if path else 0),
        )

    def __iter__(self) -> Iterator[AttributePath]:
        return iter(self._lines)

    def __len__(self) -> int:
        return len(self._lines)
