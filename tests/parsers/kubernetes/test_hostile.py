"""Input that nobody writes by mistake: the parser says what it could not read and goes on."""

import random
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from scanner.core.notification import Level
from scanner.core.values import leaves

GOOD = "apiVersion: v1\nkind: Service\nmetadata: {name: good}\n"
HEAD = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: bad}\n"
FIXTURES = Path(__file__).parents[3] / "fixtures" / "parsers" / "kubernetes"


def bomb() -> str:
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 12)]
    return "\n".join(lines)


@pytest.mark.parametrize(
    ("bad", "words"),
    [
        (f"{HEAD}{bomb()}", "1,000,000 values"),
        (f"{HEAD}data: {'[' * 50_000}", "nested deeper than 200"),
        (f"{HEAD}data: {'{a: ' * 50_000}", "nested deeper than 200"),
        (f"{HEAD}data: \x00\x01\x02\x7f", "control characters"),
        (f"{HEAD}data: [&a [*a]]", "define the anchor first"),
        (f"{HEAD}data: {{[a]: b}}", "put the key in quotes"),
        (f"{HEAD}\tdata: 1", "indent with spaces"),
    ],
)
def test_a_bad_document_among_good_ones(read: Callable[..., Any], bad: str, words: str) -> None:
    started = time.perf_counter()
    reading = read(f"{GOOD}---\n{bad}\n---\n{GOOD.replace('good', 'also-good')}")
    assert time.perf_counter() - started < 30
    assert reading.addresses() == ["default/Service/good", "default/Service/also-good"]
    (error,) = reading.parsed.notifications
    assert error.level is Level.ERROR
    assert words in error.message
    assert error.location.start_line > 4


@pytest.mark.parametrize("text", ["", "\n\n", "---\n", "# nothing\n---\n# here\n", "\ufeff", "null\n"])
def test_nothing_in_a_file(read: Callable[..., Any], text: str) -> None:
    reading = read(text)
    assert reading.parsed.resources == ()
    assert reading.told() == []


@pytest.mark.parametrize("line_end", ["\r\n", "\r"])
def test_other_line_ends_and_a_byte_order_mark(read: Callable[..., Any], line_end: str) -> None:
    plain = (FIXTURES / "deployment.yaml").read_text()
    expected = read(plain).parsed.resources
    found = read("\ufeff" + plain.replace("\n", line_end)).parsed.resources
    assert [each.location for each in found] == [each.location for each in expected]
    for one, other in zip(found, expected, strict=True):
        assert one.attributes == other.attributes
        assert dict(one.attribute_locations) == dict(other.attribute_locations)


def test_binary_junk_that_names_an_api_version(read: Callable[..., Any]) -> None:
    junk = bytes(range(256)).decode("latin-1") + "\napiVersion: v1\nkind: Pod\n"
    assert [level for level, _, _ in read(junk).told()] == ["error"]


WRONG: list[Any] = ["text", "12", "true", "null", "[]", "{}", "[text]", "[[]]", "[{}]", "{a: [1]}", "'$(X) {{ y }}'"]
FIELDS = """
metadata metadata.labels metadata.name metadata.namespace spec spec.template spec.predictor spec.predictor.model
spec.template.metadata spec.template.metadata.labels spec.template.spec spec.template.spec.containers
spec.template.spec.securityContext spec.replicas spec.model spec.predictors spec.serveConfigV2 spec.podSpec
spec.predictor.storageUris spec.predictor.model.storage spec.canary spec.workerGroupSpecs data items
spec.default spec.default.predictor spec.predictor.workerSpec spec.predictor.custom spec.pytorchReplicaSpecs
spec.templates spec.workflowSpec spec.trainer spec.initializer spec.runtimeRef spec.replicatedJobs spec.baseRefs
spec.leaderWorkerTemplate spec.nodes spec.serverConfig spec.podTemplateOverrides spec.podSpecPatch
"""
KINDS = """
v1/Pod v1/Secret v1/List apps/v1/Deployment serving.kserve.io/v1beta1/InferenceService ray.io/v1/RayService
serving.kserve.io/v1/LLMInferenceService machinelearning.seldon.io/v1/SeldonDeployment ray.io/v1/RayCluster
mlops.seldon.io/v1/Server acme.example/v1/Widget kustomize.config.k8s.io/v1/Kustomization kubeflow.org/v1/PyTorchJob
trainer.kubeflow.org/v1alpha1/TrainJob argoproj.io/v1alpha1/Workflow argoproj.io/v1alpha1/CronWorkflow
jobset.x-k8s.io/v1alpha2/JobSet leaderworkerset.x-k8s.io/v1/LeaderWorkerSet serving.kserve.io/v1alpha1/InferenceGraph
"""


@pytest.mark.parametrize("value", WRONG)
def test_wrong_types_anywhere(read: Callable[..., Any], value: str) -> None:
    for api_kind in KINDS.split():
        api_version, _, kind = api_kind.rpartition("/")
        for field in FIELDS.split():
            nested = value
            for step in reversed(field.split(".")):
                nested = f"{{{step}: {nested}}}"
            reading = read(f"apiVersion: {api_version}\nkind: {kind}\n{nested[1:-1]}\n")
            for each in reading.parsed.resources:
                for path in each.attribute_locations:
                    assert each.attribute_locations[path].end_line <= 3


def test_mangled_manifests_never_raise(read: Callable[..., Any]) -> None:
    chance = random.Random(7)  # noqa: S311 - the same mangling in every run
    pieces = ["", "\n", ": ", "- ", "{", "[", "'", "&a ", "*a", "x"]
    texts = [path.read_text() for path in sorted(FIXTURES.rglob("*.yaml"))]
    for _ in range(300):
        characters = list(chance.choice(texts))
        for _ in range(chance.randint(1, 6)):
            at = chance.randrange(len(characters))
            characters[at : at + chance.randint(0, 8)] = chance.choice(pieces)
        reading = read("".join(characters))
        for each in reading.parsed.resources:
            for path, _ in leaves(each.attributes):
                assert each.locate(path).start_line >= 1
