"""What of a release is an asset of its inventory, whatever manifest it comes from."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from scanner.core.resource import Release, Resource
from scanner.core.values import Unresolved

_ORDER = ("model-release", "model-card", "ml-bom", "spdx", "mlmodel", "hugging-face")
_ROUTES = frozenset({"routes_to", "may_route_to", "selects", "backs"})
_CLOUD_ENDPOINTS = (
    "aws_sagemaker_endpoint",
    "aws_bedrock_provisioned_model_throughput",
    "aws_bedrockagent_agent",
    "azurerm_cognitive_deployment",
    "google_vertex_ai_endpoint",
    "google_vertex_ai_endpoint_with_model_garden_deployment",
)


@dataclass(frozen=True)
class Asset:
    """One model: everything that is said of it, the leading manifest first, and its files."""

    manifests: tuple[Resource, ...]
    artifacts: tuple[Resource, ...]
    files: tuple[Resource, ...]

    @property
    def leading(self) -> Resource:
        return self.manifests[0]

    def fact(self, *names: str) -> Any:
        """What the first manifest says that says anything known at the path; None where none does."""
        return next(
            (value for manifest in self.manifests if (value := known(manifest.attributes, *names)) is not None), None
        )


def known(holder: Any, *names: str) -> Any:
    """The value at the path, None where it is not written or not known."""
    for name in names:
        holder = holder.get(name) if isinstance(holder, Mapping) else None
    return None if isinstance(holder, Unresolved) or holder in ("", [], {}) else holder


def models(release: Release) -> list[Asset]:
    """Every model once, in the order of its leading manifest's place."""
    manifests = [each for each in release.resources if each.type == "model"]
    leading = {link.source: link.target for link in release.links if link.kind == "describes"}
    groups: dict[str, list[Resource]] = {}
    for manifest in manifests:
        groups.setdefault(leading.get(manifest.key, manifest.key), []).append(manifest)
    assets = []
    claimed: set[str] = set()
    for key, group in groups.items():
        group.sort(key=lambda each: (each.key != key, _rank(each), each.location))
        parts = [part for manifest in group for part in release.children.get(manifest.key, ())]
        found = {
            link.target: release.by_key[link.target]
            for owner in (*group, *parts)
            for link in release.links_from.get(owner.key, ())
            if link.kind in ("has_file", "is_file")
        }
        claimed |= set(found)
        artifacts = tuple(part for part in parts if part.type == "model_artifact")
        assets.append(Asset(tuple(group), artifacts, tuple(found[name] for name in sorted(found))))
    return sorted(assets, key=lambda asset: (asset.leading.location, asset.leading.key))


def lone_files(release: Release, assets: Sequence[Asset]) -> list[Resource]:
    """Files of models that belong to none of the models: an asset that nobody has described."""
    owned = {file.key for asset in assets for file in asset.files}
    return [each for each in release.resources if each.type == "model_file" and each.key not in owned]


def serving(release: Release) -> list[Resource]:
    """The workloads that serve a model, or that are model servers."""
    return [
        each
        for each in release.resources
        if each.type == "workload"
        and (each.attributes.get("serving") is True or any(_links(release, each.key, {"serves"})))
    ]


def endpoints(release: Release, workloads: Sequence[Resource]) -> list[tuple[Resource, tuple[str, ...]]]:
    """Whatever leads to a serving workload, and managed endpoints; each with the keys of what it leads to."""
    reached = {workload.key for workload in workloads}
    found: dict[str, set[str]] = {}
    waiting = sorted(reached)
    while waiting:
        target = waiting.pop()
        for link in release.links_to.get(target, ()):
            if link.kind not in _ROUTES or release.by_key[link.source].type == "NetworkPolicy":
                continue
            if link.source not in found and link.source not in reached:
                waiting.append(link.source)
            found.setdefault(link.source, set()).add(target)
    for resource in release.resources:
        if resource.type in _CLOUD_ENDPOINTS:
            found.setdefault(resource.key, set())
    return [(release.by_key[key], tuple(sorted(found[key]))) for key in sorted(found) if key not in reached]


def served_models(release: Release, workload: Resource, assets: Sequence[Asset]) -> Iterator[Asset]:
    """The models that the workload serves."""
    targets = set(_links(release, workload.key, {"serves"}))
    return (asset for asset in assets if any(manifest.key in targets for manifest in asset.manifests))


def _links(release: Release, key: str, kinds: set[str]) -> Iterator[str]:
    return (link.target for link in release.links_from.get(key, ()) if link.kind in kinds)


def _rank(manifest: Resource) -> int:
    source = str(manifest.attributes.get("source"))
    return _ORDER.index(source) if source in _ORDER else len(_ORDER)
