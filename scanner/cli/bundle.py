"""`releasegate bundle`: policies as one archive that OPA reads too, and whether it is what was signed."""

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from scanner.bundle import keys
from scanner.bundle.building import Signing, build, troubles
from scanner.bundle.errors import BundleError
from scanner.bundle.layout import open_source
from scanner.bundle.signatures import Claims, Trust
from scanner.bundled import bundled_path
from scanner.cli.options import tell
from scanner.config import UsageError

app = typer.Typer(
    help="Put policies into one archive that OPA reads too, sign it, and check it.",
    no_args_is_help=True,
    rich_markup_mode=None,
)

_SHOWN = 6
_ALGORITHMS = ", ".join(keys.ALGORITHMS)


@app.command("build")
def build_bundle(  # noqa: PLR0913, PLR0917 - one parameter per option is how typer reads them
    folder: Annotated[Path, typer.Argument(help="Folder of policies; default: here.")] = Path(),
    output: Annotated[Path, typer.Option("-o", "--output", help="File to write.")] = Path("bundle.tar.gz"),
    revision: Annotated[str | None, typer.Option("-r", "--revision", help="Revision that the manifest names.")] = None,
    root: Annotated[
        list[str] | None,
        typer.Option("--root", help="What the bundle owns, such as acme/rules; repeatable; default: what it defines."),
    ] = None,
    signing_key: Annotated[
        Path | None, typer.Option(help="Private key (PEM), or file with a secret, to sign the bundle with.")
    ] = None,
    signing_alg: Annotated[str, typer.Option(help=f"Algorithm of the signature: {_ALGORITHMS}.")] = "RS256",
    key_id: Annotated[str, typer.Option(help="Name of the key that the signature gives.")] = "",
    scope: Annotated[str, typer.Option(help="Scope that the signature is for.")] = "",
    issuer: Annotated[str, typer.Option(help="Who signs, as the signature says it.")] = "",
) -> None:
    """Write the policies, frameworks, libraries and data of a folder as an OPA bundle: the same bytes every time."""
    if not folder.exists():
        raise UsageError(f"{folder} does not exist")
    if signing_key is None and (key_id or scope or issuer):
        raise UsageError("a key id, a scope or an issuer is for a signature: give --signing-key too")
    claims = Claims(key_id, scope, issuer)
    signing = Signing(keys.private_key(signing_key, signing_alg), claims) if signing_key is not None else None
    try:
        wrong = troubles(folder, bundled_path())
        if wrong:
            tell(wrong)
            raise UsageError(f"the policies of {folder} cannot be loaded; nothing was written")
        content = build(folder, revision, tuple(root or ()), signing)
    except BundleError as error:
        raise UsageError(str(error)) from None
    try:
        output.write_bytes(content)
    except OSError as error:
        raise UsageError(f"{output} cannot be written: {error.strerror}") from None
    typer.echo(f"releasegate: wrote {output} ({len(content)} bytes{', signed' if signing else ''})", err=True)


@app.command("verify")
def verify_bundle(
    file: Annotated[Path, typer.Argument(help="Bundle archive, or folder with .signatures.json.")],
    key: Annotated[list[Path], typer.Option("--key", help="Public key or certificate (PEM), or secret; repeatable.")],
    signing_alg: Annotated[
        str | None, typer.Option(help=f"The one algorithm to accept, which a secret needs: {_ALGORITHMS}.")
    ] = None,
    key_id: Annotated[str, typer.Option(help="Name of the key that the signature has to give.")] = "",
    scope: Annotated[str, typer.Option(help="Scope that the signature has to be for.")] = "",
) -> None:
    """Check that a bundle is what was signed, every file of it, and that it keeps to its roots."""
    if not file.exists():
        raise UsageError(f"{file} does not exist")
    trust = Trust(tuple(keys.public_key(each, signing_alg) for each in key), scope, key_id)
    try:
        opened = open_source(file, trust)
    except BundleError as error:
        raise UsageError(str(error)) from None
    tell(opened.source.notifications)
    signature = opened.signature
    if signature is None:
        raise UsageError(f"{file} is not signed")
    said = {"key id": signature.key_id, "scope": signature.scope, "issuer": signature.issuer}
    typer.echo(f"{file}: {signature.files} files as signed with {signature.key} ({signature.algorithm})")
    for name, value in said.items():
        if value:
            typer.echo(f"{name:9} {value}")
    if opened.manifest is not None:
        typer.echo(f"{'revision':9} {opened.manifest.revision or '-'}")
        typer.echo(f"{'roots':9} {_few(opened.manifest.roots)}")


def _few(roots: Sequence[str]) -> str:
    """The first of them; the root of everything is `/`."""
    shown = ", ".join(root or "/" for root in roots[:_SHOWN]) or "none"
    return f"{shown} and {len(roots) - _SHOWN} more" if len(roots) > _SHOWN else shown
