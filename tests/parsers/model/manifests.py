"""Reads manifests for the tests of this folder, and says where things stand."""

from pathlib import Path
from typing import Any

from scanner.core.resource import Parsed, Resource, SourceFile
from scanner.core.values import parse_path
from scanner.parsers.interface import ParseContext
from scanner.parsers.model import MODEL

FIXTURES = Path(__file__).parents[3] / "fixtures" / "parsers" / "model"
MODEL_DIGEST = "sha256:61d4849d9f1c0b7a6e5d4c3b2a190807f6e5d4c3b2a1908f7e6d5c4b3a291807"
WEIGHTS_DIGEST = "sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"


def parse(text: str, path: str) -> Parsed:
    return MODEL.parse([SourceFile(path, "model", text)], ParseContext(Path("/")))


def fixture(name: str) -> Parsed:
    return parse((FIXTURES / name).read_text(encoding="utf-8"), name)


def clean(parsed: Parsed) -> tuple[Resource, ...]:
    assert parsed.notifications == ()
    return parsed.resources


def lines(resource: Resource, *paths: str) -> dict[str, int]:
    return {path: resource.locate(parse_path(path)).start_line for path in paths}


def told(parsed: Parsed) -> list[tuple[int, str]]:
    for each in parsed.notifications:
        assert (each.level, each.component) == ("error", "parser")
    return sorted((each.location.start_line, each.message) for each in parsed.notifications if each.location)


def artifacts(parsed: Parsed) -> list[tuple[str, int, dict[str, Any]]]:
    """Path or URI, line and the other attributes of every artifact."""
    found = []
    for each in parsed.resources[1:]:
        assert each.type == "model_artifact"
        assert each.parent == parsed.resources[0].key
        attributes = dict(each.attributes)
        where = attributes.pop("path", None) or attributes.pop("uri")
        assert each.address == f"{parsed.resources[0].address}/{where}"
        found.append((where, each.location.start_line, attributes))
    return found
