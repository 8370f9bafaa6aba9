"""The files of models as they lie on disk: what each is by its content, its digest, and what is wrong with it."""

from collections.abc import Iterable, Iterator, Mapping
from posixpath import basename
from typing import Any

from scanner.core.location import Location
from scanner.core.notification import Notification
from scanner.core.resource import Parsed, Resource
from scanner.core.values import Unresolved
from scanner.parsers.interface import ParseContext
from scanner.parsers.model.draft import FORMAT, format_of, problem
from scanner.parsers.model.files.executables import executable_kind
from scanner.parsers.model.files.gguf_model import gguf_resources
from scanner.parsers.model.files.hashing import SHA256, Digests, NotHashedError, Wanted, wanted
from scanner.parsers.model.files.inspection import inspected
from scanner.parsers.model.files.lfs import pointer_facts
from scanner.parsers.model.files.places import Place, Refused, place_of
from scanner.parsers.model.files.recognition import companions, format_of_file

_POINTER = "lfs-pointer"


def read_files(paths: Iterable[str], context: ParseContext, digests: Iterable[tuple[str, str]] = ()) -> Parsed:
    """One resource `model_file` for each path (relative to the repository root) where a file is.

    `digests` are pairs of a path and of what to compute for it beside SHA-256 (`blake3`, `sha256:0:1000` for a part).
    A path that leads out of the repository is an error, one where nothing is none: whoever names it says so itself.
    """
    named = set(paths)
    others: dict[str, set[Wanted]] = {}
    for path, text in digests:
        asked = wanted(text)
        if asked is not None:
            others.setdefault(path, set()).add(asked)
    places: dict[str, Place] = {}
    resources: list[Resource] = []
    notifications: list[Notification] = []
    for path in sorted(named | companions(named, context.listing, context.root)):
        place = place_of(path, context.root)
        if isinstance(place, Refused):
            notifications.append(problem(place.reason, Location(path, 1)))
        elif place is not None:
            places[path] = place
    with Digests(context) as hashing:
        reading = _Reading(context, hashing, others)
        if context.models.open_artifacts:
            for path, place in places.items():
                reading.announce(path, place)
        for path, place in places.items():
            for found in reading.read(path, place):
                if isinstance(found, Resource):
                    resources.append(found)
                else:
                    notifications.append(found)
    return Parsed(tuple(resources), (), tuple(notifications))


class _Reading:
    """The files of one scan, one after the other; `others` are the digests that a path needs beside SHA-256."""

    def __init__(self, context: ParseContext, digests: Digests, others: Mapping[str, Iterable[Wanted]]) -> None:
        self._context, self._digests, self._others = context, digests, others

    def announce(self, path: str, place: Place) -> None:
        """Have the file hashed while others are looked into; that it cannot be is told when its turn has come."""
        try:
            self._digests.announce(place, self._others.get(path, ()))
        except OSError:
            return

    def read(self, path: str, place: Place) -> Iterator[Resource | Notification]:
        """The resource of the file, and what is wrong."""
        where = Location(path, 1)
        try:
            head, size = place.head()
        except OSError as error:
            yield problem(f"this file cannot be read: {error.strerror}", where)
            return
        attributes: dict[str, Any] = {
            "path": path,
            "name": basename(path),
            "size": size,
            "format": format_of_file(path, head),
            "format_by_name": format_of(path),
            "executable": executable_kind(head),
        }
        if attributes["format"] == _POINTER:
            attributes |= pointer_facts(head)
            attributes["contents"] = Unresolved(path, "only its Git LFS pointer is here; fetch it with `git lfs pull`")
        elif self._context.models.open_artifacts:
            hashed = self._hashed(path, place)
            if isinstance(hashed, Unresolved):
                yield problem(hashed.reason, where)
                attributes["digest"] = hashed
            else:
                attributes["digest"] = f"{SHA256}:{hashed.pop(SHA256)}"
                attributes["digests"] = hashed or None
            facts, notes = inspected(place, attributes, self._context)
            attributes |= facts
            yield from notes
        templates = attributes.pop("chat_templates", [])
        kept = {key: value for key, value in attributes.items() if value is not None}
        yield Resource(f"model_file.{path}", "model_file", FORMAT, kept, where, origin=path)
        if kept.get("format") == "gguf" and kept.get("metadata"):
            yield from gguf_resources(path, kept["metadata"], templates, kept.get("digest"))

    def _hashed(self, path: str, place: Place) -> dict[str, str] | Unresolved:
        try:
            return dict(self._digests.of(place, self._others.get(path, ())))
        except NotHashedError as error:
            return Unresolved(path, f"{path} has no digest: {error}")
        except OSError as error:
            return Unresolved(path, f"{path} has no digest: it cannot be read ({error.strerror})")
