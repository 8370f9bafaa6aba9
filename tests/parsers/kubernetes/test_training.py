"""TrainJobs over their training runtimes: which value counts, and where it is written."""

from collections.abc import Callable
from typing import Any

import pytest

from scanner.core.values import parse_path

JOB = "lab/TrainJob/tune"
RUNTIME = """\
apiVersion: trainer.kubeflow.org/v1alpha1
kind: ClusterTrainingRuntime
metadata: {name: torch}
spec:
  mlPolicy: {numNodes: 1, torch: {}}
  template:
    spec:
      replicatedJobs:
        - name: model-initializer
          template:
            metadata: {labels: {trainer.kubeflow.org/trainjob-ancestor-step: model-initializer}}
            spec:
              template:
                spec:
                  containers:
                    - name: model-initializer
                      image: registry.example/initializer:1
                      env: [{name: STORAGE_URI, value: "hf://theirs"}, {name: KEPT, value: "1"}]
        - name: node
          template:
            metadata: {labels: {trainer.kubeflow.org/trainjob-ancestor-step: trainer}}
            spec:
              template:
                metadata: {labels: {from: runtime}}
                spec:
                  serviceAccountName: theirs
                  securityContext: {runAsNonRoot: false, runAsUser: 0}
                  containers:
                    - name: node
                      image: registry.example/torch:1
                      command: [torchrun]
                      resources: {limits: {memory: 1Gi}, requests: {cpu: 1}}
                      env: [{name: A, value: theirs}, {name: B, value: theirs}]
                      securityContext: {allowPrivilegeEscalation: true}
                    - {name: proxy, image: "registry.example/proxy:1"}
"""
TRAIN_JOB = """\
apiVersion: trainer.kubeflow.org/v1alpha1
kind: TrainJob
metadata: {name: tune, namespace: lab}
spec:
  runtimeRef: {name: torch}
  initializer:
    model:
      storageUri: hf://acme/base
      secretRef: {name: hub}
  trainer:
    image: registry.example/mine:2
    numNodes: 4
    args: [train.py]
    resourcesPerNode: {limits: {nvidia.com/gpu: 8}}
    env: [{name: B, value: own}, {name: C, value: own}]
  podTemplateOverrides:
    - targetJobs: [{name: node}]
      metadata: {labels: {team: risk}}
      spec:
        serviceAccountName: first
        securityContext: {runAsNonRoot: true}
        volumes: [{name: data, emptyDir: {}}]
        containers:
          - name: node
            env: [{name: B, value: override}, {name: D, value: override}]
            securityContext: {allowPrivilegeEscalation: false}
    - targetJobs: [{name: node}]
      spec: {serviceAccountName: second}
  runtimePatches:
    - manager: acme
      trainingRuntimeSpec:
        template:
          spec:
            replicatedJobs:
              - name: model-initializer
                template: {spec: {template: {spec: {serviceAccountName: patched}}}}
"""
FILES = {"runtime.yaml": RUNTIME, "job.yaml": TRAIN_JOB}


def test_node(read: Callable[..., Any]) -> None:
    reading = read(FILES)
    assert reading.told() == []
    pod = reading.resource(f"{JOB}/node").attributes
    assert pod["labels"] == {
        "from": "runtime",
        "team": "risk",
        "jobset.sigs.k8s.io/jobset-name": "tune",
        "jobset.sigs.k8s.io/replicatedjob-name": "node",
    }
    assert (pod["service_account"], pod["replicas"]) == ("second", 4)
    assert pod["security_context"] == {"runAsNonRoot": True, "runAsUser": 0}
    assert pod["volumes"] == [{"name": "data", "emptyDir": {}}]
    assert pod["templates"] == ["ClusterTrainingRuntime/torch"]
    assert "filled_in" not in pod
    node = reading.resource(f"{JOB}/node/node").attributes
    assert node["image"]["reference"] == "registry.example/mine:2"
    assert (node["command"], node["args"]) == (["torchrun"], ["train.py"])
    assert node["resources"] == {"limits": {"nvidia.com/gpu": 8}}, "resourcesPerNode takes the place of all"
    assert node["env_values"] == {"A": "theirs", "B": "own", "C": "own", "D": "override"}
    assert node["security_context"] == {"runAsNonRoot": True, "runAsUser": 0, "allowPrivilegeEscalation": False}
    assert node["inherited"] == ["command"]
    proxy = reading.resource(f"{JOB}/node/proxy").attributes
    assert proxy["security_context"] == {"runAsNonRoot": True, "runAsUser": 0}
    assert proxy["image"]["reference"] == "registry.example/proxy:1"


def test_initializer(read: Callable[..., Any]) -> None:
    reading = read(FILES)
    pod = reading.resource(f"{JOB}/model-initializer").attributes
    assert (pod["storage_uri"], pod["service_account"]) == ("hf://acme/base", "patched")
    assert "replicas" not in pod
    container = reading.resource(f"{JOB}/model-initializer/model-initializer").attributes
    assert container["env_values"] == {"STORAGE_URI": "hf://acme/base", "KEPT": "1"}
    assert container["image"]["reference"] == "registry.example/initializer:1"


@pytest.mark.parametrize(
    ("resource", "attribute", "file", "line"),
    [
        ("node", "labels.from", "runtime.yaml", 24),
        ("node", "labels.team", "job.yaml", 18),
        ("node", "service_account", "job.yaml", 28),
        ("node", "replicas", "job.yaml", 12),
        ("node", "security_context.runAsNonRoot", "job.yaml", 21),
        ("node", "security_context.runAsUser", "runtime.yaml", 27),
        ("node/node", "image", "job.yaml", 11),
        ("node/node", "command", "runtime.yaml", 31),
        ("node/node", "arguments[1]", "job.yaml", 13),
        ("node/node", "resources.limits", "job.yaml", 14),
        ("node/node", "env_values.A", "runtime.yaml", 33),
        ("node/node", "env_values.B", "job.yaml", 15),
        ("node/node", "env_values.D", "job.yaml", 25),
        ("node/node", "security_context.allowPrivilegeEscalation", "job.yaml", 26),
        ("node/proxy", "image", "runtime.yaml", 35),
        ("model-initializer", "storage_uri", "job.yaml", 8),
        ("model-initializer", "service_account", "job.yaml", 36),
        ("model-initializer/model-initializer", "env_values.STORAGE_URI", "job.yaml", 8),
        ("model-initializer/model-initializer", "env_values.KEPT", "runtime.yaml", 18),
    ],
)
def test_lines(read: Callable[..., Any], resource: str, attribute: str, file: str, line: int) -> None:
    found = read(FILES).resource(f"{JOB}/{resource}").locate(parse_path(attribute))
    assert (found.path, found.start_line) == (file, line)


def test_a_runtime_of_the_namespace_is_named_by_its_kind(read: Callable[..., Any]) -> None:
    own = RUNTIME.replace("Cluster", "").replace("name: torch}", "name: torch, namespace: lab}").replace("mine", "x")
    own = own.replace("registry.example/proxy:1", "registry.example/own-proxy:1")
    files = {**FILES, "own.yaml": own}
    proxy = f"{JOB}/node/proxy"
    assert read(files).resource(proxy).attributes["image"]["repository"] == "proxy"
    files["job.yaml"] = TRAIN_JOB.replace("{name: torch}", "{name: torch, kind: TrainingRuntime}")
    assert read(files).resource(proxy).attributes["image"]["repository"] == "own-proxy"
    files["own.yaml"] = own.replace("namespace: lab", "namespace: other")
    assert read(files).resource(f"{JOB}/node").attributes["filled_in"].reason == (
        "the TrainingRuntime torch, which is not part of the release, may set it"
    )


def test_the_trainer_does_not_change_a_launcher_beside_the_nodes(read: Callable[..., Any]) -> None:
    runtime = RUNTIME.replace("name: node\n", "name: launcher\n").replace(
        "torch: {}", "mpi: {runLauncherAsNode: false}"
    )
    found = read({**FILES, "runtime.yaml": runtime}).resource(f"{JOB}/launcher/launcher").attributes
    assert found["image"]["reference"] == "registry.example/torch:1"
    runtime = runtime.replace("AsNode: false", "AsNode: true")
    found = read({**FILES, "runtime.yaml": runtime}).resource(f"{JOB}/launcher/launcher").attributes
    assert found["image"]["reference"] == "registry.example/mine:2"


@pytest.mark.parametrize(
    "spec",
    [
        "5",
        "{trainer: 5, initializer: {model: 5, dataset: [1]}}",
        "{runtimeRef: 5, trainer: {env: [5, {name: [x]}], args: 5, image: []}}",
        "{runtimeRef: {name: torch}, podTemplateOverrides: [5, {targetJobs: 5, spec: 5}], runtimePatches: [5]}",
        "{runtimeRef: {name: odd}}",
    ],
)
def test_hostile_jobs(read: Callable[..., Any], spec: str) -> None:
    odd = RUNTIME.partition("spec:")[0].replace("torch", "odd")
    odd += "spec: {template: {spec: {replicatedJobs: [5, {name: node}, {name: x, template: {spec: []}}]}}}\n"
    text = f"apiVersion: trainer.kubeflow.org/v1alpha1\nkind: TrainJob\nmetadata: {{name: x}}\nspec: {spec}\n"
    reading = read({"job.yaml": text, "runtime.yaml": RUNTIME, "odd.yaml": odd})
    assert "default/TrainJob/x" in reading.addresses("TrainJob")
    for each in reading.parsed.resources:
        assert all(each.locate(path).start_line for path in each.attribute_locations)
