"""The one JSON or YAML mapping that most manifests are, and what is told where a file is none."""

from scanner.core.location import Location
from scanner.core.notification import Notification
from scanner.core.resource import SourceFile
from scanner.parsers.model.draft import problem
from scanner.yaml_source import Document, SourceError, load_documents

_LONGEST_KEY = 60


def one_mapping(file: SourceFile, otherwise: str) -> Document | Notification:
    """The only document of the file, whose value is a mapping; for anything else an error, which says `otherwise`."""
    try:
        documents = load_documents(file.text, file.path)
    except SourceError as error:
        return problem(error.message, error.location)
    if len(documents) == 1 and isinstance(documents[0].value, dict):
        return documents[0]
    return problem(otherwise, documents[0].location if documents else Location(file.path, 1))


def written_twice(document: Document) -> list[Notification]:
    """An error for each key that stands twice in one mapping."""
    return [
        problem(f"{name[:_LONGEST_KEY]} is written twice; only the later one counts", place)
        for name, place in document.duplicate_keys
    ]
