"""The files of models as they lie on disk: what each is by its content, its digest, and what is wrong with it."""

from collections.abc import Iterable, Iterator
from posixpath import basename

from scanner.core.location import Location
from scanner.core.notification import Level, Notification
from scanner.core.resource import Parsed, Resource
from scanner.parsers.interface import ParseContext
from scanner.parsers.model.draft import FORMAT, format_of
from scanner.parsers.model.files.hashing import Digests
from scanner.parsers.model.files.inspection import Inspection
from scanner.parsers.model.files.places import Refused, place_of
from scanner.parsers.model.files.recognition import format_by_content


def read_files(paths: Iterable[str], context: ParseContext) -> Parsed:
    """One resource `model_file` for each path (relative to the repository root) where a file is.

    A path that leads out of the repository is an error, one where nothing is none: whoever names it says so itself.
    """
    resources: list[Resource] = []
    notifications: list[Notification] = []
    with Inspection(context) as inspection:
        digests = Digests(context)
        for path in paths:
            for found in _read(path, context, digests, inspection):
                (resources if isinstance(found, Resource) else notifications).append(found)  # type: ignore[arg-type]
    return Parsed(tuple(resources), (), tuple(notifications))


def _read(
    path: str, context: ParseContext, digests: Digests, inspection: Inspection
) -> Iterator[Resource | Notification]:
    where = Location(path, 1)
    place = place_of(path, context.root)
    if place is None:
        return
    if isinstance(place, Refused):
        yield Notification(Level.ERROR, place.reason, "parser", where)
        return
    try:
        head, size = place.head()
        attributes = {
            "path": path,
            "name": basename(path),
            "size": size,
            "format": format_by_content(head),
            "format_by_name": format_of(path),
        }
        if context.models.open_artifacts:
            attributes["digest"] = digests.sha256(place)
            facts, notes = inspection.facts(place, attributes)
            attributes |= facts
            yield from notes
    except OSError as error:
        yield Notification(Level.ERROR, f"this file cannot be read: {error.strerror}", "parser", where)
        return
    kept = {key: value for key, value in attributes.items() if value is not None}
    yield Resource(f"model_file.{path}", "model_file", FORMAT, kept, where, origin=path)
