"""Marks at the ends of a template's lines, and what can be told of a template without Helm."""

import time

import pytest

from scanner.core.values import parse_path
from scanner.parsers.kubernetes.rendering.helm import explain, release_name
from scanner.parsers.kubernetes.rendering.key_lines import KeyLines
from scanner.parsers.kubernetes.rendering.markers import Trail, marked, may_change, with_other_values
from scanner.parsers.kubernetes.rendering.references import references
from scanner.yaml_source import load_documents

TEMPLATE = """\
{{- /*
a comment
*/ -}}
{{- $name := .Release.Name }}
kind: Pod
---
{{- if and .Values.a
           .Values.b }}
spec: # a comment
  a: text
    that goes on

    and on
  b: "quoted \\
    text"
  c: |
    block {{ .x }}
  d: {{ .y -}}
{{ define "part" }}
e: f
{{ end }}
  g:
    - h
    - - i: j
          k
    -
      l: [a,
        b]
{{- end }}
"""


def test_which_lines_are_marked() -> None:
    lines = marked(TEMPLATE, "T", 3).split("\n")
    found = {
        number: line.rpartition(" #@T:3:")[2].removesuffix("@")
        for number, line in enumerate(lines, start=1)
        if "#@T" in line
    }
    assert {number: int(line) for number, line in found.items()} == {
        4: 4,
        5: 5,
        8: 8,
        9: 9,
        13: 10,
        15: 14,
        16: 16,
        17: 17,
        22: 22,
        23: 23,
        25: 24,
        26: 26,
        27: 27,
        28: 28,
        29: 29,
    }
    assert [line.partition(" #@T:")[0] for line in lines] == TEMPLATE.split("\n")


def test_a_trail_leads_to_the_first_mark_at_or_after_a_line() -> None:
    trail = Trail("a\nb #@T:0:7@ #@T:0:9@\n\nc: #@other:0:1@\nd #@T:1:2@\ne\n", "T")
    assert [trail.origin(line) for line in range(1, 8)] == [(0, 7), (0, 7), (1, 2), (1, 2), (1, 2), (1, 2), (1, 2)]
    assert not Trail("a\n", "T")
    assert Trail("a\n", "T").origin(1) is None


@pytest.mark.parametrize(
    "text",
    [
        "{{/*" * 300_000,
        "{{/* */ " * 100_000,
        "{{ `" + "x" * 1_000_000,
        '{{ "' * 200_000,
        '{{ "\\' * 200_000,
        "{{if 1}}\n" * 50_000,
        "{{ define `x` }}\n" * 30_000,
        "}}" * 500_000,
        "a:\n" + "  text\n" * 200_000,
        " " * 1_000_000 + "{{",
        "- " * 300_000,
        "a: " + "b: " * 200_000,
        "'" * 500_000 + "\n",
    ],
)
def test_time_is_linear(text: str) -> None:
    start = time.monotonic()
    marked(text, "T", 0)
    may_change(text)
    with_other_values(text)
    references({"a.yaml": text})
    assert time.monotonic() - start < 8


def test_other_values() -> None:
    text = '{{/* now */}}now {{ now | date "now" }} {{ .now }} {{ $now }} {{ randInt 1 9 }} {{randAlphaNum 5}}'
    assert with_other_values(text) == (
        '{{/* now */}}now {{ (toDate "2006-01-02" "1999-12-31") | date "now" }} {{ .now }} {{ $now }} '
        '{{ max 1 9 }} {{printf "~%v" 5}}'
    )


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("{{ now }}", True),
        ("{{ randAlphaNum 5 | quote }}", True),
        ("{{ genSelfSignedCert `a` nil nil 365 }}", True),
        ("{{ keys .Values.x | first }}", True),
        ("now {{ .Values.now }} {{ $uuidv4 }} {{/* now */}}", False),
        ("{{ .Values.a | default 5 }}", False),
    ],
)
def test_what_may_change(text: str, expected: bool) -> None:
    assert may_change(text) is expected


def test_users_of_named_templates() -> None:
    found = references(
        {
            "_helpers.tpl": '{{ define "a" }}{{ include "b" . }}{{ end }}{{define "b"}}{{ template "gone" }}{{end}}',
            "direct.yaml": '{{ template "gone" . }}',
            "through.yaml": 'x: {{- include "a" $ | nindent 2 }}',
            "other.yaml": '{{ define "c" }}{{ include "c" . }}{{ end }}{{ include "c" . }}',
            "block.yaml": '{{ block "d" . }}{{ include "a" . }}{{ end }}',
        }
    )
    assert found.undefined == {"gone"}
    assert found.users_of({"gone"}) == {"direct.yaml", "through.yaml", "block.yaml"}
    assert found.users_of({"c"}) == {"other.yaml"}


def test_lines_by_keys() -> None:
    template = (
        "{{ if .x }}\nkind: Service\nmetadata: {name: first}\n---\n# a comment\nkind: Deployment\nmetadata:\n"
        "  labels:\n    {{- toYaml .labels | nindent 4 }}\nspec:\n  containers:\n    - name: a\n      image: x\n"
        "    - image: y\n      env: []\n      name: b\n{{ end }}\n"
    )
    rendered = (
        "kind: Deployment\nmetadata: {labels: {app: x}}\n"
        "spec: {containers: [{name: a, image: x}, {image: y, name: b, env: [], ports: [1]}], replicas: 2}\n"
    )
    (document,) = load_documents(rendered, "x.yaml")
    lines = KeyLines(document, template, "t.yaml")
    wanted = {
        "kind": 6,
        "metadata.labels.app": 9,
        "spec.containers[0].image": 13,
        "spec.containers[1]": 14,
        "spec.containers[1].image": 14,
        "spec.containers[1].name": 16,
        "spec.containers[1].ports[0]": 14,
        "spec.replicas": 10,
    }
    assert {path: lines[parse_path(path)].start_line for path in wanted} == wanted
    assert (lines.block.start_line, lines.block.end_line) == (6, 17)
    with pytest.raises(KeyError):
        lines["metadata", "name"]


@pytest.mark.parametrize(
    ("complaint", "expected"),
    [
        ("execution error at (a/templates/x.yaml:3:4): set it\nplease", ("a/templates/x.yaml", 3, "")),
        ("parse error at (a/templates/_h.tpl:7): unexpected EOF", ("a/templates/_h.tpl", 7, "")),
        ("YAML parse error on a/templates/x.yaml: error converting", ("a/templates/x.yaml", 0, "")),
        (
            'template: a/templates/x.yaml:1:2: executing "a/templates/x.yaml" at <include "h">: error calling include: '
            'template: a/charts/b/templates/_h.tpl:9:8: executing "h" at <.x.y>: nil pointer',
            ("a/templates/x.yaml", 1, "a/templates/x.yaml"),
        ),
        ("library charts are not installable", ("", 0, "")),
    ],
)
def test_places_in_complaints(complaint: str, expected: tuple[str, int, str]) -> None:
    error = explain(complaint)
    assert (error.template, error.line, error.executing) == expected
    assert error.message.startswith("helm template: ")
    assert "\n" not in error.message


def test_the_failing_file_of_a_chain() -> None:
    error = explain(
        'template: a/templates/x.yaml:1:2: executing "a/templates/x.yaml" at <include "h" .>: error calling include: '
        'template: a/templates/_h.tpl:9:8: executing "h" at <.x.y>: nil pointer\n\nUse --debug flag to render out '
        "invalid YAML\n"
    )
    assert (error.inner, error.inner_line) == ("a/templates/_h.tpl", 9)
    assert error.message == 'helm template: template: a/templates/_h.tpl:9:8: executing "h" at <.x.y>: nil pointer'


@pytest.mark.parametrize(
    ("chart", "name"),
    [
        ("vllm", "vllm"),
        ("My.Chart_1", "my-chart-1"),
        ("-x-", "x"),
        ("模", "release"),
        ("", "release"),
        ("a" * 60, "a" * 53),
    ],
)
def test_names_of_releases(chart: str, name: str) -> None:
    assert release_name(chart) == name
