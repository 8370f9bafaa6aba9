"""What a release is made of: source files, resources and the links between them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from scanner.core.kept_lines import KeptLines
from scanner.core.location import Location
from scanner.core.notification import Notification
from scanner.core.values import AttributePath, Unresolved


@dataclass(frozen=True)
class SourceFile:
    """One file that a parser claims: `path` is relative to the repository root, `text` is decoded UTF-8.

    A file that is not loaded has no text: it is none, or of a size that only its parser knows how to read. One of a
    saved result has `kept` in place of its text.
    """

    path: str
    format: str
    text: str = field(repr=False)
    is_loaded: bool = True
    kept: KeptLines | None = field(default=None, repr=False, compare=False)


@dataclass(frozen=True)
class Call:
    """A place that brings a resource into being which is written elsewhere: the call of a Terraform module, an overlay.

    `what` says in words what happens to it there.
    """

    address: str
    location: Location
    what: str = "is called here"


@dataclass(frozen=True)
class Resource:
    """One addressable thing of the release.

    `address` is what people call it (`aws_s3_bucket.models`, `inference/Deployment/api`); it is unique
    within `origin`, which is the Terraform root directory or the file. `attributes` is a tree of dicts,
    lists, scalars and `Unresolved`. `attribute_locations` gives the line of an attribute and may be
    computed on first use. `parent` is the key of the resource this one is a part of. `presence` says why it is
    not known whether the resource will exist at all (`count` of an unknown number): such a resource can fail a
    policy, but its being there proves nothing. `calls` lead to it, the nearest first. `world` names the overlay that
    brings it into being: two overlays are two answers to one question, so that nothing of one is tied to anything of
    another; what has no world is in all of them.
    """

    address: str
    type: str
    format: str
    attributes: Mapping[str, Any]
    location: Location
    attribute_locations: Mapping[AttributePath, Location] = field(default_factory=dict, repr=False, compare=False)
    parent: str | None = None
    origin: str = ""
    presence: Unresolved | None = None
    calls: tuple[Call, ...] = ()
    world: str = ""

    @cached_property
    def key(self) -> str:
        """Unique in the whole release; what links and `parent` refer to."""
        return f"{self.origin or self.location.path}::{self.address}"

    def locate(self, path: AttributePath) -> Location:
        """The line of the attribute, or of the nearest enclosing one that is written, or of the block."""
        for length in range(len(path), 0, -1):
            found = self.attribute_locations.get(path[:length])
            if found is not None:
                return found
        return self.location


@dataclass(frozen=True)
class Link:
    """A typed edge between two resources, by key; `evidence` is the line that says so.

    `target_evidence` is the line at the other end (the bucket's name, the role's ARN), where there is one.
    """

    source: str
    kind: str
    target: str
    evidence: Location
    target_evidence: Location | None = None


@dataclass(frozen=True, order=True)
class Move:
    """What is at the address `after` of an origin, and below it, was at `before`: a `moved` block of Terraform."""

    origin: str
    before: str
    after: str


@dataclass(frozen=True, order=True)
class Planned:
    """A plan of Terraform, by the path of its file: what it says of resources of the origin is what they have."""

    path: str
    origin: str


@dataclass(frozen=True)
class Parsed:
    """What one parser gives back: `secrets` are literal values that no report may show.

    `source_files` are those that it has read beside the given ones, such as modules that a package manager put there.
    """

    resources: tuple[Resource, ...] = ()
    links: tuple[Link, ...] = ()
    notifications: tuple[Notification, ...] = ()
    secrets: frozenset[str] = field(default_factory=frozenset, repr=False)
    source_files: tuple[SourceFile, ...] = ()
    moves: tuple[Move, ...] = ()
    plans: tuple[Planned, ...] = ()


@dataclass(frozen=True)
class Release:
    """Everything found under the scanned paths, read as one system, with the text of every file that was read."""

    resources: tuple[Resource, ...] = ()
    links: tuple[Link, ...] = ()
    notifications: tuple[Notification, ...] = ()
    source_files: tuple[SourceFile, ...] = ()
    secrets: frozenset[str] = field(default_factory=frozenset, repr=False)
    moves: tuple[Move, ...] = ()
    plans: tuple[Planned, ...] = ()

    @cached_property
    def by_key(self) -> Mapping[str, Resource]:
        return {resource.key: resource for resource in self.resources}

    @cached_property
    def by_type(self) -> Mapping[str, tuple[Resource, ...]]:
        grouped: dict[str, list[Resource]] = {}
        for resource in self.resources:
            grouped.setdefault(resource.type, []).append(resource)
        return {name: tuple(members) for name, members in grouped.items()}

    @cached_property
    def links_from(self) -> Mapping[str, tuple[Link, ...]]:
        return _grouped(self.links, "source")

    @cached_property
    def links_to(self) -> Mapping[str, tuple[Link, ...]]:
        return _grouped(self.links, "target")

    @cached_property
    def children(self) -> Mapping[str, tuple[Resource, ...]]:
        grouped: dict[str, list[Resource]] = {}
        for resource in self.resources:
            if resource.parent is not None:
                grouped.setdefault(resource.parent, []).append(resource)
        return {key: tuple(members) for key, members in grouped.items()}

    @cached_property
    def files_by_path(self) -> Mapping[str, SourceFile]:
        return {file.path: file for file in self.source_files}


def _grouped(links: tuple[Link, ...], end: str) -> Mapping[str, tuple[Link, ...]]:
    grouped: dict[str, list[Link]] = {}
    for link in links:
        grouped.setdefault(getattr(link, end), []).append(link)
    return {key: tuple(members) for key, members in grouped.items()}
