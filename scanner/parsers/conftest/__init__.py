"""Whole files in the shape that Conftest gives them, for policies that were written for it."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import PurePosixPath

from scanner.core.location import Location
from scanner.core.notification import Level, Notification
from scanner.core.resource import Parsed, Resource, SourceFile
from scanner.core.secrets import secret_values
from scanner.core.values import AttributePath
from scanner.isolation import Worker
from scanner.parsers.conftest.dockerfile import read_dockerfile
from scanner.parsers.conftest.formats import READABLE, format_of
from scanner.parsers.conftest.hcl import read_hcl
from scanner.parsers.conftest.ini import read_ini
from scanner.parsers.conftest.lines_of_names import read_dotenv, read_ignore, read_properties
from scanner.parsers.conftest.part import Part, Read
from scanner.parsers.conftest.structured import read_json, read_toml, read_yaml
from scanner.parsers.interface import ParseContext, Parser
from scanner.parsers.model.files.places import Place, place_of
from scanner.yaml_source import SourceError

FORMAT = "conftest"
_READERS: Mapping[str, Read] = {
    "dockerfile": read_dockerfile,
    "dotenv": read_dotenv,
    "hcl2": read_hcl,
    "ignore": read_ignore,
    "ini": read_ini,
    "json": read_json,
    "properties": read_properties,
    "toml": read_toml,
    "yaml": read_yaml,
}
_LARGEST = 10 << 20
_NAMED = 5


def _parse(_files: Sequence[SourceFile], context: ParseContext) -> Parsed:
    """A resource of type `document` for every file that Conftest would read, and for every document in it.

    One whose file cannot be read has `unreadable`, which says why, in place of its `contents`.
    """
    resources: list[Resource] = []
    files: list[SourceFile] = []
    secrets: set[str] = set()
    left_out: defaultdict[str, list[str]] = defaultdict(list)
    charts = {str(PurePosixPath(path).parent) for path in context.listing if PurePosixPath(path).name == "Chart.yaml"}
    with Worker(context.memory_limit, forgets=True) as worker:
        shared = replace(context, worker=worker)
        for path in context.listing:
            format_ = format_of(path)
            if format_ is None:
                continue
            if format_ not in READABLE:
                left_out[f"{format_} files, which Conftest reads and releasegate does not"].append(path)
            elif _is_template(path, charts):
                left_out["templates of Helm charts, which are no documents before they are rendered"].append(path)
            else:
                found, file = _documents(path, format_, shared)
                resources += found
                files += [file] if file else []
                secrets |= secret_values({str(number): each.attributes for number, each in enumerate(found)})
    notes = [_left_out(what, paths) for what, paths in left_out.items()]
    return Parsed(tuple(resources), (), tuple(notes), frozenset(secrets), tuple(files))


def _is_template(path: str, charts: set[str]) -> bool:
    return any(parent.name == "templates" and str(parent.parent) in charts for parent in PurePosixPath(path).parents)


def _left_out(what: str, paths: list[str]) -> Notification:
    named = ", ".join(paths[:_NAMED])
    more = f" and {len(paths) - _NAMED} more" if len(paths) > _NAMED else ""
    message = f"policies written for Conftest were not applied to {what}: {named}{more}"
    return Notification(Level.WARNING, message, "parser", Location(paths[0], 1))


def _documents(path: str, format_: str, context: ParseContext) -> tuple[list[Resource], SourceFile | None]:
    try:
        text = _read(path, context)
        file = SourceFile(path, FORMAT, text)
    except SourceError as error:
        return [_unreadable(path, format_, error)], None
    try:
        parts = _READERS[format_](text, path, context)
    except SourceError as error:
        return [_unreadable(path, format_, error)], file
    return [_resource(path, format_, number, part) for number, part in enumerate(parts, start=1)], file


def _read(path: str, context: ParseContext) -> str:
    place = place_of(path, context.root)
    if not isinstance(place, Place):
        raise SourceError(place.reason if place else "this file is not there any more", Location(path, 1))
    try:
        with place.open() as opened:
            content = opened.read(_LARGEST + 1)
    except OSError as error:
        raise SourceError(f"this file cannot be read: {error.strerror}", Location(path, 1)) from None
    if len(content) > _LARGEST:
        raise SourceError(f"above the limit of {_LARGEST >> 20} MiB for one document", Location(path, 1))
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = "\0"
    if "\0" in text:
        raise SourceError("not UTF-8 text", Location(path, 1))
    return text


def _resource(path: str, format_: str, number: int, part: Part) -> Resource:
    locations: dict[AttributePath, Location] = {}
    return Resource(
        address=path if number == 1 else f"{path}#{number}",
        type="document",
        format=FORMAT,
        attributes={"parser": format_, "contents": part.contents},
        location=part.location,
        attribute_locations=_Inside(part.locations) if part.locations else locations,
    )


class _Inside(Mapping[AttributePath, Location]):
    """The lines of what is inside a document, below the attribute `contents`."""

    def __init__(self, locations: Mapping[AttributePath, Location]) -> None:
        self._locations = locations

    def __getitem__(self, path: AttributePath) -> Location:
        if path[:1] != ("contents",) or len(path) < 2:
            raise KeyError(path)
        return self._locations[path[1:]]

    def __iter__(self) -> Iterator[AttributePath]:
        return (("contents", *path) for path in self._locations)

    def __len__(self) -> int:
        return len(self._locations)


def _unreadable(path: str, format_: str, error: SourceError) -> Resource:
    return Resource(
        address=path,
        type="document",
        format=FORMAT,
        attributes={"parser": format_, "unreadable": error.message},
        location=error.location,
    )


CONFTEST = Parser(FORMAT, lambda _path, _head: False, _parse, is_asked=lambda context: context.wants_documents)
