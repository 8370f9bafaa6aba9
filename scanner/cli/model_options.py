"""Options that tell the scan what the files of models are held against."""

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from scanner.config import Identity, UsageError

NoArtifactsOption = Annotated[
    bool,
    typer.Option("--no-artifacts", help="Neither hash nor open model files; what needs them is not evaluated."),
]
TrustKeyOption = Annotated[
    list[Path] | None,
    typer.Option("--trust-key", help="Public key (PEM) whose signatures on models count; repeatable."),
]
TrustCertificateOption = Annotated[
    list[Path] | None,
    typer.Option("--trust-certificate", help="Certificate (PEM) of an authority whose signers count; repeatable."),
]
TrustIdentityOption = Annotated[
    list[str] | None,
    typer.Option("--trust-identity", help="NAME=ISSUER of who may sign without a key of their own; repeatable."),
]
TrustRootOption = Annotated[
    Path | None,
    typer.Option("--trust-root", help="Sigstore's trusted_root.json, by which identities are checked offline."),
]
ApprovedOption = Annotated[
    list[Path] | None,
    typer.Option("--approved-versions", help="List of approved versions of models; repeatable."),
]
BaseOption = Annotated[
    str | None,
    typer.Option("--base", help="Git revision to compare with, so that no version of a model goes backwards."),
]


def identities(written: Sequence[str] | None) -> tuple[Identity, ...]:
    """The signers. Raises `UsageError` for a word that is no NAME=ISSUER."""
    found = []
    for each in written or ():
        name, equals, issuer = each.partition("=https://")
        if not name or not equals or not issuer:
            raise UsageError(f"--trust-identity {each!r}: expected NAME=ISSUER with the https:// address of the issuer")
        found.append(Identity(name, f"https://{issuer}"))
    return tuple(found)
