"""The inventory of a release: one CycloneDX 1.6 ML-BOM of its models, files, data sets, workloads and endpoints."""

import json
import uuid
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from scanner.core.resource import Release, Resource
from scanner.core.secrets import redact
from scanner.reports.inventory.assets import Asset, endpoints, lone_files, models, served_models, serving
from scanner.reports.inventory.components import (
    References,
    dataset_components,
    dataset_reference,
    datasets_of,
    file_component,
    model_component,
)
from scanner.reports.inventory.services import endpoint_service, workload_service
from scanner.version import VERSION

_NAMESPACE = uuid.uuid5(uuid.NAMESPACE_URL, "https://cyclonedx.org/")


def render_inventory(release: Release, name: str) -> str:
    """The bill of materials of the release called `name` as JSON; the same bytes for the same release.

    It carries no time, and its serial number comes from its content. Secrets are masked.
    """
    references = References()
    assets = models(release)
    workloads = serving(release)
    ends = endpoints(release, workloads)
    components = [
        *(model_component(asset, references) for asset in assets),
        *(file_component(file, references) for file in lone_files(release, assets)),
        *dataset_components(assets, references),
    ]
    services = [
        *(workload_service(release, workload, references) for workload in workloads),
        *(endpoint_service(endpoint, references) for endpoint, _ in ends),
    ]
    content = {
        "metadata": {
            "tools": {"components": [{"type": "application", "name": "releasegate", "version": VERSION}]},
            "component": {"type": "application", "bom-ref": "release", "name": name},
        },
        "components": components,
        "services": services,
        "dependencies": _dependencies(release, assets, workloads, ends, references),
    }
    masked = _masked(content, release.secrets)
    serial = uuid.uuid5(_NAMESPACE, json.dumps(masked, sort_keys=True))
    head = {"bomFormat": "CycloneDX", "specVersion": "1.6", "serialNumber": f"urn:uuid:{serial}", "version": 1}
    return json.dumps({"$schema": "http://cyclonedx.org/schema/bom-1.6.schema.json", **head, **masked}, indent=2) + "\n"


def _dependencies(
    release: Release,
    assets: Sequence[Asset],
    workloads: Sequence[Resource],
    ends: Sequence[tuple[Resource, tuple[str, ...]]],
    references: References,
) -> list[dict[str, Any]]:
    """Endpoint → workload → model → its files and data sets; and the release on everything that nothing leads to."""
    leads: dict[str, set[str]] = {}

    def lead(source: str, targets: Iterable[str]) -> None:
        leads.setdefault(source, set()).update(targets)

    for asset in assets:
        reference = references.to(asset.leading.key)
        lead(reference, (references.to(file.key) for file in asset.files))
        lead(reference, (dataset_reference(dataset, references) for dataset in datasets_of(asset)))
        lead(reference, (references.to(base.leading.key) for base in _bases(asset, assets)))
    for workload in workloads:
        served = served_models(release, workload, assets)
        lead(references.to(workload.key), (references.to(asset.leading.key) for asset in served))
    for endpoint, targets in ends:
        lead(references.to(endpoint.key), (references.to(target) for target in targets))
    for file in lone_files(release, assets):
        lead(references.to(file.key), ())
    led_to = {target for targets in leads.values() for target in targets}
    lead("release", (source for source in sorted(leads) if source not in led_to))
    return [
        {"ref": source, "dependsOn": sorted(targets)} if targets else {"ref": source}
        for source, targets in sorted(leads.items())
    ]


def _bases(asset: Asset, assets: Sequence[Asset]) -> Iterator[Asset]:
    """The models of the release that this one was made from."""
    bases = asset.fact("base_model")
    names = {
        base.get("name") for base in ([bases] if isinstance(bases, dict) else bases or ()) if isinstance(base, dict)
    }
    return (other for other in assets if other is not asset and other.fact("name") in names)


def _masked(value: Any, secrets: frozenset[str]) -> Any:
    if isinstance(value, dict):
        return {key: _masked(inner, secrets) for key, inner in value.items()}
    if isinstance(value, list):
        return [_masked(inner, secrets) for inner in value]
    return redact(value, secrets) if isinstance(value, str) else value
