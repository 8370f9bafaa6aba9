"""Argo Workflows: what beats what between template, defaults, workflow and workflow template."""

import json
from collections.abc import Callable
from typing import Any

import pytest


def workflow(spec: str, kind: str = "Workflow", name: str = "x") -> str:
    return f"apiVersion: argoproj.io/v1alpha1\nkind: {kind}\nmetadata: {{name: {name}, namespace: lab}}\nspec: {spec}\n"


def pod_of(read: Callable[..., Any], text: str | dict[str, str], name: str = "t") -> tuple[Any, Any]:
    reading = read(text)
    pod = reading.resource(f"lab/Workflow/x/{name}")
    return pod, reading.resource(f"{pod.address}/main")


@pytest.mark.parametrize(
    ("key", "attribute", "of_spec", "of_template"),
    [
        ("serviceAccountName", "service_account", "a", "b"),
        ("automountServiceAccountToken", "automount_token", True, False),
        ("securityContext", "security_context", {"runAsUser": 0, "fsGroup": 1}, {"runAsUser": 1}),
    ],
)
def test_a_template_before_its_workflow(
    read: Callable[..., Any], key: str, attribute: str, of_spec: Any, of_template: Any
) -> None:
    template: dict[str, Any] = {"name": "t", "container": {"image": "x"}}
    pod, _ = pod_of(read, workflow(json.dumps({"templates": [template], key: of_spec})))
    assert pod.attributes[attribute] == of_spec
    pod, _ = pod_of(read, workflow(json.dumps({"templates": [{**template, key: of_template}], key: of_spec})))
    assert pod.attributes[attribute] == of_template, "as a whole"


def test_defaults_below_a_template(read: Callable[..., Any]) -> None:
    text = workflow(
        "\n  templateDefaults: {container: {image: a, env: [{name: A, value: '1'}]}, script: {image: b},"
        " sidecars: [{name: s}]}\n  templates:"
        "\n  - {name: t, container: {image: own, env: [{name: B, value: '2'}]}}"
        "\n  - {name: u, container: {}}\n  - {name: v, dag: {tasks: []}}"
    )
    _, own = pod_of(read, text)
    assert own.attributes["image"]["reference"] == "own"
    assert own.attributes["env_values"] == {"A": "1", "B": "2"}
    assert [own.locate(("env_values", name)).start_line for name in "AB"] == [5, 7]
    _, bare = pod_of(read, text, "u")
    assert bare.attributes["image"]["reference"] == "a"
    assert "lab/Workflow/x/u/s" in read(text).addresses("container")
    assert "lab/Workflow/x/v" not in read(text).addresses("workload"), "a graph of tasks runs nothing itself"


def test_templates_inside_steps_and_tasks(read: Callable[..., Any]) -> None:
    text = workflow(
        "{templates: [{name: a, steps: [[{name: s, inline: {container: {image: x}}}]]},"
        " {name: b, dag: {tasks: [{name: t, inline: {script: {image: y, source: z}}}]}}]}"
    )
    assert read(text).addresses("container") == ["lab/Workflow/x/a-s/main", "lab/Workflow/x/b-t/main"]


BASE = workflow(
    "{serviceAccountName: theirs, securityContext: {runAsUser: 0, runAsGroup: 0}, templates: [{name: t, container:"
    " {image: theirs, args: [a]}}]}",
    "WorkflowTemplate",
    "base",
)


def test_a_workflow_over_its_template(read: Callable[..., Any]) -> None:
    files = {"base.yaml": BASE, "x.yaml": workflow("{workflowTemplateRef: {name: base}}")}
    pod, main = pod_of(read, files)
    assert (pod.attributes["service_account"], pod.attributes["templates"]) == ("theirs", ["lab/WorkflowTemplate/base"])
    assert main.attributes["image"]["reference"] == "theirs"
    assert main.attributes["inherited"] == ["args", "image", "name"]
    assert main.locate(("image",)).path == "base.yaml"
    files["x.yaml"] = workflow(
        "{workflowTemplateRef: {name: base}, serviceAccountName: own, securityContext: {runAsUser: 1},"
        " templates: [{name: t, container: {image: own}}]}"
    )
    pod, main = pod_of(read, files)
    assert pod.attributes["service_account"] == "own"
    assert pod.attributes["security_context"] == {"runAsUser": 1, "runAsGroup": 0}
    assert (main.attributes["image"]["reference"], main.attributes["args"]) == ("own", ["a"])
    assert (main.locate(("image",)).path, main.locate(("args",)).path) == ("x.yaml", "base.yaml")


def test_a_template_of_the_cluster(read: Callable[..., Any]) -> None:
    cluster = BASE.replace("WorkflowTemplate", "ClusterWorkflowTemplate").replace("theirs", "cluster")
    files = {"a.yaml": BASE, "b.yaml": cluster, "x.yaml": workflow("{workflowTemplateRef: {name: base}}")}
    assert pod_of(read, files)[0].attributes["service_account"] == "theirs"
    files["x.yaml"] = workflow("{workflowTemplateRef: {name: base, clusterScope: true}}")
    assert pod_of(read, files)[0].attributes["service_account"] == "cluster"
    del files["b.yaml"]
    pod = read(files).resource("lab/Workflow/x/base").attributes
    assert pod["filled_in"].reason == "the ClusterWorkflowTemplate base, which is not part of the release, may set it"


@pytest.mark.parametrize(
    ("patch", "expected"),
    [
        ("hostPID: true", True),
        ("{hostPID: true}", True),
        ("hostPID: '{{inputs.parameters.x}}'", None),
        ("{hostPID: ", None),
        ("- a", None),
        ("$patch: replace", None),
    ],
)
def test_patches(read: Callable[..., Any], patch: str, expected: bool | None) -> None:
    for text in (
        {"podSpecPatch": patch, "templates": [{"name": "t", "container": {"image": "x"}}]},
        {"templates": [{"name": "t", "podSpecPatch": patch, "container": {"image": "x"}}]},
    ):
        pod, main = pod_of(read, workflow(json.dumps(text)))
        assert pod.attributes.get("host_pid") == expected
        for each in (pod, main):
            assert ("filled_in" in each.attributes) == (expected is None)


@pytest.mark.parametrize(
    "spec",
    [
        "5",
        "{templates: 5}",
        "{templates: [5, {name: [x], container: 5}, {name: t, container: {image: [x]}, sidecars: 5, volumes: 5}]}",
        "{templates: [{name: t, steps: [5, [5, {inline: 5}]], dag: 5, container: {}}], podMetadata: 5, volumes: [5]}",
        "{workflowTemplateRef: 5, templateDefaults: 5, podSpecPatch: 5, templates: [{script: {}}]}",
        "{templates: [{containerSet: {containers: {a: 1}}}, {containerSet: {containers: [5]}}]}",
    ],
)
@pytest.mark.parametrize("kind", ["Workflow", "CronWorkflow", "WorkflowTemplate"])
def test_hostile_workflows(read: Callable[..., Any], kind: str, spec: str) -> None:
    nested = f"{{workflowSpec: {spec}}}" if kind == "CronWorkflow" else spec
    reading = read(workflow(nested, kind))
    assert f"lab/{kind}/x" in reading.addresses(kind)
    for each in reading.parsed.resources:
        assert all(each.locate(path).start_line for path in each.attribute_locations)


def test_a_workflow_of_another_api_is_left_alone(read: Callable[..., Any]) -> None:
    text = workflow("{templates: [{name: t, container: {image: x}}]}").replace("argoproj.io", "tinkerbell.org")
    assert read(text).addresses("workload") == []
