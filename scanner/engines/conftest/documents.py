"""The files of a release as the documents that Conftest's policies judge."""

import posixpath
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import re2

from scanner.core.location import Location
from scanner.core.notification import Level, Notification
from scanner.core.resource import Release, Resource
from scanner.engines.rego.document import foreign_json


@dataclass(frozen=True)
class Judged:
    """One thing that a rule is asked about: the JSON of `input`, and the documents that it stands for.

    `file` is what `data.conftest.file` says of it.
    """

    text: str
    documents: tuple[Resource, ...]
    file: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Documents:
    """What there is to judge, and the files that cannot be."""

    judged: tuple[Judged, ...]
    notifications: tuple[Notification, ...] = ()


def documents_of(release: Release, *, combine: bool, ignore: str) -> Documents:
    """Every document whose path does not match `ignore`, or with `combine` all of them as one.

    A file that cannot be read is an error, unless the parser of another format has reported it already.
    """
    notifications: list[Notification] = []
    reported = {note.location.path for note in release.notifications if note.location and note.level is Level.ERROR}
    single: list[tuple[Resource, str]] = []
    for resource in _documents(release, ignore):
        message = resource.attributes.get("unreadable")
        if message is None:
            try:
                single.append((resource, foreign_json(resource.attributes["contents"])))
                continue
            except ValueError as error:
                message = str(error)
        elif resource.location.path in reported:
            continue
        said = f"policies written for Conftest did not judge this file: {message}"
        notifications.append(Notification(Level.ERROR, said, "engine", resource.location))
    if combine:
        ordered = sorted(single, key=lambda each: each[0].location.path)
        return Documents(_combined(ordered), tuple(notifications))
    judged = tuple(Judged(text, (resource,), _file(resource.location)) for resource, text in single)
    return Documents(judged, tuple(notifications))


def _documents(release: Release, ignore: str) -> Iterator[Resource]:
    pattern = re2.compile(ignore) if ignore else None
    for resource in release.by_type.get("document", ()):
        if resource.format == "conftest" and not (pattern and pattern.search(resource.location.path)):
            yield resource


def _combined(documents: Sequence[tuple[Resource, str]]) -> tuple[Judged, ...]:
    if not documents:
        return ()
    items = (f'{{"path": {foreign_json(resource.location.path)}, "contents": {text}}}' for resource, text in documents)
    file = {"name": "Combined", "dir": "."}
    return (Judged(f"[{', '.join(items)}]", tuple(resource for resource, _ in documents), file),)


def _file(location: Location) -> dict[str, str]:
    folder, name = posixpath.split(location.path)
    return {"name": name, "dir": folder or "."}


def with_file(data: Mapping[str, Any], file: Mapping[str, str]) -> dict[str, Any]:
    """The data document as Conftest completes it for one file."""
    known = data.get("conftest")
    return {**data, "conftest": {**(known if isinstance(known, dict) else {}), "file": dict(file)}}
