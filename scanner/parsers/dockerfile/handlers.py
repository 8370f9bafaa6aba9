"""What each instruction does to the stage that it stands in."""

import re
from collections.abc import Callable
from posixpath import join, normpath
from typing import Any

from scanner.core.location import Location
from scanner.core.values import Unresolved
from scanner.parsers.dockerfile.expand import expand_marked
from scanner.parsers.dockerfile.grammar import Statement, StatementError
from scanner.parsers.dockerfile.lines import Instruction, json_list
from scanner.parsers.dockerfile.runs import run
from scanner.parsers.dockerfile.stage import Stage, trigger
from scanner.parsers.dockerfile.transfers import transfer

_ROOT = re.compile(r"root|[+]?0+|containeradministrator|.*\\administrator|localsystem", re.IGNORECASE)
_PORTS = re.compile(r"(?:\S*:)?(?P<first>\d{1,5})(?:-(?P<last>\d{1,5}))?(?:/\w+)?", re.ASCII)
_HIGHEST_PORT = 65535
_MARK = "\0"  # stands for an unknown variable while a word is split; no source text holds it
_ABSOLUTE = re.compile(r"[/\\]|[A-Za-z]:")


def apply(stage: Stage, instruction: Instruction, statement: Statement) -> None:
    """Let one instruction work on the stage. Raises `StatementError`, with the stage as it was."""
    handle = _HANDLERS.get(instruction.keyword)
    if handle is not None:
        handle(stage, instruction, statement)


def _arg(stage: Stage, instruction: Instruction, statement: Statement) -> None:
    for pair in statement.pairs:
        value: str | Unresolved | None = stage.given.get(pair.name)
        if value is None:
            value = stage.outer.get(pair.name) if pair.value is None else stage.expand(pair.value)
        if value is None and pair.value is None:
            value = stage.attributes.get("build_args", {}).get(pair.name)  # named again without a value
        stage.put("build_args", pair.name, value, instruction.locate(pair.word))
        if pair.name not in stage.attributes.get("env", {}):  # ENV goes before ARG wherever it stands
            stage.variables[pair.name] = value if value is not None else stage.variables.get(pair.name)


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
    number = stage.accounts.get(name)
    if number is not None and not name.isdigit():
        user["uid"] = number
        if user["root"] is False:
            user["root"] = number if isinstance(number, Unresolved) else re.fullmatch(r"0+", number) is not None
    stage.replace("user", user, instruction.location)


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


def _volume(stage: Stage, instruction: Instruction, statement: Statement) -> None:
    for text in statement.exec_form or [word.text for word in statement.words]:
        value = stage.expand(text)
        if value == "":
            raise StatementError("VOLUME takes no empty path")
        if value not in stage.attributes.get("volumes", ()):
            stage.append("volumes", value, instruction.location)


def _workdir(stage: Stage, instruction: Instruction, statement: Statement) -> None:
    path = stage.expand(statement.rest.text)
    if isinstance(path, str) and not _ABSOLUTE.match(path):
        before = stage.attributes.get("workdir", "/" if _is_from_scratch(stage) else None)
        if before is None:
            path = Unresolved(path, "it is relative to the WORKDIR of the base image")
        else:
            path = before if isinstance(before, Unresolved) else normpath(join(before, path))
    elif isinstance(path, str) and path.startswith("/"):
        path = normpath(path)
    stage.replace("workdir", path, instruction.location)


def _is_from_scratch(stage: Stage) -> bool:
    while stage.base is not None:
        stage = stage.base
    return stage.attributes.get("base", {}).get("scratch") is True


def _shell(stage: Stage, instruction: Instruction, statement: Statement) -> None:
    if not statement.exec_form:
        raise StatementError('SHELL takes a JSON list such as ["/bin/bash", "-c"]')
    stage.shell = statement.exec_form
    stage.replace("shell", list(statement.exec_form), instruction.location)


def _command(stage: Stage, instruction: Instruction, statement: Statement) -> None:
    name = instruction.keyword.lower()
    words = [*stage.shell, statement.rest.text] if statement.exec_form is None else list(statement.exec_form)
    stage.replace(name, words, instruction.location)
    stage.own_cmd = stage.own_cmd or name == "cmd"
    if name == "entrypoint" and not stage.own_cmd:
        stage.forget("cmd")  # an inherited CMD does not outlive a new ENTRYPOINT


def _healthcheck(stage: Stage, instruction: Instruction, statement: Statement) -> None:
    kind, *rest = statement.rest.text.split(maxsplit=1)
    text = "".join(rest)
    if kind.upper() == "NONE" and not text:
        check: dict[str, Any] = {"test": ["NONE"]}
    elif kind.upper() == "CMD" and text:
        elements = json_list(text)
        check = {"test": ["CMD-SHELL", text] if elements is None else ["CMD", *elements]}
    else:
        raise StatementError("HEALTHCHECK takes CMD and a command, or NONE alone")
    check.update({name.replace("-", "_"): value for name, value in statement.flags.items()})
    stage.replace("healthcheck", check, instruction.location)


def _stop_signal(stage: Stage, instruction: Instruction, statement: Statement) -> None:
    stage.replace("stop_signal", stage.expand(statement.rest.text), instruction.location)


def _maintainer(stage: Stage, instruction: Instruction, statement: Statement) -> None:
    stage.replace("maintainer", statement.rest.text, instruction.location)


def _onbuild(stage: Stage, instruction: Instruction, statement: Statement) -> None:
    inner = trigger(instruction, statement, stage.escape)
    stage.triggers.append(inner)


_HANDLERS: dict[str, Callable[[Stage, Instruction, Statement], None]] = {
    "ADD": transfer,
    "ARG": _arg,
    "CMD": _command,
    "COPY": transfer,
    "ENTRYPOINT": _command,
    "ENV": _env,
    "EXPOSE": _expose,
    "HEALTHCHECK": _healthcheck,
    "LABEL": _label,
    "MAINTAINER": _maintainer,
    "ONBUILD": _onbuild,
    "RUN": run,
    "SHELL": _shell,
    "STOPSIGNAL": _stop_signal,
    "USER": _user,
    "VOLUME": _volume,
    "WORKDIR": _workdir,
}
