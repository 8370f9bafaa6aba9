"""Links from a resource to those that it refers to, directly and through locals."""

import pytest

from tests.parsers.terraform.reading import Reading, read_case


@pytest.fixture(scope="module")
def references() -> Reading:
    return read_case("references")


def test_links(references: Reading) -> None:
    assert references.links() == {
        ("aws_s3_bucket_versioning.literal", "aws_s3_bucket.models", "main.tf:17"),
        ("aws_s3_bucket_versioning.through_local", "aws_s3_bucket.models", "main.tf:21"),
        ("aws_s3_bucket_versioning.of_unnamed", "aws_s3_bucket.unnamed", "main.tf:25"),
        ("aws_s3_bucket_server_side_encryption_configuration.models", "aws_s3_bucket.models", "main.tf:29"),
        # Only the one element of local.keys that is used, and nothing for depends_on.
        ("aws_s3_bucket_server_side_encryption_configuration.models", "aws_kms_key.models", "main.tf:32"),
        ("aws_iam_policy.read", "aws_s3_bucket.models", "main.tf:37"),
    }


def test_links_are_references_between_keys(references: Reading) -> None:
    keys = {each.key for each in references.parsed.resources}
    for link in references.parsed.links:
        assert link.kind == "references"
        assert {link.source, link.target} <= keys


@pytest.mark.parametrize("name", ["literal", "through_local"])
def test_the_literal_name_is_kept_beside_the_link(references: Reading, name: str) -> None:
    value = references.value(f"aws_s3_bucket_versioning.{name}", "bucket")
    assert value == "triage-models"
    assert type(value) is str


def test_a_bucket_without_a_name_is_unknown(references: Reading) -> None:
    reason = references.reason("aws_s3_bucket_versioning.of_unnamed", "bucket")
    assert reason == "aws_s3_bucket.unnamed.id is known only after apply"


def test_what_follows_from_a_name_is_known(references: Reading) -> None:
    assert references.value("aws_iam_policy.read", "arns") == ["arn:aws:s3:::triage-models/*"]
