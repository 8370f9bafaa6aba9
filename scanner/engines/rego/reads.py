"""Whether one of the attributes that a policy reads is not known."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from scanner.core.values import AttributePath, Unresolved, parse_path
from scanner.engines.rego.document import unknown

_ANY = "[*]"


def first_unknown(attributes: Mapping[str, Any], reads: Iterable[str]) -> tuple[str, AttributePath, Unresolved] | None:
    """The first of the paths that leads to, or through, a value that is not known, where that is, and the value.

    As `reach` has it, a name that meets a list is applied to all elements; `[*]` is every element or key.
    Raises `ValueError` for what is no path.
    """
    for read in reads:
        for at, value in _found(attributes, list(_steps(read)), ()):
            return read, at, value
    return None


def _steps(read: str) -> Iterator[str | int | None]:
    """None is `[*]`."""
    for number, part in enumerate(read.split(_ANY)):
        if number:
            yield None
        if part:
            yield from parse_path(part.removeprefix("."))


def _found(
    value: Any, steps: Sequence[str | int | None], done: AttributePath
) -> Iterator[tuple[AttributePath, Unresolved]]:
    cause = unknown(value)
    if cause is not None:
        yield done, cause
    elif not steps or isinstance(value, str):
        return
    elif isinstance(value, Mapping):
        keys = value.keys() if steps[0] is None else {steps[0]} & value.keys()
        for key in keys:
            yield from _found(value[key], steps[1:], (*done, key))
    elif isinstance(value, Sequence):
        is_step = steps[0] is None or isinstance(steps[0], int)
        for index, element in enumerate(value):
            if steps[0] in (None, index) or not is_step:
                yield from _found(element, steps[1:] if is_step else steps, (*done, index))
