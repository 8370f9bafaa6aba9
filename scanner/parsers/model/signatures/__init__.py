"""Signatures of models (OpenSSF model signing): who signed, what is covered, and what is not."""

import re
from collections.abc import Mapping
from posixpath import basename
from typing import Any

from scanner.core.location import Location
from scanner.core.resource import Resource, SourceFile
from scanner.core.values import AttributePath, Unresolved
from scanner.parsers.interface import ParseContext
from scanner.parsers.model.draft import FORMAT, Manifest, WrittenLines, nearest, problem
from scanner.parsers.model.dsse import MODEL_SIGNATURES, EnvelopeError, predicate_types_in, read_envelope
from scanner.parsers.model.files.hashing import Wanted, wanted
from scanner.parsers.model.signatures.folder import SignedFolder, look_into, path_of, root_of
from scanner.parsers.model.signatures.statement import CURRENT, Statement, StatementError, read_statement
from scanner.parsers.model.signatures.trust import kind_of, verified
from scanner.yaml_source import Document, SourceError, load_documents

_NAME = "model.sig"
_BUNDLE = re.compile(rb'"mediaType"\s*:\s*"application/vnd\.dev\.sigstore\.bundle')
_PAYLOAD = ("dsseEnvelope", "payload")
_MATERIAL = ("verificationMaterial",)
# How many files beside the signed ones become resources of their own.
_MOST_OPENED = 1000


def claims_signature(path: str, head: bytes) -> bool:
    """Whether this is a bundle over the files of a model: by what it states, by its name where that is not in sight."""
    if not head.lstrip().startswith(b"{"):
        return False
    if _BUNDLE.search(head) is None and basename(path) != _NAME:
        return False
    kinds = predicate_types_in(head)
    return any(kind in MODEL_SIGNATURES for kind in kinds) or (not kinds and path.endswith(".sig"))


def read_signature(file: SourceFile, context: ParseContext) -> Manifest:
    """The signature in one file, with the paths of the files that it covers and of those beside them."""
    try:
        documents = load_documents(file.text, f"{file.path}.json")  # JSON whatever its name ends with: YAML reads more
    except SourceError as error:
        return _unreadable(error.message, Location(file.path, error.location.start_line))
    document = documents[0] if len(documents) == 1 else None
    if document is None or not isinstance(document.value, dict):
        return _unreadable("not one JSON object, as a bundle of Sigstore is", Location(file.path, 1))
    if document.duplicate_keys:
        name, at = document.duplicate_keys[0]
        return _unreadable(f"{name} is written twice, so that readers differ", Location(file.path, at.start_line))
    bundle, lines = document.value, _Lines(document, file.path)
    envelope, material = bundle.get("dsseEnvelope"), bundle.get("verificationMaterial")
    if not isinstance(envelope, dict) or not isinstance(material, dict):
        return _unreadable("a model signature has a dsseEnvelope and its verificationMaterial", lines.at(()))
    kind = kind_of(material)
    if kind is None:
        return _unreadable("neither a key nor a certificate says who signed", lines.at(_MATERIAL))
    try:
        opened = read_envelope(envelope)
        statement = read_statement(opened)
    except EnvelopeError as error:
        return _unreadable(str(error), lines.at(("dsseEnvelope", *error.path)))
    except StatementError as error:
        return _unreadable(str(error), lines.at(_PAYLOAD))
    root = root_of(file.path, statement, context.root)
    beside = look_into(root, file.path, statement, context.root)
    if statement.faults:
        outcome = {"verification": "invalid", "reason": "; ".join(statement.faults[:3])}
    else:
        outcome = verified(file.path, kind, opened, material, context)
    attributes = {
        "path": file.path,
        "kind": kind,
        "media_type": bundle.get("mediaType"),
        "predicate_type": statement.predicate_type,
        "is_current": statement.predicate_type == CURRENT,
        "logged": _is_logged(material),
        "key_hint": _hint(material),
        "digest": f"sha256:{statement.digest}" if statement.digest else None,
        "algorithm": statement.algorithm,
        "allow_symlinks": statement.allows_symlinks,
        "ignore_paths": list(statement.ignored),
        **outcome,
    }
    files_of = _files(root, statement)
    kept: dict[str, Any] = {key: value for key, value in attributes.items() if value not in (None, "")}
    kept |= {"root": root, "files": files_of, **_beside(beside)}
    resource = Resource(
        f"signature.{file.path}", "signature", FORMAT, kept, lines.at(()), lines.of(kept), origin=file.path
    )
    named = [(each["path"], each["compared_by"]) for each in files_of if "path" in each and "compared_by" in each]
    opened_too = {*beside.unsigned[:_MOST_OPENED], *beside.ignored[:_MOST_OPENED]}
    paths = frozenset({each["path"] for each in files_of if "path" in each} | opened_too)
    return Manifest((), (), frozenset(), (resource,), paths, frozenset(named))


def _files(root: str, statement: Statement) -> list[dict[str, Any]]:
    """`compared_by` is what of the file has to have this digest, absent where that cannot be computed here."""
    found = []
    for file in statement.files:
        entry: dict[str, Any] = {"name": file.name, "algorithm": file.algorithm, "digest": file.digest}
        path, by = path_of(root, file, statement), str(Wanted(file.algorithm, file.start, file.end))
        if path is not None:
            entry["path"] = path
        if wanted(by) is not None:
            entry["compared_by"] = by
        if file.end is not None:
            entry["end"] = file.end
        found.append(entry)
    return found


def _beside(folder: SignedFolder) -> dict[str, Any]:
    if not folder.whole:
        cause = f"{folder.root or 'the repository'} holds too many files to tell which of them are not signed"
        return {"unsigned": Unresolved(folder.root, cause)}
    return {"unsigned": list(folder.unsigned), "ignored": list(folder.ignored), "symlinks": list(folder.symlinks)}


def _is_logged(material: Mapping[str, Any]) -> bool:
    return isinstance(material.get("tlogEntries"), list) and bool(material["tlogEntries"])


def _hint(material: Mapping[str, Any]) -> str | None:
    key = material.get("publicKey")
    hint = key.get("hint") if isinstance(key, dict) else None
    return hint if isinstance(hint, str) else None


class _Lines:
    """Where in the bundle things stand: what is stated in the payload, who signed in the verification material."""

    def __init__(self, document: Document, path: str) -> None:
        self._path = path
        self._document = document

    def at(self, path: AttributePath) -> Location:
        return self._own(nearest(self._document.locations, path, self._document.location))

    def of(self, attributes: Mapping[str, Any]) -> WrittenLines:
        signer = ("kind", "verification", "reason", "identity", "issuer", "key_hint", "logged")
        places: dict[AttributePath, Location] = {
            (key,): self.at(_MATERIAL if key in signer else _PAYLOAD) for key in attributes
        }
        return WrittenLines(attributes, {}, {}, places)

    def _own(self, place: Location) -> Location:
        return Location(self._path, place.start_line, place.start_column, place.end_line, place.end_column)


def _unreadable(message: str, at: Location) -> Manifest:
    return Manifest((), (problem(f"this model signature cannot be read: {message}", at),))
