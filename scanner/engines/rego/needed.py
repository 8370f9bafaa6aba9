"""Which of the libraries the policies at hand can reach: the others are not loaded."""

import re
from collections.abc import Iterable, Iterator, Sequence

_PACKAGE = re.compile(r"^package[ \t]+lib\.(\w+)", re.MULTILINE)
_WORDS = re.compile(r'"(?:[^"\\\n]|\\.)*"|`[^`]*`|#.*$', re.MULTILINE)  # texts and comments
_DATA = re.compile(r"data\b(?:\s*\.\s*(?P<root>\w+)(?:\s*\.\s*(?P<name>\w+))?)?")
_INSIDE_A_NAME = re.compile(r"[\w.]")

_Text = tuple[str, str]


def needed(libraries: Sequence[_Text], policies: Iterable[str]) -> tuple[_Text, ...]:
    """Those of the libraries (path, text), in order, that the texts of `policies` name, directly or through others.

    `data` without a plain name after it, and `data.lib` without one, may mean any of them.
    """
    by_name: dict[str, list[_Text]] = {}
    for library in libraries:
        found = _PACKAGE.search(library[1])
        by_name.setdefault(found[1] if found else "", []).append(library)
    reached = {""}  # a package that is written otherwise may be called anything
    todo = [*policies, *(text for _, text in by_name.get("", ()))]
    while todo:
        for name in _named(todo.pop()):
            if not name:
                return tuple(libraries)
            if name not in reached:
                reached.add(name)
                todo += [text for _, text in by_name.get(name, ())]
    kept = {path for name in reached for path, _ in by_name.get(name, ())}
    return tuple(library for library in libraries if library[0] in kept)


def _named(text: str) -> Iterator[str]:
    """The names after `data.lib` in a module; an empty one where any may be meant."""
    code = _WORDS.sub('""', text)
    for found in _DATA.finditer(code):
        if found.start() and _INSIDE_A_NAME.match(code, found.start() - 1):
            continue
        if found["root"] in (None, "lib"):
            yield found["name"] or ""
