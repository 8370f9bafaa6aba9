"""Finds the statements in a file: plain JSON, DSSE envelopes, Sigstore bundles, and many of them one a line.

Google's description of an image (`gcloud artifacts docker images describe --show-provenance`) holds envelopes as well,
and what npm and GitHub answer for a package or a digest a list of bundles.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from scanner.core.location import Location
from scanner.core.notification import Notification
from scanner.core.resource import SourceFile
from scanner.core.values import AttributePath
from scanner.parsers.model.documents import written_twice
from scanner.parsers.model.draft import nearest, problem
from scanner.parsers.model.dsse import IN_TOTO, Envelope, EnvelopeError, is_envelope, read_envelope
from scanner.yaml_source import Document, SourceError
from scanner.yaml_source.json_text import read_json
from scanner.yaml_source.positions import Source

_PAYLOAD = "(the signed payload)"
_MOST_STATEMENTS = 10_000


@dataclass(frozen=True)
class Found:
    """One statement: its values, where it stands, and the envelope around it, if there is one.

    `locations` has its parts by their own paths; inside an envelope, which is base64, all stand at the payload.
    `bundle` is the Sigstore bundle as JSON text, `material` its verification material.
    """

    statement: Mapping[str, Any]
    location: Location
    locations: Mapping[AttributePath, Location]
    envelope: Envelope | None = None
    bundle: str = ""
    material: Mapping[str, Any] | None = None


def found_in(file: SourceFile) -> Iterator[Found | Notification]:
    """Every statement of the file, and an error for whatever else is in it."""
    count = 0
    for document in _documents(file):
        if isinstance(document, Notification):
            yield document
            continue
        for each in _found(document):
            count += isinstance(each, Found)
            if count > _MOST_STATEMENTS:
                yield problem(f"more than {_MOST_STATEMENTS} statements; the rest was not read", document.location)
                return
            yield each


def _documents(file: SourceFile) -> Iterator[Document | Notification]:
    """The JSON values of the file; where one cannot be read the lines are read one by one, so that no other is lost."""
    text = file.text.removeprefix("\ufeff")
    try:
        yield from read_json(Source(text, file.path, 1))
    except SourceError as error:
        lines = text.split("\n")
        whole = [_line(line, file.path, number) for number, line in enumerate(lines, 1) if line.strip()]
        if not any(isinstance(each, Document) and _is_a_line_of_statements(each.value) for each in whole):
            yield problem(error.message, error.location)
        else:
            yield from whole


def _is_a_line_of_statements(value: Any) -> bool:
    """Whether this is what stands on a line of its own; a line of an indented document may be an object as well."""
    return isinstance(value, dict) and (is_envelope(value) or "dsseEnvelope" in value or "_type" in value)


def _line(line: str, path: str, number: int) -> Document | Notification:
    try:
        documents = read_json(Source(line, path, number))
    except SourceError as error:
        return problem(error.message, error.location)
    if len(documents) != 1:
        return problem("a line of several JSON values; write one a line", Location(path, number))
    return documents[0]


def _found(document: Document) -> Iterator[Found | Notification]:
    yield from written_twice(document)
    value = document.value
    if isinstance(value, dict) and is_envelope(value):
        yield from _enveloped(document, value, ())
    elif _is_bundle(value):
        yield from _bundled(document, value, ())
    elif isinstance(value, dict) and isinstance(value.get("attestations"), list):
        for index, known in enumerate(value["attestations"]):
            if isinstance(known, dict) and _is_bundle(known.get("bundle")):
                yield from _bundled(document, known["bundle"], ("attestations", index, "bundle"))
    elif isinstance(value, dict) and isinstance(value.get("provenance_summary"), dict):
        listed = value["provenance_summary"].get("provenance")
        for index, known in enumerate(listed if isinstance(listed, list) else ()):
            if isinstance(known, dict) and is_envelope(known.get("envelope")):
                at = ("provenance_summary", "provenance", index, "envelope")
                yield from _enveloped(document, known["envelope"], at)
    elif isinstance(value, dict) and "_type" in value:
        yield Found(value, document.location, document.locations)
    else:
        yield problem("neither an in-toto statement nor an envelope around one", document.location)


def _is_bundle(value: Any) -> bool:
    return isinstance(value, dict) and isinstance(value.get("dsseEnvelope"), dict)


def _bundled(document: Document, bundle: Mapping[str, Any], at: AttributePath) -> Iterator[Found | Notification]:
    """The statement in a Sigstore bundle, with the bundle it came in."""
    material = bundle.get("verificationMaterial")
    for each in _enveloped(document, bundle["dsseEnvelope"], (*at, "dsseEnvelope")):
        if isinstance(each, Found):
            yield replace(each, bundle=json.dumps(bundle), material=material if isinstance(material, dict) else {})
        else:
            yield each


def _enveloped(document: Document, value: Mapping[str, Any], at: AttributePath) -> Iterator[Found | Notification]:
    try:
        envelope = read_envelope(value)
    except EnvelopeError as error:
        yield problem(str(error), nearest(document.locations, (*at, *error.path), document.location))
        return
    place = nearest(document.locations, (*at, "payload"), document.location)
    if envelope.payload_type != IN_TOTO:
        message = "the payload is signed as something else than an in-toto statement, and was not read as one"
        yield problem(message, nearest(document.locations, (*at, "payloadType"), document.location))
        return
    try:
        payload = read_json(Source(envelope.payload.decode(), _PAYLOAD, 1))
    except UnicodeDecodeError:
        yield problem("the payload is not UTF-8 text", place)
        return
    except SourceError as error:
        line = error.location.start_line
        yield problem(f"the payload cannot be read: {error.message} (line {line} of the payload)", place)
        return
    if len(payload) != 1 or not isinstance(payload[0].value, dict):
        yield problem("the payload is not one JSON object", place)
        return
    for name, _ in payload[0].duplicate_keys:
        yield problem(f"{name} is written twice in the payload; only the later one counts", place)
    yield Found(payload[0].value, place, {}, envelope)
