"""The objects of files that are read as they are, and what in them could not be read."""

from collections.abc import Sequence

from scanner.core.location import Location
from scanner.core.notification import Level, Notification
from scanner.core.resource import SourceFile
from scanner.parsers.kubernetes.manifests import Manifest, is_claimed_whole, manifests_of, strays
from scanner.parsers.kubernetes.schemas import without_schemas
from scanner.parsers.kubernetes.templates import template_line, template_notifications
from scanner.yaml_source import Document, SourceError, load_documents_leniently


def read_files(files: Sequence[SourceFile]) -> tuple[dict[str, list[Manifest]], list[Notification]]:
    """The objects by the path of their file; a template that nobody rendered is named and gives none."""
    notifications: list[Notification] = []
    templates: list[Location] = []
    manifests: dict[str, list[Manifest]] = {}
    for file in files:
        if not is_claimed_whole(file.path, file.text):
            continue
        documents, errors = _documents(file)
        template = template_line(file.text, file.path, documents, errors)
        if template is not None:
            templates.append(template)
            continue
        notifications += [Notification(Level.ERROR, error.message, "parser", error.location) for error in errors]
        objects: list[Manifest] = []
        for document in documents:
            found = list(manifests_of(document))
            notifications += [each for each in found if isinstance(each, Notification)]
            objects += [each for each in found if isinstance(each, Manifest)]
            if found:
                notifications += _duplicates(document)
        if objects:
            notifications += strays(documents)
        manifests[file.path] = objects
    return manifests, [*notifications, *template_notifications(templates)]


def objects_in(file: SourceFile) -> list[Manifest] | None:
    """The objects of a file as they are; None for a template, which means nothing until it is rendered."""
    documents, errors = _documents(file)
    if template_line(file.text, file.path, documents, errors) is not None:
        return None
    return [each for document in documents for each in manifests_of(document) if isinstance(each, Manifest)]


def _documents(file: SourceFile) -> tuple[list[Document], list[SourceError]]:
    return load_documents_leniently(without_schemas(file.text), file.path)


def _duplicates(document: Document) -> list[Notification]:
    return [
        Notification(
            Level.WARNING, f"the key {name} is written twice and the last one counts; keep one", "parser", where
        )
        for name, where in document.duplicate_keys
    ]
