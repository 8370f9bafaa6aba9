"""The result of a pull request that adds one bad bucket to a repository with 200 old findings, and mends three."""

from dataclasses import replace

from scanner.core.baseline import BaselineState, Comparison, KnownFinding
from scanner.core.control import ControlResult, FrameworkResult
from scanner.core.finding import Finding, Status
from scanner.core.result import ScanResult

ADDED = "aws_s3_bucket.added"


def one_new(full: ScanResult) -> ScanResult:
    """`full` with the findings of NET-004 alone: 200 known ones, a new one, and three that are gone."""
    pattern = next(each for each in full.findings if each.policy.id == "NET-004" and each.waiver is None)
    old = [_named(pattern, f"aws_s3_bucket.old{number}", BaselineState.UNCHANGED) for number in range(200)]
    findings = (*old, _named(pattern, ADDED, BaselineState.NEW))
    gone = [
        KnownFinding("infra/main.tf", "NET-004", f"aws_s3_bucket.gone{n}", "", "fail", f"{n}" * 64) for n in range(3)
    ]
    frameworks = tuple(_judged(framework, findings) for framework in full.frameworks)
    comparison = Comparison("main (1a2b3c4)", tuple(gone))
    return replace(full, findings=findings, frameworks=frameworks, notifications=(), comparison=comparison)


def _named(pattern: Finding, address: str, state: BaselineState) -> Finding:
    resource = replace(pattern.resource, address=address)
    assert pattern.status is Status.FAIL
    message = f"{address} has no public access block"
    return replace(pattern, resource=resource, message=message, baseline_state=state, fingerprint="")


def _judged(framework: FrameworkResult, findings: tuple[Finding, ...]) -> FrameworkResult:
    return replace(framework, controls=tuple(_control(each, findings) for each in framework.controls))


def _control(judged: ControlResult, findings: tuple[Finding, ...]) -> ControlResult:
    return replace(judged, findings=findings if "NET-004" in judged.control.policies else ())
