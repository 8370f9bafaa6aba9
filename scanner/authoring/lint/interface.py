"""What a check of `policies lint` says."""

from dataclasses import dataclass

from scanner.core.location import Location
from scanner.core.notification import Level


@dataclass(frozen=True)
class LintProblem:
    """One thing that is wrong with a policy: `code` names the check, `message` is one line."""

    code: str
    severity: Level
    message: str
    location: Location
