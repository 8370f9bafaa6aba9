"""The roles that every cluster has by itself, and what they allow.

From Kubernetes' own bootstrap policy as it stands in `cluster-roles.yaml` and `namespace-roles.yaml` (in
plugin/pkg/auth/authorizer/rbac/bootstrappolicy/testdata of kubernetes/kubernetes), with rules of the same verbs put
together. What `admin`, `edit` and `view` take in from roles with a certain label is not here.
"""

from collections.abc import Sequence
from dataclasses import dataclass

_READ = "get list watch"
_WRITE = "create delete deletecollection patch update"
_CONTROLLERS = "daemonsets deployments replicasets statefulsets"
_SCALES = "deployments/scale replicasets/scale statefulsets/scale"

# Each role: its rules as verbs, API groups ("core" is the group without a name), resources, and names.
_RULES: dict[str, tuple[tuple[str, ...], ...]] = {
    "cluster-admin": (("*", "*", "*"),),
    "system:aggregate-to-view": (
        (
            _READ,
            "core",
            "bindings configmaps endpoints events limitranges namespaces namespaces/status persistentvolumeclaims "
            "persistentvolumeclaims/status pods pods/log pods/status replicationcontrollers "
            "replicationcontrollers/scale replicationcontrollers/status resourcequotas resourcequotas/status "
            "serviceaccounts services services/status",
        ),
        (
            _READ,
            "apps",
            f"controllerrevisions {_CONTROLLERS} {_SCALES} daemonsets/status deployments/status replicasets/status "
            "statefulsets/status",
        ),
        (_READ, "autoscaling", "horizontalpodautoscalers horizontalpodautoscalers/status"),
        (_READ, "batch", "cronjobs cronjobs/status jobs jobs/status"),
        (_READ, "discovery.k8s.io", "endpointslices"),
        (_READ, "networking.k8s.io", "ingresses ingresses/status networkpolicies"),
        (_READ, "policy", "poddisruptionbudgets poddisruptionbudgets/status"),
    ),
    "system:aggregate-to-edit": (
        (_READ, "core", "pods/attach pods/exec pods/portforward pods/proxy secrets services/proxy"),
        ("impersonate", "core", "serviceaccounts"),
        (
            _WRITE,
            "core",
            "configmaps events persistentvolumeclaims pods pods/attach pods/exec pods/portforward pods/proxy "
            "replicationcontrollers replicationcontrollers/scale secrets serviceaccounts services services/proxy",
        ),
        ("create", "core", "pods/eviction serviceaccounts/token"),
        (_WRITE, "apps", f"{_CONTROLLERS} {_SCALES} deployments/rollback"),
        (_WRITE, "autoscaling", "horizontalpodautoscalers"),
        (_WRITE, "batch", "cronjobs jobs"),
        (_WRITE, "networking.k8s.io", "ingresses networkpolicies"),
        (_WRITE, "policy", "poddisruptionbudgets"),
        (f"{_READ} {_WRITE}", "coordination.k8s.io", "leases"),
    ),
    "system:aggregate-to-admin": (
        ("create", "authorization.k8s.io", "localsubjectaccessreviews"),
        (f"{_READ} {_WRITE}", "rbac.authorization.k8s.io", "rolebindings roles"),
    ),
    "system:auth-delegator": (
        ("create", "authentication.k8s.io", "tokenreviews"),
        ("create", "authorization.k8s.io", "subjectaccessreviews"),
    ),
    "system:basic-user": (
        ("create", "authorization.k8s.io", "selfsubjectaccessreviews selfsubjectrulesreviews"),
        ("create", "authentication.k8s.io", "selfsubjectreviews"),
    ),
    "system:heapster": ((_READ, "core", "events namespaces nodes pods"), (_READ, "extensions", "deployments")),
    "system:kube-aggregator": ((_READ, "core", "endpoints services"),),
    "system:kube-controller-manager": (
        ("list watch", "*", "*"),
        ("create delete get update", "core", "secrets"),
        ("create get update", "core", "serviceaccounts"),
        ("get", "core", "configmaps namespaces"),
        ("create", "core", "serviceaccounts/token"),
        ("create patch update", "core events.k8s.io", "events"),
        ("create", "authentication.k8s.io", "tokenreviews"),
        ("create", "authorization.k8s.io", "subjectaccessreviews"),
        ("create", "coordination.k8s.io", "leases"),
        ("get update", "coordination.k8s.io", "leases", "kube-controller-manager"),
    ),
    "system:kube-dns": (("list watch", "core", "endpoints services"),),
    "system:kubelet-api-admin": (
        (f"{_READ} proxy", "core", "nodes"),
        ("*", "core", "nodes/log nodes/metrics nodes/proxy nodes/stats"),
    ),
    "system:node-bootstrapper": (("create get list watch", "certificates.k8s.io", "certificatesigningrequests"),),
    "system:node-problem-detector": (
        ("get", "core", "nodes"),
        ("patch", "core", "nodes/status"),
        ("create patch update", "core events.k8s.io", "events"),
    ),
    "system:node-proxier": (
        ("list watch", "core", "endpoints services"),
        (_READ, "core", "nodes"),
        ("create patch update", "core events.k8s.io", "events"),
        ("list watch", "discovery.k8s.io", "endpointslices"),
    ),
    "system:persistent-volume-provisioner": (
        ("create delete get list watch", "core", "persistentvolumes"),
        ("get list update watch", "core", "persistentvolumeclaims"),
        (_READ, "storage.k8s.io", "storageclasses"),
        ("watch", "core", "events"),
        ("create patch update", "core events.k8s.io", "events"),
    ),
    "system:volume-scheduler": (
        ("get list patch update watch", "core", "persistentvolumeclaims persistentvolumes"),
        (_READ, "storage.k8s.io", "storageclasses"),
    ),
}
_URLS = {
    "cluster-admin": "*",
    "system:discovery": "/api /api/* /apis /apis/* /healthz /livez /openapi /openapi/* /readyz /version /version/",
    "system:monitoring": "/healthz /healthz/* /livez /livez/* /metrics /metrics/slis /readyz /readyz/*",
    "system:public-info-viewer": "/healthz /livez /readyz /version /version/",
    "system:service-account-issuer-discovery": "/.well-known/openid-configuration /openid/v1/jwks",
}
_MADE_OF = {
    "view": ("system:aggregate-to-view",),
    "edit": ("system:aggregate-to-edit", "system:aggregate-to-view"),
    "admin": ("system:aggregate-to-admin", "system:aggregate-to-edit", "system:aggregate-to-view"),
}
_READER = "extension-apiserver-authentication-reader"


@dataclass(frozen=True)
class Rule:
    """What one rule of a built-in role allows, in the words of a role's `rules`."""

    verbs: Sequence[str]
    api_groups: Sequence[str] = ()
    resources: Sequence[str] = ()
    resource_names: Sequence[str] = ()
    non_resource_urls: Sequence[str] = ()


def built_in_rules(kind: str, name: str) -> tuple[Rule, ...]:
    """The rules of the built-in role of that kind and name, none for a role that is not known."""
    if kind == "Role":
        rows: tuple[tuple[str, ...], ...] = (("get list watch", "core", "configmaps", name.removesuffix("-reader")),)
        return tuple(_rule(row) for row in rows if name == _READER)
    made_of = _MADE_OF.get(name, (name,))
    rules = [_rule(row) for each in made_of for row in _RULES.get(each, ())]
    if name in _URLS:
        urls = _URLS[name].split()
        rules.append(Rule(("*",) if urls == ["*"] else ("get",), non_resource_urls=tuple(urls)))
    return tuple(rules)


def _rule(row: tuple[str, ...]) -> Rule:
    verbs, groups, resources, names = (tuple(cell.split()) for cell in (*row, "")[:4])
    return Rule(verbs, tuple("" if group == "core" else group for group in groups), resources, names)
