"""`runs_image`: container → the registry repository of its image, and the Dockerfile stage it is built from."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from posixpath import basename, dirname

from scanner.core.location import Location
from scanner.core.notification import Notification
from scanner.core.resource import Link, Release, Resource
from scanner.linking.interface import ambiguous, named, warning
from scanner.linking.reading import text
from scanner.linking.terraform import Meant, called, names_of

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
    """Links from every container with a known image."""
    stages = _stages(release)
    repositories = names_of(release, ("aws_ecr_repository",), "name")
    artifact = names_of(release, ("google_artifact_registry_repository",), "repository_id")
    registries = names_of(release, ("azurerm_container_registry",), "name", str.lower)
    for container in release.by_type.get("container", ()):
        registry, repository = text(container, "image", "registry").lower(), text(container, "image", "repository")
        if not repository:
            continue
        google, azure = _ARTIFACT_REGISTRY.fullmatch(registry), _AZURE.fullmatch(registry)
        if _ECR.fullmatch(registry):
            yield from _stored(container, called(repositories, repository), "name")
        elif google:
            parts = repository.split("/")
            if len(parts) > 1:
                found = _located(called(artifact, parts[1]), google["location"], parts[0])
                yield from _stored(container, found, "repository_id")
        elif azure:
            yield from _stored(container, called(registries, azure["name"]), "name")
        yield from _built(container, stages, repository)


def _stored(container: Resource, meant: Meant, name: str) -> Iterator[Link | Notification]:
    evidence, reference = _image_line(container), text(container, "image", "reference")
    if meant.one is not None:
        yield Link(container.key, "runs_image", meant.one.key, evidence, meant.one.locate((name,)))
    elif meant.several:
        yield ambiguous(f"image {reference}", meant.several, evidence)
    elif meant.may:
        have = "have" if len(meant.may) > 1 else "has"
        yield warning(
            f"image {reference}: {named(meant.may)} {have} no statically known name and may hold it, but is not linked",
            evidence,
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
                labelled.setdefault(_untagged(name), []).append((stage, label))
        for name in _file_names(stage.location.path):
            filed.setdefault(name, []).append(stage)
    return _Stages(
        {name: tuple(found) for name, found in labelled.items()},
        {name: tuple(found) for name, found in filed.items()},
    )


def _built(container: Resource, stages: _Stages, repository: str) -> Iterator[Link | Notification]:
    evidence, last = _image_line(container), basename(repository)
    full = f"{text(container, 'image', 'registry')}/{repository}".lstrip("/")
    by_label = [match for name in dict.fromkeys((full, repository, last)) for match in stages.labelled.get(name, ())]
    found = {stage.key: stage for stage, _ in by_label}
    if not found:
        found = {stage.key: stage for stage in stages.filed.get(last, ())}
    if len(found) > 1:
        yield ambiguous(f"image {text(container, 'image', 'reference')}", tuple(found.values()), evidence)
    for stage in found.values() if len(found) == 1 else ():
        label = next((label for _, label in by_label), "")
        yield Link(container.key, "runs_image", stage.key, evidence, _stage_line(stage, label))


def _stage_line(stage: Resource, label: str) -> Location:
    return stage.locate(("labels", label) if label else ("base",))


def _image_line(container: Resource) -> Location:
    return container.locate(("image", "reference"))


def _untagged(name: str) -> str:
    """An image's name without tag and digest."""
    name = name.partition("@")[0]
    before, colon, tag = name.rpartition(":")
    return before if colon and "/" not in tag else name


def _file_names(path: str) -> Iterator[str]:
    """The image names that a Dockerfile's place suggests: of its directory, its suffix or its prefix."""
    match = _DOCKERFILE.fullmatch(basename(path))
    suggested = (basename(dirname(path)), *(match.group("before", "after") if match else ()))
    yield from dict.fromkeys(filter(None, suggested))
