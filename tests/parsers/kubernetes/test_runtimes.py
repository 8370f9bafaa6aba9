"""InferenceServices with their serving runtimes: which one counts, and which value of both, each with its own line."""

import time
from collections.abc import Callable
from typing import Any

import pytest

from scanner.core.values import Unresolved, parse_path

SERVICE = "ml/InferenceService/triage/predictor"
MODEL = f"{SERVICE}/kserve-container"
OWN, THEIRS = "runtimes/service.yaml", "runtimes/runtime.yaml"


def test_containers_of_both(read_fixture: Callable[[str], Any]) -> None:
    reading = read_fixture("runtimes")
    assert reading.told() == []
    assert [each for each in reading.addresses("workload", "container") if "InferenceService" in each] == [
        SERVICE,
        MODEL,
        f"{SERVICE}/transformer-container",
        f"{SERVICE}/metrics",
        f"{SERVICE}/logger",
        f"{SERVICE}-worker",
        f"{SERVICE}-worker/worker-container",
    ]


def test_pod_of_both(read_fixture: Callable[[str], Any]) -> None:
    pod = read_fixture("runtimes").resource(SERVICE).attributes
    assert pod["labels"] == {
        "from": "runtime",
        "tier": "service",
        "owner": "risk",
        "color": "blue",
        "serving.kserve.io/inferenceservice": "triage",
        "component": "predictor",
    }
    assert pod["annotations"] == {"version": "7", "prometheus.io/port": "8080"}
    assert pod["volumes"] == [{"name": "shm", "emptyDir": {}}, {"name": "models", "emptyDir": {}}]
    assert pod["security_context"] == {"runAsNonRoot": True}, "a serving runtime has no pod security context"
    assert "host_ipc" not in pod, "KServe does not take it over"
    assert pod["templates"] == ["ml/ServingRuntime/hardened"]
    assert (pod["storage_uri"], pod["model_format"]) == ("s3://models/triage/1", "sklearn")
    assert "filled_in" not in pod


def test_model_container_of_both(read_fixture: Callable[[str], Any]) -> None:
    model = read_fixture("runtimes").resource(MODEL).attributes
    assert model["name"] == "kserve-container"
    assert (model["role"], model["serving"], model["runtime"]) == ("main", True, "kserve")
    assert model["image"]["reference"] == "registry.example/sklearn:2.0"
    assert model["arguments"] == [
        "python",
        "-m",
        "sklearnserver",
        "--model_name=triage",
        Unresolved('--zone={{index .Annotations "zone"}}', "a placeholder in it is filled in before deployment"),
        "--workers=2",
    ]
    assert model["env_values"] == {"LEVEL": "own", "KEPT": "ml"}
    assert [each["name"] for each in model["env"]] == ["LEVEL", "TOKEN", "KEPT"]
    assert model["env"][1] == {"name": "TOKEN", "valueFrom": {"secretKeyRef": {"name": "t", "key": "t"}}}
    assert model["resources"] == {"limits": {"cpu": 1, "memory": "8Gi"}}
    assert model["security_context"] == {
        "runAsNonRoot": True,
        "runAsUser": 1000,
        "allowPrivilegeEscalation": False,
        "capabilities": {"drop": ["ALL"]},
    }
    assert model["inherited"] == ["command", "name"]
    assert "filled_in" not in model


@pytest.mark.parametrize(
    ("resource", "attribute", "file", "line"),
    [
        (SERVICE, "labels.from", THEIRS, 6),
        (SERVICE, "labels.tier", OWN, 6),
        (SERVICE, "labels.color", OWN, 10),
        (SERVICE, 'annotations["prometheus.io/port"]', THEIRS, 7),
        (SERVICE, "annotations.version", OWN, 7),
        (SERVICE, "volumes[0].emptyDir", OWN, 13),
        (SERVICE, "volumes[1].emptyDir", THEIRS, 12),
        (SERVICE, "security_context.runAsNonRoot", OWN, 11),
        (MODEL, "image", OWN, 17),
        (MODEL, "command", THEIRS, 16),
        (MODEL, "arguments[0]", THEIRS, 16),
        (MODEL, "arguments[3]", THEIRS, 17),
        (MODEL, "arguments[5]", OWN, 19),
        (MODEL, "env_values.LEVEL", OWN, 21),
        (MODEL, "env_values.KEPT", THEIRS, 21),
        (MODEL, "env[1].valueFrom", OWN, 22),
        (MODEL, "resources.limits.memory", OWN, 23),
        (MODEL, "resources.limits.cpu", THEIRS, 22),
        (MODEL, "security_context.runAsUser", OWN, 24),
        (MODEL, "security_context.runAsNonRoot", OWN, 11),
        (MODEL, "security_context.capabilities.drop[0]", THEIRS, 23),
        (MODEL, "security_context.privileged", OWN, 24),
        (f"{SERVICE}/transformer-container", "arguments[0]", THEIRS, 26),
        (f"{SERVICE}/transformer-container", "arguments[1]", OWN, 26),
        (f"{SERVICE}/metrics", "image", THEIRS, 27),
        (f"{SERVICE}/logger", "image", OWN, 27),
        (f"{SERVICE}-worker/worker-container", "image", THEIRS, 30),
        (f"{SERVICE}-worker/worker-container", "env_values.ROLE", OWN, 31),
    ],
)
def test_lines_of_both(read_fixture: Callable[[str], Any], resource: str, attribute: str, file: str, line: int) -> None:
    found = read_fixture("runtimes").resource(resource).locate(parse_path(attribute))
    assert (found.path, found.start_line) == (file, line)


def test_other_containers_of_both(read_fixture: Callable[[str], Any]) -> None:
    reading = read_fixture("runtimes")
    transformer = reading.resource(f"{SERVICE}/transformer-container").attributes
    assert transformer["arguments"] == ["--theirs=risk", "--own"]
    assert transformer["image"]["reference"] == "registry.example/transform:1"
    assert transformer["role"] == "sidecar"
    metrics = reading.resource(f"{SERVICE}/metrics")
    assert (metrics.location.path, metrics.location.start_line) == (THEIRS, 27)
    assert metrics.attributes["inherited"] == ["image", "name"]
    worker = reading.resource(f"{SERVICE}-worker/worker-container").attributes
    assert worker["image"]["reference"] == "registry.example/worker:1"
    assert (worker["arguments"], worker["env_values"]) == (["ray", "start"], {"ROLE": "worker"})


def test_every_position_leads_somewhere(read_fixture: Callable[[str], Any]) -> None:
    for each in read_fixture("runtimes").parsed.resources:
        paths = list(each.attribute_locations)
        assert len(paths) == len(set(paths))
        assert {each.attribute_locations[path].path for path in paths} <= {OWN, THEIRS}


# --- Precedence, value by value ---------------------------------------------------------------------------------------

RUNTIME = "apiVersion: serving.kserve.io/v1alpha1\nkind: ServingRuntime\nmetadata: {name: r}\nspec:\n"
USER = (
    "apiVersion: serving.kserve.io/v1beta1\nkind: InferenceService\nmetadata: {name: x}\nspec: {predictor: {model: "
    "{modelFormat: {name: sklearn}, runtime: r%s}%s}}\n"
)


def both(theirs: str, own: str, pod: str = "") -> dict[str, str]:
    runtime = f"{RUNTIME}  containers: [{{name: kserve-container{theirs}}}]\n"
    return {"x.yaml": USER % (own, pod), "r.yaml": runtime}


@pytest.mark.parametrize(
    ("theirs", "own", "attribute", "expected"),
    [
        (", image: a/b:1", "", "image.reference", "a/b:1"),
        (", image: a/b:1", ", image: c/d:2", "image.reference", "c/d:2"),
        (", image: a/b:1", ", image: ''", "image.reference", "a/b:1"),
        (", image: a/b:1", ", runtimeVersion: 3", "image.reference", "a/b:3"),
        (", image: 'a:5000/b'", ", runtimeVersion: v3", "image.reference", "a:5000/b:v3"),
        (", image: 'a/b@sha256:1234'", ", runtimeVersion: v3", "image.reference", "a/b@sha256:1234"),
        (", command: [a]", "", "command", ["a"]),
        (", command: [a]", ", command: [b]", "command", ["b"]),
        (", command: [a]", ", command: []", "command", ["a"]),
        (", args: [a]", ", args: [b]", "args", ["a", "b"]),
        (", args: [a]", "", "args", ["a"]),
        ("", ", args: [b]", "args", ["b"]),
        (", env: [{name: A, value: '1'}]", ", env: [{name: A, value: '2'}]", "env", [{"name": "A", "value": "2"}]),
        (", env: [{name: A, value: '1'}]", ", env: [{name: A, value: ''}]", "env", [{"name": "A", "value": "1"}]),
        (
            ", env: [{name: A, valueFrom: {fieldRef: {fieldPath: x}}}]",
            ", env: [{name: A, value: '2'}]",
            "env",
            [{"name": "A", "value": "2"}],
        ),
        (
            ", env: [{name: A, value: '1'}, {name: B, value: '2'}]",
            ", env: [{name: C, value: '3'}]",
            "env",
            [{"name": "C", "value": "3"}, {"name": "A", "value": "1"}, {"name": "B", "value": "2"}],
        ),
        (", envFrom: [{configMapRef: {name: a}}]", ", env: [{name: A, value: '$(B)'}]", "env_values.A", None),
        (
            ", ports: [{containerPort: 80}]",
            ", ports: [{containerPort: 80, name: h2c}, {containerPort: 81}]",
            "ports",
            [{"containerPort": 80, "name": "h2c"}, {"containerPort": 81}],
        ),
        (
            ", volumeMounts: [{name: a, mountPath: /a}]",
            ", volumeMounts: [{name: b, mountPath: /a}]",
            "volume_mounts",
            [{"name": "b", "mountPath": "/a"}],
        ),
        (
            ", securityContext: {privileged: true}",
            ", securityContext: {privileged: false}",
            "security_context.privileged",
            False,
        ),
        (", securityContext: {privileged: true}", "", "security_context.privileged", True),
        (
            ", securityContext: {capabilities: {add: [A, B]}}",
            ", securityContext: {capabilities: {add: [C]}}",
            "security_context.capabilities.add",
            ["C"],
        ),
        (", securityContext: {runAsUser: 0}", ", securityContext: null", "security_context.runAsUser", 0),
    ],
)
def test_precedence(read: Callable[..., Any], theirs: str, own: str, attribute: str, expected: Any) -> None:
    found: Any = read(both(theirs, own)).resource("default/InferenceService/x/predictor/kserve-container").attributes
    for step in parse_path(attribute):
        found = found[step]
    if expected is None:
        assert isinstance(found, Unresolved)
    else:
        assert found == expected


def test_a_pod_overrides_nothing_of_the_container(read: Callable[..., Any]) -> None:
    texts = both(", securityContext: {runAsUser: 0}", "", ", securityContext: {runAsUser: 1000}")
    found = read(texts).resource("default/InferenceService/x/predictor/kserve-container")
    assert found.attributes["security_context"] == {"runAsUser": 0}
    assert found.locate(("security_context", "runAsUser")).path == "r.yaml"


# --- Which runtime ----------------------------------------------------------------------------------------------------


def runtime(name: str, image: str, spec: str = "", kind: str = "ServingRuntime", namespace: str = "") -> str:
    return (
        f"apiVersion: serving.kserve.io/v1alpha1\nkind: {kind}\nmetadata: {{name: {name}{namespace}}}\n"
        f"spec: {{containers: [{{name: kserve-container, image: '{image}'}}]{spec}}}\n"
    )


def service(model: str, predictor: str = "") -> str:
    return (
        "apiVersion: serving.kserve.io/v1beta1\nkind: InferenceService\nmetadata: {name: x}\n"
        f"spec: {{predictor: {{model: {{{model}}}{predictor}}}}}\n"
    )


FORMATS = ", supportedModelFormats: [{name: sklearn, version: '1', autoSelect: true%s}]"
SKLEARN = "modelFormat: {name: sklearn}"


def chosen(read: Callable[..., Any], texts: dict[str, str], path: str = "x.yaml") -> str:
    """The image that the model gets, or why nobody knows it."""
    resources = read(texts).parsed.resources
    (found,) = [
        each
        for each in resources
        if each.type == "container" and each.origin == path and each.attributes["workload_kind"] == "InferenceService"
    ]
    if "image" in found.attributes:
        return str(found.attributes["image"]["reference"])
    return str(found.attributes["filled_in"].reason)


def test_a_runtime_of_the_namespace_before_one_of_the_cluster(read: Callable[..., Any]) -> None:
    texts = {
        "x.yaml": service(f"{SKLEARN}, runtime: r"),
        "a.yaml": runtime("r", "of/cluster:1", kind="ClusterServingRuntime"),
        "b.yaml": runtime("r", "of/namespace:1"),
        "c.yaml": runtime("r", "of/another:1", namespace=", namespace: other"),
    }
    assert chosen(read, texts) == "of/namespace:1"
    del texts["b.yaml"]
    assert chosen(read, texts) == "of/cluster:1"
    del texts["a.yaml"]
    assert chosen(read, texts) == "the serving runtime r, which is not part of the release, may set it"


def test_the_nearest_of_several(read: Callable[..., Any]) -> None:
    texts = {
        "prod/apps/x.yaml": service(f"{SKLEARN}, runtime: r"),
        "dev/r.yaml": runtime("r", "of/dev:1"),
        "prod/r.yaml": runtime("r", "of/prod:1"),
    }
    assert chosen(read, texts, "prod/apps/x.yaml") == "of/prod:1"
    texts["prod/apps/r.yaml"] = runtime("r", "same/folder:1")
    assert chosen(read, texts, "prod/apps/x.yaml") == "same/folder:1"
    texts["prod/apps/x.yaml"] += "---\n" + runtime("r", "same/file:1")
    assert chosen(read, texts, "prod/apps/x.yaml") == "same/file:1"


def test_several_alike_are_not_known(read: Callable[..., Any]) -> None:
    texts = {
        "base/x.yaml": service(f"{SKLEARN}, runtime: r"),
        "dev/r.yaml": runtime("r", "of/dev:1"),
        "prod/r.yaml": runtime("r", "of/prod:1"),
    }
    assert chosen(read, texts, "base/x.yaml") == (
        "several ServingRuntime objects of the release are called r (dev/r.yaml:1, prod/r.yaml:1)"
    )
    for number in range(6):
        texts[f"more{number}/r.yaml"] = runtime("r", f"of/{number}:1")
    assert chosen(read, texts, "base/x.yaml").endswith(
        "(dev/r.yaml:1, more0/r.yaml:1, more1/r.yaml:1, more2/r.yaml:1, more3/r.yaml:1 and 3 more)"
    )
    texts = {path: text for path, text in texts.items() if "more" not in path}
    texts["prod/r.yaml"] = texts["dev/r.yaml"]
    assert chosen(read, texts, "base/x.yaml") == "of/dev:1", "both say the same"


@pytest.mark.parametrize(
    ("model", "spec", "predictor", "is_chosen"),
    [
        (SKLEARN, FORMATS % "", "", True),
        ("modelFormat: {name: sklearn, version: '1'}", FORMATS % "", "", True),
        ("modelFormat: {name: sklearn, version: '2'}", FORMATS % "", "", False),
        ("modelFormat: {name: onnx}", FORMATS % "", "", False),
        (SKLEARN, ", supportedModelFormats: [{name: sklearn}]", "", False),
        (SKLEARN, f"{FORMATS % ''}, disabled: true", "", False),
        (SKLEARN, f"{FORMATS % ''}, multiModel: true", "", False),
        (SKLEARN, f"{FORMATS % ''}, protocolVersions: [v2]", "", False),
        (f"{SKLEARN}, protocolVersion: v2", f"{FORMATS % ''}, protocolVersions: [v1, v2]", "", True),
        (SKLEARN, FORMATS % "", ", workerSpec: {}", False),
        (
            SKLEARN,
            f"{FORMATS % ''}, workerSpec: {{containers: [{{name: worker-container}}]}}",
            ", workerSpec: {}",
            True,
        ),
    ],
)
def test_selection_by_the_model(
    read: Callable[..., Any], model: str, spec: str, predictor: str, is_chosen: bool
) -> None:
    texts = {"y/r.yaml": runtime("r", "a/b:1", spec)}
    found = read({"x.yaml": service(model, predictor), **texts}).resource(
        "default/InferenceService/x/predictor/kserve-container"
    )
    cause = "a serving runtime that the cluster chooses, which is not part of the release, may set it"
    if is_chosen:
        assert found.attributes["image"]["reference"] == "a/b:1"
        assert "filled_in" not in found.attributes
    else:
        assert "image" not in found.attributes
        assert found.attributes["filled_in"] == Unresolved("template", cause)


def test_selection_by_priority(read: Callable[..., Any]) -> None:
    texts = {
        "x.yaml": service(SKLEARN),
        "y/a.yaml": runtime("a", "of/a:1", FORMATS % ", priority: 1"),
        "z/b.yaml": runtime("b", "of/b:1", FORMATS % ", priority: 2"),
        "c.yaml": runtime("c", "of/c:1", FORMATS % ", priority: 9", "ClusterServingRuntime"),
        "d.yaml": runtime("d", "of/d:1", FORMATS % ""),
    }
    assert chosen(read, texts) == "of/b:1"
    texts["y/a.yaml"] = texts["y/a.yaml"].replace("priority: 1", "priority: 3")
    assert chosen(read, texts) == "of/a:1"
    texts["z/b.yaml"] = texts["z/b.yaml"].replace("priority: 2", "priority: 3")
    assert chosen(read, texts) == "several serving runtimes of the release fit alike (a, b)"


def test_selection_among_environments(read: Callable[..., Any]) -> None:
    """Folders decide where no namespace is written; a namespace holds everything that is applied to it."""
    texts = {
        "prod/x.yaml": service(SKLEARN),
        "prod/a.yaml": runtime("a", "of/prod:1", FORMATS % ""),
        "dev/b.yaml": runtime("b", "of/dev:1", FORMATS % ""),
    }
    assert chosen(read, texts, "prod/x.yaml") == "of/prod:1"
    written = {path: text.replace("metadata: {", "metadata: {namespace: ml, ") for path, text in texts.items()}
    assert chosen(read, written, "prod/x.yaml") == "several serving runtimes of the release fit alike (a, b)"


def test_the_old_way_to_name_a_framework(read: Callable[..., Any]) -> None:
    text = service(SKLEARN).replace("model: {modelFormat: {name: sklearn}}", "sklearn: {storageUri: 's3://b/m'}")
    assert chosen(read, {"x.yaml": text, "r.yaml": runtime("r", "a/b:1", FORMATS % "")}) == "a/b:1"


@pytest.mark.parametrize(
    "spec", ["5", "[]", "{containers: 5}", "{containers: [5, [], {name: [x]}]}", "{workerSpec: 5}"]
)
def test_hostile_runtimes(read: Callable[..., Any], spec: str) -> None:
    text = f"apiVersion: serving.kserve.io/v1alpha1\nkind: ServingRuntime\nmetadata: {{name: r}}\nspec: {spec}\n"
    reading = read({"x.yaml": service(f"{SKLEARN}, runtime: r", ", workerSpec: {}, containers: [7]"), "r.yaml": text})
    assert "default/InferenceService/x/predictor/kserve-container" in reading.addresses("container")
    for each in reading.parsed.resources:
        assert all(each.locate(path).start_line for path in each.attribute_locations)


def test_a_canary_has_a_runtime_of_its_own(read: Callable[..., Any]) -> None:
    text = service(f"{SKLEARN}, runtime: r").replace(
        "predictor:",
        "canary: [{trafficPercent: 5, predictor: {name: next, model: {runtime: s, args: [own]}}}], predictor:",
    )
    reading = read({"x.yaml": text, "r.yaml": runtime("r", "a/b:1"), "s.yaml": runtime("s", "a/b:2")})
    base = "default/InferenceService/x"
    images = {
        name: reading.resource(f"{base}/{name}/kserve-container").attributes["image"]["reference"]
        for name in ("predictor", "canary-next")
    }
    assert images == {"predictor": "a/b:1", "canary-next": "a/b:2"}
    canary = reading.resource(f"{base}/canary-next")
    assert canary.attributes["templates"] == ["default/ServingRuntime/s"]
    assert canary.attributes["canary_traffic_percent"] == 5


def test_a_runtime_that_aliases_make_large(read: Callable[..., Any]) -> None:
    lines = ["a0: &a0 {name: A, value: b}", "a1: &a1 [" + ", ".join(["*a0"] * 100) + "]"]
    bomb = "\n".join([*lines, f"a2: [{', '.join(['*a1'] * 150)}]"])
    texts = {f"d{number}/x.yaml": service(f"{SKLEARN}, runtime: r") for number in range(200)}
    texts["r.yaml"] = f"{runtime('r', 'a/b:1')}{bomb}\n"
    started = time.perf_counter()
    assert chosen(read, texts, "d7/x.yaml") == (
        "default/ServingRuntime/r holds more than 20,000 values and was not put in place"
    )
    assert time.perf_counter() - started < 20


def test_a_deep_runtime(read: Callable[..., Any]) -> None:
    deep = "{a: " * 150 + "'{{.Name}}'" + "}" * 150
    texts = {"x.yaml": service(f"{SKLEARN}, runtime: r, x: {deep}"), "r.yaml": runtime("r", "a/b:1")}
    texts["r.yaml"] = texts["r.yaml"].replace("image: 'a/b:1'", f"image: 'a/b:1', x: {deep}")
    assert chosen(read, texts) == "a/b:1"
