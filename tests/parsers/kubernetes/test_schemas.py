"""Schemas of CustomResourceDefinitions are left out; everything around them keeps its line."""

from collections.abc import Callable
from typing import Any

import pytest

from scanner.parsers.kubernetes.schemas import without_schemas

SCHEMA = "".join(f"      field{number}:\n        type: string\n\n" for number in range(300))
DEFINITION = f"""apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata:
  name: models.acme.example
spec:
  group: acme.example
  versions:
{SCHEMA}"""
ACCOUNT = "apiVersion: v1\nkind: ServiceAccount\nmetadata:\n  name: after\n"


@pytest.mark.parametrize("behind", ["", "status:\n  conditions: []\n", "# the end\n", "...\n"])
def test_every_line_stays_where_it_is(behind: str) -> None:
    text = f"# first\n{DEFINITION}{behind}---\n{ACCOUNT}"
    found = without_schemas(text)
    assert "field1:" not in found
    assert len(found.splitlines()) == len(text.splitlines())
    lines = list(zip(found.splitlines(), text.splitlines(), strict=True))
    assert all(short in ("", long) for short, long in lines)
    assert [long for short, long in lines if short] == [
        line for line in text.splitlines() if line and not line.startswith(("  group", "  versions", "     "))
    ]


@pytest.mark.parametrize(
    "text",
    [
        DEFINITION.replace("apiextensions.k8s.io", "acme.example"),
        DEFINITION.replace("kind: Custom", "kind: My"),
        DEFINITION.replace("spec:\n", "spec: &anchor\n"),
        DEFINITION + "spec:\n  again: true\n",
        DEFINITION + '  scope: "{{ .Values.scope }}"\n',
        DEFINITION.replace("spec:\n", "{{- if .Values.crds }}\nspec:\n") + "  {{- end }}\n- odd\n",
        "".join(f"    {line}\n" for line in DEFINITION.splitlines()),
        f"apiVersion: v1\nkind: ConfigMap\ndata:\n  kind: CustomResourceDefinition\n  text: |\n{SCHEMA}",
    ],
)
def test_what_is_left_alone(text: str) -> None:
    assert without_schemas(text) == text


def test_a_small_one_is_left_alone() -> None:
    text = DEFINITION.replace(SCHEMA, "    - name: v1\n")
    assert without_schemas(text) == text


def test_windows_lines() -> None:
    found = without_schemas(DEFINITION.replace("\n", "\r\n") + "---\r\n")
    assert "field1" not in found
    assert found.count("\n") == DEFINITION.count("\n") + 1


def test_the_definition_and_its_neighbours_are_read(read: Callable[..., Any]) -> None:
    reading = read(f"{DEFINITION}---\n{ACCOUNT}")
    places = {each.address: each.location.start_line for each in reading.parsed.resources}
    assert places == {
        "CustomResourceDefinition/models.acme.example": 1,
        "default/ServiceAccount/after": len(DEFINITION.splitlines()) + 2,
    }
    assert not reading.parsed.notifications
