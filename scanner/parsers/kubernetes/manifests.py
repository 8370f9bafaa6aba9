"""The Kubernetes objects of a file: which texts hold some, and what each object is called."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from scanner.core.location import Location
from scanner.core.notification import Level, Notification
from scanner.core.values import AttributePath
from scanner.parsers.kubernetes.reading import Written, at, elements, mapping, word
from scanner.yaml_source import Document

HEAD_SIZE = 64 << 10

_SUFFIXES = (".yaml", ".yml", ".json")
_DOCUMENT_END = re.compile(rb"^---", re.MULTILINE)
_FIRST_LINE = re.compile(rb"^([ \t]*)([^\s#%].?)", re.MULTILINE)
_FLOW_KEY = rb"[{,\s][\"']?%s[\"']?\s*:"
_FLOW_KEYS = tuple(re.compile(_FLOW_KEY % key) for key in (b"apiVersion", b"kind"))
_BOM = re.compile(rb"\"bomFormat\"\s*:\s*\"CycloneDX\"")
_OTHER = re.compile(rb"apiVersion[\"']?\s*+:\s*+[\"']?+(?!releasegate/)")

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
    ClusterServingRuntime ClusterStorageContainer ClusterTrainingRuntime ClusterTrustBundle ComponentStatus
    ConstraintTemplate CustomResourceDefinition DeviceClass EC2NodeClass FlowSchema GatewayClass GlobalNetworkPolicy
    IPAddress IngressClass LocalModelCache LocalModelNode LocalModelNodeGroup MutatingAdmissionPolicy
    MutatingAdmissionPolicyBinding MutatingWebhookConfiguration Namespace Node NodeClaim NodePool PersistentVolume
    PodSecurityPolicy PriorityClass PriorityLevelConfiguration ResourceFlavor ResourceSlice RuntimeClass ServiceCIDR
    StorageClass ValidatingAdmissionPolicy ValidatingAdmissionPolicyBinding ValidatingWebhookConfiguration
    VolumeAttachment VolumeAttributesClass
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


def claims(path: str, head: bytes) -> bool:
    """Whether a file holds Kubernetes objects: `apiVersion` and `kind` as keys of one document."""
    if not path.lower().endswith(_SUFFIXES):
        return False
    head = head.removeprefix(b"\xef\xbb\xbf")
    if b"apiVersion" not in head or not _OTHER.search(head):
        return False
    documents = _DOCUMENT_END.split(head.replace(b"\r\n", b"\n").replace(b"\r", b"\n"))
    for index, document in enumerate(documents):
        first = _FIRST_LINE.search(document)
        if first is None:
            continue
        if first[2][:1] in (b"{", b"[") and first[2] != b"{{":
            keys_found = 0 if _BOM.search(document) else sum(1 for key in _FLOW_KEYS if key.search(document))
        else:
            keys = re.findall(rb"^" + first[1] + rb"[\"']?(apiVersion|kind)[\"']?[ \t]*:", document, re.MULTILINE)
            keys_found = len(set(keys))
        is_cut_off = len(head) >= HEAD_SIZE - 3 and index == len(documents) - 1
        if keys_found == 2 or (keys_found and is_cut_off):
            return True
    return False


def manifests_of(document: Document) -> Iterator[Manifest | Notification]:
    """The objects of one document, each item of a list by itself; a document that is no object gives none."""
    yield from _objects(document, document.value, (), ("", ""))


def _objects(
    document: Document, value: Any, path: AttributePath, inherited: tuple[str, str]
) -> Iterator[Manifest | Notification]:
    body = mapping(value)
    location = document.locations.get(path, document.location) if path else document.location
    written = body.get("apiVersion"), body.get("kind")
    api_version, kind = (own if isinstance(own, str) else "" for own in written)
    api_version, kind = api_version or inherited[0], kind or inherited[1]
    if not api_version or not kind:
        if path or (api_version and "spec" in body) or (kind and "metadata" in body):
            missing = " and ".join(name for name in ("apiVersion", "kind") if not isinstance(body.get(name), str))
            message = f"{missing} not written: this is no Kubernetes object and was not checked; add what is missing"
            yield Notification(Level.WARNING, message, "parser", location)
        return
    if api_version.startswith("releasegate/"):
        return
    if kind.endswith("List") and isinstance(body.get("items"), list):
        of_items = ("", "") if kind == "List" else (api_version, kind.removesuffix("List"))
        for index, item in enumerate(elements(body["items"])):
            yield from _objects(document, item, (*path, "items", index), of_items)
        return
    if kind == "Template" and api_version in ("v1", "template.openshift.io/v1") and "objects" in body:
        message = "template not rendered: an OpenShift template; render it with oc process and scan the output"
        yield Notification(Level.ERROR, message, "parser", location)
    yield Manifest(api_version, kind, body, path, document.locations, location)
