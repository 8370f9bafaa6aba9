"""Charts on disk for tests: reading a folder as a scan does, and writing small charts."""

import shutil
import tarfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

from scanner.config import KubernetesOptions
from scanner.core.resource import Parsed, Resource, SourceFile
from scanner.core.values import AttributePath, leaves, parse_path
from scanner.parsers.interface import ParseContext
from scanner.parsers.kubernetes import KUBERNETES

CHARTS = Path(__file__).parents[4] / "fixtures" / "parsers" / "kubernetes" / "charts"

_FOUND = shutil.which("helm")
HELM = Path(_FOUND) if _FOUND else None
needs_helm = pytest.mark.skipif(HELM is None, reason="helm is not on PATH")


@dataclass(frozen=True)
class Reading:
    """What the parser made of a folder, with shorter ways to look at it."""

    parsed: Parsed

    def resource(self, address: str) -> Resource:
        (found,) = [each for each in self.parsed.resources if each.address == address]
        return found

    def addresses(self) -> list[str]:
        """Those of the objects, without their pods and containers."""
        return [each.address for each in self.parsed.resources if each.parent is None]

    def place(self, address: str, attribute: str) -> tuple[str, int]:
        found = self.resource(address).locate(parse_path(attribute))
        return found.path, found.start_line

    def told(self) -> list[tuple[str, str, str]]:
        """Level, place and message of every notification, without the notes."""
        return [
            (each.level.value, str(each.location), each.message)
            for each in self.parsed.notifications
            if each.level.value != "note"
        ]

    def notes(self) -> list[str]:
        return [each.message for each in self.parsed.notifications if each.level.value == "note"]


def read_folder(
    root: Path, *, helm: Path | None = HELM, values: tuple[Path, ...] = (), only: str = "", time_limit: float = 60.0
) -> Reading:
    """Every file below `root` that the parser claims, or the one called `only`."""
    files = []
    for path in sorted(root.rglob("*")):
        name = path.relative_to(root).as_posix()
        if path.is_file() and not path.is_symlink() and KUBERNETES.claims(name, path.read_bytes()[: 64 << 10]):
            files.append(SourceFile(name, "kubernetes", path.read_text()))
    if only:
        files = [file for file in files if file.path == only]
    options = KubernetesOptions(helm=helm, helm_values=values)
    return Reading(KUBERNETES.parse(files, ParseContext(root, time_limit, workers=2, kubernetes=options)))


def write_chart(folder: Path, files: Mapping[str, str], *, name: str = "app", more: str = "") -> Path:
    """A chart called `name` in `folder`: the given files, and a Chart.yaml with the lines `more` at its end."""
    for path, text in {"Chart.yaml": f"apiVersion: v2\nname: {name}\nversion: 0.1.0\n{more}", **files}.items():
        file = folder / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
    return folder


def pack(chart: Path, archive: Path) -> None:
    """The chart as Helm packs it."""
    archive.parent.mkdir(parents=True, exist_ok=True)
    with tarfile.open(archive, "w:gz") as packed:
        packed.add(chart, chart.name)


def write_program(file: Path, script: str) -> Path:
    """A program that stands in for helm."""
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(f"#!/bin/sh\n{script}\n")
    file.chmod(0o755)
    return file


def every_line(resource: Resource) -> Iterator[tuple[AttributePath, str]]:
    """Every value of a resource with the place of its line."""
    for path, _ in leaves(resource.attributes):
        yield path, str(resource.locate(path))
