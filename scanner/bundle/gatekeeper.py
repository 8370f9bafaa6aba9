"""Recognises Gatekeeper's ConstraintTemplates and Constraints and makes a policy of each Constraint."""

from collections.abc import Sequence

from scanner.bundle.errors import PolicyError
from scanner.core.location import Location
from scanner.core.policy import Policy


def is_gatekeeper(text: str) -> bool:
    """Whether a YAML file holds a ConstraintTemplate or a Constraint."""
    return "templates.gatekeeper.sh/" in text or "constraints.gatekeeper.sh/" in text


def gatekeeper_policies(documents: Sequence[tuple[str, str]]) -> tuple[list[Policy], list[PolicyError]]:
    """The policies in YAML files as (path, text), and what is wrong with the files."""
    message = "Gatekeeper's templates cannot be read yet"
    return [], [PolicyError(message, Location(path, 1)) for path, _ in documents]
