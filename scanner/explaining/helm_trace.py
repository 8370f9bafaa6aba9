"""The way of a value in a rendered chart: the template's line, `.Values.x` in it, and the file that gives x."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from scanner.core.location import Location
from scanner.core.resource import Resource
from scanner.core.values import AttributePath, format_path
from scanner.explaining.helm_values import ANY, ChartValues, ValuesFile, values_for
from scanner.explaining.steps import End, EndKind, Way
from scanner.parsers.kubernetes.rendering.staging import templates

_ACTION = re.compile(r"\{\{-?\s*(.*?)\s*-?\}\}", re.DOTALL)
_VALUES = re.compile(r"(?:\$|\B)\.Values((?:\.[A-Za-z_][\w-]*)+)")
_INDEX = re.compile(r"\bindex\s+\$?\.Values((?:\.[A-Za-z_][\w-]*)*)((?:\s+\"[^\"]+\")+)")
_RELATIVE = re.compile(r"(?<![\w$.)])\.([A-Za-z_][\w-]*(?:\.[A-Za-z_][\w-]*)*)")
_NAMED = re.compile(r"(\$[A-Za-z_]\w*)(?:\.([A-Za-z_][\w.-]*))?")
_SET = re.compile(r"(\$[A-Za-z_]\w*)\s*:?=\s*(.*)", re.DOTALL)
_USED = re.compile(r"\b(?:include|template)\s+\"([^\"]+)\"")
_DEFAULT = re.compile(r"\bdefault\s+(\"[^\"]*\"|[\w.-]+)")
_OF_HELM = frozenset(("Values", "Release", "Chart", "Capabilities", "Template", "Files", "Subcharts"))
_SCOPES = ("with", "range")
_BLOCKS = ("if", "with", "range", "define", "block")
_CONTROLS = ("if", "with", "range", "else", "end")
_INSERTED = re.compile(r"\b(?:toYaml|tpl|n?indent)\b")
_DEEPEST = 5


@dataclass(frozen=True)
class _Action:
    text: str
    start: int
    first_line: int
    last_line: int


def chart_way(
    resource: Resource, path: AttributePath, location: Location, root: Path, given: Sequence[Path]
) -> Way | None:
    """From the line of the template to the values; None for what is no template of a chart.

    `root` is the repository root and `given` the files of --helm-values.
    """
    values = values_for(location.path, resource.origin, root, given)
    if values is None:
        return None
    way = Way()
    name = format_path(path)
    said = f"the template makes {resource.address}"
    if path:
        is_written = path in resource.attribute_locations
        said = f"the template {'writes' if is_written else 'has no line for'} {name} of {resource.address}"
    way.step("template", said, location)
    if not path:
        way.end(End(EndKind.WRITTEN, location))
        return way
    _Template(way, values, path, resource.address, location.path, _text(values, location.path)).line(
        location.start_line
    )
    if not way.ends:
        way.end(End(EndKind.WRITTEN, location))
    return way


def _text(values: ChartValues, path: str) -> str:
    name = path.removeprefix(f"{values.chart.path}/") if values.chart.path != "." else path
    return values.chart.text(values.chart.folder / name)


@dataclass(frozen=True)
class _Template:
    """One file of templates; `wanted` is the attribute of the object at `address`."""

    way: Way
    values: ChartValues
    wanted: AttributePath
    address: str
    path: str
    text: str
    depth: int = 0

    def line(self, number: int) -> None:
        """Go on from everything that the line puts in, and say what it stands under."""
        actions = list(_actions(self.text))
        here = [each for each in actions if each.first_line <= number <= each.last_line] or self._below(actions, number)
        for action in here:
            if action.text.split(maxsplit=1)[:1] not in (["end"], ["else"]):
                self._references(action, actions)
        for action in _around(actions, here[0].start if here else _offset(self.text, number)):
            self._condition(action, actions)

    def _below(self, actions: Sequence[_Action], number: int) -> list[_Action]:
        """What is put in below a key that has nothing of its own in its line."""
        lines = self.text.split("\n")
        key = lines[number - 1] if number <= len(lines) else ""
        if not key.rstrip().endswith(":") or not self.wanted:
            return []
        for line, text in enumerate(lines[number:], start=number + 1):
            here = [each for each in actions if each.first_line <= line <= each.last_line]
            if any(_INSERTED.search(each.text) for each in here):
                return here
            if text.strip() and not all(each.text.startswith(_CONTROLS) for each in here):
                return []
            if text.strip() and not here:
                return []
        return []

    def _references(self, action: _Action, actions: Sequence[_Action]) -> None:
        is_tree = "toYaml" in action.text or "tpl" in action.text or action.text.startswith(_SCOPES)
        default = _DEFAULT.search(action.text)
        for path in _paths(action, actions, self.text):
            self._value(path, action, is_tree, default[1] if default else "", 0)
        for name in dict.fromkeys(_USED.findall(action.text)):
            self._include(name)

    def _condition(self, action: _Action, actions: Sequence[_Action]) -> None:
        paths = list(_paths(action, actions, self.text))
        if action.text.startswith("if") and paths:
            where = Location(self.path, action.first_line)
            self.way.step("condition", f"it is written only if {action.text.removeprefix('if').strip()}", where, 1)
            for path in paths:
                found = next((each for file in self.values.files if (each := file.find(path, self.address))), None)
                if found is not None:
                    self.way.step("values", f".Values.{_dotted(found[0])}", found[1], 2)

    def _include(self, name: str) -> None:
        if self.depth >= _DEEPEST:
            return
        for path, file in templates(self.values.chart):
            text = self.values.chart.text(file)
            match = re.search(rf"\{{\{{-?\s*(?:define|block)\s+\"{re.escape(name)}\"", text)
            if match:
                first = text.count("\n", 0, match.start()) + 1
                self.way.step("include", f"the named template {name}", Location(path, first), self.depth)
                self._inside(path, text, match.start())
                return

    def _inside(self, path: str, text: str, start: int) -> None:
        """What a named template refers to, one step inwards."""
        inner = _Template(self.way, self.values, self.wanted, self.address, path, text, self.depth + 1)
        actions = list(_actions(text))
        for action in _within(actions, start):
            inner._references(action, actions)

    def _value(self, path: AttributePath, action: _Action, is_tree: bool, default: str, depth: int) -> None:
        depth += self.depth
        found = [(file, *each) for file in self.values.files if (each := self._best(file, path, is_tree))]
        name = f".Values.{_dotted(path)}"
        if not found:
            where = Location(self.path, action.first_line)
            if default:
                self.way.step("default", f"no file gives {name}: the template's default {default} counts", where, depth)
                self.way.end(End(EndKind.WRITTEN, where, name, depth=depth))
                return
            self.way.step("unknown", f"no file of values gives {name}", None, depth)
            ways = ("--helm-values FILE", f"{_dotted(path)} in {self.values.chart.file('values.yaml')}")
            self.way.end(End(EndKind.UNKNOWN, None, name, ways, depth))
            return
        longest = max(len(reached) for _, reached, _ in found)
        file, reached, location = next(each for each in found if len(each[1]) == longest)
        said = f".Values.{_dotted(reached)} is given by {file.said}"
        self.way.step("values", said, location, depth)
        for other, its_path, overridden in found:
            if other is not file and len(its_path) == longest:
                self.way.step("overridden", f"which wins over {other.said}", overridden, depth + 1)
        self.way.end(End(EndKind.WRITTEN, location, f".Values.{_dotted(reached)}", depth=depth))

    def _best(self, file: ValuesFile, path: AttributePath, is_tree: bool) -> tuple[AttributePath, Location] | None:
        """Where a file gives a value; of a tree that is put in as a whole, the part that the attribute names."""
        for start in range(len(self.wanted)) if is_tree else ():
            found = file.find((*path, *self.wanted[start:]), self.address)
            if found is not None:
                return found
        return file.find(path, self.address)


def _dotted(path: AttributePath) -> str:
    return format_path(path) if path else "*"


def _depth(line: str) -> int:
    return len(line) - len(line.lstrip())


def _actions(text: str) -> Iterator[_Action]:
    for match in _ACTION.finditer(text):
        if not match[1].startswith("/*"):
            first = text.count("\n", 0, match.start()) + 1
            yield _Action(match[1], match.start(), first, first + match[0].count("\n"))


def _offset(text: str, number: int) -> int:
    position = 0
    for _ in range(number - 1):
        position = text.find("\n", position) + 1
    return position


def _around(actions: Sequence[_Action], start: int) -> list[_Action]:
    """The blocks that are open at an offset, the innermost first."""
    opened: list[_Action] = []
    for action in actions:
        if action.start >= start:
            break
        word = action.text.split(maxsplit=1)[:1]
        if word and word[0] in _BLOCKS:
            opened.append(action)
        elif word == ["end"] and opened:
            opened.pop()
    return opened[::-1]


def _within(actions: Sequence[_Action], start: int) -> Iterator[_Action]:
    """The actions of the block that begins at an offset."""
    depth = 0
    for action in actions:
        if action.start < start:
            continue
        word = action.text.split(maxsplit=1)[:1]
        if word and word[0] in _BLOCKS:
            depth += 1
            if action.start > start and word[0] != "define":
                yield action
        elif word == ["end"]:
            depth -= 1
            if depth == 0:
                return
        elif word != ["else"]:
            yield action


def _paths(action: _Action, actions: Sequence[_Action], text: str, deep: int = 0) -> Iterator[AttributePath]:
    """The paths in the chart's values that an action refers to: by their whole name, or inside `with` and `range`."""
    found: dict[AttributePath, None] = {}
    for match in _VALUES.finditer(action.text):
        found[tuple(match[1].strip(".").split("."))] = None
    for match in _INDEX.finditer(action.text):
        keys = re.findall(r"\"([^\"]+)\"", match[2])
        found.pop(tuple(match[1].strip(".").split(".")), None)
        found[(*filter(None, match[1].split(".")), *keys)] = None
    scope = next((each for each in _around(actions, action.start) if each.text.startswith(_SCOPES)), None)
    if scope is not None and deep < _DEEPEST:
        element = (ANY,) if scope.text.startswith("range") else ()
        bases = [(*each, *element) for each in _paths(scope, actions, text, deep + 1)]
        for match in _RELATIVE.finditer(action.text):
            steps = tuple(match[1].split("."))
            if steps[0] not in _OF_HELM and bases:
                found[(*bases[0], *steps)] = None
        if re.search(r"(?<![\w.$)])\.(?![\w.])", action.text) and bases and not _USED.search(action.text):
            found[bases[0]] = None
    for match in _NAMED.finditer(action.text):
        for base in _named(match[1], action, actions, text, deep):
            found[(*base, *(match[2].split(".") if match[2] else ()))] = None
    yield from found


def _named(name: str, action: _Action, actions: Sequence[_Action], text: str, deep: int) -> Iterator[AttributePath]:
    """What a variable of the template was last set to, where that is a part of the values."""
    if deep >= _DEEPEST:
        return
    for other in reversed([each for each in actions if each.start < action.start]):
        match = _SET.search(other.text)
        if match and match[1] == name:
            element = (ANY,) if other.text.startswith("range") else ()
            found = list(_paths(_Action(match[2], other.start, 0, 0), actions, text, deep + 1))[:1]
            yield from ((*each, *element) for each in found)
            return
