"""Holds a waiver against what the bundle says about waivers."""

from collections.abc import Iterator
from datetime import date
from fnmatch import fnmatchcase

from scanner.core.counting import count
from scanner.core.governance import Governance, GovernanceRule, Place
from scanner.core.policy import Policy
from scanner.core.waiver import Waiver, WaiverSource


def forbidden(waiver: Waiver, policy: Policy, governance: Governance, today: date) -> str:
    """Which rules the waiver breaks, each with where it stands; empty when it keeps them all."""
    broken = []
    for rule in governance.rules:
        if _speaks_of(rule, policy):
            faults = list(_faults(rule, waiver, policy, today))
            if faults:
                note = f" ({rule.note})" if rule.note else ""
                broken.append(f"{' and '.join(faults)}, by {rule.location}{note}")
    return "; ".join(broken)


def _speaks_of(rule: GovernanceRule, policy: Policy) -> bool:
    if rule.severities and policy.severity not in rule.severities:
        return False
    return not rule.rules or any(_matches(name, rule.rules) for name in (policy.id, *policy.aliases))


def _faults(rule: GovernanceRule, waiver: Waiver, policy: Policy, today: date) -> Iterator[str]:
    if rule.allow is Place.NOWHERE:
        yield f"{policy.id} must not be waived"
        return
    if rule.allow is Place.FILE and waiver.source is WaiverSource.INLINE:
        yield f"{policy.id} may be waived in a file of waivers only"
    given = {"owner": waiver.owner, "approver": waiver.approver, "ticket": waiver.ticket}
    patterns = {"owner": rule.owners, "approver": rule.approvers}
    for name, value in given.items():
        allowed = patterns.get(name, ())
        if not value and (allowed or name in rule.requires):
            yield f"a waiver of {policy.id} has to name {'an' if name[0] in 'ao' else 'a'} {name}"
        elif allowed and not _matches(value, allowed):
            yield f"{value} is no {name} for {policy.id} (that is {' or '.join(allowed)})"
    if rule.max_days is not None and (waiver.until - today).days > rule.max_days:
        yield f"a waiver of {policy.id} has to end within {count(rule.max_days, 'day')}, this one ends on {waiver.ends}"


def _matches(text: str, patterns: tuple[str, ...]) -> bool:
    """`*` and `?` as in a shell; a bracket is no class but itself."""
    return any(fnmatchcase(text.casefold(), pattern.casefold().replace("[", "[[]")) for pattern in patterns)
