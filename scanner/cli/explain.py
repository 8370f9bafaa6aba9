"""`releasegate explain`: a policy, a control, or a finding with the way of its value and the smallest fix."""

import os
import shutil
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

import typer

from scanner.cli.build_options import BuildArgOption, HelmValuesOption, NoRenderOption, build_args, renderers
from scanner.cli.options import (
    ConfigOption,
    ExcludeOption,
    NoGitignoreOption,
    PolicyOption,
    configuration,
    given,
    opened,
    written,
)
from scanner.cli.progress import progress_on_stderr
from scanner.cli.report_options import DEFAULT_WIDTH
from scanner.cli.terraform_options import (
    ModulesOption,
    TfVarOption,
    VarFileOption,
    WorkspaceOption,
    terraform_variables,
)
from scanner.config import UsageError
from scanner.core.suggestions import closest
from scanner.explaining.look import Look

_FORMATS = ("text", "json")


def explain(  # noqa: PLR0913, PLR0917 - one parameter per option is how typer reads them
    word: Annotated[
        str,
        typer.Argument(
            metavar="ID", help="A policy (NET-007), a control (GDPR-32(1)(a)), or the beginning of a fingerprint."
        ),
    ],
    paths: Annotated[
        list[Path] | None, typer.Argument(metavar="[PATH]...", help="What is scanned for a finding; default: here.")
    ] = None,
    format_: Annotated[str, typer.Option("-f", "--format", help="text or json.")] = "text",
    result: Annotated[
        Path | None, typer.Option("--result", help="Saved result (scan -f json) that the finding is looked for in.")
    ] = None,
    policy: PolicyOption = None,
    config: ConfigOption = None,
    exclude: ExcludeOption = None,
    no_gitignore: NoGitignoreOption = False,
    var_file: VarFileOption = None,
    workspace: WorkspaceOption = None,
    tf_var: TfVarOption = False,
    modules: ModulesOption = None,
    helm_values: HelmValuesOption = None,
    no_render: NoRenderOption = False,
    build_arg: BuildArgOption = None,
    as_of: Annotated[
        str | None, typer.Option(envvar="RELEASEGATE_AS_OF", help="The day of the scan; default: today.")
    ] = None,
    no_progress: Annotated[bool, typer.Option("--no-progress", help="No progress line on a terminal.")] = False,
) -> None:
    """Explain a policy, a control, or a finding: where its value came from, and the smallest fix.

    Give what `scan` was given beside the paths, so that the same finding is found. Exit codes: 0 explained, 2 unknown
    id, no such finding, or the beginning of several fingerprints.
    """
    if format_ not in _FORMATS:
        raise UsageError(f"unknown format {format_!r}: expected {', '.join(_FORMATS)}{closest([format_], _FORMATS)}")
    from scanner.explaining.answering import about_name, answer  # noqa: PLC0415 - no other command pays for it

    look = _look(format_)
    text = about_name(word, opened(policy), policy or (), look)  # needs no configuration of any tree
    if text is not None:
        written(text, None)
        return
    options: Mapping[str, Any] = {
        "policy_directories": tuple(policy or ()),
        "excludes": tuple(exclude or ()),
        "use_gitignore": False if no_gitignore else None,
    }
    by_format = {
        "terraform": given(
            {
                "var_files": tuple(var_file or ()),
                "environment": terraform_variables() if tf_var else None,
                "workspace": workspace,
                "module_directories": tuple(modules or ()),
            }
        ),
        "kubernetes": given({**({} if no_render else renderers()), "helm_values": tuple(helm_values or ())}),
        "dockerfile": given({"build_args": build_args(build_arg)}),
    }
    settings = configuration(paths or [Path()], config, as_of, given(options), by_format)
    saved = None if result is None else _text(result)
    with progress_on_stderr(enabled=not no_progress) as progress:
        text = answer(word, settings, look, progress, saved)
    written(text, None)


def _look(format_: str) -> Look:
    on_terminal = sys.stdout.isatty()
    width = shutil.get_terminal_size((DEFAULT_WIDTH, 24)).columns if on_terminal else DEFAULT_WIDTH
    return Look(format_ == "json", width, on_terminal and not os.environ.get("NO_COLOR"))


def _text(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError):
        raise UsageError(f"{file} cannot be read as UTF-8 text") from None
