"""Which of our policies judges what a check of another scanner judges."""

import re
from collections.abc import Iterable, Mapping
from typing import Any

from scanner.authoring.foreign_waivers.suppressions import Suppression
from scanner.bundled import bundled_path
from scanner.core.policy import CHECKOV, Policy
from scanner.schema import load_checked

_FILE = "foreign_ids.yaml"
_NUMBERED = re.compile(r"(?:AVD-)?([A-Z]{2,3})-?([0-9]{3,5})", re.IGNORECASE)


class Counterparts:
    """The table that ships with the policies, and the checks of Checkov, which are policies themselves."""

    def __init__(self, policies: Iterable[Policy]) -> None:
        text = bundled_path(_FILE).read_text(encoding="utf-8")
        self._policies: Mapping[tuple[str, str], tuple[str, ...]] = {
            **{("checkov", _normal("checkov", each.id)): _leading(each) for each in policies if each.engine == CHECKOV},
            **dict(_rows(load_checked(text, _FILE, _FILE, False).value)),
        }

    def of(self, suppression: Suppression) -> tuple[str, ...]:
        """The ids of our policies, none where there is no counterpart."""
        return self._policies.get((suppression.scanner, _normal(suppression.scanner, suppression.check)), ())


def _leading(check: Policy) -> tuple[str, ...]:
    """The policies whose finding is reported for the check, or the check itself, unless it runs only when asked for."""
    return check.same_as or ((check.id,) if check.is_mapped else ())


def _rows(table: Mapping[str, list[dict[str, Any]]]) -> list[tuple[tuple[str, str], tuple[str, ...]]]:
    rows = []
    for scanner, entries in table.items():
        for entry in entries:
            names = (entry["id"], entry["name"]) if scanner == "trivy" else (entry["id"],)
            rows += [((scanner, _normal(scanner, name)), tuple(entry["policies"])) for name in names]
    return rows


def _normal(scanner: str, check: str) -> str:
    """Trivy knows a check by several names: AVD-DS-0002, DS-0002, DS002 and docker-least-privilege-user."""
    if scanner == "trivy":
        numbered = _NUMBERED.fullmatch(check)
        if numbered:
            return f"{numbered[1]}-{int(numbered[2]):04}".casefold()
    return check.casefold()
