"""What every engine says of its own trouble: errors without secrets, values that fit into a line."""

from typing import Any

from scanner.core.location import Location
from scanner.core.notification import Level, Notification
from scanner.core.secrets import redact

_LONGEST_MESSAGE = 500
_LONGEST_VALUE = 80


def engine_error(message: str, where: Location | None, secrets: frozenset[str]) -> Notification:
    """An error of the engine; its texts quote values of the input, so secrets are masked before it is shortened."""
    message = redact(" ".join(message.split()), secrets)
    if len(message) > _LONGEST_MESSAGE:
        message = message[:_LONGEST_MESSAGE] + "…"
    return Notification(Level.ERROR, message, "engine", where)


def short(value: Any) -> str:
    """A value that a policy gave, for a sentence about it."""
    text = repr(value)
    return text if len(text) <= _LONGEST_VALUE else text[:_LONGEST_VALUE] + "…"
