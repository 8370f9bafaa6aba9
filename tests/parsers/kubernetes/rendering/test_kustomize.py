"""Overlays rendered by the real programs: objects, values, and the file and line that each value comes from."""

from pathlib import Path

import pytest

from scanner.core.location import Location
from scanner.core.resource import Call
from tests.parsers.kubernetes.rendering.overlays_on_disk import (
    OVERLAYS,
    PROGRAMS,
    Read,
    any_program,
    program,
    read,
    write,
)

DEV = "dev/Deployment/api/pod/api"
EU = "prod/Deployment/prod-api-eu/pod/api"
DIGEST = "sha256:280e42163304b2fd435bcac6ed40798500d618115aef94c706500bfb3401b1f6"


@pytest.fixture(name="overlays", params=PROGRAMS)
def fixture_overlays(request: pytest.FixtureRequest) -> Read:
    return read(OVERLAYS, program(request.param))


def test_the_roots_alone_are_rendered_and_speak_for_what_they_are_made_of(overlays: Read) -> None:
    assert overlays.errors() == []
    assert overlays.origins() == ["dev", "prod-eu"]
    assert overlays.addresses("dev") == [
        "dev/ConfigMap/settings-kd482cmfkd",
        "dev/Deployment/api",
        "dev/Deployment/api/pod",
        "dev/Deployment/api/pod/api",
        "dev/Deployment/api/pod/debug",
        "dev/Service/api",
        "dev/ServiceAccount/api",
    ]
    assert overlays.addresses("prod-eu", "container", "NetworkPolicy", "Secret", "ConfigMap") == [
        "prod/ConfigMap/prod-settings-eu-tb8t59d9fd",
        "prod/Deployment/prod-api-eu/pod/api",
        "prod/Deployment/prod-api-eu/pod/proxy",
        "prod/NetworkPolicy/prod-closed-eu",
        "prod/Secret/prod-database-eu-dcdhhtt567",
        "prod/Secret/prod-fixed-eu",
    ]


def test_an_object_stands_where_its_base_is_written(overlays: Read) -> None:
    assert overlays.resource("dev/Deployment/api", "dev").location == Location("base/deployment.yaml", 1, 1, 34, 43)
    policy = overlays.resource("prod/NetworkPolicy/prod-closed-eu", "prod-eu")
    assert str(policy.location) == "components/hardened/network_policy.yaml:1"
    secret = overlays.resource("prod/Secret/prod-fixed-eu", "prod-eu")
    assert str(secret.location) == "prod/kustomization.yaml:33"
    account = overlays.resource("dev/ServiceAccount/api", "dev")
    assert str(account.location) == "base/service.yaml:12"


def test_a_reader_can_tell_the_overlay(overlays: Read) -> None:
    assert overlays.resource(DEV, "dev").calls == (
        Call("the overlay dev", Location("dev/kustomization.yaml", 2), "is put together here"),
    )
    assert overlays.resource(EU, "prod-eu").key == f"prod-eu::{EU}"


def test_a_container_that_a_patch_adds(overlays: Read) -> None:
    debug = overlays.resource("dev/Deployment/api/pod/debug", "dev")
    assert debug.attributes["security_context"]["privileged"] is True
    assert str(debug.location) == "dev/kustomization.yaml:20"
    assert overlays.place(debug.address, "dev", "image") == "dev/kustomization.yaml:21"
    assert overlays.place(debug.address, "dev", "security_context.privileged") == "dev/kustomization.yaml:23"
    assert debug.locate(("image",)).start_column == 17
    assert str(overlays.resource("prod/Deployment/prod-api-eu/pod/proxy", "prod-eu").location) == (
        "prod-eu/sidecar.yaml:9"
    )


def test_a_security_context_that_a_patch_takes_out(overlays: Read) -> None:
    api, deployment = overlays.resource(DEV, "dev"), overlays.resource("dev/Deployment/api", "dev")
    assert "run_as_non_root" not in api.attributes["security_context"]
    assert "securityContext" not in deployment.attributes["spec"]["template"]["spec"]["containers"][0]
    gone = "spec.template.spec.containers[0].securityContext.runAsNonRoot"
    assert overlays.place(deployment.address, "dev", gone) == "dev/kustomization.yaml:19"
    eu = overlays.resource("prod/Deployment/prod-api-eu", "prod-eu")
    assert eu.attributes["spec"]["template"]["spec"]["containers"][1]["securityContext"] == {
        "allowPrivilegeEscalation": False,
        "readOnlyRootFilesystem": True,
    }
    gone = "spec.template.spec.containers[1].securityContext.runAsNonRoot"
    assert overlays.place(eu.address, "prod-eu", gone) == "prod-eu/kustomization.yaml:11"
    never = "spec.template.spec.containers[0].securityContext.runAsNonRoot"  # which index 0 did not mean at that time
    assert overlays.place(eu.address, "prod-eu", never) == "prod-eu/sidecar.yaml:9"
    assert overlays.place(DEV, "dev", "security_context") == "dev/kustomization.yaml:19"


@pytest.mark.parametrize(
    ("attribute", "value", "place"),
    [
        ("metadata.name", "prod-api-eu", "base/deployment.yaml:4"),
        ("metadata.namespace", "prod", "prod/kustomization.yaml:3"),
        ("metadata.labels.app", "api", "base/deployment.yaml:6"),
        ("metadata.labels.team", "claims", "prod/kustomization.yaml:11"),
        ("metadata.annotations.owner", "ml-platform", "prod/kustomization.yaml:14"),
        ("spec.replicas", 3, "prod/kustomization.yaml:17"),
        ("spec.template.spec.hostNetwork", True, "prod/account.json:3"),
        ("spec.template.spec.serviceAccountName", "prod-api-eu", "base/deployment.yaml:17"),
        ("spec.template.spec.containers[0].image", "envoy:1.30", "prod-eu/sidecar.yaml:10"),
        ("spec.template.spec.containers[1].name", "api", "base/deployment.yaml:19"),
        ("spec.template.spec.containers[1].image", f"mirror.example/acme/api@{DIGEST}", "prod/kustomization.yaml:21"),
        ("spec.template.spec.containers[1].args[0]", "--port=9090", "prod/account.json:2"),
        ("spec.template.spec.containers[1].args[1]", "--model=claims", "base/deployment.yaml:23"),
        ("spec.template.spec.containers[1].args[2]", "--trust-remote-code", "prod-eu/kustomization.yaml:14"),
        ("spec.template.spec.containers[1].env[0].value", "prod-api", "prod/kustomization.yaml:56"),
        (
            "spec.template.spec.containers[1].envFrom[0].configMapRef.name",
            "prod-settings-eu-tb8t59d9fd",
            "base/deployment.yaml:28",
        ),
        ('spec.template.spec.containers[1].resources.limits["nvidia.com/gpu"]', 1, "prod/account.json:9"),
        (
            "spec.template.spec.containers[1].securityContext.readOnlyRootFilesystem",
            True,
            "components/hardened/read_only.yaml:11",
        ),
        (
            "spec.template.spec.containers[1].securityContext.allowPrivilegeEscalation",
            False,
            "base/deployment.yaml:34",
        ),
        ("spec.template.spec.containers[1].securityContext", None, "base/deployment.yaml:32"),
        ("spec.template.spec.containers[1].ports[0].protocol", None, "base/deployment.yaml:25"),
    ],
)
def test_each_value_has_the_line_of_the_layer_that_wrote_it(
    overlays: Read, attribute: str, value: object, place: str
) -> None:
    deployment = overlays.resource("prod/Deployment/prod-api-eu", "prod-eu")
    assert overlays.place(deployment.address, "prod-eu", attribute) == place
    if value is not None:
        assert Read.value(deployment, attribute) == value


def test_generated_objects(overlays: Read) -> None:
    settings = overlays.resource("prod/ConfigMap/prod-settings-eu-tb8t59d9fd", "prod-eu")
    assert settings.attributes["data"] == {"LOG_LEVEL": "warning", "MODEL": "claims"}
    assert overlays.place(settings.address, "prod-eu", "data.LOG_LEVEL") == "prod/kustomization.yaml:26"
    assert overlays.place(settings.address, "prod-eu", "data.MODEL") == "base/kustomization.yaml:10"
    database = "prod/Secret/prod-database-eu-dcdhhtt567"
    assert overlays.place(database, "prod-eu", "data.API_TOKEN") == "prod/kustomization.yaml:32"
    assert overlays.place(database, "prod-eu", "data.PASSWORD") == "prod/kustomization.yaml:28"
    assert overlays.place("prod/Secret/prod-fixed-eu", "prod-eu", 'data["key.pem"]') == "prod/kustomization.yaml:35"


def test_what_a_generator_hides_is_masked(overlays: Read) -> None:
    assert {"literal-token-value", "env-file-password", "not-really-a-key"} <= {
        each.strip() for each in overlays.parsed.secrets
    }
    assert {"ZW52LWZpbGUtcGFzc3dvcmQ=", "bGl0ZXJhbC10b2tlbi12YWx1ZQ=="} <= overlays.parsed.secrets


def test_what_a_patch_takes_out_is_masked_where_its_base_is_quoted(tmp_path: Path) -> None:
    pod = """\
apiVersion: v1
kind: Pod
metadata: {name: p}
spec:
  containers:
    - name: c
      image: x
      args: ["--name={{.Name}}"]
      env: [{name: API_PASSWORD, value: left-out-by-the-patch}]
"""
    patch = '[{"op": "remove", "path": "/spec/containers/0/env"}]'
    overlay = f"resources: [pod.yaml]\npatches: [{{target: {{kind: Pod}}, patch: '{patch}'}}]\n"
    write(tmp_path, {"kustomization.yaml": overlay, "pod.yaml": pod})
    found = read(tmp_path, any_program())
    assert found.errors() == []
    assert "left-out-by-the-patch" not in str(found.parsed.resources)
    assert "left-out-by-the-patch" in found.parsed.secrets


def test_same_input_same_bytes() -> None:
    options = any_program()
    assert read(OVERLAYS, options).parsed == read(OVERLAYS, options).parsed


def test_an_overlay_alone_brings_its_base_along() -> None:
    found = read(OVERLAYS, any_program(), below="dev")
    assert found.errors() == []
    assert found.origins() == ["dev"]
    assert [each.path for each in found.parsed.source_files] == [
        "base/deployment.yaml",
        "base/kustomization.yaml",
        "base/service.yaml",
    ]
    assert all(each.text for each in found.parsed.source_files)


def test_a_base_that_no_overlay_uses_is_a_root() -> None:
    found = read(OVERLAYS, any_program(), below="base")
    assert found.origins() == ["base"]
    assert "default/ConfigMap/settings-kd482cmfkd" in found.addresses("base")


def test_a_kustomization_that_lists_files_means_just_those(tmp_path: Path) -> None:
    write(tmp_path, {"a/kustomization.yaml": "resources: [pod.yaml]\n", "a/pod.yaml": POD})
    found = read(tmp_path, any_program())
    assert found.errors() == []
    assert "a/pod.yaml" in found.origins()
    alone = read(tmp_path, any_program(), below="a/kustomization.yaml".rpartition("/")[0])
    assert alone.addresses("a/pod.yaml", "Pod") == ["default/Pod/p"]


POD = "apiVersion: v1\nkind: Pod\nmetadata:\n  name: p\nspec:\n  containers:\n    - name: c\n      image: x:1\n"


def test_overlays_that_share_a_file_do_not_hide_what_another_one_lists_plainly(tmp_path: Path) -> None:
    write(
        tmp_path,
        {
            "base/kustomization.yaml": "resources: [pod.yaml]\n",
            "base/pod.yaml": POD,
            "patched/kustomization.yaml": "namespace: patched\nresources: [../base]\n",
            "plain/kustomization.yaml": "resources: [../base]\n",
        },
    )
    found = read(tmp_path, any_program())
    assert found.errors() == []
    assert found.addresses("patched", "Pod") == ["patched/Pod/p"]
    assert found.addresses("base/pod.yaml", "Pod") == ["default/Pod/p"]


def test_one_base_by_two_ways_in_one_rendering(tmp_path: Path) -> None:
    write(
        tmp_path,
        {
            "base/kustomization.yaml": "resources: [pod.yaml]\n",
            "base/pod.yaml": POD,
            "one/kustomization.yaml": "namePrefix: one-\nresources: [../base]\nimages: [{name: x, newTag: '2'}]\n",
            "two/kustomization.yaml": "namePrefix: two-\nresources: [../base]\nimages: [{name: x, newTag: '3'}]\n",
            "all/kustomization.yaml": "resources: [../one, ../two]\n",
        },
    )
    found = read(tmp_path, any_program())
    assert found.addresses("all", "container") == ["default/Pod/one-p/pod/c", "default/Pod/two-p/pod/c"]
    assert found.place("default/Pod/one-p/pod/c", "all", "image") == "one/kustomization.yaml:3"
    assert found.place("default/Pod/two-p/pod/c", "all", "image") == "two/kustomization.yaml:3"


def test_a_renamed_object_is_known_by_what_it_says(tmp_path: Path) -> None:
    rename = '- target: {kind: Pod}\n    patch: \'[{"op": "replace", "path": "/metadata/name", "value": "q"}]\'\n'
    text = f"resources: [pod.yaml]\npatches:\n  {rename}"
    write(tmp_path, {"a/kustomization.yaml": text, "a/pod.yaml": POD})
    found = read(tmp_path, any_program())
    assert found.place("default/Pod/q/pod/c", "a", "image") == "a/pod.yaml:8"


def test_a_patch_of_a_schema_finds_it(tmp_path: Path) -> None:
    filler = "".join(f"                f{number}: {{type: string}}\n" for number in range(4000))
    definition = (
        "apiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\nmetadata: {name: ws.acme.example}\n"
        "spec:\n  group: acme.example\n  scope: Namespaced\n  names: {kind: W, plural: ws}\n  versions:\n"
        "    - name: v1\n      served: true\n      storage: true\n      schema:\n        openAPIV3Schema:\n"
        f"          type: object\n          properties:\n            spec:\n              properties:\n{filler}"
    )
    path = "/spec/versions/0/schema/openAPIV3Schema/properties/spec/properties/f7"
    patch = f'  - target: {{kind: CustomResourceDefinition}}\n    patch: \'[{{"op": "remove", "path": "{path}"}}]\'\n'
    text = f"resources: [crd.yaml]\npatches:\n{patch}"
    write(tmp_path, {"a/kustomization.yaml": text, "a/crd.yaml": definition})
    found = read(tmp_path, any_program())
    assert found.errors() == []
    (crd,) = [each for each in found.parsed.resources if each.type == "CustomResourceDefinition"]
    schema = crd.attributes["spec"]["versions"][0]["schema"]["openAPIV3Schema"]
    assert "f6" in schema["properties"]["spec"]["properties"]
    assert "f7" not in schema["properties"]["spec"]["properties"]
