"""`releasegate policies new`: a policy with its examples, ready to be run and changed."""

import shlex
from pathlib import Path
from typing import Annotated

import typer

from scanner.authoring.policy_folder import policy_folder
from scanner.cli.options import day
from scanner.config import Config, UsageError, severity
from scanner.pipeline import open_bundle


def new_policy(
    policy_id: Annotated[str, typer.Argument(help="Such as ORG-001: an area and a number.", metavar="ID")],
    type_: Annotated[
        str, typer.Option("--type", help="What it judges: aws_s3_bucket, Deployment, container, model …")
    ] = "aws_s3_bucket",
    title: Annotated[str | None, typer.Option(help="What holds when it is met.")] = None,
    severity_: Annotated[str, typer.Option("--severity", help="low, medium, high or critical.")] = "medium",
    into: Annotated[Path, typer.Option(help="The policy folder; it is made if need be.")] = Path(),
    yaml: Annotated[bool, typer.Option("--yaml", help="Write conditions in YAML and no Rego.")] = False,
) -> None:
    """Write a new policy and examples that it passes, fails and cannot know."""
    # No other command pays for these.
    from scanner.authoring.input_schemas import published  # noqa: PLC0415
    from scanner.authoring.scaffold import NewPolicy, checked_id, files_for, hint_for, title_for  # noqa: PLC0415
    from scanner.authoring.starters import starter  # noqa: PLC0415

    begin = starter(type_)
    if begin is None:
        raise UsageError(hint_for(type_, published().types))
    level = severity(severity_)
    name = checked_id(policy_id, _taken(into))
    policy = NewPolicy(name, title or title_for(begin), level, begin, yaml)
    if not (10 <= len(policy.title) <= 120) or "\n" in policy.title:
        raise UsageError("--title is one line of 10 to 120 characters that says what holds when the policy is met")
    files = files_for(policy)
    for path in files:
        if (into / path).exists():
            raise UsageError(f"{into / path} exists already; nothing was written")
    for path, text in files.items():
        _write(into / path, text)
        typer.echo(into / path)
    shown = "" if into == Path() else f" {shlex.quote(str(into))}"
    typer.echo(f"Change the condition and the examples, then run: releasegate policies test{shown}")
    if begin.hint:
        typer.echo(f"Note: {begin.hint}")


def _taken(into: Path) -> list[str]:
    """The names of policies that the bundle that ships, or the folder, has."""
    directories = policy_folder(into).directories if into.is_dir() else ()
    bundle = open_bundle(Config(paths=(), as_of=day(None), policy_directories=directories))
    return [name for policy in bundle.policies for name in (policy.id, *policy.aliases)]


def _write(path: Path, text: str) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("x", encoding="utf-8", newline="\n") as file:
            file.write(text)
    except OSError as error:
        raise UsageError(f"{path} cannot be written: {error.strerror}") from None
