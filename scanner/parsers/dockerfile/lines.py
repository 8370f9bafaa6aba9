"""Cuts a Dockerfile into logical instructions, by the rules of BuildKit's line reader.

The grammar loses everything after the first construct it does not know, here-documents included, so the file is
cut first and the grammar reads one instruction at a time.
"""

import json
import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from dataclasses import dataclass

from scanner.core.location import Location

_DIRECTIVE = re.compile(r"#\s*([a-zA-Z][a-zA-Z0-9]*)\s*=\s*(\S.*)")
_DIRECTIVES = ("syntax", "escape", "check")
_ESCAPES = ("\\", "`")
_LONGEST_LINE = 65_534  # BuildKit's buffer holds one more, for the line's end
_HEREDOC = re.compile(r"\d*<<(-?)([^<]*)")
_HOLDS_HEREDOCS = re.compile(r"(?:ONBUILD\s+)*(?:RUN|COPY|ADD)\s+(?:--\S+\s+)*(?P<rest>.*)", re.IGNORECASE | re.DOTALL)


@dataclass(frozen=True)
class Word:
    """A piece of an instruction's text as written, and where in that text it starts."""

    text: str
    offset: int


@dataclass(frozen=True)
class Instruction:
    """One instruction: `text` is what follows the keyword, without continuations and comments.

    `pieces` says for offsets of `text` in which line and column they are written; `heredocs` are the bodies of
    its here-documents, and `heredoc_lines` the lines on which they begin. `too_long` is an instruction with a line that
    BuildKit refuses for its length.
    """

    path: str
    keyword: str
    text: str
    pieces: tuple[tuple[int, int, int], ...]
    start: tuple[int, int]
    end: tuple[int, int]
    heredocs: tuple[str, ...] = ()
    heredoc_lines: tuple[int, ...] = ()
    unterminated: str | None = None
    too_long: bool = False

    @property
    def location(self) -> Location:
        """From the keyword to the end of the last line, here-documents included."""
        return Location(self.path, *self.start, *self.end)

    def locate(self, word: Word) -> Location:
        """Where `word` is written."""
        start = self._position(word.offset)
        end = self._position(word.offset + max(len(word.text), 1) - 1)
        return Location(self.path, *start, *max(start, end))

    def _position(self, offset: int) -> tuple[int, int]:
        index = bisect_right(self.pieces, offset, key=lambda piece: piece[0]) - 1
        at, line, column = self.pieces[max(index, 0)]
        return line, column + max(0, offset - at)


def physical_lines(text: str) -> list[str]:
    """The lines of a file without their ends, whichever way they end."""
    lines = [line.removesuffix("\r") for line in text.removeprefix("\ufeff").split("\n")]
    return lines if lines[-1] else lines[:-1]


def escape_character(lines: list[str]) -> str:
    """What the parser directive `# escape=` at the top of the file says, else the backslash."""
    return next((value for name, value, _ in directives(lines) if name == "escape" and value in _ESCAPES), "\\")


def directives(lines: list[str]) -> Iterator[tuple[str, str, int]]:
    """The parser directives at the top of the file: name in lower case, value, and line."""
    for number, line in enumerate(lines, start=1):
        found = _DIRECTIVE.fullmatch(line.lstrip())
        if found is None or found[1].lower() not in _DIRECTIVES:
            return
        yield found[1].lower(), found[2].strip(), number


def refused_directives(lines: list[str]) -> Iterator[tuple[str, int]]:
    """What BuildKit finds wrong with the directives, and on which line."""
    seen: set[str] = set()
    for name, value, number in directives(lines):
        if name in seen:
            yield f"a second parser directive {name}", number
        elif name == "escape" and value not in _ESCAPES:
            yield "the parser directive escape takes \\ or `", number
        seen.add(name)


def instructions(path: str, lines: list[str], escape: str) -> Iterator[Instruction]:
    """Every instruction of the file, in order; comments and blank lines in between are left out."""
    continued = re.compile(rf"(?<!{re.escape(escape)}){re.escape(escape)}[ \t]*$")
    ends = _Ends(lines)
    number = 0
    while number < len(lines):
        line = lines[number].strip()
        if not line or line.startswith("#") or continued.fullmatch(line):
            number += 1
            continue
        first = number
        parts: list[tuple[str, int, int]] = []
        open_end = True
        while open_end and number < len(lines):
            line = lines[number]
            number += 1
            if parts and (not line.strip() or line.lstrip().startswith("#")):
                continue
            found = continued.search(line)
            open_end = found is not None
            column = len(line) - len(line.lstrip()) if not parts else 0
            parts.append((line[column : found.start() if found else len(line)], number, column + 1))
        found_bodies = _heredocs("".join(text for text, _, _ in parts), ends, number, escape)
        number = found_bodies.after
        last = max(number, first + 1)
        end = (last, max(1, len(lines[last - 1].rstrip())))
        too_long = any(_is_too_long(line) for line in lines[first:last])
        yield _instruction(path, parts, end, found_bodies, too_long)


def _instruction(
    path: str,
    parts: list[tuple[str, int, int]],
    end: tuple[int, int],
    found: "_Bodies",
    too_long: bool,
) -> Instruction:
    joined = "".join(text for text, _, _ in parts)
    keyword = joined.split(maxsplit=1)[0]
    skipped = len(joined) - len(joined[len(keyword) :].lstrip())
    pieces = []
    offset = -skipped
    for text, line, column in parts:
        pieces.append((offset, line, column))
        offset += len(text)
    start = (parts[0][1], parts[0][2])
    text = joined[skipped:].rstrip()
    return Instruction(
        path,
        keyword.upper(),
        text,
        tuple(pieces),
        start,
        max(start, end),
        found.texts,
        found.lines,
        found.unterminated,
        too_long,
    )


def _is_too_long(line: str) -> bool:
    return len(line) * 4 > _LONGEST_LINE and len(line.encode()) > _LONGEST_LINE


def split_words(text: str, escape: str) -> list[Word]:
    """The words of `text`, split at white space outside quotes; quotes and escapes stay as written."""
    words: list[Word] = []
    start, quote, position = -1, "", 0
    while position < len(text):
        char = text[position]
        if start < 0 and not char.isspace():
            start = position
        if char == escape and quote != "'":
            position += 2
            continue
        if quote:
            quote = "" if char == quote else quote
        elif char in "'\"":
            quote = char
        elif char.isspace() and start >= 0:
            words.append(Word(text[start:position], start))
            start = -1
        position += 1
    if start >= 0:
        words.append(Word(text[start:], start))
    return words


def json_list(text: str) -> list[object] | None:
    """The elements of the exec form, None for text that is no JSON list and therefore the shell form."""
    if not text.startswith("["):
        return None
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return value if isinstance(value, list) else None


class _Ends:
    """Finds the line that ends a here-document; its index of lines is made once, when the first one is met."""

    def __init__(self, lines: list[str]) -> None:
        self.lines = lines
        self._index: dict[tuple[bool, str], list[int]] = {}

    def find(self, name: str, tabs: bool, after: int) -> int | None:
        if not self._index:
            for number, line in enumerate(self.lines):
                self._index.setdefault((False, line), []).append(number)
                self._index.setdefault((True, line.lstrip("\t")), []).append(number)
        numbers = self._index.get((tabs, name), [])
        at = bisect_left(numbers, after)
        return numbers[at] if at < len(numbers) else None


@dataclass(frozen=True)
class _Bodies:
    """The here-documents of an instruction, the name of one without an end, and the line (0-based) `after` them."""

    texts: tuple[str, ...]
    lines: tuple[int, ...]
    unterminated: str | None
    after: int


def _heredocs(line: str, ends: _Ends, number: int, escape: str) -> _Bodies:
    """The here-documents that `line` opens; `number` is the line (0-based) after it."""
    holder = _HOLDS_HEREDOCS.fullmatch(line.strip()) if "<<" in line else None
    if holder is None or json_list(holder["rest"]) is not None:
        return _Bodies((), (), None, number)
    bodies: list[str] = []
    starts: list[int] = []
    for name, tabs, spaced in _markers(holder["rest"], escape):
        end = ends.find(name, tabs, number)
        if end is None and spaced:
            continue  # `$((1 << 3))`: an operator of the shell
        body = ends.lines[number:end]
        starts.append(number + 1)
        bodies.append("".join((text.lstrip("\t") if tabs else text) + "\n" for text in body))
        if end is None:
            return _Bodies(tuple(bodies), tuple(starts), name, len(ends.lines))
        number = end + 1
    return _Bodies(tuple(bodies), tuple(starts), None, number)


def _markers(text: str, escape: str) -> Iterator[tuple[str, bool, bool]]:
    """The names after `<<`, whether leading tabs go, and whether white space stood before the name."""
    words = split_words(text, escape)
    for index, word in enumerate(words):
        found = _HEREDOC.fullmatch(word.text)
        if found is None:
            continue
        following = words[index + 1].text if index + 1 < len(words) else ""
        name = (found[2] or following).replace("'", "").replace('"', "").replace(escape, "")
        if name and "<" not in name:
            yield name, found[1] == "-", not found[2]
