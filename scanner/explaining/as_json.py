"""An explanation for programs: one JSON object, whose `kind` is finding, policy or control."""

from typing import Any

from scanner.core.location import Location
from scanner.core.secrets import redact
from scanner.explaining.finding import FindingExplanation
from scanner.explaining.subject import ControlExplanation, PolicyExplanation
from scanner.reports.safe_text import to_json

VERSION = "1"


def finding_json(found: FindingExplanation) -> str:
    """The steps in order, each with its place and the masked text of its line."""
    finding, policy = found.finding, found.finding.policy
    waiver = found.waiving.covered_by
    return to_json(
        {
            "version": VERSION,
            "kind": "finding",
            "fingerprint": finding.fingerprint,
            "policy": {"id": policy.id, "title": policy.title, "severity": str(policy.severity)},
            "status": str(finding.status),
            "resource": {"address": finding.resource.address, "type": finding.resource.type},
            "attribute": finding.attribute,
            "message": finding.message,
            "cause": finding.cause,
            "location": _place(finding.location),
            "note": found.note,
            "excerpt": [{"line": line.number, "text": line.text, "deciding": line.deciding} for line in found.excerpt],
            "steps": [
                {
                    "kind": shown.step.kind,
                    "message": shown.step.message,
                    "location": _place(shown.step.location),
                    "text": shown.text,
                    "depth": shown.step.depth,
                }
                for shown in found.steps
            ],
            "unknown": [
                {"name": end.name, "location": _place(end.location), "settled_by": list(end.settled_by)}
                for end in found.unknown
            ],
            "related": [
                {"location": _place(location), "message": message, "text": text}
                for location, message, text in found.related
            ],
            "links": [
                {
                    "source": tie.source,
                    "kind": tie.link.kind,
                    "target": tie.target,
                    "evidence": _place(tie.link.evidence),
                    "target_evidence": _place(tie.link.target_evidence),
                }
                for tie in found.ties
            ],
            "clauses": [
                {
                    "framework": clause.framework.id,
                    "control": clause.control.id,
                    "title": clause.control.title,
                    "strength": str(clause.strength),
                    "upcoming": clause.upcoming.isoformat() if clause.upcoming else None,
                }
                for clause in found.clauses
            ],
            "fix": None
            if found.fix is None
            else {"text": found.fix.text, "location": _place(found.fix.location), "advice": found.fix.advice},
            "mended_together": [
                {"fingerprint": each.fingerprint, "address": each.resource.address} for each in found.mended
            ],
            "waiver": {
                "covered_by": None
                if waiver is None
                else {"location": _place(waiver.location), "until": waiver.until.isoformat(), "reason": waiver.reason},
                "comment": found.waiving.comment,
                "entry": found.waiving.entry,
                "why_not": found.waiving.why_not,
                "asked": {"comment": found.waiving.asked[0], "entry": found.waiving.asked[1]},
            },
        }
    )


def policy_json(found: PolicyExplanation) -> str:
    """Everything of a policy but its rule."""
    policy = found.policy
    return to_json(
        {
            "version": VERSION,
            "kind": "policy",
            "id": policy.id,
            "title": policy.title,
            "severity": str(policy.severity),
            "language": found.language,
            "format": policy.applies_to.format,
            "types": list(policy.applies_to.types),
            "when": {name: list(values) for name, values in policy.when.items()},
            "aliases": list(policy.aliases),
            "deprecated": policy.deprecated,
            "parameters": dict(policy.parameters),
            "rationale": policy.rationale,
            "remediation": policy.remediation,
            "references": list(policy.references),
            "location": _place(policy.location),
            "clauses": [
                {
                    "framework": clause.framework.id,
                    "control": clause.control.id,
                    "title": clause.control.title,
                    "strength": str(clause.strength),
                    "binds": clause.binds,
                }
                for clause in found.clauses
            ],
            "examples": [
                {
                    "status": str(each.status),
                    "name": each.name,
                    "expected": list(each.expected),
                    "path": each.excerpt.path if each.excerpt else None,
                    "first_line": each.excerpt.first if each.excerpt else None,
                    "text": each.excerpt.text if each.excerpt else None,
                }
                for each in found.examples
            ],
        }
    )


def control_json(found: ControlExplanation) -> str:
    """The control and its policies."""
    control = found.control
    return to_json(
        {
            "version": VERSION,
            "kind": "control",
            "id": control.id,
            "framework": found.framework.id,
            "title": control.title,
            "paraphrase": control.paraphrase,
            "citation": control.citation,
            "url": control.url,
            "evidence": str(control.evidence),
            "applies_from": {annex: day.isoformat() for annex, day in control.applies_from.items()},
            "when": {name: list(values) for name, values in {**found.framework.when, **control.when}.items()},
            "policies": [
                {"id": policy.id, "title": policy.title, "severity": str(policy.severity), "strength": str(strength)}
                for policy, strength in found.policies
            ],
            "needs_beside": found.beside,
            "note": control.note,
        }
    )


def _place(location: Location | None) -> dict[str, Any] | None:
    if location is None:
        return None
    return {"path": redact(location.path, ()), "line": location.start_line, "column": location.start_column}
