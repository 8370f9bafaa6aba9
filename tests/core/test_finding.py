"""What a finding is known by from one scan to the next."""

from dataclasses import replace

import pytest

from scanner.core.finding import Finding, Status
from tests.builders import finding, policy


def told(engine: str, attribute: str) -> Finding:
    return replace(finding(Status.FAIL, of=replace(policy(), engine=engine)), attribute=attribute, fingerprint="")


@pytest.mark.parametrize(("engine", "counts"), [("conditions", True), ("rego", True), ("checkov", False)])
def test_the_attribute_is_part_of_the_fingerprint_where_one_input_always_gives_the_same(
    engine: str, counts: bool
) -> None:
    """What a check of Checkov names depends on what else is written, and on whether there is a plan."""
    assert (told(engine, "settings").fingerprint != told(engine, "database_version").fingerprint) is counts
    assert told(engine, "settings") != told(engine, "database_version")
