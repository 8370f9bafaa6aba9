"""The schemas that ship with the package are whole, refer to each other alone, and are all that is read."""

import json
import re
from pathlib import Path

import pytest

from scanner.core.values import Unresolved
from scanner.parsers.model import bom_schema
from scanner.parsers.model.bom_schema import check
from tests.parsers.model.manifests import parse

ROOT = Path(__file__).parents[3]
SCHEMAS = Path(bom_schema.__file__).with_name("cyclonedx_schemas")
VERSIONS = ("1.2", "1.3", "1.4", "1.5", "1.6", "1.7")
NAMESPACE = "http://cyclonedx.org/schema/bom/"


def xml(component: str, version: str = "1.6", head: str = "", kind: str = "library") -> str:
    inner = f'<component type="{kind}"><name>torch</name><version>2</version>{component}</component>'
    return f'{head}<bom xmlns="{NAMESPACE}{version}" version="1">\n<components>{inner}</components></bom>'


def referred(path: Path) -> set[str]:
    """The other files that a schema names."""
    text = path.read_text(encoding="utf-8")
    if path.suffix == ".xsd":
        return set(re.findall(r'schemaLocation="([^"]*)"', text))
    return {found.partition("#")[0] for found in re.findall(r'"\$ref"\s*:\s*"([^"#][^"]*)"', text)}


@pytest.mark.parametrize("version", VERSIONS)
def test_every_version_has_a_schema_in_both_syntaxes(version: str) -> None:
    component = {"type": "library", "name": "torch", "version": "2"}
    whole = {"bomFormat": "CycloneDX", "specVersion": version, "version": 1, "components": [component]}
    assert check({"text": json.dumps(whole), "version": version, "xml": False}) == []
    assert check({"text": xml("", version), "version": version, "xml": True}) == []
    component["publsher"] = "Acme"
    (error,) = check({"text": json.dumps(whole), "version": version, "xml": False})
    assert error["path"] == ["components", 0, "publsher"]
    (error,) = check({"text": xml("\n<publsher/>", version), "version": version, "xml": True})
    assert (error["path"], error["line"]) == ("publsher", 3)
    assert error["message"].startswith("This element is not expected.")


@pytest.mark.parametrize("version", ["1.0", "1.1", "1.8", "1.9", "1.6-strict"])
@pytest.mark.parametrize("is_xml", [True, False])
def test_other_versions_have_none(version: str, is_xml: bool) -> None:
    with pytest.raises(ValueError, match=f"there is no known schema for CycloneDX {version}"):
        check({"text": xml("", version), "version": version, "xml": is_xml})


def test_no_schema_is_missing_or_needless() -> None:
    names = {path.name for path in SCHEMAS.iterdir() if path.name != "README.md"}
    documents = {f"bom-{version}.SNAPSHOT.xsd" for version in VERSIONS}
    documents |= {f"bom-{version}-strict.SNAPSHOT.schema.json" for version in VERSIONS[:2]}
    documents |= {f"bom-{version}.SNAPSHOT.schema.json" for version in VERSIONS[2:]}
    assert names == documents.union(*(referred(SCHEMAS / name) for name in documents))


@pytest.mark.parametrize("path", sorted(SCHEMAS.glob("*.SNAPSHOT.*")), ids=lambda path: str(path.name))
def test_a_schema_refers_to_nothing_from_elsewhere(path: Path) -> None:
    assert all((SCHEMAS / name).is_file() and "/" not in name for name in referred(path))
    assert "<!DOCTYPE" not in path.read_text(encoding="utf-8")


@pytest.mark.parametrize("declared", ['SYSTEM "{uri}"', '"2026-11-03T20:47:12Z"'])
def test_an_entity_is_not_read(declared: str, tmp_path: Path) -> None:
    (tmp_path / "moment").write_text("2026-11-03T20:47:12Z", encoding="utf-8")
    head = f"<!DOCTYPE bom [<!ENTITY x {declared.format(uri=(tmp_path / 'moment').as_uri())}>]>"
    text = f'{head}<bom xmlns="{NAMESPACE}1.6"><metadata><timestamp>&x;</timestamp></metadata></bom>'
    with pytest.raises(Exception, match=r"^Internal error in XML Schema validation\.$"):
        check({"text": text, "version": "1.6", "xml": True})


@pytest.mark.parametrize("declared", ['SYSTEM "{uri}"', '[<!ENTITY % p SYSTEM "{uri}">%p;]'])
def test_a_document_type_is_not_read(declared: str, tmp_path: Path) -> None:
    (tmp_path / "bom.dtd").write_text('<!ENTITY kind "library">', encoding="utf-8")
    head = f"<!DOCTYPE bom {declared.format(uri=(tmp_path / 'bom.dtd').as_uri())}>"
    (error,) = check({"text": xml("", head=head, kind="&kind;"), "version": "1.6", "xml": True})
    assert error["path"] == "component.type"


def test_an_entity_that_grows_is_refused() -> None:
    levels = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
    head = f'<!DOCTYPE bom [<!ENTITY l0 "ha">{levels}]>'
    for text in (xml("&l9;", head=head), xml("", head=head, kind="&l9;")):
        with pytest.raises(SyntaxError, match="Maximum entity amplification factor exceeded"):
            check({"text": text, "version": "1.6", "xml": True})


def test_a_text_beyond_the_limits_of_the_parser_is_not_known_to_be_valid() -> None:
    text = xml("", kind="machine-learning-model").replace("torch", "t" * 10_100_000)
    found = parse(text, "bom.xml").resources[0].attributes["schema_errors"]
    assert isinstance(found, Unresolved)
    assert found.reason.startswith("the check by the schema did not end: XMLSyntaxError")


def test_nothing_needs_the_library_that_the_schemas_are_from() -> None:
    imported = re.compile(r"^\s*(?:from|import) cyclonedx\b", re.MULTILINE)
    paths = [path for folder in ("scanner", "tests") for path in (ROOT / folder).rglob("*.py")]
    assert Path(__file__) in paths
    assert [path for path in paths if imported.search(path.read_text(encoding="utf-8"))] == []
