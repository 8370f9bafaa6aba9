"""Options that several commands share, with their environment variables."""

from collections.abc import Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Annotated

import typer

from scanner.config import Config, UsageError
from scanner.core.bundle import Bundle
from scanner.pipeline import open_bundle

PolicyOption = Annotated[
    list[Path] | None,
    typer.Option("--policy", envvar="RELEASEGATE_POLICY", help="Folder with more policies and mappings; repeatable."),
]
ConfigOption = Annotated[
    Path | None,
    typer.Option(
        "--config", envvar="RELEASEGATE_CONFIG", help="Configuration file; default: the nearest releasegate.yaml."
    ),
]


def opened(directories: Sequence[Path] | None) -> Bundle:
    """The bundle with the user's folders; what could not be used of it is said on standard error."""
    bundle = open_bundle(Config(paths=(), as_of=day(None), policy_directories=tuple(directories or ())))
    for note in bundle.notifications:
        typer.echo(f"releasegate: {f'{note.location}: ' if note.location else ''}{note.message}", err=True)
    return bundle


def split(values: list[str] | None) -> tuple[str, ...]:
    """`["a,b", "c"]` → `("a", "b", "c")`."""
    return tuple(word.strip() for value in values or () for word in value.split(",") if word.strip())


def day(text: str | None) -> date:
    """The given day, or today in UTC. Raises `UsageError` for text that is no date."""
    if text is None:
        return datetime.now(tz=UTC).date()
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise UsageError(f"--as-of {text} is no date (YYYY-MM-DD)") from None
