"""Charts that nobody renders: each is named, none is dropped, and what is plain YAML is read."""

from datetime import date
from pathlib import Path

import pytest

from scanner.config import Config
from scanner.core.result import Decision
from scanner.parsers.kubernetes import KUBERNETES
from scanner.pipeline import run
from tests.parsers.kubernetes.rendering.charts_on_disk import CHARTS, read_folder, write_chart

PLAIN = "apiVersion: v1\nkind: ServiceAccount\nmetadata: {name: plain}\n"
ADVICE = "render it with helm template and scan the output, or have helm on PATH"


def test_the_chart_is_named_once_and_its_plain_files_are_read() -> None:
    reading = read_folder(CHARTS, helm=None)
    assert reading.addresses() == ["CustomResourceDefinition/models.acme.example", "default/ServiceAccount/static"]
    assert reading.told() == [
        (
            "error",
            "vllm/charts/gateway/templates/deployment.yaml:4",
            f"template not rendered: 8 files of the chart vllm; {ADVICE}",
        )
    ]
    assert "literal-admin-word" in reading.parsed.secrets


def test_the_verdict_is_incomplete() -> None:
    result = run(Config(paths=(CHARTS,), as_of=date(2026, 1, 1), checks=("WKL-002",)))
    assert result.verdict.decision is Decision.INCOMPLETE


def test_a_chart_of_dependencies_alone(tmp_path: Path) -> None:
    more = "dependencies:\n  - {name: redis, version: 1.x.x, repository: 'https://charts.example'}\n"
    write_chart(tmp_path / "app", {}, more=more)
    assert read_folder(tmp_path, helm=None).told() == [
        ("error", "app/Chart.yaml:1", f"template not rendered: the dependencies of the chart app; {ADVICE}")
    ]


@pytest.mark.parametrize("more", ["", "type: library\n"])
def test_charts_that_need_no_rendering(tmp_path: Path, more: str) -> None:
    files = {"templates/plain.yaml": PLAIN} if not more else {"templates/_helpers.tpl": "{{ define `x` }}{{ end }}"}
    write_chart(tmp_path / "app", files, more=more)
    reading = read_folder(tmp_path, helm=None)
    assert reading.told() == []
    assert reading.addresses() == (["default/ServiceAccount/plain"] if not more else [])


def test_a_template_that_leaves_everything_to_a_helper_is_not_dropped(tmp_path: Path) -> None:
    write_chart(tmp_path / "app", {"templates/all.yaml": '{{ include "app.all" . }}\n'})
    assert [told[:2] for told in read_folder(tmp_path, helm=None).told()] == [("error", "app/templates/all.yaml:1")]


@pytest.mark.parametrize(
    ("path", "text", "expected"),
    [
        ("app/Chart.yaml", "apiVersion: v2\nname: app\n", True),
        ("Chart.yaml", 'name: app\napiVersion: "v1"\n', True),
        ("app/Chart.yaml", "apiVersion: v2\nname: {{ cookiecutter.name }}\n", False),
        ("app/Chart.yaml", "name: app\n", False),
        ("app/templates/a.yaml", '{{- include "app.all" . -}}\n', True),
        ("templates/a.yml", "{{ with .Values.x }}{{ end }}\n", True),
        ("app/templates/a.yaml", "{{- if (and (not .Values.x) .Values.y) }}\n{{ end }}\n", True),
        ("roles/x/templates/a.yaml", "name: {{ name }}\n", False),
        ("roles/x/templates/a.yml", "name: {% if x %}{{ include_tasks }}{% endif %}\n", False),
        ("app/other/a.yaml", '{{ include "app.all" . }}\n', False),
        ("app/templates/_helpers.tpl", '{{ define "x" }}{{ end }}', False),
        ("app/values.yaml", "a: '{{ .Values.b }}'\n", False),
    ],
)
def test_claims(path: str, text: str, expected: bool) -> None:
    assert KUBERNETES.claims(path, text.encode()) is expected
