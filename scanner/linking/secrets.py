"""`reads` and `makes`: the Secrets and ConfigMaps that a workload takes in, and what makes a Secret."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from scanner.core.notification import Notification
from scanner.core.resource import Link, Release, Resource
from scanner.core.values import AttributePath
from scanner.linking.cluster import manifests
from scanner.linking.interface import ambiguous
from scanner.linking.objects import Objects, namespace_of, nearest, objects_of
from scanner.linking.reading import text, texts

# What makes Secrets, and the attributes that name them; an object's own name where none of them is written.
MAKERS: Mapping[str, tuple[AttributePath, ...]] = {
    "Certificate": (("spec", "secretName"),),
    "ExternalSecret": (("spec", "target", "name"),),
    "InfisicalSecret": (("spec", "managedSecretReference", "secretName"),),
    "OnePasswordItem": (),
    "SealedSecret": (("spec", "template", "metadata", "name"),),
    "SecretProviderClass": (("spec", "secretObjects", "secretName"),),
    "SopsSecret": (("spec", "secretTemplates", "name"),),
    "VaultDynamicSecret": (("spec", "destination", "name"),),
    "VaultPKISecret": (("spec", "destination", "name"),),
    "VaultStaticSecret": (("spec", "destination", "name"),),
}
# Keys of a pod spec, by the kind of object that they name; the name stands under one of these attributes.
_REFERENCES: Mapping[str, tuple[str, tuple[str, ...]]] = {
    "secretKeyRef": ("Secret", ("name",)),
    "secretRef": ("Secret", ("name",)),
    "nodePublishSecretRef": ("Secret", ("name",)),
    "secret": ("Secret", ("secretName", "name")),
    "configMapKeyRef": ("ConfigMap", ("name",)),
    "configMapRef": ("ConfigMap", ("name",)),
    "configMap": ("ConfigMap", ("name",)),
}


@dataclass(frozen=True)
class Reference:
    """A Secret, ConfigMap or SecretProviderClass that `holder` names at `path`."""

    holder: Resource
    path: AttributePath
    kind: str
    name: str


def reads(release: Release) -> Iterator[Link | Notification]:
    """Links from workloads to the ConfigMaps and Secrets that they take in, or to what makes such a Secret."""
    known = objects_of(release, "ConfigMap", "Secret", "SecretProviderClass")
    made = made_secrets(release)
    for workload in release.by_type.get("workload", ()):
        for reference in references_of(release, workload):
            key = (text(workload, "namespace"), reference.name)
            found = nearest(known.get((reference.kind, *key), ()), workload)
            if not found and reference.kind == "Secret":
                found = nearest(made.get(key, ()), workload)
            evidence = reference.holder.locate(reference.path)
            if len(found) == 1:
                yield Link(workload.key, "reads", found[0].key, evidence, found[0].locate(("metadata", "name")))
            elif found:
                yield ambiguous(f"{workload.address}: {reference.kind} {reference.name}", found, evidence)


def makes(release: Release) -> Iterator[Link | Notification]:
    """Links from ExternalSecrets, SealedSecrets, Certificates and the like to their Secret, where it is written."""
    written = objects_of(release, "Secret")
    for maker, path, name in _made(release):
        found = nearest(written.get(("Secret", namespace_of(maker), name), ()), maker)
        if len(found) == 1:
            yield Link(maker.key, "makes", found[0].key, maker.locate(path), found[0].locate(("metadata", "name")))


def made_secrets(release: Release) -> Mapping[tuple[str, str], list[Resource]]:
    """What makes a Secret, by the Secret's namespace and name."""
    made: dict[tuple[str, str], list[Resource]] = {}
    for maker, _, name in _made(release):
        made.setdefault((namespace_of(maker), name), []).append(maker)
    return made


def references_of(release: Release, workload: Resource) -> Iterator[Reference]:
    """Everything that the pods of a workload take in by name."""
    of_pod = {name: workload.attributes.get(name) for name in ("volumes", "image_pull_secrets")}
    yield from _references(workload, of_pod, ())
    for container in release.children.get(workload.key, ()):
        for name in ("env", "env_from"):
            yield from _references(container, container.attributes.get(name), (name,))


def find_secret(
    written: Objects, made: Mapping[tuple[str, str], list[Resource]], key: tuple[str, str]
) -> list[Resource]:
    """The Secret of this namespace and name, or what makes it."""
    return [*written.get(("Secret", *key), ())] or [*made.get(key, ())]


def _made(release: Release) -> Iterator[tuple[Resource, AttributePath, str]]:
    for maker in manifests(release, *MAKERS):
        named = [(at, name) for path in MAKERS[maker.type] for at, name in texts(maker, *path)]
        own: list[tuple[AttributePath, str]] = [(("metadata", "name"), text(maker, "metadata", "name"))]
        yield from ((maker, at, name) for at, name in named or own)


def _references(holder: Resource, value: Any, path: AttributePath) -> Iterator[Reference]:
    if isinstance(value, list):
        for index, each in enumerate(value):
            yield from _references(holder, each, (*path, index))
    elif isinstance(value, Mapping):
        for key, inner in value.items():
            if key in _REFERENCES:
                kind, attributes = _REFERENCES[key]
                name = (
                    next((inner[each] for each in attributes if each in inner), "")
                    if isinstance(inner, Mapping)
                    else ""
                )
                if isinstance(name, str) and name:
                    yield Reference(holder, (*path, key), kind, name)
            elif key == "secretProviderClass" and isinstance(inner, str):
                yield Reference(holder, (*path, key), "SecretProviderClass", inner)
            elif key == "image_pull_secrets" and isinstance(inner, list):
                for index, each in enumerate(inner):
                    if isinstance(each, Mapping) and isinstance(each.get("name"), str):
                        yield Reference(holder, (*path, key, index, "name"), "Secret", each["name"])
            elif isinstance(inner, Mapping | list):
                yield from _references(holder, inner, (*path, key))
