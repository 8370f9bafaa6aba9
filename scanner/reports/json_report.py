"""The JSON report: everything about one scan, for programs; `policies/schemas/result.schema.json` describes it.

`schema_version` is MAJOR.MINOR: a new minor version only adds, a new major one may change what was there.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from scanner.core.control import ControlResult, FrameworkResult
from scanner.core.finding import Finding, Status
from scanner.core.location import Location
from scanner.core.notification import Level, Notification
from scanner.core.policy import Policy
from scanner.core.result import RootSummary, ScanResult
from scanner.core.waiver import Waiver
from scanner.reports.clauses import Clause, clauses_by_finding, standings
from scanner.reports.excerpt import Sources
from scanner.reports.interface import RenderOptions
from scanner.reports.safe_text import to_json
from scanner.reports.summary import failures_by_severity, sort_findings, unknowns

SCHEMA_VERSION = "1.0"
_CONTEXT_LINES = 1

Json = dict[str, Any]


def render(result: ScanResult, _: RenderOptions) -> str:
    """The whole report; it lists passes too, whatever the options."""
    clauses = clauses_by_finding(result)
    sources = Sources(result.release)
    findings = sorted(result.findings, key=lambda finding: finding.sort_key)
    return to_json(
        {
            "schema_version": SCHEMA_VERSION,
            "tool": {"name": "releasegate", "version": result.tool_version},
            "as_of": result.as_of,
            "bundle_digest": result.bundle_digest,
            "verdict": {"decision": result.verdict.decision.value, "reasons": list(result.verdict.reasons)},
            "summary": _summary(result),
            "scope": {
                "declared": {name: sorted(values) for name, values in sorted(result.scope.declared.items())},
                "evidence": [_location(location) for location in sorted(set(result.scope.evidence))],
            },
            "roots": [_root(root) for root in result.roots],
            "policies": [_policy(policy) for policy in sorted(result.policies, key=lambda policy: policy.id)],
            "findings": (_finding(finding, clauses.get(finding.fingerprint, ()), sources) for finding in findings),
            "frameworks": [_framework(judged) for judged in result.frameworks],
            "notifications": [
                _notification(note) for note in sorted(result.notifications, key=lambda note: note.sort_key)
            ],
        },
        opened=2,
    )


def _summary(result: ScanResult) -> Json:
    heaps = sort_findings(result)
    failures = failures_by_severity(heaps.open)
    levels = Counter(note.level for note in result.notifications)
    return {
        "findings": {
            "fail": sum(failures.values()),
            "unknown": unknowns(heaps.open),
            "waived": len(heaps.waived),
            "pass": len(heaps.passed),
        },
        "failures_by_severity": {severity.value: count for severity, count in failures.items()},
        "notifications": {level.value: levels[level] for level in Level},
        "resources": len(result.release.resources),
    }


def _root(root: RootSummary) -> Json:
    return {
        "path": root.path,
        "files_by_format": dict(sorted(root.files_by_format.items())),
        "files_not_claimed": root.files_not_claimed,
        "files_ignored": root.files_ignored,
    }


def _policy(policy: Policy) -> Json:
    return {
        "id": policy.id,
        "title": policy.title,
        "severity": policy.severity.value,
        "engine": policy.engine,
        "when": _lists(policy.when),
        "rationale": policy.rationale,
        "remediation": policy.remediation,
        "references": list(policy.references),
        "deprecated": policy.deprecated,
    }


def _finding(finding: Finding, clauses: Sequence[Clause], sources: Sources) -> Json:
    resource = finding.resource
    return {
        "fingerprint": finding.fingerprint,
        "policy": finding.policy.id,
        "severity": finding.policy.severity.value,
        "status": finding.status.value,
        "message": finding.message,
        "cause": finding.cause,
        "resource": {
            "address": resource.address,
            "type": resource.type,
            "format": resource.format,
            "origin": resource.origin or resource.location.path,
        },
        "attribute": finding.attribute,
        "location": _location(finding.location),
        "excerpt": _excerpt(finding, sources),
        "related_locations": [
            {"message": related.message, "location": _location(related.location)}
            for related in finding.related_locations
        ],
        "clauses": [
            {
                "framework": clause.framework.id,
                "control": clause.control.id,
                "strength": clause.strength.value,
                "upcoming": clause.upcoming.isoformat() if clause.upcoming else None,
            }
            for clause in clauses
        ],
        "waiver": _waiver(finding.waiver) if finding.waiver else None,
        "baseline_state": finding.baseline_state,
    }


def _excerpt(finding: Finding, sources: Sources) -> Json | None:
    """The deciding line and its neighbours, with secrets masked; a pass needs none."""
    lines = sources.excerpt(finding.location, _CONTEXT_LINES) if finding.status is not Status.PASS else ()
    return {"start_line": lines[0].number, "lines": [line.text for line in lines]} if lines else None


def _waiver(waiver: Waiver) -> Json:
    return {
        "reason": waiver.reason,
        "until": waiver.until.isoformat(),
        "location": _location(waiver.location),
    }


def _framework(judged: FrameworkResult) -> Json:
    framework = judged.framework
    return {
        "id": framework.id,
        "title": framework.title,
        "version": framework.version,
        "url": framework.url,
        "note": framework.note,
        "applies": judged.applies,
        "reason": judged.reason,
        "standings": {standing.value: count for standing, count in standings(judged).items()},
        "controls": [_control(standing) for standing in judged.controls],
    }


def _control(judged: ControlResult) -> Json:
    control = judged.control
    return {
        "id": control.id,
        "title": control.title,
        "paraphrase": control.paraphrase,
        "citation": control.citation,
        "url": control.url,
        "evidence": control.evidence.value,
        "standing": judged.standing.value,
        "reason": judged.reason,
        "upcoming": judged.upcoming.isoformat() if judged.upcoming else None,
        "policies": {id_: strength.value for id_, strength in sorted(control.policies.items())},
        "findings": sorted(finding.fingerprint for finding in judged.findings),
    }


def _notification(note: Notification) -> Json:
    return {
        "level": note.level.value,
        "component": note.component,
        "message": note.message,
        "location": _location(note.location) if note.location else None,
    }


def _location(location: Location) -> Json:
    return {
        "path": location.path,
        "start_line": location.start_line,
        "start_column": location.start_column,
        "end_line": location.end_line,
        "end_column": location.end_column,
    }


def _lists(mapping: Mapping[str, Sequence[str]]) -> Json:
    return {name: list(values) for name, values in sorted(mapping.items())}
