"""Tags that a provider's configuration adds: what a resource ends up with, and where each tag is written."""

from pathlib import Path

import pytest

from scanner.core.values import ABSENT
from tests.parsers.terraform.reading import Reading, read, read_case

BUCKET = "aws_s3_bucket"


@pytest.fixture(scope="module")
def tags() -> Reading:
    return read_case("default_tags")


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("aws_s3_bucket.plain", {"team": "platform", "stage": "prod"}),
        ("aws_s3_bucket.own", {"team": "ml", "stage": "prod", "model": "triage"}),
        ("aws_s3_bucket.west", {"region": "west"}),
        ("module.same.aws_s3_bucket.this", {"team": "platform", "stage": "prod"}),
        ("module.passed.aws_s3_bucket.this", {"region": "west"}),
        ("module.own.aws_s3_bucket.this", {"from": "module"}),
    ],
)
def test_default_tags_are_merged_into_tags_all(tags: Reading, address: str, expected: object) -> None:
    assert tags.value(address, "tags_all") == expected


def test_tags_itself_stays_as_it_is_written(tags: Reading) -> None:
    assert tags.value("aws_s3_bucket.plain", "tags") is ABSENT
    assert tags.value("aws_s3_bucket.own", "tags") == {"team": "ml", "model": "triage"}


def test_each_tag_is_found_where_it_is_written(tags: Reading) -> None:
    assert tags.place("aws_s3_bucket.own", "tags_all.stage") == "main.tf:7"
    assert tags.place("aws_s3_bucket.own", "tags_all.team") == "main.tf:29"
    assert tags.place("aws_s3_bucket.own", "tags_all") == "main.tf:28"
    assert str(tags.resource("aws_s3_bucket.plain").locate(("tags_all", "cost"))) == "main.tf:22"


def test_google_labels_and_a_provider_without_any(tags: Reading) -> None:
    assert tags.value("google_storage_bucket.models", "terraform_labels") == {"team": "ml", "model": "x"}
    assert tags.value("google_storage_bucket.models", "effective_labels") == {"team": "ml", "model": "x"}
    assert tags.value("azurerm_storage_account.models", "tags_all") is ABSENT


def test_an_unknown_default_tag_leaves_the_others_known(tmp_path: Path) -> None:
    text = """\
variable "cost" {}
provider "aws" {
  default_tags {
    tags = { cost = var.cost, team = "ml" }
  }
}
resource "aws_s3_bucket" "b" {}
"""
    (tmp_path / "main.tf").write_text(text)
    reading = read(tmp_path)
    assert reading.value("aws_s3_bucket.b", "tags_all.team") == "ml"
    assert reading.reason("aws_s3_bucket.b", "tags_all.cost") == "var.cost has no default"


def test_default_tags_in_the_json_notation(tmp_path: Path) -> None:
    text = '{"provider": {"aws": {"default_tags": {"tags": {"team": "ml"}}}}, "resource": {"aws_s3_bucket": {"b": {}}}}'
    (tmp_path / "main.tf.json").write_text(text)
    assert read(tmp_path).value("aws_s3_bucket.b", "tags_all") == {"team": "ml"}
