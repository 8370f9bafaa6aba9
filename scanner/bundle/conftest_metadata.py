"""OPA's annotations above a single rule, as far as policies of other programs have them."""

import re
from dataclasses import dataclass
from typing import Any

from scanner.bundle.errors import PolicyError
from scanner.bundle.policies import severity
from scanner.core.location import Location
from scanner.core.policy import Severity
from scanner.yaml_source import SourceError, load_documents

_ID = re.compile(r"[\w.-]{1,128}")


@dataclass(frozen=True)
class RuleMetadata:
    """What is said of a rule; everything may be empty."""

    title: str = ""
    description: str = ""
    remediation: str = ""
    references: tuple[str, ...] = ()
    id: str = ""
    severity: Severity | None = None


def rule_metadata(text: str, path: str, line: int) -> RuleMetadata:
    """The annotations above the rule that begins on `line`. Raises `PolicyError` for those that cannot be read."""
    lines = text.split("\n")
    start = line - 1
    while start > 0 and lines[start - 1].lstrip().startswith("#"):
        start -= 1
    first = next(
        (number for number in range(line - 2, start - 1, -1) if lines[number].strip()[1:].strip() == "METADATA"), None
    )
    if first is None:
        return RuleMetadata()
    yaml = "\n".join(each.replace("#", " ", 1).rstrip() for each in lines[first + 1 : line - 1])
    where = Location(path, first + 1)
    try:
        documents = load_documents(yaml, path, first + 2)
    except SourceError as error:
        raise PolicyError(error.message, error.location) from None
    value = documents[0].value if len(documents) == 1 else None
    if not isinstance(value, dict):
        raise PolicyError("`# METADATA` is followed by one YAML mapping in comments", where)
    if value.get("scope", "rule") not in ("rule", "document"):
        return RuleMetadata()
    custom = value["custom"] if isinstance(value.get("custom"), dict) else {}
    id_ = _text(custom.get("id"))
    if id_ and not _ID.fullmatch(id_):
        raise PolicyError(f"{id_!r} is no policy id: letters, digits, dots, hyphens and underscores make one", where)
    return RuleMetadata(
        title=_text(value.get("title")),
        description=_text(value.get("description")),
        remediation=_text(custom.get("remediation")),
        references=tuple(filter(None, map(_reference, value.get("related_resources") or ()))),
        id=id_,
        severity=severity(str(custom["severity"]).lower(), where) if custom.get("severity") else None,
    )


def _text(value: Any) -> str:
    return " ".join(str(value).split()) if isinstance(value, str | int | float) else ""


def _reference(value: Any) -> str:
    return _text(value.get("ref")) if isinstance(value, dict) else _text(value)
