"""What is said of a wrong option or configuration."""

from scanner.core.policy import Severity
from scanner.core.suggestions import closest


class UsageError(Exception):
    """A wrong option or configuration: `str()` is one line that says what is wrong and what to do."""


def severity(word: str) -> Severity:
    """The severity of that name. Raises `UsageError` for another word."""
    try:
        return Severity(word.lower())
    except ValueError:
        known = [str(member) for member in Severity]
        message = f"unknown severity {word!r}: expected {', '.join(known)}{closest([word], known)}"
        raise UsageError(message) from None
