"""Options that tell the scan what `terraform plan` would be told, and what they take from the environment."""

import os
from pathlib import Path
from typing import Annotated

import typer

_VARIABLE = "TF_VAR_"

VarFileOption = Annotated[
    list[Path] | None,
    typer.Option("--var-file", help="File of variables for every root, as terraform takes it; repeatable."),
]
WorkspaceOption = Annotated[
    str | None,
    typer.Option(envvar="RELEASEGATE_WORKSPACE", help="What terraform.workspace is; default: not known."),
]
TfVarOption = Annotated[
    bool,
    typer.Option("--tf-var", help="Take variables from TF_VAR_… in the environment too."),
]
ModulesOption = Annotated[
    list[Path] | None,
    typer.Option("--modules", help="Folder that holds remote modules by host and path; repeatable."),
]
DownloadOption = Annotated[
    bool,
    typer.Option(
        "--download-modules",
        help="Fetch remote modules that are not on disk: the scan goes to the network for what the files name.",
    ),
]


def terraform_variables() -> dict[str, str]:
    """The values that the environment gives Terraform's variables, as text."""
    return {name.removeprefix(_VARIABLE): text for name, text in os.environ.items() if name.startswith(_VARIABLE)}
