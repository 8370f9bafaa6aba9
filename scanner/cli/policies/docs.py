"""`releasegate policies docs`: the policies as Markdown pages."""

from pathlib import Path
from typing import Annotated

import typer

from scanner.cli.options import PolicyOption, opened
from scanner.config import UsageError


def document_policies(
    output: Annotated[Path, typer.Option("-o", "--output", help="The folder for the pages; it is made if need be.")] = (
        Path("policy-docs")
    ),
    policy: PolicyOption = None,
) -> None:
    """Write a page for every policy and framework, and an index."""
    from scanner.authoring.pages import INDEX, pages  # noqa: PLC0415 - no other command pays for it

    found = pages(opened(policy), tuple(policy or ()))
    try:
        output.mkdir(parents=True, exist_ok=True)
        for name, text in found.items():
            (output / name).write_text(text, encoding="utf-8", newline="\n")
    except OSError as error:
        raise UsageError(f"{output} cannot be written: {error.strerror}") from None
    typer.echo(f"{len(found)} pages, beginning with {output / INDEX}")
