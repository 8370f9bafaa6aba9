"""The published schemas: they are valid, and allow whatever the parsers make of every example."""

import json
from collections.abc import Iterator, Mapping
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from scanner.authoring.input_schemas import Step, published
from scanner.config import build
from scanner.core.scope import DIMENSIONS
from scanner.core.values import Unresolved
from scanner.engines.rego.document import input_document
from scanner.judging.scope import declared_scope
from scanner.parsers.kubernetes.serving_flags import SERVERS
from scanner.pipeline import read

_FIXTURES = Path(__file__).resolve().parents[3] / "fixtures"
_AS_OF = date(2026, 11, 21)
_SO_MANY_TAKE_LONG = 200
# Folders whose inputs are made up of attributes that no provider has, to try the parsers.
_MADE_UP = ("parsers/terraform/", "parsers/kubernetes/odd", "parsers/model/broken")
# What KServe's API does not have, and the parser does not read.
_NOT_IN_THE_API = {("ServingRuntime", ("spec", "securityContext"))}


def _folders(*parts: str) -> list[Path]:
    return sorted(path for path in _FIXTURES.joinpath(*parts).iterdir() if path.is_dir())


def _paths(value: Any, path: tuple[Step, ...] = ()) -> Iterator[tuple[Step, ...]]:
    if isinstance(value, Mapping):
        for name, inner in value.items():
            yield (*path, str(name))
            yield from _paths(inner, (*path, str(name)))
    elif isinstance(value, list | tuple):
        for index, inner in enumerate(value):
            yield from _paths(inner, (*path, index))


def _strays(folder: Path) -> Iterator[str]:
    file = folder / "releasegate.yaml"
    for resource in read(build([folder], _AS_OF, {}, file if file.is_file() else None)).resources:
        schema = published().types.get(resource.type)
        for path in _paths(resource.attributes) if schema else ():
            if schema is None or any(resource.type == type_ and path[:2] == start for type_, start in _NOT_IN_THE_API):
                continue
            if schema.stray(path) is not None:
                yield f"{folder.name}: {resource.type} {path}"


@pytest.mark.parametrize("folder", _folders("projects"), ids=lambda path: path.name)
def test_what_the_parsers_give_is_in_the_schemas(folder: Path) -> None:
    assert not list(_strays(folder))


@pytest.mark.slow
def test_what_the_parsers_give_for_every_example_is_in_the_schemas() -> None:
    folders = [case for policy in _folders("policies") for case in _folders("policies", policy.name)]
    folders += [case for format_ in _folders("parsers") for case in _folders("parsers", format_.name)]
    tried = [each for each in folders if not str(each.relative_to(_FIXTURES)).startswith(_MADE_UP)]
    assert len(tried) > 500
    assert not [stray for folder in tried for stray in _strays(folder)]


def test_the_input_of_a_project_is_valid_by_the_schema_of_its_types() -> None:
    release = read(build([_FIXTURES / "projects" / "triage-model"], _AS_OF, {}, None))
    types = [name for name in release.by_type if name in published().types]
    schema = published().input_with(types)
    document = input_document(release, declared_scope(release, {}), _AS_OF)
    Draft202012Validator.check_schema(schema)
    assert len(types) > 20
    errors = Draft202012Validator(schema).iter_errors(document)
    assert not [f"{list(error.absolute_path)}: {error.message[:200]}" for error in errors]


@pytest.mark.parametrize("number", range(len(published().documents)))
def test_every_file_is_a_json_schema_whose_references_exist(number: int) -> None:
    document = published().documents[number]
    if len(document["properties"]) < _SO_MANY_TAKE_LONG:
        Draft202012Validator.check_schema(document)
    references = {part.split('"')[0] for part in json.dumps(document).split('"$ref": "')[1:]}
    assert {reference.removeprefix("#/$defs/") for reference in references} <= document["$defs"].keys()


def test_every_type_is_in_one_file() -> None:
    names = [name for document in published().documents for name in document["properties"]]
    assert len(names) == len(set(names)) > 5000


def test_the_schemas_say_what_the_code_has() -> None:
    options = published().types["container"].node["properties"]["serving_options"]["anyOf"][0]["properties"]
    assert {option.name for server in SERVERS.values() for option in server.options} <= options.keys()
    assert set(published().input["properties"]["scope"]["properties"]) == set(DIMENSIONS)
    statements = json.loads(
        (_FIXTURES.parent / "policies/schemas/model-release.schema.json").read_text(encoding="utf-8")
    )
    declared = set(statements["properties"]) - {"apiVersion", "kind", "model"}
    assert declared <= published().types["model"].node["properties"].keys()


@pytest.mark.parametrize(
    ("type_", "path", "position"),
    [
        ("aws_s3_bucket", ("bucket",), None),
        ("aws_s3_bucket", ("buckets",), 0),
        ("aws_s3_bucket", ("bucket", "name"), 1),
        ("aws_s3_bucket", ("tags", "anything"), None),
        ("aws_s3_bucket", ("versioning", "enabled"), None),
        ("aws_s3_bucket", ("versioning", 0, "enabled"), None),
        ("aws_s3_bucket", ("versioning", None, "enabld"), 2),
        ("aws_security_group", ("ingress", None, "cidr_blocks", None), None),
        ("Deployment", ("spec", "template", "spec", "containers", None, "image"), None),
        ("Deployment", ("spec", "template", "spec", "container"), 3),
        ("container", ("image", "tag"), None),
        ("container", ("image", "tags"), 1),
        ("aws_s3_bucket", ("bucket", "$unresolved"), None),
    ],
)
def test_where_a_path_leaves_the_schema(type_: str, path: tuple[Step, ...], position: int | None) -> None:
    stray = published().types[type_].stray(path)
    assert (stray and stray.position) == position if position is not None else stray is None


def test_links_of_the_projects_are_of_published_kinds() -> None:
    found = {link.kind for folder in _folders("projects") for link in read(build([folder], _AS_OF, {}, None)).links}
    assert found
    assert found <= set(published().link_kinds)


def test_an_unknown_value_is_valid_everywhere() -> None:
    schema = published().input_with(["aws_s3_bucket"])
    unknown = {"$unresolved": "var.x", "reason": str(Unresolved("var.x", "var.x has no default"))}
    resource = {"key": "k", "address": "a", "type": "aws_s3_bucket", "format": "terraform", "path": "main.tf"}
    for attributes in ({"bucket": unknown}, {"versioning": unknown}, {"versioning": [unknown]}, {"tags": unknown}):
        document = {
            "resources": {"aws_s3_bucket": [{**resource, "attributes": attributes}]},
            "links": [],
            "scope": {},
            "parameters": {},
        }
        assert Draft202012Validator(schema).is_valid(document)
