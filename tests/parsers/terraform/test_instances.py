"""`count` and `for_each` of resources."""

from pathlib import Path

import pytest

from scanner.core.values import Unresolved
from tests.parsers.terraform.reading import Reading, read_case, read_text


@pytest.fixture(scope="module")
def instances() -> Reading:
    return read_case("instances")


def test_addresses(instances: Reading) -> None:
    assert instances.addresses("aws_s3_bucket") == [
        "aws_s3_bucket.counted[0]",
        "aws_s3_bucket.counted[1]",
        'aws_s3_bucket.each["models"]',
        'aws_s3_bucket.each["with \\"quote"]',
        'aws_s3_bucket.set["a"]',
        'aws_s3_bucket.set["b"]',
        "aws_s3_bucket.how_many[*]",
        "aws_s3_bucket.which[*]",
    ]


@pytest.mark.parametrize(
    ("address", "path", "expected"),
    [
        ("aws_s3_bucket.counted[1]", "bucket", "bucket-1"),
        ('aws_s3_bucket.each["models"]', "bucket", "models"),
        ('aws_s3_bucket.each["models"]', "tags.class", "restricted"),
        ('aws_s3_bucket.each["with \\"quote"]', "tags.class", "internal"),
        ('aws_s3_bucket.set["a"]', "bucket", "a-a"),
        ("aws_s3_bucket_versioning.of_one", "bucket", "bucket-1"),
        ('aws_s3_bucket_versioning.of_each["models"]', "bucket", "models"),
        ("aws_iam_policy.of_all", "buckets", ["bucket-0", "bucket-1"]),
    ],
)
def test_values(instances: Reading, address: str, path: str, expected: object) -> None:
    assert instances.value(address, path) == expected


def test_an_unknown_number_is_one_resource_that_stands_for_all(instances: Reading) -> None:
    address = "aws_s3_bucket.how_many[*]"
    assert instances.value(address, "bucket") == Unresolved('"bucket-${count.index}"', "var.many has no default")
    assert instances.value(address, "acl") == "private"
    assert instances.resource(address).location.start_line == 29
    assert instances.resource(address).presence == Unresolved("var.many", "var.many has no default")


def test_an_unknown_for_each_is_one_resource_that_stands_for_all(instances: Reading) -> None:
    assert instances.reason("aws_s3_bucket.which[*]", "bucket") == "var.names has no default"
    assert instances.value("aws_s3_bucket.which[*]", "acl") == "private"
    assert instances.resource("aws_s3_bucket.which[*]").presence == Unresolved("var.names", "var.names has no default")


def test_the_presence_of_the_others_is_certain(instances: Reading) -> None:
    known = [each for each in instances.parsed.resources if "[*]" not in each.address]
    assert len(known) == 11
    assert {each.presence for each in known} == {None}


def test_references_to_single_instances(instances: Reading) -> None:
    assert instances.links() == {
        ("aws_s3_bucket_versioning.of_one", "aws_s3_bucket.counted[1]", "main.tf:42"),
        ('aws_s3_bucket_versioning.of_each["models"]', 'aws_s3_bucket.each["models"]', "main.tf:47"),
        ('aws_s3_bucket_versioning.of_each["with \\"quote"]', 'aws_s3_bucket.each["with \\"quote"]', "main.tf:47"),
        ("aws_s3_bucket_versioning.of_unknown", "aws_s3_bucket.which[*]", "main.tf:51"),
        ("aws_iam_policy.of_all", "aws_s3_bucket.counted[0]", "main.tf:55"),
        ("aws_iam_policy.of_all", "aws_s3_bucket.counted[1]", "main.tf:55"),
    }


def test_lines_are_those_of_the_block(instances: Reading) -> None:
    assert [instances.line(f"aws_s3_bucket.counted[{index}]", "bucket") for index in (0, 1)] == [11, 11]


@pytest.mark.parametrize(
    "for_each",
    ['"text"', "[{ a = 1 }]", "12", 'toset(["a", aws_kms_key.x.arn])', "data.aws_x.y.names", "aws_kms_key.x"],
)
def test_a_for_each_that_cannot_be_expanded_loses_nothing(for_each: str, tmp_path: Path) -> None:
    bucket = f'resource "aws_s3_bucket" "b" {{\n  for_each = {for_each}\n  bucket = each.key\n}}\n'
    reading = read_text(tmp_path, 'resource "aws_kms_key" "x" {}\n' + bucket)
    assert reading.addresses("aws_s3_bucket") == ["aws_s3_bucket.b[*]"]
    assert reading.reason("aws_s3_bucket.b[*]", "bucket")
    assert reading.resource("aws_s3_bucket.b[*]").presence is not None


@pytest.mark.parametrize(
    ("argument", "reason"),
    [
        ("count = null", "count is null"),
        ("count = -1", "count is negative"),
        ("count = 1.5", "count is not a whole number"),
        ('count = "many"', "count is not a number"),
        ("count = [1]", "count is not a number"),
        ('for_each = ["a"]', "for_each is a tuple, neither a mapping nor a set of texts"),
        ('for_each = tolist(["a"])', "for_each is a list, neither a mapping nor a set of texts"),
        ("for_each = null", "for_each is null, neither a mapping nor a set of texts"),
        ("for_each = toset([1])", "for_each is a set with elements that are no texts"),
        ('for_each = toset(["a", null])', "for_each is a set with elements that are no texts"),
        ("count = 1 + true", "1 + true is refused by Terraform: a truth value is used where a number is due"),
    ],
)
def test_what_terraform_refuses_is_told(argument: str, reason: str, tmp_path: Path) -> None:
    reading = read_text(tmp_path, f'resource "aws_s3_bucket" "b" {{\n  {argument}\n  bucket = "b"\n}}\n')
    assert reading.addresses() == ["aws_s3_bucket.b[*]"]
    presence = reading.resource("aws_s3_bucket.b[*]").presence
    assert presence is not None
    assert presence.reason == reason


def test_more_instances_than_anyone_has_are_not_expanded(tmp_path: Path) -> None:
    text = 'resource "aws_s3_bucket" "b" {\n  count = 20000\n  bucket = "b-${count.index}"\n}\n'
    reading = read_text(tmp_path, text, time_limit=0.5)
    assert reading.addresses() == ["aws_s3_bucket.b[*]"]
    assert reading.reason("aws_s3_bucket.b[*]", "bucket") == "count is 20000, which is more than is expanded"


def test_instances_of_a_module_that_may_not_be_called(tmp_path: Path) -> None:
    (tmp_path / "store").mkdir()
    (tmp_path / "store" / "main.tf").write_text('resource "aws_s3_bucket" "b" {\n  bucket = "b"\n}\n')
    reading = read_text(
        tmp_path, 'variable "on" {}\nmodule "store" {\n  count  = var.on ? 1 : 0\n  source = "./store"\n}\n'
    )
    bucket = reading.resource("module.store[*].aws_s3_bucket.b")
    assert bucket.attributes == {"bucket": "b"}
    assert bucket.presence == Unresolved("var.on ? 1 : 0", "var.on has no default")
    assert reading.resource("module.store[*]").presence == bucket.presence
