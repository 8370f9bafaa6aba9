"""Reads a framework file: the controls of one law or standard and the only home of their mapping to policies."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from scanner.bundle.errors import PolicyError
from scanner.bundle.policies import when
from scanner.core.control import Control, Evidence, Framework, Strength
from scanner.core.location import Location
from scanner.core.suggestions import closest
from scanner.schema import load_checked
from scanner.yaml_source import Document


@dataclass(frozen=True)
class Extension:
    """More policies for the controls of a framework that another file defines, each with the line that says so."""

    framework: str
    policies: Mapping[str, Mapping[str, Strength]]
    lines: Mapping[str, Location]
    location: Location


def parse_framework(text: str, path: str, checked: bool) -> Framework | Extension:
    """The framework, or the extension of one, in `text`. Raises `SourceError` with the line of what is wrong."""
    document = load_checked(text, path, "framework", checked)
    value: dict[str, Any] = document.value
    if "extends" in value:
        return _extension(document, path)
    top = Location(path, 1)
    if not value.get("id"):
        raise PolicyError("a framework needs an id, or `extends` with the id of another", top)
    return Framework(
        id=str(value["id"]),
        prefix=str(value.get("prefix", value["id"])),
        title=str(value.get("title", value["id"])),
        version=str(value.get("version", "")),
        url=str(value.get("url", "")),
        controls=tuple(_control(str(value["id"]), entry, at) for entry, at in _entries(document, top)),
        when=when(value.get("when"), document.locations.get(("when",), top)),
        note=str(value.get("note", "")).strip(),
    )


def _entries(document: Document, top: Location) -> list[tuple[Mapping[str, Any], Location]]:
    entries = document.value.get("controls") or ()
    return [(entry, document.locations.get(("controls", index), top)) for index, entry in enumerate(entries)]


def _control(framework: str, entry: Mapping[str, Any], at: Location) -> Control:
    try:
        return Control(
            framework=framework,
            id=str(entry["id"]),
            title=str(entry.get("title", "")),
            paraphrase=str(entry.get("paraphrase", "")).strip(),
            url=str(entry.get("url", "")),
            citation=str(entry.get("citation", "")),
            evidence=Evidence(entry.get("evidence", Evidence.PARTIAL)),
            policies=_strengths(entry),
            when=when(entry.get("when"), at),
            applies_from={annex: _day(day) for annex, day in (entry.get("applies_from") or {}).items()},
            kind=str(entry.get("kind", "")),
            note=str(entry.get("note", "")).strip(),
        )
    except (KeyError, ValueError, AttributeError, TypeError) as error:
        raise PolicyError(f"this control cannot be read: {error}", at) from None


def _strengths(entry: Mapping[str, Any]) -> dict[str, Strength]:
    return {id_: Strength(word) for id_, word in (entry.get("policies") or {}).items()}


def _day(value: object) -> date:
    return value if isinstance(value, date) else date.fromisoformat(str(value))


def _extension(document: Document, path: str) -> Extension:
    top = Location(path, 1)
    policies, lines = {}, {}
    for entry, at in _entries(document, top):
        try:
            policies[str(entry["id"])] = _strengths(entry)
        except (KeyError, ValueError, AttributeError, TypeError) as error:
            raise PolicyError(f"this mapping cannot be read: {error}", at) from None
        lines[str(entry["id"])] = at
    return Extension(str(document.value["extends"]), policies, lines, top)


def extend(frameworks: Mapping[str, Framework], extension: Extension) -> Framework:
    """The named framework with the extension's policies, which take away nothing of what it says.

    Raises `PolicyError` for an unknown framework or control, and for a policy that would count for less.
    """
    known = frameworks.get(extension.framework)
    if known is None:
        hint = closest([extension.framework], frameworks)
        raise PolicyError(f"extends the unknown framework {extension.framework!r}{hint}", extension.location)
    ids = [control.id for control in known.controls]
    for id_, line in extension.lines.items():
        if id_ not in ids:
            raise PolicyError(f"{known.title} has no control {id_}{closest([id_], ids)}", line)
        direct = {
            policy
            for policy, strength in known.controls[ids.index(id_)].policies.items()
            if strength is Strength.DIRECT
        }
        given = extension.policies[id_]
        weaker = sorted(policy for policy in direct if given.get(policy, Strength.DIRECT) is not Strength.DIRECT)
        if weaker:
            raise PolicyError(f"{id_}: {', '.join(weaker)} is direct evidence already, and stays that", line)
    controls = tuple(
        replace(control, policies={**control.policies, **extension.policies.get(control.id, {})})
        for control in known.controls
    )
    return replace(known, controls=controls)
