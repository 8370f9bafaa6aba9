"""GitLab's security report of type `sast`, for the merge request, the pipeline and the vulnerability report.

GitLab tells two vulnerabilities apart by their first identifier, file and lines, and so would take the instances of one
block for one, and what moves for new. It prefers a tracking signature; that of a finding is its fingerprint. What is
known or waived is left out and counted in a message: the one flag that GitLab has calls a finding a likely false
positive, which an accepted risk is not. A scan that could not read something has the status `failure`.
"""

import uuid
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC
from typing import Any

from scanner.core.control import Strength
from scanner.core.finding import Finding, Status
from scanner.core.location import Location
from scanner.core.notification import Level
from scanner.core.policy import CHECKOV, Severity
from scanner.core.result import ScanResult
from scanner.reports.checkov_words import UNMAPPED
from scanner.reports.clauses import Clause, clauses_by_finding
from scanner.reports.interface import RenderOptions
from scanner.reports.safe_text import one_line, to_json
from scanner.reports.summary import sort_findings

# The oldest that every GitLab of today takes; later ones add nothing that is told here.
SCHEMA_VERSION = "15.0.7"
_NAMESPACE = uuid.uuid5(uuid.NAMESPACE_URL, "https://pypi.org/project/releasegate/")
_ABOUT = "https://pypi.org/project/releasegate/"
_SEVERITIES: Mapping[Severity, str] = {severity: severity.value.capitalize() for severity in Severity}
_LEVELS: Mapping[Level, str] = {Level.ERROR: "fatal", Level.WARNING: "warn", Level.NOTE: "info"}
_LONGEST_NAME = 255
_LONGEST_SOLUTION = 7000
_MOST_IDENTIFIERS = 20
# Of the algorithms that GitLab knows the one it documents for SAST; the value is ours.
_ALGORITHM = "scope_offset"


def render(result: ScanResult, options: RenderOptions) -> str:
    """The report as JSON; its times are `options.time`, in UTC."""
    clauses = clauses_by_finding(result)
    found = sort_findings(result)
    engines = {policy.id: policy.engine for policy in result.policies}
    return to_json(
        {
            "version": SCHEMA_VERSION,
            "scan": _scan(result, options),
            "vulnerabilities": (
                _vulnerability(each, clauses.get(each.fingerprint, ()), engines) for each in found.open
            ),
        },
        opened=2,
    )


def _scan(result: ScanResult, options: RenderOptions) -> dict[str, Any]:
    # A value that is not known is a vulnerability of unknown severity, and no failure of the scan.
    failed = any(note.level is Level.ERROR for note in result.notifications) or not result.findings
    time = options.time.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S")
    program = {
        "id": "releasegate",
        "name": "releasegate",
        "url": _ABOUT,
        "vendor": {"name": "releasegate"},
        "version": result.tool_version,
    }
    return {
        "type": "sast",
        "status": "failure" if failed else "success",
        "start_time": time,
        "end_time": time,
        "analyzer": program,
        "scanner": program,
        "messages": [{"level": level, "value": text} for level, text in _messages(result)],
    }


def _messages(result: ScanResult) -> Iterator[tuple[str, str]]:
    found, verdict = sort_findings(result), result.verdict
    yield "info", f"{verdict.decision}: {'; '.join(one_line(reason) for reason in verdict.reasons)}"
    if found.known:
        source = f" from {one_line(result.comparison.source)}" if result.comparison else ""
        yield "info", f"left out: {len(found.known)} known{source}"
    if found.waived:
        yield "info", f"left out: {len(found.waived)} waived"
    for note in sorted(result.notifications, key=lambda note: note.sort_key):
        where = f"{one_line(str(note.location))}: " if note.location else ""
        yield _LEVELS[note.level], f"{where}{note.component}: {one_line(note.message)}"


def _vulnerability(finding: Finding, clauses: Sequence[Clause], engines: Mapping[str, str]) -> dict[str, Any]:
    policy, where = finding.policy, finding.location
    solution = policy.remediation.strip()[:_LONGEST_SOLUTION]
    links = [{"url": url} for url in policy.references if _is_address(url)]
    return {
        "id": str(uuid.uuid5(_NAMESPACE, finding.fingerprint)),
        "name": one_line(policy.title)[:_LONGEST_NAME],
        "description": _description(finding, clauses),
        "severity": _SEVERITIES[policy.severity] if finding.status is Status.FAIL else "Unknown",
        **({"solution": solution} if solution else {}),
        "identifiers": _identifiers(finding, clauses, engines),
        **({"links": links} if links else {}),
        "location": _lines(where),
        "tracking": {
            "type": "source",
            "items": [{**_lines(where), "signatures": [{"algorithm": _ALGORITHM, "value": finding.fingerprint}]}],
        },
    }


def _lines(where: Location) -> dict[str, Any]:
    return {"file": where.path, "start_line": where.start_line, "end_line": where.end_line}


def _description(finding: Finding, clauses: Sequence[Clause]) -> str:
    """Paragraphs of GitLab's Markdown; what comes from the scanned tree stands in them as code."""
    told = [_code(finding.message or finding.policy.title)]
    if finding.cause:
        told.append(f"Not known, so that this {finding.policy.severity} check is not decided: {_code(finding.cause)}")
    told += [f"See {_code(f'{each.location} {each.message}')}" for each in finding.related_locations]
    if finding.policy.rationale:
        told.append(finding.policy.rationale.strip())
    if not finding.policy.is_mapped:
        told.append(f"{UNMAPPED.capitalize()}.")
    if clauses:
        told.append("\n".join(f"- {each.control.id} ({each.strength}): {each.control.title}" for each in clauses))
    return "\n\n".join(told)


def _code(text: str) -> str:
    """In back-quotes, of which the text itself then has none."""
    return f"`{one_line(text).replace('`', chr(39))}`"


def _identifiers(finding: Finding, clauses: Sequence[Clause], engines: Mapping[str, str]) -> list[dict[str, str]]:
    """The policy, by which GitLab groups, then others that have judged the same, then the clauses, those first that ask
    for what it checks."""
    policy = finding.policy
    address = next(filter(_is_address, policy.references), "")
    own = {**_policy(policy.id, policy.engine), **({"url": address} if address else {})}
    others = [_policy(id_, engines.get(id_, "")) for id_ in finding.also]
    in_order = sorted(clauses, key=lambda clause: clause.strength is not Strength.DIRECT)
    return [own, *others, *(_clause(clause) for clause in in_order)][:_MOST_IDENTIFIERS]


def _policy(id_: str, engine: str) -> dict[str, str]:
    """By which type GitLab tells a check of Checkov, whoever reports it, from a policy of this program's."""
    return {"type": "checkov_check" if engine == CHECKOV else "releasegate_policy", "name": id_, "value": id_}


def _clause(clause: Clause) -> dict[str, str]:
    control, address = clause.control, clause.control.url or clause.framework.url
    own = {"type": f"releasegate_{clause.framework.id.replace('-', '_')}", "name": control.id, "value": control.id}
    return {**own, "url": address} if _is_address(address) else own


def _is_address(url: str) -> bool:
    return url.startswith(("https://", "http://"))
