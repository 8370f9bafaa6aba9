"""`releasegate baseline create`: writes down what is there, so that later scans block for what is new alone."""

from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer

from scanner.cli.exit_codes import ExitCode
from scanner.cli.options import PathsArgument, tell, written
from scanner.cli.progress import progress_on_stderr
from scanner.cli.scan_settings import Settings, with_settings
from scanner.config import UsageError
from scanner.core.baseline import KnownFinding
from scanner.core.counting import count
from scanner.core.notification import Level
from scanner.core.result import ScanResult
from scanner.discovery import repository_root
from scanner.judging.baseline import known_findings
from scanner.judging.baseline_file import FILE_NAME, baseline_text, read_baseline
from scanner.pipeline import run

app = typer.Typer(help="The findings that a repository starts with.", no_args_is_help=True)


@app.callback()
def _group() -> None:
    """The findings that a repository starts with."""


@app.command("create")
@with_settings
def create(
    paths: PathsArgument = None,
    output: Annotated[
        Path | None,
        typer.Option("-o", "--output", help=f"File to write; default: {FILE_NAME} in the root of the repository."),
    ] = None,
    *,
    settings: Settings,
    no_progress: Annotated[bool, typer.Option("--no-progress", help="No progress line on a terminal.")] = False,
) -> None:
    """Write every open finding of a scan into a file; `scan --baseline` lets these pass. What is waived is left out.

    Exit codes: 0 written, 2 usage or configuration error, 3 written, but not everything could be evaluated.
    """
    scanned = paths or [Path()]
    # it says what is there: an old one, which a configuration file may name, has no part in that
    configured = replace(settings(scanned, {}), baseline=None, diff=None)
    file = output or repository_root(scanned) / FILE_NAME
    before = _before(file)
    with progress_on_stderr(enabled=not no_progress) as progress:
        result = run(configured, progress)
    now = known_findings(result.findings)
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UsageError(f"{file.parent} cannot be made: {error.strerror}") from None
    written(baseline_text(now), file)
    typer.echo(f"{file}: {_told(before, now, result)}")
    problems = [note for note in result.notifications if note.level is Level.ERROR]
    if problems or not result.release.source_files:
        tell(problems)
        typer.echo("releasegate: the scan is incomplete: what it did not see is not in the baseline", err=True)
        raise typer.Exit(ExitCode.INCOMPLETE)


def _before(file: Path) -> frozenset[KnownFinding] | None:
    """What the file knew, None where there is none. Raises `UsageError` for one that is no baseline."""
    if not file.exists():
        return None
    try:
        return frozenset(read_baseline(file, str(file)).findings)
    except UsageError:
        raise UsageError(f"{file} is there and is no baseline that can be read; remove it first") from None


def _told(before: frozenset[KnownFinding] | None, now: Iterable[KnownFinding], result: ScanResult) -> str:
    """How many findings the file has and, where there was one, what has changed."""
    entries = set(now)
    said = count(len(entries), "finding")
    if before is None:
        return said
    removed = before - entries
    ran = {policy.id for policy in result.policies}.union(result.quiet_checks)
    not_judged = sum(entry.policy not in ran for entry in removed)
    left = f" ({not_judged} of policies that were not run)" if not_judged else ""
    return f"{said}, {len(entries - before)} added, {len(removed)} removed{left}"
