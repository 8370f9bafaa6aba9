"""What the official schemas of CycloneDX do not allow: each thing once, at its line, without the wrong value."""

import json
from pathlib import Path
from typing import Any

import pytest

from scanner.core.notification import Level
from scanner.core.resource import Parsed, Resource, SourceFile
from scanner.core.values import Unresolved
from scanner.parsers.interface import ParseContext
from scanner.parsers.model import MODEL
from scanner.parsers.model.bom_schema import check
from tests.parsers.model.manifests import parse

MODEL_COMPONENT = {"type": "machine-learning-model", "name": "triage", "bom-ref": "triage"}


def model(text: str, path: str = "bom.cdx.json") -> Resource:
    return parse(text, path).resources[0]


def document(component: dict[str, Any], **rest: Any) -> str:
    whole = {"bomFormat": "CycloneDX", "specVersion": "1.6", "version": 1, **rest}
    return json.dumps({**whole, "components": [{**MODEL_COMPONENT, **component}]}, indent=1)


@pytest.mark.parametrize(
    ("component", "path", "message"),
    [
        ({"publsher": "Acme"}, "components[0].publsher", "is no key that the schema knows here"),
        ({"modelCard": {"modelParameters": {"task": ["a"]}}}, "components[0].modelCard.modelParameters.task",
         "must be text"),
        ({"modelCard": {"modelParameters": {"approach": {"type": "hunter2"}}}},
         "components[0].modelCard.modelParameters.approach.type",
         "must be one of supervised, unsupervised, reinforcement-learning, semi-supervised, self-supervised"),
        ({"hashes": [{"alg": "SHA-256"}]}, "components[0].hashes[0].content", "is missing"),
        ({"hashes": [{"alg": "SHA-256", "content": "hunter2"}]}, "components[0].hashes[0].content", "does not match"),
        ({"tags": ["a", "a"], "licenses": [{"license": {"id": "hunter2"}}]}, "components[0].licenses[0].license.id",
         "must be one of 0BSD"),
    ],
)  # fmt: skip
def test_what_is_wrong_and_where(component: dict[str, Any], path: str, message: str) -> None:
    text = document(component)
    found = model(text)
    (error,) = found.attributes["schema_errors"]
    assert error["path"] == path
    assert error["message"].startswith(message)
    assert "hunter2" not in json.dumps(found.attributes["schema_errors"])
    line = found.locate(("schema_errors", 0)).start_line
    key = path.rpartition(".")[2].partition("[")[0]
    assert f'"{key}"' in text.split("\n")[line - 1] or message == "is missing"


def test_one_warning_says_that_a_policy_has_something_to_judge() -> None:
    (note,) = parse(document({"publsher": "Acme"}), "bom.cdx.json").notifications
    assert (note.level, note.message) == (
        Level.WARNING,
        "not valid CycloneDX: components[0].publsher is no key that the schema knows here",
    )


def test_in_xml() -> None:
    text = """<?xml version="1.0"?>
<bom xmlns="http://cyclonedx.org/schema/bom/1.6" version="1">
 <components>
  <component type="machine-learning-model">
   <name>triage</name>
   <publsher>Acme</publsher>
  </component>
  <component type="hunter2"><name>other</name></component>
 </components>
</bom>"""
    found = model(text, "bom.xml")
    errors = found.attributes["schema_errors"]
    assert [each["path"] for each in errors] == ["publsher", "component.type"]
    assert errors[0]["message"].startswith("This element is not expected.")
    assert errors[1]["message"].startswith("its value is not an element of the set")
    assert [found.locate(("schema_errors", index)).start_line for index in (0, 1)] == [6, 8]


def test_a_version_without_a_schema_is_not_known_to_be_valid() -> None:
    for version in ("1.99", "2.0", "../../etc/passwd", "1.6-strict"):
        found = model(document({}, specVersion=version)).attributes["schema_errors"]
        assert isinstance(found, Unresolved)
        assert found.reason.startswith("there is no known schema for CycloneDX")


def test_a_document_without_a_version_is_not_valid() -> None:
    text = json.dumps({"bomFormat": "CycloneDX", "components": [MODEL_COMPONENT]})
    assert model(text).attributes["schema_errors"] == [{"path": "specVersion", "message": "is missing"}]
    assert model(document({}, specVersion=1.6)).attributes["schema_errors"] == [
        {"path": "specVersion", "message": "must be text"}
    ]


def test_a_check_that_does_not_end_is_no_valid_document() -> None:
    file = SourceFile("bom.cdx.json", "model", document({}))
    parsed: Parsed = MODEL.parse([file], ParseContext(Path("/"), time_limit=0.0))
    found = parsed.resources[0].attributes["schema_errors"]
    assert isinstance(found, Unresolved)
    assert "did not end" in found.reason


def test_at_most_twenty_errors() -> None:
    assert len(model(document({f"key{number}": 1 for number in range(100)})).attributes["schema_errors"]) == 20


def test_the_cost_of_a_large_document_grows_with_its_size() -> None:
    """jsonschema's own validator compares every component with every other one: 15 s for these, and four times that
    for twice as many.
    """
    components = [{"type": "library", "name": f"p{number}", "bom-ref": f"r{number}"} for number in range(4000)]
    whole = {"bomFormat": "CycloneDX", "specVersion": "1.6", "version": 1, "components": components}
    assert check({"text": json.dumps(whole), "version": "1.6", "xml": False}) == []
    twice = {**whole, "components": [*components, components[0]]}
    (error,) = check({"text": json.dumps(twice), "version": "1.6", "xml": False})
    assert error == {"path": ["components"], "message": "has an entry twice"}


@pytest.mark.parametrize("moment", ["2026-11-03T20:47:12Z", "2026-11-03T20:47:12+00:00", "2026-11-03t20:47:12.5z"])
def test_a_moment(moment: str) -> None:
    assert model(document({}, metadata={"timestamp": moment})).attributes["schema_errors"] == []


@pytest.mark.parametrize("moment", ["yesterday", "2026-11-03", "2026-11-03T20:47:12", "2026-13-03T20:47:12Z"])
def test_no_moment(moment: str) -> None:
    found = model(document({}, metadata={"timestamp": moment})).attributes["schema_errors"]
    assert found == [{"path": "metadata.timestamp", "message": "is no date-time"}]
