"""Which files the Kubernetes parser takes."""

import pytest

from scanner.parsers.kubernetes import KUBERNETES


@pytest.mark.parametrize(
    "head",
    [
        b"apiVersion: v1\nkind: Pod\n",
        b"kind: Pod\napiVersion: v1\n",
        b"\xef\xbb\xbfapiVersion: v1\r\nkind: Pod\r\n",
        b"# a comment\n---\nother: 1\n--- # second\n'kind' : Pod\n\"apiVersion\": v1\n",
        b"  apiVersion: v1\n  kind: Pod\n",
        b"{{- if .Values.enabled }}\napiVersion: v1\nkind: {{ .Values.kind }}\n{{- end }}\n",
        b"{{ $x := 1 }}\napiVersion: v1\nkind: Pod\n",
        b'{"apiVersion": "v1", "kind": "Pod"}',
        b'{"kind":"List","items":[],"apiVersion":"v1"}',
        b"{apiVersion: v1, kind: Pod}\n",
        b'# a comment\n---\n# another\n{\n  apiVersion: "v1",\n  kind: "Pod",\n}\n',
        b'\t{\n\t"apiVersion": "v1", "kind": "Pod"}',
        b"apiVersion: v1\nitems:\n" + b"- x: 1\n" * 10_000,
        b"%YAML 1.1\n---\napiVersion: v1\nkind: Pod\n",
    ],
)
def test_manifests_are_claimed(head: bytes) -> None:
    assert KUBERNETES.claims("deploy/app.yaml", head[: 64 << 10])
    assert KUBERNETES.claims("app.YML", head[: 64 << 10])
    assert not KUBERNETES.claims("app.txt", head[: 64 << 10])


@pytest.mark.parametrize(
    "head",
    [
        b"",
        b"name: x\nvalue: 1\n",
        b"apiVersion: v2\nname: chart\nannotations:\n  changes: |\n    - kind: added\n",
        b"scaleTargetRef:\n  apiVersion: apps/v1\n  kind: Deployment\n",
        b"apiVersion: v2\nname: chart\n---\nkind: x\n",
        b"apiVersion: releasegate/v1\nkind: ModelRelease\n",
        b'{"apiVersion": "releasegate/v1", "kind": "ModelRelease"}',
        b'{"bomFormat": "CycloneDX", "apiVersion": "v1", "kind": "x"}',
        b'{"name": "package", "version": "1"}',
        b"# apiVersion: v1\n# kind: Pod\nother: 1\n",
        bytes(range(256)) * 4,
    ],
)
def test_other_files_are_left_alone(head: bytes) -> None:
    assert not KUBERNETES.claims("app.yaml", head)
    assert not KUBERNETES.claims("app.json", head)
