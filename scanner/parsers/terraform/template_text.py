"""What the text in quotes and heredocs means: escapes, and the white space that a heredoc's lines begin with."""

import re

from scanner.parsers.terraform.syntax import Expression

_ESCAPE = re.compile(r"\\(?:u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|(.))", re.DOTALL)
_LINE_START = re.compile(r"(?<=\n)(?!\Z)")
_ESCAPED = {"n": "\n", "r": "\r", "t": "\t"}


def undollared(text: str) -> str:
    """Text of a heredoc, in which only the signs that begin a hole can be escaped."""
    return text.replace("$${", "${").replace("%%{", "%{")


def unescaped(text: str) -> str:
    """Text between quotes."""

    def replace(match: re.Match[str]) -> str:
        code = match[1] or match[2]
        return chr(int(code, 16)) if code else _ESCAPED.get(match[3], match[3])

    return _ESCAPE.sub(replace, undollared(text)) if "\\" in text else undollared(text)


def flushed(parts: list[str | Expression]) -> list[str | Expression]:
    """A `<<-` heredoc without the white space that all its lines begin with; blank lines do not count."""
    lines: list[str | Expression] = []
    for part in parts:
        lines.extend(_LINE_START.split(part) if isinstance(part, str) else [part])
    starts = [index for index in range(len(lines)) if index == 0 or _ends_line(lines[index - 1])]
    depths = []
    for index in starts:
        line = lines[index]
        if not isinstance(line, str):
            depths.append(0)
        elif line.strip() or not line.endswith("\n"):
            depths.append(len(line) - len(line.lstrip()))
    depth = min(depths, default=0)
    for index in starts:
        line = lines[index]
        if isinstance(line, str) and (line.strip() or not line.endswith("\n")):
            lines[index] = line[depth:]
    return lines


def _ends_line(part: str | Expression) -> bool:
    return isinstance(part, str) and part.endswith("\n")
