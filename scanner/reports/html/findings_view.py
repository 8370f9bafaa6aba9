"""Findings for the page: grouped by policy, each with its place, its lines of source and what else belongs to it."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from scanner.core.finding import Finding, Status
from scanner.core.location import Location
from scanner.core.policy import Policy
from scanner.reports.checkov_words import UNMAPPED, also, below_title
from scanner.reports.clauses import Clause, clause_number, short_name
from scanner.reports.excerpt import Sources
from scanner.reports.html.text import CodeLine, Piece, code_line, prose, shortened, web_url
from scanner.reports.safe_text import one_line
from scanner.reports.summary import weight

_CONTEXT = 2
_SHOWN_OF_A_POLICY = 12
_ALL_OPEN = 30
_MOST_RELATED = 20
_LONGEST_REFERENCE = 80
MOST_DETAILED = 5000


@dataclass(frozen=True)
class Place:
    """Where something stands, in words, and its lines where the file was read."""

    where: str
    lines: Sequence[CodeLine]


@dataclass(frozen=True)
class Related:
    """Another place of a finding."""

    place: Place
    message: str


@dataclass(frozen=True)
class Row:
    """One finding. `same_place` is set where the finding before it in its group shows the same lines."""

    id: str
    status: str
    message: str
    resource: str
    type: str
    format: str
    attribute: str
    place: Place
    same_place: bool
    cause: str
    related: Sequence[Related]
    related_left_out: int
    frameworks: str
    also: str
    is_open: bool


@dataclass(frozen=True)
class ClauseText:
    """A clause as a link: `mark` says that it is only supported, or from when it binds."""

    name: str
    title: str
    url: str
    mark: str


@dataclass(frozen=True)
class Group:
    """All findings of one policy: `rows` to be seen at once, `more` behind a click; `cut` are only counted.

    `unmapped` says of a policy that evidences no control that it does not, and is else empty.
    """

    id: str
    anchor: str
    title: str
    severity: str
    failing: int
    unknown: int
    rationale: Sequence[Sequence[Piece]]
    remediation: Sequence[Sequence[Piece]]
    clauses: Sequence[ClauseText]
    unmapped: str
    references: Sequence[tuple[str, str]]
    rows: Sequence[Row]
    more: Sequence[Row]
    cut: int


def policy_anchor(policies: Iterable[Policy]) -> Mapping[str, str]:
    """A fragment for each policy that has open findings, by its id, which may hold anything."""
    return {id_: f"policy-{number}" for number, id_ in enumerate(dict.fromkeys(each.id for each in policies), 1)}


def groups(
    findings: Sequence[Finding],
    clauses: Mapping[str, tuple[Clause, ...]],
    sources: Sources,
    anchors: Mapping[str, str],
) -> list[Group]:
    """The groups in the order in which their first finding comes; the findings are in the order of `summary`."""
    members: dict[str, list[Finding]] = {}
    for finding in findings:
        members.setdefault(finding.policy.id, []).append(finding)
    detailed = {id(finding) for finding in findings[:MOST_DETAILED]}
    all_open = len(findings) <= _ALL_OPEN
    return [
        _group(
            [each for each in mine if id(each) in detailed],
            mine,
            _Setting(clauses, sources, all_open),
            anchors[policy],
        )
        for policy, mine in sorted(members.items(), key=lambda item: (weight(item[1][0]), -len(item[1]), item[0]))
    ]


@dataclass(frozen=True)
class _Setting:
    clauses: Mapping[str, tuple[Clause, ...]]
    sources: Sources
    all_open: bool


def _group(shown: Sequence[Finding], mine: Sequence[Finding], setting: _Setting, anchor: str) -> Group:
    policy = mine[0].policy
    shown = sorted(shown, key=lambda finding: (finding.status is not Status.FAIL, finding.sort_key))
    rows: list[Row] = []
    for number, finding in enumerate(shown):
        repeats = number not in (0, _SHOWN_OF_A_POLICY) and shown[number - 1].location == finding.location
        rows.append(_row(finding, setting, repeats, is_open=setting.all_open or number == 0))
    touched = {
        (clause.control.id, clause.strength): clause
        for finding in mine
        for clause in setting.clauses.get(finding.fingerprint, ())
    }
    counts = Counter(finding.status for finding in mine)
    return Group(
        id=one_line(policy.id),
        anchor=anchor,
        title=one_line(policy.title),
        severity=policy.severity.value,
        failing=counts[Status.FAIL],
        unknown=counts[Status.UNKNOWN],
        rationale=prose(policy.rationale),
        remediation=prose(policy.remediation),
        clauses=[_clause(clause) for clause in touched.values()],
        unmapped="" if policy.is_mapped else UNMAPPED,
        references=[(_reference(url), web_url(url)) for url in policy.references],
        rows=rows[:_SHOWN_OF_A_POLICY],
        more=rows[_SHOWN_OF_A_POLICY:],
        cut=len(mine) - len(shown),
    )


def _row(finding: Finding, setting: _Setting, repeats: bool, is_open: bool) -> Row:
    resource = finding.resource
    touched = setting.clauses.get(finding.fingerprint, ())
    related = finding.related_locations
    return Row(
        id=finding.fingerprint,
        status=finding.status.value,
        message=below_title(finding),
        resource=one_line(resource.address),
        type=one_line(resource.type),
        format=resource.format,
        attribute=one_line(finding.attribute),
        place=_place(finding.location, setting.sources, 0 if repeats else _CONTEXT),
        same_place=repeats,
        cause=one_line(finding.cause),
        related=[
            Related(_place(each.location, setting.sources, 0), one_line(each.message))
            for each in related[:_MOST_RELATED]
        ],
        related_left_out=max(0, len(related) - _MOST_RELATED),
        frameworks=" ".join(dict.fromkeys(one_line(clause.framework.id) for clause in touched)),
        also=also(finding),
        is_open=is_open,
    )


def _place(location: Location, sources: Sources, context: int) -> Place:
    lines = [code_line(line) for line in sources.excerpt(location, context)]
    return Place(one_line(str(location)), lines)


def _reference(url: str) -> str:
    return shortened(one_line(url).removeprefix("https://"), _LONGEST_REFERENCE)


def _clause(clause: Clause) -> ClauseText:
    marks = ["supporting"] if clause.supporting else []
    marks += [f"from {clause.upcoming.isoformat()}"] if clause.upcoming else []
    number = clause_number(clause.framework, clause.control)
    return ClauseText(
        name=one_line(f"{short_name(clause.framework)} {number}"),
        title=one_line(clause.control.title),
        url=web_url(clause.control.url),
        mark=", ".join(marks),
    )
