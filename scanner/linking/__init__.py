"""Ties between the resources of a release, also across formats."""

from dataclasses import replace

from scanner.core.location import Location
from scanner.core.notification import Notification
from scanner.core.resource import Link, Release
from scanner.linking.account import covers
from scanner.linking.configures import configures, uses
from scanner.linking.data_sources import looks_up
from scanner.linking.grants import grants_to as grants_in_cloud_to
from scanner.linking.identity import assumes, uses_account
from scanner.linking.images import runs_image
from scanner.linking.interface import Linker
from scanner.linking.models import describes, serves
from scanner.linking.network import routes_to, selects
from scanner.linking.permissions import allows
from scanner.linking.rbac import binds, grants_to
from scanner.linking.storage import stores_in

# Data sources come first: who refers to one means the resource behind it.
LINKERS: tuple[Linker, ...] = (
    looks_up,
    configures,
    uses,
    covers,
    stores_in,
    runs_image,
    uses_account,
    assumes,
    allows,
    selects,
    routes_to,
    binds,
    grants_to,
    grants_in_cloud_to,
    serves,
    describes,
)


def link(release: Release) -> tuple[tuple[Link, ...], tuple[Notification, ...]]:
    """The links that the release's resources have beyond those of its parsers, and what stayed uncertain.

    Sorted, and one link for each source, kind and target: the one with the first line as its evidence.
    """
    links: dict[tuple[str, str, str], Link] = {}
    notifications: set[Notification] = set()
    for linker in LINKERS:
        for found in linker(release):
            if isinstance(found, Notification):
                notifications.add(found)
                continue
            tie = (found.source, found.kind, found.target)
            if tie not in links or _evidence(found) < _evidence(links[tie]):
                links[tie] = found
        if linker is looks_up:
            release = replace(release, links=(*release.links, *links.values()))
    return tuple(links[tie] for tie in sorted(links)), tuple(sorted(notifications, key=_order))


def _evidence(found: Link) -> tuple[Location, Location]:
    return found.evidence, found.target_evidence or found.evidence


def _order(notification: Notification) -> tuple[tuple[str, int, str, str], str]:
    return notification.sort_key, notification.level
