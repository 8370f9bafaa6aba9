"""Makes text of the scanned tree plain text inside Markdown: it styles, links, mentions, loads and ends nothing.

What means something to Markdown or HTML becomes a numeric character reference, which no renderer takes for markup. That
does not stop what GitHub and GitLab do afterwards to the text they show (mentions, issue numbers, commits, addresses),
not even inside `<code>` for all of them, so a character that draws nothing breaks those up.
"""

import re
from collections.abc import Sequence

from scanner.reports.safe_text import one_line

_BREAK = "&#8288;"  # the word joiner: lines do not break there either
# An underscore inside a word is only itself.
_SPECIAL = re.compile(
    r"(?P<scheme>:(?=//))|(?P<www>\bwww(?=\.))|(?P<issue>\bGH-(?=\d))|(?P<commit>\b[0-9a-f]{7,40}\b)"
    r"|(?P<math>\$)|(?P<reference>[@#!%&~^](?=[\w\"@])|@)|(?P<inner>(?<=[A-Za-z0-9])_(?=[A-Za-z0-9]))"
    r"|(?P<markup>[\\`*_{}\[\]<>|~&!#\"])|(?P<list>^(?:[-+=]|\d+[.)]))",
    re.IGNORECASE,
)
_BACKQUOTES = re.compile(r"`+")


def plain(text: str, most: int) -> str:
    """One line of at most `most` characters (before escaping) that shows as it was written, in a paragraph, a list, a
    table or an HTML element."""
    return _SPECIAL.sub(_escaped, _clipped(text, most))


def code(text: str, most: int) -> str:
    """As `plain`, in the letters of code."""
    return f"<code>{plain(text, most)}</code>"


def prose(text: str, most: int) -> str:
    """As `plain`, but what stands in single back-quotes is code."""
    pieces = _clipped(text, most).split("`")
    if len(pieces) % 2 == 0:
        return plain(text, most)
    shown = [_SPECIAL.sub(_escaped, piece) for piece in pieces]
    return "".join(f"<code>{piece}</code>" if index % 2 else piece for index, piece in enumerate(shown))


def fenced(lines: Sequence[str]) -> str:
    """A block of code that no line of it can end; the lines hold no line end."""
    longest = max((len(run) for line in lines for run in _BACKQUOTES.findall(line)), default=0)
    fence = "`" * max(3, longest + 1)
    return "\n".join([f"{fence}text", *lines, fence]) + "\n"


def _clipped(text: str, most: int) -> str:
    line = one_line(text)
    return line if len(line) <= most else f"{line[: most - 1]}…"


def _escaped(match: re.Match[str]) -> str:
    found = match[0]
    if match.lastgroup == "inner":
        return found
    if match.lastgroup == "commit":
        return _BREAK.join(found[start : start + 6] for start in range(0, len(found), 6))
    if match.lastgroup == "math":
        return "<span>&#36;</span>"
    if match.lastgroup == "list":
        return f"{found[:-1]}&#{ord(found[-1])};"
    if match.lastgroup == "markup":
        return f"&#{ord(found)};"
    if match.lastgroup == "reference":
        return f"&#{ord(found)};{_BREAK}"
    return f"{found}{_BREAK}"
