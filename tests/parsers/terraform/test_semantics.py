"""The values of our evaluator are Terraform's own, as they were recorded, and the record is what Terraform says."""

import os
import shutil
from pathlib import Path

import pytest

from tests.parsers.terraform.semantics import (
    UNKNOWN,
    ask_terraform,
    differences,
    expected,
    needs_provider,
    ours,
    silent,
    topics,
)

ERRORS = [topic for topic in topics() if topic.startswith("errors/")]
VALUES = [topic for topic in topics() if topic not in ERRORS]
# Where the provider of the fixtures with dynamic blocks was built, see semantics.py.
PROVIDER = os.environ.get("SEMANTICS_PROVIDER")


@pytest.mark.parametrize("topic", VALUES)
def test_values_are_those_that_terraform_plans(topic: str) -> None:
    found = ours(topic)
    assert [*differences(expected(topic), found.values)] == []
    assert found.notifications == []


@pytest.mark.parametrize("topic", ERRORS)
def test_what_terraform_refuses_is_never_another_value(topic: str) -> None:
    assert expected(topic)["error"]
    assert silent(topic) == []


def test_a_difference_is_seen() -> None:
    assert [*differences({"a": [1, True]}, {"a": [1, 1]})]
    assert [*differences({"a": 1}, {"a": 1, "b": None})]
    assert [*differences(UNKNOWN, "known")]
    assert [*differences([1], [1, 2])]
    assert not [*differences({"a": [1, None]}, {"a": [1, None]})]


@pytest.mark.slow
@pytest.mark.skipif(shutil.which("terraform") is None, reason="terraform is not installed")
@pytest.mark.parametrize("topic", topics())
def test_the_record_is_what_terraform_says(topic: str) -> None:
    if needs_provider(topic) and PROVIDER is None:
        pytest.skip("SEMANTICS_PROVIDER does not name the built provider of fixtures/parsers/terraform/semantics")
    assert ask_terraform(topic, Path(PROVIDER) if PROVIDER else None) == expected(topic)
