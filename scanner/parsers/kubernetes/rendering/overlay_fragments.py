"""Fragments of objects as people write them, and where in a fragment a value of the finished object is written."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from scanner.core.location import Location
from scanner.core.values import ABSENT, AttributePath
from scanner.parsers.kubernetes.reading import at, elements, mapping, word

# By what kustomize tells the elements of a list apart (the patch merge keys of the Kubernetes API).
_KEYS: Mapping[str, tuple[str, ...]] = {
    "ports": ("containerPort", "port", "name"),
    "volumeMounts": ("mountPath",),
    "volumeDevices": ("devicePath",),
    "hostAliases": ("ip",),
    "topologySpreadConstraints": ("topologyKey",),
    "tolerations": ("key",),
    "items": ("key",),
}
_OTHER_KEYS = ("name", "key", "id")


@dataclass(frozen=True)
class Fragment:
    """`value` stands at `start` in a document whose lines are `lines`; a base is the object that patches change."""

    value: Any
    lines: Mapping[AttributePath, Location] = field(repr=False)
    start: AttributePath = ()
    is_base: bool = False

    def where(self, inner: AttributePath) -> Location | None:
        return self.lines.get(self.start + inner)

    def find(self, rendered: Any, path: AttributePath) -> tuple[AttributePath, Any] | None:
        """Where in the fragment the rendered object's `path` is written, and what is written there."""
        written, inner, name = self.value, [], ""
        for step in path:
            found: str | int | None = None
            if isinstance(step, str):
                found, name = (step if isinstance(written, Mapping) and step in written else None), step
            elif isinstance(written, list) and isinstance(rendered, list):
                found = same_element(written, rendered, step, name, by_position=self.is_base)
            if found is None:
                return None
            inner.append(found)
            written, rendered = at(written, found), at(rendered, step)
        return tuple(inner), written

    def deletion(self, rendered: Any, path: AttributePath) -> Location | None:
        """Where the fragment takes out what `path` would lead to, or something around it."""
        for length in range(1, len(path) + 1):
            found = self.find(rendered, path[:length])
            if found is None:
                return None
            inner, written = found
            if written is None and at(rendered, *path[:length]) is None:
                return self.where(inner)
            if mapping(written).get("$patch") in ("delete", "replace"):
                return self.where((*inner, "$patch"))
        return None


def same_element(written: list[Any], rendered: list[Any], index: int, name: str, *, by_position: bool) -> int | None:
    """The position in `written` of the element that stands at `index` in the rendered list called `name`."""
    element = at(rendered, index)
    if not isinstance(element, Mapping):
        if at(written, index) == element:
            return index
        if element in written:
            return written.index(element)
    else:
        for key in _KEYS.get(name, _OTHER_KEYS):
            value = word(element.get(key))
            alike = [position for position, each in enumerate(written) if value and word(at(each, key)) == value]
            equal = [position for position in alike if written[position] == element]
            if alike:
                return index if index in alike and not equal else (equal or alike)[0]
        if element in written:
            return written.index(element)
    return index if by_position and len(written) == len(rendered) else None


@dataclass(frozen=True)
class Operation:
    """One operation of a JSON 6902 patch."""

    name: str
    tokens: tuple[str, ...]
    value: Any
    lines: Mapping[AttributePath, Location] = field(repr=False)
    start: AttributePath = ()

    def find(self, rendered: Any, base: Any, path: AttributePath) -> tuple[AttributePath, Any] | None:
        """Where in the operation `path` is written, and what is written there."""
        if self.name not in ("add", "replace") or not self._leads_to(rendered, base, path[: len(self.tokens)]):
            return None
        rest = path[len(self.tokens) :]
        inner = Fragment(self.value, self.lines).find(at(rendered, *path[: len(self.tokens)]), rest)
        return (("value", *inner[0]), inner[1]) if inner else None

    def removes(self, rendered: Any, base: Any, path: AttributePath) -> bool:
        return self.name == "remove" and self._leads_to(rendered, base, path[: len(self.tokens)])

    def where(self, inner: AttributePath) -> Location | None:
        for length in range(len(inner), -1, -1):
            found = self.lines.get(self.start + inner[:length])
            if found is not None:
                return found
        return None

    def _leads_to(self, rendered: Any, base: Any, path: AttributePath) -> bool:
        """Whether the path is that of the operation; elements of lists may have moved since it was applied."""
        if len(path) != len(self.tokens):
            return False
        name = ""
        for position, (token, step) in enumerate(zip(self.tokens, path, strict=True)):
            before = base
            if isinstance(step, str):
                if token != step:
                    return False
                name, base = step, at(base, step)
            else:
                here = at(rendered, *path[:position])
                was = (
                    same_element(before, here, step, name, by_position=False)
                    if isinstance(before, list) and isinstance(here, list)
                    else None
                )
                is_last = position == len(path) - 1
                if token not in (str(step), str(was), "-") and not (is_last and token.isdigit() and was is None):
                    return False
                base = at(before, was) if was is not None else None
        return True


def operations(value: Any, lines: Mapping[AttributePath, Location]) -> Iterator[Operation]:
    """The operations of a document that is a list of them."""
    for index, each in enumerate(elements(value)):
        path = at(each, "path")
        if isinstance(path, str) and path.startswith("/"):
            tokens = tuple(token.replace("~1", "/").replace("~0", "~") for token in path[1:].split("/"))
            yield Operation(word(at(each, "op")) or "", tokens, at(each, "value"), lines, (index,))


def value_at(value: Any, path: AttributePath) -> Any:
    """What `path` leads to, ABSENT when it leads nowhere; null counts as absent."""
    found = at(value, *path)
    return ABSENT if found is None else found
