"""A new policy with its examples, ready to be run: the text of every file."""

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from scanner.authoring.rendering import rendered
from scanner.authoring.starters import Starter
from scanner.config import UsageError
from scanner.core.policy import Severity
from scanner.core.suggestions import closest

_ID = re.compile(r"(?P<area>[A-Z][A-Z0-9]*(?:-[A-Z0-9]+)*)-(?P<number>[0-9]{3,})")
_NOUNS = {"dockerfile_stage": "Dockerfile stage"}


@dataclass(frozen=True)
class NewPolicy:
    """What the author of a new policy has said about it."""

    id: str
    title: str
    severity: Severity
    starter: Starter
    is_yaml: bool = False


def checked_id(id_: str, known: Iterable[str]) -> str:
    """The id, in capitals. Raises `UsageError`, with one that is free, for what is no id or is used already."""
    wanted = id_.upper()
    used = set(known)
    found = _ID.fullmatch(wanted)
    if found is None:
        area = re.sub(r"[^A-Z0-9]+", "-", wanted.rpartition("-")[0] or wanted).strip("-") or "ORG"
        area = area if area[0].isalpha() else f"ORG-{area}"
        message = f"{id_!r} is no policy id: an area and a number of three digits, such as {_free(area, used)}"
        raise UsageError(message)
    if wanted in used:
        raise UsageError(f"{wanted} is taken; the next one that is free is {_free(found['area'], used)}")
    return wanted


def _free(area: str, used: Iterable[str]) -> str:
    """The id after the highest of the area; nobody uses one again that was taken out."""
    numbers = [int(found["number"]) for each in used if (found := _ID.fullmatch(each)) and found["area"] == area]
    return f"{area}-{max(numbers, default=0) + 1:03}"


def title_for(starter: Starter) -> str:
    """A title where the author has given none."""
    noun = _NOUNS.get(starter.type, starter.type)
    return f"No {noun} {starter.wrong}" if starter.is_flag else f"Every {noun} {starter.holds}"


def files_for(policy: NewPolicy) -> dict[str, str]:
    """The text of every file, by its path in the policy folder."""
    starter = policy.starter
    examples = {
        name: example
        for name, example in starter.examples.items()
        # Conditions take a placeholder for the value that it stands in place of.
        if not (policy.is_yaml and starter.has_placeholders and name == "unknown")
    }
    kind = "yaml" if policy.is_yaml else "rego"
    name = f"{policy.id}.{kind}"
    found = {name: rendered(f"policy.{kind}.jinja", _words(policy))}
    expected = []
    for status, example in examples.items():
        entry: dict[str, object] = {"address": starter.address}
        if status != "pass":
            entry |= {"file": starter.file, "line": example.line}
        if example.cause:
            entry["cause"] = example.cause
        shown = ", ".join(f"{key}: {json.dumps(value)}" for key, value in entry.items())
        expected.append(f"{status}:\n  - {{{shown}}}\n")
        found[f"fixtures/{policy.id}/{status}/{starter.file}"] = example.text
    found[f"fixtures/{policy.id}/expected.yaml"] = "".join(expected)
    return found


def _words(policy: NewPolicy) -> Mapping[str, object]:
    starter = policy.starter
    return {
        "id": policy.id,
        "package": policy.id.lower().replace("-", "_"),
        "title": json.dumps(policy.title, ensure_ascii=False),
        "severity": policy.severity,
        "starter": starter,
        "steps": starter.attribute.split("."),
        "resources": _reference(starter.type),
    }


def _reference(type_: str) -> str:
    return f"input.resources.{type_}" if re.fullmatch(r"[A-Za-z_]\w*", type_) else f'input.resources["{type_}"]'


def hint_for(type_: str, known: Iterable[str]) -> str:
    """What to say of a type that no parser gives."""
    return f"no resource is of the type {type_!r}{closest([type_], known)}"
