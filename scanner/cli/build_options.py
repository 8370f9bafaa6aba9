"""Options that tell the scan how charts, overlays and images are built, and the programs that render them."""

import os
import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from scanner.config import UsageError

_RENDERERS = ("helm", "kustomize", "kubectl")

HelmValuesOption = Annotated[
    list[Path] | None,
    typer.Option("--helm-values", help="File of values for every chart, as helm takes it; repeatable."),
]
NoRenderOption = Annotated[
    bool,
    typer.Option("--no-render", help="Run neither helm nor kustomize; charts and overlays make the scan incomplete."),
]
BuildArgOption = Annotated[
    list[str] | None,
    typer.Option("--build-arg", help="NAME=VALUE of an ARG of the Dockerfiles, as docker takes it; repeatable."),
]


def renderers() -> dict[str, Path | None]:
    """The programs on PATH that render charts and overlays, by their names."""
    return {name: on_path(name) for name in _RENDERERS}


def on_path(name: str) -> Path | None:
    """The program of that name on PATH.

    Folders that PATH gives relative to the working directory are passed over: a scan is often started in the scanned
    tree, and what lies there is for its author to decide.
    """
    folders = [folder for folder in os.environ.get("PATH", os.defpath).split(os.pathsep) if Path(folder).is_absolute()]
    found = shutil.which(name, path=os.pathsep.join(folders))
    return Path(found) if found else None


def build_args(written: Sequence[str] | None) -> dict[str, str]:
    """The values by name. Raises `UsageError` for a word that is no NAME=VALUE."""
    values: dict[str, str] = {}
    for each in written or ():
        name, equals, value = each.partition("=")
        if not name or not equals:
            raise UsageError(f"--build-arg {each!r}: expected NAME=VALUE")
        values[name] = value
    return values
