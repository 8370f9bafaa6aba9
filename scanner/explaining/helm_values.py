"""Which line of which file gives a chart its `.Values.…`: a file of --helm-values, a chart above, or its own."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from posixpath import dirname
from typing import Any

from scanner.core.location import Location
from scanner.core.values import AttributePath
from scanner.parsers.kubernetes.reading import at
from scanner.parsers.kubernetes.rendering.charts import (
    CHART_FILE,
    Chart,
    inside,
    local_dependency,
    read_chart,
    read_text,
)
from scanner.yaml_source import load_documents_leniently

_VALUES = "values.yaml"
ANY = "*"


@dataclass(frozen=True)
class ValuesFile:
    """A file of values as seen from the chart: its `.Values.x` stands below `prefix` in the file."""

    path: str
    text: str
    prefix: AttributePath
    said: str

    def find(self, path: AttributePath, hint: str = "") -> tuple[AttributePath, Location] | None:
        """Where the file gives a path of the chart's values; None where it does not.

        `ANY` stands for an element of a `range`: for the one that is named in `hint`, or the only one. Where there are
        several the collection itself is given.
        """
        documents = load_documents_leniently(self.text, self.path)[0]
        prefix = () if path[:1] == ("global",) else self.prefix
        if not documents:
            return None
        reached = _without_any(at(documents[0].value, *prefix), path, hint)
        found = documents[0].locations.get((*prefix, *reached)) if reached is not None else None
        return (reached, found) if reached is not None and found is not None else None


def _without_any(value: Any, path: AttributePath, hint: str) -> AttributePath | None:
    """The path with keys in place of `ANY`; None where it leads nowhere."""
    if not path:
        return ()
    step, rest = path[0], path[1:]
    if step != ANY:
        if at(value, step) is None and not (isinstance(value, dict) and step in value):
            return None
        inner = _without_any(at(value, step), rest, hint)
        return None if inner is None else (step, *inner)
    keys = list(value) if isinstance(value, dict) else list(range(len(value))) if isinstance(value, list) else []
    found = [(key, *inner) for key in keys if (inner := _without_any(at(value, key), rest, hint)) is not None]
    named = [each for each in found if str(each[0]) in hint.replace("-", "/").split("/")]
    if len(named) == 1 or len(found) == 1:
        return (named or found)[0]
    return () if found else None


@dataclass(frozen=True)
class ChartValues:
    """The chart that a template belongs to, and its files of values, the one that wins first."""

    chart: Chart
    files: tuple[ValuesFile, ...]


def values_for(template: str, origin: str, root: Path, given: Sequence[Path]) -> ChartValues | None:
    """The values that count for a template; `origin` is the folder of the chart that is rendered as a whole."""
    folder = _chart_of(template, root)
    if folder is None:
        return None
    above = list(_above(folder, origin, root))
    labels = tuple(label for _, label in reversed(above))
    found = [ValuesFile(_shown(file, root), read_text(file), labels, "--helm-values") for file in reversed(given)]
    for number, (parent, _) in enumerate(reversed(above)):
        path = inside(parent, _VALUES)
        found.append(ValuesFile(path, read_text(root / path), labels[number:], f"the parent chart {parent}"))
    own = inside(folder, _VALUES)
    found.append(ValuesFile(own, read_text(root / own), (), "the chart's own defaults"))
    return ChartValues(read_chart(folder, root), tuple(each for each in found if each.text))


def _chart_of(template: str, root: Path) -> str | None:
    parts = template.split("/")
    for index in range(len(parts) - 2, -1, -1):
        folder = "/".join(parts[:index]) or "."
        if parts[index] == "templates" and (root / folder / CHART_FILE).is_file():
            return folder
    return None


def _above(folder: str, origin: str, root: Path) -> Iterator[tuple[str, str]]:
    """Each chart around this one with the name that it gives the one inside, from the inside out."""
    while folder != origin:
        parent = dirname(dirname(folder)) or "."
        if dirname(folder).rpartition("/")[2] == "charts" and (root / parent / CHART_FILE).is_file():
            name = read_chart(folder, root).name
            rows = [each for each in read_chart(parent, root).dependencies if each.name == name]
            yield parent, rows[0].label if rows else name
            folder = parent
            continue
        if (root / origin / CHART_FILE).is_file():
            chart = read_chart(origin, root)
            rows = [each for each in chart.dependencies if local_dependency(chart, each, root) == folder]
            if rows:
                yield origin, rows[0].label
        return


def _shown(file: Path, root: Path) -> str:
    absolute = file.resolve()
    return absolute.relative_to(root).as_posix() if absolute.is_relative_to(root) else absolute.name
