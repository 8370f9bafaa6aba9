"""Turns what Checkov says into findings on our resources."""

from collections.abc import Mapping

from scanner.core.finding import Finding
from scanner.core.policy import Policy
from scanner.core.resource import Release
from scanner.engines.checkov.interface import Answer, Unit


def findings_of(unit: Unit, answer: Answer, policies: Mapping[str, Policy], release: Release) -> list[Finding]:
    """One finding for each check and resource that it applies to. `policies` has the checks by id."""
    del unit, answer, policies, release
    return []


def unread_of(unit: Unit, answer: Answer, release: Release) -> list[str]:
    """The files, by our path, that Checkov could not read although there are resources of ours in them."""
    del unit, answer, release
    return []
