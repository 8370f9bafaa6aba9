"""Objects of one rendering are one world: nothing of one overlay is joined with anything of another one."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from scanner.core.resource import Release, Resource
from scanner.linking import link
from scanner.linking.objects import nearest, share_a_world
from tests.linking.builder import manifest, workload

LABELS = {"app": "api"}


def rendered(resource: Resource, origin: str) -> Resource:
    return replace(resource, origin=origin, world=origin)


def ties(*resources: Resource) -> set[tuple[str, str, str]]:
    return {(each.source, each.kind, each.target) for each in link(Release(resources))[0]}


def api(origin: str, attributes: Mapping[str, Any] | None = None) -> Resource:
    return rendered(workload("api", {"labels": LABELS, **(attributes or {})}, path="base/api.yaml"), origin)


def service(origin: str) -> Resource:
    return rendered(manifest("Service", "api", {"spec": {"selector": LABELS}}, path="base/service.yaml"), origin)


def test_two_overlays_are_not_in_one_cluster() -> None:
    assert share_a_world(service("a"), service("a"))
    assert share_a_world(service("a"), manifest("Service", "api"))
    assert not share_a_world(service("a"), service("b"))


def test_a_service_selects_the_pods_of_its_own_overlay() -> None:
    found = ties(service("dev"), service("prod"), api("dev"), api("prod"))
    selected = {(source, target) for source, kind, target in found if kind == "selects"}
    assert selected == {
        ("dev::prod/Service/api", "dev::prod/Deployment/api/pod"),
        ("prod::prod/Service/api", "prod::prod/Deployment/api/pod"),
    }


def test_what_is_not_rendered_is_in_every_world() -> None:
    plain = manifest("Service", "api", {"spec": {"selector": LABELS}}, path="plain.yaml")
    found = {(source, target) for source, kind, target in ties(plain, api("dev"), api("prod")) if kind == "selects"}
    assert found == {
        ("plain.yaml::prod/Service/api", "dev::prod/Deployment/api/pod"),
        ("plain.yaml::prod/Service/api", "prod::prod/Deployment/api/pod"),
    }


def test_a_route_leads_to_the_service_of_its_overlay() -> None:
    backend = {"service": {"name": "api", "port": {"number": 80}}}
    rules = [{"http": {"paths": [{"path": "/", "backend": backend}]}}]
    ingress = rendered(manifest("Ingress", "api", {"spec": {"rules": rules}}, path="base/ingress.yaml"), "prod")
    found = {
        (source, target) for source, kind, target in ties(ingress, service("dev"), service("prod")) if "::" in source
    }
    assert {target for source, target in found if source == ingress.key} == {"prod::prod/Service/api"}


def test_accounts_and_roles_of_the_own_overlay_or_of_none() -> None:
    account = manifest("ServiceAccount", "api", path="base/account.yaml")
    pod = api("prod", {"service_account": "api"})
    found = ties(pod, rendered(account, "dev"), rendered(account, "prod"))
    assert ("prod::prod/Deployment/api/pod", "uses_account", "prod::prod/ServiceAccount/api") in found
    assert not any(target.startswith("dev::") for source, _, target in found if source.startswith("prod::"))
    found = ties(pod, rendered(account, "dev"), account)
    assert ("prod::prod/Deployment/api/pod", "uses_account", "base/account.yaml::prod/ServiceAccount/api") in found
    role = manifest("Role", "reader", {"rules": []}, path="base/rbac.yaml")
    reference = {"roleRef": {"apiGroup": "rbac.authorization.k8s.io", "kind": "Role", "name": "reader"}}
    binding = rendered(manifest("RoleBinding", "reader", reference, path="base/rbac.yaml"), "dev")
    found = ties(binding, rendered(role, "dev"), rendered(role, "prod"))
    assert {target for source, kind, target in found if kind == "binds"} == {"dev::prod/Role/reader"}


def test_a_policy_of_the_mesh_decides_in_its_own_overlay_alone() -> None:
    strict = {"apiVersion": "security.istio.io/v1", "spec": {"mtls": {"mode": "STRICT"}}}
    loose = {"apiVersion": "security.istio.io/v1", "spec": {"mtls": {"mode": "PERMISSIVE"}}}
    found = ties(
        api("dev"),
        api("prod"),
        rendered(manifest("PeerAuthentication", "default", loose, path="dev.yaml"), "dev"),
        rendered(manifest("PeerAuthentication", "default", strict, path="prod.yaml"), "prod"),
    )
    decided = {
        (source.partition("::")[0], kind) for source, kind, target in found if target == "prod::prod/Deployment/api/pod"
    }
    decided |= {
        (target.partition("::")[0], kind) for source, kind, target in found if source == "prod::prod/Deployment/api/pod"
    }
    assert decided == {("prod", "requires_mtls"), *(each for each in decided if each[1] == "applies_to")}
    assert {origin for origin, _ in decided} == {"prod"}


def test_the_nearest_prefers_the_own_world() -> None:
    plain = manifest("Service", "api", path="base/service.yaml")
    source = rendered(manifest("Ingress", "api", path="base/ingress.yaml"), "prod")
    assert nearest([plain, service("prod"), service("dev")], source) == [service("prod")]
    assert nearest([plain, service("dev")], source) == [plain]
    assert nearest([service("dev")], source) == []


def of_chart(resource: Resource, origin: str) -> Resource:
    """An object of a chart, whose renderings are no alternatives of each other."""
    return replace(resource, origin=origin)


def test_the_nearest_prefers_the_own_rendering() -> None:
    role = manifest("ClusterRole", "cni", path="charts/cni/templates/role.yaml")
    binding = manifest("ClusterRoleBinding", "cni", path="charts/cni/templates/binding.yaml")
    alone, as_part = of_chart(role, "charts/cni"), of_chart(role, "charts/mesh")
    assert nearest([alone, as_part], of_chart(binding, "charts/mesh")) == [as_part]
    assert nearest([alone, as_part], of_chart(binding, "charts/cni")) == [alone]


def test_the_same_lines_in_several_renderings_are_one_object() -> None:
    source = manifest("Ingress", "api", path="elsewhere/ingress.yaml")
    other = rendered(manifest("Service", "api", path="other/service.yaml"), "other")
    assert nearest([service("prod"), service("dev")], source) == [service("prod")]
    assert nearest([service("prod"), other], source) == [service("prod"), other]
    twice = manifest("Service", "api", path="base/service.yaml")
    assert nearest([twice, twice], source) == [twice, twice]
