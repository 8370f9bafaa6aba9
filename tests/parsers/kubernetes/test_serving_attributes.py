"""The options of model servers as attributes of containers, with their lines; what is secret stays so."""

import pytest

from tests.parsers.kubernetes.conftest import Read


class TestInManifests:
    """The attribute as the parser gives it, with its lines."""

    def test_lines_and_sources(self, read: Read) -> None:
        reading = read("""
apiVersion: apps/v1
kind: Deployment
metadata: {name: llm, namespace: ml}
spec:
  template:
    spec:
      containers:
        - name: server
          image: docker.io/vllm/vllm-openai:v0.11.0
          args:
            - acme/m
            - --trust-remote-code
          env:
            - name: VLLM_API_KEY
              valueFrom: {secretKeyRef: {name: llm, key: k}}
""")
        address = "ml/Deployment/llm/pod/server"
        attributes = reading.resource(address).attributes
        assert attributes["serving_options"]["api_key"] == "secret"
        assert attributes["serving_option_sources"]["api_key"] == {"by": "variable", "name": "VLLM_API_KEY"}
        assert attributes["serving_option_sources"]["host"] == {"by": "default"}
        assert reading.line(address, "serving_options.model") == 12
        assert reading.line(address, "serving_options.trust_remote_code") == 13
        assert reading.line(address, "serving_options.api_key") == 15
        assert reading.line(address, "serving_options.host") == 9

    def test_a_config_map_that_is_mounted(self, read: Read) -> None:
        reading = read("""
apiVersion: v1
kind: Pod
metadata: {name: ts, namespace: ml}
spec:
  containers:
    - name: server
      image: pytorch/torchserve:0.12.0-cpu
      args: [torchserve, --start, --ts-config=/conf/config.properties]
      volumeMounts: [{name: conf, mountPath: /conf}]
  volumes:
    - name: conf
      configMap: {name: ts, items: [{key: settings, path: config.properties}]}
---
apiVersion: v1
kind: ConfigMap
metadata: {name: ts, namespace: ml}
data:
  settings: |
    management_address=http://0.0.0.0:8081
""")
        options = reading.resource("ml/Pod/ts/pod/server").attributes["serving_options"]
        assert options["management_address"] == "http://0.0.0.0:8081"
        assert options["inference_address"] == "http://127.0.0.1:8080"

    def test_a_container_that_does_not_serve_has_none(self, read: Read) -> None:
        reading = read("""
apiVersion: v1
kind: Pod
metadata: {name: web}
spec:
  containers: [{name: web, image: nginx, args: [--model, x]}]
""")
        assert "serving_options" not in reading.resource("default/Pod/web/pod/web").attributes

    def test_no_key_is_shown(self, read: Read) -> None:
        reading = read("""
apiVersion: v1
kind: Pod
metadata: {name: llm}
spec:
  containers:
    - name: vllm
      image: vllm/vllm-openai
      args: [m, --api-key, first-key-1, second-key-2, --port, "1"]
    - name: triton
      image: nvcr.io/nvidia/tritonserver
      args: [tritonserver, "--http-restricted-api=trace:admin=third-key-3"]
""")
        assert {"first-key-1", "second-key-2", "third-key-3"} <= reading.parsed.secrets
        options = reading.resource("default/Pod/llm/pod/vllm").attributes["serving_options"]
        assert options["api_key"] == "literal"


@pytest.mark.parametrize(
    "hostile",
    [
        "args: {a: b}\n      command: 5",
        "args: [null, [], {}, --model, null]\n      env: [null, {}, {name: null}, {name: VLLM_API_KEY, valueFrom: []}]",
        "args: [--config]\n      volumeMounts: [null, {mountPath: 5}, {name: x}]",
        "args: [--model]\n      envFrom: x",
        "args: ['--api-key=', '=', '-', '--', '--=x', '--no-']",
    ],
)
def test_hostile_containers(read: Read, hostile: str) -> None:
    reading = read(f"""
apiVersion: v1
kind: Pod
metadata: {{name: llm}}
spec:
  containers:
    - name: vllm
      image: vllm/vllm-openai
      {hostile}
""")
    assert "serving_options" in reading.resource("default/Pod/llm/pod/vllm").attributes
