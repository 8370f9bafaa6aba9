"""Finds the finding of a fingerprint: by a scan, or in a saved result, traced in the files as far as they still fit."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from scanner.config import Config, UsageError
from scanner.core.finding import Finding
from scanner.core.governance import Governance
from scanner.core.result import ScanResult
from scanner.discovery import repository_root
from scanner.explaining.finding import FindingExplanation, explain_finding
from scanner.explaining.subject import findings_of
from scanner.explaining.trace import Tracer
from scanner.parsers.interface import context_of
from scanner.pipeline import Progress, run
from scanner.reports.saved import ResultError, read_result

_NOT_FITTING = (
    "the files here do not give this finding as the result has it, so its value was not traced; it is told from the "
    "result alone"
)


@dataclass(frozen=True)
class Found:
    """The explanation of the one finding, or all findings that may be meant; `source` is the saved result, if any."""

    explanation: FindingExplanation | None = None
    candidates: tuple[Finding, ...] = ()
    source: str = ""


def in_scan(prefix: str, config: Config, progress: Progress, governance: Governance) -> Found:
    """The finding among those of a scan."""
    result = run(config, progress)
    finding, candidates = _one(prefix, result.findings)
    if finding is None:
        return Found(candidates=candidates)
    return Found(explain_finding(finding, result, _tracer(result, config), governance))


def in_result(prefix: str, text: str, config: Config, progress: Progress, governance: Governance) -> Found:
    """The finding of a saved result. Raises `UsageError` for a text that is none."""
    try:
        saved = read_result(text)
    except ResultError as error:
        raise UsageError(str(error)) from None
    finding, candidates = _one(prefix, saved.findings)
    if finding is None:
        return Found(candidates=candidates, source="the saved result")
    here = _same_here(finding, config, progress)
    if here is None:
        return Found(explain_finding(finding, saved, None, governance, _NOT_FITTING))
    live, scanned = here
    found = explain_finding(live, scanned, _tracer(scanned, config), governance)
    told = explain_finding(finding, saved, None, governance)
    return Found(
        replace(found, finding=replace(live, waiver=finding.waiver), clauses=told.clauses, waiving=told.waiving)
    )


def _same_here(finding: Finding, config: Config, progress: Progress) -> tuple[Finding, ScanResult] | None:
    """The finding in the files as they are now, if it is there with the same words at the same line."""
    try:
        result = run(replace(config, checks=(finding.policy.id,), skip_checks=()), progress)
    except UsageError:  # a policy that is not at hand here
        return None
    for each in result.findings:
        same = each.fingerprint == finding.fingerprint and each.status is finding.status
        if same and each.location == finding.location and each.message == finding.message:
            return each, result
    return None


def _one(prefix: str, findings: Sequence[Finding]) -> tuple[Finding | None, tuple[Finding, ...]]:
    found = findings_of(prefix, findings)
    return (found[0], ()) if len(found) == 1 else (None, tuple(found))


def _tracer(result: ScanResult, config: Config) -> Tracer:
    return Tracer(result.release, context_of(config, repository_root(config.paths)))
