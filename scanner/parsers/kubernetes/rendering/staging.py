"""A chart's copy in a temporary folder, where it can be completed and its templates can be changed."""

import json
import os
import shutil
import stat
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from scanner.parsers.kubernetes.rendering.charts import CHART_FILE, OTHER_TOOLS, Chart, is_inside

Change = Callable[[str, str], str]
"""Gives the text of a template anew: from its path relative to the repository root, and its text."""

MOST_ENTRIES = 100_000
_STUB = "apiVersion: v2\nname: {name}\nversion: 0.0.0\n"


class UnsafeChartError(Exception):
    """A chart that may not be read: `str()` says why in one line, `path` is what is wrong in it."""

    def __init__(self, message: str, path: str) -> None:
        super().__init__(message)
        self.path = path


@dataclass(frozen=True)
class Parts:
    """A chart with the charts in it: those given beside it by their names, and names of others to leave empty."""

    chart: Chart
    added: Mapping[str, Chart]
    missing: tuple[str, ...] = ()

    def charts(self) -> Iterator[Chart]:
        """The chart itself and every chart unpacked in it or added to it."""
        waiting = [self.chart, *self.added.values()]
        while waiting:
            chart = waiting.pop(0)
            yield chart
            waiting += chart.subcharts


def check(chart: Chart, root: Path) -> None:
    """Look at every link of the chart. Raises `UnsafeChartError` for one that leads out of the repository."""
    top = root.resolve()
    if not is_inside(chart.folder, top):
        raise UnsafeChartError("a symbolic link that leads out of the repository", chart.path)
    seen: set[Path] = set()
    waiting = [chart.folder]
    entries = 0
    while waiting:
        folder = waiting.pop()
        if folder.resolve() in seen:
            continue
        seen.add(folder.resolve())
        for path in sorted(folder.iterdir()):
            entries += 1
            if entries > MOST_ENTRIES:
                raise UnsafeChartError(f"more than {MOST_ENTRIES:,} files", chart.path)
            if path.name in OTHER_TOOLS:
                continue
            if path.is_symlink():
                _check_link(path, top, root)
            if path.is_dir():
                waiting.append(path)


def _check_link(path: Path, top: Path, root: Path) -> None:
    name = path.relative_to(root).as_posix() if path.is_relative_to(root) else path.name
    try:
        target = path.resolve(strict=True)
    except (OSError, RuntimeError):
        raise UnsafeChartError("a symbolic link that leads nowhere or in a circle", name) from None
    if not target.is_relative_to(top):
        raise UnsafeChartError("a symbolic link that leads out of the repository", name)


def templates(chart: Chart) -> Iterator[tuple[str, Path]]:
    """Every file below `templates/` of one chart: its path relative to the repository root, and where it lies.

    Links that lead out of the repository, or to a folder a second time, are left out.
    """
    seen: set[Path] = set()
    if not is_inside(chart.folder / "templates", chart.top):
        return
    for current, folders, names in os.walk(chart.folder / "templates", followlinks=True):
        here = Path(current)
        seen.add(here.resolve())
        folders[:] = sorted(
            name for name in folders if is_inside(here / name, chart.top) and (here / name).resolve() not in seen
        )
        for name in sorted(names):
            path = here / name
            if not path.is_symlink() or is_inside(path, chart.top):
                yield chart.file(path.relative_to(chart.folder).as_posix()), path


@dataclass(frozen=True)
class Stage:
    """A copy of a chart: its folder, and the copies of the templates by their paths in the repository."""

    folder: Path
    copies: dict[str, Path] = field(default_factory=dict)

    def write(self, path: str, text: str) -> None:
        """Give the copy of a template another text."""
        self.copies[path].write_text(text, encoding="utf-8", newline="")


def stage(parts: Parts, target: Path, change: Change) -> Stage:
    """The copy of a chart in the new folder `target`, every template as `change` gives it."""
    copy = Stage(target)
    _stage_one(parts.chart, target, copy, change)
    for name, chart in parts.added.items():
        _stage_one(chart, target / "charts" / f"local-{name}", copy, change)
    for number, name in enumerate(parts.missing):
        stub = target / "charts" / f"missing-{number}"
        stub.mkdir(parents=True)
        (stub / CHART_FILE).write_text(_STUB.format(name=json.dumps(name)), encoding="utf-8")
    return copy


def _stage_one(chart: Chart, target: Path, copy: Stage, change: Change) -> None:
    target.mkdir(parents=True)
    for entry in sorted(chart.folder.iterdir()):
        if entry.name in OTHER_TOOLS or entry.name in ("templates", "charts"):
            continue
        if entry.is_dir():
            (target / entry.name).symlink_to(entry.resolve(), target_is_directory=True)
        elif _is_file(entry):
            (target / entry.name).symlink_to(entry.resolve())
    for path, file in templates(chart):
        if not _is_file(file):
            continue
        to = target / file.relative_to(chart.folder)
        to.parent.mkdir(parents=True, exist_ok=True)
        copy.copies[path] = to
        text = chart.text(file)
        new = change(path, text) if text else text
        if new == text:
            shutil.copyfile(file, to)
        else:
            copy.write(path, new)
    (target / "charts").mkdir(exist_ok=True)
    for name in chart.archives:
        if _is_file(chart.folder / "charts" / name):
            shutil.copyfile(chart.folder / "charts" / name, target / "charts" / name)
    for subchart in chart.subcharts:
        _stage_one(subchart, target / "charts" / subchart.folder.name, copy, change)


def _is_file(path: Path) -> bool:
    """Whether it is an ordinary file; a pipe or a device would be waited for without end."""
    try:
        return stat.S_ISREG(path.stat().st_mode)
    except OSError:
        return False
