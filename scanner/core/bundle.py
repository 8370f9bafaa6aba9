"""What a scan judges by: policies, frameworks and shared Rego, with a digest over all of it."""

from dataclasses import dataclass, field

from scanner.core.control import Framework
from scanner.core.notification import Notification
from scanner.core.policy import Policy


@dataclass(frozen=True)
class Bundle:
    """`libraries` are shared Rego modules as (path, text); `digest` is `sha256:…` over every file's path and bytes.

    `vetted` are the ids of the policies that ship with the package and stand on its libraries alone, whose text the
    tests of the package have checked. `notifications` are the files that could not be used: each makes the scan
    incomplete.
    """

    policies: tuple[Policy, ...]
    frameworks: tuple[Framework, ...]
    libraries: tuple[tuple[str, str], ...] = field(repr=False)
    digest: str
    vetted: frozenset[str] = frozenset()
    notifications: tuple[Notification, ...] = ()
