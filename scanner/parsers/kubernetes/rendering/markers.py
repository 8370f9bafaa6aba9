"""Comments at the ends of a template's lines, by which a rendered line is led back to the line that wrote it."""

import re
from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass

# One action: text and strings up to the braces. Each turn of a loop begins with a character that the turn before it
# cannot have taken, so that time is linear. A group that gives nothing back (`(…)*+`) would be shorter, and wrong in
# Python 3.11.0 to 3.11.4.
_COMMENT = re.compile(r"\{\{(?:-\s)?\s*/\*")
_COMMENT_END = re.compile(r"\*/(?:\s+-)?\}\}")
_STRINGS = r"\"[^\"\\\n]*+(?:\\.[^\"\\\n]*+)*\"|`[^`]*+`|'[^'\\\n]*+(?:\\.[^'\\\n]*+)*'"
_ACTION = re.compile(rf"\{{\{{[^\"`'}}]*+(?:(?:{_STRINGS}|\}}(?!\}}))[^\"`'}}]*+)*\}}\}}", re.DOTALL)
_WORD = re.compile(r"\{\{-?\s*(\w+)")
_OPENING = frozenset(("if", "range", "with", "define", "block"))
_SEPARATE = frozenset(("define", "block"))  # text that is put in elsewhere, perhaps in the middle of a line
# A line with the beginning of a text that may go on in the next one, and such a next line.
_OPEN_TEXT = re.compile(r"(\s*(?:-\s+)*)(?:[^\s\"'{}#|>&*-][^\"'{}#:]*:\s+|(?<=- ))(?![|>&*{\[#])\S.*(?<!\}\})\s*$")
_CONTINUATION = re.compile(r"\s+(?![-#{}\[\]])(?!\S*:(?:\s|$))\S")
_LINE_END = re.compile(r"\n")
_TOKEN = re.compile(rf"{_STRINGS}|[.$]?\w+", re.DOTALL)

# What gives another value at each rendering, and what gives a value that no rendering could: random text has no `~`.
_OTHER_VALUES = {
    "now": '(toDate "2006-01-02" "1999-12-31")',
    "uuidv4": '(print "~")',
    "randInt": "max",
    **dict.fromkeys(("randAlpha", "randAlphaNum", "randAscii", "randNumeric", "shuffle"), 'printf "~%v"'),
}
_CHANGING = re.compile(
    r"(?<![.$\w])(?:now|uuidv4|rand(?:AlphaNum|Alpha|Ascii|Numeric|Int|Bytes)|shuffle|keys|values|ago|htpasswd|bcrypt|encryptAES"
    r"|genPrivateKey|genCA|genCAWithKey|genSelfSignedCert|genSelfSignedCertWithKey|genSignedCert|genSignedCertWithKey)\b"
)


@dataclass(frozen=True)
class _Action:
    start: int
    end: int
    word: str
    is_comment: bool


def marked(text: str, token: str, number: int) -> str:
    """The template with ` #@token:number:line@` behind each line where YAML would take it for a comment.

    Left as they are: blank lines, lines that end inside an action or a text, lines whose end the template trims, and
    whatever stands between `define` and its `end`.
    """
    actions = list(_actions(text))
    ends = [match.start() for match in _LINE_END.finditer(text)]
    unmarkable: set[int] = set()
    for action in actions:
        unmarkable.update(range(bisect_left(ends, action.start), bisect_left(ends, action.end - 1)))
    covered = 0
    for start, end in sorted(_separate(actions, len(text))):
        if end >= covered:  # not inside another one
            unmarkable.update(range(bisect_left(ends, start), bisect_left(ends, end) + 1))
            covered = end + 1
    lines = text.split("\n")
    heads = _heads(lines)
    unmarkable |= heads.keys() | set(heads.values())
    unmarkable -= set({head: index for index, head in heads.items()}.values())  # the last line of each text
    never_closed = text.find("{{", actions[-1].end if actions else 0)
    unfinished = bisect_left(ends, never_closed) if never_closed >= 0 else len(ends) + 1
    for index, line in enumerate(lines):
        written = line.rstrip()
        if not written or index in unmarkable or index >= unfinished or written.endswith(("-}}", "\\")):
            continue
        if written.startswith(("---", "%")):
            continue
        ending = "\r" if line.endswith("\r") else ""
        wrote = heads.get(index, index) + 1
        lines[index] = f"{line.removesuffix(ending)} #@{token}:{number}:{wrote}@{ending}"
    return "\n".join(lines)


def _heads(lines: list[str]) -> dict[int, int]:
    """The lines that go on with a plain or quoted text, each with the line where that begins.

    A comment would end a plain text; behind its last line it ends nothing.
    """
    found: dict[int, int] = {}
    head, indentation = -1, 0
    for index, line in enumerate(lines):
        if not line.strip():
            continue
        if head >= 0 and _CONTINUATION.match(line) and len(line) - len(line.lstrip()) > indentation:
            found[index] = head
            continue
        match = _OPEN_TEXT.match(line)
        head, indentation = (index, len(match[1])) if match else (-1, 0)
    return found


def separate_regions(text: str) -> list[tuple[int, int]]:
    """Where `define` or `block` and its `end` stand: the offsets of the first and of the last character."""
    return list(_separate(list(_actions(text)), len(text) - 1))


def without_marks(text: str, token: str) -> str:
    """The text of a marked rendering as it would be without marks."""
    return re.sub(rf" ?#@{token}:\d+:\d+@", "", text)


def may_change(text: str) -> bool:
    """Whether a text of a chart names a function whose value may be another one at the next rendering."""
    return any(_CHANGING.search(text, each.start, each.end) for each in _actions(text) if not each.is_comment)


def with_other_values(text: str) -> str:
    """The template with what is random, or the time of day, certainly different from any other rendering."""
    parts, position = [], 0
    for action in _actions(text):
        parts.append(text[position : action.start])
        written = text[action.start : action.end]
        parts.append(written if action.is_comment else _TOKEN.sub(lambda m: _OTHER_VALUES.get(m[0], m[0]), written))
        position = action.end
    return "".join(parts) + text[position:]


class Trail:
    """Where the lines of a rendered text were written: `(number of the file, line)` by rendered line."""

    def __init__(self, text: str, token: str) -> None:
        mark = re.compile(rf"#@{token}:(\d+):(\d+)@")
        found = [mark.search(line) for line in text.split("\n")]
        origins = [(int(match[1]), int(match[2])) if match else None for match in found]
        following: tuple[int, int] | None = None
        self._origins: list[tuple[int, int] | None] = [None] * len(origins)
        for index in range(len(origins) - 1, -1, -1):
            following = origins[index] or following
            self._origins[index] = following
        self._last = next((each for each in reversed(origins) if each), None)

    def __bool__(self) -> bool:
        return self._last is not None

    def origin(self, line: int) -> tuple[int, int] | None:
        """The first mark at or after `line` (1-based), or else the last one before it."""
        inside = 0 < line <= len(self._origins)
        return (self._origins[line - 1] if inside else None) or self._last


def _actions(text: str) -> Iterator[_Action]:
    position = text.find("{{")
    while position >= 0:
        comment = _COMMENT.match(text, position)
        if comment:
            end = text.find("*/", comment.end())
            match = _COMMENT_END.match(text, end) if end >= 0 else None
        else:
            match = _ACTION.match(text, position)
        if match is None:
            return  # never closed: Helm refuses the file
        word = _WORD.match(text, position)
        yield _Action(position, match.end(), word[1] if word and not comment else "", comment is not None)
        position = text.find("{{", match.end())


def _separate(actions: list[_Action], end: int) -> Iterator[tuple[int, int]]:
    """The regions between `define` and its `end`, both included."""
    open_: list[_Action] = []
    for action in actions:
        if action.word in _OPENING:
            open_.append(action)
        elif action.word == "end" and open_:
            opening = open_.pop()
            if opening.word in _SEPARATE:
                yield opening.start, action.end - 1
    yield from ((each.start, end) for each in open_ if each.word in _SEPARATE)
