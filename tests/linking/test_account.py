"""Settings of a whole account, tied to what lies in it."""

from typing import Any

import pytest

from scanner.core.resource import Release, Resource
from scanner.linking import link
from tests.builders import resource

BUCKET = resource("aws_s3_bucket.models", {"bucket": "models"}, line=9)
BLOCK = resource("aws_s3_account_public_access_block.this")
PROVIDER = {"alias": "audit", "assume_role": [{"role_arn": "arn:aws:iam::1:role/audit"}]}


def covered(*resources: Resource) -> list[tuple[str, str]]:
    release = Release(resources=resources)
    links, _ = link(release)
    return [
        (release.by_key[each.source].address, release.by_key[each.target].address)
        for each in links
        if each.kind == "covers"
    ]


def trail(selector: dict[str, Any]) -> Resource:
    return resource("aws_cloudtrail.main", selector)


def test_an_account_setting_covers_every_bucket_of_its_root() -> None:
    assert covered(BLOCK, BUCKET) == [("aws_s3_account_public_access_block.this", "aws_s3_bucket.models")]


def test_not_where_providers_work_in_several_accounts() -> None:
    provider = resource("provider.aws", {"name": "aws", **PROVIDER}, type_="terraform_provider")
    assert covered(BLOCK, BUCKET, provider) == []


@pytest.mark.parametrize(
    ("selector", "expected"),
    [
        ({"event_selector": [{"data_resource": [{"type": "AWS::S3::Object", "values": ["arn:aws:s3"]}]}]}, True),
        (
            {"event_selector": [{"data_resource": [{"type": "AWS::S3::Object", "values": ["arn:aws:s3:::other/"]}]}]},
            False,
        ),
        (
            {
                "advanced_event_selector": [
                    {"field_selector": [{"field": "resources.type", "equals": ["AWS::S3::Object"]}]}
                ]
            },
            True,
        ),
        (
            {
                "advanced_event_selector": [
                    {
                        "field_selector": [
                            {"field": "resources.type", "equals": ["AWS::S3::Object"]},
                            {"field": "resources.ARN", "starts_with": ["arn:aws:s3:::other/"]},
                        ]
                    }
                ]
            },
            False,
        ),
        ({}, False),
    ],
)
def test_a_trail_covers_buckets_when_it_records_the_objects_of_all(selector: dict[str, Any], expected: bool) -> None:
    assert bool(covered(trail(selector), BUCKET)) is expected


@pytest.mark.parametrize(("here", "there", "expected"), [("a", "a", True), ("a", "b", False), (None, "b", True)])
def test_google_audit_settings_speak_of_their_project(here: str | None, there: str, expected: bool) -> None:
    setting = resource("google_project_iam_audit_config.all", {"project": here} if here else {})
    bucket = resource("google_storage_bucket.models", {"name": "models", "project": there}, line=5)
    assert bool(covered(setting, bucket)) is expected


@pytest.mark.parametrize(
    ("setting", "volume", "expected"),
    [
        ({}, {}, True),
        ({"enabled": True}, {}, True),
        ({"enabled": False}, {}, False),
        ({"region": "eu-west-1"}, {"region": "eu-central-1"}, False),
    ],
)
def test_encryption_by_default_covers_the_volumes_of_its_region(
    setting: dict[str, Any], volume: dict[str, Any], expected: bool
) -> None:
    by_default = resource("aws_ebs_encryption_by_default.this", setting)
    assert bool(covered(by_default, resource("aws_ebs_volume.data", volume, line=5))) is expected
