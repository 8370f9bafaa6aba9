"""Which reports are written where and how they look: the options that `scan` and `report` share."""

import os
import shutil
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from scanner.cli.options import written
from scanner.config import UsageError
from scanner.core.result import ScanResult
from scanner.core.suggestions import closest
from scanner.reports import RENDERERS
from scanner.reports.interface import RenderOptions

DEFAULT_WIDTH = 100
SARIF_READERS = ("github",)

Targets = Sequence[tuple[str, Path | None]]

FormatOption = Annotated[
    list[str] | None,
    typer.Option("-f", "--format", help=f"Report format ({', '.join(RENDERERS)}); repeatable, in pairs with -o."),
]
OutputOption = Annotated[
    list[Path] | None,
    typer.Option("-o", "--output", help="File for the report of the -f before it; default: standard output."),
]
SarifForOption = Annotated[
    str | None,
    typer.Option(
        metavar="READER",
        help="Fit SARIF to who reads it: github, without what code scanning there would cut off or open again.",
    ),
]
VerboseOption = Annotated[
    bool, typer.Option("-v", "--verbose", help="List every finding in full, and what passed and was known too.")
]


def targets(formats: list[str] | None, outputs: list[Path] | None, quiet: bool = False) -> Targets:
    """Which report goes where: the n-th -f with the n-th -o, and at most one to standard output (None).

    Raises `UsageError` for what cannot be meant.
    """
    names, files = formats or [], outputs or []
    for name in names:
        if name not in RENDERERS:
            known = ", ".join(RENDERERS)
            raise UsageError(f"unknown format {name!r}: expected {known}{closest([name], RENDERERS)}")
    if len(files) > max(len(names), 1):
        raise UsageError("more -o than -f: each -o needs the -f whose report it takes")
    if not names:
        return [("terminal", _unless_stdout(files[0]))] if files else ([] if quiet else [("terminal", None)])
    found = [(name, _unless_stdout(files[index]) if index < len(files) else None) for index, name in enumerate(names)]
    written_to = [file for _, file in found]
    if written_to.count(None) > 1:
        raise UsageError("only one report can go to standard output: give the others an -o")
    twice = next((file for file in written_to if file and written_to.count(file) > 1), None)
    if twice:
        raise UsageError(f"two reports cannot go to the same file: {twice}")
    return found


def sarif_reader(name: str | None) -> str:
    """Who reads SARIF, empty for anyone. Raises `UsageError` for a reader that nobody knows."""
    if not name or name in SARIF_READERS:
        return name or ""
    known = ", ".join(SARIF_READERS)
    raise UsageError(f"unknown reader {name!r} of SARIF: expected {known}{closest([name], SARIF_READERS)}")


def write_reports(result: ScanResult, wanted: Targets, verbose: bool, sarif_for: str) -> None:
    """Render every report and put it where it belongs, all with the same time. Raises `UsageError`.

    What goes to standard output comes last: who reads it may go away, and the files are to be written all the same.
    """
    time = _time()
    for format_, output in sorted(wanted, key=lambda target: target[1] is None):
        on_terminal = output is None and sys.stdout.isatty()
        options = RenderOptions(
            width=shutil.get_terminal_size((DEFAULT_WIDTH, 24)).columns if on_terminal else DEFAULT_WIDTH,
            color=on_terminal and not os.environ.get("NO_COLOR"),
            verbose=verbose,
            sarif_for=sarif_for,
            time=time,
        )
        written(RENDERERS[format_](result, options), output)


def _unless_stdout(file: Path) -> Path | None:
    return None if str(file) == "-" else file


def _time() -> datetime:
    """What reports call now: SOURCE_DATE_EPOCH (seconds since 1970) where it is set. Raises `UsageError`."""
    epoch = os.environ.get("SOURCE_DATE_EPOCH")
    if not epoch:
        return datetime.now(tz=UTC).replace(microsecond=0)
    try:
        return datetime.fromtimestamp(int(epoch), tz=UTC)
    except (ValueError, OverflowError, OSError):
        raise UsageError(f"SOURCE_DATE_EPOCH={epoch!r} is no number of seconds since 1970") from None
