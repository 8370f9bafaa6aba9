"""Folders on disk, read as a scan reads them and divided into units."""

import shutil
from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path

from scanner.config import Config, KubernetesOptions, TerraformOptions
from scanner.core.resource import Release
from scanner.engines.checkov.interface import Unit
from scanner.engines.checkov.units import units_of
from scanner.pipeline.reading import read_release

FIXTURES = Path(__file__).parents[4] / "fixtures"


def write(folder: Path, files: Mapping[str, str]) -> Path:
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8", newline="")
    return folder


def read(
    folder: Path,
    terraform: TerraformOptions | None = None,
    kubernetes: KubernetesOptions | None = None,
    excludes: Sequence[str] = (),
) -> Release:
    """The release in a folder, which is the whole of its repository unless there is one around it."""
    config = Config(
        paths=(folder,),
        as_of=date(2026, 11, 21),
        excludes=tuple(excludes),
        terraform=terraform or TerraformOptions(),
        kubernetes=kubernetes or KubernetesOptions(),
    )
    return read_release(config, lambda _: None).release


def divided(
    folder: Path, terraform: TerraformOptions | None = None, kubernetes: KubernetesOptions | None = None
) -> dict[str, Unit]:
    """The units by their names."""
    options = terraform or TerraformOptions()
    units = units_of(read(folder, options, kubernetes), options)
    assert len({unit.name for unit in units}) == len(units)
    return {unit.name: unit for unit in units}


def copied(fixture: str, to: Path) -> Path:
    """A fixture in a repository of its own."""
    shutil.copytree(FIXTURES / fixture, to / "repository")
    return to / "repository"


def addresses(unit: Unit) -> list[str]:
    return [each.address for each in unit.resources]


def lines(unit: Unit, path: str) -> list[str]:
    return unit.files[path].decode().split("\n")
