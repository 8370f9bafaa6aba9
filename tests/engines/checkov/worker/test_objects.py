"""Every object of a Kubernetes file is judged, and one that Checkov cannot stand costs no other one."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from scanner.engines.checkov.interface import DOCKERFILE, KUBERNETES, Answer, Checks, from_plain
from scanner.engines.checkov.worker.objects import objects_of
from scanner.isolation import Worker
from tests.engines.checkov.units.divided import write

pytestmark = pytest.mark.xdist_group("checkov")

POD = "apiVersion: v1\nkind: Pod\nmetadata: {{}}\nspec: {{containers: [{{name: c, image: i, {}}}]}}\n"
PRIVILEGED = "securityContext: {privileged: true}"


def read(text: str) -> dict[str, Any]:
    """A document as Checkov has it, with its line."""
    return {**yaml.safe_load(text), "__startline__": 7}


@pytest.mark.parametrize(
    ("metadata", "name"),
    [
        ("{name: api}", "api"),
        ("{generateName: train-}", "train-7"),
        ("{generateName: [train]}", "7"),
        ("{}", "7"),
        ("", "7"),
        ("{labels: {app: api}}", None),
    ],
)
def test_an_object_has_a_name(metadata: str, name: str | None) -> None:
    (found,) = objects_of(read(f"apiVersion: v1\nkind: Pod\nmetadata: {metadata}\n"))
    assert found["metadata"].get("name") == name


def test_metadata_that_is_none_is_left_as_it_is() -> None:
    template = read("apiVersion: v1\nkind: Pod\nmetadata: text\n")
    assert objects_of(template) == [template]


@pytest.mark.parametrize(
    ("text", "held"),
    [
        ("{kind: List, items: [{apiVersion: v1, kind: Pod, metadata: {name: a}}, null, text, [b]]}", [("v1", "Pod")]),
        ("{kind: List, items: [{kind: Pod, metadata: {name: a}}, {apiVersion: v1, metadata: {name: a}}]}", []),
        ("{kind: List, items: [{apiVersion: v1, kind: 5}, {apiVersion: null, kind: Pod}]}", []),
        ("{kind: List, items: {a: b}}", []),
        ("{kind: List}", []),
        ("{apiVersion: v1, kind: PodList, items: }", []),
        ("{apiVersion: apps/v1, kind: DeploymentList, items: [{metadata: {name: a}}]}", [("apps/v1", "Deployment")]),
        ("{kind: List, items: [{apiVersion: v1, kind: PodList, items: [{metadata: {name: a}}]}]}", [("v1", "Pod")]),
        ("{apiVersion: acme/v1, kind: AllowList, spec: {}}", [("acme/v1", "AllowList")]),
        ("{apiVersion: acme/v1, kind: AllowList, items: {a: b}}", [("acme/v1", "AllowList")]),
    ],
)
def test_what_a_list_holds_stands_for_it(text: str, held: list[tuple[str, str]]) -> None:
    assert [(each["apiVersion"], each["kind"]) for each in objects_of(read(text))] == held


@pytest.fixture(scope="module")
def worker() -> Iterator[Worker]:
    with Worker(4 << 30, forgets=True, purpose="checkov") as each:
        yield each


def ask(worker: Worker, folder: Path, framework: str, *ids: str) -> Answer:
    argument = {"folder": str(folder), "framework": framework, "variable_files": (), "checks": vars(Checks(ids))}
    return from_plain(worker.call("scanner.engines.checkov.worker.job:run", argument, 60))


def test_what_ends_a_run_costs_its_own_file_alone(worker: Worker, tmp_path: Path) -> None:
    files = {f"{number}/pod.yaml": POD.format(PRIVILEGED) for number in range(5)}
    odd = "apiVersion: v1\nkind: ConfigMap\nmetadata: text\n"
    answer = ask(
        worker,
        write(tmp_path, {**files, "1/odd.yaml": odd, "3/odd.yaml": odd}),
        KUBERNETES,
        "CKV_K8S_16",
    )
    assert answer.unread == ("/1/odd.yaml", "/3/odd.yaml")
    privileged = {each.path for each in answer.records if (each.check, each.result) == ("CKV_K8S_16", "FAILED")}
    assert privileged == {f"/{path}" for path in files}


def test_a_check_that_breaks_off_is_told_with_its_files(worker: Worker, tmp_path: Path) -> None:
    odd = POD.format("command: 5")
    files = {"a.yaml": POD.format(PRIVILEGED), "b.yaml": odd, "c/d.yaml": odd}
    answer = ask(worker, write(tmp_path, files), KUBERNETES, "CKV_K8S_68", "CKV_K8S_16")
    assert answer.crashed == (("CKV_K8S_68", "TypeError"),)
    assert answer.crashed_on == {"CKV_K8S_68": ("/b.yaml", "/c/d.yaml")}


def test_a_dockerfile_that_nothing_can_be_made_of_costs_no_other_one(worker: Worker, tmp_path: Path) -> None:
    folder = write(tmp_path, {"a/Dockerfile": "FROM a:latest\n", "b/Dockerfile": "FROM\n"})
    answer = ask(worker, folder, DOCKERFILE, "CKV_DOCKER_7")
    assert {(each.path, each.result) for each in answer.records} == {("/a/Dockerfile", "FAILED")}
    assert answer.unread == ("/b/Dockerfile",)
