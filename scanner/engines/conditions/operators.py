"""The comparisons a policy may make between a value that was found and an operand."""

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from scanner.core.values import ABSENT, Unresolved, leaves

Operator = Callable[[Any, Any], bool]
Comparison = Callable[[Any], bool | None]

_SCALARS = (str, int, float)


def equal(found: Any, wanted: Any) -> bool:
    """Equality in which `true` is not 1 and, because HCL and YAML quote freely, `"443"` is 443 and `"true"` is true."""
    if isinstance(found, str) != isinstance(wanted, str):
        return _as_text(found) == _as_text(wanted)
    if isinstance(found, bool) != isinstance(wanted, bool):
        return False
    return bool(found == wanted)


def _as_text(value: Any) -> str | None:
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value) if isinstance(value, str | int | float) else None


def _number(value: Any) -> float | None:
    if isinstance(value, bool):
        return None
    try:
        return float(value)
    except (TypeError, ValueError):
        return None


def _at_least(found: Any, limit: Any) -> bool:
    number = _number(found)
    return number is not None and number >= float(limit)


def _at_most(found: Any, limit: Any) -> bool:
    number = _number(found)
    return number is not None and number <= float(limit)


def _contains(found: Any, member: Any) -> bool:
    if isinstance(found, str):
        return isinstance(member, str) and member in found
    if isinstance(found, Mapping):
        return member in found
    return isinstance(found, Sequence) and any(equal(element, member) for element in found)


def _matches(found: Any, pattern: Any) -> bool:
    text = _as_text(found)
    return text is not None and re.search(pattern, text) is not None


def _is_empty(found: Any) -> bool:
    return found is ABSENT or (isinstance(found, str | Sequence | Mapping) and len(found) == 0)


# Each takes a value that is written and resolved.
_COMPARISONS: Mapping[str, Operator] = {
    "equals": equal,
    "in": lambda found, members: any(equal(found, member) for member in members),
    "matches": _matches,
    "contains": _contains,
    "starts_with": lambda found, prefix: isinstance(found, str) and found.startswith(prefix),
    "ends_with": lambda found, suffix: isinstance(found, str) and found.endswith(suffix),
    "at_least": _at_least,
    "at_most": _at_most,
}
_NEGATIONS: Mapping[str, str] = {
    "not_equals": "equals",
    "not_in": "in",
    "not_matches": "matches",
    "not_contains": "contains",
}
# These ask whether there is a value at all, so that absence decides them too.
_PRESENCE: Mapping[str, Operator] = {
    "exists": lambda found, wanted: (found is not ABSENT) == wanted,
    "empty": lambda found, wanted: _is_empty(found) == wanted,
    "known": lambda found, wanted: (not isinstance(found, Unresolved)) == wanted,
}

OPERATORS = (*_COMPARISONS, *_NEGATIONS, *_PRESENCE)


def comparison(operator: str, operand: Any) -> Comparison:
    """The function that says whether a value stands in the relation to `operand`; None when it, or part of it, is
    unresolved.

    An absent value fails every comparison and meets every negated one.
    """
    if operator in _PRESENCE:
        return _presence(operator, operand)
    negated = operator in _NEGATIONS
    holds = _COMPARISONS[_NEGATIONS.get(operator, operator)]

    def compare(found: Any) -> bool | None:
        if found is ABSENT:
            return negated
        if isinstance(found, Unresolved):
            return None
        if holds(found, operand):
            return not negated
        # the unknown element of a list may be the one that is looked for
        return negated if first_unresolved(found) is None else None

    return compare


def _presence(operator: str, wanted: Any) -> Comparison:
    holds = _PRESENCE[operator]
    if operator == "known":
        return lambda found: holds(found, wanted)
    return lambda found: None if isinstance(found, Unresolved) else holds(found, wanted)


def first_unresolved(value: Any) -> Unresolved | None:
    """The first unresolved value inside `value`, if any."""
    if value is ABSENT or isinstance(value, _SCALARS):
        return None
    return next((leaf for _, leaf in leaves(value) if isinstance(leaf, Unresolved)), None)
