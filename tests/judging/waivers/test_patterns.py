"""What the patterns of a file of waivers cover: one thing, however a resource was read."""

from dataclasses import replace

import pytest

from scanner.core.finding import Status
from scanner.core.location import Location
from scanner.core.resource import Call
from scanner.judging.waivers.patterns import covers, covers_address, covers_path, weight
from tests.builders import finding, resource

BUCKET = "aws_s3_bucket.models"


@pytest.mark.parametrize(
    ("pattern", "address", "covered"),
    [
        (BUCKET, BUCKET, True),
        (BUCKET, f"{BUCKET}[0]", True),
        (BUCKET, f'{BUCKET}["eu.west/1"]', True),
        (BUCKET, f'{BUCKET}["]"]', True),
        (BUCKET, f"{BUCKET}[*]", True),  # the one that stands for instances which are not known
        (BUCKET, "aws_s3_bucket.models2", False),
        (BUCKET, f"module.store.{BUCKET}", False),
        (f'{BUCKET}["a"]', f'{BUCKET}["a"]', True),
        (f"{BUCKET}['a']", f'{BUCKET}["a"]', True),
        (f'{BUCKET}["a"]', f'{BUCKET}["b"]', False),
        (f'{BUCKET}["ab"]', f'{BUCKET}["a"]', False),  # a bracket is no class of characters
        (f"{BUCKET}[01]", f"{BUCKET}[0]", False),
        (f'{BUCKET}["a"]', f"{BUCKET}[*]", False),  # one instance does not speak for all
        (f"{BUCKET}[*]", f"{BUCKET}[0]", True),
        (f"{BUCKET}[*]", f'{BUCKET}["a"]', True),
        (f'{BUCKET}["eu-*"]', f'{BUCKET}["eu-1.b"]', True),
        (f'{BUCKET}["eu-*"]', f'{BUCKET}["us-1"]', False),
        (f'{BUCKET}["eu-?"]', f'{BUCKET}["eu-12"]', False),
        ("aws_s3_bucket.*", f'{BUCKET}["a.b"]', True),
        ("aws_s3_bucket.mod*", BUCKET, True),
        ("aws_s3_bucket.model?", BUCKET, True),
        ("*.models", BUCKET, True),
        ("*.models", f"module.store.{BUCKET}", False),  # a star stays within its part
        (f"module.store.{BUCKET}", f"module.store.{BUCKET}", True),
        (f"module.store.{BUCKET}", f'module.store["prod"].{BUCKET}[1]', True),
        (f'module.store["prod"].{BUCKET}', f'module.store["test"].{BUCKET}', False),
        (f"module.*.{BUCKET}", f'module.store["a.b"].{BUCKET}', True),
        (f"module.*.{BUCKET}", f"module.store.module.inner.{BUCKET}", False),
        (f"module.**.{BUCKET}", f"module.store[0].module.inner.{BUCKET}", True),
        (f"**.{BUCKET}", f"module.store[0].module.inner.{BUCKET}", True),
        (f"**.{BUCKET}", BUCKET, True),
        ("module.store", f"module.store.{BUCKET}", False),
        ("module.store.**", f"module.store[0].{BUCKET}", True),
        ("aws_iam_policy.ci", "aws_iam_policy.ci/statement[0]", True),
        ("aws_iam_policy.ci/statement[1]", "aws_iam_policy.ci/statement[0]", False),
        ("aws_iam_policy.ci/statement[?]", "aws_iam_policy.ci/statement[?]", True),
    ],
)
def test_terraform_addresses(pattern: str, address: str, covered: bool) -> None:
    assert covers_address(pattern, resource(address)) is covered


@pytest.mark.parametrize(
    ("pattern", "address", "covered"),
    [
        ("triage/Deployment/api", "triage/Deployment/api", True),
        ("triage/Deployment/api", "triage/Deployment/api/pod/vllm", True),
        ("triage/Deployment/api", "triage/Deployment/api2", False),
        ("triage/Deployment/*", "triage/Deployment/a.b.example", True),  # a dot divides nothing here
        ("*/Deployment/api", "triage/Deployment/api", True),
        ("*/api", "triage/Deployment/api", False),
        ("triage/**", "triage/Deployment/api/pod/vllm", True),
        ("**/vllm", "triage/Deployment/api/pod/vllm", True),
        ("model.triage-risk", "model.triage-risk[mlmodel]", True),
        ("model.triage-risk[mlmodel]", "model.triage-risk[mlmodel]/model.pkl", True),
        ("model.triage-risk[mlmodel]", "model.triage-risk[m]", False),
        ("serving/Dockerfile#runtime", "serving/Dockerfile#runtime", True),
    ],
)
def test_other_addresses(pattern: str, address: str, covered: bool) -> None:
    assert covers_address(pattern, replace(resource(address), format="kubernetes")) is covered


@pytest.mark.parametrize(
    ("pattern", "path", "covered"),
    [
        ("infra/main.tf", "infra/main.tf", True),
        ("/infra/main.tf", "infra/main.tf", True),
        ("main.tf", "infra/main.tf", True),
        ("/main.tf", "infra/main.tf", False),
        ("infra/", "infra/modules/store/main.tf", True),
        ("infra/*.tf", "infra/modules/main.tf", False),
        ("infra/**/*.tf", "infra/modules/main.tf", True),
        ("**", "infra/main.tf", True),
        ("app/[id]/Dockerfile", "app/[id]/Dockerfile", True),
        ("app/[id]/Dockerfile", "app/i/Dockerfile", False),
        ("!main.tf", "other.tf", False),
        ("#1/main.tf", "#1/main.tf", True),
        ("", "main.tf", True),
    ],
)
def test_paths(pattern: str, path: str, covered: bool) -> None:
    assert covers_path(pattern, path) is covered


def test_the_path_may_be_that_of_a_call() -> None:
    inside = replace(
        resource("module.store.bucket.a", path="modules/store/main.tf"),
        calls=(Call("module.store", Location("infra/main.tf", 2)),),
    )
    found = finding(Status.FAIL, on=inside)
    assert covers("module.store.bucket.a", "infra/", found)
    assert covers("", "modules/", found)
    assert not covers("module.store.bucket.b", "infra/", found)
    assert not covers("module.store.bucket.a", "other/", found)


def test_two_patterns_are_closer_than_one_and_words_than_stars() -> None:
    ordered = [("**", ""), ("aws_s3_bucket.*", ""), (BUCKET, ""), ("**", "**"), (BUCKET, "main.tf")]
    assert sorted(ordered, key=lambda pair: weight(*pair)) == ordered


def test_a_hostile_pattern_takes_no_time() -> None:
    assert not covers_address("**a" * 200 + "b", resource("a" * 5_000))
