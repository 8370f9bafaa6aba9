"""CycloneDX bills of materials, in JSON and XML: their machine-learning models, held against the official schema."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from scanner.core.location import Location
from scanner.core.notification import Level, Notification
from scanner.core.resource import SourceFile
from scanner.core.secrets import secret_values
from scanner.core.values import AttributePath, Unresolved
from scanner.parsers.interface import ParseContext
from scanner.parsers.model.bom_card import read_card, read_datasets
from scanner.parsers.model.bom_component import Component, read_component
from scanner.parsers.model.bom_schema import SchemaError, schema_errors
from scanner.parsers.model.bom_xml import load_xml
from scanner.parsers.model.documents import written_twice
from scanner.parsers.model.draft import Draft, Manifest, nearest, problem
from scanner.yaml_source import Document, SourceError, load_documents

_MODEL = "machine-learning-model"
_JSON_HEADER = re.compile(rb'"bomFormat"\s*:\s*"CycloneDX"')
_XML_HEADER = re.compile(rb"""<(?:\w+:)?bom\b[^>]*["']http://cyclonedx\.org/schema/bom/""")


def claims_bom(path: str, head: bytes) -> bool:
    """Whether this is a CycloneDX document; that it holds models is known only when it is read."""
    name = path.lower()
    return (name.endswith((".json", ".cdx")) and _JSON_HEADER.search(head) is not None) or _is_xml(name, head)


def _is_xml(path: str, head: bytes) -> bool:
    return path.lower().endswith((".xml", ".cdx")) and _XML_HEADER.search(head) is not None


def read_bom(file: SourceFile, context: ParseContext) -> Manifest:
    """Every model of the bill of materials; one that lists software only holds none, which is no error."""
    is_xml = _is_xml(file.path, file.text[: 64 << 10].encode(errors="replace"))
    try:
        documents = [load_xml(file.text, file.path)] if is_xml else load_documents(file.text, file.path)
    except SourceError as error:
        return Manifest((), (problem(error.message, error.location),))
    document = documents[0] if len(documents) == 1 else None
    if document is None or not isinstance(document.value, dict):
        return Manifest((), (problem("not one JSON object, which CycloneDX asks for", Location(file.path, 1)),))
    components, misshapen = _components(document.value)
    notifications = [
        problem("components must be a list of objects", nearest(document.locations, path, document.location))
        for path in misshapen
    ]
    models = [each for each in components if each[0].get("type") == _MODEL]
    if not models:
        return Manifest((), tuple(notifications), secret_values(document.value))
    notifications += written_twice(document)
    found = schema_errors(file, document, is_xml, context)
    by_reference = {str(each["bom-ref"]): (each, path) for each, path in components if "bom-ref" in each}
    data = [each for each in components if each[0].get("type") == "data"] if len(models) == 1 else []
    drafts = [_draft(file, document, each, by_reference, data) for each in models]
    for draft in drafts:
        _put_schema(draft, document.value, found)
        notifications += draft.notifications
    if not notifications:  # what cannot be read is mostly what the schema complains of too
        notifications += _told(found, document)
    return Manifest(tuple(drafts), tuple(notifications), secret_values(document.value))


def _draft(
    file: SourceFile,
    document: Document,
    model: Component,
    by_reference: Mapping[str, Component],
    data: Sequence[Component],
) -> Draft:
    component, at = model
    draft = Draft(file.path, "ml-bom", document.locations.get(at, document.location), document.locations)
    read_component(draft, component, at)
    card = component.get("modelCard")
    if isinstance(card, dict) and card:
        draft.put(("model_card",), True, (*at, "modelCard"))
        read_card(draft, card, (*at, "modelCard"))
    read_datasets(draft, model, by_reference, data)
    return draft


def _put_schema(draft: Draft, bom: Mapping[str, Any], found: Sequence[SchemaError] | Unresolved) -> None:
    """What the schema says of the document holds for each of its models; an empty list is an answer too."""
    version = bom.get("specVersion")
    if isinstance(version, str):
        draft.put(("spec_version",), version, ("specVersion",))
    if isinstance(found, Unresolved):
        draft.attributes["schema_errors"] = found
        draft.origins[("schema_errors",)] = ("specVersion",)
        return
    draft.attributes["schema_errors"] = [{"path": each.path, "message": each.message} for each in found]
    draft.places.update({("schema_errors", index): each.location for index, each in enumerate(found)})
    if found:
        draft.places[("schema_errors",)] = found[0].location


def _told(found: Sequence[SchemaError] | Unresolved, document: Document) -> list[Notification]:
    """A warning: what the schema does not allow has been read all the same, and a policy judges it."""
    if isinstance(found, Unresolved):
        where = nearest(document.locations, ("specVersion",), document.location)
        return [Notification(Level.WARNING, f"not held against the CycloneDX schema: {found.reason}", "parser", where)]
    return [
        Notification(
            Level.WARNING, f"not valid CycloneDX: {each.path or 'the document'} {each.message}", "parser", each.location
        )
        for each in found[:1]
    ]


def _components(bom: Mapping[str, Any]) -> tuple[list[Component], list[AttributePath]]:
    """Every component, also inside others, each once; and where a list of components is none."""
    found: list[Component] = []
    misshapen: list[AttributePath] = []
    references: set[str] = set()
    metadata = bom.get("metadata")
    first = metadata.get("component") if isinstance(metadata, dict) else None
    waiting: list[tuple[Any, AttributePath]] = [(bom.get("components"), ("components",))]
    if first is not None:
        waiting.append(([first], ("metadata", "component")))
    while waiting:
        listed, at = waiting.pop()
        if listed is None:
            continue
        if not isinstance(listed, list):
            misshapen.append(at)
            continue
        for index, component in enumerate(listed):
            path = at if at == ("metadata", "component") else (*at, index)
            if not isinstance(component, dict):
                misshapen.append(path)
                continue
            reference = component.get("bom-ref")
            if isinstance(reference, str) and reference in references:
                continue
            references.update([reference] if isinstance(reference, str) else [])
            found.append((component, path))
            waiting.append((component.get("components"), (*path, "components")))
    return found, misshapen
