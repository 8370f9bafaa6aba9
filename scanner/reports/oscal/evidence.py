"""What was seen, in OSCAL's words: each finding is an observation, each FAIL a risk, each resource an inventory item.

Files are read and nothing is run, which NIST calls to examine; TEST-AUTOMATED is what tools say of an automated check.
A waived FAIL is a risk whose deviation is approved, with the end of the waiver as its deadline. What cannot be known is
an observation and no risk: nothing shows that there is one.
"""

from collections.abc import Iterable

from scanner.core.finding import Finding, Status
from scanner.core.location import Location
from scanner.core.notification import Notification
from scanner.core.resource import Resource
from scanner.core.result import ScanResult
from scanner.reports.checkov_words import also
from scanner.reports.oscal.words import ABOUT, ORIGINS, TOOL, Json, end_of, href, line, markup, props, uuid_of
from scanner.reports.safe_text import OneLine

_SEVERITY_SYSTEM = "http://csrc.nist.gov/ns/oscal"


def assessment_assets(result: ScanResult) -> Json:
    """The tool, and where it ran, which it does not look at."""
    tool = {
        "uuid": TOOL,
        "type": "software",
        "title": "releasegate",
        "description": "Reads the files of a release and judges them by policies; it runs nothing of them.",
        "props": props({"version": line(result.tool_version), "bundle-digest": line(result.bundle_digest)}),
        "links": [{"href": ABOUT, "rel": "reference"}],
        "status": {"state": "operational"},
    }
    platform = {"uuid": uuid_of("platform", "releasegate"), "uses-components": [{"component-uuid": TOOL}]}
    return {"components": [tool], "assessment-platforms": [platform]}


def inventory_items(findings: Iterable[Finding]) -> list[Json]:
    """The resources that the findings speak of, each once, by key."""
    found = {finding.resource.key: finding.resource for finding in findings}
    return [_inventory_item(resource) for _, resource in sorted(found.items())]


def _inventory_item(resource: Resource) -> Json:
    about = {
        "address": line(resource.address),
        "resource-type": line(resource.type),
        "format": line(resource.format),
        "origin": line(resource.origin or resource.location.path),
    }
    return {
        "uuid": _subject(resource),
        "description": markup(resource.address) or "resource",
        "props": props(about),
        "links": [{"href": href(resource.location), "rel": "reference"}],
    }


def _subject(resource: Resource) -> str:
    return uuid_of("resource", resource.key)


def observation_uuid(finding: Finding) -> str:
    """The identifier of its observation."""
    return uuid_of("observation", finding.fingerprint)


def risk_uuid(finding: Finding) -> str:
    """The identifier of its risk, if it is a FAIL."""
    return uuid_of("risk", finding.fingerprint)


def observation(finding: Finding, touches_control: bool, time: str) -> Json:
    """What one policy saw of one resource."""
    policy, resource = finding.policy, finding.resource
    told: Json = {
        "uuid": observation_uuid(finding),
        "title": f"{markup(policy.id)}: {finding.status}",
        "description": markup(finding.message or policy.title) or "no message",
        "props": props(_finding_props(finding)),
        "methods": ["EXAMINE", "TEST-AUTOMATED"],
        "types": ["finding", *(["control-objective"] if touches_control else [])],
        "origins": ORIGINS,
        "subjects": [OneLine({"subject-uuid": _subject(resource), "type": "inventory-item"})],
        "relevant-evidence": [_evidence(finding.location, "the line that decided")]
        + [_evidence(each.location, each.message) for each in finding.related_locations],
        "collected": time,
    }
    if finding.cause:
        told["remarks"] = f"Not known: {markup(finding.cause)}"
    return told


def _finding_props(finding: Finding) -> dict[str, str]:
    state = finding.baseline_state
    return {
        "fingerprint": finding.fingerprint,
        "policy": line(finding.policy.id),
        "severity": finding.policy.severity.value,
        "status": "waived" if finding.waiver else finding.status.value,
        "mapped": "" if finding.policy.is_mapped else "no",
        "also": also(finding),
        "attribute": line(finding.attribute),
        "baseline-state": state.value if state else "",
    }


def _evidence(location: Location, message: str) -> Json:
    return OneLine(href=href(location), description=markup(message) or "another place that belongs to it")


def risk(finding: Finding) -> Json:
    """What a FAIL puts at risk, how severe that is, and what to do about it."""
    policy, waiver = finding.policy, finding.waiver
    told: Json = {
        "uuid": risk_uuid(finding),
        "title": f"{markup(policy.id)} {markup(policy.title)}",
        "description": markup(finding.message or policy.title) or "no message",
        "statement": markup(policy.rationale or policy.title) or "no rationale",
        "props": props(_finding_props(finding)),
        "status": "deviation-approved" if waiver else "open",
        "origins": ORIGINS,
        "characterizations": [
            {
                "origin": ORIGINS[0],
                "facets": [{"name": "severity", "system": _SEVERITY_SYSTEM, "value": policy.severity.value}],
            }
        ],
    }
    if waiver:
        told["props"] += props(
            {
                "waiver-reason": line(waiver.reason),
                "waiver-owner": line(waiver.owner),
                "waiver-approver": line(waiver.approver),
                "waiver-until": waiver.until.isoformat(),
                "waiver-place": line(str(waiver.location)),
            }
        )
        told["deadline"] = end_of(waiver.until)
    if policy.remediation:
        told["remediations"] = [
            {
                "uuid": uuid_of("remediation", finding.fingerprint),
                "lifecycle": "recommendation",
                "title": f"How to fix {markup(policy.id)}",
                "description": markup(policy.remediation),
            }
        ]
    told["related-observations"] = [OneLine({"observation-uuid": observation_uuid(finding)})]
    return told


def log_entries(result: ScanResult, time: str) -> list[Json]:
    """The scan itself with its reasons, then what it could not do or noticed about its own work."""
    verdict = result.verdict
    scan: Json = {
        "uuid": uuid_of("log", "scan"),
        "title": f"Scan: {verdict.decision.value}",
        "description": markup("; ".join(verdict.reasons)) or verdict.decision.value,
        "start": time,
        "end": time,
    }
    notes = sorted(result.notifications, key=lambda note: note.sort_key)
    return [scan, *(_log_entry(note, number, time) for number, note in enumerate(notes, start=1))]


def _log_entry(note: Notification, number: int, time: str) -> Json:
    where = line(str(note.location)) if note.location else ""
    return {
        "uuid": uuid_of("log", f"{number}:{note.component}:{where}:{note.message}"),
        "title": f"{note.level.value}: {markup(note.component)}",
        "description": markup(note.message) or "no message",
        "start": time,
        "props": props({"level": note.level.value, "component": line(note.component), "place": where}),
    }


def is_risk(finding: Finding) -> bool:
    """Whether it is evidence of something wrong."""
    return finding.status is Status.FAIL
