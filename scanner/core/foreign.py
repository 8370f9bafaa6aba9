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
    rules of one folder share `modules`. With `combine` the rule judges all files at once. `exempt` is what has a value
    where an exception takes the rule out, empty when there are none. Files whose path matches the regular expression
    `ignore` are not judged. `keys` are those of the input that the rule looks at, empty when it may look at any: a
    document that has none of them does not pass it, as nothing of it was looked at.
    """

    kind: str
    expression: str
    modules: ForeignModules
    combine: bool = False
    exempt: str = ""
    ignore: str = ""
    keys: tuple[str, ...] = ()


@dataclass(frozen=True)
class GatekeeperRule:
    """One Constraint with the ConstraintTemplate that it is of.

    `package` is that of the template's Rego, `constraint` the whole object with its `match` and `parameters`. `action`
    is its `enforcementAction`. `reads` are the paths below `input.review` that the Rego reads, each up to its first
    variable, and `uses_inventory` is whether it looks at other objects. `excluded_namespaces` are those of Gatekeeper's
    Config, `expansions` the specs of ExpansionTemplates. With `worlds` only objects of these are judged, and those of
    none (see `Resource.world`).
    """

    modules: ForeignModules
    package: str
    constraint: Mapping[str, Any]
    action: str = "deny"
    reads: tuple[tuple[str, ...], ...] = ()
    uses_inventory: bool = False
    excluded_namespaces: tuple[str, ...] = ()
    expansions: tuple[Mapping[str, Any], ...] = ()
    worlds: tuple[str, ...] = ()
