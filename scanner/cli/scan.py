"""`releasegate scan`: one release in, findings and a verdict out."""

from pathlib import Path
from typing import Annotated, Any

import typer

from scanner.cli.exit_codes import ExitCode, exit_code
from scanner.cli.gate_options import (
    BaselineOption,
    ChangedOption,
    DiffOption,
    ProfileOption,
    SoftFailOption,
)
from scanner.cli.options import PathsArgument, split
from scanner.cli.progress import progress_on_stderr
from scanner.cli.report_options import (
    FormatOption,
    OutputOption,
    SarifForOption,
    VerboseOption,
    sarif_reader,
    targets,
    write_reports,
)
from scanner.cli.scan_settings import Settings, with_settings
from scanner.cli.show_config import ShowConfigOption, origins, shown
from scanner.comparison import run
from scanner.config import UsageError, severity
from scanner.core.result import Decision
from scanner.discovery import repository_root


@with_settings
def scan(  # noqa: PLR0913, PLR0917 - one parameter per option is how typer reads them
    context: typer.Context,
    paths: PathsArgument = None,
    formats: FormatOption = None,
    outputs: OutputOption = None,
    sarif_for: SarifForOption = None,
    compliance: Annotated[
        list[str] | None,
        typer.Option(envvar="RELEASEGATE_COMPLIANCE", help="Frameworks to judge, such as gdpr,hipaa; default: all."),
    ] = None,
    fail_on: Annotated[
        str | None,
        typer.Option(
            envvar="RELEASEGATE_FAIL_ON", help="Lowest severity that blocks: low, medium, high, critical [high]."
        ),
    ] = None,
    allow_unknown: Annotated[
        bool | None, typer.Option("--allow-unknown", help="Let checks pass the gate whose values cannot be known.")
    ] = None,
    profile: ProfileOption = None,
    soft_fail: SoftFailOption = False,
    baseline: BaselineOption = None,
    diff: DiffOption = None,
    changed: ChangedOption = False,
    *,
    settings: Settings,
    show_config: ShowConfigOption = False,
    verbose: VerboseOption = False,
    quiet: Annotated[bool, typer.Option("-q", "--quiet", help="Nothing on standard output but -f reports.")] = False,
    no_progress: Annotated[bool, typer.Option("--no-progress", help="No progress line on a terminal.")] = False,
) -> None:
    """Scan a release and decide whether it may go live.

    Exit codes: 0 passed, 1 blocked by findings, 2 usage or configuration error, 3 incomplete scan, 4 internal error.
    """
    wanted, reader = targets(formats, outputs, quiet), sarif_reader(sarif_for)
    options: dict[str, Any] = {
        "frameworks": split(compliance),
        "fail_on": severity(fail_on) if fail_on else None,
        "allow_unknown": allow_unknown,
        "profile": profile,
        "soft_fail": soft_fail or None,
        "baseline": baseline,
        "diff": diff,
    }
    if changed and not paths:
        raise UsageError("--changed needs the files that were changed")
    if changed:
        options["changed"] = tuple(paths or ())
    configured = settings([repository_root([Path()])] if changed else paths or [Path()], options, origins(context))
    if show_config:
        typer.echo(shown(configured), nl=False)
        return
    with progress_on_stderr(enabled=not (quiet or no_progress)) as progress:
        result = run(configured, progress)
    write_reports(result, wanted, verbose, reader)
    code = exit_code(result.verdict, configured.soft_fail)
    if configured.soft_fail and result.verdict.decision is Decision.BLOCKED:
        outcome = "let through" if code is ExitCode.PASSED else "and the scan is incomplete"
        typer.echo(f"releasegate: the release is blocked, {outcome} (soft fail, exit code {code})", err=True)
    raise typer.Exit(code)
