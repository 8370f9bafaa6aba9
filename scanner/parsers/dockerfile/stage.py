"""One stage while it is read: its attributes, their lines, and what later instructions see of earlier ones."""

from collections.abc import Mapping
from copy import deepcopy
from dataclasses import dataclass, field, replace
from typing import Any

from scanner.core.location import Location
from scanner.core.values import AttributePath, Unresolved
from scanner.parsers.dockerfile.events import Brought, Changed, Moment
from scanner.parsers.dockerfile.expand import Variables, expand
from scanner.parsers.dockerfile.grammar import Statement, StatementError, read
from scanner.parsers.dockerfile.lines import Instruction, split_words

# What a stage has of the image that it starts from.
_INHERITED = (
    "cmd",
    "entrypoint",
    "env",
    "exposed_ports",
    "healthcheck",
    "labels",
    "shell",
    "stop_signal",
    "user",
    "volumes",
    "workdir",
)
_NO_TRIGGERS = ("FROM", "MAINTAINER", "ONBUILD")


@dataclass
class Stage:
    """One stage; `outer` are the ARGs before the first FROM, `given` the values of `--build-arg`.

    `accounts` are the user accounts by name with their numbers, `triggers` the ONBUILD instructions that wait for a
    stage that starts from this one, and `base` is that stage's predecessor. `events` are what happened to its files,
    `moments` when and where each element of `installs` runs.
    """

    escape: str
    location: Location
    attributes: dict[str, Any]
    outer: Variables
    given: Mapping[str, str] = field(default_factory=dict)
    base: "Stage | None" = None
    locations: dict[AttributePath, Location] = field(default_factory=dict)
    variables: dict[str, str | Unresolved | None] = field(default_factory=dict)
    shell: tuple[str, ...] = ("/bin/sh", "-c")
    own_cmd: bool = False
    accounts: dict[str, str | Unresolved | None] = field(default_factory=dict)
    triggers: list[tuple[Instruction, Statement]] = field(default_factory=list)
    events: list[Brought | Changed] = field(default_factory=list)
    moments: dict[int, Moment] = field(default_factory=dict)

    @property
    def index(self) -> int:
        """The number of the stage in its file, from 0."""
        return int(self.attributes["index"])

    @property
    def shell_escape(self) -> str:
        """The escape character of the shell that runs the commands."""
        program = self.shell[0].lower()
        if "powershell" in program or "pwsh" in program:
            return "`"
        return "^" if program.removesuffix(".exe").endswith("cmd") else "\\"

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

    def replace(self, name: str, value: Any, location: Location) -> None:
        """Set the attribute `name` as a whole."""
        self.forget(name)
        self.attributes[name] = value
        self.locations[(name,)] = location

    def forget(self, name: str) -> None:
        """Take the attribute `name` away."""
        self.attributes.pop(name, None)
        for path in [path for path in self.locations if path[0] == name]:
            del self.locations[path]

    def inherit(self, earlier: "Stage") -> None:
        """Start from another stage's image: its configuration, its accounts, and its variables."""
        for name in _INHERITED:
            if name in earlier.attributes:
                self.attributes[name] = deepcopy(earlier.attributes[name])
        self.locations.update({path: at for path, at in earlier.locations.items() if path[0] in _INHERITED})
        self.variables.update(earlier.variables)
        self.accounts.update(earlier.accounts)
        self.shell = earlier.shell
        self.base = earlier

    def note(self, instruction: Instruction, entry: dict[str, Any]) -> None:
        """Keep the instruction as it is written, and let the stage reach to its end."""
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
        inner, its_statement = trigger(instruction, statement, escape)
        entry["trigger"] = written(inner, its_statement, escape)
    return entry


def trigger(instruction: Instruction, statement: Statement, escape: str) -> tuple[Instruction, Statement]:
    """The instruction behind ONBUILD. Raises `StatementError` for one that Docker does not take there."""
    keyword, *text = statement.rest.text.split(maxsplit=1)
    if keyword.upper() in _NO_TRIGGERS:
        raise StatementError(f"ONBUILD takes no {keyword.upper()}")
    rest = "".join(text)
    skipped = len(instruction.text) - len(rest)
    pieces = tuple((at - skipped, line, column) for at, line, column in instruction.pieces)
    inner = replace(instruction, keyword=keyword.upper(), text=rest, pieces=pieces)
    return inner, read(inner, escape)
