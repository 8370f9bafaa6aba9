"""What reports say of a finding in the same plain words: the clauses that it touches, the lines it stands in."""

from collections.abc import Sequence
from itertools import groupby

from scanner.core.location import Location
from scanner.reports.clauses import Clause, clause_number, short_name
from scanner.reports.excerpt import Sources
from scanner.reports.safe_text import one_line, visible

LEGEND = "~: the clause is broader than the check, which only supports it; from: it does not bind before that day"
_CONTEXT_LINES = 1
_LONGEST_LINE = 300


def clause_words(clauses: Sequence[Clause]) -> str:
    """`GDPR 32(1)(a), ~5(1)(f) · EU AI Act 15(5) from 2027-12-02`, with the marks that `LEGEND` explains."""
    groups = groupby(clauses, key=lambda clause: clause.framework.id)
    return " · ".join(_group(list(members)) for _, members in groups)


def excerpt_lines(location: Location, sources: Sources) -> list[str]:
    """The deciding line and its neighbours as `> 12 | text`, with secrets masked; none where no line was read."""
    lines = sources.excerpt(location, _CONTEXT_LINES)
    digits = max((len(str(line.number)) for line in lines), default=0)
    drawn = []
    for line in lines:
        text = visible(line.text.replace("\t", "    "))
        text = text if len(text) <= _LONGEST_LINE else text[: _LONGEST_LINE - 1] + "…"
        drawn.append(f"{'>' if line.deciding else ' '} {line.number:>{digits}} | {text}".rstrip())
    return drawn


def _group(members: Sequence[Clause]) -> str:
    return f"{one_line(short_name(members[0].framework))} {', '.join(_clause(clause) for clause in members)}"


def _clause(clause: Clause) -> str:
    number = one_line(clause_number(clause.framework, clause.control))
    later = f" from {clause.upcoming.isoformat()}" if clause.upcoming else ""
    return f"{'~' if clause.supporting else ''}{number}{later}"
