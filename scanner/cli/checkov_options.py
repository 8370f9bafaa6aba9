"""Options that say which engines judge a release, and how Checkov, which is one of them, is run."""

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any

import typer

from scanner.cli.cache import cache_folder
from scanner.config import ENGINES, OWN, UsageError
from scanner.core.suggestions import closest

EngineOption = Annotated[
    list[str] | None,
    typer.Option(
        "--engine",
        envvar="RELEASEGATE_ENGINE",
        help=f"What judges: {', '.join((OWN, *ENGINES))}; {OWN} is all but checkov [all].",
    ),
]
ListedOption = Annotated[
    list[str] | None, typer.Option("--engine", help=f"Policies of these engines: {', '.join((OWN, *ENGINES))} [{OWN}].")
]
AllOption = Annotated[
    bool, typer.Option("--checkov-all", help="Run Checkov's checks that evidence no control here too.")
]
PoliciesOption = Annotated[
    list[Path] | None,
    typer.Option("--checkov-policies", help="Folder of checks that were written for Checkov; repeatable."),
]
PythonOption = Annotated[
    bool,
    typer.Option("--checkov-python", help="Run the Python in those folders: it is code, and it judges as it likes."),
]
NoCacheOption = Annotated[
    bool, typer.Option("--no-cache", help="Neither use nor keep what Checkov found in an earlier scan.")
]


def engines(names: Sequence[str]) -> tuple[str, ...]:
    """The engines of these names. Raises `UsageError` for one that there is not."""
    known = (OWN, *ENGINES)
    for name in names:
        if name not in known:
            raise UsageError(f"unknown engine {name!r}: expected {', '.join(known)}{closest([name], known)}")
    return tuple(names)


def checkov(policies: Sequence[Path] | None, is_all: bool, run_python: bool, no_cache: bool) -> dict[str, Any]:
    """The options by the names of `CheckovOptions`."""
    return {
        "all_checks": is_all or None,
        "policies": tuple(policies or ()),
        "run_python": run_python or None,
        "cache": None if no_cache else cache_folder("checkov"),
    }
