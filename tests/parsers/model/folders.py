"""Reads whole folders of model files for the tests, as a scan does."""

from collections.abc import Mapping
from pathlib import Path

from scanner.config import ModelOptions
from scanner.core.resource import Parsed, Resource, SourceFile
from scanner.parsers.interface import ParseContext
from scanner.parsers.model import MODEL

_HEAD = 64 << 10


def read_folder(root: Path, open_artifacts: bool = False) -> Parsed:
    """What the parser makes of everything below `root`, with paths relative to it."""
    paths = sorted(path for path in root.rglob("*") if path.is_file())
    listing = {path.relative_to(root).as_posix(): path.stat().st_size for path in paths}
    files = []
    for name in sorted(listing):
        head = (root / name).read_bytes()[:_HEAD]
        if MODEL.claims(name, head):
            files.append(SourceFile(name, "model", (root / name).read_text(encoding="utf-8")))
        elif MODEL.opens(name, head):
            files.append(SourceFile(name, "model", "", is_loaded=False))
    models = ModelOptions(open_artifacts=open_artifacts)
    return MODEL.parse(files, ParseContext(root, models=models, listing=listing))


def written(root: Path, files: Mapping[str, str]) -> Parsed:
    """The same for files with these texts."""
    for name, text in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return read_folder(root)


def of_type(parsed: Parsed, type_: str) -> list[Resource]:
    """The resources of one type, in order."""
    return [each for each in parsed.resources if each.type == type_]


def place(resource: Resource, *path: str | int) -> tuple[str, int]:
    """The file and line of an attribute."""
    found = resource.locate(path)
    return found.path, found.start_line
