"""`runs_image`: container, service or model → the repository of its image, and the Dockerfile stage it is made by."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from posixpath import basename, dirname

from scanner.core.notification import Notification
from scanner.core.resource import Link, Release, Resource
from scanner.linking.image_mentions import REGISTRIES, Image, images_of, untagged
from scanner.linking.interface import ambiguous, named, warning
from scanner.linking.names import names_of
from scanner.linking.reading import text
from scanner.linking.terraform import Meant, called

_ECR = re.compile(r"\d{12}\.dkr[.-]ecr(?:-fips)?\.[a-z0-9-]+\.(?:amazonaws\.com(?:\.cn)?|on\.aws)")
_ARTIFACT_REGISTRY = re.compile(r"(?P<location>[a-z0-9-]+)-docker\.pkg\.dev")
_AZURE = re.compile(r"(?P<name>[a-z0-9]+)(?:-[a-z0-9]+)?\.azurecr\.(?:io|us|cn)")
_DOCKERFILE = re.compile(r"(?:(?P<before>.+)\.)?(?:docker|container)file(?:\.(?P<after>.+))?", re.IGNORECASE)
_NAME_LABELS = ("org.opencontainers.image.ref.name", "org.opencontainers.image.title")


@dataclass(frozen=True)
class _Stages:
    """The final stages by the name their labels give, and by the names of their file and directory."""

    labelled: Mapping[str, tuple[tuple[Resource, str], ...]]
    filed: Mapping[str, tuple[Resource, ...]]


def runs_image(release: Release) -> Iterator[Link | Notification]:
    """Links from everything with a known image, or with one whose repository is known."""
    stages = _stages(release)
    repositories = names_of(release, ("aws_ecr_repository",), "name")
    artifact = names_of(release, ("google_artifact_registry_repository",), "repository_id")
    registries = names_of(release, ("azurerm_container_registry",), "name", str.lower)
    for image in images_of(release):
        if image.stored is not None:
            yield from _stored(image, Meant(image.stored))
            continue
        google, azure = _ARTIFACT_REGISTRY.fullmatch(image.registry), _AZURE.fullmatch(image.registry)
        if _ECR.fullmatch(image.registry):
            yield from _stored(image, called(repositories, image.repository))
        elif google:
            parts = image.repository.split("/")
            if len(parts) > 1:
                yield from _stored(image, _located(called(artifact, parts[1]), google["location"], parts[0]))
        elif azure:
            yield from _stored(image, called(registries, azure["name"]))
        yield from _built(image, stages)


def _stored(image: Image, meant: Meant) -> Iterator[Link | Notification]:
    if meant.one is not None:
        target_evidence = meant.one.locate((REGISTRIES[meant.one.type],))
        yield Link(image.source.key, "runs_image", meant.one.key, image.evidence, target_evidence)
    elif meant.several:
        yield ambiguous(f"image {image.reference}", meant.several, image.evidence)
    elif meant.may:
        have = "have" if len(meant.may) > 1 else "has"
        yield warning(
            f"image {image.reference}: {named(meant.may)} {have} no statically known name and may hold it,"
            " but is not linked",
            image.evidence,
        )


def _located(meant: Meant, location: str, project: str) -> Meant:
    """Only the repositories in that location and project, as far as they say where they are."""

    def fits(repository: Resource) -> bool:
        written = text(repository, "location").lower(), text(repository, "project")
        return all(said in ("", wanted) for said, wanted in zip(written, (location, project), strict=True))

    found = tuple(each for each in (*((meant.one,) if meant.one else ()), *meant.several) if fits(each))
    if len(found) == 1:
        return Meant(found[0])
    return Meant(several=found, may=tuple(each for each in meant.may if fits(each)))


def _stages(release: Release) -> _Stages:
    labelled: dict[str, list[tuple[Resource, str]]] = {}
    filed: dict[str, list[Resource]] = {}
    for stage in release.by_type.get("dockerfile_stage", ()):
        if stage.attributes.get("final") is not True:
            continue
        for label in _NAME_LABELS:
            name = text(stage, "labels", label)
            if name:
                labelled.setdefault(untagged(name), []).append((stage, label))
        for name in _file_names(stage.location.path):
            filed.setdefault(name, []).append(stage)
    return _Stages(
        {name: tuple(found) for name, found in labelled.items()},
        {name: tuple(found) for name, found in filed.items()},
    )


def _built(image: Image, stages: _Stages) -> Iterator[Link | Notification]:
    last = basename(image.repository)
    full = f"{image.registry}/{image.repository}".lstrip("/")
    names = dict.fromkeys((full, image.repository, last))
    by_label = [match for name in names for match in stages.labelled.get(name, ())]
    found = {stage.key: stage for stage, _ in by_label}
    if not found:
        found = {stage.key: stage for stage in stages.filed.get(last, ())}
    if len(found) > 1:
        yield ambiguous(f"image {image.reference}", tuple(found.values()), image.evidence)
    for stage in found.values() if len(found) == 1 else ():
        label = next((label for _, label in by_label), "")
        target_evidence = stage.locate(("labels", label) if label else ("base",))
        yield Link(image.source.key, "runs_image", stage.key, image.evidence, target_evidence)


def _file_names(path: str) -> Iterator[str]:
    """The image names that a Dockerfile's place suggests: of its directory, its suffix or its prefix."""
    match = _DOCKERFILE.fullmatch(basename(path))
    suggested = (basename(dirname(path)), *(match.group("before", "after") if match else ()))
    yield from dict.fromkeys(filter(None, suggested))
