"""What a model signature says: which files it covers, by which digests, and what it leaves out."""

import hashlib
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Any

from scanner.parsers.model.dsse import IN_TOTO, MODEL_SIGNATURES, Envelope

CURRENT = "https://model_signing/signature/v1.0"
_DIGESTS = "https://model_signing/Digests/v0.1"
_STATEMENT_TYPE = "https://in-toto.io/Statement/v1"
_HEXADECIMAL = re.compile(r"(?:[0-9a-f]{2}){16,128}")
_SHARDED = re.compile(r"(.+)-sharded-\d+")


class StatementError(Exception):
    """Why the signed statement is none about the files of a model, in words for the user."""


@dataclass(frozen=True)
class SignedFile:
    """One file, or the part of it from `start` up to `end`; `name` is relative to the signed folder."""

    name: str
    algorithm: str
    digest: str
    start: int = 0
    end: int | None = None


@dataclass(frozen=True)
class Statement:
    """The statement of one signature; `name` is that of the signed folder, or of a model that is a single file.

    `digest` is that of the model as a whole, "" in old statements. `faults` are why nothing that it says can be relied
    on.
    """

    predicate_type: str
    name: str
    digest: str
    files: tuple[SignedFile, ...]
    algorithm: str
    allows_symlinks: bool = False
    ignored: tuple[str, ...] = ()
    faults: tuple[str, ...] = ()


def read_statement(envelope: Envelope) -> Statement:
    """The statement in the envelope. Raises `StatementError`."""
    if envelope.payload_type != IN_TOTO:
        raise StatementError(f"the payload is {envelope.payload_type[:80]}, not {IN_TOTO}")
    try:
        written = json.loads(envelope.payload)
    except (ValueError, RecursionError):
        raise StatementError("the signed payload is no JSON") from None
    if not isinstance(written, dict) or written.get("_type") != _STATEMENT_TYPE:
        raise StatementError(f"the signed payload is no in-toto statement ({_STATEMENT_TYPE})")
    kind = written.get("predicateType")
    if kind == CURRENT:
        return _current(written)
    if kind in MODEL_SIGNATURES:
        return _old(written, str(kind))
    raise StatementError(f"the statement is about {str(kind)[:100]}, not about the files of a model")


def _current(written: Mapping[str, Any]) -> Statement:
    subjects = _objects(written.get("subject"), "subject")
    if len(subjects) != 1:
        raise StatementError(f"the statement has {len(subjects)} subjects where it needs one")
    subject = subjects[0]
    predicate = _object(written.get("predicate"), "predicate")
    serialization = _object(predicate.get("serialization"), "predicate.serialization")
    method = serialization.get("method")
    if method not in ("files", "shards"):
        raise StatementError(f"the files were put in order by {str(method)[:40]}, which is not known")
    files = tuple(_resource(each, method) for each in _objects(predicate.get("resources"), "predicate.resources"))
    stated = str(_object(subject.get("digest"), "subject.digest").get("sha256", "")).lower()
    whole = hashlib.sha256(b"".join(bytes.fromhex(file.digest) for file in files)).hexdigest()
    faults = [*_faults_of(files)]
    if whole != stated:
        faults.append("its subject is not the digest of the digests that it lists")
    ignored = serialization.get("ignore_paths", [])
    return Statement(
        CURRENT,
        str(subject.get("name", "")),
        stated,
        files,
        str(serialization.get("hash_type", "")),
        serialization.get("allow_symlinks") is True,
        tuple(sorted(str(each) for each in ignored)) if isinstance(ignored, list) else (),
        tuple(faults),
    )


def _resource(written: Mapping[str, Any], method: str) -> SignedFile:
    name, algorithm, digest = (written.get(key) for key in ("name", "algorithm", "digest"))
    if not (isinstance(name, str) and name and isinstance(algorithm, str) and isinstance(digest, str)):
        raise StatementError("a signed file needs a name, an algorithm and a digest")
    digest = digest.lower()
    if not _HEXADECIMAL.fullmatch(digest):
        raise StatementError(f"the digest of {name[:100]} is not hexadecimal")
    if method == "files":
        return SignedFile(_normal(name), algorithm, digest)
    path, colon, bounds = name.rpartition(":")[0].rpartition(":")
    end = name.rpartition(":")[2]
    if not colon or not all(bound.isdecimal() and len(bound) < 20 for bound in (bounds, end)):
        raise StatementError(f"{name[:100]} is no part of a file, such as model.safetensors:0:1000")
    sharded = _SHARDED.fullmatch(algorithm)
    return SignedFile(_normal(path), sharded[1] if sharded else algorithm, digest, int(bounds), int(end))


def _old(written: Mapping[str, Any], kind: str) -> Statement:
    """Before 1.0 the subjects were the files, or in an experiment the predicate listed them."""
    files = []
    for subject in _objects(written.get("subject"), "subject"):
        digests = _object(subject.get("digest"), "subject.digest")
        digest = digests.get("sha256")
        name = subject.get("name")
        if not isinstance(name, str) or not isinstance(digest, str) or not _HEXADECIMAL.fullmatch(digest.lower()):
            raise StatementError("a signed file needs a name and a SHA-256")
        files.append(SignedFile(_normal(name), "sha256", digest.lower()))
    faults = [*_faults_of(tuple(files))]
    if kind != _DIGESTS:
        faults.append(f"nothing verifies statements of the experiment {kind}")
    return Statement(kind, "", "", tuple(files), "sha256", faults=tuple(faults))


def _faults_of(files: tuple[SignedFile, ...]) -> Iterator[str]:
    """A file is signed once, and its parts follow one another from its first byte on."""
    if not files:
        yield "it covers no file"
    ends: dict[str, int | None] = {}
    for file in sorted(files, key=lambda file: (file.name, file.start)):
        at = ends.get(file.name, 0)
        if file.name in ends and (at is None or file.end is None):
            yield f"it lists {file.name[:100]} twice"
        elif file.end is not None and (file.start != at or file.end <= file.start):
            yield f"the parts of {file.name[:100]} do not follow one another"
        ends[file.name] = file.end


def _normal(name: str) -> str:
    return str(PurePosixPath(name))


def _object(value: Any, name: str) -> Mapping[str, Any]:
    if not isinstance(value, dict):
        raise StatementError(f"{name} of the statement must be an object")
    return value


def _objects(value: Any, name: str) -> list[Mapping[str, Any]]:
    if not isinstance(value, list) or not all(isinstance(each, dict) for each in value):
        raise StatementError(f"{name} of the statement must be a list of objects")
    return value
