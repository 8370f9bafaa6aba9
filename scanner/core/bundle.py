"""What a scan judges by: policies, frameworks and shared Rego, with a digest over all of it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from scanner.core.control import Framework
from scanner.core.governance import Governance
from scanner.core.notification import Notification
from scanner.core.policy import Policy


@dataclass(frozen=True)
class Bundle:
    """`libraries` are shared Rego modules as (path, text), `data` is what policies of releasegate see beside them.

    `digest` is `sha256:…` over path and bytes of every file that is judged by, wherever the bundle lies.

    `shipped` are the ids of the policies that come with the package.
    `vetted` are the ids of the policies that ship with the package and stand on its libraries alone, whose text the
    tests of the package have checked. `notifications` are the files that could not be used: each makes the scan
    incomplete. `governance` is what its sources say about waivers.
    """

    policies: tuple[Policy, ...]
    frameworks: tuple[Framework, ...]
    libraries: tuple[tuple[str, str], ...] = field(repr=False)
    digest: str
    vetted: frozenset[str] = frozenset()
    shipped: frozenset[str] = frozenset()
    data: Mapping[str, Any] = field(default_factory=dict, repr=False)
    notifications: tuple[Notification, ...] = ()
    governance: Governance = field(default_factory=Governance)
