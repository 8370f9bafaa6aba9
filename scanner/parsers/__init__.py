"""The formats that can be read, one row each; the first parser that claims a file gets it."""

from scanner.parsers.conftest import CONFTEST
from scanner.parsers.dockerfile import DOCKERFILE
from scanner.parsers.interface import Parser
from scanner.parsers.kubernetes import KUBERNETES
from scanner.parsers.model import MODEL
from scanner.parsers.terraform import TERRAFORM

PARSERS: tuple[Parser, ...] = (TERRAFORM, DOCKERFILE, MODEL, KUBERNETES, CONFTEST)


def claim(path: str, head: bytes) -> str | None:
    """The format of the file at `path` (relative to the root) by its name and its first bytes, or None."""
    return next((parser.format for parser in PARSERS if parser.claims(path, head)), None)


def opener(path: str, head: bytes) -> str | None:
    """The format whose parser opens the file itself, where nobody claims its text."""
    return next((parser.format for parser in PARSERS if parser.opens(path, head)), None)
