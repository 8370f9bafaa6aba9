"""Literal secrets that no report may show."""

import base64
import json
from collections.abc import Callable
from typing import Any

import pytest


def encoded(text: str | bytes) -> str:
    return base64.b64encode(text.encode() if isinstance(text, str) else text).decode()


def test_secret_objects(read: Callable[..., Any]) -> None:
    inner = {"kind": "Secret", "stringData": {"old": "previous-value"}}
    text = f"""
apiVersion: v1
kind: Secret
metadata:
  name: x
  annotations:
    kubectl.kubernetes.io/last-applied-configuration: {json.dumps(json.dumps(inner))}
data:
  password: {encoded("s3cr3t-pass")}
  binary: {encoded(b"ab" + bytes([0xFF, 0x00]))}
  plain: not base64!
  flag: {encoded("true")}
stringData:
  file: |
    user = someone
    a=1
  number: 123456
  short: 12
"""
    secrets = read(text).parsed.secrets
    assert {"s3cr3t-pass", encoded("s3cr3t-pass"), "previous-value", "not base64!", "123456"} <= secrets
    assert {"user = someone\na=1\n", "user = someone"} <= secrets
    assert not {"true", "12", "a=1", "x", "Secret"} & secrets


def test_variables_and_options(read: Callable[..., Any]) -> None:
    text = """
apiVersion: v1
kind: Pod
metadata: {name: x}
spec:
  containers:
    - name: a
      env:
        - {name: HF_TOKEN, value: literal-token}
        - {name: MODE, value: production}
        - name: API_KEY
          valueFrom: {secretKeyRef: {name: llm-secret, key: k}}
      args: [--api-key, literal-key, --token=other-key, --secret, --port, "8000", --api-key=$(API_KEY)]
    - name: b
      command: [sh, -c, "serve --password 'in script'"]
"""
    reading = read(text)
    assert reading.parsed.secrets == {"literal-token", "literal-key", "other-key", "in script"}


def test_secrets_in_nested_text(read_fixture: Callable[[str], Any]) -> None:
    assert read_fixture("ray_service.yaml").parsed.secrets == {"ranker-key-value"}


@pytest.mark.parametrize("broken", ["text", "[1, {a: b}]", "{a: [1], b: {c: 2}}", "null"])
def test_broken_secrets(read: Callable[..., Any], broken: str) -> None:
    text = f"apiVersion: v1\nkind: Secret\nmetadata: {{name: x}}\ndata: {broken}\nstringData: {broken}\n"
    assert read(text).addresses() == ["default/Secret/x"]


def test_a_name_is_no_secret(read: Callable[..., Any]) -> None:
    text = """
apiVersion: cert-manager.io/v1
kind: Certificate
metadata: {name: api}
spec: {secretName: server-tls}
---
apiVersion: v1
kind: Pod
metadata: {name: api}
spec:
  containers:
    - name: api
      env:
        - {name: TLS_SECRET, value: server-tls}
        - {name: OWN_SECRET, value: api}
        - {name: WHICH_TOKEN, value: HF_TOKEN}
        - {name: DB_PASSWORD, value: ANY_THING}
        - {name: OTHER_SECRET, value: other-tls}
"""
    assert read(text).parsed.secrets == {"ANY_THING", "other-tls"}
