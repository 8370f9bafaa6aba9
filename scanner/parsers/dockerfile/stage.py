"""What each instruction does to the stage it stands in: its user, environment, commands and files."""

import re
import shlex
from collections.abc import Callable
from copy import deepcopy
from dataclasses import dataclass, field, replace
from typing import Any

from scanner.core.location import Location
from scanner.core.values import AttributePath, Unresolved
from scanner.parsers.dockerfile.expand import Variables, expand, expand_marked
from scanner.parsers.dockerfile.grammar import Statement, StatementError, read
from scanner.parsers.dockerfile.lines import Instruction, split_words

_INHERITED = ("user", "env", "exposed_ports", "labels", "entrypoint", "cmd")
_NO_TRIGGERS = ("FROM", "MAINTAINER", "ONBUILD")
_ROOT = re.compile(r"root|0+|containeradministrator", re.IGNORECASE)
_PORTS = re.compile(r"(?:\S*:)?(?P<first>\d{1,5})(?:-(?P<last>\d{1,5}))?(?:/\w+)?", re.ASCII)
_ONLY_A_HEREDOC = re.compile(r"\d*<<-?\s*[^\s<]+")
_HIGHEST_PORT = 65535
_SHOWN_FLAG = {"ADD": "checksum", "COPY": "from"}
_MARK = "\0"  # stands for an unknown variable while a word is split; no source text holds it


@dataclass
class Stage:
    """One stage while it is read; `outer` are the ARGs before the first FROM."""

    escape: str
    location: Location
    attributes: dict[str, Any]
    outer: Variables
    locations: dict[AttributePath, Location] = field(default_factory=dict)
    variables: dict[str, str | Unresolved | None] = field(default_factory=dict)
    shell: tuple[str, ...] = ("/bin/sh", "-c")
    own_cmd: bool = False

    def expand(self, written: str) -> str | Unresolved:
        """The value of a word as it stands after the instructions so far."""
        return expand(written, self.variables, self.escape)

    def append(self, name: str, value: Any, location: Location) -> None:
        """Add an element to the list attribute `name`."""
        elements = self.attributes.setdefault(name, [])
        self.locations.setdefault((name,), location)
        self.locations[(name, len(elements))] = location
        elements.append(value)

    def put(self, name: str, key: str, value: Any, location: Location) -> None:
        """Set an entry of the mapping attribute `name`."""
        self.attributes.setdefault(name, {})[key] = value
        self.locations.setdefault((name,), location)
        self.locations[(name, key)] = location

    def inherit(self, earlier: "Stage") -> None:
        """Start from another stage's image: its configuration, and its variables."""
        for name in _INHERITED:
            if name in earlier.attributes:
                self.attributes[name] = deepcopy(earlier.attributes[name])
        self.locations.update({path: at for path, at in earlier.locations.items() if path[0] in _INHERITED})
        self.variables.update(earlier.variables)
        self.shell = earlier.shell

    def take(self, instruction: Instruction, statement: Statement) -> None:
        """Let one instruction work on the stage. Raises `StatementError`, with the stage as it was."""
        entry = written(instruction, statement, self.escape)
        handle = _HANDLERS.get(instruction.keyword)
        if handle is not None:
            handle(self, instruction, statement)
        self.append("instructions", entry, instruction.location)
        end = instruction.location
        self.location = replace(self.location, end_line=end.end_line, end_column=end.end_column)


def written(instruction: Instruction, statement: Statement, escape: str) -> dict[str, Any]:
    """The instruction as it is written, for policies that look at its text."""
    arguments = statement.exec_form or [word.text for word in split_words(statement.rest.text, escape)]
    entry: dict[str, Any] = {
        "instruction": instruction.keyword,
        "text": instruction.text,
        "flags": dict(statement.flags),
        "arguments": list(arguments),
    }
    if instruction.heredocs:
        entry["heredoc"] = "\n".join(instruction.heredocs)
    if instruction.keyword == "ONBUILD":
        keyword, *text = statement.rest.text.split(maxsplit=1)
        if keyword.upper() in _NO_TRIGGERS:
            raise StatementError(f"ONBUILD takes no {keyword.upper()}")
        inner = replace(instruction, keyword=keyword.upper(), text="".join(text))
        entry["trigger"] = written(inner, read(inner, escape), escape)
    return entry


def _arg(stage: Stage, instruction: Instruction, statement: Statement) -> None:
    for pair in statement.pairs:
        default = stage.outer.get(pair.name) if pair.value is None else stage.expand(pair.value)
        stage.put("build_args", pair.name, default, instruction.locate(pair.word))
        if pair.name not in stage.attributes.get("env", {}):  # ENV goes before ARG wherever it stands
            stage.variables[pair.name] = default


def _env(stage: Stage, instruction: Instruction, statement: Statement) -> None:
    values = {pair.name: (stage.expand(pair.value or ""), pair) for pair in statement.pairs}
    for name, (value, pair) in values.items():
        stage.put("env", name, value, instruction.locate(pair.word))
        stage.variables[name] = value


def _label(stage: Stage, instruction: Instruction, statement: Statement) -> None:
    for pair in statement.pairs:
        name = stage.expand(pair.name)
        key = name if isinstance(name, str) else name.expression
        stage.put("labels", key, stage.expand(pair.value or ""), instruction.locate(pair.word))


def _user(stage: Stage, instruction: Instruction, statement: Statement) -> None:
    text = statement.rest.text
    value = stage.expand(text)
    marked = value if isinstance(value, str) else expand_marked(text, stage.variables, stage.escape, _MARK) or _MARK
    if not marked.strip() or len(marked.split()) > 1:
        raise StatementError("USER takes one name or number, and may name a group after a colon")
    name, colon, group = marked.strip().partition(":")
    user: dict[str, Any] = {"name": value if _MARK in name else name}
    if colon:
        user["group"] = value if _MARK in group else group
    user["root"] = value if _MARK in name else _ROOT.fullmatch(name) is not None
    stage.attributes["user"] = user
    stage.locations[("user",)] = instruction.location


def _expose(stage: Stage, instruction: Instruction, statement: Statement) -> None:
    found: list[tuple[int | Unresolved, Location]] = []
    for word in statement.words:
        value = stage.expand(word.text)
        ports = [value] if isinstance(value, Unresolved) else [port for part in value.split() for port in _ports(part)]
        found.extend((port, instruction.locate(word)) for port in ports)
    known = {port for port in stage.attributes.get("exposed_ports", ()) if isinstance(port, int)}
    for port, location in found:
        if port not in known:
            stage.append("exposed_ports", port, location)


def _ports(text: str) -> range:
    """`8000-8010/tcp` as numbers. Raises `StatementError` for text that names no port."""
    match = _PORTS.fullmatch(text)
    first, last = (int(match["first"]), int(match["last"] or match["first"])) if match else (1, 0)
    if not first <= last <= _HIGHEST_PORT:
        raise StatementError("EXPOSE takes ports from 0 to 65535 and ranges such as 8000-8010")
    return range(first, last + 1)


def _transfer(stage: Stage, instruction: Instruction, statement: Statement) -> None:
    texts = statement.exec_form or [word.text for word in statement.words]
    if len(texts) < 2:
        raise StatementError(f"{instruction.keyword} takes one or more sources and a destination")
    *sources, destination = [stage.expand(text) for text in texts]
    entry: dict[str, Any] = {"sources": sources, "destination": destination}
    flag = statement.flags.get(_SHOWN_FLAG[instruction.keyword])
    if isinstance(flag, str):
        entry[_SHOWN_FLAG[instruction.keyword]] = stage.expand(flag)
    stage.append(instruction.keyword.lower(), entry, instruction.location)


def _run(stage: Stage, instruction: Instruction, statement: Statement) -> None:
    command = shlex.join(statement.exec_form) if statement.exec_form else statement.rest.text
    if instruction.heredocs:
        bodies = "\n".join(instruction.heredocs)
        command = bodies if _ONLY_A_HEREDOC.fullmatch(command) else f"{command}\n{bodies}"
    stage.append("run", command, instruction.location)


def _shell(stage: Stage, _: Instruction, statement: Statement) -> None:
    if not statement.exec_form:
        raise StatementError('SHELL takes a JSON list such as ["/bin/bash", "-c"]')
    stage.shell = statement.exec_form


def _command(stage: Stage, instruction: Instruction, statement: Statement) -> None:
    name = instruction.keyword.lower()
    words = [*stage.shell, statement.rest.text] if statement.exec_form is None else list(statement.exec_form)
    _forget(stage, name)
    stage.attributes[name] = words
    stage.locations[(name,)] = instruction.location
    stage.own_cmd = stage.own_cmd or name == "cmd"
    if name == "entrypoint" and not stage.own_cmd:
        _forget(stage, "cmd")  # an inherited CMD does not outlive a new ENTRYPOINT


def _forget(stage: Stage, name: str) -> None:
    stage.attributes.pop(name, None)
    for path in [path for path in stage.locations if path[0] == name]:
        del stage.locations[path]


_HANDLERS: dict[str, Callable[[Stage, Instruction, Statement], None]] = {
    "ADD": _transfer,
    "ARG": _arg,
    "CMD": _command,
    "COPY": _transfer,
    "ENTRYPOINT": _command,
    "ENV": _env,
    "EXPOSE": _expose,
    "LABEL": _label,
    "RUN": _run,
    "SHELL": _shell,
    "USER": _user,
}
