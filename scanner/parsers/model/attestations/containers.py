"""Finds the statements in a file: plain JSON, DSSE envelopes, Sigstore bundles, and many of them one a line."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from scanner.core.location import Location
from scanner.core.notification import Notification
from scanner.core.resource import SourceFile
from scanner.core.values import AttributePath
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
        if not any(isinstance(each, Document) and isinstance(each.value, dict) for each in whole):
            yield problem(error.message, error.location)
        else:
            yield from whole


def _line(line: str, path: str, number: int) -> Document | Notification:
    try:
        documents = read_json(Source(line, path, number))
    except SourceError as error:
        return problem(error.message, error.location)
    if len(documents) != 1:
        return problem("a line of several JSON values; write one a line", Location(path, number))
    return documents[0]


def _found(document: Document) -> Iterator[Found | Notification]:
    for name, place in document.duplicate_keys:
        yield problem(f"{name} is written twice; only the later one counts", place)
    value = document.value
    if isinstance(value, dict) and is_envelope(value):
        yield from _enveloped(document, value, ())
    elif isinstance(value, dict) and isinstance(value.get("dsseEnvelope"), dict):
        material = value.get("verificationMaterial")
        for each in _enveloped(document, value["dsseEnvelope"], ("dsseEnvelope",)):
            if isinstance(each, Found):
                bundle = json.dumps(value)
                each = Found(  # noqa: PLW2901 - the same statement, with the bundle it came in
                    each.statement,
                    each.location,
                    each.locations,
                    each.envelope,
                    bundle,
                    material if isinstance(material, dict) else {},
                )
            yield each
    elif isinstance(value, dict) and "_type" in value:
        yield Found(value, document.location, document.locations)
    else:
        yield problem("neither an in-toto statement nor an envelope around one", document.location)


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
