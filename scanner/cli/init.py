"""`releasegate init`: files to start from, prefilled with what the release already says."""

from pathlib import Path
from typing import Annotated

import typer

from scanner.cli.options import ConfigOption, configuration, tell, written
from scanner.config import UsageError
from scanner.core.suggestions import closest
from scanner.discovery import repository_root
from scanner.pipeline import read
from scanner.reports.inventory.assets import Asset, models
from scanner.reports.release_draft import render_draft

app = typer.Typer(
    help="Write files to start from, prefilled with what was found.", no_args_is_help=True, rich_markup_mode=None
)


@app.callback()
def _group() -> None:
    pass


@app.command("model")
def init_model(
    path: Annotated[Path, typer.Argument(help="Folder of the model; default: here.")] = Path(),
    output: Annotated[
        Path | None,
        typer.Option("-o", "--output", help="File to write, - for standard output; default: model-release.yaml there."),
    ] = None,
    name: Annotated[str | None, typer.Option("--model", help="Which of several models it is for.")] = None,
    force: Annotated[bool, typer.Option("--force", help="Write over a file that is there.")] = False,
    config: ConfigOption = None,
) -> None:
    """Write a commented model-release.yaml with every fact that card, bill of materials and files already state."""
    settings = configuration([path], config, None, {}, {})
    release = read(settings)
    tell(note for note in release.notifications if note.location and note.component in ("parser", "discovery"))
    asset = _chosen(models(release), name)
    file = output or _folder(asset, path, name) / "model-release.yaml"
    if str(file) != "-" and file.exists() and not force:
        raise UsageError(f"{file} is there already; --force writes over it")
    written(
        render_draft(asset, release.secrets, repository_root([path]).resolve().name or "model"),
        None if str(file) == "-" else file,
    )
    if str(file) != "-":
        typer.echo(f"releasegate: wrote {file}; fill in what is commented out", err=True)


def _folder(asset: Asset, path: Path, name: str | None) -> Path:
    """The scanned folder; of one model among several, that of its manifest."""
    if name is None and path.is_dir():
        return path
    return (repository_root([path]) / asset.leading.location.path).parent


def _chosen(found: list[Asset], name: str | None) -> Asset:
    """The model of that name, or the only one. Raises `UsageError`."""
    if not found:
        raise UsageError("no model is described here: no card, MLmodel, bill of materials or other manifest was found")
    names = {str(asset.fact("name") or asset.leading.location.path): asset for asset in found}
    if name is not None:
        if name not in names:
            raise UsageError(f"no model {name!r} here: there are {', '.join(names)}{closest([name], names)}")
        return names[name]
    if len(found) > 1:
        raise UsageError(f"several models are described here; choose one with --model: {', '.join(names)}")
    return found[0]
