"""Reading values whose shape nobody has checked: what is of another type than expected is not there."""

from collections.abc import Iterator, Mapping
from typing import Any

from scanner.core.values import AttributePath


def text(value: Any) -> str | None:
    """The value where it is a text."""
    return value if isinstance(value, str) else None


def texts(value: Any) -> list[str]:
    """The texts in a list."""
    return [each for each in items(value) if isinstance(each, str)]


def items(value: Any) -> list[Any]:
    """The elements of a list."""
    return value if isinstance(value, list) else []


def entries(value: Any, at: AttributePath = ()) -> Iterator[tuple[dict[str, Any], AttributePath]]:
    """The mappings in a list, each with its path."""
    for index, entry in enumerate(items(value)):
        if isinstance(entry, dict):
            yield entry, (*at, index)


def mapping(value: Any, *path: str) -> Mapping[str, Any]:
    """The mapping at the path, an empty one where there is none."""
    for step in path:
        value = value.get(step) if isinstance(value, Mapping) else None
    return value if isinstance(value, Mapping) else {}
