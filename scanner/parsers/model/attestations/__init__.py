"""in-toto attestations, plain, in DSSE envelopes and in Sigstore bundles: what is said of which digest, and by whom."""

import re

from scanner.core.location import Location
from scanner.core.notification import Notification
from scanner.core.resource import Resource, SourceFile
from scanner.core.secrets import secret_values
from scanner.parsers.interface import ParseContext
from scanner.parsers.model.attestations.containers import Found, found_in
from scanner.parsers.model.attestations.statements import Statement, read_statement
from scanner.parsers.model.attestations.trust import verdict
from scanner.parsers.model.draft import FORMAT, Manifest, WrittenLines, problem
from scanner.parsers.model.dsse import MODEL_SIGNATURES, predicate_types_in

_NAMES = (".json", ".jsonl", ".intoto", ".att", ".dsse", ".sigstore", ".bundle", ".attestation", ".provenance")
_STATEMENT = re.compile(rb'"_type"\s*:\s*"https:(?:\\?/){2}in-toto\.io(?:\\?/)(?:Statement|attestation)')
_ENVELOPE = re.compile(rb'"payloadType"\s*:\s*"application(?:\\?/)vnd\.in-toto\+json"')


def claims_attestation(path: str, head: bytes) -> bool:
    """Whether the file holds in-toto statements, by its content; signatures of a model's files are none."""
    if not path.lower().endswith(_NAMES) or head.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] != b"{":
        return False
    if not (_STATEMENT.search(head) or _ENVELOPE.search(head)):
        return False
    kinds = predicate_types_in(head)
    return not kinds or any(kind not in MODEL_SIGNATURES for kind in kinds)


def read_attestations(file: SourceFile, context: ParseContext) -> Manifest:
    """One resource `attestation` for each statement of the file; what cannot be read costs that statement alone."""
    resources: list[Resource] = []
    notifications: list[Notification] = []
    secrets: set[str] = set()
    for each in found_in(file):
        if isinstance(each, Notification):
            notifications.append(each)
            continue
        statement = read_statement(each)
        notifications.extend(statement.notifications)
        secrets |= secret_values({"statement": each.statement})
        if statement.attributes.get("predicate_type") in MODEL_SIGNATURES:
            message = "a signature of a model's files among attestations is not read; put it into a file of its own"
            notifications.append(problem(message, each.location))
            continue
        facts, notes = verdict(each, context)
        notifications.extend(notes)
        resources.append(_resource(file.path, each, statement, facts, len(resources)))
    if not resources and not notifications:
        notifications.append(problem("there is no in-toto statement in this file", Location(file.path, 1)))
    return Manifest((), tuple(notifications), frozenset(secrets), tuple(resources))


def _resource(path: str, found: Found, statement: Statement, facts: dict[str, object], number: int) -> Resource:
    attributes = {"path": path, **statement.attributes, **facts}
    lines = WrittenLines(attributes, found.locations, statement.origins, {})
    address = f"attestation.{path}" + (f"#{number + 1}" if number else "")
    return Resource(address, "attestation", FORMAT, attributes, found.location, lines, origin=path)
