"""GitLab's code quality report: what is open, for the widget and the changed lines of a merge request.

GitLab compares two of these by their fingerprints alone, and stops reading at the first entry that lacks something.
What is known or waived is left out, because the widget knows no such state. An UNKNOWN is at most `major`. What could
not be read is a `blocker` at its place, since the format has no word for a scan that is incomplete.
"""

import hashlib
from collections.abc import Mapping
from typing import Any

from scanner.core.finding import Finding, Status
from scanner.core.location import Location
from scanner.core.notification import Level, Notification
from scanner.core.policy import Severity
from scanner.core.result import ScanResult
from scanner.reports.checkov_words import UNMAPPED, also_judged_by
from scanner.reports.interface import RenderOptions
from scanner.reports.safe_text import one_line, to_json
from scanner.reports.summary import sort_findings

_SEVERITIES: Mapping[Severity, str] = {
    Severity.CRITICAL: "blocker",
    Severity.HIGH: "critical",
    Severity.MEDIUM: "major",
    Severity.LOW: "minor",
}
_OF_UNKNOWN: Mapping[Severity, str] = {**dict.fromkeys(Severity, "major"), Severity.LOW: "minor"}


def render(result: ScanResult, _: RenderOptions) -> str:
    """A JSON array; the options are for reports that people read."""
    trouble = [
        _of_notification(note, note.location) for note in result.notifications if _is_trouble(note) if note.location
    ]
    findings = (_of_finding(finding) for finding in sort_findings(result).open)
    return to_json([*trouble, *findings])


def _is_trouble(note: Notification) -> bool:
    """Whether something of the repository was not evaluated; the files of a bundle are none of it."""
    return note.level is Level.ERROR and note.component != "bundle"


def _of_finding(finding: Finding) -> dict[str, Any]:
    policy, failed = finding.policy, finding.status is Status.FAIL
    cause = f" (not known: {one_line(finding.cause)})" if finding.cause else ""
    judged = f" ({also_judged_by(finding.also)})" if finding.also else ""
    mapped = "" if policy.is_mapped else f" ({UNMAPPED})"
    severities = _SEVERITIES if failed else _OF_UNKNOWN
    return _entry(
        f"{one_line(finding.message or policy.title)}{cause}{judged}{mapped}",
        policy.id,
        finding.fingerprint,
        severities[policy.severity],
        finding.location,
    )


def _of_notification(note: Notification, where: Location) -> dict[str, Any]:
    parts = "\0".join((note.component, where.path, str(where.start_line), note.message))
    fingerprint = hashlib.sha256(parts.encode(errors="surrogatepass")).hexdigest()
    name = f"releasegate-{note.component}"
    return _entry(f"Not evaluated: {one_line(note.message)}", name, fingerprint, "blocker", where)


def _entry(description: str, name: str, fingerprint: str, severity: str, where: Location) -> dict[str, Any]:
    return {
        "description": description,
        "check_name": name,
        "fingerprint": fingerprint,
        "severity": severity,
        "location": {"path": where.path, "lines": {"begin": where.start_line, "end": where.end_line}},
    }
