"""A chart as Helm renders it: values, files and lines of its objects."""

import shutil
from datetime import date
from pathlib import Path

import pytest

from scanner.config import Config, KubernetesOptions
from scanner.core.finding import Status
from scanner.core.values import Unresolved
from scanner.pipeline import run
from tests.parsers.kubernetes.rendering.charts_on_disk import (
    CHARTS,
    HELM,
    Reading,
    every_line,
    needs_helm,
    pack,
    read_folder,
    write_chart,
)

pytestmark = needs_helm

CONFIG_MAP = "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: {name}\ndata:\n  a: {value}\n"
SERVER = "default/Deployment/vllm-server"
CONTAINER = f"{SERVER}/pod/server"


@pytest.fixture(name="vllm", scope="module")
def fixture_vllm() -> Reading:
    return read_folder(CHARTS)


def test_every_object_of_the_chart_is_there(vllm: Reading) -> None:
    assert vllm.addresses() == [
        "CustomResourceDefinition/models.acme.example",
        "default/Deployment/vllm-edge",
        SERVER,
        "default/ConfigMap/vllm-configuration",
        "default/Job/vllm-migration-",
        "default/Secret/vllm",
        "default/Service/vllm",
        "default/Service/blue",
        "default/Service/green",
        "default/ServiceAccount/static",
    ]
    origins = {each.address: each.origin for each in vllm.parsed.resources if each.parent is None}
    assert origins.pop("CustomResourceDefinition/models.acme.example") == "vllm/crds/models.yaml"
    assert set(origins.values()) == {"vllm"}


def test_values(vllm: Reading) -> None:
    server = vllm.resource(SERVER).attributes
    (container,) = server["spec"]["template"]["spec"]["containers"]
    assert container["image"] == "vllm/vllm-openai:v0.9.1"
    assert container["args"] == ["--model=meta-llama/Llama-3.1-8B-Instruct", "--trust-remote-code", "--host=0.0.0.0"]
    assert container["env"][1] == {"name": "API_KEY", "value": "plainly-written-key"}
    assert container["securityContext"] == {"allowPrivilegeEscalation": True, "readOnlyRootFilesystem": False}
    assert server["metadata"]["annotations"] == {
        "model": "meta-llama/Llama-3.1-8B-Instruct",
        "note": "a text that is written in two lines",
    }
    assert vllm.resource("default/Deployment/vllm-edge").attributes["spec"]["replicas"] == 2


@pytest.mark.parametrize(
    ("attribute", "line"),
    [
        ("kind", 6),
        ("metadata.name", 8),
        ('metadata.labels["app.kubernetes.io/name"]', 10),
        ("metadata.annotations.model", 12),
        ("metadata.annotations.note", 13),
        ("spec.replicas", 16),
        ('spec.selector.matchLabels["app.kubernetes.io/instance"]', 18),
        ("spec.template", 19),
        ("spec.template.spec.securityContext", 24),
        ("spec.template.spec.securityContext.runAsNonRoot", 25),
        ("spec.template.spec.containers[0].image", 29),
        ("spec.template.spec.containers[0].args[0]", 31),
        ("spec.template.spec.containers[0].args[1]", 33),
        ("spec.template.spec.containers[0].args[2]", 35),
        ("spec.template.spec.containers[0].env[0].name", 39),
        ("spec.template.spec.containers[0].env[1].value", 40),
        ("spec.template.spec.containers[0].securityContext.allowPrivilegeEscalation", 43),
        ("spec.template.spec.containers[0].securityContext.readOnlyRootFilesystem", 44),
        ("spec.template.spec.containers[0].resources", 47),
        ("spec.template.spec.containers[0].resources.limits.memory", 48),
        ("spec.template.spec.containers[0].ports[0].containerPort", 52),
    ],
)
def test_lines(vllm: Reading, attribute: str, line: int) -> None:
    assert vllm.place(SERVER, attribute) == ("vllm/templates/deployment.yaml", line)


def test_lines_of_derived_resources(vllm: Reading) -> None:
    container = vllm.resource(CONTAINER)
    assert (container.location.start_line, container.location.end_line) == (28, 52)
    assert vllm.place(CONTAINER, "image")[1] == 29
    assert vllm.place(CONTAINER, "security_context.allowPrivilegeEscalation")[1] == 43
    assert vllm.resource(SERVER).location.start_line == 5


def test_objects_of_other_files(vllm: Reading) -> None:
    edge = vllm.place("default/Deployment/vllm-edge", "spec.template.spec.hostNetwork")
    assert edge == ("vllm/charts/gateway/templates/deployment.yaml", 9)
    migration = vllm.place("default/Job/vllm-migration-/pod/migration", "security_context.privileged")
    assert migration == ("vllm/templates/migration.yaml", 16)
    assert vllm.place("default/Service/vllm", "spec.type") == ("vllm/templates/service.yaml", 6)
    assert vllm.place("default/Service/green", "spec.ports[0].port") == ("vllm/templates/service.yaml", 18)
    assert vllm.place("default/ConfigMap/vllm-configuration", "data.model") == ("vllm/templates/labelled.yaml", 1)
    sources = {file.path for file in vllm.parsed.source_files}
    assert sources == {
        "shared/templates/_configuration.tpl",
        "vllm/templates/NOTES.txt",
        "vllm/templates/_helpers.tpl",
    }


def test_what_is_made_anew_is_unknown(vllm: Reading) -> None:
    data = vllm.resource("default/Secret/vllm").attributes["stringData"]
    assert data["password"] == "literal-admin-word"
    for name in ("session", "made", "salt"):
        assert isinstance(data[name], Unresolved)
        assert "at each rendering" in data[name].reason
    metadata = vllm.resource("default/Job/vllm-migration-").attributes["metadata"]
    assert metadata == {
        "generateName": "vllm-migration-",
        "annotations": {"helm.sh/hook": "pre-install,pre-upgrade"},
    }


def test_the_same_chart_gives_the_same(vllm: Reading) -> None:
    again = read_folder(CHARTS)
    assert again.parsed == vllm.parsed
    assert [list(every_line(each)) for each in again.parsed.resources] == [
        list(every_line(each)) for each in vllm.parsed.resources
    ]


def test_secrets(vllm: Reading) -> None:
    assert {"literal-admin-word", "plainly-written-key"} <= vllm.parsed.secrets
    assert "admin-secret-name" not in vllm.parsed.secrets


def test_what_is_said(vllm: Reading) -> None:
    assert vllm.told() == []
    assert vllm.notes() == [
        "a library chart: it renders nothing by itself, only where a chart uses it",
        "1 of 9 templates of the chart vllm make no object with these values (ingress.yaml); "
        "give the values that are deployed with --helm-values",
        "not checked: 1 object of the chart vllm, made for helm test alone",
    ]


def test_files_of_values_win(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text("edge: {enabled: false}\ningress: {enabled: true}\nmodel: first\n")
    (tmp_path / "b.yaml").write_text("model: second\nadmin: {password: another-literal-word}\n")
    reading = read_folder(CHARTS, values=(tmp_path / "a.yaml", tmp_path / "b.yaml"))
    assert "default/Deployment/vllm-edge" not in reading.addresses()
    assert reading.place("default/Ingress/vllm", "spec.defaultBackend") == ("vllm/templates/ingress.yaml", 7)
    assert reading.resource("default/ConfigMap/vllm-configuration").attributes["data"] == {"model": "second"}
    assert "another-literal-word" in reading.parsed.secrets


def test_one_template_renders_its_chart(vllm: Reading) -> None:
    alone = read_folder(CHARTS, only="vllm/templates/service.yaml")
    assert alone.addresses() == [each for each in vllm.addresses() if not each.startswith("Custom")]
    assert alone.place(CONTAINER, "image") == ("vllm/templates/deployment.yaml", 29)
    assert "vllm/templates/deployment.yaml" in {file.path for file in alone.parsed.source_files}


def test_a_subchart_alone_is_rendered_by_itself() -> None:
    alone = read_folder(CHARTS, only="vllm/charts/gateway/templates/deployment.yaml")
    assert alone.addresses() == ["default/Deployment/gateway-gateway"]
    assert alone.resource("default/Deployment/gateway-gateway").origin == "vllm/charts/gateway"


def test_a_packed_subchart_stands_in_the_line_of_its_dependency(tmp_path: Path) -> None:
    inner = write_chart(tmp_path / "elsewhere" / "inner", {"templates/a.yaml": CONFIG_MAP.format(name="in", value=1)})
    (inner / "Chart.yaml").write_text("apiVersion: v2\nname: inner\nversion: 1.0.0\n")
    more = "dependencies:\n  - version: 1.x.x\n    name: inner\n    repository: https://charts.example\n"
    chart = write_chart(tmp_path / "root" / "app", {"values.yaml": "{}\n"}, more=more)
    pack(inner, chart / "charts" / "inner-1.0.0.tgz")
    reading = read_folder(tmp_path / "root")
    assert reading.addresses() == ["default/ConfigMap/in"]
    assert reading.place("default/ConfigMap/in", "data.a") == ("app/Chart.yaml", 6)
    assert reading.resource("default/ConfigMap/in").location.start_line == 6
    assert reading.told() == []


def test_marks_that_change_a_template_cost_its_lines_alone(tmp_path: Path) -> None:
    text = CONFIG_MAP.format(name="{{ .Release.Name }}", value='"{{ .Values.a }} \\\n    end"') + "  b: >-\n    c\n"
    other = '{{- if eq (len (.Files.Get "Chart.yaml")) 0 }}\n' + CONFIG_MAP.format(name="x", value=1) + "{{- end }}\n"
    sums = (
        '{{- define "body" }}{{ include (print .Template.BasePath "/a.yaml") . }}{{ end }}\n'
        + CONFIG_MAP.format(name="sum", value='{{ include (print $.Template.BasePath "/a.yaml") . | sha256sum }}')
        + '  {{ include (print $.Template.BasePath "/a.yaml") . | sha256sum | trunc 8 | quote }}: changes\n'
    )
    write_chart(
        tmp_path / "app",
        {"values.yaml": "a: 1\n", "templates/a.yaml": text, "templates/b.yaml": other, "templates/sums.yaml": sums},
    )
    reading = read_folder(tmp_path)
    assert reading.resource("default/ConfigMap/app").attributes["data"] == {"a": "1 end", "b": "c"}
    assert reading.place("default/ConfigMap/app", "data.a") == ("app/templates/a.yaml", 6)
    assert reading.place("default/ConfigMap/app", "data.b") == ("app/templates/a.yaml", 8)
    # the key differs between the renderings, so that its lines are found by the keys that are written
    assert reading.place("default/ConfigMap/sum", "data.a") == ("app/templates/sums.yaml", 7)
    assert reading.place("default/ConfigMap/sum", "metadata.name") == ("app/templates/sums.yaml", 5)


def test_other_line_ends_and_keys_with_brackets(tmp_path: Path) -> None:
    text = CONFIG_MAP.format(name="{{ .Release.Name }}", value="{{ .Chart.Name }}") + "  'x\"]y': 1\n  'x\"]y': 2\n"
    write_chart(tmp_path / "app", {})
    (tmp_path / "app" / "templates").mkdir()
    (tmp_path / "app" / "templates" / "a.yaml").write_bytes(b"\xef\xbb\xbf" + text.replace("\n", "\r\n").encode())
    reading = read_folder(tmp_path)
    assert reading.resource("default/ConfigMap/app").attributes["data"] == {"a": "app", 'x"]y': 2}
    assert reading.place("default/ConfigMap/app", "data.a") == ("app/templates/a.yaml", 6)
    assert [(level, where) for level, where, _ in reading.told()] == [("warning", "app/templates/a.yaml:1")]


def test_inline_waivers_and_findings(tmp_path: Path) -> None:
    shutil.copytree(CHARTS, tmp_path / "charts")
    config = Config(paths=(tmp_path,), as_of=date(2026, 1, 1), kubernetes=KubernetesOptions(helm=HELM))
    failed = {
        (each.policy.id, each.resource.address): each for each in run(config).findings if each.status is Status.FAIL
    }
    escalation = failed["WKL-002", CONTAINER]
    assert str(escalation.location) == "charts/vllm/templates/deployment.yaml:43"
    assert escalation.waiver is None
    limits = failed["WKL-006", CONTAINER]
    assert limits.waiver
    assert limits.waiver.reason == "until the next version"
    privileged = failed["WKL-002", "default/Job/vllm-migration-/pod/migration"]
    assert str(privileged.location) == "charts/vllm/templates/migration.yaml:16"
    assert privileged.waiver
    assert privileged.waiver.reason == "the migration mounts a disk"


def test_a_chart_in_the_root_and_a_plain_one_beside_it(tmp_path: Path) -> None:
    write_chart(tmp_path, {"templates/a.yaml": CONFIG_MAP.format(name="root", value="{{ .Chart.Name }}")}, name="top")
    (tmp_path / ".git").mkdir()
    (tmp_path / ".venv").mkdir()
    (tmp_path / ".venv" / "python").symlink_to("/usr/bin/env")
    (tmp_path / "plain.yaml").write_text(CONFIG_MAP.format(name="plain", value=1))
    reading = read_folder(tmp_path)
    assert reading.told() == []
    assert reading.addresses() == ["default/ConfigMap/plain", "default/ConfigMap/root"]
    assert reading.resource("default/ConfigMap/root").origin == "."
    assert reading.place("default/ConfigMap/root", "data.a") == ("templates/a.yaml", 6)
    alone = read_folder(tmp_path, helm=None)
    assert alone.told()[0][2].startswith("template not rendered: 1 file of the chart top;")
