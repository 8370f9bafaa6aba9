"""`releasegate policies lint`: what is wrong with policies before anything is scanned by them."""

from pathlib import Path
from typing import Annotated

import typer

from scanner.authoring.policy_folder import policy_folder, policy_folder_here
from scanner.cli.exit_codes import ExitCode
from scanner.config import UsageError
from scanner.core.notification import Level
from scanner.core.suggestions import closest

_FORMATS = ("text", "json", "sarif")


def lint_policies(
    paths: Annotated[
        list[Path] | None,
        typer.Argument(help="Folders of policies, or parts of one; default: here, ./policies, or what ships."),
    ] = None,
    format_: Annotated[str, typer.Option("-f", "--format", help=f"One of {', '.join(_FORMATS)}.")] = "text",
    strict: Annotated[bool, typer.Option("--strict", help="Warnings count as errors.")] = False,
    explain: Annotated[bool, typer.Option("--explain", help="List every code with what it means.")] = False,
) -> None:
    """Find what is wrong with policies: paths, types and links that nothing has, dead rules, missing examples.

    A comment `# lint:ignore=<code>` on the line, or alone above it, takes a problem out.

    Exit codes: 0 nothing but warnings and notes, 1 an error (with --strict a warning), 2 usage error.
    """
    # The checks take as long to import as some commands run.
    from scanner.authoring.lint import CODES, lint  # noqa: PLC0415
    from scanner.authoring.lint.interface import LintProblem  # noqa: PLC0415
    from scanner.authoring.lint.report import REPORTS, seen_from  # noqa: PLC0415
    from scanner.authoring.lint.subject import subject_of  # noqa: PLC0415

    if explain:
        typer.echo("\n".join(f"{code:24} {meaning}" for code, meaning in CODES.items()))
        return
    if format_ not in _FORMATS:
        raise UsageError(f"unknown format {format_!r}: expected {', '.join(_FORMATS)}{closest([format_], _FORMATS)}")
    folders = [policy_folder(path) for path in paths] if paths else [policy_folder_here(Path())]
    problems: dict[LintProblem, None] = {}
    for folder in folders:
        subject = subject_of(folder)
        if not (subject.policies or subject.foreign or any(folder.is_chosen(label) for label in subject.texts)):
            raise UsageError(f"there are no policies in {folder.chosen}")
        problems.update(dict.fromkeys(seen_from(Path.cwd(), each, folder.root.parent) for each in lint(subject)))
    typer.echo(REPORTS[format_](list(problems)), nl=False)
    counting = (Level.ERROR, Level.WARNING) if strict else (Level.ERROR,)
    raise typer.Exit(ExitCode.BLOCKED if any(each.severity in counting for each in problems) else ExitCode.PASSED)
