"""`model-release.yaml`: what an organisation itself declares about a release."""

import re
from pathlib import PurePosixPath

from scanner.core.location import Location
from scanner.core.notification import Notification
from scanner.core.resource import SourceFile
from scanner.core.secrets import secret_values
from scanner.parsers.model.documents import written_twice
from scanner.parsers.model.draft import Draft, Manifest, problem
from scanner.parsers.model.facts import read_facts
from scanner.parsers.model.violations import violations
from scanner.yaml_source import Document, load_documents_leniently

_NAME = re.compile(r"model-release\.(ya?ml|json)", re.IGNORECASE)
_OTHER_HEADER = re.compile(rb"""^["']?apiVersion["']?\s*:\s*["']?(?!["']?releasegate/)\w""", re.MULTILINE)
_YAML_HEADER = re.compile(rb"""^["']?apiVersion["']?\s*:\s*["']?releasegate/""", re.MULTILINE)
_JSON_HEADER = re.compile(rb'^\s*\{.*?"apiVersion"\s*:\s*"releasegate/', re.DOTALL)


def claims_release(path: str, head: bytes) -> bool:
    """Whether the file is a `ModelRelease`, by its name or by what it says of itself."""
    name = PurePosixPath(path).name
    if not name.lower().endswith((".yaml", ".yml", ".json")):
        return False
    if _YAML_HEADER.search(head) or (b"releasegate/" in head and _JSON_HEADER.match(head)):
        return True
    return _NAME.fullmatch(name) is not None and _OTHER_HEADER.search(head) is None


def read_release(file: SourceFile) -> Manifest:
    """Every model declared in the file; what the schema does not allow is told, and the rest is read all the same."""
    documents, errors = load_documents_leniently(file.text, file.path)
    notifications = [problem(error.message, error.location) for error in errors]
    drafts: list[Draft] = []
    secrets: set[str] = set()
    if not documents and not errors:
        notifications.append(problem("this file declares no model; fill it in or remove it", Location(file.path, 1)))
    for document in documents:
        if not _is_release(document, alone=len(documents) == 1):
            message = "this is no ModelRelease, but stands in one file with it; put it into a file of its own"
            notifications.append(problem(message, document.location))
            continue
        notifications.extend(_complaints(document))
        if isinstance(document.value, dict):
            draft = Draft(file.path, "model-release", document.location, document.locations)
            read_facts(draft, document.value, ())
            notifications.extend(draft.notifications)
            drafts.append(draft)
            secrets |= secret_values(document.value)
    return Manifest(tuple(drafts), tuple(notifications), frozenset(secrets))


def _is_release(document: Document, alone: bool) -> bool:
    value = document.value
    return alone or (isinstance(value, dict) and str(value.get("apiVersion")).startswith("releasegate/"))


def _complaints(document: Document) -> list[Notification]:
    return [*written_twice(document), *violations(document)]
