"""`releasegate report`: a saved result in, any report of it out, without the scanned files."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from scanner.cli.exit_codes import exit_code
from scanner.cli.report_options import (
    FormatOption,
    OutputOption,
    SarifForOption,
    VerboseOption,
    sarif_reader,
    targets,
    write_reports,
)
from scanner.config import UsageError
from scanner.core.result import ScanResult


def report(
    saved: Annotated[
        Path, typer.Argument(metavar="RESULT", help="What `releasegate scan -f json` wrote; - for standard input.")
    ],
    formats: FormatOption = None,
    outputs: OutputOption = None,
    sarif_for: SarifForOption = None,
    gate: Annotated[
        bool, typer.Option("--gate", help="Exit by the verdict of the scan; no soft fail softens it.")
    ] = False,
    verbose: VerboseOption = False,
) -> None:
    """Render a saved result again, in any format: what comes out is what the scan would have written.

    Exit codes: 0 written, 2 usage error or no result that can be read, 4 internal error. With --gate those of `scan`:
    0 passed, 1 blocked by findings, 3 incomplete scan.
    """
    wanted, reader = targets(formats, outputs), sarif_reader(sarif_for)
    result = _read(saved)
    write_reports(result, wanted, verbose, reader)
    if gate:
        raise typer.Exit(exit_code(result.verdict))


def _read(file: Path) -> ScanResult:
    from scanner.reports.saved import ResultError, read_result  # noqa: PLC0415 - no other command pays for it

    is_stdin = str(file) == "-"
    name = "standard input" if is_stdin else str(file)
    try:
        content = sys.stdin.buffer.read() if is_stdin else file.read_bytes()
    except OSError as error:
        raise UsageError(f"{name} cannot be read: {error.strerror}") from None
    try:
        return read_result(content.decode("utf-8-sig"))
    except UnicodeDecodeError:
        raise UsageError(f"{name}: not UTF-8 text, so it is no result of a scan") from None
    except ResultError as error:
        raise UsageError(f"{name}: {error}") from None
