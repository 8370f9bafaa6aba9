"""`releasegate inventory`: every model, file, data set, workload and endpoint of a release as one CycloneDX ML-BOM."""

from pathlib import Path
from typing import Annotated

import typer

from scanner.cli.build_options import renderers
from scanner.cli.exit_codes import ExitCode
from scanner.cli.model_options import NoArtifactsOption
from scanner.cli.options import (
    ConfigOption,
    ExcludeOption,
    NoGitignoreOption,
    PathsArgument,
    configuration,
    given,
    tell,
    written,
)
from scanner.cli.progress import progress_on_stderr
from scanner.core.notification import Level
from scanner.pipeline import read
from scanner.reports.inventory import render_inventory


def inventory(  # noqa: PLR0913, PLR0917 - one parameter per option is how typer reads them
    paths: PathsArgument = None,
    output: Annotated[
        Path | None, typer.Option("-o", "--output", help="File to write; default: standard output.")
    ] = None,
    name: Annotated[str, typer.Option(help="What the release is called in the document.")] = "release",
    exclude: ExcludeOption = None,
    no_gitignore: NoGitignoreOption = False,
    no_artifacts: NoArtifactsOption = False,
    config: ConfigOption = None,
) -> None:
    """Write a CycloneDX 1.6 ML-BOM of the release.

    Exit codes: 0 written, 2 usage or configuration error, 3 written, but not everything could be read.
    """
    options = {"excludes": tuple(exclude or ()), "use_gitignore": False if no_gitignore else None}
    by_format = {
        "kubernetes": given(renderers()),
        "models": given({"open_artifacts": False if no_artifacts else None}),
    }
    settings = configuration(paths or [Path()], config, None, given(options), by_format)
    with progress_on_stderr(enabled=output is not None) as progress:
        release = read(settings, progress)
    written(render_inventory(release, name), output)
    problems = [note for note in release.notifications if note.level is Level.ERROR]
    tell(problems)
    if not release.resources:
        typer.echo("releasegate: nothing here belongs to a release", err=True)
    if problems or not release.resources:
        raise typer.Exit(ExitCode.INCOMPLETE)
