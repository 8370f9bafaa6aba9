"""The functions that read files, kept inside of the repository."""

import base64
import os
import posixpath
import re
import stat
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

from scanner.parsers.terraform.free_names import called_functions, free_names
from scanner.parsers.terraform.functions.digests import base64_digest, hex_digest
from scanner.parsers.terraform.functions.encodings import as_text
from scanner.parsers.terraform.functions.signature import is_hidden
from scanner.parsers.terraform.hcl import read_template
from scanner.parsers.terraform.sources import Repository
from scanner.parsers.terraform.syntax import Expression
from scanner.parsers.terraform.value_types import STRING
from scanner.parsers.terraform.values import (
    EvaluationError,
    NotWorkedOutError,
    SetOf,
    Unknown,
    Value,
    derived,
    obstacle,
    text_of,
)

_LARGEST_FILE = 1 << 20
_MOST_FILES = 20_000
_IDENTIFIER = re.compile(r"[^\W\d][\w-]*")
_RENDERING = frozenset(("templatefile", "templatestring"))
_OF_CONTENT: dict[str, Callable[[bytes], str]] = {
    "file": as_text,
    "filebase64": lambda data: base64.b64encode(data).decode(),
    "filebase64sha256": partial(base64_digest, "sha256"),
    "filebase64sha512": partial(base64_digest, "sha512"),
    **{f"file{kind}": partial(hex_digest, kind) for kind in ("md5", "sha1", "sha256", "sha512")},
}
_COUNTS = {"fileset": 2, "templatefile": 2}
FUNCTIONS = frozenset((*_OF_CONTENT, "fileexists", "fileset", "templatefile"))

Render = Callable[[Expression, dict[str, Any]], Value]


def read(name: str, arguments: list[Value], root: str, repository: Repository, render: Render) -> Value:
    """The value of a function that reads a file, whose path is relative to the directory `root`.

    `render` evaluates a template with nothing but the given names bound.
    """
    if len(arguments) != _COUNTS.get(name, 1):
        raise EvaluationError(f"{name}() does not take {len(arguments)} arguments")
    blocked = obstacle(arguments[0])
    if blocked is not None:
        return blocked
    written = text_of(arguments[0])
    path = posixpath.normpath(posixpath.join(root, written))
    if written.startswith("~") or not repository.holds(path):
        return Unknown(f"{written} leads outside of the repository")
    if name == "fileset":
        blocked = obstacle(arguments[1])
        return _matching(path, text_of(arguments[1]), repository) if blocked is None else blocked
    if name == "fileexists":
        return (repository.root / path).is_file()
    data = _content(path, repository)
    if data is None:
        raise EvaluationError(f"{written} cannot be read")
    if name == "templatefile":
        return _rendered(as_text(data), arguments[1], render)
    return derived(_OF_CONTENT[name](data), arguments[0])


def _content(path: str, repository: Repository) -> bytes | None:
    """What is in a regular file, None when there is none."""
    file = repository.root / path
    try:
        status = file.stat()
        if not stat.S_ISREG(status.st_mode):
            return None
        if status.st_size > _LARGEST_FILE:
            raise NotWorkedOutError("the file is too large")
        return file.read_bytes()
    except OSError:
        return None


def _rendered(text: str, names: Value, render: Render) -> Value:
    if is_hidden(names):
        return obstacle(names)
    if not isinstance(names, dict) or not all(_IDENTIFIER.fullmatch(name) for name in names):
        raise EvaluationError("templatefile() is given no map of names")
    template = read_template(text, None)
    if called_functions(template) & _RENDERING:
        raise EvaluationError("a template renders another one")
    missing = free_names(template) - set(names)
    if missing:
        raise EvaluationError(f"the template names {min(missing)}, which it is not given")
    value = render(template, names)
    if value is None:
        raise EvaluationError("the template gives null")
    return value


def _matching(path: str, pattern: str, repository: Repository) -> Value:
    """The files below a directory that match, relative to it."""
    wanted = re.compile(_translated(posixpath.normpath(pattern)))
    found = sorted(name for name in _files_below(path, repository) if wanted.fullmatch(name))
    return SetOf(found, STRING)


def _files_below(path: str, repository: Repository) -> Iterator[str]:
    top = repository.root / path
    seen = 0
    for folder, folders, files in os.walk(top):
        folders.sort()
        seen += len(files) + len(folders)
        if seen > _MOST_FILES:
            raise NotWorkedOutError("there are too many files")
        for name in files:
            relative = posixpath.relpath(posixpath.join(folder.replace(os.sep, "/"), name), top.as_posix())
            inside = posixpath.normpath(posixpath.join(path, relative))
            if (repository.root / inside).is_file() and repository.holds(inside):
                yield relative


def _translated(pattern: str) -> str:
    """A pattern for file names, in which `**` stands for any directories, as a regular expression of Python's."""
    result = ""
    depth = index = 0
    while index < len(pattern):
        rest = pattern[index:]
        if rest.startswith("**/") or rest == "**":
            result += "(?:.*/)?" if rest != "**" else ".*"
            index += min(len(rest), 3)
            continue
        character = pattern[index]
        index += 1
        if character == "*":
            result += "[^/]*"
        elif character == "?":
            result += "[^/]"
        elif character == "[" and "]" in rest:
            inner, _, _ = rest[1:].partition("]")
            escaped = re.escape(inner.lstrip("^!")).replace(r"\-", "-")
            result += f"[^{escaped}]" if inner[:1] in ("^", "!") else f"[{escaped}]"
            index += len(inner) + 1
        elif character == "{" or (character in ",}" and depth):
            depth += (character == "{") - (character == "}")
            result += {"{": "(?:", "}": ")", ",": "|"}[character]
        else:
            result += re.escape(character)
    if depth:
        raise EvaluationError("the pattern has a { without its }")
    return result
