"""The command line that a container runs, word by word, with its environment filled in as far as it is written."""

import re
import shlex
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from posixpath import basename
from typing import Any

from scanner.core.values import AttributePath, Unresolved
from scanner.parsers.kubernetes.reading import at, elements, mapping, word

_REFERENCE = re.compile(r"\$\$|\$\(([^()\s]*)\)")
_SHELL_REFERENCE = re.compile(r"\$\{([A-Za-z_]\w*)([^{}]{0,200})\}|\$([A-Za-z_]\w*)|\$\([^()]*\)|`[^`]*`")
_COMMENT = re.compile(r"^[ \t]*#.*$", re.MULTILINE)
_PLACEHOLDER = re.compile(r"\{\{[^{}]*\}\}")
_MARK = re.compile("\0([0-9]+)\0")
_SHELLS = frozenset({"ash", "bash", "dash", "ksh", "sh", "zsh"})
_SCRIPT_FLAG = re.compile(r"-[a-zA-Z]*c")
_DEEPEST_SCRIPT = 5
_SOURCES = {
    "secretKeyRef": "the secret {name}",
    "configMapKeyRef": "the config map {name}",
    "fieldRef": "a field of the running pod",
    "resourceFieldRef": "the resources of the running container",
    "fileKeyRef": "a file in the running pod",
}

Word = str | Unresolved


@dataclass
class Environment:
    """What is known of a container's variables: literal values, why others are unknown, and where each is written.

    `origins` has the kind of the source (`secretKeyRef`) of each variable that must come from one: an optional source
    may be missing.
    """

    values: dict[str, Word] = field(default_factory=dict)
    unknown: dict[str, str] = field(default_factory=dict)
    places: dict[str, AttributePath] = field(default_factory=dict)
    origins: dict[str, str] = field(default_factory=dict)
    has_more: bool = False

    def reason(self, name: str) -> str | None:
        """Why the variable has no known value, None when it is known or not a variable of this container."""
        value = self.values.get(name)
        if isinstance(value, Unresolved):
            return value.reason
        if value is None and name not in self.unknown and self.has_more:
            return f"{name} may come from envFrom"
        return self.unknown.get(name)


def environment(container: Mapping[str, Any]) -> Environment:
    """The variables of a container in their order, each filled in from those before it."""
    known = Environment(has_more=bool(container.get("envFrom")))
    for index, entry in enumerate(elements(container.get("env"))):
        name = word(at(entry, "name"))
        if name is None:
            continue
        known.places[name] = ("env", index)
        known.origins.pop(name, None)
        source = mapping(at(entry, "valueFrom"))
        if source:
            known.values.pop(name, None)
            kind = next((kind for kind in _SOURCES if kind in source), "")
            is_optional = at(source, kind, "optional") is True
            if kind and not is_optional:
                known.origins[name] = kind
            where = _SOURCES.get(kind, "its source").format(name=word(at(source, kind, "name")) or "of its own")
            known.unknown[name] = f"{name} comes from {where}{', if there is one,' if is_optional else ''} at run time"
        else:
            known.values[name] = _expand((word(at(entry, "value")) or "").replace("\0", ""), known)
            known.unknown.pop(name, None)
    return known


def arguments(container: Mapping[str, Any], known: Environment) -> list[tuple[Word, AttributePath]]:
    """The words of `command` and `args`, each with the place where it is written; shell scripts are split."""
    words: list[tuple[Word, AttributePath]] = []
    script = _ScriptFinder()
    for part in ("command", "args"):
        for index, element in enumerate(elements(container.get(part))):
            written = word(element) or ""
            split = script.comes_now
            found = list(_script_words(written, known)) if split else [_expand(written, known)]
            words.extend((each, (part, index)) for each in found)
            script.see(written)
    return words


def script_words(script: str, known: Environment) -> list[Word]:
    """The words of one shell script."""
    return list(_script_words(script, known))


def _expand(text: str, known: Environment) -> Word:
    """`$(NAME)` filled in as Kubernetes does: an unknown name stays as it is, `$$` is a dollar sign."""
    unresolved = _PLACEHOLDER.search(text)
    reason = "a placeholder in it is filled in before deployment" if unresolved else None
    for match in _REFERENCE.finditer(text):
        reason = reason or (known.reason(match[1]) if match[1] is not None else None)
    if reason:
        return Unresolved(text, reason)
    return _REFERENCE.sub(lambda match: _dollar_or_value(match, known), text)


def _dollar_or_value(match: re.Match[str], known: Environment) -> str:
    if match[1] is None:
        return "$"
    value = known.values.get(match[1])
    return value if isinstance(value, str) else match[0]


class _ScriptFinder:
    """Sees the words of a command line one by one and knows when the next one is a shell script."""

    def __init__(self) -> None:
        self.in_shell = False
        self.comes_now = False

    def see(self, text: str) -> None:
        was_script = self.comes_now
        if was_script and text == "--":  # `bash -c -- script`
            return
        self.comes_now = text == "eval" or (self.in_shell and _SCRIPT_FLAG.fullmatch(text) is not None)
        if basename(text) in _SHELLS:
            self.in_shell = True
        elif was_script or not (text.startswith(("-", "+")) or text == "pipefail"):
            self.in_shell = False


def _script_words(script: str, known: Environment, depth: int = 0) -> Iterator[Word]:
    """A shell script's words; what the shell would fill in is filled in where it is known, else the word is not."""
    reasons: list[tuple[str, str]] = []

    def mark(written: str, reason: str) -> str:
        reasons.append((written, reason))
        return f"\0{len(reasons) - 1}\0"

    def kubernetes(match: re.Match[str]) -> str:
        reason = known.reason(match[1]) if match[1] is not None else None
        return mark(match[0], reason) if reason else _dollar_or_value(match, known)

    def shell(match: re.Match[str]) -> str:
        name = match[1] or match[3]
        if name is None:
            return mark(match[0], "it is the output of a command in the container")
        value = known.values.get(name)
        if isinstance(value, str) and (not match[2] or match[2].startswith(":-")):
            return value
        return mark(match[0], known.reason(name) or f"{name} is set where the container runs")

    text = _COMMENT.sub("", script.replace("\0", "").replace("\r\n", "\n").replace("\\\n", ""))
    text = _PLACEHOLDER.sub(lambda match: mark(match[0], "a placeholder in it is filled in before deployment"), text)
    text = _SHELL_REFERENCE.sub(shell, _REFERENCE.sub(kubernetes, text))
    finder = _ScriptFinder()
    for each in _split(text):
        marks = [int(number) for number in _MARK.findall(each)]
        if marks:
            while _MARK.search(each):
                each = _MARK.sub(lambda match: reasons[int(match[1])][0], each)  # noqa: PLW2901 - marks hold marks
            yield Unresolved(each, reasons[marks[0]][1])
        elif finder.comes_now and depth < _DEEPEST_SCRIPT:
            yield from _script_words(each, known, depth + 1)
        else:
            yield each
        finder.see(each)


def _split(text: str) -> list[str]:
    lexer = shlex.shlex(text, posix=True, punctuation_chars=True)
    lexer.commenters = ""
    lexer.whitespace_split = True
    try:
        return list(lexer)
    except ValueError:  # a quote that is never closed
        return text.split()
