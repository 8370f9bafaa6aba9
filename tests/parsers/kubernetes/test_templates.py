"""Files that nobody has rendered: told once, never read as objects, never a parse error."""

from collections.abc import Callable
from typing import Any

import pytest


def test_a_chart_is_told_once_and_its_static_files_are_read(read_fixture: Callable[[str], Any]) -> None:
    reading = read_fixture("chart")
    assert reading.addresses() == ["default/ServiceAccount/static"]
    assert reading.told() == [
        (
            "error",
            1,
            "template not rendered: 2 files of the chart chart; render it with helm template and scan the output",
        )
    ]
    assert reading.parsed.notifications[0].location.path == "chart/templates/deployment.yaml"


@pytest.mark.parametrize(
    ("line", "number"),
    [
        ("  name: {{ .Values.name }}\n", 4),
        ("  name: x\nspec: {{ toYaml .Values.spec | nindent 2 }}\n", 5),
        ("  name: x\n  {{- with .Values.labels }}\n  labels: {}\n  {{- end }}\n", 5),
        ("  name: x\n  labels:\n    - {{ x }}\n", 6),
        ('  name: "{{ .Release.Name }}"\n', 4),
        ("  name: app-{{ .Chart.Name }}\n", 4),
        ("  name: x\n  note: '{{ include \"chart.note\" . }}'\n", 5),
        ("  name: x\n{% if env == 'prod' %}\n  labels: {}\n{% endif %}\n", 5),
    ],
)
def test_templates_outside_a_chart(read: Callable[..., Any], line: str, number: int) -> None:
    reading = read(f"apiVersion: v1\nkind: Service\nmetadata:\n{line}", "deploy/service.yaml")
    assert reading.parsed.resources == ()
    assert [told[:2] for told in reading.told()] == [("error", number)]
    assert reading.told()[0][2].startswith("template not rendered: deploy/service.yaml; render it")


@pytest.mark.parametrize(
    "value",
    [
        '"{{workflow.name}}"',
        "'{{ $labels.instance }} is down'",
        "|\n    {{ range .Alerts }}{{ .Labels.job }}{{ end }}",
        "plain  # {{ .Values.x }}",
    ],
)
def test_placeholders_of_other_tools_are_no_templates(read: Callable[..., Any], value: str) -> None:
    reading = read(f"apiVersion: v1\nkind: ConfigMap\nmetadata: {{name: x}}\ndata:\n  a: {value}\n")
    assert reading.addresses() == ["default/ConfigMap/x"]
    assert reading.told() == []


def test_a_broken_file_that_is_no_template(read: Callable[..., Any]) -> None:
    told = read("apiVersion: v1\nkind: ConfigMap\nmetadata: {name: x\ndata: {a: '{{ $x }}'}\n").told()
    assert [(level, "not YAML" in message) for level, _, message in told] == [("error", True)]


def test_patches_of_an_overlay_are_not_read_as_objects(read_fixture: Callable[[str], Any]) -> None:
    reading = read_fixture("overlay")
    assert {each.origin for each in reading.parsed.resources} == {"overlay/base.yaml", "overlay/kustomization.yaml"}
    assert [(level, line, message.partition(",")[0]) for level, line, message in reading.told()] == [
        ("error", 5, "overlay not rendered: it needs kustomize or kubectl")
    ]
    assert {"overlay-token-value", "patch-token-value"} <= reading.parsed.secrets


def test_openshift_template(read: Callable[..., Any]) -> None:
    text = "apiVersion: template.openshift.io/v1\nkind: Template\nmetadata: {name: x}\nobjects:\n- kind: Pod\n"
    reading = read(text)
    assert reading.addresses() == ["default/Template/x"]
    assert reading.told()[0][:2] == ("error", 1)
    assert "oc process" in reading.told()[0][2]
