"""`releasegate policies test`: the tests and examples of policies, and what of the policies they reach."""

import re
from collections.abc import Collection, Sequence
from pathlib import Path
from typing import Annotated

import typer

from scanner.authoring.coverage import FileCoverage
from scanner.authoring.fixtures import AS_OF
from scanner.authoring.outcome import Result
from scanner.authoring.policy_folder import policy_folder, policy_folder_here
from scanner.cli.conftest_options import DataOption, conftest
from scanner.cli.exit_codes import ExitCode
from scanner.cli.options import day, given
from scanner.cli.progress import progress_on_stderr
from scanner.cli.rego_options import GrantOption, RegoEngineOption, rego
from scanner.config import RegoOptions, UsageError
from scanner.core.suggestions import closest

_FORMATS = ("text", "json", "junit")


def run_policy_tests(  # noqa: PLR0913, PLR0917 - one parameter per option is how typer reads them
    paths: Annotated[
        list[Path] | None,
        typer.Argument(help="Folders of policies, or parts of one; default: here, ./policies, or what ships."),
    ] = None,
    run: Annotated[
        str | None, typer.Option(help="Only tests and examples in whose name this is found (regex).")
    ] = None,
    coverage: Annotated[
        bool, typer.Option("--coverage", help="Say which Rego no test and no example reached.")
    ] = False,
    coverage_below: Annotated[
        float | None, typer.Option(help="Fail when less than this percentage of the lines of a Rego file is reached.")
    ] = None,
    format_: Annotated[str, typer.Option("-f", "--format", help=f"One of {', '.join(_FORMATS)}.")] = "text",
    data: DataOption = None,
    rego_engine: RegoEngineOption = None,
    grant: GrantOption = None,
    timeout: Annotated[float, typer.Option(help="Seconds that one Rego test may take.")] = 10.0,
    as_of: Annotated[
        str | None, typer.Option(help=f"The day that examples are judged by; default: {AS_OF}, whenever it is run.")
    ] = None,
    verbose: Annotated[bool, typer.Option("-v", "--verbose", help="List what passed too.")] = False,
    no_progress: Annotated[bool, typer.Option("--no-progress", help="No progress line on a terminal.")] = False,
) -> None:
    """Run the tests of policies: rules `test_…` in *_test.rego, and the examples in fixtures/<ID>/.

    Exit codes: 0 all passed, 1 a test failed or the coverage is too low, 2 usage error, 3 something could not be run,
    or there was nothing to run.
    """
    # No other command pays for these.
    from scanner.authoring.rego_program import Runner  # noqa: PLC0415
    from scanner.authoring.run_report import as_json, as_junit, as_text  # noqa: PLC0415
    from scanner.authoring.testing import Wanted, run_folder  # noqa: PLC0415

    if format_ not in _FORMATS:
        raise UsageError(f"unknown format {format_!r}: expected {', '.join(_FORMATS)}{closest([format_], _FORMATS)}")
    if timeout <= 0:
        raise UsageError("--timeout is a number of seconds above 0")
    with_coverage = coverage or coverage_below is not None
    if with_coverage and rego_engine == "opa":
        raise UsageError("the coverage is measured by the engine that is built in; leave out --rego-engine opa")
    options = RegoOptions(**given(rego(rego_engine, grant)))
    conftest(None, False, data, False)  # checks that the data are there
    wanted = Wanted(
        _pattern(run), with_coverage, day(as_of) if as_of else AS_OF, tuple(data or ()), Runner(timeout, options)
    )
    folders = [policy_folder(path) for path in paths] if paths else [policy_folder_here(Path())]
    with progress_on_stderr(not no_progress) as progress:
        runs = [run_folder(folder, wanted, progress) for folder in folders]
    if format_ == "json":
        text = as_json(runs, with_coverage)
    else:
        text = as_junit(runs) if format_ == "junit" else as_text(runs, verbose, with_coverage)
    typer.echo(text, nl=False)
    low = _below([file for run in runs for file in run.coverage], coverage_below)
    for line in low:
        typer.echo(f"releasegate: {line}", err=True)
    results = {outcome.result for run in runs for outcome in run.outcomes}
    raise typer.Exit(_exit_code(results, any(run.problems for run in runs), bool(low)))


def _pattern(text: str | None) -> re.Pattern[str] | None:
    if text is None:
        return None
    try:
        return re.compile(text)
    except re.error as error:
        raise UsageError(f"--run {text!r} is no regular expression: {error}") from None


def _below(files: Sequence[FileCoverage], threshold: float | None) -> list[str]:
    if threshold is None:
        return []
    return [
        f"{file.path}: {len(file.covered)} of {len(file.coverable)} lines were reached, less than {threshold:g} %"
        for file in files
        if file.percent < threshold
    ]


def _exit_code(results: Collection[Result], has_problems: bool, is_low: bool) -> ExitCode:
    """What could not be run weighs more than what failed."""
    if has_problems or Result.ERROR in results:
        return ExitCode.INCOMPLETE
    if Result.FAILED in results or is_low:
        return ExitCode.BLOCKED
    if Result.PASSED not in results:
        typer.echo("releasegate: there was nothing to run", err=True)
        return ExitCode.INCOMPLETE
    return ExitCode.PASSED
