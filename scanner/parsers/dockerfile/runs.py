"""What RUN does to a stage: mounts, installed packages, downloads, and the accounts that it makes."""

import re
import shlex
from bisect import bisect_right
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from scanner.core.location import Location
from scanner.parsers.dockerfile.accounts import accounts
from scanner.parsers.dockerfile.commands import Command, ShellError, ShellWord
from scanner.parsers.dockerfile.downloads import downloads, hub_calls
from scanner.parsers.dockerfile.events import Moment, changes, moved
from scanner.parsers.dockerfile.expand import Variables
from scanner.parsers.dockerfile.grammar import Statement, StatementError
from scanner.parsers.dockerfile.installs import install
from scanner.parsers.dockerfile.lines import Instruction, Word
from scanner.parsers.dockerfile.mounts import MountError, mount
from scanner.parsers.dockerfile.programs import bare, is_shell, shell_text
from scanner.parsers.dockerfile.shell import read_commands
from scanner.parsers.dockerfile.stage import Stage

_ONLY_A_HEREDOC = re.compile(r"\d*<<-?\s*[^\s<]+")
_PYTHON = re.compile(r"#!\s*\S*(?:/|\s)python[0-9.]*\b")
_MAX_NESTING = 3
LONGEST_SCRIPT = 1 << 18


@dataclass(frozen=True)
class _Script:
    """A text that is run, and where its offsets are written."""

    text: str
    locate: Callable[[int], Location]


def run(stage: Stage, instruction: Instruction, statement: Statement) -> None:
    """Take in a RUN. Raises `StatementError` for one whose mounts Docker refuses or that cannot be read."""
    mounts = list(_mounts(stage, statement))
    script = _script(instruction, statement)
    python = _PYTHON.match(script.text) is not None
    commands = () if python else _commands(script, stage)
    number = len(stage.attributes.get("run", ()))
    stage.append("run", _text(instruction, statement), instruction.location)
    for each in mounts:
        stage.append("mounts", each, instruction.location)
        if each["type"] == "secret":
            stage.append("secret_mounts", each, instruction.location)
    if python:
        for entry in hub_calls(script.text):
            stage.append("downloads", {**entry, "verified": False}, instruction.location)
        return
    for name, uid in accounts(commands):
        stage.accounts[name] = uid if uid is not None else stage.accounts.get(name)
    for command, entry in downloads(commands):
        stage.append("downloads", entry, script.locate(command.offset))
        if "piped_to" in entry:
            piped = {"manager": "curl-pipe-shell", "url": entry.get("url"), "command": entry["piped_to"], "run": number}
            stage.append("installs", piped, script.locate(command.offset))
    folder = stage.attributes.get("workdir")
    for command in commands:
        folder = moved(command, folder, script.text)
        installed = install(command, stage.variables)
        if installed is not None:
            stage.append("installs", {**installed, "run": number}, script.locate(command.offset))
            at = len(stage.attributes["installs"]) - 1
            stage.moments[at] = Moment(len(stage.events), folder, tuple(mounts))
        if (changed := changes(command, installed is not None)) is not None:
            stage.events.append(changed)


def _text(instruction: Instruction, statement: Statement) -> str:
    command = shlex.join(statement.exec_form) if statement.exec_form else statement.rest.text
    if instruction.heredocs:
        bodies = "\n".join(instruction.heredocs)
        command = bodies if _ONLY_A_HEREDOC.fullmatch(command) else f"{command}\n{bodies}"
    return command


def _mounts(stage: Stage, statement: Statement) -> Iterator[dict[str, Any]]:
    written = statement.flags.get("mount", [])
    for each in written if isinstance(written, list) else [written]:
        if not isinstance(each, str):
            raise StatementError("--mount needs a value")
        try:
            yield mount(each, stage.expand)
        except MountError as error:
            raise StatementError(str(error)) from error


def _script(instruction: Instruction, statement: Statement) -> _Script:
    """What the shell gets to read: the command with its here-documents behind it."""
    if statement.exec_form is not None:
        words = statement.exec_form
        inner = shell_text([ShellWord(word, 0) for word in words])
        return _Script(inner.text if inner else shlex.join(words), lambda _: instruction.location)
    rest = statement.rest
    if not instruction.heredocs:
        return _Script(
            rest.text, lambda offset: instruction.locate(Word(rest.text[offset : offset + 1], rest.offset + offset))
        )
    if len(instruction.heredocs) == 1 and _ONLY_A_HEREDOC.fullmatch(rest.text):
        body, first = instruction.heredocs[0], instruction.heredoc_lines[0]
        return _Script(body, lambda offset: _in_body(instruction, first, body, offset))
    ends = re.findall(r"<<-?\s*['\"]?([^\s'\"<>|;&)]+)", rest.text)
    parts, starts, text = [], [], rest.text + "\n"
    for body, end in zip(instruction.heredocs, ends, strict=False):
        starts.append(len(text))
        parts.append(body)
        text += f"{body}{end}\n"

    def locate(offset: int) -> Location:
        number = bisect_right(starts, offset) - 1
        if number < 0:
            return instruction.locate(Word("", rest.offset + offset))
        return _in_body(instruction, instruction.heredoc_lines[number], parts[number], offset - starts[number])

    return _Script(text, locate)


def _in_body(instruction: Instruction, first: int, body: str, offset: int) -> Location:
    line = min(first + body.count("\n", 0, offset), instruction.end[0])
    return Location(instruction.path, line)


def _commands(script: _Script, stage: Stage) -> tuple[Command, ...]:
    """The commands of a script, with those inside of `sh -c "text"`. Raises `StatementError`."""
    if len(script.text) > LONGEST_SCRIPT:
        raise StatementError(f"a command of more than {LONGEST_SCRIPT >> 10} KiB")
    try:
        return tuple(_nested(read_commands(script.text, stage.variables, stage.shell_escape), stage.variables, 0))
    except ShellError as error:
        raise StatementError(str(error)) from error


def _nested(commands: Sequence[Command], variables: Variables, depth: int) -> Iterator[Command]:
    """The commands, each followed by those of a script that it hands to a shell."""
    for command in commands:
        yield command
        words = bare(command.words)
        text = shell_text(words)
        if depth >= _MAX_NESTING:
            continue
        if text is not None:
            # Substitutions in the text were found with the word itself.
            yield from _moved(read_commands(text.text, variables, inner=False), variables, depth, command.offset, 0)
        elif command.input and is_shell(words):
            inner = read_commands(command.input, variables)
            yield from _moved(inner, variables, depth, command.input_offset, 1)


def _moved(commands: Sequence[Command], variables: Variables, depth: int, offset: int, scale: int) -> Iterator[Command]:
    """The commands of an inner script at their places in the outer one."""
    moved: dict[int, Command] = {}
    for command in commands:
        reads = moved.get(id(command.reads))
        start, input_start = offset + scale * command.offset, offset + scale * command.input_offset
        moved[id(command)] = replace(command, offset=start, reads=reads, input_offset=input_start)
    yield from _nested(tuple(moved.values()), variables, depth + 1)
