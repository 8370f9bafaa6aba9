"""Tells whether Checkov has judged the value that an attribute of Terraform has, by the form of the one that it had.

What it cannot work out it takes for a text, or for nothing at all, and a check that forbids a value passes on that.
The values themselves do not leave its process.
"""

import re
from collections.abc import Mapping
from typing import Any

from scanner.core.values import ABSENT, Unresolved, leaves
from scanner.engines.checkov.answers.attributes import Seen, steps_of

NOT_FOUND, MISSING = "-", "M"
"""Of an attribute that is not where the key says, and of one that the block has not got."""

_TRUE, _FALSE, _NOTHING, _NUMBER, _TEXT, _EXPRESSION, _LIST, _MAPPING = "tfn0sElm"
# What a provider makes of other attributes.
_MADE = re.compile(r"\w+_all|(?:effective|terraform)_labels")

# What is left of an expression by who has not worked it out: a call, an operator, a choice, a reference, an index.
_UNSOLVED = re.compile(
    r"\$\{|\A\s*(?:[a-z_]\w*\(.*\)\s*\Z|!|[\[{]\s*for\s|(?:var|local|module|data|each|count|path|terraform|self)\.\w)"
    r"|\A\w+\.(?:key|value)\b|==|!=|&&|\|\||\s\?\s|\][\[.]|\}[\[.]|\A[a-z0-9]+_\w+\.[\w-]+[.\[]",
    re.DOTALL,
)
# What a provider calls another resource is left as it is written, and is none of the values that a check forbids.
_NAME = r"[a-z][a-z0-9]*_\w+\.[\w-]+(?:\[[^\]]*\])?\.(?:id|arn|key_id|self_link)"
_IDENTIFIERS = re.compile(rf"\$\{{\s*{_NAME}\s*\}}|\A\s*{_NAME}\s*\Z")


class Watched(dict[str, Any]):
    """The configuration of a block, which remembers by name the attributes that it is asked for."""

    def __init__(self, configuration: Mapping[str, Any]) -> None:
        super().__init__(configuration)
        self.asked_for: set[str] = set()

    def __getitem__(self, name: str) -> Any:
        self.asked_for.add(name)
        return super().__getitem__(name)

    def __contains__(self, name: object) -> bool:
        self.asked_for.add(str(name))
        return super().__contains__(name)

    def get(self, name: str, default: Any = None) -> Any:
        """The value of an attribute."""
        self.asked_for.add(name)
        return super().get(name, default)


def form_of(configuration: Any, key: str) -> str:
    """The form of the value that Checkov has at one of its keys, as one letter."""
    value, steps = configuration, steps_of(key)
    if steps and isinstance(value, Mapping) and steps[0] not in value.keys():  # noqa: SIM118 - asking is remembered
        return MISSING
    for step in steps:
        if isinstance(step, int):
            if isinstance(value, list) and step < len(value):
                value = value[step]
            elif step:
                return NOT_FOUND
            continue
        value = _inner(value)
        if not isinstance(value, Mapping) or step not in value:
            return NOT_FOUND
        value = value[step]
    return _form(_inner(value))


def is_misread(form: str, seen: Seen) -> bool:
    """Whether a value of this form cannot be the one that is known here; of what is not known nothing is said."""
    value = seen.value
    if seen.is_around or value is ABSENT or isinstance(value, Unresolved):
        return False
    if form == MISSING:
        return value not in ("", [], {}) and _MADE.fullmatch(str(seen.path[0])) is None
    is_plain = isinstance(value, bool | int | float)
    if form == _EXPRESSION:
        return not any(_is_unknown(leaf) for _, leaf in leaves(value))
    if form in (_TRUE, _FALSE):
        return str(value).lower() == ("false" if form == _TRUE else "true")
    if form == _NOTHING:
        return is_plain or (isinstance(value, str) and value != "")
    return is_plain if form in (_LIST, _MAPPING) else form == _TEXT and isinstance(value, bool)


def _is_unknown(leaf: Any) -> bool:
    return isinstance(leaf, Unresolved) or (isinstance(leaf, str) and _is_unsolved(leaf))


def _is_unsolved(text: str) -> bool:
    return _UNSOLVED.search(_IDENTIFIERS.sub("", text)) is not None


def _inner(value: Any) -> Any:
    """Checkov has every value in a list of its own."""
    while isinstance(value, list) and len(value) == 1:
        value = value[0]
    return value


def _form(value: Any) -> str:
    if value is None or isinstance(value, bool):
        return _NOTHING if value is None else _TRUE if value else _FALSE
    if isinstance(value, str):
        return _EXPRESSION if _is_unsolved(value) else _TEXT
    if isinstance(value, int | float):
        return _NUMBER
    is_mapping = isinstance(value, Mapping)
    elements = value.values() if is_mapping else value if isinstance(value, list | tuple | set) else ()
    if any(_form(_inner(each)) == _EXPRESSION for each in elements):
        return _EXPRESSION
    return _MAPPING if is_mapping else _LIST
