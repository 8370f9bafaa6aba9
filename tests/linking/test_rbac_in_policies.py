"""What a workload may do is one step away for a policy: from the workload to its roles, and to their rules."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

COMMAND = Path(sys.executable).parent / "releasegate"
POLICY = """
id: HOUSE-001
title: No workload reads secrets
severity: high
applies_to: {format: kubernetes, types: [workload]}
rule:
  related: {kind: holds}
  none: {children: {type: rbac_rule}, has: {path: powers, contains: read-secrets}}
message: "{address} may read secrets"
rationale: A model server needs none.
remediation: Take the right away.
"""
POD = "apiVersion: v1\nkind: Pod\nmetadata: {name: llm, namespace: ml}\nspec: {containers: [{name: a, image: a}]}\n"
ROLE = """---
apiVersion: rbac.authorization.k8s.io/v1
kind: Role
metadata: {name: r, namespace: ml}
rules:
  - apiGroups: [""]
    resources: [%s]
    verbs: [get]
---
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata: {name: r, namespace: ml}
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: Role, name: r}
subjects: [{kind: ServiceAccount, name: default}]
"""


@pytest.mark.parametrize(("resources", "status", "line"), [("secrets", "fail", 12), ("configmaps", "pass", 0)])
def test_a_policy_asks_what_a_workload_may_do(tmp_path: Path, resources: str, status: str, line: int) -> None:
    (tmp_path / "rules").mkdir()
    (tmp_path / "app").mkdir()
    (tmp_path / "rules" / "HOUSE-001.yaml").write_text(POLICY)
    (tmp_path / "app" / "app.yaml").write_text(POD + ROLE % resources)
    done = subprocess.run(
        [COMMAND, "scan", "app", "--policy", "rules", "--check", "HOUSE-001", "-f", "json"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    (finding,) = json.loads(done.stdout)["findings"]
    assert (finding["status"], finding["resource"]["address"]) == (status, "ml/Pod/llm/pod")
    if line:
        assert finding["location"]["start_line"] == line
        assert [each["location"]["start_line"] for each in finding["related_locations"]] == [4]
