"""A scan result as the plain data that the template of the page sets."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from scanner.core.result import Decision, RootSummary, ScanResult
from scanner.reports.checkov_words import judged_by
from scanner.reports.clauses import clauses_by_finding, short_name
from scanner.reports.excerpt import Sources
from scanner.reports.html.controls_view import FrameworkView, frameworks
from scanner.reports.html.findings_view import MOST_DETAILED, Group, groups, policy_anchor
from scanner.reports.html.graph_view import Picture, picture
from scanner.reports.html.rest_view import (
    KnownRow,
    NotEvaluated,
    WaiverRow,
    fixed,
    known,
    not_evaluated,
    waivers,
)
from scanner.reports.safe_text import one_line
from scanner.reports.summary import Sorted, failures_by_severity, sort_findings, unknowns

_MOST_NAMED = 3
_MARKS = {Decision.PASSED: "✓", Decision.BLOCKED: "✕", Decision.INCOMPLETE: "!"}
_SAID = {
    Decision.PASSED: "The gate lets this release through.",
    Decision.BLOCKED: "The gate stops this release.",
    Decision.INCOMPLETE: "Not everything was evaluated, so the gate does not let this release through.",
}


@dataclass(frozen=True)
class Count:
    """One number with its name; `kind` is for the style."""

    name: str
    kind: str
    number: int


@dataclass(frozen=True)
class Against:
    """What the findings were compared with."""

    source: str
    new: int
    known: int
    fixed: int


@dataclass(frozen=True)
class Page:
    """Everything on the page, in its order."""

    title: str
    decision: str
    mark: str
    said: str
    reasons: Sequence[str]
    is_complete: bool
    profile: str
    as_of: str
    version: str
    digest: str
    judged_by: str
    roots: Sequence[tuple[str, str]]
    declared: Sequence[tuple[str, str]]
    resources: int
    links: int
    files: int
    counts: Sequence[Count]
    open: int
    against: Against | None
    picture: Picture
    frameworks: Sequence[FrameworkView]
    groups: Sequence[Group]
    cut: int
    formats: Sequence[str]
    filter_frameworks: Sequence[tuple[str, str]]
    known: Sequence[KnownRow]
    known_number: int
    fixed: Sequence[KnownRow]
    waivers: Sequence[WaiverRow]
    waived_number: int
    passed: Sequence[tuple[str, str, str, int]]
    passed_number: int
    rest: NotEvaluated


def page(result: ScanResult) -> Page:
    """The page of the result, which alone says what is on it."""
    heaps = sort_findings(result)
    clauses = clauses_by_finding(result)
    anchors = policy_anchor(finding.policy for finding in heaps.open)
    policies = groups(heaps.open, clauses, Sources(result.release), anchors)
    touched = {clause.framework.id: clause.framework for found in clauses.values() for clause in found}
    counts = failures_by_severity(heaps.open)
    verdict = result.verdict
    return Page(
        title=_title(result),
        decision=verdict.decision.value,
        mark=_MARKS[verdict.decision],
        said=_SAID[verdict.decision],
        reasons=[one_line(reason) for reason in verdict.reasons],
        is_complete=verdict.is_complete,
        profile=one_line(verdict.profile),
        as_of=result.as_of,
        version=one_line(result.tool_version),
        digest=one_line(result.bundle_digest),
        judged_by=judged_by(result),
        roots=[(one_line(root.path), _files(root)) for root in result.roots],
        declared=[
            (one_line(name.replace("_", " ")), one_line(", ".join(sorted(values))))
            for name, values in sorted(result.scope.declared.items())
        ],
        resources=len(result.release.resources),
        links=len(result.release.links),
        files=len(result.release.source_files),
        counts=[
            *(Count(severity.value, severity.value, number) for severity, number in counts.items()),
            Count("unknown", "unknown", unknowns(heaps.open)),
        ],
        open=len(heaps.open),
        against=_against(result, heaps),
        picture=picture(result.release, heaps.open, MOST_DETAILED),
        frameworks=frameworks(result, anchors),
        groups=policies,
        cut=sum(group.cut for group in policies),
        formats=sorted({finding.resource.format for finding in heaps.open}),
        filter_frameworks=[(one_line(id_), one_line(short_name(each))) for id_, each in sorted(touched.items())],
        known=known(heaps),
        known_number=len(heaps.known),
        fixed=fixed(result),
        waivers=waivers(result, heaps),
        waived_number=len(heaps.waived),
        passed=_passed(heaps),
        passed_number=len(heaps.passed),
        rest=not_evaluated(result, heaps),
    )


def _passed(heaps: Sorted) -> list[tuple[str, str, str, int]]:
    """Id and title of each policy that has passed, who else has judged any of it, and how often it passed."""
    counts = Counter((finding.policy.id, finding.policy.title) for finding in heaps.passed)
    others: dict[str, set[str]] = {}
    for finding in heaps.passed:
        others.setdefault(finding.policy.id, set()).update(finding.also)
    return [
        (one_line(id_), one_line(title), one_line(", ".join(sorted(others[id_]))), number)
        for (id_, title), number in sorted(counts.items())
    ]


def _against(result: ScanResult, heaps: Sorted) -> Against | None:
    compared = result.comparison
    if compared is None and not heaps.known:
        return None
    source = one_line(compared.source) if compared else "what was there before"
    return Against(source, len(heaps.open), len(heaps.known), len(compared.fixed) if compared else 0)


def _title(result: ScanResult) -> str:
    """The models that the release is about, or else the paths that were read."""
    addresses = [resource.address for resource in result.release.resources if resource.type == "model"]
    models = sorted({address.removeprefix("model.").partition("[")[0] for address in addresses})
    names = models or [root.path for root in result.roots if root.path != "."]
    more = f" and {len(names) - _MOST_NAMED} more" if len(names) > _MOST_NAMED else ""
    return one_line(", ".join(names[:_MOST_NAMED])) + more


def _files(root: RootSummary) -> str:
    counts = [f"{number} {one_line(name)}" for name, number in sorted(root.files_by_format.items())]
    told = [", ".join(counts) or "no file of a known format"]
    told += [f"{root.files_not_claimed} that no parser claims"] if root.files_not_claimed else []
    told += [f"{root.files_ignored} ignored"] if root.files_ignored else []
    return "; ".join(told)
