"""Charts that Helm refuses, in whole or in part: the scan is incomplete, and what can be seen is seen."""

from pathlib import Path

import pytest

from tests.parsers.kubernetes.rendering.charts_on_disk import needs_helm, read_folder, write_chart

pytestmark = needs_helm

GOOD = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: good}\ndata: {a: '{{ .Values.a }}'}\n"
BAD = "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: bad\ndata:\n"
HELPERS = '{{- define "app.name" }}\n{{- required "set name" .Values.name }}\n{{- end }}\n'


@pytest.mark.parametrize(
    ("line", "number", "message"),
    [
        ('  a: {{ required "the key is missing" .Values.key }}\n', 6, "the key is missing"),
        ('  a: {{ fail "not\\nallowed" }}\n', 6, "not allowed"),
        ("  a: {{ .Values.no.such }}\n", 6, "nil pointer evaluating interface {}.such"),
        ("  a: {{ if }}\n", 6, "missing value for if"),
        ("  a: {{ nosuch }}\n", 6, 'function "nosuch" not defined'),
        ("  a: b: c\n", 1, "YAML parse error"),
        ('  a: {{ include "app.name" . }}\n', 6, "set name"),
        ('  a: {{ include "other.name" . }}\n', 6, 'no template "other.name"'),
    ],
)
def test_a_refused_template_is_told_and_the_others_are_read(
    tmp_path: Path, line: str, number: int, message: str
) -> None:
    files = {"values.yaml": "a: 1\n", "templates/good.yaml": GOOD, "templates/bad.yaml": BAD + line}
    write_chart(tmp_path / "app", {**files, "templates/_helpers.tpl": HELPERS})
    reading = read_folder(tmp_path)
    assert reading.addresses()[0] == "default/ConfigMap/good"
    ((level, place, said), *others) = reading.told()
    assert (level, place) == ("error", f"app/templates/bad.yaml:{number}")
    assert said.startswith("helm template: ")
    assert message in said
    assert said.endswith("the template bad.yaml was left out")
    assert "releasegate-" not in said
    assert "\n" not in said
    # a file without actions is read as it is, and its own error told
    assert [each[1] for each in others] == (["app/templates/bad.yaml:6"] if "b: c" in line else [])


def test_several_refused_templates(tmp_path: Path) -> None:
    files = {f"templates/{name}.yaml": BAD + f'  a: {{{{ fail "{name}" }}}}\n' for name in ("one", "two", "three")}
    write_chart(tmp_path / "app", {**files, "templates/good.yaml": GOOD})
    reading = read_folder(tmp_path)
    assert reading.addresses() == ["default/ConfigMap/good"]
    assert {place for _, place, _ in reading.told()} == {
        f"app/templates/{name}.yaml:6" for name in ("one", "two", "three")
    }


def test_helpers_that_cannot_be_read_leave_what_is_plain(tmp_path: Path) -> None:
    plain = "apiVersion: v1\nkind: ServiceAccount\nmetadata: {name: plain}\n"
    files = {"templates/_helpers.tpl": '{{ define "x" }}\n{{ if }}', "templates/plain.yaml": plain}
    write_chart(tmp_path / "app", {**files, "templates/good.yaml": GOOD})
    reading = read_folder(tmp_path)
    assert reading.addresses() == ["default/ServiceAccount/plain"]
    assert [(level, place) for level, place, _ in reading.told()] == [
        ("error", "app/templates/_helpers.tpl:2"),
        ("error", "app/templates/good.yaml:4"),
    ]
    assert reading.told()[1][2].startswith("template not rendered: 1 file of the chart app;")


def test_a_missing_dependency(tmp_path: Path) -> None:
    more = (
        "dependencies:\n"
        "  - {name: redis, version: 1.x.x, repository: 'https://charts.example'}\n"
        "  - name: off\n    version: 1.x.x\n    repository: https://charts.example\n    condition: off.enabled\n"
    )
    uses = BAD.replace("bad", "uses") + '  a: {{ include "redis.name" . }}\n'
    files = {"values.yaml": "off: {enabled: false}\n", "templates/good.yaml": GOOD}
    more_uses = {f"templates/{name}.yaml": uses for name in ("first", "second")}
    write_chart(tmp_path / "app", {**files, **more_uses}, more=more)
    reading = read_folder(tmp_path)
    assert reading.addresses() == ["default/ConfigMap/good"]
    told = reading.told()
    assert told[0] == (
        "error",
        "app/Chart.yaml:5",
        "the chart app was rendered without its dependency redis, which is not in its folder charts; "
        "run helm dependency build",
    )
    assert told[1][2].endswith("; 2 templates that use redis.name were left out (first.yaml, second.yaml)")
    assert len(told) == 2


def test_values_against_the_schema(tmp_path: Path) -> None:
    schema = '{"properties": {"a": {"type": "string"}}, "required": ["b"]}'
    write_chart(tmp_path / "app", {"values.yaml": "a: 1\n", "values.schema.json": schema, "templates/good.yaml": GOOD})
    reading = read_folder(tmp_path)
    assert reading.addresses() == ["default/ConfigMap/good"]
    ((level, place, message),) = reading.told()
    assert (level, place) == ("error", "app/values.yaml:1")
    assert "missing property 'b'" in message
    assert "'/a': got number, want string" in message


@pytest.mark.parametrize(
    ("chart_file", "message"),
    [
        ("apiVersion: v2\nname: app\n", "version"),
        ("apiVersion: v2\nversion: 1.0.0\n", "name"),
        ("apiVersion: v2\nname: [app]\nversion: 1.0.0\n", "helm template: "),
        ("apiVersion: v2\nname: app\nversion: 1.0.0\nkubeVersion: '<1.2.0'\n", "incompatible with Kubernetes"),
        ("apiVersion: v2\n  name: x\n", "helm template: "),
    ],
)
def test_a_chart_that_is_none(tmp_path: Path, chart_file: str, message: str) -> None:
    write_chart(tmp_path / "app", {"templates/good.yaml": GOOD})
    (tmp_path / "app" / "Chart.yaml").write_text(chart_file)
    reading = read_folder(tmp_path)
    assert reading.addresses() == []
    told = reading.told()
    assert [(level, place) for level, place, _ in told] == [
        ("error", "app/Chart.yaml:1"),
        ("error", "app/templates/good.yaml:4"),
    ]
    assert message in told[0][2]
    assert str(tmp_path) not in told[0][2]


def test_values_that_are_none(tmp_path: Path) -> None:
    write_chart(tmp_path / "app", {"values.yaml": "a: 1\n b: 2\n", "templates/good.yaml": GOOD})
    told = read_folder(tmp_path).told()
    assert [level for level, _, _ in told] == ["error", "error"]
    assert "cannot load values.yaml" in told[0][2]


def test_a_chart_that_makes_nothing(tmp_path: Path) -> None:
    write_chart(tmp_path / "app", {"templates/a.yaml": "{{ if .Values.on }}\n" + GOOD + "{{ end }}\n"})
    assert read_folder(tmp_path).told() == [
        (
            "warning",
            "app/Chart.yaml:1",
            "the chart app makes no object with these values; give the values that are deployed with --helm-values",
        )
    ]


def test_keys_written_twice_and_objects_that_are_none(tmp_path: Path) -> None:
    text = BAD.replace("bad", "twice") + "  a: {{ .Release.Name }}\n  a: b\n---\nkind: Pod\nmetadata: {name: x}\n"
    write_chart(tmp_path / "app", {"templates/a.yaml": text})
    told = read_folder(tmp_path).told()
    assert [(level, place) for level, place, _ in told] == [
        ("warning", "app/templates/a.yaml:7"),
        ("warning", "app/templates/a.yaml:9"),
    ]
