"""Removes quotes and puts ARG and ENV values in place, as the builder does; what it cannot know is `Unresolved`."""

from collections.abc import Mapping
from typing import Any

from scanner.core.values import Unresolved
from scanner.parsers.dockerfile.patterns import PatternError, without
from scanner.parsers.image_reference import MARK, image_parts

# What a name stands for: a text, an unknown, or None for an ARG that is declared without a default.
Variables = Mapping[str, str | Unresolved | None]

_MAX_DEPTH = 20
_CUTTING = ("#", "%", "/")
_SET_BY_THE_BUILDER = frozenset(
    f"{side}{part}" for side in ("TARGET", "BUILD") for part in ("PLATFORM", "OS", "ARCH", "VARIANT")
)


class _UnknownError(Exception):
    """The value depends on something that is not written in the file; `str()` says on what."""


def expand(written: str, variables: Variables, escape: str) -> str | Unresolved:
    """The value of one word."""
    try:
        return _Word(written, variables, escape).read("", 0, needed=True)
    except _UnknownError as unknown:
        return Unresolved(written, str(unknown))


def expand_marked(written: str, variables: Variables, escape: str, mark: str) -> str | None:
    """The value of one word with `mark` for every variable that is not known; None when it has no such shape."""
    try:
        return _Word(written, variables, escape, mark).read("", 0, needed=True)
    except _UnknownError:
        return None


def expand_image(written: str, variables: Variables, escape: str) -> dict[str, Any]:
    """The parts of the image reference that one word gives."""
    marked = expand_marked(written, variables, escape, MARK)
    return image_parts(MARK if marked is None else marked, expand(written, variables, escape))


class _Word:
    """One pass over a word from left to right; what is not `needed` is read past and never unknown."""

    def __init__(self, text: str, variables: Variables, escape: str, mark: str | None = None) -> None:
        self.text, self.variables, self.escape, self.mark = text, variables, escape, mark
        self.position = 0

    def read(self, until: str, depth: int, needed: bool, pattern: bool = False) -> str:
        """The value up to the unquoted character `until`, which is read past, or to the end of the word.

        In a `pattern` an escape stays, as it says that the character behind it is not special.
        """
        result: list[str] = []
        quoted = False
        while self.position < len(self.text):
            char = self.text[self.position]
            self.position += 1
            if char == until and not quoted:
                return "".join(result)
            if char == self.escape:
                following = self.text[self.position : self.position + 1]
                self.position += 1
                stays = pattern or (quoted and following not in ('"', "$", self.escape))
                result.append("\\" if pattern else char if stays else "")
                result.append(following)
            elif char == "'" and not quoted:
                end = self.text.find("'", self.position)
                end = len(self.text) if end < 0 else end
                inner = self.text[self.position : end]
                result.append(inner.replace("\\", "\\\\") if pattern else inner)
                self.position = end + 1
            elif char == '"':
                quoted = not quoted
            elif char == "$":
                result.append(self._variable(depth, needed))
            else:
                result.append(char)
        if until:
            raise _UnknownError("a ${ has no }")
        return "".join(result)

    def _variable(self, depth: int, needed: bool) -> str:
        """The value of the `$NAME` or `${NAME…}` after whose `$` the reader stands."""
        before = self.position - 1
        braced = self._skip("{")
        start = self.position
        while self.text[self.position : self.position + 1].isalnum() or self._at("_"):
            self.position += 1
        name = self.text[start : self.position]
        if not braced:
            return self._value(name, needed) if name else "$"
        if name and self._skip("}"):
            return self._value(name, needed)
        colon = self._skip(":")
        operator = self.text[self.position : self.position + 1]
        self.position += 1
        cuts = operator in _CUTTING and not colon
        if not name or not (cuts or operator in ("-", "+", "?")) or depth >= _MAX_DEPTH:
            raise _UnknownError(f"only the builder works out {self.text[before : before + 60]}")
        if cuts:
            return self._cut(name, operator, depth, needed)
        value = self.variables.get(name)
        if isinstance(value, Unresolved):
            self.read("}", depth + 1, needed=False)
            return self._value(name, needed)
        is_set = value is not None and not (colon and value == "")
        use_word = is_set == (operator == "+") and operator != "?"
        word = self.read("}", depth + 1, needed and use_word)
        if use_word:
            return word
        if operator == "?" or is_set:
            return self._value(name, needed)
        return ""

    def _cut(self, name: str, operator: str, depth: int, needed: bool) -> str:
        """The value without the front (`#`) or the end (`%`) that a pattern matches, or with it replaced (`/`)."""
        twice = self._skip(operator)
        before = self.position
        pattern = self.read("/" if operator == "/" else "}", depth + 1, needed, pattern=True)
        replacement = self.read("}", depth + 1, needed) if operator == "/" else ""
        value = self._value(name, needed)
        if value == self.mark:
            return value
        try:
            return without(value, pattern, operator, twice, replacement)
        except PatternError:
            raise _UnknownError(f"the builder refuses the pattern {self.text[before : before + 60]}") from None

    def _value(self, name: str, needed: bool) -> str:
        value = self.variables.get(name)
        if isinstance(value, str) or not needed:
            return str(value)
        if self.mark is not None:
            return self.mark
        if isinstance(value, Unresolved):
            raise _UnknownError(value.reason)
        if name in _SET_BY_THE_BUILDER:
            raise _UnknownError(f"{name} is set by the builder")
        if name in self.variables:
            raise _UnknownError(f"ARG {name} has no default")
        raise _UnknownError(f"no ARG or ENV before this line sets {name}")

    def _at(self, char: str) -> bool:
        return self.text[self.position : self.position + 1] == char

    def _skip(self, char: str) -> bool:
        at = self._at(char)
        self.position += at
        return at
