"""Literal values that no report may show."""

import pytest

from tests.parsers.terraform.reading import Reading, read_case


@pytest.fixture(scope="module")
def secrets() -> Reading:
    return read_case("secrets")


@pytest.mark.parametrize(
    "secret",
    ["hunter2-pin", "Sommer-2025", "local-api-key", "Herbst-2025", "marked-by-hand", "provider-secret"],
)
def test_what_is_marked_or_named_like_a_secret(secrets: Reading, secret: str) -> None:
    assert secret in secrets.parsed.secrets


def test_what_is_no_secret_stays_visible(secrets: Reading) -> None:
    assert "not-a-secret" not in secrets.parsed.secrets
    assert len(secrets.parsed.secrets) == 6
