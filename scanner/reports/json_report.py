"""The JSON report: everything about one scan, for programs; `policies/schemas/result.schema.json` describes it.

`schema_version` is MAJOR.MINOR: a new minor version only adds, a new major one may change what was there. Whatever any
report shows is in it, so that `releasegate report` can render it later (see `saved/`).
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from scanner.core.control import ControlResult, FrameworkResult
from scanner.core.finding import Finding, Status
from scanner.core.notification import Level, Notification
from scanner.core.policy import Policy
from scanner.core.result import RootSummary, ScanResult
from scanner.reports.checkov_words import number_of_checks
from scanner.reports.clauses import Clause, clauses_by_finding, standings
from scanner.reports.excerpt import Sources
from scanner.reports.interface import RenderOptions
from scanner.reports.json_release import Resources, files, link
from scanner.reports.json_waivers import Json, comparison, day, location, place, waiver, waiver_use
from scanner.reports.safe_text import REPLACED, OneLine, halves, to_json
from scanner.reports.summary import failures_by_severity, sort_findings, unknowns

SCHEMA_VERSION = "1.2"
_CONTEXT_LINES = 1


def render(result: ScanResult, _: RenderOptions) -> str:
    """The whole report; it lists passes too, whatever the options."""
    text = to_json(_report(result), opened=2)
    if REPLACED not in text:
        return text
    return to_json(_report(result, _halves(_report(result))), opened=2)


def _report(result: ScanResult, replaced: Iterable[Json] = ()) -> Json:
    clauses = clauses_by_finding(result)
    sources = Sources(result.release)
    findings = sorted(result.findings, key=lambda finding: finding.sort_key)
    resources = Resources(result)
    return {
        "schema_version": SCHEMA_VERSION,
        "tool": {"name": "releasegate", "version": result.tool_version},
        "as_of": result.as_of,
        "bundle_digest": result.bundle_digest,
        "verdict": {
            "decision": result.verdict.decision.value,
            "reasons": list(result.verdict.reasons),
            "is_complete": result.verdict.is_complete,
            "profile": result.verdict.profile,
        },
        "summary": _summary(result),
        "scope": {
            "declared": {name: sorted(values) for name, values in sorted(result.scope.declared.items())},
            "evidence": [location(each) for each in sorted(set(result.scope.evidence))],
        },
        "roots": [_root(root) for root in result.roots],
        "policies": [_policy(policy) for policy in sorted(result.policies, key=lambda policy: policy.id)],
        **_checkov(result),
        "findings": (
            _finding(finding, clauses.get(finding.fingerprint, ()), sources, resources) for finding in findings
        ),
        "waivers": [waiver_use(use) for use in result.waivers],
        "comparison": comparison(result.comparison) if result.comparison else None,
        "frameworks": [_framework(judged) for judged in result.frameworks],
        "notifications": [_notification(note) for note in sorted(result.notifications, key=lambda note: note.sort_key)],
        "resources": resources.all(),
        "links": (link(each) for each in result.release.links),
        "files": files(result, sources),
        "surrogates": list(replaced),
    }


def _halves(value: Any, at: tuple[str | int, ...] = ()) -> Iterator[Json]:
    """Where `to_json` replaces half a surrogate pair, and by what it has to be replaced again."""
    if isinstance(value, str):
        yield from (OneLine(at=list(at), index=index, code=code) for index, code in halves(value))
    elif isinstance(value, dict):
        for name, member in value.items():
            yield from _halves(member, (*at, name))
    elif isinstance(value, list | tuple | Iterator):
        for index, member in enumerate(value):
            yield from _halves(member, (*at, index))


def _summary(result: ScanResult) -> Json:
    heaps = sort_findings(result)
    failures = failures_by_severity(heaps.open)
    levels = Counter(note.level for note in result.notifications)
    return {
        "findings": {
            "fail": sum(failures.values()),
            "unknown": unknowns(heaps.open),
            "known": len(heaps.known),
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
        "applies_to": OneLine(types=list(policy.applies_to.types), format=policy.applies_to.format),
        "when": OneLine({name: list(values) for name, values in policy.when.items()}),
        "rationale": policy.rationale,
        "remediation": policy.remediation,
        "references": list(policy.references),
        "aliases": list(policy.aliases),
        "deprecated": policy.deprecated,
        **({"same_as": list(policy.same_as)} if policy.same_as else {}),
        **({} if policy.is_mapped else {"mapped": False}),
    }


def _checkov(result: ScanResult) -> Json:
    """How many of its checks were evaluated and which of them found nothing, if there was anything to evaluate."""
    checks, left_out = number_of_checks(result), result.checks_left_out
    if not checks and not left_out:
        return {}
    return {"checkov": OneLine(checks=checks, left_out=left_out, quiet_checks=list(result.quiet_checks))}


def _finding(finding: Finding, clauses: Sequence[Clause], sources: Sources, resources: Resources) -> Json:
    return {
        "fingerprint": finding.fingerprint,
        "policy": finding.policy.id,
        **({"also": list(finding.also)} if finding.also else {}),
        "severity": finding.policy.severity.value,
        "status": finding.status.value,
        "message": finding.message,
        "cause": finding.cause,
        "resource": resources.reference(finding.resource),
        "attribute": finding.attribute,
        "location": location(finding.location),
        "excerpt": _excerpt(finding, sources),
        "related_locations": [
            OneLine(message=related.message, location=location(related.location))
            for related in finding.related_locations
        ],
        "clauses": [
            OneLine(
                framework=clause.framework.id,
                control=clause.control.id,
                strength=clause.strength.value,
                upcoming=day(clause.upcoming),
            )
            for clause in clauses
        ],
        "waiver": waiver(finding.waiver) if finding.waiver else None,
        "baseline_state": finding.baseline_state,
    }


def _excerpt(finding: Finding, sources: Sources) -> Json | None:
    """The deciding line and its neighbours, with secrets masked; a pass needs none."""
    lines = sources.excerpt(finding.location, _CONTEXT_LINES) if finding.status is not Status.PASS else ()
    return {"start_line": lines[0].number, "lines": [line.text for line in lines]} if lines else None


def _framework(judged: FrameworkResult) -> Json:
    framework = judged.framework
    return {
        "id": framework.id,
        "prefix": framework.prefix,
        "title": framework.title,
        "version": framework.version,
        "url": framework.url,
        "note": framework.note,
        "when": OneLine({name: list(values) for name, values in framework.when.items()}),
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
        "kind": control.kind,
        "note": control.note,
        "evidence": control.evidence.value,
        "when": OneLine({name: list(values) for name, values in control.when.items()}),
        "applies_from": OneLine({annex: day(date_) for annex, date_ in control.applies_from.items()}),
        "standing": judged.standing.value,
        "reason": judged.reason,
        "upcoming": day(judged.upcoming),
        "policies": {id_: strength.value for id_, strength in control.policies.items()},
        **({"further_checks": control.further} if control.further else {}),
        "findings": [finding.fingerprint for finding in judged.findings],
    }


def _notification(note: Notification) -> Json:
    return {
        "level": note.level.value,
        "component": note.component,
        "message": note.message,
        "location": place(note.location),
    }
