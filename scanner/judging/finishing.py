"""Makes what engines found ready to be judged: masked, with the calls that lead to it, each told from the next."""

from collections.abc import Iterable
from dataclasses import replace

from scanner.core.finding import Finding, RelatedLocation, Status
from scanner.core.secrets import redact


def finished(findings: Iterable[Finding], secrets: frozenset[str]) -> list[Finding]:
    """The findings with `secrets` masked, in a fixed order, each with a fingerprint of its own."""
    return _distinct(_masked(_with_calls(finding), secrets) for finding in findings)


def _with_calls(finding: Finding) -> Finding:
    """What is wrong in a module may have to be mended where it is called."""
    calls = finding.resource.calls
    if not calls or finding.status is Status.PASS:
        return finding
    called = tuple(RelatedLocation(call.location, f"{call.address} {call.what}") for call in calls)
    return replace(finding, related_locations=(*finding.related_locations, *called))


def _masked(finding: Finding, secrets: frozenset[str]) -> Finding:
    """The finding itself where there is nothing to mask, which is nearly always."""
    message, cause = redact(finding.message, secrets), redact(finding.cause, secrets)
    related = tuple(replace(each, message=redact(each.message, secrets)) for each in finding.related_locations)
    if (message, cause, related) == (finding.message, finding.cause, finding.related_locations):
        return finding
    return replace(finding, message=message, cause=cause, related_locations=related)


def _distinct(findings: Iterable[Finding]) -> list[Finding]:
    """Findings that differ in nothing but their message get an ordinal, so that each has its own fingerprint."""
    seen: dict[str, int] = {}
    result = []
    for finding in sorted(findings, key=lambda finding: (finding.sort_key, finding.message)):
        number = seen.get(finding.fingerprint, 0)
        seen[finding.fingerprint] = number + 1
        result.append(replace(finding, evidence=f"{finding.evidence}#{number}", fingerprint="") if number else finding)
    return result
