"""Model servers that are declared by their own kinds: KServe, Ray Serve and Seldon."""

from collections.abc import Callable
from typing import Any

import pytest

from scanner.core.values import Unresolved

FILLED_IN = "a placeholder in it is filled in before deployment"
SERVICE = "inference-prod/InferenceService/claims-triage"


def test_inference_service(read_fixture: Callable[[str], Any]) -> None:
    reading = read_fixture("inference_service.yaml")
    assert reading.told() == []
    assert reading.addresses() == [
        SERVICE,
        f"{SERVICE}/predictor",
        f"{SERVICE}/predictor/kserve-container",
        f"{SERVICE}/predictor/log-shipper",
        f"{SERVICE}/transformer",
        f"{SERVICE}/transformer/kserve-container",
        f"{SERVICE}/explainer",
        f"{SERVICE}/explainer/kserve-container",
        f"{SERVICE}/canary-next",
        f"{SERVICE}/canary-next/server",
    ]
    assert reading.resource(f"{SERVICE}/predictor").attributes == {
        "kind": "InferenceService",
        "name": "claims-triage",
        "namespace": "inference-prod",
        "component": "predictor",
        "labels": {
            "model-id": "claims-triage",
            "tier": "platinum",
            "serving.kserve.io/inferenceservice": "claims-triage",
            "component": "predictor",
        },
        "annotations": {"storage.kserve.io/readonly": "true"},
        "replicas": 2,
        "service_account": "claims-triage-reader",
        "runtime_class": "gvisor",
        "security_context": {"runAsNonRoot": True},
        "serving": True,
        "runtime": "kserve",
        "storage_uri": "s3://ml-artifacts/claims-triage/7.2.0/",
        "model_format": "huggingface",
        "logger": {"mode": "all", "url": "http://message-dumper.default/"},
        "canary_traffic_percent": 10,
        "autoscaling": {"by": "kserve", "min_replicas": 2, "scale_to_zero": False},
        "traffic": [{"target": "latest", "percent": 10}, {"target": "previous", "percent": 90}],
        "storage": [
            {
                "uri": "s3://ml-artifacts/claims-triage/7.2.0/",
                "scheme": "s3",
                "bucket": "ml-artifacts",
                "path": "claims-triage/7.2.0/",
            }
        ],
        "object_labels": {"model-id": "claims-triage", "tier": "gold"},
    }


def test_model_container(read_fixture: Callable[[str], Any]) -> None:
    reading = read_fixture("inference_service.yaml")
    model = reading.resource(f"{SERVICE}/predictor/kserve-container").attributes
    assert model["security_context"] == {"runAsNonRoot": True, "allowPrivilegeEscalation": False}
    assert model["arguments"] == ["--model_name=claims-triage", "--trust-remote-code"]
    assert (model["role"], model["serving"], model["runtime"]) == ("main", True, "vllm")
    assert "image" not in model
    shipper = reading.resource(f"{SERVICE}/predictor/log-shipper").attributes
    assert (shipper["role"], shipper["serving"]) == ("sidecar", False)
    assert shipper["security_context"] == {"runAsNonRoot": True}
    assert reading.resource(f"{SERVICE}/transformer/kserve-container").attributes["runtime"] == "kserve"


@pytest.mark.parametrize(
    ("resource", "attribute", "line"),
    [
        ("predictor", "labels.tier", 11),
        ("predictor", "labels.model-id", 6),
        ("predictor", 'labels["serving.kserve.io/inferenceservice"]', 4),
        ("predictor", "replicas", 10),
        ("predictor", "service_account", 12),
        ("predictor", "canary_traffic_percent", 14),
        ("predictor", "logger.url", 15),
        ("predictor", "model_format", 19),
        ("predictor", "storage_uri", 21),
        ("predictor", "automount_token", 9),
        ("predictor/kserve-container", "arguments[1]", 22),
        ("predictor/kserve-container", "security_context.allowPrivilegeEscalation", 23),
        ("predictor/kserve-container", "security_context.runAsNonRoot", 17),
        ("predictor/kserve-container", "image", 18),
        ("transformer/kserve-container", "image", 29),
        ("explainer", "storage_uri", 34),
        ("canary-next", "canary_traffic_percent", 36),
        ("canary-next", "storage_uri", 41),
        ("canary-next/server", "name", 40),
    ],
)
def test_lines(read_fixture: Callable[[str], Any], resource: str, attribute: str, line: int) -> None:
    assert read_fixture("inference_service.yaml").line(f"{SERVICE}/{resource}", attribute) == line


def test_canary(read_fixture: Callable[[str], Any]) -> None:
    canary = read_fixture("inference_service.yaml").resource(f"{SERVICE}/canary-next").attributes
    assert canary["storage_uri"] == "s3://ml-artifacts/models/next"
    assert (canary["model_format"], canary["canary_traffic_percent"]) == ("sklearn", 5)
    assert canary["labels"]["component"] == "predictor"


@pytest.mark.parametrize(
    ("predictor", "uri"),
    [
        ("model: {storageUri: 's3://b/m'}", "s3://b/m"),
        ("pytorch: {storageUri: 'pvc://m'}", "pvc://m"),
        ("model: {}\n    storageUris: [{uri: 'hf://a/b'}, {uri: 's3://b'}]", "hf://a/b"),
        ("containers: [{name: x, env: [{name: STORAGE_URI, value: 'gs://b/m'}]}]", "gs://b/m"),
        ("model: {storage: {path: p/q, parameters: {type: s3, bucket: b}}}", "s3://b/p/q"),
        ("model: {storage: {parameters: {type: gs}}}", None),
        ("model: {}", None),
    ],
)
def test_storage_uris(read: Callable[..., Any], predictor: str, uri: str | None) -> None:
    text = "apiVersion: serving.kserve.io/v1beta1\nkind: InferenceService\nmetadata: {name: x}\nspec:\n  predictor:\n"
    workload = read(f"{text}    {predictor}\n").resource("default/InferenceService/x/predictor")
    assert workload.attributes.get("storage_uri") == uri


def test_storage_uris_that_are_not_known(read: Callable[..., Any]) -> None:
    text = "apiVersion: serving.kserve.io/v1beta1\nkind: InferenceService\nmetadata: {name: x}\nspec:\n  predictor:\n"
    for predictor in ("model: {storage: {key: local, path: m/1}}", "model: {storageUri: 's3://${BUCKET}/m'}"):
        workload = read(f"{text}    {predictor}\n").resource("default/InferenceService/x/predictor")
        assert isinstance(workload.attributes["storage_uri"], Unresolved)
        assert workload.locate(("storage_uri",)).start_line == 6


def test_language_model_service(read_fixture: Callable[[str], Any]) -> None:
    reading = read_fixture("llm_inference_service.yaml")
    base = "default/LLMInferenceService/assistant"
    workload = reading.resource(f"{base}/pod").attributes
    assert (workload["storage_uri"], workload["replicas"], workload["runtime"]) == (
        "hf://acme/assistant:4f0c2d1",
        3,
        "kserve",
    )
    assert workload["labels"] == {
        "team": "ml",
        "app.kubernetes.io/name": "assistant",
        "app.kubernetes.io/part-of": "llminferenceservice",
        "kserve.io/component": "workload",
    }
    main = reading.resource(f"{base}/pod/main")
    assert main.attributes["arguments"] == ["--trust-remote-code", "--max-model-len", "4096"]
    assert reading.line(f"{base}/pod/main", "arguments[0]") == 15
    assert reading.resource(f"{base}/prefill/main").attributes["runtime"] == "vllm"
    assert reading.resource(f"{base}/scheduler").attributes["serving"] is False
    assert "storage_uri" not in reading.resource(f"{base}/scheduler").attributes
    bare = reading.resource("default/LLMInferenceService/bare/pod")
    assert bare.attributes["serving"] is True
    assert isinstance(bare.attributes["storage_uri"], Unresolved)
    assert (bare.location.start_line, bare.locate(("storage_uri",)).start_line) == (29, 33)


@pytest.mark.parametrize(
    ("variable", "expected"),
    [
        (
            "valueFrom: {configMapKeyRef: {name: c, key: k}}",
            [Unresolved("$(VLLM_ADDITIONAL_ARGS)", "VLLM_ADDITIONAL_ARGS comes from the config map c at run time")],
        ),
        ("value: '--trust-remote-code {{ .x }}'", ["--trust-remote-code", Unresolved("{{ .x }}", FILLED_IN)]),
        ("value: ''", []),
    ],
)
def test_additional_arguments(read: Callable[..., Any], variable: str, expected: list[Any]) -> None:
    text = (
        "apiVersion: serving.kserve.io/v1alpha1\nkind: LLMInferenceService\nmetadata: {name: x}\nspec:\n  template:\n"
    )
    text += f"    containers: [{{name: main, env: [{{name: VLLM_ADDITIONAL_ARGS, {variable}}}]}}]\n"
    assert read(text).resource("default/LLMInferenceService/x/pod/main").attributes["arguments"] == expected


def test_ray_service(read_fixture: Callable[[str], Any]) -> None:
    reading = read_fixture("ray_service.yaml")
    workloads = [each.attributes for each in reading.parsed.resources if each.type == "workload"]
    assert [(each["component"], each.get("replicas"), each["runtime"]) for each in workloads] == [
        ("head", None, "ray"),
        ("worker-gpu", 4, "ray"),
        ("worker-cpu", None, "ray"),
    ]
    assert all(each.attributes["serving"] for each in reading.parsed.resources if each.type == "container")
    assert reading.line("default/RayService/ranker/worker-gpu", "replicas") == 22
    assert reading.line("default/RayService/ranker/worker-gpu/ray-worker", "image") == 27


def test_a_ray_cluster_does_not_serve_by_its_kind(read: Callable[..., Any]) -> None:
    text = "apiVersion: ray.io/v1\nkind: RayCluster\nmetadata: {name: x}\nspec:\n  headGroupSpec:\n    template:\n"
    text += "      spec: {containers: [{name: h, image: rayproject/ray, command: [COMMAND]}]}\n"
    assert read(text).resource("default/RayCluster/x/head").attributes["serving"] is False
    serving = read(text.replace("COMMAND", "serve, run, app:graph")).resource("default/RayCluster/x/head").attributes
    assert (serving["serving"], serving["runtime"]) == (True, "ray")


def test_seldon(read_fixture: Callable[[str], Any]) -> None:
    reading = read_fixture("seldon.yaml")
    stable = reading.resource("default/SeldonDeployment/fraud/stable").attributes
    assert (stable["storage_uri"], stable["replicas"], stable["canary_traffic_percent"]) == (
        "gs://models/fraud/3",
        2,
        80,
    )
    following = reading.resource("default/SeldonDeployment/fraud/next-0").attributes
    assert (following["storage_uri"], following["service_account"]) == ("gs://models/fraud/4", "fraud")
    assert reading.line("default/SeldonDeployment/fraud/next-0", "storage_uri") == 12
    containers = [each.attributes for each in reading.parsed.resources if each.type == "container"]
    assert [(each["name"], each["serving"], each.get("runtime")) for each in containers] == [
        ("classifier", True, "seldon"),
        ("agent", False, None),
        ("mlserver", True, "mlserver"),
    ]


def test_knative_labels(read: Callable[..., Any]) -> None:
    text = "apiVersion: serving.knative.dev/v1\nkind: Service\nmetadata: {name: api}\nspec:\n  template:\n    spec:\n"
    workload = read(f"{text}      containers: [{{image: ollama/ollama}}]\n").resource("default/Service/api/pod")
    assert workload.attributes["labels"] == {"serving.knative.dev/service": "api"}
    assert workload.attributes["runtime"] == "ollama"
