"""Generated manifests: whatever a manifest holds, addresses are unique in their file and lines are inside it."""

import json
from typing import Any

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from scanner.core.resource import Parsed, SourceFile
from scanner.core.values import leaves
from scanner.linking import link
from scanner.parsers.interface import ParseContext
from scanner.parsers.kubernetes import KUBERNETES
from tests.linking.builder import release
from tests.parsers.kubernetes.conftest import FIXTURES

WORDS = st.sampled_from(["a", "b", "default", "", "*", "a/b", "x[2]", "é", "${X}", "{{ .x }}", "yes", "12", "---", "#"])
SCALARS = st.one_of(st.none(), st.booleans(), st.integers(-3, 1 << 70), st.floats(allow_nan=False), WORDS)
FIELDS = st.sampled_from(
    [
        *("metadata", "name", "namespace", "labels", "annotations", "spec", "template", "containers", "initContainers"),
        *("image", "command", "args", "env", "value", "ports", "securityContext", "volumes", "predictor", "model"),
        *("rules", "verbs", "resources", "apiGroups", "resourceNames", "roleRef", "subjects", "kind", "apiVersion"),
        *("aggregationRule", "clusterRoleSelectors", "matchLabels", "selector", "items", "data", "stringData", "a"),
        *("serviceAccountName", "jobTemplate", "podSpec", "objects", "storageUri", "runtime", "graph", "nodes"),
    ]
)
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(FIELDS, inner, max_size=4)),
    max_leaves=12,
)
KINDS = st.sampled_from(
    [
        *("v1/Pod", "v1/Secret", "v1/List", "v1/ConfigMap", "v1/ServiceAccount", "apps/v1/Deployment", "v1/PodList"),
        *("batch/v1/CronJob", "rbac.authorization.k8s.io/v1/Role", "rbac.authorization.k8s.io/v1/ClusterRole"),
        *("rbac.authorization.k8s.io/v1/RoleBinding", "rbac.authorization.k8s.io/v1/ClusterRoleBinding"),
        *("serving.kserve.io/v1beta1/InferenceService", "serving.kserve.io/v1alpha1/ServingRuntime"),
        *("ray.io/v1/RayService", "argoproj.io/v1alpha1/Workflow", "acme.example/v1/Widget", "v1/pod"),
        *("networking.istio.io/v1/VirtualService", "networking.k8s.io/v1/NetworkPolicy"),
    ]
)


@st.composite
def objects(draw: st.DrawFn) -> dict[str, Any]:
    api_version, _, kind = draw(KINDS).rpartition("/")
    body: dict[str, Any] = {"apiVersion": api_version, "kind": kind}
    body["metadata"] = draw(st.one_of(VALUES, st.fixed_dictionaries({"name": WORDS}, optional={"namespace": WORDS})))
    body |= draw(st.dictionaries(FIELDS.filter(lambda field: field not in ("apiVersion", "kind")), VALUES, max_size=4))
    if kind.endswith("List"):
        body["items"] = draw(st.one_of(VALUES, st.lists(objects(), max_size=3)))
    return body


def check(texts: dict[str, str]) -> None:
    files = [SourceFile(path, "kubernetes", text) for path, text in texts.items()]
    parsed = KUBERNETES.parse(files, ParseContext(FIXTURES))
    lines = {path: text.count("\n") + 1 for path, text in texts.items()}
    keys = [each.key for each in parsed.resources]
    assert len(keys) == len(set(keys))
    for each in parsed.resources:
        assert each.parent is None or each.parent in keys
        assert 1 <= each.location.start_line <= each.location.end_line <= lines[each.location.path]
        for path, _ in leaves(each.attributes):
            assert each.location.path == each.locate(path).path
            assert each.locate(path).end_line <= lines[each.location.path]
    for note in parsed.notifications:
        assert note.location is not None
        assert note.location.end_line <= lines[note.location.path]
    check_links(parsed, lines)


def check_links(parsed: Parsed, lines: dict[str, int]) -> None:
    keys = {each.key for each in parsed.resources}
    for each in link(release(*parsed.resources))[0]:
        assert {each.source, each.target} <= keys
        assert each.evidence.end_line <= lines[each.evidence.path]


SETTINGS = settings(
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
PIECES = st.sampled_from(["", "\n", "---\n", "*a", "&a ", "<<: ", "{", "]", "'", "\t", "!x ", "\r", "? "])
WRITTEN = st.lists(objects(), min_size=1, max_size=6)
CHANGES = st.lists(st.tuples(st.floats(0, 1), PIECES, st.integers(0, 3)), min_size=1, max_size=4)


def as_written(written: list[dict[str, Any]], flow: bool) -> None:
    text = yaml.safe_dump_all(written, default_flow_style=flow, allow_unicode=True, sort_keys=False)
    check({"app.yaml": text, "app.json": "\n".join(json.dumps(each) for each in written)})


def mangled(written: list[dict[str, Any]], changes: list[tuple[float, str, int]]) -> None:
    text = yaml.safe_dump_all(written, sort_keys=False)
    for place, piece, lost in changes:
        at = int(place * len(text))
        text = text[:at] + piece + text[at + lost :]
    check({"app.yaml": text})


@settings(SETTINGS, max_examples=25)
@given(WRITTEN, st.booleans())
def test_generated_objects(written: list[dict[str, Any]], flow: bool) -> None:
    as_written(written, flow)


@settings(SETTINGS, max_examples=25)
@given(WRITTEN, CHANGES)
def test_mangled_objects(written: list[dict[str, Any]], changes: list[tuple[float, str, int]]) -> None:
    mangled(written, changes)


@pytest.mark.slow
@settings(SETTINGS, max_examples=500)
@given(WRITTEN, st.booleans())
def test_generated_objects_at_length(written: list[dict[str, Any]], flow: bool) -> None:
    as_written(written, flow)


@pytest.mark.slow
@settings(SETTINGS, max_examples=500)
@given(WRITTEN, CHANGES)
def test_mangled_objects_at_length(written: list[dict[str, Any]], changes: list[tuple[float, str, int]]) -> None:
    mangled(written, changes)
