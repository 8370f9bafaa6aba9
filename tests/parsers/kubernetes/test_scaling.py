"""Autoscaling by the manifest of the workload itself: bounds, metric and target, with their lines."""

from typing import Any

import pytest

from scanner.core.values import Unresolved
from scanner.parsers.kubernetes.scaling import metric_of
from tests.parsers.kubernetes.conftest import Read


class TestAutoscaling:
    """Bounds, metric and target by the manifest of the workload itself."""

    def test_kserve(self, read: Read) -> None:
        reading = read("""
apiVersion: serving.kserve.io/v1beta1
kind: InferenceService
metadata:
  name: m
spec:
  predictor:
    minReplicas: 0
    maxReplicas: 5
    scaleMetric: concurrency
    scaleTarget: 3
    model: {modelFormat: {name: sklearn}, storageUri: s3://b/m}
  transformer:
    maxReplicas: 2
    autoScaling:
      metrics:
        - type: Resource
          resource: {name: cpu, target: {type: Utilization, averageUtilization: 60}}
    containers: [{image: x}]
""")
        address = "default/InferenceService/m/predictor"
        assert reading.resource(address).attributes["autoscaling"] == {
            "by": "kserve",
            "min_replicas": 0,
            "max_replicas": 5,
            "metric": "concurrency",
            "target": 3,
            "scale_to_zero": True,
        }
        assert reading.line(address, "autoscaling.min_replicas") == 8
        assert reading.line(address, "autoscaling.scale_to_zero") == 8
        assert reading.line(address, "autoscaling.target") == 11
        assert reading.resource("default/InferenceService/m/transformer").attributes["autoscaling"] == {
            "by": "kserve",
            "max_replicas": 2,
            "metric": "cpu",
            "target": 60,
            "min_replicas": 1,
            "scale_to_zero": False,
        }

    @pytest.mark.parametrize("name", ["min-scale", "minScale"])
    def test_knative(self, read: Read, name: str) -> None:
        reading = read(f"""
apiVersion: serving.knative.dev/v1
kind: Service
metadata: {{name: m}}
spec:
  template:
    metadata:
      annotations:
        autoscaling.knative.dev/{name}: "1"
        autoscaling.knative.dev/max-scale: "4"
        autoscaling.knative.dev/metric: rps
        autoscaling.knative.dev/target: "150"
    spec:
      containers: [{{image: x}}]
""")
        address = "default/Service/m/pod"
        assert reading.resource(address).attributes["autoscaling"] == {
            "by": "knative",
            "min_replicas": 1,
            "max_replicas": 4,
            "metric": "rps",
            "target": 150,
            "scale_to_zero": False,
        }
        assert reading.line(address, "autoscaling.min_replicas") == 9

    def test_knative_scales_down_as_its_cluster_says(self, read: Read) -> None:
        reading = read("""
apiVersion: serving.knative.dev/v1
kind: Service
metadata: {name: m}
spec:
  template:
    spec:
      containers: [{image: x}]
""")
        found = reading.resource("default/Service/m/pod").attributes["autoscaling"]
        assert isinstance(found["scale_to_zero"], Unresolved)

    @pytest.mark.parametrize("enabled", ["true", "false"])
    def test_ray(self, read: Read, enabled: str) -> None:
        reading = read(f"""
apiVersion: ray.io/v1
kind: RayCluster
metadata: {{name: r}}
spec:
  enableInTreeAutoscaling: {enabled}
  headGroupSpec: {{template: {{spec: {{containers: [{{image: rayproject/ray}}]}}}}}}
  workerGroupSpecs:
    - groupName: gpu
      replicas: 1
      maxReplicas: 8
      template: {{spec: {{containers: [{{image: rayproject/ray}}]}}}}
""")
        found = reading.resource("default/RayCluster/r/worker-gpu").attributes.get("autoscaling")
        wanted = {"by": "ray", "max_replicas": 8, "min_replicas": 0, "scale_to_zero": True}
        assert found == (wanted if enabled == "true" else None)
        assert "autoscaling" not in reading.resource("default/RayCluster/r/head").attributes

    def test_seldon(self, read: Read) -> None:
        reading = read("""
apiVersion: machinelearning.seldon.io/v1
kind: SeldonDeployment
metadata: {name: s}
spec:
  predictors:
    - name: a
      graph: {name: c}
      componentSpecs:
        - hpaSpec:
            minReplicas: 2
            maxReplicas: 6
            metricsv2:
              - {type: Resource, resource: {name: cpu, target: {averageUtilization: 50}}}
          spec: {containers: [{name: c, image: x}]}
""")
        assert reading.resource("default/SeldonDeployment/s/a-0").attributes["autoscaling"] == {
            "by": "hpa",
            "min_replicas": 2,
            "max_replicas": 6,
            "metric": "cpu",
            "target": 50,
            "scale_to_zero": False,
        }

    def test_language_models(self, read: Read) -> None:
        reading = read("""
apiVersion: serving.kserve.io/v1alpha2
kind: LLMInferenceService
metadata: {name: m}
spec:
  model: {uri: hf://acme/m}
  scaling:
    minReplicas: 1
    maxReplicas: 4
    wva: {keda: {idleReplicaCount: 0}}
""")
        assert reading.resource("default/LLMInferenceService/m/pod").attributes["autoscaling"] == {
            "by": "kserve",
            "min_replicas": 1,
            "max_replicas": 4,
            "idle_replicas": 0,
            "scale_to_zero": True,
        }

    @pytest.mark.parametrize(
        ("entry", "expected"),
        [
            ({"type": "Resource", "resource": {"name": "cpu", "targetAverageUtilization": 5}}, ("cpu", 5)),
            ({"type": "Pods", "pods": {"metric": {"name": "q"}, "target": {"averageValue": "7"}}}, ("q", "7")),
            ({"type": "prometheus", "metadata": {"threshold": "4"}}, ("prometheus", "4")),
            ({"resource": None}, (None, None)),
            ({}, (None, None)),
        ],
    )
    def test_metrics(self, entry: dict[str, Any], expected: tuple[Any, Any]) -> None:
        assert metric_of(entry) == expected
