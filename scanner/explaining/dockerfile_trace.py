"""The way of a Dockerfile's value: the instruction, the ARG and ENV in it, --build-arg, and the stages below."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from scanner.core.location import Location
from scanner.core.resource import Resource, SourceFile
from scanner.core.values import AttributePath
from scanner.explaining.steps import End, EndKind, Way
from scanner.parsers.dockerfile.grammar import StatementError, read
from scanner.parsers.dockerfile.lines import Instruction, escape_character, instructions, physical_lines

_VARIABLE = re.compile(r"\$(?:\{([A-Za-z_]\w*)[^}]*\}|([A-Za-z_]\w*))")
# FROM whose image is one variable and nothing else.
_WHOLE = re.compile(r"^(?:--\S+\s+)*\$(?:\{[A-Za-z_]\w*[^}]*\}|[A-Za-z_]\w*)(?:\s|$)")
_STAGE = re.compile(r"^(?:--\S+\s+)*(\S+)(?:\s+as\s+(\S+))?\s*$", re.IGNORECASE)
# What says much more than what its variables hold.
_OF_COMMANDS = frozenset(("RUN", "CMD", "ENTRYPOINT", "HEALTHCHECK", "COPY", "ADD"))
# What the shell expands when the image is built, and not the builder.
_OF_THE_SHELL = frozenset(("RUN", "CMD", "ENTRYPOINT", "HEALTHCHECK"))
_MOST = 10


def dockerfile_way(
    resource: Resource, path: AttributePath, location: Location, file: SourceFile, given: Mapping[str, str]
) -> Way:
    """From the deciding instruction to what gives each variable in it; `given` are the `--build-arg`."""
    way = Way()
    lines = physical_lines(file.text)
    escape = escape_character(lines)
    found = list(instructions(file.path, lines, escape))
    at = next((index for index, each in enumerate(found) if _holds(each, location)), None)
    if at is None:
        way.step("instruction", f"{resource.address} is decided here", location)
        return way
    instruction = found[at]
    way.step("instruction", f"this {instruction.keyword} decides", location)
    if instruction.location.start_line < resource.location.start_line:
        _inherited(way, resource, found, at)
    is_whole = _WHOLE.match(instruction.text.strip()) if instruction.keyword == "FROM" else True
    is_part = not is_whole or instruction.keyword in _OF_COMMANDS
    name = str(path[-1]) if path else ""
    own = _value(instruction, name, escape) if instruction.keyword in ("ENV", "ARG", "LABEL") else None
    text = instruction.text if own is None else own
    _Variables(way, found, escape, given).follow(at, text, int(is_part))
    if instruction.keyword == "ARG" and name in given:
        way.step("option", f"--build-arg {name} gives its value", None)
    if not any(end.depth == 0 for end in way.ends):
        way.end(End(EndKind.WRITTEN, location))
    return way


def _holds(instruction: Instruction, location: Location) -> bool:
    where = instruction.location
    return where.start_line <= location.start_line <= where.end_line


def _stage_of(found: list[Instruction], at: int) -> int:
    """The FROM of the stage that an instruction is part of; -1 before the first."""
    return max((index for index in range(at + 1) if found[index].keyword == "FROM"), default=-1)


def _inherited(way: Way, resource: Resource, found: list[Instruction], at: int) -> None:
    """The FROM lines by which the stage comes to what an earlier one says."""
    start = next(
        (index for index, each in enumerate(found) if each.location.start_line == resource.location.start_line), None
    )
    target = _stage_of(found, at)
    while start is not None and start > target >= 0:
        image = _STAGE.match(found[start].text.strip())
        way.step("stage", f"{resource.address} starts from it", found[start].location)
        name = image[1].lower() if image else ""
        start = next((index for index in range(start) if _stage_name(found[index]) == name), None)


def _stage_name(instruction: Instruction) -> str:
    match = _STAGE.match(instruction.text.strip()) if instruction.keyword == "FROM" else None
    return (match[2] or "").lower() if match else ""


@dataclass(frozen=True)
class _Variables:
    """The variables of one file: `found` are its instructions, `given` the `--build-arg`."""

    way: Way
    found: list[Instruction]
    escape: str
    given: Mapping[str, str]

    def follow(self, at: int, text: str, depth: int) -> None:
        """Go on from each variable in a text of the instruction with the number `at`."""
        names = list(dict.fromkeys(match[1] or match[2] for match in _VARIABLE.finditer(text)))
        if depth <= _MOST:
            for name in names:
                self._variable(at, name, depth + (len(names) > 1))

    def _variable(self, at: int, name: str, depth: int) -> None:
        """The ENV or ARG that counts for the name: the last one before, in the stage or in those below it."""
        declared = next(self._declarations(at, name), None)
        if declared is None:
            if self.found[at].keyword not in _OF_THE_SHELL:
                ways = (f"an ARG {name}=… with a default", f"--build-arg {name}=…")
                self.way.step(
                    "unknown",
                    f"{name} is set by no ARG or ENV of this file, though the base image may set it",
                    None,
                    depth,
                )
                self.way.end(End(EndKind.UNKNOWN, None, name, ways, depth))
            return
        index, keyword, value = declared
        where = self.found[index].location
        if keyword == "ARG" and name in self.given:
            self.way.step("argument", f"ARG {name} is declared", where, depth)
            self.way.step("option", f"--build-arg {name} gives its value", None, depth)
            self.way.end(End(EndKind.WRITTEN, None, f"--build-arg {name}", depth=depth))
        elif value:
            self.way.step("default" if keyword == "ARG" else "env", f"{keyword} {name} gives its value", where, depth)
            before = len(self.way.ends)
            self.follow(index, value, depth)
            if len(self.way.ends) == before:
                self.way.end(End(EndKind.WRITTEN, where, name, depth=depth))
        else:
            self._without_value(index, name, depth)

    def _without_value(self, index: int, name: str, depth: int) -> None:
        """An ARG that says nothing takes what stands before the first FROM."""
        where = self.found[index].location
        self.way.step("argument", f"ARG {name} is declared without a value", where, depth)
        first = _first_from(self.found)
        outer = next(((number, value) for number, _, value in self._declarations(first, name) if number != index), None)
        if outer is not None and outer[1]:
            outside = self.found[outer[0]].location
            self.way.step("default", f"ARG {name} before the first FROM gives its value", outside, depth)
            self.way.end(End(EndKind.WRITTEN, outside, name, depth=depth))
            return
        ways = (f"a default: ARG {name}=…", f"--build-arg {name}=…")
        self.way.end(End(EndKind.UNKNOWN, where, name, ways, depth))

    def _declarations(self, at: int, name: str) -> Iterator[tuple[int, str, str]]:
        """Each ENV and ARG of the name seen from `at`, the nearest first: number, keyword and written value."""
        found, stage = self.found, _stage_of(self.found, at)
        if at >= len(found) or found[at].keyword == "FROM":
            stage, at = -1, _first_from(found)  # FROM sees what stands before the first FROM
        while True:
            for index in range(at - 1, stage, -1):
                if found[index].keyword in ("ARG", "ENV"):
                    value = _value(found[index], name, self.escape)
                    if value is not None:
                        yield index, found[index].keyword, value
            base = _base_of(found, stage)
            if base is None:
                return
            at = next((index for index in range(base + 1, len(found)) if found[index].keyword == "FROM"), len(found))
            stage = base


def _base_of(found: list[Instruction], stage: int) -> int | None:
    """The FROM of the stage of this file that a stage starts from."""
    match = _STAGE.match(found[stage].text.strip()) if stage >= 0 else None
    below = match[1].lower() if match else ""
    return next((index for index in range(max(stage, 0)) if below and _stage_name(found[index]) == below), None)


def _first_from(found: list[Instruction]) -> int:
    return next((index for index, each in enumerate(found) if each.keyword == "FROM"), len(found))


def _value(instruction: Instruction, name: str, escape: str) -> str | None:
    """What the instruction gives the name, empty for an ARG without a value; None when it speaks of others."""
    try:
        pairs = read(instruction, escape).pairs
    except StatementError:
        return None
    return next((pair.value or "" for pair in reversed(pairs) if pair.name == name), None)
