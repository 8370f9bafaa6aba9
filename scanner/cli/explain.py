"""`releasegate explain`: a policy, a control, or a finding with the way of its value and the smallest fix."""

import os
import shutil
import sys
from pathlib import Path
from typing import Annotated

import typer

from scanner.cli.options import tell, written
from scanner.cli.progress import progress_on_stderr
from scanner.cli.report_options import DEFAULT_WIDTH
from scanner.cli.scan_settings import Settings, with_settings
from scanner.config import UsageError
from scanner.core.suggestions import closest
from scanner.pipeline import open_bundle

_FORMATS = ("text", "json")


@with_settings
def explain(
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
    *,
    settings: Settings,
    no_progress: Annotated[bool, typer.Option("--no-progress", help="No progress line on a terminal.")] = False,
) -> None:
    """Explain a policy, a control, or a finding: where its value came from, and the smallest fix.

    Give what `scan` was given beside the paths, so that the same finding is found. Exit codes: 0 explained, 2 unknown
    id, no such finding, or the beginning of several fingerprints.
    """
    if format_ not in _FORMATS:
        raise UsageError(f"unknown format {format_!r}: expected {', '.join(_FORMATS)}{closest([format_], _FORMATS)}")
    from scanner.explaining.answering import Look, about_name, answer  # noqa: PLC0415 - no other command pays for it

    look = Look(format_ == "json", *_terminal())
    alone = settings((), {})  # a name needs no configuration of any tree
    bundle = open_bundle(alone)
    tell(bundle.notifications)
    text = about_name(word, bundle, alone.policy_directories, look)
    if text is None:
        saved = None if result is None else _text(result)
        configured = settings(paths or [Path()], {})
        with progress_on_stderr(enabled=not no_progress) as progress:
            text = answer(word, configured, look, progress, saved)
    written(text, None)


def _terminal() -> tuple[int, bool]:
    """Columns, and whether there is colour."""
    on_terminal = sys.stdout.isatty()
    width = shutil.get_terminal_size((DEFAULT_WIDTH, 24)).columns if on_terminal else DEFAULT_WIDTH
    return width, on_terminal and not os.environ.get("NO_COLOR")


def _text(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError):
        raise UsageError(f"{file} cannot be read as UTF-8 text") from None
