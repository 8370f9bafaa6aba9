"""The JUnit report, for the test pages of Jenkins, GitLab and GitHub: one suite per policy, one case per resource.

A policy is what a reader knows as one test, so that a page that groups by suite tells at a glance which of them fail;
roots would be one suite of a hundred unlike cases. Names hold no line, because a page follows a case by its name from
run to run. What could not be decided is an error, what was waived or known before is skipped, and the suite `scan`
says whether all of it was evaluated. `file` and `line` of a case are what GitLab and GitHub link by; everything else
keeps to Jenkins' junit-10.xsd. There are no times, because none is measured per case.
"""

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from xml.etree import ElementTree as ET

from scanner.core.finding import Finding, Status
from scanner.core.location import Location
from scanner.core.notification import Level, Notification
from scanner.core.result import ScanResult
from scanner.reports.checkov_words import UNMAPPED, also
from scanner.reports.clauses import Clause, clauses_by_finding
from scanner.reports.excerpt import Sources
from scanner.reports.interface import RenderOptions
from scanner.reports.plain_lines import clause_words, excerpt_lines
from scanner.reports.safe_text import one_line
from scanner.reports.summary import sort_findings

# Noncharacters are text to Python and an error to every XML reader; all else that XML refuses `visible` writes out.
_ILLEGAL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


@dataclass(frozen=True)
class _Case:
    """One row of a test page: `outcome` is the tag of what became of it, empty for a pass."""

    name: str
    outcome: str = ""
    kind: str = ""
    message: str = ""
    details: str = ""
    location: Location | None = None


def render(result: ScanResult, _: RenderOptions) -> str:
    """The whole document, passes too, whatever the options."""
    clauses = clauses_by_finding(result)
    sources = Sources(result.release)
    suites = ET.Element("testsuites", {"name": "releasegate"})
    _add_suite(suites, "scan", "scan", _scan_cases(result), _properties(result))
    for policy_id, findings in _by_policy(result).items():
        names = _names(findings)
        cases = [
            _case(finding, names[finding.fingerprint], clauses.get(finding.fingerprint, ()), sources)
            for finding in findings
        ]
        title = f"{one_line(policy_id)} {one_line(findings[0].policy.title)}"
        _add_suite(suites, title, one_line(policy_id), cases, {})
    for name in ("tests", "failures", "errors"):
        suites.set(name, str(sum(int(suite.get(name, "0")) for suite in suites)))
    ET.indent(suites)
    text = ET.tostring(suites, encoding="unicode")
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{text}\n'


def _by_policy(result: ScanResult) -> Mapping[str, Sequence[Finding]]:
    """The findings of each policy, the policies by id; of each the open findings first, as `summary` sorts them."""
    heaps = sort_findings(result)
    grouped: dict[str, list[Finding]] = {}
    for finding in (*heaps.open, *heaps.known, *heaps.waived, *heaps.passed):
        grouped.setdefault(finding.policy.id, []).append(finding)
    return dict(sorted(grouped.items()))


def _names(findings: Sequence[Finding]) -> Mapping[str, str]:
    """A name for each finding of a policy, by fingerprint: no two are alike, and an edit elsewhere changes none."""
    names = {finding.fingerprint: _name(finding) for finding in findings}
    times = Counter(names.values())
    return {
        fingerprint: name if times[name] == 1 else f"{name} #{fingerprint[:12]}" for fingerprint, name in names.items()
    }


def _name(finding: Finding) -> str:
    resource = finding.resource
    attribute = f" · {one_line(finding.attribute)}" if finding.attribute else ""
    return f"{one_line(resource.address)} in {one_line(resource.origin or resource.location.path)}{attribute}"


def _case(finding: Finding, name: str, clauses: Sequence[Clause], sources: Sources) -> _Case:
    at = finding.location
    if finding.status is Status.PASS:
        return _Case(name, location=at)
    severity = finding.policy.severity.value
    if finding.waiver:
        waiver = finding.waiver
        words = [f"waived until {waiver.until.isoformat()}: {one_line(waiver.reason)}"]
        words += [f"owner: {one_line(waiver.owner)}"] if waiver.owner else []
        words += [f"approved by {one_line(waiver.approver)}"] if waiver.approver else []
        return _Case(name, "skipped", severity, "; ".join(words), _details(finding, clauses, sources), at)
    if not finding.is_open:
        message = f"known before: {one_line(finding.message)}"
        return _Case(name, "skipped", severity, message, _details(finding, clauses, sources), at)
    failed = finding.status is Status.FAIL
    message = f"{severity}: {one_line(finding.message)}"
    if finding.cause:
        message += f" (not known: {one_line(finding.cause)})"
    return _Case(name, "failure" if failed else "error", severity, message, _details(finding, clauses, sources), at)


def _details(finding: Finding, clauses: Sequence[Clause], sources: Sources) -> str:
    policy = finding.policy
    lines = [f"{policy.severity.value.upper()} {one_line(policy.id)} {one_line(policy.title)}"]
    lines += [one_line(finding.message), one_line(str(finding.location))]
    lines += excerpt_lines(finding.location, sources)
    lines += [f"not known: {one_line(finding.cause)}"] if finding.cause else []
    lines += [f"see: {one_line(str(each.location))} {one_line(each.message)}" for each in finding.related_locations]
    lines += [f"also judged by: {also(finding)}"] if finding.also else []
    lines += [f"clauses: {clause_words(clauses)}"] if clauses else []
    lines += [] if policy.is_mapped else [f"clauses: {UNMAPPED}"]
    lines += [f"fix: {one_line(policy.remediation)}"] if policy.remediation else []
    lines += [f"reference: {one_line(reference)}" for reference in policy.references]
    return "\n".join([*lines, f"fingerprint: {finding.fingerprint}"])


def _scan_cases(result: ScanResult) -> list[_Case]:
    """One case that is an error unless everything was evaluated, and one for each part that was not."""
    errors = [note for note in result.notifications if note.level is Level.ERROR]
    complete = _Case("everything was evaluated")
    if not _is_complete(result):
        reasons = "\n".join(one_line(reason) for reason in result.verdict.reasons)
        complete = _Case(complete.name, "error", "incomplete", "the scan is incomplete", reasons)
    ordered = sorted(errors, key=lambda note: note.sort_key)
    return [complete, *(_trouble(note, number) for number, note in enumerate(ordered, start=1))]


def _is_complete(result: ScanResult) -> bool:
    return result.verdict.is_complete and all(note.level is not Level.ERROR for note in result.notifications)


def _trouble(note: Notification, number: int) -> _Case:
    """One thing that was not evaluated; the number tells apart two of the same place."""
    message = one_line(note.message)
    where = f" {one_line(str(note.location))}" if note.location else ""
    return _Case(f"{number} {one_line(note.component)}{where}", "error", one_line(note.component), message, message)


def _properties(result: ScanResult) -> Mapping[str, str]:
    """What the verdict is and what it rests on; a page that shows no properties shows the cases all the same."""
    heaps, comparison, verdict = sort_findings(result), result.comparison, result.verdict
    counts: dict[str, str] = {"open": str(len(heaps.open)), "known": str(len(heaps.known))}
    counts |= {"waived": str(len(heaps.waived)), "passed": str(len(heaps.passed))}
    about = {"verdict": verdict.decision.value, "complete": str(_is_complete(result)).lower()}
    about |= {f"reason.{number}": one_line(text) for number, text in enumerate(verdict.reasons, start=1)}
    about |= {"profile": one_line(verdict.profile)} if verdict.profile else {}
    about |= {"compared.with": one_line(comparison.source), "fixed": str(len(comparison.fixed))} if comparison else {}
    standing = {"as.of": result.as_of, "bundle.digest": result.bundle_digest, "tool.version": result.tool_version}
    return {**about, **counts, **standing}


def _add_suite(
    suites: ET.Element, title: str, classname: str, cases: Sequence[_Case], properties: Mapping[str, str]
) -> None:
    outcomes = Counter(case.outcome for case in cases)
    counts = {"failures": "failure", "errors": "error", "skipped": "skipped"}
    suite = ET.SubElement(suites, "testsuite", {"name": _legal(title), "tests": str(len(cases))})
    for attribute, outcome in counts.items():
        suite.set(attribute, str(outcomes[outcome]))
    if properties:
        parent = ET.SubElement(suite, "properties")
        for name, value in properties.items():
            ET.SubElement(parent, "property", {"name": name, "value": _legal(value)})
    for case in cases:
        _add_case(suite, classname, case)


def _add_case(suite: ET.Element, classname: str, case: _Case) -> None:
    element = ET.SubElement(suite, "testcase", {"name": _legal(case.name), "classname": _legal(classname)})
    if case.location:
        element.set("file", _legal(one_line(case.location.path)))
        element.set("line", str(case.location.start_line))
    if case.outcome:
        outcome = ET.SubElement(element, case.outcome, {"type": case.kind, "message": _legal(case.message)})
        outcome.text = _legal(case.details)


def _legal(text: str) -> str:
    return _ILLEGAL.sub(lambda match: f"\\u{ord(match[0]):04x}", text)
