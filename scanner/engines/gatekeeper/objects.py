"""The Kubernetes objects of a release as Gatekeeper would get them for review."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from scanner.core.resource import Release, Resource
from scanner.core.values import AttributePath, Unresolved, leaves
from scanner.engines.rego.document import foreign_json

_DEFAULT = "default"


@dataclass(frozen=True)
class KubernetesObject:
    """One object under review; `body` is its document without what is not known, which `unresolved` lists.

    `place` leads from the resource's attributes to the body: an object that a controller will make stands in that of
    its owner. `namespace` is None for one that lives in none; `is_placed` is whether it says its namespace itself.
    `is_generated` is whether an ExpansionTemplate made it. `fault` is why it cannot be reviewed at all.
    """

    resource: Resource
    body: Mapping[str, Any] = field(repr=False)
    api_version: str
    kind: str
    namespace: str | None
    is_placed: bool
    unresolved: tuple[tuple[AttributePath, Unresolved], ...] = ()
    place: AttributePath = ()
    is_generated: bool = False
    fault: str = ""

    @property
    def group(self) -> str:
        return self.api_version.rpartition("/")[0]

    @property
    def version(self) -> str:
        return self.api_version.rpartition("/")[2]

    @property
    def metadata(self) -> Mapping[str, Any]:
        found = self.body.get("metadata")
        return found if isinstance(found, Mapping) else {}

    @property
    def name(self) -> str:
        return _text(self.metadata.get("name"))

    @property
    def generate_name(self) -> str:
        return _text(self.metadata.get("generateName"))

    @property
    def labels(self) -> Mapping[str, str]:
        found = self.metadata.get("labels")
        return {str(key): str(value) for key, value in found.items()} if isinstance(found, Mapping) else {}

    @property
    def is_namespace(self) -> bool:
        return self.kind == "Namespace" and not self.group

    def unknown_below(self, *path: str) -> Unresolved | None:
        """Why something at, below or around the path is not known; None when all of it is."""
        for found, cause in self.unresolved:
            if found[: len(path)] == path or path[: len(found)] == found:
                return cause
        return None


def objects_of(release: Release) -> list[KubernetesObject]:
    """The objects of a release, in its order."""
    return [_object(each) for each in release.resources if each.format == "kubernetes" and each.parent is None]


def _object(resource: Resource) -> KubernetesObject:
    attributes = resource.attributes
    api_version, kind = attributes.get("apiVersion"), attributes.get("kind")
    fault = ""
    if not isinstance(api_version, str) or not isinstance(kind, str):
        fault = "it does not write its apiVersion and kind"
        api_version, kind = "", resource.type.partition(".")[0]
    unresolved = tuple((path, value) for path, value in leaves(attributes) if isinstance(value, Unresolved))
    body = without_unknown(attributes) if unresolved else attributes
    metadata = attributes.get("metadata")
    written = metadata.get("namespace") if isinstance(metadata, Mapping) else None
    namespace = written if isinstance(written, str) and written else _DEFAULT
    is_placed = namespace == written
    if _is_in_no_namespace(resource):
        return _checked(KubernetesObject(resource, body, api_version, kind, None, True, unresolved, fault=fault))
    if not is_placed:  # as the API server fills it in
        own = body.get("metadata")
        body = {**body, "metadata": {**(own if isinstance(own, Mapping) else {}), "namespace": namespace}}
    return _checked(KubernetesObject(resource, body, api_version, kind, namespace, is_placed, unresolved, fault=fault))


def _is_in_no_namespace(resource: Resource) -> bool:
    """By the address, in which the namespace stands before kind and name."""
    parts = resource.address.split("/")
    return len(parts) == 2 or (len(parts) == 1 and resource.type.partition(".")[0] == "Namespace")


def _checked(found: KubernetesObject) -> KubernetesObject:
    """With its fault, when Rego cannot hold what it has (integers beyond 64 bits, text that is none)."""
    if found.fault:
        return found
    try:
        foreign_json({"review": {"object": found.body}})
    except ValueError as error:
        return KubernetesObject(
            found.resource,
            {},
            found.api_version,
            found.kind,
            found.namespace,
            found.is_placed,
            found.unresolved,
            fault=str(error),
        )
    return found


def without_unknown(value: Any) -> Any:
    """`value` without the unresolved values in it."""
    if isinstance(value, Mapping):
        return {key: without_unknown(inner) for key, inner in value.items() if not isinstance(inner, Unresolved)}
    if isinstance(value, Sequence) and not isinstance(value, str | bytes):
        return [without_unknown(inner) for inner in value if not isinstance(inner, Unresolved)]
    return value


class Namespaces:
    """The Namespace objects of a release, by the world that asks."""

    def __init__(self, objects: Sequence[KubernetesObject]) -> None:
        self._found: dict[tuple[str, str], KubernetesObject] = {
            (each.resource.world, each.name): each for each in objects if each.is_namespace and each.name
        }

    def of(self, judged: KubernetesObject) -> KubernetesObject | None:
        """The object of the namespace that `judged` is in, when the release has it."""
        if judged.namespace is None:
            return None
        world = judged.resource.world
        return self._found.get((world, judged.namespace)) or self._found.get(("", judged.namespace))


def review_json(judged: KubernetesObject, namespaces: Namespaces) -> str:
    """The document of a review, as Gatekeeper gets it when the object is created."""
    review: dict[str, Any] = {
        "uid": "",
        "kind": {"group": judged.group, "version": judged.version, "kind": judged.kind},
        "resource": {"group": "", "version": "", "resource": ""},
        "name": judged.name,
        "operation": "CREATE",
        "userInfo": {},
        "object": judged.body,
        "oldObject": None,
        "dryRun": False,
        "options": None,
    }
    if judged.namespace is not None:
        review["namespace"] = judged.namespace
        found = namespaces.of(judged)
        if found is not None and not found.fault:
            review["namespaceObject"] = found.body
            review["_unstable"] = {"namespace": found.body}
    return foreign_json({"review": review})


def inventory(objects: Sequence[KubernetesObject], world: str) -> dict[str, Any]:
    """`data.inventory` as an object of that world sees it: by namespace, version, kind and name."""
    result: dict[str, Any] = {"cluster": {}, "namespace": {}}
    for each in objects:
        if each.fault or each.place or each.resource.world not in ("", world):
            continue
        tree = result["cluster"]
        if each.namespace is not None:
            tree = result["namespace"].setdefault(each.namespace, {})
        kinds = tree.setdefault(each.api_version, {}).setdefault(each.kind, {})
        kinds[each.name or each.generate_name] = each.body
    return result


def in_worlds(objects: Sequence[KubernetesObject], worlds: Sequence[str]) -> Iterator[KubernetesObject]:
    """Those that a policy judges that is only of `worlds`."""
    for each in objects:
        if not worlds or each.resource.world in ("", *worlds):
            yield each


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""
