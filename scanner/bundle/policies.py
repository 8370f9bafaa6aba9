"""Reads a YAML policy into a `Policy`, and puts the user's parameter values in place."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from scanner.bundle.errors import PolicyError
from scanner.core.location import Location
from scanner.core.policy import NEEDS, AppliesTo, Policy, Severity
from scanner.core.scope import DIMENSIONS
from scanner.core.suggestions import closest
from scanner.schema import load_checked
from scanner.yaml_source import Document

_REQUIRED = ("id", "title", "severity", "applies_to", "rule")


def parse_yaml_policy(text: str, path: str, checked: bool) -> Policy:
    """The policy in `text`. Raises `PolicyError` with the line for anything that keeps it from being evaluated."""
    document = load_checked(text, path, "policy", checked)
    value: dict[str, Any] = document.value
    missing = [key for key in _REQUIRED if not value.get(key)]
    if missing:
        raise PolicyError(f"a policy needs {', '.join(missing)}", Location(path, 1))
    declared = value.get("parameters") or {}
    return Policy(
        id=str(value["id"]),
        title=str(value["title"]),
        severity=severity(value["severity"], _line(document, path, "severity")),
        engine="conditions",
        applies_to=applies_to(value["applies_to"], _line(document, path, "applies_to")),
        rule=value["rule"],
        message=str(value.get("message", "")),
        when=when(value.get("when"), _line(document, path, "when")),
        rationale=str(value.get("rationale", "")).strip(),
        remediation=str(value.get("remediation", "")).strip(),
        references=tuple(value.get("references") or ()),
        parameters={name: (spec or {}).get("default") for name, spec in declared.items()},
        needs=needs(value.get("needs"), _line(document, path, "needs")),
        location=_line(document, path, "id"),
        aliases=tuple(value.get("aliases") or ()),
        deprecated=value.get("deprecated"),
    )


def _line(document: Document, path: str, key: str) -> Location:
    return document.locations.get((key,), Location(path, 1))


def severity(value: object, at: Location) -> Severity:
    """The severity of that name. Raises `PolicyError` for another word."""
    try:
        return Severity(str(value))
    except ValueError:
        known = [str(member) for member in Severity]
        message = f"unknown severity {value!r}: expected {', '.join(known)}{closest([value], known)}"
        raise PolicyError(message, at) from None


def applies_to(value: object, at: Location) -> AppliesTo:
    """What a policy's `applies_to` says. Raises `PolicyError` when no resource type is named."""
    if not isinstance(value, Mapping) or not value.get("types"):
        raise PolicyError("applies_to needs a list of resource types", at)
    types = value["types"]
    return AppliesTo(tuple([types] if isinstance(types, str) else types), value.get("format"), value.get("where"))


def when(value: object, at: Location) -> dict[str, tuple[str, ...]]:
    """The dimensions of `when`. Raises `PolicyError` for one that a release cannot declare."""
    if value is None:
        return {}
    if not isinstance(value, Mapping):
        raise PolicyError("when is a mapping of what the release declares, such as {data: [phi]}", at)
    for dimension in value:
        if dimension not in DIMENSIONS:
            message = f"unknown dimension {dimension!r} in when: expected {', '.join(DIMENSIONS)}"
            raise PolicyError(message + closest([dimension], DIMENSIONS), at)
    return {name: tuple([wanted] if isinstance(wanted, str) else wanted) for name, wanted in value.items()}


def needs(value: object, at: Location) -> tuple[str, ...]:
    """What the policy needs beside the text of manifests. Raises `PolicyError` for what there is not."""
    wanted = value if isinstance(value, list) else [] if value is None else [value]
    for each in wanted:
        if each not in NEEDS:
            message = f"unknown need {each!r}: expected {', '.join(NEEDS)}{closest([str(each)], NEEDS)}"
            raise PolicyError(message, at)
    return tuple(wanted)


def with_parameters(policies: Mapping[str, Policy], overrides: Mapping[str, Mapping[str, Any]]) -> Iterable[Policy]:
    """The policies with the user's values for their parameters.

    Raises `KeyError` with a one-line message for a policy or a parameter that does not exist.
    """
    for policy_id, values in overrides.items():
        if policy_id not in policies:
            raise KeyError(f"parameters: unknown policy {policy_id}{closest([policy_id], policies)}")
        declared = policies[policy_id].parameters
        for name in values:
            if name not in declared:
                known = ", ".join(declared) or "none"
                raise KeyError(f"parameters: {policy_id} has no parameter {name!r}; it has {known}")
    return [
        replace(policy, parameters={**policy.parameters, **overrides[policy.id]}) if policy.id in overrides else policy
        for policy in policies.values()
    ]
