"""The Helm charts of a release: where they are, and what their Chart.yaml says."""

import os
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from posixpath import dirname, join, normpath
from typing import Any

from scanner.core.location import Location
from scanner.core.resource import SourceFile
from scanner.parsers.kubernetes.reading import at, elements, mapping, word
from scanner.yaml_source import load_documents_leniently

CHART_FILE = "Chart.yaml"
_ARCHIVE = ".tgz"
_LARGEST = 10 << 20
# Folders of other tools beside a chart in the root of a repository; no template reads them.
OTHER_TOOLS = frozenset((".git", ".hg", ".svn", ".terraform", ".tox", ".venv", "__pycache__", "node_modules", "venv"))


@dataclass(frozen=True)
class Dependency:
    """One row of `dependencies`, with the line of its name; `label` is the alias, or else the name."""

    name: str
    label: str
    repository: str
    conditions: tuple[str, ...]
    location: Location


@dataclass(frozen=True)
class Chart:
    """One chart: `path` is its folder relative to the repository root (`.` for the root), `folder` the same on disk.

    `top` is the repository root without links. `subcharts` are those unpacked in `charts/`, `archives` the names of
    the packed ones there.
    """

    path: str
    folder: Path
    top: Path
    name: str
    is_library: bool
    dependencies: tuple[Dependency, ...] = ()
    subcharts: tuple["Chart", ...] = ()
    archives: tuple[str, ...] = ()

    @property
    def location(self) -> Location:
        return Location(inside(self.path, CHART_FILE), 1)

    @property
    def shown(self) -> str:
        """What a message calls the chart."""
        return self.path if self.path != "." else self.name or self.path

    def file(self, name: str) -> str:
        """The path of the chart's file `name` relative to the repository root."""
        return inside(self.path, name)

    def text(self, file: Path) -> str:
        """The text of a file of the chart, empty for what a link leads to outside the repository."""
        return read_text(file) if is_inside(file, self.top) else ""


def is_inside(path: Path, top: Path) -> bool:
    """Whether a path leads to something below `top`, with all its links followed."""
    try:
        return path.resolve().is_relative_to(top)
    except (OSError, RuntimeError):
        return False


def inside(folder: str, name: str) -> str:
    """`name` in `folder`, where the folder `.` is the repository root."""
    return name if folder == "." else f"{folder}/{name}"


def charts_of(files: Iterable[SourceFile], root: Path) -> dict[str, list[SourceFile]]:
    """The folders of the charts that `files` belong to, relative to `root`, each with its files.

    A chart in `charts/` of another one belongs to that one, unless none of the other's own files is given.
    """
    nearest: dict[str, list[SourceFile]] = {}
    known: dict[str, bool] = {}
    for file in files:
        folder = _nearest(file.path, root, known)
        if folder is not None:
            nearest.setdefault(folder, []).append(file)
    found: dict[str, list[SourceFile]] = {}
    for folder, given in sorted(nearest.items()):
        around = folder
        for above in _around(folder, root, known):
            if above in nearest:
                around = above
        found.setdefault(around, []).extend(given)
    return found


def _nearest(path: str, root: Path, known: dict[str, bool]) -> str | None:
    """The folder of the chart that a file belongs to: its Chart.yaml is there, or the file is one of its templates."""
    folder = dirname(path) or "."
    if path.rpartition("/")[2] == CHART_FILE:
        return folder
    parts = path.split("/")
    for index in range(len(parts) - 2, -1, -1):
        if parts[index] == "templates":
            folder = "/".join(parts[:index]) or "."
            if _is_chart(folder, root, known):
                return folder
    return None


def _around(folder: str, root: Path, known: dict[str, bool]) -> Iterator[str]:
    """The charts whose `charts/` hold the chart in `folder`, from the inside out."""
    while folder != ".":
        charts = dirname(folder)
        if charts.rpartition("/")[2] != "charts":
            return
        folder = dirname(charts) or "."
        if not _is_chart(folder, root, known):
            return
        yield folder


def _is_chart(folder: str, root: Path, known: dict[str, bool]) -> bool:
    if folder not in known:
        known[folder] = (root / folder / CHART_FILE).is_file()
    return known[folder]


def read_chart(path: str, root: Path) -> Chart:
    """The chart in the folder `path`, with its unpacked subcharts; what its Chart.yaml lacks is empty."""
    return _read_chart(path, root, root.resolve(), set())


def _read_chart(path: str, root: Path, top: Path, seen: set[Path]) -> Chart:
    """As `read_chart`; `seen` are folders that a link may lead to again."""
    folder = root / path
    seen.add(folder.resolve())
    body, dependencies = _chart_file(folder, path, top)
    subcharts, archives = [], []
    for entry in _entries(folder / "charts") if is_inside(folder / "charts", top) else ():
        inner = folder / "charts" / entry.name
        if entry.name.endswith(_ARCHIVE):
            archives.append(entry.name)
        elif (inner / CHART_FILE).is_file() and is_inside(inner, top) and inner.resolve() not in seen:
            subcharts.append(_read_chart(inside(path, f"charts/{entry.name}"), root, top, seen))
    return Chart(
        path=path,
        folder=folder,
        top=top,
        name=word(body.get("name")) or "",
        is_library=body.get("type") == "library",
        dependencies=dependencies,
        subcharts=tuple(subcharts),
        archives=tuple(archives),
    )


def local_dependency(chart: Chart, dependency: Dependency, root: Path) -> str | None:
    """The folder of a dependency on `file://…` inside the repository, relative to its root."""
    if not dependency.repository.startswith("file://"):
        return None
    folder = normpath(join(chart.path, dependency.repository.removeprefix("file://")))
    if folder.startswith(("..", "/")) or not (root / folder / CHART_FILE).is_file():
        return None
    return folder


def missing_dependencies(chart: Chart) -> list[Dependency]:
    """The dependencies that are not in `charts/`, packed or not."""
    unpacked = {each.name for each in chart.subcharts}
    return [
        each
        for each in chart.dependencies
        if each.name not in unpacked
        and not any(re.match(rf"{re.escape(each.name)}-v?\d", name) for name in chart.archives)
    ]


def _chart_file(folder: Path, path: str, top: Path) -> tuple[Mapping[str, Any], tuple[Dependency, ...]]:
    body: Mapping[str, Any] = {}
    dependencies: list[Dependency] = []
    for name in (CHART_FILE, "requirements.yaml"):
        text = read_text(folder / name) if is_inside(folder / name, top) else ""
        documents = load_documents_leniently(text, inside(path, name))[0] if text else []
        if not documents:
            continue
        written = mapping(documents[0].value)
        body = body or written
        for index, row in enumerate(elements(written.get("dependencies"))):
            dependency = word(at(row, "name"))
            if dependency is None:
                continue
            place = ("dependencies", index, "name")
            dependencies.append(
                Dependency(
                    name=dependency,
                    label=word(at(row, "alias")) or dependency,
                    repository=word(at(row, "repository")) or "",
                    conditions=tuple((word(at(row, "condition")) or "").replace(" ", "").split(",")),
                    location=documents[0].locations.get(place, documents[0].location),
                )
            )
    return body, tuple(dependencies)


def _entries(folder: Path) -> list[os.DirEntry[str]]:
    try:
        with os.scandir(folder) as entries:
            return sorted(entries, key=lambda entry: entry.name)
    except OSError:
        return []  # most charts have no folder `charts`


def read_text(file: Path) -> str:
    """The text of a file, empty when there is none or when it is no text of sensible size."""
    try:
        if not file.is_file() or file.stat().st_size > _LARGEST:
            return ""
        return file.read_bytes().decode("utf-8-sig", errors="replace")
    except OSError:
        return ""
