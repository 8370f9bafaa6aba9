"""Where a suppression holds, as the address and path patterns of a waiver."""

import re
from collections import defaultdict
from collections.abc import Sequence

from scanner.authoring.foreign_waivers.suppressions import Suppression
from scanner.core.policy import Policy
from scanner.core.resource import Release, Resource

_KEY = re.compile(r'\[(?:"(?:[^"\\]|\\.)*"|[^\[\]"]*)\]')
Place = tuple[str, str]
"""The patterns of an address and of a path, either of them empty for any."""


class Places:
    """The resources of a release, by the lines that they stand in."""

    def __init__(self, release: Release) -> None:
        self._release = release
        self._by_path: dict[str, list[Resource]] = defaultdict(list)
        self._origins: dict[str, set[str]] = defaultdict(set)
        for resource in release.resources:
            if resource.parent is None and resource.format != "release":
                self._by_path[resource.location.path].append(resource)
                self._origins[_address(resource)].add(resource.origin)

    def of(self, suppression: Suppression, policy: Policy) -> list[Place]:
        """What the policy judges of the block that the suppression stands in or above; else its file."""
        path = suppression.location.path
        blocks = [resource for resource in self._by_path[path] if _holds(resource, suppression.line)]
        if not suppression.line or not blocks:
            return [("", f"/{path}")]
        smallest = min(block.location.end_line - block.location.start_line for block in blocks)
        closest = [block for block in blocks if block.location.end_line - block.location.start_line == smallest]
        judged = [target for block in closest for target in self._judged(block, policy)]
        return sorted({self._place(resource) for resource in judged})

    def _judged(self, block: Resource, policy: Policy) -> Sequence[Resource]:
        """The resource itself, or the one that it completes when it is that one which the policy judges."""
        types = policy.applies_to.types
        if block.type in types:
            return [block]
        by_key = self._release.by_key
        linked = (
            by_key.get(link.target) for link in self._release.links_from.get(block.key, ()) if link.kind == "configures"
        )
        return [target for target in linked if target is not None and target.type in types] or [block]

    def _place(self, resource: Resource) -> Place:
        address = _address(resource)
        if len(self._origins[address]) < 2:
            return address, ""
        folder = resource.location.path.rpartition("/")[0]
        return address, f"/{folder}/" if folder else f"/{resource.location.path}"


def _address(resource: Resource) -> str:
    """The address without the keys of instances, so that it covers them all; of a call, what it brings in."""
    if resource.format != "terraform":
        return resource.address
    address = _KEY.sub("", resource.address)
    return f"{address}.**" if resource.type == "terraform_module" else address


def _holds(resource: Resource, line: int) -> bool:
    return resource.location.start_line <= line <= resource.location.end_line
