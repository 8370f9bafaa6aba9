"""Lines of a rendered object by the keys that its template writes: for what the marks of lines cannot tell."""

import re
from collections.abc import Iterator, Mapping
from functools import lru_cache

from scanner.core.location import Location
from scanner.core.values import AttributePath
from scanner.parsers.kubernetes.reading import at, mapping, word
from scanner.yaml_source import Document

_KEY = re.compile(r"^(\s*)((?:-\s+)*)[\"']?([^\s\"':{}#][^\"':{}]*?)[\"']?\s*:(?:\s|$)")
_INSERTION = re.compile(r"\{\{.*\b(?:toYaml|n?indent|tpl)\b")
_ELEMENT = re.compile(r"^(\s*)-(?:\s|$)")


class KeyLines(Mapping[AttributePath, Location]):
    """The line of the nearest key of a path that the template writes; `block` is the part that makes the object."""

    def __init__(self, document: Document, template: str, path: str) -> None:
        self._positions, self._path = document.locations, path
        self._lines = template.removesuffix("\n").split("\n")
        self._first, self._last = self._region(word(at(mapping(document.value), "kind")) or "")
        self._at = lru_cache(maxsize=4096)(self._find)

    @property
    def block(self) -> Location:
        first = next((line for line in range(self._first, self._last) if _KEY.match(self._lines[line])), self._first)
        return Location(self._path, first + 1, 1, max(first + 1, self._last), 1)

    def __getitem__(self, path: AttributePath) -> Location:
        if path not in self._positions:
            raise KeyError(path)
        line = self._at(path)[0]
        return Location(self._path, line + 1) if line >= 0 else self.block

    def __iter__(self) -> Iterator[AttributePath]:
        return iter(self._positions)

    def __len__(self) -> int:
        return len(self._positions)

    def _region(self, kind: str) -> tuple[int, int]:
        """The lines of the document with that kind: from its first to behind its last, without those of `---`."""
        wanted = re.compile(rf"^\s*[\"']?kind[\"']?\s*:\s*[\"']?{re.escape(kind)}\b")
        found = next((index for index, line in enumerate(self._lines) if wanted.match(line)), None)
        if found is None:
            return 0, len(self._lines)
        borders = [index for index, line in enumerate(self._lines) if line.startswith("---")]
        first = max((index + 1 for index in borders if index < found), default=0)
        return first, min((index for index in borders if index > found), default=len(self._lines))

    def _find(self, path: AttributePath) -> tuple[int, int]:
        """The line of the path and the indentation of its key, (-1, -1) when none of its keys is written."""
        if not path:
            return -1, -1
        line, indentation = self._at(path[:-1])
        start = max(self._first, line + 1 if line >= 0 else 0)
        step = path[-1]
        if isinstance(step, int):
            return self._element(start, step, (line, indentation))
        if len(path) > 1 and isinstance(path[-2], int) and line >= 0:
            start = line  # the first key of an element may stand in the line of its dash
        for index in range(start, self._last):
            match = _KEY.match(self._lines[index])
            if match is None:
                continue
            depth = len(match[1]) + len(match[2])
            if match[3] == step and depth > indentation:
                return index, depth
            if depth <= indentation and index > line:
                break
        return self._insertion(line, indentation), indentation

    def _insertion(self, line: int, indentation: int) -> int:
        """The line that puts whole lines in directly below the key in `line`, or else that key's line."""
        opened = False
        for index in range(line + 1, self._last) if line >= 0 else ():
            text = self._lines[index]
            if _INSERTION.search(text) and not opened:
                return index
            match = _KEY.match(text)
            if match:
                if len(match[1]) + len(match[2]) <= indentation:
                    break
                opened = text.rstrip().endswith(":")
        return line

    def _element(self, start: int, number: int, otherwise: tuple[int, int]) -> tuple[int, int]:
        depth = -1
        for index in range(start, self._last):
            match = _ELEMENT.match(self._lines[index])
            if match is None or (depth >= 0 and len(match[1]) != depth):
                continue
            if depth < 0 and len(match[1]) < otherwise[1]:
                break
            depth = len(match[1])
            if number == 0:
                return index, depth
            number -= 1
        return otherwise
