"""Options for policies that were written for Conftest, named as Conftest names them."""

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any

import typer

from scanner.cli.options import split
from scanner.config import UsageError

NamespaceOption = Annotated[
    list[str] | None,
    typer.Option("--namespace", help="Packages of Conftest's policies that count, with * and ? [main]; repeatable."),
]
AllNamespacesOption = Annotated[
    bool, typer.Option("--all-namespaces", help="Take the rules of all packages of Conftest's policies.")
]
DataOption = Annotated[
    list[Path] | None,
    typer.Option("--data", help="File or folder with JSON and YAML for Conftest's policies; repeatable."),
]
CombineOption = Annotated[
    bool, typer.Option("--combine", help="Give Conftest's policies all files at once, as a list.")
]


def conftest(
    namespaces: list[str] | None, all_namespaces: bool, data: Sequence[Path] | None, combine: bool
) -> dict[str, Any]:
    """The options by the names of `ConftestOptions`. Raises `UsageError` for data that do not exist."""
    for path in data or ():
        if not path.exists():
            raise UsageError(f"--data {path} does not exist")
    return {
        "namespaces": split(namespaces),
        "all_namespaces": all_namespaces or None,
        "data": tuple(data or ()),
        "combine": combine or None,
    }
