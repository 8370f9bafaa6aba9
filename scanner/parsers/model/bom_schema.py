"""Holds a bill of materials against the official CycloneDX schema, in a supervised worker.

The schemas lie in `cyclonedx_schemas/`, so that nothing is fetched.
"""

import json
import re
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from importlib.resources import as_file, files
from typing import Any

from scanner.core.location import Location
from scanner.core.resource import SourceFile
from scanner.core.values import AttributePath, Unresolved, format_path
from scanner.isolation import JobRefusedError, WorkerError
from scanner.parsers.interface import ParseContext
from scanner.parsers.model.draft import nearest
from scanner.yaml_source import Document

_MOST_ERRORS = 20
_JOB = "scanner.parsers.model.bom_schema:check"
_BASE = "http://cyclonedx.org/schema/"
_REFERRED = ("spdx.SNAPSHOT.schema.json", "jsf-0.82.SNAPSHOT.schema.json", "cryptography-defs.SNAPSHOT.schema.json")
_NAMESPACES = re.compile(r"\{https?:[^{}\s]*\}")
_OF_XML = re.compile(r"Element '(?P<element>[^']*)'(?:, attribute '(?P<attribute>[^']*)')?: (?P<said>.*)", re.DOTALL)
_VALUE = re.compile(r"\[facet '[^']*'\] |(?:The value )?'[^']*' is not")
_TYPES = {
    "string": "text",
    "object": "an object",
    "array": "a list",
    "integer": "a whole number",
    "number": "a number",
    "boolean": "true or false",
}


@dataclass(frozen=True)
class SchemaError:
    """One thing that the schema does not allow: `path` as in the file (the element's name in XML), never the value."""

    path: str
    message: str
    location: Location


def schema_errors(
    file: SourceFile, document: Document, is_xml: bool, context: ParseContext
) -> list[SchemaError] | Unresolved:
    """What the schema of the document's own version does not allow, at most 20; unresolved where that is not known."""
    version = document.value.get("specVersion")
    if not isinstance(version, str):
        where = nearest(document.locations, ("specVersion",), document.location)
        return [SchemaError("specVersion", "is missing" if version is None else "must be text", where)]
    argument = {"text": file.text.removeprefix("\ufeff"), "version": version, "xml": is_xml}
    try:
        with context.working() as worker:
            found = worker.call(_JOB, argument, context.time_limit)
    except JobRefusedError as error:
        return Unresolved("specVersion", str(error))
    except WorkerError as error:
        return Unresolved("specVersion", f"the check by the schema did not end: {error}")
    return sorted((_placed(each, document, file.path) for each in found), key=lambda error: error.location)


def _placed(error: Mapping[str, Any], document: Document, path: str) -> SchemaError:
    if "line" in error:
        return SchemaError(error["path"], error["message"], Location(path, max(1, error["line"])))
    steps: AttributePath = tuple(error["path"])
    where = nearest(document.locations, steps, document.location)
    return SchemaError(format_path(steps), error["message"], where)


def check(argument: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The worker's side: the errors of `text` by the schema of `version`, each with its `path`, and `line` for XML.

    Raises `ValueError` for a version without a schema.
    """
    version = argument["version"]
    if re.fullmatch(r"1\.\d", version) is None or not _resource(_schema_of(version)).is_file():
        raise ValueError(f"there is no known schema for CycloneDX {version[:20]}")
    found: dict[tuple[str, str], dict[str, Any]] = {}
    for error in (_of_xml if argument["xml"] else _of_json)(argument["text"], version):
        found.setdefault((str(error["path"]), f"{error.get('line')} {error['message']}"), error)
        if len(found) == _MOST_ERRORS:
            break
    return list(found.values())


def _resource(name: str) -> Any:
    """One of the official schemas, which lie beside this module."""
    return files(__package__) / "cyclonedx_schemas" / name


def _schema_of(version: str) -> str:
    """The schema that allows no unknown keys: the later ones have no other."""
    strict = f"bom-{version}-strict.SNAPSHOT.schema.json"
    return strict if _resource(strict).is_file() else f"bom-{version}.SNAPSHOT.schema.json"


def _of_json(text: str, version: str) -> Iterator[dict[str, Any]]:
    # Its grammar of addresses takes a second to build; nothing that it would find is worth that.
    sys.modules.setdefault("rfc3987_syntax", None)  # type: ignore[arg-type]
    from jsonschema.exceptions import best_match  # noqa: PLC0415 - takes long, and only the worker needs it

    for each in _validator(version).iter_errors(json.loads(text)):
        error = best_match(iter([each])) or each
        path = list(error.absolute_path)
        for step, message in _messages(error):
            yield {"path": [*path, *step], "message": message}


def _validator(version: str) -> Any:
    """As jsonschema's own validator, but for two things that take it minutes on a large document.

    It compares every entry of a list with every other one, and parses every address by a general grammar.
    """
    from jsonschema import Draft7Validator, FormatChecker  # noqa: PLC0415 - see _of_json
    from jsonschema.validators import extend  # noqa: PLC0415 - see _of_json
    from referencing import Registry  # noqa: PLC0415 - see _of_json
    from referencing.jsonschema import DRAFT7  # noqa: PLC0415 - see _of_json

    def loaded(name: str) -> Any:
        return json.loads(_resource(name).read_text(encoding="utf-8"))

    others = [(_BASE + name, DRAFT7.create_resource(loaded(name))) for name in _REFERRED]
    formats = FormatChecker(())
    formats.checks("date-time", ValueError)(lambda value: not isinstance(value, str) or _moment(value))
    kind = extend(Draft7Validator, {"uniqueItems": _unique})  # type: ignore[no-untyped-call]
    return kind(loaded(_schema_of(version)), registry=Registry().with_resources(others), format_checker=formats)


def _moment(value: str) -> bool:
    """Raises `ValueError` for what is no date with a time and a zone."""
    return datetime.fromisoformat(value.upper()).tzinfo is not None and "T" in value.upper()


def _unique(_validator: Any, is_wanted: bool, instance: Any, _schema: Any) -> Iterator[Any]:
    from jsonschema import ValidationError  # noqa: PLC0415 - see _of_json

    if is_wanted and isinstance(instance, list):
        seen = {json.dumps(each, sort_keys=True) for each in instance}
        if len(seen) < len(instance):
            yield ValidationError("not unique")


def _messages(error: Any) -> Iterator[tuple[list[str], str]]:
    """What is wrong in plain words, and the step to it; never with the wrong value itself, which may be anything."""
    kind, wanted = error.validator, error.validator_value
    if kind == "additionalProperties" and isinstance(error.instance, dict):
        known = error.schema.get("properties", {})
        patterns = [re.compile(each) for each in error.schema.get("patternProperties", {})]
        for key in error.instance:
            if key not in known and not any(each.search(key) for each in patterns):
                yield [key[:40]], "is no key that the schema knows here"
    elif kind == "required":
        missing = [key for key in wanted if key not in error.instance]
        yield from (([key], "is missing") for key in missing)
    elif kind == "type":
        names = [wanted] if isinstance(wanted, str) else wanted
        yield [], f"must be {' or '.join(_TYPES.get(each, each) for each in names)}"
    elif kind == "enum":
        listed = ", ".join(map(str, wanted[:12])) + (" …" if len(wanted) > 12 else "")
        yield [], f"must be one of {listed}"
    elif kind == "const":
        yield [], f"must be {wanted}"
    elif kind in ("oneOf", "anyOf"):
        yield [], "fits none of the shapes that the schema allows, or more than one"
    elif kind == "format":
        yield [], f"is no {wanted}"
    elif kind == "pattern":
        yield [], f"does not match {wanted}"
    elif kind == "uniqueItems":
        yield [], "has an entry twice"
    else:
        yield [], f"breaks the schema's rule {kind}: {wanted}"


def _of_xml(text: str, version: str) -> Iterator[dict[str, Any]]:
    from lxml import etree  # type: ignore[import-untyped] # noqa: PLC0415 - see _of_json

    # Nothing is read but the text itself: no entity from elsewhere, no document type, nothing from the network.
    parser = etree.XMLParser(
        attribute_defaults=False,
        dtd_validation=False,
        load_dtd=False,
        no_network=True,
        resolve_entities=False,
        huge_tree=False,
        recover=False,
    )
    with as_file(_resource(f"bom-{version}.SNAPSHOT.xsd")) as path:  # it imports the list of licences beside it
        schema = etree.XMLSchema(etree.parse(path.as_uri(), parser))
    is_valid = schema.validate(etree.fromstring(text.encode(), parser))
    for each in () if is_valid else schema.error_log:
        said = _NAMESPACES.sub("", each.message)
        match = _OF_XML.fullmatch(said)
        name = match["element"] if match else ""
        if match and match["attribute"]:
            name = f"{name}.{match['attribute']}"
        message = _VALUE.sub(
            lambda found: "its value is not" if found[0].endswith("is not") else "", match["said"] if match else said
        )
        yield {"path": name, "message": message.strip().rstrip(".")[:300], "line": each.line}
