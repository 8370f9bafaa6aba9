"""Workloads and containers: where pod specs are found, and the lines of what is derived from them."""

from collections.abc import Callable
from typing import Any

import pytest

from scanner.core.values import Unresolved, parse_path
from scanner.parsers.kubernetes.pod_specs import TABLE

POD = "{containers: [{name: a, image: x}]}"
TEMPLATE = f"{{metadata: {{labels: {{app: x}}}}, spec: {POD}}}"
JOBS = f"{{replicatedJobs: [{{name: node, template: {{spec: {{template: {TEMPLATE}}}}}}}]}}"
RAY = f"{{headGroupSpec: {{template: {TEMPLATE}}}, workerGroupSpecs: [{{groupName: g, template: {TEMPLATE}}}]}}"
KINDS: dict[tuple[str, str], tuple[str, list[str]]] = {
    ("v1", "Pod"): (f"metadata: {{name: x, labels: {{app: x}}}}\nspec: {POD}", ["pod"]),
    ("v1", "PodTemplate"): (f"template: {TEMPLATE}", ["pod"]),
    ("v1", "ReplicationController"): (f"spec: {{template: {TEMPLATE}}}", ["pod"]),
    ("apps/v1", "Deployment"): (f"spec: {{template: {TEMPLATE}}}", ["pod"]),
    ("apps/v1", "StatefulSet"): (f"spec: {{template: {TEMPLATE}}}", ["pod"]),
    ("apps/v1", "DaemonSet"): (f"spec: {{template: {TEMPLATE}}}", ["pod"]),
    ("apps/v1", "ReplicaSet"): (f"spec: {{template: {TEMPLATE}}}", ["pod"]),
    ("batch/v1", "Job"): (f"spec: {{template: {TEMPLATE}}}", ["pod"]),
    ("batch/v1", "CronJob"): (f"spec: {{jobTemplate: {{spec: {{template: {TEMPLATE}}}}}}}", ["pod"]),
    ("argoproj.io/v1alpha1", "Rollout"): (f"spec: {{template: {TEMPLATE}}}", ["pod"]),
    ("serving.knative.dev/v1", "Service"): (f"spec: {{template: {TEMPLATE}}}", ["pod"]),
    ("serving.knative.dev/v1", "Configuration"): (f"spec: {{template: {TEMPLATE}}}", ["pod"]),
    ("ray.io/v1", "RayCluster"): (f"spec: {RAY}", ["head", "worker-g"]),
    ("ray.io/v1", "RayService"): (f"spec: {{rayClusterConfig: {RAY}}}", ["head", "worker-g"]),
    ("ray.io/v1", "RayJob"): (
        f"spec: {{rayClusterSpec: {RAY}, submitterPodTemplate: {TEMPLATE}}}",
        ["head", "worker-g", "submitter"],
    ),
    ("ray.io/v1", "RayCronJob"): (f"spec: {{jobTemplate: {{rayClusterSpec: {RAY}}}}}", ["head", "worker-g"]),
    ("serving.kserve.io/v1beta1", "InferenceService"): (
        f"spec: {{predictor: {{containers: [{{name: a}}], labels: {{app: x}}, workerSpec: {POD}}},"
        f" transformer: {POD}, explainer: {POD}, canary: [{{predictor: {POD}}}]}}",
        ["predictor", "transformer", "explainer", "canary-0", "predictor-worker"],
    ),
    ("serving.kserve.io/v1alpha1", "ServingRuntime"): (
        "spec: {containers: [{name: a}], labels: {app: x}, workerSpec: {containers: [{name: b}], labels: {app: x}}}",
        ["pod", "worker"],
    ),
    ("serving.kserve.io/v1alpha1", "ClusterServingRuntime"): (
        "spec: {containers: [{name: a}], labels: {app: x}}",
        ["pod"],
    ),
    ("serving.kserve.io/v1alpha1", "LLMInferenceService"): (
        f"spec: {{labels: {{app: x}}, template: {POD}, worker: {POD}, prefill: {{template: {POD}, worker: {POD}}},"
        f" router: {{scheduler: {{template: {POD}, tokenizer: {{template: {POD}}}}}}}}}",
        ["pod", "worker", "prefill", "prefill-worker", "scheduler", "tokenizer"],
    ),
    ("serving.kserve.io/v1alpha1", "LLMInferenceServiceConfig"): (f"spec: {{template: {POD}}}", ["pod"]),
    ("machinelearning.seldon.io/v1", "SeldonDeployment"): (
        f"spec: {{predictors: [{{name: p, componentSpecs: [{TEMPLATE}, {TEMPLATE}]}}, {{name: q}}]}}",
        ["p-0", "p-1", "q"],
    ),
    ("mlops.seldon.io/v1alpha1", "Server"): (f"spec: {{podSpec: {POD}}}", ["pod"]),
    ("mlops.seldon.io/v1alpha1", "ServerConfig"): (f"spec: {{podSpec: {POD}}}", ["pod"]),
    ("batch.volcano.sh/v1", "Job"): (f"spec: {{tasks: [{{name: t, template: {TEMPLATE}}}]}}", ["t"]),
    ("trainer.kubeflow.org/v1alpha1", "TrainingRuntime"): (
        f"spec: {{template: {{spec: {JOBS}}}}}",
        ["node"],
    ),
    ("trainer.kubeflow.org/v1alpha1", "ClusterTrainingRuntime"): (
        f"spec: {{template: {{spec: {JOBS}}}}}",
        ["node"],
    ),
    # found by the shape of a pod spec
    ("apps/v1beta9", "CloneSet"): (f"spec: {{template: {TEMPLATE}}}", ["pod"]),
    ("acme.example/v1", "Notebook"): (f"spec: {{podTemplate: {TEMPLATE}}}", ["pod"]),
    ("kubeflow.org/v1alpha1", "MPIJob"): (f"spec: {{template: {TEMPLATE}}}", ["pod"]),
    ("acme.example/v1", "Flat"): (f"spec: {POD}", ["pod"]),
    ("kubeflow.org/v1", "PyTorchJob"): (
        f"spec: {{replicas: {{Master: {{template: {TEMPLATE}}}, Worker: {{template: {TEMPLATE}}}}}}}",
        ["replicas.Master", "replicas.Worker"],
    ),
}


def test_every_row_of_the_table_is_tested(read_fixture: Callable[[str], Any]) -> None:
    """Here, or value by value in test_kinds.py."""
    kinds = {kind for _, kind in KINDS} | {f"Knative{kind}" for group, kind in KINDS if "knative" in group}
    resources = read_fixture("kinds").parsed.resources
    owners = {each.parent for each in resources if each.type == "workload"}
    kinds |= {each.type for each in resources if each.key in owners}
    assert set(TABLE) <= kinds


@pytest.mark.parametrize(("api_version", "kind"), KINDS)
def test_pod_specs_are_found(read: Callable[..., Any], api_version: str, kind: str) -> None:
    body, components = KINDS[api_version, kind]
    metadata = "" if body.startswith("metadata") else "metadata: {name: x}\n"
    reading = read(f"apiVersion: {api_version}\nkind: {kind}\n{metadata}{body}\n")
    workloads = [each for each in reading.parsed.resources if each.type == "workload"]
    assert sorted(each.attributes["component"] for each in workloads) == sorted(components)
    for each in workloads:
        owner = next(found for found in reading.parsed.resources if found.key == each.parent)
        assert each.address == f"{owner.address}/{each.attributes['component']}"
        assert each.attributes["kind"] == kind
        assert each.attributes["name"] == "x"
    assert any(each.attributes["labels"].get("app") == "x" for each in workloads) or "app: x" not in body
    assert len(reading.addresses("container")) >= len([c for c in components if c != "q"])
    assert reading.told() == []


@pytest.mark.parametrize(
    ("api_version", "kind"),
    [
        ("kyverno.io/v1", "ClusterPolicy"),
        ("templates.gatekeeper.sh/v1", "ConstraintTemplate"),
        ("apiextensions.k8s.io/v1", "CustomResourceDefinition"),
        ("v1", "ConfigMap"),
        ("v1", "Service"),
    ],
)
def test_patterns_are_no_pod_specs(read: Callable[..., Any], api_version: str, kind: str) -> None:
    body = "spec: {type: x}" if kind == "Service" else f"spec: {{rules: [{{pattern: {{spec: {POD}}}}}]}}"
    assert read(f"apiVersion: {api_version}\nkind: {kind}\nmetadata: {{name: x}}\n{body}\n").addresses("workload") == []


WORKLOAD = "inference/Deployment/llm/pod"


def test_workload(read_fixture: Callable[[str], Any]) -> None:
    reading = read_fixture("deployment.yaml")
    assert reading.resource(WORKLOAD).attributes == {
        "kind": "Deployment",
        "name": "llm",
        "namespace": "inference",
        "component": "pod",
        "labels": {"app": "llm"},
        "annotations": {"container.apparmor.security.beta.kubernetes.io/proxy": "localhost/proxy"},
        "replicas": 2,
        "service_account": "llm-reader",
        "automount_token": False,
        "host_network": True,
        "host_pid": False,
        "host_ipc": True,
        "runtime_class": "gvisor",
        "volumes": [{"name": "cache", "emptyDir": {}}],
        "security_context": {
            "runAsNonRoot": True,
            "runAsUser": 1000,
            "fsGroup": 2000,
            "seccompProfile": {"type": "RuntimeDefault"},
            "appArmorProfile": {"type": "RuntimeDefault"},
        },
        "serving": True,
        "runtime": "vllm",
        "storage": [{"uri": Unresolved("s3://models/$(NAME)/", "it is the output of a command in the container")}],
        "object_labels": {"model-id": "claims-triage", "owner": "ml-platform"},
    }


@pytest.mark.parametrize(
    ("attribute", "line"),
    [
        ("name", 4),
        ("namespace", 5),
        ("object_labels.owner", 6),
        ("replicas", 8),
        ("labels.app", 14),
        ("service_account", 18),
        ("automount_token", 19),
        ("host_network", 20),
        ("host_pid", 21),
        ("host_ipc", 22),
        ("runtime_class", 23),
        ("volumes[0].emptyDir", 71),
        ("storage_uri", 17),
    ],
)
def test_lines_of_a_workload(read_fixture: Callable[[str], Any], attribute: str, line: int) -> None:
    assert read_fixture("deployment.yaml").line(WORKLOAD, attribute) == line


def test_container(read_fixture: Callable[[str], Any]) -> None:
    found = read_fixture("deployment.yaml").resource(f"{WORKLOAD}/server")
    attributes = dict(found.attributes)
    arguments = attributes.pop("arguments")
    assert arguments[:5] == ["/bin/sh", "-c", "exec", "vllm", "serve"]
    assert arguments[6:8] == ["--port", "8000"]
    assert arguments[8] == Unresolved("--api-key=$(API_KEY)", "API_KEY comes from the secret llm at run time")
    assert arguments[9:] == ["--trust-remote-code"]
    assert (found.location.start_line, found.location.end_line) == (39, 66)
    for written in ("command", "args", "env", "ports", "resources", "serving_options", "serving_option_sources"):
        assert attributes.pop(written)
    assert attributes == {
        "name": "server",
        "role": "main",
        "image": {"reference": "vllm/vllm-openai:v0.9.1", "repository": "vllm/vllm-openai", "tag": "v0.9.1"},
        "env_values": {"MODEL": "s3://models/$(NAME)/", "NAME": "late", "PORT": "8000"},
        "volume_mounts": [{"name": "cache", "mountPath": "/cache"}],
        "security_context": {
            "runAsNonRoot": True,
            "runAsUser": 0,
            "seccompProfile": {"type": "RuntimeDefault"},
            "appArmorProfile": {"type": "RuntimeDefault"},
            "allowPrivilegeEscalation": False,
            "capabilities": {"drop": ["ALL"]},
        },
        "namespace": "inference",
        "workload_kind": "Deployment",
        "workload_name": "llm",
        "service_account": "llm-reader",
        "serving": True,
        "runtime": "vllm",
        "gpus": {"nvidia.com/gpu": 1},
    }


@pytest.mark.parametrize(
    ("container", "attribute", "line"),
    [
        ("server", "image.tag", 40),
        ("server", "arguments[0]", 41),
        ("server", "arguments[9]", 43),
        ("server", "env_values.PORT", 52),
        ("server", "env[3].valueFrom.secretKeyRef.key", 56),
        ("server", "ports[0].containerPort", 58),
        ("server", "resources.limits", 60),
        ("server", "volume_mounts[0]", 62),
        ("server", "security_context", 63),
        ("server", "security_context.runAsUser", 64),
        ("server", "security_context.capabilities.drop[0]", 66),
        ("server", "security_context.runAsNonRoot", 25),
        ("server", "security_context.seccompProfile.type", 28),
        ("server", "security_context.privileged", 63),
        ("server", "service_account", 18),
        ("server", "runtime", 39),
        ("proxy", "security_context", 24),
        ("proxy", "security_context.runAsUser", 26),
        ("proxy", "security_context.appArmorProfile", 16),
        ("proxy", "resources", 67),
        ("fetch", "image.digest", 32),
        ("fetch", "arguments[3]", 34),
    ],
)
def test_lines_of_containers(read_fixture: Callable[[str], Any], container: str, attribute: str, line: int) -> None:
    assert read_fixture("deployment.yaml").line(f"{WORKLOAD}/{container}", attribute) == line


def test_every_position_belongs_to_an_attribute(read_fixture: Callable[[str], Any]) -> None:
    found = read_fixture("deployment.yaml").resource(f"{WORKLOAD}/server")
    paths = list(found.attribute_locations)
    assert len(paths) == len(set(paths)) == len(found.attribute_locations)
    assert parse_path("security_context.runAsNonRoot") in paths
    assert parse_path("arguments[9]") in paths
    assert parse_path("security_context.fsGroup") not in paths
    assert parse_path("role") not in paths


def test_roles_and_serving(read_fixture: Callable[[str], Any]) -> None:
    reading = read_fixture("deployment.yaml")
    containers = [each.attributes for each in reading.parsed.resources if each.type == "container"]
    assert {each["name"]: (each["role"], each["serving"]) for each in containers} == {
        "server": ("main", True),
        "proxy": ("main", False),
        "fetch": ("init", False),
        "metrics": ("sidecar", False),
    }
    proxy = reading.resource(f"{WORKLOAD}/proxy").attributes
    assert proxy["security_context"]["appArmorProfile"] == {"type": "Localhost", "localhostProfile": "proxy"}
    assert "runtime" not in proxy


def test_init_containers_do_not_serve(read: Callable[..., Any]) -> None:
    text = "apiVersion: v1\nkind: Pod\nmetadata: {name: x}\nspec:\n  serviceAccount: old\n"
    text += (
        "  initContainers: [{image: vllm/vllm-openai}]\n  ephemeralContainers: [{name: debug, image: ollama/ollama}]\n"
    )
    reading = read(text)
    workload = reading.resource("default/Pod/x/pod").attributes
    assert (workload["serving"], workload["service_account"]) == (False, "old")
    assert reading.line("default/Pod/x/pod", "service_account") == 5
    assert reading.addresses("container") == ["default/Pod/x/pod/0", "default/Pod/x/pod/debug"]
    assert reading.resource("default/Pod/x/pod/debug").attributes["role"] == "ephemeral"


@pytest.mark.parametrize(
    ("spec", "line", "place"),
    [
        ("containers: {name: x}", 5, "spec.containers"),
        ("containers: [{name: x}, text]", 5, "spec.containers[1]"),
        ("containers: []\n  initContainers: 5", 6, "spec.initContainers"),
    ],
)
def test_containers_that_are_no_list(read: Callable[..., Any], spec: str, line: int, place: str) -> None:
    told = read(f"apiVersion: v1\nkind: Pod\nmetadata: {{name: x}}\nspec:\n  {spec}\n").told()
    assert told == [("error", line, f"{place} is no list of containers and was not checked; correct it")]
