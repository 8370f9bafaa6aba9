"""The CSV report for auditors: one row per control and check, so that a filter on a control shows all its evidence.

A finding that touches several clauses has a row under each, one that touches none has a row of its own; `finding_row`
counts them, so that the rows with a 1 there are the findings. A control without a finding has a row that says how it
stands and why; a policy that is not `mapped` evidences none. `also` are other policies that have judged the same.
`record` tells rows apart: the verdict first, then controls with their findings, frameworks that do not
apply, findings beyond the clauses, what the tool could not do, and known findings that are gone.

RFC 4180: comma, CRLF, quotes where they are needed. It begins with a byte order mark, without which Excel reads UTF-8
as something else. What a spreadsheet would take for a formula has an apostrophe in front.
"""

import csv
import io
import re
from collections.abc import Iterator, Mapping
from functools import lru_cache

from scanner.core.baseline import BaselineState, KnownFinding
from scanner.core.control import ControlResult, Framework, FrameworkResult
from scanner.core.finding import Finding
from scanner.core.notification import Notification
from scanner.core.result import ScanResult
from scanner.reports.checkov_words import also
from scanner.reports.interface import RenderOptions
from scanner.reports.safe_text import one_line
from scanner.reports.summary import sort_findings

COLUMNS = (
    "record",
    "framework",
    "framework_version",
    "control",
    "title",
    "citation",
    "url",
    "evidence",
    "strength",
    "standing",
    "reason",
    "upcoming",
    "policy",
    "policy_title",
    "severity",
    "status",
    "baseline",
    "finding_row",
    "resource",
    "resource_type",
    "file",
    "line",
    "attribute",
    "message",
    "cause",
    "remediation",
    "waiver_reason",
    "waiver_owner",
    "waiver_approver",
    "waiver_until",
    "waiver_place",
    "fingerprint",
    "also",
    "mapped",
)
BYTE_ORDER_MARK = "\ufeff"

Row = dict[str, str]

_BASELINE: Mapping[BaselineState | None, str] = {
    BaselineState.NEW: "new",
    BaselineState.UNCHANGED: "known",
    None: "",
}
# At the start of a cell, and behind a semicolon, where Excel begins a cell in countries with a decimal comma. The
# last four are the wide forms that it takes for the same.
_FORMULA = re.compile(r"(?:^|(?<=;))(\s*)(?=[=+\-@\uff1d\uff0b\uff0d\uff20])")


def render(result: ScanResult, _: RenderOptions) -> str:
    """The whole table, passes too, whatever the options."""
    text = io.StringIO()
    writer = csv.DictWriter(text, COLUMNS, restval="", lineterminator="\r\n")
    writer.writeheader()
    writer.writerows(_rows(result))
    return BYTE_ORDER_MARK + text.getvalue()


def _cells(row: Row) -> Row:
    """Each cell as one line that is no formula."""
    return {name: _cell(value) for name, value in row.items() if value}


@lru_cache(maxsize=4096)
def _cell(value: str) -> str:
    return _FORMULA.sub(r"\1'", one_line(value))


def _rows(result: ScanResult) -> Iterator[Row]:
    yield _cells(_verdict(result))
    rows: dict[str, int] = {}
    findings = _sorted(result)
    in_order = {finding.fingerprint: number for number, finding in enumerate(findings)}
    details = {finding.fingerprint: _cells(_finding(finding)) for finding in result.findings}
    for judged in result.frameworks:
        if not judged.applies:
            yield _cells({"record": "framework", **_framework(judged.framework), **_stands_not(judged)})
        for standing in judged.controls:
            about = _cells({**_framework(judged.framework), **_control(standing)})
            if not standing.findings:
                yield {"record": "control", **about}
            for finding in sorted(standing.findings, key=lambda each: in_order[each.fingerprint]):
                fingerprint = finding.fingerprint
                rows[fingerprint] = rows.get(fingerprint, 0) + 1
                strength = standing.control.policies.get(finding.policy.id)
                yield {
                    "record": "finding",
                    **about,
                    "strength": strength.value if strength else "supporting",
                    **details[fingerprint],
                    "finding_row": str(rows[fingerprint]),
                }
    for finding in findings:
        if finding.fingerprint not in rows:
            yield {"record": "finding", **details[finding.fingerprint], "finding_row": "1"}
    for note in sorted(result.notifications, key=lambda each: each.sort_key):
        yield _cells(_notification(note))
    if result.comparison:
        yield from (_cells(_fixed(entry)) for entry in result.comparison.fixed)


def _sorted(result: ScanResult) -> list[Finding]:
    heaps = sort_findings(result)
    return [*heaps.open, *heaps.known, *heaps.waived, *heaps.passed]


def _verdict(result: ScanResult) -> Row:
    """The row that the others are to be read with; `message` says what the scan rests on."""
    verdict, compared = result.verdict, result.comparison
    rests = [f"as of {result.as_of}", f"releasegate {result.tool_version}", f"policies {result.bundle_digest}"]
    rests += [f"profile {verdict.profile}"] if verdict.profile else []
    rests += [f"compared with {compared.source}"] if compared else []
    return {
        "record": "verdict",
        "status": f"{verdict.decision.value}{'' if verdict.is_complete else ' (not everything was evaluated)'}",
        "reason": ". ".join(verdict.reasons),
        "message": ", ".join(rests),
    }


def _framework(framework: Framework) -> Row:
    return {"framework": framework.title, "framework_version": framework.version, "url": framework.url}


def _stands_not(judged: FrameworkResult) -> Row:
    return {"standing": "does not apply", "reason": judged.reason}


def _control(judged: ControlResult) -> Row:
    control = judged.control
    return {
        "control": control.id,
        "title": control.title,
        "citation": control.citation,
        "url": control.url,
        "evidence": control.evidence.value,
        "standing": judged.standing.value,
        "reason": judged.reason,
        "upcoming": judged.upcoming.isoformat() if judged.upcoming else "",
    }


def _finding(finding: Finding) -> Row:
    waiver = finding.waiver
    row = {
        "policy": finding.policy.id,
        "policy_title": finding.policy.title,
        "severity": finding.policy.severity.value,
        "status": "waived" if waiver else finding.status.value,
        "baseline": _BASELINE[finding.baseline_state],
        "resource": finding.resource.address,
        "resource_type": finding.resource.type,
        "file": finding.location.path,
        "line": str(finding.location.start_line),
        "attribute": finding.attribute,
        "message": finding.message,
        "cause": finding.cause,
        "remediation": finding.policy.remediation,
        "fingerprint": finding.fingerprint,
        "also": also(finding),
        "mapped": "yes" if finding.policy.is_mapped else "no",
    }
    if waiver:
        row["waiver_reason"] = waiver.reason
        row["waiver_owner"] = waiver.owner
        row["waiver_approver"] = waiver.approver
        row["waiver_until"] = waiver.until.isoformat()
        row["waiver_place"] = str(waiver.location)
    return row


def _notification(note: Notification) -> Row:
    where = {"file": note.location.path, "line": str(note.location.start_line)} if note.location else {}
    return {
        "record": "notification",
        "status": note.level.value,
        "message": note.message,
        "cause": note.component,
    } | where


def _fixed(entry: KnownFinding) -> Row:
    """A known finding that is gone: it has no line any more."""
    return {
        "record": "fixed",
        "policy": entry.policy,
        "status": "fixed",
        "baseline": "fixed",
        "resource": entry.address,
        "file": entry.path,
        "attribute": entry.attribute,
        "message": f"was {entry.status} before, and is gone",
        "fingerprint": entry.fingerprint,
    }
