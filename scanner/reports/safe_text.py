"""Makes text of the scanned tree harmless: it may not steer a terminal, a log viewer or a JSON reader."""

import re
import unicodedata
from collections.abc import Iterator
from functools import lru_cache
from json.encoder import JSONEncoder, encode_basestring
from typing import Any

# Joiners are format characters too, but scripts and emoji need them.
_JOINERS = "\u200c\u200d"
_STEERING_CATEGORIES = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})
# GitHub's log viewer obeys `##[command]` anywhere and `::command::` at the start of a line, where wrapping may put it.
# Within a word, as in `AWS::S3::Object`, only its own commands are taken for one.
_LOG_MARK = re.compile(r"##(?=\[)")
_COMMANDS = (
    "add-mask|add-matcher|add-path|debug|echo|endgroup|error|group|internal-[a-z-]+|notice|remove-matcher|save-state|"
    "set-env|set-output|stop-commands|warning"
)
_LOG_COMMAND = re.compile(rf":(?=:(?:(?<!\w::)[A-Za-z][\w-]*|(?i:{_COMMANDS}))(?:\s.{{0,200}}?)?::)")
_LONGEST_LINE = 2000
_in_one_line = JSONEncoder(ensure_ascii=False, check_circular=False).encode
_HALF = re.compile("[\ud800-\udfff]")
REPLACED = "\ufffd"
"""What stands in JSON for half a surrogate pair."""
_UNSAFE_IN_JSON = re.compile("[\x7f-\x9f\xad\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ud800-\udfff]")


class OneLine(dict[str, Any]):
    """An object that `to_json` writes into one line: small, and there many times."""


def visible(text: str) -> str:
    r"""`text` with every character that draws nothing or moves the cursor written out, as in `\x1b`."""
    if "##[" in text:
        text = _LOG_MARK.sub(r"#\\x23", text)
    if text.isascii() and text.isprintable():
        return text
    return text.translate(_SHOWN)


@lru_cache(maxsize=4096)
def one_line(text: str) -> str:
    """`visible` text with every run of white space, line breaks too, as one space; cut where it is very long."""
    text = " ".join(text.split())
    if len(text) > _LONGEST_LINE:
        text = text[: _LONGEST_LINE - 1] + "…"
    if "::" in text:
        text = _LOG_COMMAND.sub(r"\\x3a", text)
    return visible(text)


def first_sentence(text: str) -> str:
    """The first sentence of `text`, in one line."""
    return re.split(r"(?<=[.!?]) ", one_line(text), maxsplit=1)[0]


def to_json(value: Any, opened: int = 1) -> str:
    """`value` as indented JSON that any UTF-8 file can hold and that is safe to print.

    Characters beyond ASCII stay readable; invisible ones are escaped, and half a surrogate pair, which no
    JSON reader takes, becomes U+FFFD. Lists may be iterators. The outermost `opened` levels are written member by
    member, so that what such an iterator yields need never be there all at once.
    """
    return "".join([*_pieces(value, "\n", opened), "\n"])


def halves(text: str) -> Iterator[tuple[int, int]]:
    """Where `to_json` replaces half a surrogate pair, and the number of each."""
    return ((match.start(), ord(match[0])) for match in _HALF.finditer(text))


def _pieces(value: Any, line: str, opened: int) -> Iterator[str]:
    """`line` is a line end and the indent of `value`."""
    if not opened or not isinstance(value, dict | list | Iterator):
        yield _safe(_json(value, line))
        return
    is_object = isinstance(value, dict)
    start, end = "{}" if is_object else "[]"
    members = value.items() if isinstance(value, dict) else (("", member) for member in value)
    inner = f"{line}  "
    before = start + inner
    for name, member in members:
        yield before + (_safe(f"{encode_basestring(name)}: ") if is_object else "")
        yield from _pieces(member, inner, opened - 1)
        before = f",{inner}"
    yield start + end if before.startswith(start) else line + end


def _json(value: Any, line: str) -> str:
    """As `json.dumps` with an indent of two, which is written in Python too, but takes far more and smaller steps."""
    kind = type(value)
    if kind is str:
        return encode_basestring(value)
    if kind is int:
        return str(value)
    if value is None:
        return "null"
    inner = f"{line}  "
    if kind is dict:
        members = [f"{encode_basestring(name)}: {_json(each, inner)}" for name, each in value.items()]
        return f"{{{inner}{f',{inner}'.join(members)}{line}}}" if members else "{}"
    if kind is list or isinstance(value, Iterator):
        members = [_json(each, inner) for each in value]
        return f"[{inner}{f',{inner}'.join(members)}{line}]" if members else "[]"
    return _flat(value) if kind is OneLine else _in_one_line(value)


def _flat(value: dict[str, Any]) -> str:
    """What `_in_one_line` makes of it; most members are texts, and to call it for each object costs more than they."""
    members = [
        f"{encode_basestring(name)}: {encode_basestring(each) if type(each) is str else _in_one_line(each)}"
        for name, each in value.items()
    ]
    return f"{{{', '.join(members)}}}"


def _safe(text: str) -> str:
    if text.isascii() and "\x7f" not in text:
        return text
    return _UNSAFE_IN_JSON.sub(_json_escape, text)


def _json_escape(match: re.Match[str]) -> str:
    number = ord(match[0])
    return REPLACED if 0xD800 <= number <= 0xDFFF else f"\\u{number:04x}"


class _Shown(dict[int, str]):
    """What is shown for each character, found out when it is first met."""

    def __missing__(self, number: int) -> str:
        character = chr(number)
        steers = unicodedata.category(character) in _STEERING_CATEGORIES and character not in _JOINERS
        self[number] = _escape(number) if steers else character
        return self[number]


def _escape(number: int) -> str:
    if number < 0x100:
        return f"\\x{number:02x}"
    return f"\\u{number:04x}" if number < 0x10000 else f"\\U{number:08x}"


_SHOWN = _Shown()
