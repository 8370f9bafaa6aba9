"""Ollama's `Modelfile`: what a model is made from, its prompts and parameters."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath
from posixpath import dirname, join, normpath
from typing import Any

from scanner.core.location import Location
from scanner.core.resource import Resource, SourceFile
from scanner.core.secrets import secret_values
from scanner.core.values import AttributePath
from scanner.parsers.interface import ParseContext
from scanner.parsers.model.draft import FORMAT, Draft, Manifest, format_of, problem

_INSTRUCTIONS = frozenset(
    ("from", "license", "template", "system", "adapter", "renderer", "parser", "parameter", "message", "requires")
)
_NAME = re.compile(r"modelfile(?:[._-].+)?|.+\.modelfile", re.IGNORECASE)
_OTHER_FILE = re.compile(
    r".+\.(adoc|bin|go|html?|java|js|json|lock|log|mdx?|py|rs|rst|sh|toml|tsx?|txt|ya?ml)", re.IGNORECASE
)
_FROM = re.compile(rb"^[ \t]*FROM[ \t]+\S", re.IGNORECASE | re.MULTILINE)
_MOST_INSTRUCTIONS = 10_000
_WORD = re.compile(r"[^\S\n]*(\S+)")
_QUOTED = re.compile(r'"""(?P<block>.*?)"""|"(?P<line>[^"\n]*)"(?=[^\S\n]*(?:\n|\Z))', re.DOTALL)
_REFERENCE = re.compile(r"(?P<name>[^\s@]+?)(?::(?P<tag>[^:/@\s]+))?(?:@(?P<digest>sha256:[0-9a-fA-F]{64}))?")
# "The password is hunter2": what has a digit or a sign in it, because prose goes on with words.
_PROSE_SECRET = re.compile(
    r"\b(?:password|passwd|passphrase|secret|token|(?:api|access|private)[ _-]?key)\b\s*(?:is|=|:)\s*"
    r"[\"'`]?((?=[^\s\"'`,;]{0,200}[0-9!$%&*+=#@])(?![<{])[^\s\"'`,;]{6,200})",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Instruction:
    """One instruction: `name` in lower case, `key` is the parameter's name or the message's role."""

    name: str
    key: str
    value: str
    location: Location


class ModelfileError(Exception):
    """A text that Ollama refuses; `str()` says why, `line` where."""

    def __init__(self, message: str, line: int) -> None:
        super().__init__(message)
        self.line = line


def claims_modelfile(path: str, head: bytes) -> bool:
    """Whether the file is a Modelfile, by its name and a FROM in its head."""
    name = PurePosixPath(path).name
    if _NAME.fullmatch(name) is None or _OTHER_FILE.fullmatch(name):
        return False
    return name == "Modelfile" or _FROM.search(head) is not None


def read_modelfile(file: SourceFile, context: ParseContext) -> Manifest:
    """The model, and its chat template where there is one."""
    draft = Draft(file.path, "modelfile", Location(file.path, 1), {})
    found: list[Instruction] = []
    try:
        for each in instructions(file.text, file.path):
            found.append(each)
            if len(found) > _MOST_INSTRUCTIONS:
                raise ModelfileError(f"more than {_MOST_INSTRUCTIONS:,} instructions", each.location.start_line)
    except ModelfileError as error:
        draft.notifications.append(problem(str(error), Location(file.path, error.line)))
    strangers = [each for each in found if each.name not in _INSTRUCTIONS]
    if strangers:  # one is a slip; where there are many, this is another kind of text
        more = f" (and {len(strangers) - 1} more)" if strangers[1:] else ""
        message = f"{strangers[0].name[:40].upper()} is no instruction of a Modelfile; Ollama refuses it{more}"
        draft.notifications.append(problem(message, strangers[0].location))
    if not any(each.name == "from" for each in found):
        message = "no FROM instruction, so this makes no model; add one, or exclude the file"
        return Manifest((), (*draft.notifications, problem(message, Location(file.path, 1))))
    _read(draft, found, context)
    template = [_template(file.path, each) for each in found if each.name == "template"][-1:]
    return Manifest((draft,), tuple(draft.notifications), _secrets(found), tuple(template))


def instructions(text: str, path: str) -> Iterator[Instruction]:
    """The instructions as Ollama's own parser reads them. Raises `ModelfileError`."""
    at, line = 0, 1
    while at < len(text):
        end = text.find("\n", at)
        end = len(text) if end < 0 else end
        stripped = text[at:end].strip()
        if not stripped or stripped.startswith("#"):
            at, line = end + 1, line + 1
            continue
        start_line = line
        first = _WORD.match(text, at)
        assert first is not None  # noqa: S101 - the line has a word
        name, key, at = first[1].lower(), "", first.end()
        if name in ("parameter", "message"):
            second = _WORD.match(text, at)
            if second is None:
                raise ModelfileError(f"{name.upper()} lacks its name and value", line)
            key, at = second[1], second.end()
        while text[at : at + 1] in (" ", "\t", "\r"):
            at += 1
        quoted = _QUOTED.match(text, at)
        if text.startswith('"""', at) and quoted is None:
            raise ModelfileError(f'the text of {name.upper()} has no end; close it with """', line)
        if quoted is not None:
            value, stop = quoted["block"] if quoted["block"] is not None else quoted["line"], quoted.end()
            end = text.find("\n", stop)
            end = len(text) if end < 0 else end
        else:
            end = text.find("\n", at)
            end = len(text) if end < 0 else end
            value, stop = text[at:end].strip(), end
        line += text.count("\n", at, end)
        yield Instruction(name, key, value, Location(path, start_line, 1, line, 1))
        at, line = end + 1, line + 1


def _read(draft: Draft, found: list[Instruction], context: ParseContext) -> None:
    parameters: dict[str, Any] = {}
    messages: list[dict[str, str]] = []
    for each in found:
        if each.name == "from":
            _read_from(draft, each, context)
        elif each.name == "adapter":
            _put(draft, ("adapter",), each.value, each.location)
            _add_file(draft, each)
        elif each.name == "license":
            _put(draft, ("license",), each.value.strip().partition("\n")[0][:200], each.location)
        elif each.name == "parameter":
            previous = parameters.get(each.key)
            # Only `stop` may be written more than once; of the others Ollama takes the last.
            parameters[each.key] = [*(previous or []), each.value] if each.key == "stop" else _number(each.value)
            draft.places[("parameters", each.key)] = each.location
        elif each.name == "message":
            draft.places[("messages", len(messages))] = each.location
            messages.append({"role": each.key, "content": each.value})
        elif each.name in _INSTRUCTIONS:
            draft.attributes[each.name] = each.value
            draft.places[(each.name,)] = each.location
    if parameters:
        draft.attributes["parameters"] = parameters
    if messages:
        draft.attributes["messages"] = messages


def _read_from(draft: Draft, written: Instruction, context: ParseContext) -> None:
    value = written.value
    listed = draft.attributes.setdefault("from", [])
    draft.places[("from", len(listed))] = written.location
    listed.append(value)
    path = normpath(join(dirname(draft.path), value))
    is_there = path in context.listing or any(each.startswith(f"{path}/") for each in context.listing)
    if value.startswith((".", "/", "~")) or format_of(value) is not None or is_there:
        _add_file(draft, written)
        return
    reference = _REFERENCE.fullmatch(value)
    base = {"name": value}
    if reference is not None:
        parts = {"name": reference["name"], "revision": reference["tag"], "digest": reference["digest"]}
        base = {key: part for key, part in parts.items() if part}
    bases = draft.attributes.get("base_model")
    if bases is None:
        draft.attributes["base_model"] = base
        draft.places[("base_model",)] = written.location
    else:
        draft.attributes["base_model"] = [*(bases if isinstance(bases, list) else [bases]), base]


def _add_file(draft: Draft, written: Instruction) -> None:
    """A file of the model; `add_artifact` looks its place up by the instruction's number."""
    origin: AttributePath = ("instruction", len(draft.artifacts))
    if isinstance(draft.written, dict):
        draft.written[origin] = written.location
    # A path of the machine that builds the model says nothing about a file of this repository.
    is_elsewhere = written.value.startswith(("/", "~"))
    draft.add_artifact(
        {"uri": f"file://{written.value}"} if is_elsewhere else {"path": written.value.removeprefix("./")}, origin
    )


def _put(draft: Draft, path: AttributePath, value: str, location: Location) -> None:
    if value and str(path[0]) not in draft.attributes:
        draft.attributes[str(path[0])] = value
        draft.places[path] = location


def _number(text: str) -> int | float | str:
    for read in (int, float):
        try:
            return read(text)
        except ValueError:
            continue
    return text


def _template(path: str, written: Instruction) -> Resource:
    attributes = {"path": path, "name": "template", "text": written.value, "source": "modelfile"}
    lines: Mapping[AttributePath, Location] = {("text",): written.location}
    return Resource(f"chat_template.{path}", "chat_template", FORMAT, attributes, written.location, lines, origin=path)


def _secrets(found: list[Instruction]) -> frozenset[str]:
    """What no report may show: credentials by their form, and what a prompt calls a password."""
    texts = {f"{number}": each.value for number, each in enumerate(found)}
    prose = {match[1] for text in texts.values() for match in _PROSE_SECRET.finditer(text)}
    return secret_values(texts) | prose
