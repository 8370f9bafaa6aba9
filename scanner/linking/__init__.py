"""Ties between the resources of a release, also across formats."""

from dataclasses import replace

from scanner.core.location import Location
from scanner.core.notification import Notification
from scanner.core.resource import Link, Release
from scanner.linking.account import covers
from scanner.linking.approvals import approves, precedes, tracks
from scanner.linking.certificates import issued_by, of_class, uses_certificate
from scanner.linking.configures import configures, uses
from scanner.linking.data_sources import looks_up
from scanner.linking.gateways import attaches
from scanner.linking.grants import grants_to as grants_in_cloud_to
from scanner.linking.hosts import mentions_host
from scanner.linking.identity import assumes, uses_account
from scanner.linking.images import runs_image
from scanner.linking.interface import Linker
from scanner.linking.mesh import applies, mtls, targets
from scanner.linking.model_files import attests, has_file, is_file, signs
from scanner.linking.models import describes, serves
from scanner.linking.network import backs, lies_in, selects
from scanner.linking.network_policies import admits, isolates
from scanner.linking.objects import share_a_world
from scanner.linking.permissions import allows
from scanner.linking.rbac import aggregates, binds, granted_by, grants_to, holds
from scanner.linking.routes import routes
from scanner.linking.scaling import protects, scales
from scanner.linking.secrets import makes, reads
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
    backs,
    lies_in,
    routes,
    attaches,
    mentions_host,
    isolates,
    admits,
    targets,
    applies,
    mtls,
    reads,
    makes,
    uses_certificate,
    issued_by,
    of_class,
    binds,
    grants_to,
    aggregates,
    granted_by,
    holds,
    scales,
    protects,
    grants_in_cloud_to,
    serves,
    describes,
    is_file,
    has_file,
    signs,
    attests,
    approves,
    precedes,
    tracks,
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
            if not share_a_world(release.by_key[found.source], release.by_key[found.target]):
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
