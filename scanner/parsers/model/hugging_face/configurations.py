"""The files of one Hugging Face repository in one scan: which folder each belongs to, and what is written in it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from posixpath import basename, dirname
from typing import Any

from scanner.core.location import Location
from scanner.core.notification import Notification
from scanner.core.resource import SourceFile
from scanner.core.values import AttributePath
from scanner.parsers.model.documents import written_twice
from scanner.parsers.model.draft import nearest, problem
from scanner.yaml_source import Document, SourceError, load_documents

_OF_THEIR_PARENT = (".eval_results", "additional_chat_templates")
_WITH_PARTS = ("model_index.json", "modules.json")


@dataclass(frozen=True)
class Configuration:
    """One JSON or YAML file: `value` is what is in it, `name` its file name."""

    path: str
    name: str
    value: Any
    document: Document

    def line(self, path: AttributePath) -> Location:
        """Where the value at the path is written, or what is around it."""
        return nearest(self.document.locations, path, self.document.location)


@dataclass(frozen=True)
class Repository:
    """A folder with its files: `parts` are those of folders that the folder's own index names, such as `unet/`."""

    folder: str
    files: tuple[SourceFile, ...]
    parts: tuple[SourceFile, ...]


def repositories(files: Sequence[SourceFile]) -> list[Repository]:
    """The files by repository, in the order of their folders."""
    homes = {file.path: _home(file.path) for file in files}
    indexed = {homes[file.path] for file in files if basename(file.path) in _WITH_PARTS}
    own: dict[str, list[SourceFile]] = {}
    parts: dict[str, list[SourceFile]] = {}
    for file in files:
        home = homes[file.path]
        if home and home not in indexed and dirname(home) in indexed:
            parts.setdefault(dirname(home), []).append(file)
        else:
            own.setdefault(home, []).append(file)
    return [Repository(folder, tuple(own[folder]), tuple(parts.get(folder, ()))) for folder in sorted(own)]


def configurations(files: Iterable[SourceFile]) -> tuple[list[Configuration], list[Notification]]:
    """What the JSON and YAML files hold; what cannot be read is told, as is a key that is written twice."""
    found: list[Configuration] = []
    notifications: list[Notification] = []
    for file in files:
        if not file.path.endswith((".json", ".yaml", ".yml")):
            continue
        try:
            documents = load_documents(file.text, file.path)
        except SourceError as error:
            notifications.append(problem(error.message, error.location))
            continue
        if len(documents) != 1:
            notifications.append(problem("this file must hold one value; write it again", Location(file.path, 1)))
            continue
        notifications.extend(written_twice(documents[0]))
        found.append(Configuration(file.path, basename(file.path), documents[0].value, documents[0]))
    return found, notifications


def _home(path: str) -> str:
    folder = dirname(path)
    return dirname(folder) if basename(folder) in _OF_THEIR_PARENT else folder
