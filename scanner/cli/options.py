"""Options that several commands share, with their environment variables."""

import sys
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from scanner.config import FILE_NAME, Config, UsageError, build, find_files
from scanner.core.bundle import Bundle
from scanner.core.notification import Notification
from scanner.discovery import DiscoveryOptions, named_files, repository_root
from scanner.pipeline import open_bundle

PathsArgument = Annotated[list[Path] | None, typer.Argument(help="Files or folders of the release; default: here.")]
PolicyOption = Annotated[
    list[Path] | None,
    typer.Option(
        "--policy", envvar="RELEASEGATE_POLICY", help="Folder or bundle with more policies and mappings; repeatable."
    ),
]
PolicyKeyOption = Annotated[
    list[Path] | None,
    typer.Option(
        "--policy-key",
        envvar="RELEASEGATE_POLICY_KEY",
        help="Public key or certificate (PEM) that has to have signed what --policy names; repeatable.",
    ),
]
PolicyScopeOption = Annotated[
    str | None, typer.Option("--policy-scope", help="Scope that those signatures have to be for.")
]
ConfigOption = Annotated[
    Path | None,
    typer.Option(
        "--config", envvar="RELEASEGATE_CONFIG", help="Configuration file; default: the nearest releasegate.yaml."
    ),
]

ExcludeOption = Annotated[
    list[str] | None,
    typer.Option("--exclude", help="Files to leave out, as a .gitignore pattern; repeatable."),
]
NoGitignoreOption = Annotated[bool, typer.Option("--no-gitignore", help="Read files that .gitignore names too.")]


def opened(directories: Sequence[Path] | None) -> Bundle:
    """The bundle with the user's folders; what could not be used of it is said on standard error."""
    bundle = open_bundle(Config(paths=(), as_of=day(None), policy_directories=tuple(directories or ())))
    tell(bundle.notifications)
    return bundle


def tell(notifications: Iterable[Notification]) -> None:
    """Say on standard error what could not be read or used."""
    for note in notifications:
        typer.echo(f"releasegate: {f'{note.location}: ' if note.location else ''}{note.message}", err=True)


def given(options: Mapping[str, Any]) -> dict[str, Any]:
    """The options that somebody has set."""
    return {name: value for name, value in options.items() if value not in (None, (), {})}


def split(values: list[str] | None) -> tuple[str, ...]:
    """`["a,b", "c"]` → `("a", "b", "c")`."""
    return tuple(word.strip() for value in values or () for word in value.split(",") if word.strip())


def day(text: str | None, option: str = "--as-of") -> date:
    """The given day, or today in UTC. Raises `UsageError` for text that is no date."""
    if text is None:
        return datetime.now(tz=UTC).date()
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise UsageError(f"{option} {text} is no date (YYYY-MM-DD)") from None


def configuration(
    paths: Sequence[Path],
    file: Path | None,
    as_of: str | None,
    options: Mapping[str, Any],
    by_format: Mapping[str, Mapping[str, Any]],
    origins: Mapping[str, str] | None = None,
) -> Config:
    """The configuration of a command over `paths`; `origins` says where the options come from.

    Without any path it is what the options say alone.
    With a `file`, none of the scanned tree is heeded: a gate's configuration has to be out of a change's reach. Raises
    `UsageError` for what does not exist or means nothing.
    """
    for path in paths:
        if not path.exists():
            raise UsageError(f"{path} does not exist")
    if file is not None and not file.is_file():
        raise UsageError(f"the configuration file {file} does not exist")
    today = day(as_of)
    if file is not None or not paths:
        return build(paths, today, options, file, by_format, origins)
    root = repository_root(paths)
    above = find_files(paths, root)
    config = build(paths, today, options, above, by_format, origins)
    left_out = DiscoveryOptions(config.excludes, config.use_gitignore)
    found = find_files(paths, root, named_files(root, paths, FILE_NAME, left_out))
    return config if found == above else build(paths, today, options, found, by_format, origins)


def written(text: str, output: Path | None) -> None:
    """Put the text into the file, or without one on standard output. Raises `UsageError`."""
    if output is None:
        left = memoryview(text.encode())
        while left:  # with PYTHONUNBUFFERED this is the pipe itself, which takes only a part when its reader goes away
            left = left[sys.stdout.buffer.write(left) :]
        sys.stdout.buffer.flush()
        return
    try:
        output.write_bytes(text.encode())
    except OSError as error:
        raise UsageError(f"{output} cannot be written: {error.strerror}") from None
