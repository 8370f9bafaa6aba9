"""Keeps results small: of Checkov's hundreds of checks a result describes those alone that a finding names."""

from collections.abc import Iterable, Set
from dataclasses import replace

from scanner.core.control import FrameworkResult
from scanner.core.policy import CHECKOV, Policy
from scanner.core.result import ScanResult


def shortened(result: ScanResult, bundle: Iterable[Policy], failed: Set[str]) -> ScanResult:
    """The result whose `policies` are all that were applicable, without the checks of Checkov that no finding names.

    `bundle` are all policies that there are, and `failed` the ids of those that were not evaluated to their end.
    """
    named = {finding.policy.id for finding in result.findings}
    named.update(id_ for finding in result.findings for id_ in finding.also)
    ran = {policy.id for policy in result.policies if policy.engine == CHECKOV} - failed
    unnamed = {policy.id for policy in (*bundle, *result.policies) if policy.engine == CHECKOV} - named
    evidencing = {id_ for judged in result.frameworks for each in judged.controls for id_ in each.control.policies}
    return replace(
        result,
        frameworks=tuple(_framework(judged, unnamed) for judged in result.frameworks),
        policies=tuple(policy for policy in result.policies if policy.id not in unnamed),
        quiet_checks=tuple(sorted(ran & unnamed)),
        checks_left_out=len((unnamed & evidencing) - ran),
    )


def _framework(judged: FrameworkResult, unnamed: Set[str]) -> FrameworkResult:
    """With controls that name no other policies than a reader of the result can look up, or has in the bundle."""
    controls = []
    for each in judged.controls:
        kept = {id_: strength for id_, strength in each.control.policies.items() if id_ not in unnamed}
        further = len(each.control.policies) - len(kept)
        controls.append(replace(each, control=replace(each.control, policies=kept, further=further)))
    framework = replace(judged.framework, controls=tuple(each.control for each in controls))
    return replace(judged, framework=framework, controls=tuple(controls))
