"""Makes a file of waivers, for somebody to review, of what silences other scanners in a release."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from scanner.authoring.foreign_waivers.counterparts import Counterparts
from scanner.authoring.foreign_waivers.places import Place, Places
from scanner.authoring.foreign_waivers.suppressions import EVERYTHING, Suppression, suppressions
from scanner.core.policy import Policy
from scanner.core.resource import Release
from scanner.core.secrets import redact
from scanner.reports.safe_text import one_line

_HEAD = """\
# Made from the comments and annotations that silence other scanners. Review every entry before you commit it.
# What stands empty is for you to fill in: until that is done an entry waives nothing and is reported.
"""


@dataclass(frozen=True)
class Imported:
    """The text of the file, how many entries it has, and how many suppressions have no counterpart."""

    text: str
    entries: int
    without: int


@dataclass
class _Entry:
    rules: set[str] = field(default_factory=set)
    sources: list[Suppression] = field(default_factory=list)


def import_waivers(release: Release, policies: Sequence[Policy], until: str = "") -> Imported:
    """Everything that silences another scanner in the release: as entries of a file of waivers where there is a policy
    that judges the same, and in a comment where there is none. `until` (a date) is the end of those that have none.
    """
    counterparts, places = Counterparts(policies), Places(release)
    by_id = {policy.id: policy for policy in policies}
    by_place: dict[tuple[Place, tuple[Suppression, ...]], _Entry] = {}
    found: dict[tuple[str, Place], list[Suppression]] = {}
    without = []
    for each in suppressions(release):
        known = [by_id[id_] for id_ in counterparts.of(each) if id_ in by_id]
        if not known:
            without.append(each)
        for policy in known:
            for place in places.of(each, policy):
                found.setdefault((policy.id, place), []).append(each)
    for (rule, place), sources in found.items():  # what was silenced together is accepted together
        entry = by_place.setdefault((place, tuple(sources)), _Entry(sources=sources))
        entry.rules.add(rule)
    lines = [_HEAD, "waivers:" if by_place else "waivers: []", ""]
    for (place, _), entry in by_place.items():
        lines += _entry(place, entry, until, release.secrets)
    if without:
        lines.append("# Without an entry, because no policy here judges the same or no check is named:")
        lines += [f"#   {_where(each, release.secrets)}" for each in without]
    return Imported("\n".join(lines).rstrip("\n") + "\n", len(by_place), len(without))


def _entry(place: Place, entry: _Entry, until: str, secrets: frozenset[str]) -> list[str]:
    address, path = place
    reasons = dict.fromkeys(redact(each.reason, secrets) for each in entry.sources if each.reason)
    ends = [each.until for each in entry.sources if each.until]
    fields: Mapping[str, str] = {
        **({"address": address} if address else {}),
        **({"path": path} if path else {}),
        "reason": "; ".join(reasons),
        "until": min(ends) if ends else until,
    }
    return [
        *(f"  # {_where(each, secrets)}" for each in entry.sources),
        f"  - rules: [{', '.join(sorted(entry.rules))}]",
        *(f"    {name}: {_quoted(value)}{'' if value else _MISSING[name]}" for name, value in fields.items()),
        "",
    ]


_MISSING = {"reason": "  # none was given", "until": "  # no end was given (YYYY-MM-DD)"}


def _where(each: Suppression, secrets: frozenset[str]) -> str:
    what = "every check" if each.check == EVERYTHING else each.check
    return one_line(redact(f"{each.location}: {each.scanner} {what} ({each.text})", secrets))


def _quoted(text: str) -> str:
    """A JSON string is one of YAML, once what cannot be printed is out of it."""
    return json.dumps(one_line(text), ensure_ascii=False)
