"""Terraform's JSON notation."""

from pathlib import Path

import pytest

from tests.parsers.terraform.reading import Reading, read_case, read_text

BUCKET = "aws_s3_bucket.models"


@pytest.fixture(scope="module")
def written_in_json() -> Reading:
    return read_case("json")


def test_addresses(written_in_json: Reading) -> None:
    assert written_in_json.addresses() == [
        "provider.aws",
        "provider.aws.us",
        BUCKET,
        "aws_s3_bucket_versioning.models[0]",
        "aws_s3_bucket_versioning.models[1]",
    ]
    assert written_in_json.told() == []


@pytest.mark.parametrize(
    ("path", "expected", "line"),
    [
        ("bucket", "triage-models", 17),
        ("tags", {"owner": "radiology", "size": 3}, 18),
        ("tags.owner", "radiology", 18),
        ("versioning", [{"enabled": True}], 20),
        ("versioning[0].enabled", True, 20),
        ("rule", [{"id": "a"}, {"id": "b"}], 24),
        ("rule[1].id", "b", 24),
    ],
)
def test_values_and_lines(written_in_json: Reading, path: str, expected: object, line: int) -> None:
    assert written_in_json.value(BUCKET, path) == expected
    assert written_in_json.line(BUCKET, path) == line


def test_unknown_values(written_in_json: Reading) -> None:
    assert written_in_json.reason(BUCKET, "acl") == "var.open has no default"
    assert written_in_json.line(BUCKET, "acl") == 19


def test_comments_are_no_attributes(written_in_json: Reading) -> None:
    assert "//" not in written_in_json.resource(BUCKET).attributes


def test_references(written_in_json: Reading) -> None:
    assert written_in_json.links() == {
        (f"aws_s3_bucket_versioning.models[{index}]", BUCKET, "main.tf.json:33") for index in (0, 1)
    }


def test_a_block_lies_where_it_is_written(written_in_json: Reading) -> None:
    where = written_in_json.resource(BUCKET).location
    assert (where.start_line, where.end_line) == (15, 27)


@pytest.mark.parametrize(
    ("text", "place"),
    [('{"resource": ', "main.tf.json:1"), ("[]", "main.tf.json:1"), ('{\n "a": 1,\n "b": }\n', "main.tf.json:3")],
)
def test_text_that_is_no_configuration(text: str, place: str, tmp_path: Path) -> None:
    reading = read_text(tmp_path, text, "main.tf.json")
    assert reading.addresses() == []
    assert {(level, where) for level, where, _ in reading.told()} == {("error", place)}


@pytest.mark.parametrize("text", ["{}", '{"resource": {}}', '{"resource": 1, "data": {"x": []}}', '{"locals": null}'])
def test_text_that_declares_nothing(text: str, tmp_path: Path) -> None:
    assert read_text(tmp_path, text, "main.tf.json").addresses() == []


def test_both_notations_in_one_root(tmp_path: Path) -> None:
    (tmp_path / "variables.tf").write_text('variable "name" {\n  default = "from HCL"\n}\n')
    text = '{"resource": {"x": {"y": {"a": "${upper(var.name)}", "b": "$${kept}", "c": "${[1, 2]}"}}}}'
    attributes = read_text(tmp_path, text, "main.tf.json").resource("x.y").attributes
    assert attributes == {"a": "FROM HCL", "b": "${kept}", "c": [1, 2]}


def test_a_key_that_is_written_twice_is_told(tmp_path: Path) -> None:
    text = '{"resource": {"x": {"a": {}}},\n "resource": {"x": {"b": {}}}}'
    reading = read_text(tmp_path, text, "main.tf.json")
    assert reading.addresses() == ["x.b"]
    assert reading.told() == [
        (
            "error",
            "main.tf.json:2",
            "resource is written twice, and only what stands last was read; put the two together",
        )
    ]


def test_text_in_files_of_variables_and_in_defaults_is_nothing_but_text(tmp_path: Path) -> None:
    (tmp_path / "terraform.tfvars.json").write_text('{"given": "x ${1+1}", "map": {"${k}": "%{v}"}}')
    text = """{
  "variable": {"given": {}, "map": {}, "default": {"default": "y ${2+2}"}},
  "resource": {"x": {"y": {"a": "${var.given}", "b": "${var.default}", "c": "${var.map}", "d": "z ${3+3}"}}}
}"""
    reading = read_text(tmp_path, text, "main.tf.json")
    assert reading.told() == []
    assert [reading.value("x.y", name) for name in "abcd"] == ["x ${1+1}", "y ${2+2}", {"${k}": "%{v}"}, "z 6"]
