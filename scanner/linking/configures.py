"""`configures` and `uses`: a Terraform resource → the one that it only completes, and those that it is made with."""

from collections.abc import Iterator

from scanner.core.notification import Notification
from scanner.core.resource import Link, Release
from scanner.linking.joins import completed, joined
from scanner.linking.tables import CONFIGURES, USES


def configures(release: Release) -> Iterator[Link | Notification]:
    """Links from every sidecar to the resource it completes, and what stays uncertain about it."""
    yield from completed(release, "configures", CONFIGURES)


def uses(release: Release) -> Iterator[Link | Notification]:
    """Links to keys, roles, groups, models and the like, also where a name is written and no reference."""
    yield from joined(release, "uses", USES)
