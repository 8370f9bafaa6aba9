"""The files of one bundle, wherever they lie."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from scanner.core.location import Location
from scanner.core.notification import Level, Notification


@dataclass(frozen=True)
class Source:
    """A bundle by the paths of its files, relative to it and with `/`; `name` stands before them in every location."""

    name: str
    files: Mapping[str, bytes] = field(repr=False)
    notifications: tuple[Notification, ...] = ()


def read_source(path: Path) -> Source:
    """The bundle in a folder."""
    files: dict[str, bytes] = {}
    notifications: list[Notification] = []
    for file in sorted(each for each in path.rglob("*") if each.is_file()):
        relative = file.relative_to(path).as_posix()
        try:
            files[relative] = file.read_bytes()
        except OSError as error:
            message = f"cannot be read: {error.strerror}"
            notifications.append(Notification(Level.ERROR, message, "bundle", Location(f"{path.name}/{relative}", 1)))
    return Source(path.name, files, tuple(notifications))
