"""Values that are known, one attribute at a time."""

from typing import Any

import pytest

from tests.parsers.terraform.reading import Reading, read_case

BUCKET = "aws_s3_bucket.models"


@pytest.fixture(scope="module")
def values() -> Reading:
    return read_case("values")


@pytest.mark.parametrize(
    ("path", "expected", "line"),
    [
        ("bucket", "triage-eu-central-1", 11),
        ("force_destroy", False, 12),
        ("count_limit", 12, 13),
        ("ratio", 0.5, 14),
        ("tags.owner", "radiology", 17),
        ('tags["data class"]', "phi", 18),
        ("tags.nested.deep[0]", 1, 20),
        ("tags.nested.deep[1].deeper", "x", 20),
        ("list[0]", "a", 22),
        ("list[1]", "eu-central-1", 22),
        ("list[2]", "c", 23),
        ("choice", "many", 24),
        ("chained", "seventeen", 25),
        ("sum", 18, 26),
        ("merged", {"team": "triage", "cost-centre": 4711}, 27),
        ("names", ["cost-centre=4711", "team=imaging"], 28),
        ("by_port", {"p443": 443}, 29),
        ("first", 80, 30),
        ("splat", [80, 443], 31),
        ("escaped", 'a\t"b" ${not} \\ é', 32),
        ("heredoc", "first eu-central-1\n  second\n", 33),
        ("text", "  kept\n", 37),
        ("versioning[0].enabled", True, 42),
        ("rule[0].id", "one", 46),
        ("rule[0].apply[0].algorithm", "aws:kms", 48),
        ("rule[1].id", "two", 52),
        ("lifecycle[0].prevent_destroy", True, 56),
        ("lifecycle[0].ignore_changes", ["tags", "bucket"], 57),
        ("provider", "aws.frankfurt", 65),
    ],
)
def test_value_and_line(values: Reading, path: str, expected: Any, line: int) -> None:
    found = values.value(BUCKET, path)
    assert found == expected
    assert type(found) is type(expected)
    assert values.line(BUCKET, path) == line


def test_a_computed_key_is_there_too(values: Reading) -> None:
    assert values.value(BUCKET, "tags")["eu-central-1"] == "yes"


def test_null_is_absent(values: Reading) -> None:
    assert "nothing" not in values.resource(BUCKET).attributes


@pytest.mark.parametrize("name", ["depends_on", "id", "__tfmeta", "count", "for_each"])
def test_what_terraform_keeps_for_itself_is_left_out(values: Reading, name: str) -> None:
    assert name not in values.resource(BUCKET).attributes


def test_conditions_of_a_lifecycle_are_left_out(values: Reading) -> None:
    assert values.value(BUCKET, "lifecycle") == [{"prevent_destroy": True, "ignore_changes": ["tags", "bucket"]}]


def test_blocks_are_always_lists(values: Reading) -> None:
    assert values.value(BUCKET, "versioning") == [{"enabled": True}]
    assert [sorted(rule) for rule in values.value(BUCKET, "rule")] == [["apply", "id"], ["id"]]


def test_where_blocks_begin_and_end(values: Reading) -> None:
    where = values.resource(BUCKET).location
    assert (where.path, where.start_line, where.start_column, where.end_line, where.end_column) == (
        "main.tf",
        10,
        1,
        67,
        1,
    )
    assert values.line(BUCKET, "rule[1]") == 51
    assert values.line(BUCKET, "rule") == 45


def test_what_is_not_written_falls_back_to_what_is_around_it(values: Reading) -> None:
    bucket = values.resource(BUCKET)
    assert bucket.locate(("rule", 0, "apply", 0, "nothing")).start_line == 47
    assert bucket.locate(("unheard_of",)) == bucket.location
    assert bucket.locate(("nothing",)).start_line == 15


def test_providers_and_their_aliases(values: Reading) -> None:
    assert values.addresses("terraform_provider") == ["provider.aws", "provider.aws.frankfurt"]
    assert values.value("provider.aws", "region") == "eu-central-1"
    assert values.line("provider.aws", "region") == 72
    assert values.line("provider.aws.frankfurt", "region") == 77


def test_every_resource_is_of_this_format_and_root(values: Reading) -> None:
    assert {(each.format, each.origin) for each in values.parsed.resources} == {("terraform", ".")}
    assert values.resource("aws_s3_bucket.other").attributes == {}
    assert values.resource("aws_s3_bucket.other").key == ".::aws_s3_bucket.other"


def test_nothing_is_wrong_with_it(values: Reading) -> None:
    assert values.told() == []
