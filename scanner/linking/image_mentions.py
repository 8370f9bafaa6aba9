"""Every image that something of the release runs: containers of Kubernetes, and services and models in Terraform."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from scanner.core.location import Location
from scanner.core.resource import Release, Resource
from scanner.core.values import AttributePath, leaves, parse_path
from scanner.linking.reading import text
from scanner.linking.references import referenced, written

REGISTRIES: Mapping[str, str] = {
    "aws_ecr_repository": "name",
    "azurerm_container_registry": "name",
    "google_artifact_registry_repository": "repository_id",
}

# Terraform attributes that hold an image.
_ATTRIBUTES: Mapping[str, str] = {
    "aws_apprunner_service": "source_configuration.image_repository.image_identifier",
    "aws_bedrockagentcore_agent_runtime": "agent_runtime_artifact.container_configuration.container_uri",
    "aws_lambda_function": "image_uri",
    "aws_sagemaker_model": "primary_container.image container.image",
    "azurerm_container_app": "template.container.image template.init_container.image",
    "azurerm_container_app_job": "template.container.image template.init_container.image",
    "azurerm_container_group": "container.image init_container.image",
    "google_cloud_run_service": "template.spec.containers.image",
    "google_cloud_run_v2_job": "template.template.containers.image",
    "google_cloud_run_v2_service": "template.containers.image",
    "google_vertex_ai_endpoint_with_model_garden_deployment": "model_config.container_spec.image_uri",
    "google_workbench_instance": "gce_setup.container_image.repository",
}
# Those that hold a JSON text with images in it.
_DOCUMENTS: Mapping[str, str] = {
    "aws_batch_job_definition": "container_properties",
    "aws_ecs_task_definition": "container_definitions",
}


@dataclass(frozen=True)
class Image:
    """An image that `source` runs, named at `evidence`; `stored` is the repository that the name refers to."""

    source: Resource
    evidence: Location
    reference: str
    registry: str = ""
    repository: str = ""
    stored: Resource | None = None


def images_of(release: Release) -> Iterator[Image]:
    """Images that are known, and those of which at least the repository is."""
    for container in release.by_type.get("container", ()):
        registry, repository = text(container, "image", "registry").lower(), text(container, "image", "repository")
        if repository:
            evidence = container.locate(("image", "reference"))
            yield Image(container, evidence, text(container, "image", "reference"), registry, repository)
    for source, at, value in _in_terraform(release):
        references = value if isinstance(value, list) else [value]
        stored = referenced(release, source, at, frozenset(REGISTRIES))
        # A list of containers may have the images of several repositories.
        yield from (Image(source, source.locate(at), "", stored=each) for each in stored)
        if not stored:
            yield from (_read(source, at, each) for each in references if isinstance(each, str) and each)


def untagged(name: str) -> str:
    """An image's name without tag and digest."""
    name = name.partition("@")[0]
    before, colon, tag = name.rpartition(":")
    return before if colon and "/" not in tag else name


def _read(source: Resource, at: AttributePath, reference: str) -> Image:
    first, slash, rest = untagged(reference).partition("/")
    is_host = bool(slash) and (first == "localhost" or not {".", ":"}.isdisjoint(first))
    registry, repository = (first.lower(), rest) if is_host else ("", untagged(reference))
    return Image(source, source.locate(at), reference, registry, repository)


def _in_terraform(release: Release) -> Iterator[tuple[Resource, AttributePath, Any]]:
    for kind, paths in _ATTRIBUTES.items():
        for source in release.by_type.get(kind, ()):
            for path in paths.split():
                yield from ((source, at, value) for at, value in written(source, parse_path(path)))
    for kind, attribute in _DOCUMENTS.items():
        for source in release.by_type.get(kind, ()):
            yield from ((source, at, _in_document(value)) for at, value in written(source, (attribute,)))


def _in_document(value: Any) -> Any:
    """The images in a JSON text; what is no such text as it is."""
    if not isinstance(value, str):
        return value
    try:
        document = json.loads(value)
    except (ValueError, RecursionError):
        return []
    return [each for path, each in leaves(document) if path[-1:] == ("image",)]
