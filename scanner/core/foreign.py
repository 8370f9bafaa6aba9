"""Policies written for other programs: what `Policy.rule` holds for the engines `conftest` and `gatekeeper`."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class ForeignModules:
    """Rego modules as (path, text) that belong together, and the data document beside them."""

    modules: tuple[tuple[str, str], ...]
    data: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class ConftestRule:
    """One rule of a package that was written for Conftest.

    `kind` is `deny`, `violation` or `warn`, `expression` what gives its results, such as `data.main.deny_root`. All
    rules of one folder share `modules`. With `combine` the rule judges all files at once.
    """

    kind: str
    expression: str
    modules: ForeignModules
    combine: bool = False


@dataclass(frozen=True)
class GatekeeperRule:
    """One Constraint with the ConstraintTemplate that it is of.

    `package` is that of the template's Rego, `constraint` the whole object with its `match` and `parameters`. `action`
    is its `enforcementAction`.
    """

    modules: ForeignModules
    package: str
    constraint: Mapping[str, Any]
    action: str = "deny"
