"""Options that say what the gate goes by: profile, baseline, comparison and waivers."""

from pathlib import Path
from typing import Annotated

import typer

ProfileOption = Annotated[
    str | None,
    typer.Option(envvar="RELEASEGATE_PROFILE", help="The gate's rules: prod, staging, dev or one of the file's."),
]
SoftFailOption = Annotated[
    bool, typer.Option("--soft-fail", help="Exit with 0 where findings block; an incomplete scan still exits with 3.")
]
BaselineOption = Annotated[
    Path | None,
    typer.Option(
        envvar="RELEASEGATE_BASELINE", help="File of known findings, as `baseline create` writes it; new ones block."
    ),
]
DiffOption = Annotated[
    str | None,
    typer.Option(metavar="REF", help="Only what is new since the merge base with this git revision blocks."),
]
WaiversOption = Annotated[
    list[Path] | None,
    typer.Option("--waivers", help="File of waivers beside .releasegate/waivers.yaml; repeatable."),
]
ChangedOption = Annotated[
    bool,
    typer.Option("--changed", help="Take PATH as changed files: read all, report the roots that these belong to."),
]
