"""What following a pickle knows of the objects in it: names of what is made, a few texts and numbers, and no more."""

from dataclasses import dataclass
from typing import Any

MOST_ITEMS = 32
"""Of a mapping or of arguments, what is kept."""


@dataclass
class Made:
    """What a call would give, or what an import gives when `arguments` is None."""

    module: str = ""
    name: str = ""
    arguments: Any = None
    state: Any = None


def called(function: Any, arguments: Any) -> Made | None:
    """What a call of it gives, None where the function is not known."""
    return Made(function.module, function.name, arguments) if isinstance(function, Made) else None


def filled(target: Any, items: list[Any]) -> Any:
    """The mapping with those of the keys and values, in turn, that may matter."""
    if isinstance(target, dict):
        for key, value in zip(items[::2], items[1::2], strict=False):
            if isinstance(key, str) and len(target) < MOST_ITEMS:
                target[key] = value
    return target


def item_size(dtype: Any) -> tuple[int | None, bool]:
    """Bytes of one element of a dtype of numpy, None where that is not known, and whether it is an object."""
    if not isinstance(dtype, Made) or dtype.name != "dtype" or not isinstance(dtype.arguments, tuple):
        return None, False
    code = dtype.arguments[0] if dtype.arguments else None
    if not isinstance(code, str) or not code[1:].isascii() or not code[1:].isdigit():
        return None, False
    state = dtype.state if isinstance(dtype.state, tuple) else ()
    has_objects = len(state) > 7 and isinstance(state[7], int) and state[7] & 1 == 1
    if code[0] == "O" or has_objects:
        return None, True
    return int(code[1:]) * (4 if code[0] == "U" else 1), False
