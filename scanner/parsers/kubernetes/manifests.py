"""The Kubernetes objects of a file: which texts hold some, and what each object is called."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from posixpath import basename
from typing import Any

from scanner.core.location import Location
from scanner.core.notification import Level, Notification
from scanner.core.values import AttributePath
from scanner.parsers.kubernetes.heads import HEAD_SIZE, holds_objects, is_of_other_system
from scanner.parsers.kubernetes.reading import Written, at, elements, mapping, word
from scanner.yaml_source import Document

KUSTOMIZATIONS = ("kustomization.yaml", "kustomization.yml", "Kustomization")
"""The names by which kustomize finds its file in a folder; such a file need not say what kind it is."""

_KUSTOMIZATION = ("kustomize.config.k8s.io/v1beta1", "Kustomization")
_SUFFIXES = (".yaml", ".yml", ".json")
_CHART = re.compile(rb"^apiVersion[ \t]*:[ \t]*[\"']?v[12]\b", re.MULTILINE)
_HELM = re.compile(
    rb"\{\{-?[ \t]*(?:[a-z]\w*[ \t(]+)*"
    rb"(?:\$?\.(?:Values|Release|Chart|Capabilities|Files|Template)\b|(?:include|template|define)[ \t]+\")"
)

# Kinds that mean one thing, and the API groups in which they do; elsewhere the type carries its group.
_GROUPS: dict[str, tuple[str, ...]] = {
    **dict.fromkeys(
        ("ConfigMap", "Endpoints", "Namespace", "Node", "PersistentVolume", "PersistentVolumeClaim"), ("",)
    ),
    **dict.fromkeys(("Pod", "PodTemplate", "ReplicationController", "Secret", "Service", "ServiceAccount"), ("",)),
    **dict.fromkeys(("DaemonSet", "Deployment", "ReplicaSet", "StatefulSet"), ("apps", "extensions")),
    **dict.fromkeys(("CronJob", "Job"), ("batch",)),
    **dict.fromkeys(("Ingress", "NetworkPolicy"), ("networking.k8s.io", "extensions")),
    **dict.fromkeys(
        ("ClusterRole", "ClusterRoleBinding", "Role", "RoleBinding"),
        ("rbac.authorization.k8s.io", "authorization.openshift.io"),
    ),
    **dict.fromkeys(("Gateway", "GatewayClass", "HTTPRoute"), ("gateway.networking.k8s.io",)),
    **dict.fromkeys(
        ("InferenceService", "ServingRuntime", "ClusterServingRuntime"), ("serving.kserve.io", "serving.kubeflow.org")
    ),
    **dict.fromkeys(("Server", "ServerConfig"), ("mlops.seldon.io",)),
    "Rollout": ("argoproj.io",),
}
_KINDS = {kind.lower(): kind for kind in _GROUPS}
# What says beside one of `apiVersion` and `kind` that the other one was forgotten.
_LIKE_API = frozenset({"kind", "metadata", "spec", "data"})
_LIKE_KIND = frozenset({"apiVersion", "metadata"})
_OTHER_TYPES = {
    ("Service", "serving.knative.dev"): "KnativeService",
    ("Configuration", "serving.knative.dev"): "KnativeConfiguration",
    ("Gateway", "networking.istio.io"): "IstioGateway",
    ("NetworkPolicy", "crd.projectcalico.org"): "CalicoNetworkPolicy",
    ("NetworkPolicy", "projectcalico.org"): "CalicoNetworkPolicy",
}
_WITHOUT_NAMESPACE = """
    APIService AdminNetworkPolicy BaselineAdminNetworkPolicy CSIDriver CSINode CertificateSigningRequest
    CiliumClusterwideNetworkPolicy ClusterCleanupPolicy ClusterExternalSecret ClusterImagePolicy ClusterIssuer
    ClusterNetworkPolicy ClusterPolicy ClusterQueue ClusterRole ClusterRoleBinding ClusterSecretStore
    ClusterServingRuntime ClusterStorageContainer ClusterTrainingRuntime ClusterTrustBundle ClusterWorkflowTemplate
    ComponentStatus ConstraintTemplate CustomResourceDefinition DeviceClass EC2NodeClass FlowSchema GatewayClass
    GlobalNetworkPolicy IPAddress IngressClass LocalModelCache LocalModelNode LocalModelNodeGroup
    MutatingAdmissionPolicy MutatingAdmissionPolicyBinding MutatingWebhookConfiguration Namespace Node NodeClaim
    NodePool PersistentVolume PodSecurityPolicy PriorityClass PriorityLevelConfiguration ResourceFlavor
    ResourceSlice RuntimeClass ServiceCIDR StorageClass ValidatingAdmissionPolicy ValidatingAdmissionPolicyBinding
    ValidatingWebhookConfiguration VolumeAttachment VolumeAttributesClass
"""
_CLUSTER_SCOPED = frozenset(_WITHOUT_NAMESPACE.split())


@dataclass(frozen=True)
class Manifest:
    """One object: `path` leads to it in its document, whose positions are `lines`."""

    api_version: str
    kind: str
    body: Mapping[str, Any]
    path: AttributePath
    lines: Mapping[AttributePath, Location]
    location: Location

    @property
    def group(self) -> str:
        return self.api_version.rpartition("/")[0]

    @property
    def type(self) -> str:
        """The kind, told apart from the same kind of another API: `KnativeService`, `Role.iam.example`."""
        known = _OTHER_TYPES.get((self.kind, self.group))
        if known or self.group in _GROUPS.get(self.kind, (self.group,)):
            return known or self.kind
        return f"{self.kind}.{self.group}" if self.group else self.kind

    @property
    def name(self) -> str:
        return word(at(self.body, "metadata", "name")) or word(at(self.body, "metadata", "generateName")) or ""

    @property
    def namespace(self) -> str | None:
        """The namespace, `default` when none is written, None for a kind that lives in none."""
        if self.kind in _CLUSTER_SCOPED or self.group == "constraints.gatekeeper.sh":
            return None
        return word(at(self.body, "metadata", "namespace")) or "default"

    @property
    def address(self) -> str:
        if not self.name:
            return self.kind
        return "/".join(filter(None, (self.namespace, self.kind, self.name)))

    def written(self, attributes: Mapping[str, Any], routes: Mapping[AttributePath, AttributePath]) -> Written:
        """The lines of attributes, which `routes` leads to places in this object."""
        absolute = {attribute: self.path + place for attribute, place in routes.items()}
        return Written(self.lines, absolute, attributes)

    def location_of(self, path: AttributePath) -> Location:
        """The place of what stands at `path` in this object, or of the object."""
        return self.lines.get(self.path + path, self.location) if path else self.location


def is_kustomization(path: str) -> bool:
    """Whether a file has a name that kustomize looks for."""
    return basename(path) in KUSTOMIZATIONS


def claims(path: str, head: bytes) -> bool:
    """Whether a file holds Kubernetes objects: `apiVersion` and `kind` as keys of one document, or kustomize's name.

    So does a Helm chart: its Chart.yaml, and templates that leave even these keys to others.
    """
    return _is_claimed(path, head, is_cut_off=len(head) >= HEAD_SIZE)


def is_claimed_whole(path: str, text: str) -> bool:
    """The same for the whole text of a file, of which the head alone was seen before."""
    # A character has up to four bytes; and of a large JSON text the head has said enough.
    if len(text) < HEAD_SIZE // 4 or text[:100].lstrip()[:1] in ("{", "["):
        return True
    return _is_claimed(path, text.encode(errors="replace"), is_cut_off=False)


def _is_claimed(path: str, text: bytes, *, is_cut_off: bool) -> bool:
    if is_kustomization(path):
        return True
    if not path.lower().endswith(_SUFFIXES):
        return False
    text = text.removeprefix(b"\xef\xbb\xbf")
    if basename(path) == "Chart.yaml":
        return _CHART.search(text) is not None and b"{{" not in text
    if "/templates/" in f"/{path}" and _HELM.search(text):
        return True
    return holds_objects(text, is_cut_off=is_cut_off)


def manifests_of(document: Document) -> Iterator[Manifest | Notification]:
    """The objects of one document, each item of a list by itself; a document that is no object gives none."""
    unwritten = ("", "")
    if is_kustomization(document.location.path):
        unwritten = _KUSTOMIZATION if mapping(document.value) else unwritten
    items = [i for i, each in enumerate(elements(document.value)) if {"apiVersion", "kind"} <= set(mapping(each))]
    if items:
        message = "a list of objects without kind List, which Kubernetes does not read, was not checked"
        where = document.locations.get((items[0],), document.location)
        yield _warning(f"{message}; make each of its {len(items)} objects a document of its own", where)
    yield from _objects(document, document.value, (), unwritten)


def _objects(
    document: Document, value: Any, path: AttributePath, inherited: tuple[str, str]
) -> Iterator[Manifest | Notification]:
    body = mapping(value)
    location = document.locations.get(path, document.location) if path else document.location
    written = body.get("apiVersion"), body.get("kind")
    api_version, kind = (own if isinstance(own, str) else "" for own in written)
    api_version, kind = api_version or inherited[0], kind or inherited[1]
    if not api_version or not kind:
        if path or _is_nearly_an_object(body, api_version, kind):
            missing = " and ".join(name for name in ("apiVersion", "kind") if not isinstance(body.get(name), str))
            message = f"{missing} not written: this is no Kubernetes object and was not checked; add what is missing"
            yield _warning(message, location)
        return
    if is_of_other_system(api_version):
        return
    items = body.get("items")
    if kind == "List" or (kind.endswith("List") and (isinstance(items, list) or ("items" in body and items is None))):
        if items is not None and not isinstance(items, list):
            message = "items is no list of objects and was not checked; correct it"
            yield Notification(Level.ERROR, message, "parser", document.locations.get((*path, "items"), location))
        of_items = ("", "") if kind == "List" else (api_version, kind.removesuffix("List"))
        for index, item in enumerate(elements(items)):
            yield from _objects(document, item, (*path, "items", index), of_items)
        return
    if kind == "Template" and api_version in ("v1", "template.openshift.io/v1") and "objects" in body:
        message = "template not rendered: an OpenShift template; render it with oc process and scan the output"
        yield Notification(Level.ERROR, message, "parser", location)
    manifest = Manifest(api_version, kind, body, path, document.locations, location)
    meant = _KINDS.get(kind.lower(), kind)
    if meant != kind and manifest.group in _GROUPS[meant]:
        message = f"the kind {kind} does not exist and was not checked as {meant}, which is written so; correct it"
        yield _warning(message, manifest.location_of(("kind",)))
    yield manifest


def _is_nearly_an_object(body: Mapping[str, Any], api_version: str, kind: str) -> bool:
    if not api_version and not kind:
        return {"apiversion", "kind"} <= {key.lower() for key in body}
    return not (_LIKE_API if api_version else _LIKE_KIND).isdisjoint(body)


def strays(documents: Sequence[Document]) -> Iterator[Notification]:
    """What stands among the objects of a file and is not even a mapping."""
    for document in documents:
        if isinstance(document.value, str | int | float) or document.value in ([], {}):
            message = "a document among objects that is none; a --- at the start of a line ends even a text around it"
            yield _warning(message, document.location)


def _warning(message: str, location: Location) -> Notification:
    return Notification(Level.WARNING, message, "parser", location)
