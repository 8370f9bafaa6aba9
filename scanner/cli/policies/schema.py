"""`releasegate policies schema`: what a policy finds in its input, as JSON Schema."""

import json
from pathlib import Path
from typing import Annotated

import typer

from scanner.authoring.input_schemas import published
from scanner.cli.options import written
from scanner.config import UsageError
from scanner.core.suggestions import closest


def policy_schema(
    types: Annotated[list[str] | None, typer.Argument(help="Resource types, such as aws_s3_bucket.")] = None,
    list_: Annotated[bool, typer.Option("--list", help="List the resource types that have a schema.")] = False,
    output: Annotated[
        Path | None, typer.Option("-o", "--output", help="File to write; default: standard output.")
    ] = None,
) -> None:
    """Print the JSON Schema of `input`, with the attributes of the given resource types in it."""
    schemas = published()
    if list_:
        written("".join(f"{name}\n" for name in sorted(schemas.types)), output)
        return
    for name in types or ():
        if name not in schemas.types:
            hint = closest([name], schemas.types)
            raise UsageError(f"there is no schema for {name}{hint}; see `releasegate policies schema --list`")
    written(json.dumps(schemas.input_with(types or ()), indent=2, ensure_ascii=False) + "\n", output)
