"""Reads the map of Checkov's checks: which of them evidence a control, and what a finding of theirs says."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from scanner.bundle.errors import PolicyError
from scanner.bundle.frameworks import Extension, extend
from scanner.bundle.policies import severity
from scanner.core.control import Framework, Strength
from scanner.core.location import Location
from scanner.core.policy import CHECKOV, AppliesTo, Policy, Severity
from scanner.core.suggestions import closest
from scanner.schema import load_checked
from scanner.yaml_source import Document

FILE_NAME = "checkov.yaml"


@dataclass(frozen=True)
class CheckovMap:
    """`policies` are checks; `controls` gives those that evidence a clause, by its id; `lines` where each id stands."""

    policies: tuple[Policy, ...]
    controls: Mapping[str, Mapping[str, Strength]]
    lines: Mapping[str, Location]


def parse_checkov_map(text: str, path: str, checked: bool) -> CheckovMap:
    """The map in `text`. Raises `PolicyError` with the line for an area that is not there, and for an id given twice.

    A clause is named once, in an area or for a single check; when it binds is what its framework says of it.
    """
    document = load_checked(text, path, "checkov", checked)
    areas: Mapping[str, Any] = document.value.get("areas") or {}
    policies: dict[str, Policy] = {}
    controls: dict[str, dict[str, Strength]] = {}
    lines: dict[str, Location] = {}
    for number, entry in enumerate(document.value.get("checks") or ()):
        at = document.locations.get(("checks", number), Location(path, 1))
        policy, clauses = _check(entry, areas, at)
        _add(policy, policies)
        for control, strength in clauses.items():
            controls.setdefault(str(control), {})[policy.id] = strength
            lines.setdefault(str(control), at)
    for id_, title in (document.value.get("unmapped") or {}).items():
        _add(_unmapped(str(id_), str(title), document, path), policies)
    return CheckovMap(tuple(policies.values()), controls, lines)


def evidenced(frameworks: Mapping[str, Framework], checks: CheckovMap) -> dict[str, Framework]:
    """The frameworks with the checks as evidence. Raises `PolicyError` for a clause that none of them has."""
    result = {}
    missing = dict(checks.controls)
    for name, framework in frameworks.items():
        own = {each.id: missing.pop(each.id) for each in framework.controls if each.id in missing}
        where = next((checks.lines[control] for control in own), None)
        lines = {control: checks.lines[control] for control in own}
        result[name] = extend(frameworks, Extension(name, own, lines, where)) if where else framework
    for control in missing:
        known = [each.id for framework in frameworks.values() for each in framework.controls]
        raise PolicyError(f"no framework has a control {control}{closest([control], known)}", checks.lines[control])
    return result


def _add(policy: Policy, policies: dict[str, Policy]) -> None:
    if policy.id in policies:
        where = policy.location or Location(policy.id, 1)
        raise PolicyError(f"{policy.id} stands here for the second time", where)
    policies[policy.id] = policy


def _check(entry: Mapping[str, Any], areas: Mapping[str, Any], at: Location) -> tuple[Policy, dict[str, Strength]]:
    name = str(entry["area"])
    if name not in areas:
        raise PolicyError(f"{entry['id']} is in the area {name}, which is not there", at)
    area = areas[name]
    policy = Policy(
        id=str(entry["id"]),
        title=str(entry["title"]),
        severity=severity(entry["severity"], at),
        engine=CHECKOV,
        applies_to=AppliesTo(tuple(entry["types"])),
        rule=None,
        rationale=str(area["rationale"]).strip(),
        remediation=str(entry["remediation"]).strip(),
        location=at,
        same_as=tuple(entry.get("same_as") or ()),
    )
    clauses = entry.get("clauses") or area["clauses"]
    try:
        return policy, {control: Strength(word) for control, word in clauses.items()}
    except ValueError as error:
        raise PolicyError(f"{policy.id}: {error}", at) from None


def _unmapped(id_: str, title: str, document: Document, path: str) -> Policy:
    """A check that evidences no control; Checkov says of none how bad its failure is, so it is taken to be low."""
    return Policy(
        id=id_,
        title=title,
        severity=Severity.LOW,
        engine=CHECKOV,
        applies_to=AppliesTo(("*",)),
        rule=None,
        location=document.locations.get(("unmapped", id_), Location(path, 1)),
        is_mapped=False,
    )
