"""Accelerators, traffic, storage and the applications of Ray, value by value with their lines."""

from typing import Any

import pytest

from scanner.core.values import Unresolved
from scanner.parsers.kubernetes.accelerators import gpus, resource_claims
from scanner.parsers.kubernetes.ray_serve import serve_options
from scanner.parsers.kubernetes.storage_uris import parse_storage
from scanner.parsers.kubernetes.traffic import traffic
from tests.parsers.kubernetes.conftest import Read


class TestAccelerators:
    """Devices by their resource names."""

    @pytest.mark.parametrize(
        "name",
        [
            "nvidia.com/gpu",
            "nvidia.com/gpu.shared",
            "nvidia.com/mig-1g.10gb",
            "amd.com/gpu",
            "habana.ai/gaudi",
            "google.com/tpu",
            "aws.amazon.com/neuron",
            "aws.amazon.com/neuroncore",
            "gpu.intel.com/i915",
        ],
    )
    def test_devices(self, name: str) -> None:
        assert gpus({"resources": {"limits": {name: "2"}}}) == (
            {name: 2},
            {("gpus", name): ("resources", "limits", name)},
        )

    @pytest.mark.parametrize("name", ["cpu", "memory", "ephemeral-storage", "example.com/dongle", "hugepages-2Mi"])
    def test_what_is_no_device(self, name: str) -> None:
        assert gpus({"resources": {"limits": {name: 1}}})[0] == {}

    def test_a_limit_is_the_request(self) -> None:
        resources = {"requests": {"nvidia.com/gpu": 1, "amd.com/gpu": 0}, "limits": {"nvidia.com/gpu": "${GPUS}"}}
        found, routes = gpus({"resources": resources})
        assert found == {"nvidia.com/gpu": "${GPUS}"}
        assert routes == {("gpus", "nvidia.com/gpu"): ("resources", "limits", "nvidia.com/gpu")}

    def test_claims(self) -> None:
        assert resource_claims({"resources": {"claims": [{"name": "gpu", "request": "a"}, {}, None, "x"]}}) == ["gpu"]

    @pytest.mark.parametrize("resources", [None, [], "x", {"limits": []}, {"limits": {"nvidia.com/gpu": None}}])
    def test_hostile(self, resources: Any) -> None:
        assert gpus({"resources": resources}) == ({}, {})
        assert resource_claims({"resources": resources}) == []


@pytest.mark.parametrize(
    ("uri", "expected"),
    [
        ("s3://b/m/1", {"scheme": "s3", "bucket": "b", "path": "m/1"}),
        ("s3://b/m?versionId=7", {"scheme": "s3", "bucket": "b", "path": "m", "revision": "7"}),
        ("gs://b", {"scheme": "gs", "bucket": "b"}),
        ("pvc://models/llm", {"scheme": "pvc", "claim": "models", "path": "llm"}),
        ("hf://acme/m:0f", {"scheme": "hf", "repository": "acme/m", "revision": "0f"}),
        ("hf://acme/m@0f", {"scheme": "hf", "repository": "acme/m", "revision": "0f"}),
        ("hf://acme/m", {"scheme": "hf", "repository": "acme/m"}),
        ("acme/m", {"scheme": "hf", "repository": "acme/m"}),
        ("/mnt/models", {"scheme": "file", "path": "/mnt/models"}),
        ("oci://r.example:5000/a/m:1", {"scheme": "oci", "repository": "r.example:5000/a/m", "revision": "1"}),
        ("oci://r.example/m@sha256:ab", {"scheme": "oci", "repository": "r.example/m", "revision": "sha256:ab"}),
        ("https://h.example/m.gguf", {"scheme": "https", "host": "h.example", "path": "m.gguf"}),
        (
            "https://acct.blob.core.windows.net/models/llm",
            {"scheme": "https", "host": "acct.blob.core.windows.net", "bucket": "models", "path": "llm"},
        ),
        (
            "abfss://models@acct.dfs.core.windows.net/llm",
            {"scheme": "abfss", "host": "acct.dfs.core.windows.net", "bucket": "models", "path": "llm"},
        ),
        ("https://[::1", {"scheme": "https"}),
    ],
)
def test_storage_uris(uri: str, expected: dict[str, str]) -> None:
    assert parse_storage(uri) == {"uri": uri, **expected}


def test_storage_that_is_not_known() -> None:
    assert isinstance(parse_storage("s3://${BUCKET}/m")["uri"], Unresolved)
    assert parse_storage(None) == {}
    assert parse_storage("acme/m", "0f")["revision"] == "0f"
    assert parse_storage("hf://acme/m:1a", "0f")["revision"] == "1a"


class TestTraffic:
    """Splits, as an attribute and as the platform's own admission judges them."""

    def test_knative(self, read: Read) -> None:
        reading = read("""
apiVersion: serving.knative.dev/v1
kind: Service
metadata: {name: llm}
spec:
  template:
    spec:
      containers: [{image: ollama/ollama}]
  traffic:
    - revisionName: llm-1
      percent: 90
    - latestRevision: true
      percent: 5
    - revisionName: llm-0
      tag: old
""")
        address = "default/Service/llm/pod"
        assert reading.resource(address).attributes["traffic"] == [
            {"target": "llm-1", "percent": 90},
            {"target": "latest", "percent": 5},
            {"target": "llm-0", "percent": 0},
        ]
        assert reading.line(address, "traffic[0].percent") == 11
        assert reading.line(address, "traffic[2].percent") == 14
        assert (
            "warning",
            9,
            "default/Service/llm: the traffic targets sum to 95 and Knative wants 100",
        ) in reading.told()

    @pytest.mark.parametrize(
        ("predictors", "told"),
        [
            ("[{name: a, traffic: 70}, {name: b, traffic: 30}]", False),
            ("[{name: a, traffic: 70}, {name: b, traffic: 20}]", True),
            ("[{name: a, traffic: 100}, {name: b, shadow: true}]", False),
            ("[{name: a, traffic: 50}]", True),
            ("[{name: a}, {name: b}]", False),
            ("[null, 5, {name: a, traffic: x}]", False),
        ],
    )
    def test_seldon(self, read: Read, predictors: str, told: bool) -> None:
        reading = read(
            "apiVersion: machinelearning.seldon.io/v1\nkind: SeldonDeployment\nmetadata: {name: s}\n"
            f"spec:\n  predictors: {predictors}\n"
        )
        assert any("Seldon wants 100" in message for _, _, message in reading.told()) is told

    def test_kserve(self) -> None:
        body: dict[str, Any] = {"spec": {"predictor": {"canaryTrafficPercent": 10}}}
        assert traffic("InferenceService", body)[0] == [
            {"target": "latest", "percent": 10},
            {"target": "previous", "percent": 90},
        ]
        canary = {"predictor": {"name": "next"}, "trafficPercent": 20}
        body = {"spec": {"predictor": {"name": "main"}, "canary": [canary]}}
        found, routes = traffic("InferenceService", body)
        assert found == [{"target": "main", "percent": 80}, {"target": "next", "percent": 20}]
        assert routes["traffic", 1] == ("spec", "canary", 0, "trafficPercent")

    def test_rollouts(self) -> None:
        steps = [{"setWeight": 20}, {"pause": {}}, {"setWeight": 60}]
        found, routes = traffic("Rollout", {"spec": {"strategy": {"canary": {"steps": steps}}}})
        assert found == [{"target": "canary", "percent": 20}, {"target": "canary", "percent": 60}]
        assert routes["traffic", 1] == ("spec", "strategy", "canary", "steps", 2, "setWeight")
        colours = {"blueGreen": {"activeService": "live", "previewService": "next"}}
        assert traffic("Rollout", {"spec": {"strategy": colours}})[0] == [
            {"target": "live", "percent": 100},
            {"target": "next", "percent": 0},
        ]

    @pytest.mark.parametrize("type_", ["InferenceService", "SeldonDeployment", "KnativeService", "Rollout", "Pod"])
    @pytest.mark.parametrize("spec", [None, [], "x", {"predictors": {}, "traffic": 5, "strategy": [], "canary": None}])
    def test_hostile(self, type_: str, spec: Any) -> None:
        assert traffic(type_, {"spec": spec}) == ([], {})


class TestRayServe:
    """The text of `serveConfigV2`."""

    def test_applications(self, read: Read) -> None:
        reading = read("""
apiVersion: ray.io/v1
kind: RayService
metadata: {name: r}
spec:
  serveConfigV2: |
    http_options: {host: 127.0.0.1, root_path: /v}
    applications:
      - name: llm
        import_path: ray.serve.llm:build_openai_app
        route_prefix: /
        args:
          llm_configs:
            - model_loading_config: {model_id: claims, model_source: acme/claims}
              engine_kwargs: {trust_remote_code: true, revision: main}
              deployment_config: {autoscaling_config: {min_replicas: 0, max_replicas: 3}}
        deployments:
          - {name: D, num_replicas: 2, ray_actor_options: {num_gpus: 1}}
  rayClusterConfig:
    headGroupSpec: {template: {spec: {containers: [{image: rayproject/ray}]}}}
""")
        address = "default/RayService/r/head"
        assert reading.resource(address).attributes["serving_options"] == {
            "host": "127.0.0.1",
            "port": 8000,
            "root_path": "/v",
            "applications": [
                {
                    "name": "llm",
                    "import_path": "ray.serve.llm:build_openai_app",
                    "route_prefix": "/",
                    "deployments": [{"name": "D", "replicas": 2, "gpus": 1}],
                    "models": [
                        {
                            "served_model_name": "claims",
                            "model": "acme/claims",
                            "revision": "main",
                            "trust_remote_code": True,
                            "autoscaling": {"min_replicas": 0, "max_replicas": 3},
                        }
                    ],
                }
            ],
        }
        assert reading.line(address, "serving_options.applications") == 6

    @pytest.mark.parametrize("text", ["a: [", "- x", "", "x"])
    def test_what_cannot_be_read_is_unknown(self, text: str) -> None:
        assert isinstance(serve_options(text), Unresolved)

    @pytest.mark.parametrize("text", ["applications: 5", "applications: [null, 1]", "http_options: []"])
    def test_hostile(self, text: str) -> None:
        found = serve_options(text)
        assert isinstance(found, dict)
        assert found["port"] == 8000

    def test_no_text(self) -> None:
        assert serve_options(None) is None


def test_storage_of_a_workload(read: Read) -> None:
    reading = read("""
apiVersion: v1
kind: Pod
metadata: {name: t}
spec:
  containers:
    - name: triton
      image: nvcr.io/nvidia/tritonserver:25.08-py3
      args:
        - tritonserver
        - --model-repository=s3://b/m
    - name: vllm
      image: vllm/vllm-openai
      args: [acme/m, --revision=0f]
""")
    address = "default/Pod/t/pod"
    assert reading.resource(address).attributes["storage"] == [
        {"uri": "s3://b/m", "scheme": "s3", "bucket": "b", "path": "m"},
        {"uri": "acme/m", "scheme": "hf", "repository": "acme/m", "revision": "0f"},
    ]
    assert reading.line(address, "storage[0]") == 11
    assert reading.line(address, "storage[1].revision") == 14


def test_storage_of_graphs_and_adapters(read: Read) -> None:
    reading = read("""
apiVersion: machinelearning.seldon.io/v1
kind: SeldonDeployment
metadata: {name: s}
spec:
  predictors:
    - name: a
      graph:
        name: router
        children:
          - name: one
            modelUri: gs://b/one
          - {name: two, modelUri: "s3://b/two", children: [{name: three, modelUri: "pvc://c/three"}, null]}
---
apiVersion: serving.kserve.io/v1alpha2
kind: LLMInferenceService
metadata: {name: m}
spec:
  model:
    uri: hf://acme/m
    lora:
      adapters:
        - uri: hf://acme/adapter
""")
    found = reading.resource("default/SeldonDeployment/s/a").attributes["storage"]
    assert [each["uri"] for each in found] == ["gs://b/one", "s3://b/two", "pvc://c/three"]
    assert reading.line("default/SeldonDeployment/s/a", "storage[0].uri") == 12
    found = reading.resource("default/LLMInferenceService/m/pod").attributes["storage"]
    assert [each["uri"] for each in found] == ["hf://acme/m", "hf://acme/adapter"]
    assert reading.line("default/LLMInferenceService/m/pod", "storage[0]") == 20
    assert reading.line("default/LLMInferenceService/m/pod", "storage[1]") == 23
