"""`releasegate waivers`: what is accepted in a release, and what silences other scanners there."""

from datetime import date
from pathlib import Path
from typing import Annotated

import typer

from scanner.cli.exit_codes import ExitCode
from scanner.cli.options import (
    ConfigOption,
    ExcludeOption,
    NoGitignoreOption,
    PathsArgument,
    PolicyOption,
    configuration,
    day,
    given,
    tell,
    written,
)
from scanner.cli.progress import progress_on_stderr
from scanner.cli.scan_settings import Settings, with_settings
from scanner.config import UsageError
from scanner.core.notification import Level
from scanner.core.waiver import WaiverState, WaiverUse
from scanner.pipeline import open_bundle, read, run
from scanner.reports.safe_text import one_line

app = typer.Typer(help="What is accepted in a release, and until when.", no_args_is_help=True, rich_markup_mode=None)


@app.command("list")
@with_settings
def list_waivers(paths: PathsArgument = None, *, settings: Settings) -> None:
    """Scan, and list every waiver: its state, policy, end, days left, findings, owner, approver and place.

    Exit codes: 0 listed, 2 usage or configuration error, 3 listed, but not everything could be read.
    """
    config = settings(paths or [Path()], {})
    with progress_on_stderr(enabled=True) as progress:
        result = run(config, progress)
    rows = [_HEADINGS, *(_row(use, config.as_of) for use in result.waivers)]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for row, use in zip(rows, [None, *result.waivers], strict=True):
        typer.echo("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip())
        if use is not None:
            for words in (use.waiver.reason, use.why):
                if words:
                    typer.echo(f"    {one_line(words)}")
    errors = [note for note in result.notifications if note.level is Level.ERROR]
    tell(errors)
    if errors:
        raise typer.Exit(ExitCode.INCOMPLETE)


_HEADINGS = ("STATE", "POLICY", "UNTIL", "DAYS", "FINDINGS", "OWNER", "APPROVER", "WRITTEN AT")


def _row(use: WaiverUse, today: date) -> tuple[str, ...]:
    waiver = use.waiver
    left = str((waiver.until - today).days) if waiver.ends else "-"
    findings = str(len(use.findings)) if use.state is not WaiverState.NOT_EVALUATED else "?"
    cells = (use.state.value, waiver.policy, waiver.ends, left, findings, waiver.owner, waiver.approver)
    return (*(one_line(cell) or "-" for cell in cells), str(waiver.location))


@app.command("import")
def import_(  # noqa: PLR0913, PLR0917 - one parameter per option is how typer reads them
    paths: PathsArgument = None,
    output: Annotated[
        Path | None,
        typer.Option("-o", "--output", help="File to write, which must not exist; default: standard output."),
    ] = None,
    until: Annotated[
        str | None, typer.Option(metavar="DATE", help="The end of entries for which none is given (YYYY-MM-DD).")
    ] = None,
    policy: PolicyOption = None,
    exclude: ExcludeOption = None,
    no_gitignore: NoGitignoreOption = False,
    config: ConfigOption = None,
) -> None:
    """Write a file of waivers, to be reviewed, from what silences Checkov, Trivy, tfsec, KICS and kube-linter.

    Exit codes: 0 written, 2 usage or configuration error, 3 written, but not everything could be read.
    """
    if output is not None and output.exists():
        raise UsageError(f"{output} exists already; name another file and take over what you want")
    if until is not None:
        day(until, "--until")
    options = {
        "excludes": tuple(exclude or ()),
        "use_gitignore": False if no_gitignore else None,
        "policy_directories": tuple(policy or ()),
    }
    from scanner.authoring.foreign_waivers import import_waivers  # noqa: PLC0415 - no other command pays for it

    settings = configuration(paths or [Path()], config, None, given(options), {"models": {"open_artifacts": False}})
    with progress_on_stderr(enabled=output is not None) as progress:
        release = read(settings, progress)
    imported = import_waivers(release, open_bundle(settings).policies, until or "")
    written(imported.text, output)
    without = f"; {imported.without} without a counterpart are listed at the end" if imported.without else ""
    typer.echo(f"releasegate: {imported.entries} entries to review{without}", err=True)
    errors = [note for note in release.notifications if note.level is Level.ERROR]
    tell(errors)
    if errors:
        raise typer.Exit(ExitCode.INCOMPLETE)
