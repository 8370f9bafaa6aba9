"""The types of the arguments of built-in functions; another type raises `ValueError`, which OPA takes for undefined."""

from collections.abc import Collection
from typing import Any


def text(value: Any) -> str:
    """The argument, which must be a string."""
    if not isinstance(value, str):
        raise ValueError(f"it takes text, not {_name(value)}")
    return value


def integer(value: Any) -> int:
    """The argument, which must be an integer."""
    if not isinstance(value, int) or isinstance(value, bool):
        raise ValueError(f"it takes an integer, not {_name(value)}")
    return value


def boolean(value: Any) -> bool:
    """The argument, which must be a truth value."""
    if not isinstance(value, bool):
        raise ValueError(f"it takes true or false, not {_name(value)}")
    return value


def collection(value: Any) -> Collection[Any]:
    """An array or a set."""
    if not isinstance(value, list | set | frozenset):
        raise ValueError(f"it takes an array or a set, not {_name(value)}")
    return value


def _name(value: Any) -> str:
    names = {"NoneType": "null", "frozenset": "a set", "set": "a set", "tuple": "list", "Pairs": "dict"}
    return names.get(type(value).__name__, type(value).__name__)
