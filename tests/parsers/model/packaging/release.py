"""Reads a folder, or files that a test writes, as a scan would."""

from collections.abc import Mapping
from pathlib import Path

from scanner.core.resource import Parsed, Resource
from scanner.core.values import parse_path
from scanner.discovery import DiscoveryOptions, discover
from scanner.parsers import claim, opener
from scanner.parsers.interface import ParseContext
from scanner.parsers.model import MODEL

FIXTURES = Path(__file__).parents[4] / "fixtures" / "parsers" / "model" / "packaging"


def read(folder: Path) -> Parsed:
    """What the model parser makes of a folder, which nothing but files of models may be found in."""
    found = discover(folder, [folder], claim, DiscoveryOptions(use_gitignore=False), opener)
    assert found.notifications == ()
    files = [file for file in found.files if file.format == "model"]
    return MODEL.parse(files, ParseContext(folder, listing=found.listing))


def written(folder: Path, files: Mapping[str, str]) -> Parsed:
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")
    return read(folder)


def of_type(parsed: Parsed, type_: str) -> list[Resource]:
    return [each for each in parsed.resources if each.type == type_]


def only(parsed: Parsed, type_: str = "model") -> Resource:
    (found,) = of_type(parsed, type_)
    return found


def lines(resource: Resource, *paths: str) -> list[int]:
    return [resource.locate(parse_path(path)).start_line for path in paths]


def told(parsed: Parsed) -> list[tuple[str, int, str]]:
    return sorted(
        (each.location.path, each.location.start_line, each.message) for each in parsed.notifications if each.location
    )
