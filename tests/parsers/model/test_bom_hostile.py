"""Bills of materials that were made to hurt: one clear error each, at its line, and nothing of them is executed."""

import json
from pathlib import Path

import pytest

from scanner.parsers.model import MODEL
from tests.parsers.model.manifests import parse, told

ROOT = '<bom xmlns="http://cyclonedx.org/schema/bom/1.6" version="1">'
COMPONENT = '{"type": "machine-learning-model", "name": "triage"}'


@pytest.mark.parametrize(
    ("text", "line", "message"),
    [
        ('<?xml version="1.0"?>\n<!DOCTYPE bom [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;">]>\n' + ROOT + "&b;</bom>", 2,
         "a document type or entity is declared"),
        ('<?xml version="1.0"?>\n<!DOCTYPE bom [<!ENTITY x SYSTEM "file:///etc/passwd">]>\n' + ROOT + "&x;</bom>", 2,
         "a document type or entity is declared"),
        ('<!DOCTYPE bom SYSTEM "http://127.0.0.1:1/bom.dtd">\n' + ROOT + "</bom>", 1,
         "a document type or entity is declared"),
        (ROOT + "\n<components>\n</bom>", 3, "not XML: mismatched tag"),
        (ROOT + "\n&undefined;</bom>", 2, "not XML: undefined entity"),
        (ROOT + "\n", 2, "not XML: no element found"),
        (ROOT + "\n" + "<a>" * 300 + "</a>" * 300 + "</bom>", 2, "nested deeper than 200 levels"),
        (ROOT + "\n<components>text</components><components/><metadata/>\x00</bom>", 2, "not XML: not well-formed"),
    ],
)  # fmt: skip
def test_xml(text: str, line: int, message: str) -> None:
    ((number, said),) = told(parse(text, "bom.xml"))
    assert said.startswith(message)
    assert number == line


def test_entities_are_refused_before_they_grow(tmp_path: Path) -> None:
    levels = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
    text = f'<!DOCTYPE bom [<!ENTITY l0 "ha">{levels}]>\n{ROOT}<serialNumber>&l9;</serialNumber></bom>'
    assert [line for line, _ in told(parse(text, "bom.xml"))] == [1]


def test_extensions_and_other_shapes_in_xml_are_left_out() -> None:
    parsed = parse(
        f"""{ROOT}<x:secret xmlns:x="urn:x">no</x:secret><components>
<component type="machine-learning-model"><name>one</name><name>two</name>
<hashes>text</hashes><hash alg="SHA-256">00</hash><licenses><license/><expression/></licenses>
<pedigree/><supplier>x</supplier><modelCard><modelParameters>x</modelParameters></modelCard></component>
</components></bom>""",
        "bom.cdx",
    )
    model = parsed.resources[0]
    assert model.attributes["name"] == "one"
    assert len(model.attributes["schema_errors"]) > 0
    assert {note.level for note in parsed.notifications} == {"warning"}


def test_a_bom_of_software_in_xml_holds_no_model() -> None:
    text = f'{ROOT}<components><component type="library"><name>torch</name></component></components></bom>'
    assert parse(text, "bom.xml").resources == ()


def test_claims_by_content_alone() -> None:
    assert MODEL.claims("sbom/anything.xml", f'<?xml version="1.0"?>\n{ROOT}'.encode())
    assert MODEL.claims("x.cdx", f'<b:bom xmlns:b="http://cyclonedx.org/schema/bom/1.4">{ROOT}'.encode())
    assert not MODEL.claims("pom.xml", b'<project xmlns="http://maven.apache.org/POM/4.0.0">')
    assert not MODEL.claims("notes.md", ROOT.encode())


def test_keys_written_twice_are_told_where_a_model_is_in_it() -> None:
    head = '{"bomFormat": "CycloneDX", "specVersion": "1.6", "version": 1,'
    text = f'{head}\n"components": [],\n"components": [{COMPONENT}]}}'
    assert told(parse(text, "bom.json")) == [(3, "components is written twice; only the later one counts")]


@pytest.mark.parametrize(
    "value", ["null", "1", '"text"', "[]", "{}", "[null]", "[[]]", "[{}]", '[{"": null}]', "true", "1e5", '{"a": []}']
)
def test_no_type_of_value_breaks_the_reader(value: str) -> None:
    wrong = json.loads(value)
    keys = ["hashes", "licenses", "pedigree", "externalReferences", "properties", "modelCard", "purl", "supplier"]
    keys += ["manufacturer", "version", "data", "description"]
    shapes = [{key: wrong} for key in keys]
    cards = [{"modelParameters": wrong}, {"quantitativeAnalysis": wrong}, {"considerations": wrong}]
    cards += [{"modelParameters": {"datasets": wrong, "task": wrong}}, {"considerations": {"useCases": wrong}}]
    cards += [{"modelParameters": {"datasets": [{"governance": wrong, "contents": wrong, "sensitiveData": wrong}]}}]
    shapes += [{"modelCard": card} for card in cards]
    components = [
        {**shape, "type": "machine-learning-model", "name": f"m{number}"} for number, shape in enumerate(shapes)
    ]
    whole = {"bomFormat": "CycloneDX", "specVersion": "1.6", "version": 1, "components": components}
    models = [each for each in parse(json.dumps(whole), "bom.json").resources if each.type == "model"]
    assert [each.attributes["name"] for each in models] == [f"m{number}" for number in range(len(shapes))]


def test_deep_json_is_one_error() -> None:
    text = f'{{"bomFormat": "CycloneDX", "components": [{COMPONENT}], "x": {"[" * 5000}{"]" * 5000}}}'
    ((_, said),) = told(parse(text, "bom.json"))
    assert said.startswith("nested deeper than")
