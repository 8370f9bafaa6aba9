"""Reads what a folder or bundle of policies says about waivers: `governance.yaml` at its top."""

from collections.abc import Iterator
from pathlib import PurePosixPath
from typing import Any

from scanner.bundle.errors import BundleError
from scanner.core.governance import GovernanceRule, Place
from scanner.core.location import Location
from scanner.core.policy import Severity
from scanner.schema import load_checked
from scanner.yaml_source import SourceError

_NAMES = ("governance.yaml", "governance.yml")


def is_governance(path: PurePosixPath) -> bool:
    """Whether the file, by its path in the bundle, is the one about waivers."""
    return path.as_posix() in _NAMES


def parse_governance(text: str, path: str) -> list[GovernanceRule]:
    """The rules in `text`.

    Raises `BundleError` for a file that cannot be read: left aside, it would let through what it forbids.
    """
    try:
        document = load_checked(text, path, "governance")
    except SourceError as error:
        raise BundleError(error.message, error.location) from None
    if document.duplicate_keys:
        name, where = document.duplicate_keys[0]
        raise BundleError(f"{name} is given twice", where)
    return list(_rules(document.value["waivers"], document.locations, path))


def _rules(entries: list[dict[str, Any]], locations: Any, path: str) -> Iterator[GovernanceRule]:
    for number, entry in enumerate(entries):
        yield GovernanceRule(
            location=locations.get(("waivers", number), Location(path, 1)),
            rules=tuple(entry.get("rules", ())),
            severities=tuple(Severity(word) for word in entry.get("severities", ())),
            allow=Place(entry.get("allow", Place.ANYWHERE)),
            owners=tuple(entry.get("owners", ())),
            approvers=tuple(entry.get("approvers", ())),
            requires=tuple(entry.get("require", ())),
            max_days=entry.get("max_days"),
            note=entry.get("note", ""),
        )
