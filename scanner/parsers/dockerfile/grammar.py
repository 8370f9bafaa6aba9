"""Reads one instruction into flags, words and name=value pairs: by tree-sitter-dockerfile, or by BuildKit's rules.

The grammar does not know all that BuildKit takes (`COPY --link`, `ENV NAME two words`, two names in one `ARG`, keys
with a slash, the exec form of `COPY`); what it cannot read without an error is read by the plain rules here.
"""

import ctypes
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

import tree_sitter_dockerfile
from tree_sitter import Language, Node, Parser

from scanner.parsers.dockerfile.lines import Instruction, Word, json_list, split_words

Flag = str | bool | list[str | bool]

_KEYWORD = re.compile(
    "ADD|ARG|CMD|COPY|ENTRYPOINT|ENV|EXPOSE|FROM|HEALTHCHECK|LABEL|MAINTAINER|ONBUILD|RUN|SHELL|STOPSIGNAL|USER|VOLUME"
    "|WORKDIR"
)
_SHOWABLE = re.compile(r"[A-Z_-]{1,20}")  # longer or stranger ones may be anything, a secret included
_FLAG_NAME = re.compile(r"[a-z-]{1,20}")
_WITH_FLAGS = {
    "ADD": ("checksum", "chmod", "chown", "exclude", "keep-git-dir", "link", "unpack"),
    "COPY": ("chmod", "chown", "exclude", "from", "link", "parents"),
    "FROM": ("platform",),
    "HEALTHCHECK": ("interval", "retries", "start-interval", "start-period", "timeout"),
    "RUN": ("device", "mount", "network", "security"),
}
_WITH_EXEC_FORM = ("ADD", "CMD", "COPY", "ENTRYPOINT", "RUN", "SHELL", "VOLUME")
_WITH_PAIRS = ("ARG", "ENV", "LABEL")
_WITH_WORDS = ("ADD", "COPY", "EXPOSE", "FROM", "VOLUME")
_WORD_NODES = ("expansion", "expose_port", "heredoc_marker", "image_alias", "image_spec", "path")
_FLAG = re.compile(r"--(?P<name>[^\s=]+)(?:=(?P<value>.*))?", re.DOTALL)
_TOO_LONG_FOR_THE_GRAMMAR = 1 << 16


class StatementError(Exception):
    """An instruction that Docker refuses; `str()` says why in one line."""


@dataclass(frozen=True)
class Pair:
    """One `name=value` of ARG, ENV or LABEL: both as written, `value` None for an ARG without a default."""

    name: str
    value: str | None
    word: Word


@dataclass(frozen=True)
class Statement:
    """What one instruction says: `rest` is its text after the flags, the other parts depend on the keyword."""

    flags: Mapping[str, Flag]
    rest: Word
    words: tuple[Word, ...] = ()
    pairs: tuple[Pair, ...] = ()
    exec_form: tuple[str, ...] | None = None


def read(instruction: Instruction, escape: str) -> Statement:
    """The instruction's parts. Raises `StatementError` for an instruction that Docker would not build."""
    keyword, text = instruction.keyword, instruction.text
    if _KEYWORD.fullmatch(keyword) is None:
        shown = f" {keyword}" if _SHOWABLE.fullmatch(keyword) else ""
        raise StatementError(f"unknown instruction{shown}")
    if instruction.too_long:
        raise StatementError("a line of more than 65,534 bytes, which Docker refuses")
    flags, rest = _flags(text, escape) if keyword in _WITH_FLAGS else ({}, Word(text, 0))
    for name in flags:
        if name not in _WITH_FLAGS[keyword]:
            raise StatementError(
                f"{keyword} knows no flag --{name}" if _FLAG_NAME.fullmatch(name) else "an unknown flag"
            )
    if not rest.text:
        raise StatementError(f"{keyword} needs an argument")
    elements = json_list(rest.text) if keyword in _WITH_EXEC_FORM else None
    if elements is not None:
        if not all(isinstance(element, str) for element in elements):
            raise StatementError(f"{keyword} takes a JSON list of strings only")
        return Statement(flags, rest, exec_form=tuple(map(str, elements)))
    words: tuple[Word, ...] = ()
    pairs: tuple[Pair, ...] = ()
    if keyword in (*_WITH_PAIRS, *_WITH_WORDS):
        node = _tree(keyword, text)
        if keyword in _WITH_PAIRS:
            pairs = _plain_pairs(keyword, rest, escape) if node is None else _tree_pairs(node, keyword, text)
        else:
            words = _plain_words(keyword, rest) if node is None else _tree_words(node, keyword, text)
    return Statement(flags, rest, words, pairs)


@cache
def _grammar() -> Parser:
    """The parser. The distribution hands its grammar over as a bare address, which tree-sitter takes as a capsule."""
    language = tree_sitter_dockerfile.language()
    if isinstance(language, int):
        new_capsule = ctypes.pythonapi.PyCapsule_New
        new_capsule.restype = ctypes.py_object
        new_capsule.argtypes = (ctypes.c_void_p, ctypes.c_char_p, ctypes.c_void_p)
        language = new_capsule(language, _CAPSULE_NAME, None)
    return Parser(Language(language))


_CAPSULE_NAME = b"tree_sitter.Language"  # kept here because a capsule does not copy its name


def _tree(keyword: str, text: str) -> Node | None:
    """The grammar's node of this instruction, None when the grammar cannot read all of it."""
    if len(text) > _TOO_LONG_FOR_THE_GRAMMAR:
        return None
    root = _grammar().parse(f"{keyword} {text}\n".encode()).root_node
    if root.has_error or root.named_child_count != 1:
        return None
    return root.named_child(0)


def _word(node: Node, keyword: str, text: str) -> Word:
    """The text of a node as written in `text`."""
    encoded = f"{keyword} {text}".encode()
    start = len(encoded[: node.start_byte].decode()) - len(keyword) - 1
    return Word(encoded[node.start_byte : node.end_byte].decode(), start)


def _tree_words(node: Node, keyword: str, text: str) -> tuple[Word, ...]:
    return tuple(_word(child, keyword, text) for child in node.named_children if child.type in _WORD_NODES)


def _tree_pairs(node: Node, keyword: str, text: str) -> tuple[Pair, ...]:
    pairs = []
    for child in [node] if keyword == "ARG" else node.named_children:
        name = child.child_by_field_name("name") or child.child_by_field_name("key")
        value = child.child_by_field_name("value") or child.child_by_field_name("default")
        if name is not None:
            written = "" if keyword != "ARG" else None
            if value is not None:
                written = _word(value, keyword, text).text
            word = Word(text, 0) if child is node else _word(child, keyword, text)
            pairs.append(Pair(_word(name, keyword, text).text, written, word))
    return tuple(pairs)


def _flags(text: str, escape: str) -> tuple[dict[str, Flag], Word]:
    """The flags before the arguments, and the rest; a flag written more than once has the list of its values."""
    flags: dict[str, Flag] = {}
    position = 0
    if text.startswith("--"):
        for word in split_words(text, escape):
            found = _FLAG.fullmatch(word.text)
            position = word.offset
            if found is None:
                position += 2 if word.text == "--" else 0
                break
            position += len(word.text)
            value: str | bool = True if found["value"] is None else found["value"].strip("\"'")
            name, known = found["name"], flags.get(found["name"])
            flags[name] = value if known is None else [*(known if isinstance(known, list) else [known]), value]
    rest = text[position:].lstrip()
    return flags, Word(rest, len(text) - len(rest))


def _plain_words(keyword: str, rest: Word) -> tuple[Word, ...]:
    words = tuple(Word(found[0], rest.offset + found.start()) for found in re.finditer(r"\S+", rest.text))
    if keyword != "FROM":
        return words
    if len(words) == 3 and words[1].text.upper() == "AS":
        return words[0], words[2]
    if len(words) != 1:
        raise StatementError("FROM takes an image, or an image AS a name")
    return words


def _plain_pairs(keyword: str, rest: Word, escape: str) -> tuple[Pair, ...]:
    words = split_words(rest.text, escape)
    if keyword != "ARG" and "=" not in words[0].text:
        parts = rest.text.split(maxsplit=1)
        if len(parts) < 2:
            raise StatementError(f"{keyword} takes a name and a value")
        return (Pair(parts[0], parts[1], rest),)
    pairs = []
    for word in words:
        name, separator, value = word.text.partition("=")
        if not name or (not separator and keyword != "ARG"):
            raise StatementError(f"{keyword} takes name=value, and one of its words is none")
        pairs.append(Pair(name, value if separator else None, Word(word.text, rest.offset + word.offset)))
    return tuple(pairs)
