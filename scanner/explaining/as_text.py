"""An explanation for people, on a terminal."""

from collections.abc import Iterable, Sequence

from scanner.authoring.descriptions import beside_others, judged_types
from scanner.core.control import Strength
from scanner.core.counting import count
from scanner.core.finding import Finding, Status
from scanner.core.location import Location
from scanner.explaining.finding import FindingExplanation, ShownStep
from scanner.explaining.subject import ControlExplanation, PolicyExplanation
from scanner.explaining.waiving import HowToWaive
from scanner.reports.checkov_words import also_judged_by, below_title
from scanner.reports.clauses import Clause, clause_number, short_name
from scanner.reports.excerpt import ExcerptLine
from scanner.reports.safe_text import one_line, visible
from scanner.reports.terminal_page import Page

_LABEL = 12
_INDENT = 2
_STYLES = {"fail": "bold red", "unknown": "bold yellow", "pass": "bold green"}
_MOST_MENDED = 12


def finding_text(found: FindingExplanation, width: int, *, color: bool) -> str:
    """The page of one finding."""
    page = Page(width, color=color)
    finding, policy = found.finding, found.finding.policy
    title = [(one_line(policy.id), "bold"), (f"  {one_line(policy.title)}", "")]
    page.paragraph(title, [(finding.status.name, _STYLES[finding.status]), ("  ", "")])
    page.blank()
    _labelled(page, "severity", policy.severity)
    _labelled(page, "resource", finding.resource.address)
    if finding.attribute:
        _labelled(page, "attribute", finding.attribute)
    _labelled(page, "message", below_title(finding))
    _labelled(page, "place", str(finding.location))
    _labelled(page, "fingerprint", finding.fingerprint)
    if finding.also:
        _labelled(page, "also", also_judged_by(finding.also).removeprefix("also "))
    if finding.baseline_state is not None:
        _labelled(page, "baseline", finding.baseline_state)
    if found.note:
        _labelled(page, "note", found.note)
    if found.excerpt:
        page.blank()
        _excerpt(page, found.excerpt)
    _way(page, found)
    _ties(page, found)
    if found.clauses:
        page.heading("Clauses")
        _clauses(page, found.clauses)
    _mending(page, found)
    _waiving(page, found.waiving)
    return page.text()


def _way(page: Page, found: FindingExplanation) -> None:
    page.heading("Where the value comes from")
    digits = len(str(len(found.steps)))
    before = None
    for number, shown in enumerate(found.steps, start=1):
        _step(page, number, digits, shown, is_same=before is not None and before == str(shown.step.location))
        before = str(shown.step.location) if shown.step.location else None
    for end in found.unknown:
        ways = "; ".join(end.settled_by)
        if ways and not (found.fix and " or ".join(end.settled_by) in found.fix.text):
            text = [(one_line(f"{end.name or 'it'} would be known by: {ways}"), "yellow")]
            page.paragraph(text, indent=_INDENT)


def _step(page: Page, number: int, digits: int, shown: ShownStep, *, is_same: bool) -> None:
    step = shown.step
    indent = _INDENT + 2 * min(step.depth, 4)
    page.paragraph([(one_line(step.message), "")], [(f"{number:>{digits}}  ", "dim")], indent)
    if step.location and not is_same:
        text = f"  {one_line(shown.text)}" if shown.text else ""
        page.paragraph([(one_line(str(step.location)), "cyan"), (text, "dim")], indent=indent + digits + 2)


def _ties(page: Page, found: FindingExplanation) -> None:
    if not (found.related or found.ties):
        return
    page.heading("What else it is about")
    for location, message, text in found.related:
        page.paragraph([(one_line(str(location)), "cyan"), (f"  {one_line(message)}", "")], indent=_INDENT)
        if text:
            page.paragraph([(one_line(text), "dim")], indent=_INDENT + 2)
    for tie in found.ties:
        said = f"{one_line(tie.source)} {one_line(tie.link.kind)} {one_line(tie.target)}"
        evidence = f", because of {tie.link.evidence}"
        if tie.link.target_evidence:
            evidence += f" and {tie.link.target_evidence}"
        page.paragraph([(said, ""), (one_line(evidence), "dim")], indent=_INDENT)


def _mending(page: Page, found: FindingExplanation) -> None:
    if found.fix is None:
        return
    page.heading("Smallest fix")
    page.paragraph([(one_line(found.fix.text), "bold")], indent=_INDENT)
    if found.fix.advice and found.fix.advice not in found.fix.text:
        page.paragraph([(one_line(found.fix.advice), "")], indent=_INDENT)
    if found.mended:
        number = len(found.mended)
        said = f"The same line decides {count(number, 'other finding')} of {one_line(found.finding.policy.id)}:"
        page.paragraph([(said, "")], indent=_INDENT)
        for each in found.mended[:_MOST_MENDED]:
            page.paragraph([(f"{each.fingerprint[:12]}  {one_line(each.resource.address)}", "")], indent=_INDENT + 2)
        if number > _MOST_MENDED:
            page.paragraph([(f"and {number - _MOST_MENDED} more", "")], indent=_INDENT + 2)


def _waiving(page: Page, how: HowToWaive) -> None:
    page.heading("Waiver")
    if how.covered_by is not None:
        waiver = how.covered_by
        said = f"covered until {waiver.until} by {waiver.location}: {one_line(waiver.reason)}"
        page.paragraph([(one_line(said), "")], indent=_INDENT)
        return
    if how.why_not:
        page.paragraph([(f"none can cover it: {how.why_not}", "")], indent=_INDENT)
        return
    comment_fault, entry_fault = how.asked
    page.paragraph([("If it is acceptable:", "")], indent=_INDENT)
    if how.comment and how.location:
        page.paragraph([("a comment above ", ""), (one_line(str(how.location)), "cyan")], indent=_INDENT)
        _written(page, how.comment, comment_fault)
    page.paragraph([("an entry of .releasegate/waivers.yaml", "")], indent=_INDENT)
    _written(page, how.entry, entry_fault)


def _written(page: Page, text: str, fault: str) -> None:
    if fault:
        page.paragraph([(f"not as it stands here: {one_line(fault)}", "yellow")], indent=_INDENT + 2)
    for line in text.splitlines():
        page.line((" " * (_INDENT + 2), ""), (visible(line), "dim"))


def _clauses(page: Page, clauses: Sequence[Clause]) -> None:
    labels = [f"{short_name(each.framework)} {clause_number(each.framework, each.control)}" for each in clauses]
    width = max(map(len, labels))
    for label, clause in zip(labels, clauses, strict=True):
        later = f", binds from {clause.upcoming.isoformat()}" if clause.upcoming else ""
        said = f"{clause.control.title} ({clause.strength}{later})"
        page.paragraph([(one_line(said), "")], [(one_line(label).ljust(width), "bold"), ("  ", "")], _INDENT)


def _excerpt(page: Page, lines: Sequence[ExcerptLine]) -> None:
    digits = max(len(str(line.number)) for line in lines)
    for line in lines:
        mark, style = ("> ", "default") if line.deciding else ("  ", "dim")
        room = max(20, page.width - _INDENT - digits - 5)
        text = visible(line.text.replace("\t", "    "))
        text = text if len(text) <= room else text[: room - 1] + "…"
        page.line(
            (" " * _INDENT, ""), (mark, "bold red"), (f"{line.number:>{digits}} │ ", "dim"), (text.rstrip(), style)
        )


def _labelled(page: Page, label: str, text: str) -> None:
    page.paragraph([(one_line(text), "")], [(label.ljust(_LABEL), "dim"), (" ", "")], _INDENT)


def policy_text(found: PolicyExplanation, width: int, *, color: bool) -> str:
    """The page of one policy."""
    page = Page(width, color=color)
    policy = found.policy
    page.paragraph([(one_line(policy.id), "bold"), (f"  {one_line(policy.title)}", "")])
    page.blank()
    _labelled(page, "severity", policy.severity)
    _labelled(page, "language", found.language)
    for label, said in beside_others(policy).items():
        _labelled(page, label, said)
    _labelled(page, "checks", judged_types(policy))
    if policy.applies_to.format:
        _labelled(page, "written in", policy.applies_to.format)
    for dimension, values in policy.when.items():
        _labelled(page, "only when", f"the release declares {dimension}: {' or '.join(values)}")
    if policy.aliases:
        _labelled(page, "aliases", ", ".join(policy.aliases))
    if policy.deprecated:
        _labelled(page, "deprecated", policy.deprecated)
    for name, value in policy.parameters.items():
        _labelled(page, "parameter", f"{name} = {value} (its default unless releasegate.yaml says otherwise)")
    _labelled(page, "defined in", str(policy.location or ""))
    _text(page, "Why", policy.rationale)
    _text(page, "How to mend a failure", policy.remediation)
    page.heading("Clauses")
    for clause in found.clauses:
        later = f", binds {clause.binds}" if clause.binds else ""
        said = f"{clause.control.title} ({clause.strength}{later})"
        page.paragraph([(one_line(said), "")], [(one_line(clause.control.id).ljust(24), "bold"), (" ", "")], _INDENT)
    if not found.clauses:
        page.paragraph([("none of any framework", "")], indent=_INDENT)
    _list(page, "References", policy.references)
    for example in found.examples:
        page.heading(f"Example: {example.status}")
        page.paragraph([(one_line(example.name), "cyan")], indent=_INDENT)
        _list(page, "", example.expected)
        if example.excerpt:
            for number, line in enumerate(example.excerpt.text.splitlines(), example.excerpt.first):
                text = visible(line.replace("\t", "    ")).rstrip()
                page.line((" " * _INDENT, ""), (f"{number:>4} │{' ' if text else ''}", "dim"), (text, ""))
    return page.text()


def control_text(found: ControlExplanation, width: int, *, color: bool) -> str:
    """The page of one control."""
    page = Page(width, color=color)
    control = found.control
    page.paragraph([(one_line(control.id), "bold"), (f"  {one_line(control.title)}", "")])
    page.blank()
    _labelled(page, "framework", f"{found.framework.title}, {found.framework.version}")
    if control.citation:
        _labelled(page, "citation", control.citation)
    if control.url:
        _labelled(page, "link", control.url)
    if control.kind:
        _labelled(page, "kind", control.kind)
    _labelled(page, "evidence", control.evidence)
    for annex, day in control.applies_from.items():
        _labelled(page, "binds", f"from {day.isoformat()}{'' if annex == 'any' else f' ({annex})'}")
    for dimension, values in {**found.framework.when, **control.when}.items():
        _labelled(page, "only when", f"the release declares {dimension}: {' or '.join(values)}")
    _text(page, "In our words", control.paraphrase)
    page.heading("Policies that evidence it")
    for policy, strength in found.policies:
        mark = "" if strength is Strength.DIRECT else "  (supporting: the clause is broader than the check)"
        page.paragraph(
            [(one_line(policy.title + mark), "")], [(one_line(policy.id).ljust(10), "bold"), (" ", "")], _INDENT
        )
    if not found.policies:
        page.paragraph([("none", "")], indent=_INDENT)
    _text(page, "What it needs beside", found.beside)
    _text(page, "Note", control.note)
    return page.text()


def ambiguous_text(prefix: str, findings: Iterable[Finding]) -> str:
    """The findings that a prefix may mean, a line each."""
    lines = [f"{one_line(prefix)} is the beginning of several fingerprints:"]
    for each in findings:
        status = "" if each.status is Status.FAIL else f" ({each.status})"
        lines.append(
            one_line(
                f"{each.fingerprint[:16]}  {each.policy.id}{status}  {each.resource.address}  {_place(each.location)}"
            )
        )
    return "\n".join(lines)


def _place(location: Location) -> str:
    return str(location)


def _text(page: Page, title: str, text: str) -> None:
    if not text:
        return
    page.heading(title)
    for paragraph in text.splitlines():
        if paragraph.strip():
            page.paragraph([(one_line(paragraph), "")], indent=_INDENT)


def _list(page: Page, title: str, items: Sequence[str]) -> None:
    if items and title:
        page.heading(title)
    for item in items:
        page.paragraph([(one_line(item), "")], indent=_INDENT)
