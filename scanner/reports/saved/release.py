"""Makes the release of a saved result: resources without attributes, links, and files with the lines that were kept."""

from collections.abc import Mapping
from typing import Any

from scanner.core.kept_lines import KeptLines, KeptPart
from scanner.core.location import Location
from scanner.core.resource import Link, Release, Resource, SourceFile
from scanner.core.values import Unresolved

_Json = Mapping[str, Any]


def location(saved: _Json) -> Location:
    """Raises `ValueError` for one that ends before it starts."""
    return Location(saved["path"], saved["start_line"], saved["start_column"], saved["end_line"], saved["end_column"])


def place(saved: _Json | None) -> Location | None:
    """The location, where there is one."""
    return location(saved) if saved else None


def resource(saved: _Json) -> Resource:
    """The resource, whose attributes nobody has saved. Raises `ValueError` for a key that is not its own."""
    presence = saved.get("presence")
    found = Resource(
        address=saved["address"],
        type=saved["type"],
        format=saved["format"],
        attributes={},
        location=location(saved["location"]),
        parent=saved.get("parent"),
        origin=saved["origin"],
        presence=Unresolved(presence["expression"], presence["reason"]) if presence else None,
        world=saved.get("world", ""),
    )
    if found.key != saved["key"]:
        raise ValueError(f"the key is {found.key}")
    return found


def check_parents(release: Release) -> None:
    """Raise `ValueError` where a resource is a part of itself, so that every way upwards has an end."""
    checked: set[str] = set()
    for start in release.by_key:
        way: dict[str, None] = {}
        key: str | None = start
        while key is not None and key in release.by_key and key not in checked:
            if key in way:
                raise ValueError(f"{key} is a part of itself")
            way[key] = None
            key = release.by_key[key].parent
        checked.update(way)


def link(saved: _Json) -> Link:
    """A tie between two resources."""
    return Link(
        source=saved["source"],
        kind=saved["kind"],
        target=saved["target"],
        evidence=location(saved["evidence"]),
        target_evidence=place(saved.get("target_evidence")),
    )


def source_file(saved: _Json) -> SourceFile:
    """The file with its kept lines. Raises `ValueError` for lines that it does not have."""
    count = saved["line_count"]
    texts = {
        run["start_line"] + offset: line
        for run in saved.get("excerpts", ())
        for offset, line in enumerate(run["lines"])
    }
    if max(texts, default=0) > count:
        raise ValueError(f"{saved['path']} has no line {max(texts)}")
    kept = KeptLines(
        count=count,
        texts=texts,
        widths={each["line"]: each["width"] for each in saved.get("masked", ())},
        parts={location(each["location"]): _part(each) for each in saved.get("long_lines", ())},
    )
    return SourceFile(saved["path"], saved["format"], text="", kept=kept)


def _part(saved: _Json) -> KeptPart:
    columns, line = saved["columns"], saved["line"]
    if columns and columns[0] is None:
        raise ValueError("a place in a long line has no first column")
    return KeptPart(
        columns=(columns[0], columns[1]) if columns else None,
        text=saved["text"],
        line=line,
        start=min(saved["start"], len(line)),
        end=min(saved["end"], len(line)),
    )
