"""What Checkov's worker answers: nothing is lost, nothing decides that should not, and nothing stays behind."""

import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from scanner.engines.checkov.interface import (
    DOCKERFILE,
    KUBERNETES,
    TERRAFORM,
    TERRAFORM_PLAN,
    Answer,
    Checks,
    Record,
    from_plain,
)
from scanner.isolation import JobRefusedError, Worker, WorkerError

pytestmark = pytest.mark.xdist_group("checkov")

FIXTURES = Path(__file__).parents[4] / "fixtures"
OWN = FIXTURES / "checkov" / "worker"
PLAN = FIXTURES / "parsers" / "terraform" / "plan" / "modules"
JOBS = "tests.engines.checkov.worker.worker_jobs:"
RUN = "scanner.engines.checkov.worker.job:run"
LIMIT = 4 << 30
EVERYTHING = Checks((), is_all=True)
CONDITION = """
metadata: {{id: {id}, name: The bucket is named, category: GENERAL_SECURITY}}
definition: {{cond_type: attribute, resource_types: [aws_s3_bucket], {rest}}}
"""


@pytest.fixture(scope="module")
def worker() -> Iterator[Worker]:
    with Worker(LIMIT, forgets=True, purpose="checkov") as each:
        yield each


@pytest.fixture(scope="module")
def folders(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """A folder for each of Checkov's frameworks."""
    base = tmp_path_factory.mktemp("worker") / "files"
    shutil.copytree(OWN, base)
    (base / "dockerfile" / "Dockerfile.latin").write_bytes(b"FROM python:3.12\n# \xff\n")
    root = base / "terraform" / "root"
    record = root / ".terraform" / "modules" / "modules.json"
    record.parent.mkdir(parents=True)
    calls = ("fetched", "linked")
    modules = [{"Key": name, "Source": f"example/{name}/aws", "Version": "1.2.3", "Dir": name} for name in calls]
    record.write_text(json.dumps({"Modules": modules}))
    (root / "linked").symlink_to(base / "terraform" / "outside")
    return {TERRAFORM: root, KUBERNETES: base / "kubernetes", DOCKERFILE: base / "dockerfile", TERRAFORM_PLAN: PLAN}


def argument(folder: Path, framework: str, checks: Checks, *variable_files: str) -> dict[str, Any]:
    return {"folder": str(folder), "framework": framework, "variable_files": variable_files, "checks": vars(checks)}


def ask(worker: Worker, folder: Path, framework: str, checks: Checks = EVERYTHING, *variable_files: str) -> Answer:
    return from_plain(worker.call(RUN, argument(folder, framework, checks, *variable_files), 60))


@pytest.fixture(scope="module")
def answers(worker: Worker, folders: dict[str, Path]) -> dict[str, Answer]:
    return {framework: ask(worker, folder, framework) for framework, folder in folders.items()}


def results(answer: Answer, check: str) -> set[tuple[str, str]]:
    return {(record.resource, record.result) for record in answer.records if record.check == check}


def paths(answer: Answer) -> set[str]:
    return {record.path for record in answer.records}


def test_nothing_runs_but_what_is_asked_for(worker: Worker, folders: dict[str, Path]) -> None:
    """Also where that is no condition on a graph: Checkov loads all of those again where none is left."""
    answer = ask(worker, folders[TERRAFORM], TERRAFORM, Checks(("CKV_AWS_18",)))
    assert {record.check for record in answer.records} == {"CKV_AWS_18"}


def test_all_of_its_frameworks_are_judged(answers: dict[str, Answer]) -> None:
    terraform, plan = answers[TERRAFORM], answers[TERRAFORM_PLAN]
    assert ("aws_s3_bucket.skipped", "FAILED") in results(terraform, "CKV_AWS_145")
    assert ("module.store.aws_s3_bucket.this", "FAILED") in results(terraform, "CKV_AWS_145")
    assert ("module.mirror[1].aws_s3_bucket.this", "FAILED") in results(plan, "CKV_AWS_145")
    privileged = Record(
        check="CKV_K8S_16",
        result="FAILED",
        path="/pods.yaml",
        start=1,
        end=17,
        resource="Pod.serving.skipped",
        keys=("spec/containers/[0]/securityContext/privileged",),
    )
    assert privileged in answers[KUBERNETES].records
    assert ("/Dockerfile.EXPOSE", "FAILED") in results(answers[DOCKERFILE], "CKV_DOCKER_1")
    assert all(answer.version.startswith("3.3.") for answer in answers.values())
    assert all(
        answer.records == tuple(sorted(answer.records, key=lambda each: each.check)) for answer in answers.values()
    )


def test_no_comment_or_annotation_in_a_file_decides(answers: dict[str, Answer]) -> None:
    assert ("aws_s3_bucket.skipped", "FAILED") in results(answers[TERRAFORM], "CKV_AWS_21")
    assert ("aws_s3_bucket.skipped", "FAILED") in results(answers[TERRAFORM], "CKV2_AWS_6")
    assert ("Pod.serving.skipped", "FAILED") in results(answers[KUBERNETES], "CKV_K8S_16")
    assert ("Pod.serving.skipped", "FAILED") in results(answers[KUBERNETES], "CKV_K8S_8")
    assert results(answers[DOCKERFILE], "CKV_DOCKER_3") == {("/Dockerfile.", "FAILED")}
    assert results(answers[DOCKERFILE], "CKV_DOCKER_1") == {("/Dockerfile.EXPOSE", "FAILED")}
    assert {record.result for answer in answers.values() for record in answer.records} == {
        "PASSED",
        "FAILED",
        "UNKNOWN",
    }


def test_a_result_that_is_not_known_is_kept(answers: dict[str, Answer]) -> None:
    assert results(answers[TERRAFORM], "CKV_TF_1") >= {("store", "UNKNOWN"), ("fetched", "FAILED")}


def test_modules_are_read_in_the_folder_and_nowhere_else(answers: dict[str, Answer]) -> None:
    """Neither `../outside` nor `/etc`, through a link or by the record of downloads."""
    assert paths(answers[TERRAFORM]) == {"/main.tf", "/modules/store/main.tf", "/fetched/main.tf"}
    assert ("module.fetched.aws_sqs_queue.fetched", "FAILED") in results(answers[TERRAFORM], "CKV_AWS_27")


def test_files_that_it_makes_nothing_of_are_named(answers: dict[str, Answer]) -> None:
    assert answers[TERRAFORM].unread == ("/broken.tf", "/more.tf.json")
    assert answers[KUBERNETES].unread == ("/broken.yaml", "/chart.yaml", "/named.yaml")
    assert answers[DOCKERFILE].unread == ("/Dockerfile.latin",)
    assert answers[TERRAFORM_PLAN].unread == ()


def test_a_file_of_which_it_loses_a_block_counts_as_unread(worker: Worker, tmp_path: Path) -> None:
    (tmp_path / "main.tf").write_text('resource "aws_s3_bucket" "b" {\n  dynamic = 1\n}\n')
    answer = ask(worker, tmp_path, TERRAFORM)
    assert (answer.records, answer.unread) == ((), ("/main.tf",))


def test_no_check_goes_by_the_day_of_the_scan(worker: Worker, tmp_path: Path) -> None:
    policy = 'security_policy_name = "TransferSecurityPolicy-2025-03"'
    (tmp_path / "main.tf").write_text(f'resource "aws_transfer_server" "s" {{\n  {policy}\n}}\n')
    plain = worker.call(JOBS + "in_another_century", argument(tmp_path, TERRAFORM, Checks(("CKV_AWS_380",))), 60)
    assert results(from_plain(plain), "CKV_AWS_380") == {("aws_transfer_server.s", "PASSED")}


def test_code_of_its_own_that_fails_is_told_by_its_place(worker: Worker, tmp_path: Path) -> None:
    (tmp_path / "main.tf").write_text('module "m" {\n  source = 5\n}\n')
    with pytest.raises(WorkerError, match=r"^BrokenOffError: \w+Error in terraform/\S+\.py, line \d+$"):
        ask(worker, tmp_path, TERRAFORM)


def test_checks_that_break_off_on_a_file_end_neither_the_others_nor_themselves(answers: dict[str, Answer]) -> None:
    crashed = dict(answers[KUBERNETES].crashed)
    assert crashed["CKV_K8S_68"] == "TypeError"
    assert results(answers[KUBERNETES], "CKV_K8S_68") >= {("Pod.default.odd", "UNKNOWN")}
    assert ("Pod.serving.skipped", "UNKNOWN") not in results(answers[KUBERNETES], "CKV_K8S_68")
    assert ("Pod.default.odd", "FAILED") in results(answers[KUBERNETES], "CKV_K8S_8")


def test_checks_run_by_id_and_all_are_there_again_afterwards(
    worker: Worker, folders: dict[str, Path], answers: dict[str, Answer]
) -> None:
    """An id that this version has not is none of its checks, and no error; conditions on the graph go by id too."""
    wanted = Checks(("CKV_AWS_145", "CKV2_AWS_6", "CKV_NONE_1"))
    few = ask(worker, folders[TERRAFORM], TERRAFORM, wanted)
    assert {record.check for record in few.records} == {"CKV_AWS_145", "CKV2_AWS_6"}
    assert set(few.records) < set(answers[TERRAFORM].records)
    assert few.titles == {}
    assert ask(worker, folders[KUBERNETES], KUBERNETES, Checks(("CKV_K8S_16",))).unread == answers[KUBERNETES].unread
    assert ask(worker, folders[DOCKERFILE], DOCKERFILE, Checks(("CKV_DOCKER_1",))).unread == answers[DOCKERFILE].unread
    for framework, folder in folders.items():
        assert ask(worker, folder, framework) == answers[framework]


def test_with_all_of_them_those_nobody_asked_for_are_named(answers: dict[str, Answer]) -> None:
    titles = answers[DOCKERFILE].titles
    assert titles["CKV_DOCKER_1"] == "Ensure port 22 is not exposed"
    assert set(titles) >= {record.check for record in answers[DOCKERFILE].records}


def test_another_process_says_the_same(folders: dict[str, Path], answers: dict[str, Answer]) -> None:
    """Each process hashes in another way, so sets have another order."""
    with Worker(LIMIT) as other:
        again = {framework: ask(other, folder, framework) for framework, folder in folders.items()}
    assert again == answers


def test_values_come_from_the_files_that_are_named(worker: Worker, tmp_path: Path) -> None:
    (tmp_path / "main.tf").write_text('variable "on" {}\nresource "aws_ebs_volume" "v" {\n  encrypted = var.on\n}\n')
    for value, name in (("true", "one.tfvars"), ("false", "two.tfvars")):
        (tmp_path / name).write_text(f"on = {value}\n")
    checks = Checks(("CKV_AWS_3",))
    for files, result in ((("one.tfvars", "two.tfvars"), "FAILED"), (("two.tfvars", "one.tfvars"), "PASSED")):
        answer = ask(worker, tmp_path, TERRAFORM, checks, *files)
        assert results(answer, "CKV_AWS_3") == {("aws_ebs_volume.v", result)}


def test_the_time_of_the_scan_is_not_known(worker: Worker, tmp_path: Path) -> None:
    """One expression also leaves nothing to the next, and prints nothing."""
    tags = 'tags = {\n    a = "x = 5"\n    b = "print(x)"\n  }'
    (tmp_path / "main.tf").write_text(f'resource "aws_s3_bucket" "b" {{\n  bucket = timestamp()\n  {tags}\n}}\n')
    same = CONDITION.format(id="OWN_TIME", rest='attribute: bucket, operator: equals, value: "timestamp()"')
    value = CONDITION.format(id="OWN_TAG", rest="attribute: tags.b, operator: equals, value: print(x)")
    answer = ask(worker, tmp_path, TERRAFORM, Checks((), written=(("time.yaml", same), ("tag.yaml", value))))
    assert {(record.check, record.result) for record in answer.records} == {
        ("OWN_TIME", "PASSED"),
        ("OWN_TAG", "PASSED"),
    }


def test_written_checks_count_for_one_run_and_a_broken_one_is_told(worker: Worker, folders: dict[str, Path]) -> None:
    name = "attribute: bucket, operator: equals, value: skipped"
    raising = 'attribute: "$[", operator: jsonpath_equals, value: x'
    raw = {"metadata": {"id": "OWN_JSON", "name": "n", "category": "c"}, "definition": {"cond_type": "resource"}}
    written = (
        ("good.yaml", CONDITION.format(id="OWN_GOOD", rest=name)),
        ("raising.yaml", CONDITION.format(id="OWN_RAISING", rest=raising)),
        ("taken.yml", CONDITION.format(id="CKV_AWS_145", rest=name)),
        ("lacking.yaml", "metadata: {id: OWN_LACKING}"),
        ("nothing.yaml", "- just a list"),
        ("operator.json", json.dumps(raw)),
    )
    answer = ask(worker, folders[TERRAFORM], TERRAFORM, Checks(("OWN_GOOD",), written=written))
    assert results(answer, "OWN_GOOD") == {
        ("aws_s3_bucket.skipped", "PASSED"),
        ("module.store.aws_s3_bucket.this", "FAILED"),
    }
    assert {check for check, _ in answer.crashed} == {
        "OWN_RAISING",
        "CKV_AWS_145",
        "OWN_LACKING",
        "nothing.yaml",
        "OWN_JSON",
    }
    assert all("aws_s3" not in why and "models" not in why for _, why in answer.crashed)
    assert "OWN_GOOD" not in {record.check for record in ask(worker, folders[TERRAFORM], TERRAFORM).records}


def test_python_runs_only_where_its_folder_is_given_and_leaves_nothing(
    worker: Worker, folders: dict[str, Path], answers: dict[str, Answer]
) -> None:
    python = Checks((), python=(str(OWN / "python"),))
    answer = ask(worker, folders[TERRAFORM], TERRAFORM, python)
    assert results(answer, "OWN_NAME") == {
        ("aws_s3_bucket.skipped", "FAILED"),
        ("module.store.aws_s3_bucket.this", "PASSED"),
    }
    assert answer.titles["OWN_NAME"] == "The bucket has a name of its own"
    crashed = dict(answer.crashed)
    assert {crashed[check] for check in ("OWN_SOCKET", "OWN_PROGRAM", "OWN_FILE")} == {"ForbiddenError"}
    assert not Path("/own-check-was-here").exists()
    assert crashed["OWN_RAISES"] == "KeyError"
    assert crashed["OWN_RECURSION"] == "RecursionError"
    assert crashed["OWN_NONSENSE"] == "TypeError"
    assert crashed["CKV_AWS_21"] == "own_terraform.py: another check has this id"
    assert crashed["broken.py"].startswith("broken.py cannot be loaded")
    kubernetes = ask(worker, folders[KUBERNETES], KUBERNETES, python)
    assert dict(kubernetes.crashed)["OWN_KUBERNETES"] == "IndexError"
    assert {record.check for record in kubernetes.records} == {"OWN_KUBERNETES"}
    dockerfile = ask(worker, folders[DOCKERFILE], DOCKERFILE, python)
    assert dict(dockerfile.crashed)["OWN_DOCKERFILE"] == "IndexError"
    assert worker.call(JOBS + "traces", None, 20) == []
    for framework, folder in folders.items():
        assert ask(worker, folder, framework) == answers[framework]


def test_nothing_is_printed(worker: Worker, folders: dict[str, Path]) -> None:
    checks = Checks((), is_all=True, python=(str(OWN / "python"),))
    answer, written = worker.call(JOBS + "said", argument(folders[TERRAFORM], TERRAFORM, checks), 60)
    assert from_plain(answer).records
    assert written == ""


def test_a_run_without_memory_is_none(worker: Worker, folders: dict[str, Path]) -> None:
    with pytest.raises(WorkerError, match=r"^ran out of memory$"):
        worker.call(JOBS + "short_of_memory", argument(folders[KUBERNETES], KUBERNETES, EVERYTHING), 60)


def test_a_folder_that_is_not_there_is_no_empty_one(worker: Worker) -> None:
    with pytest.raises(JobRefusedError, match="not there"):
        ask(worker, Path("/no/such/folder"), TERRAFORM)


def test_a_checkov_that_is_not_known_is_refused(worker: Worker) -> None:
    with pytest.raises(JobRefusedError, match=r"^Checkov 3\.4\.0 is not one that releasegate knows, which is 3\.3\.x$"):
        worker.call(JOBS + "of_version", "3.4.0", 20)
    with pytest.raises(JobRefusedError, match=r"it has no checkov\.kubernetes\.runner:get_skipped_checks$"):
        worker.call(JOBS + "without", "checkov.kubernetes.runner:get_skipped_checks", 20)


def test_documents_of_one_name_are_not_mixed(worker: Worker, tmp_path: Path) -> None:
    """Checkov keeps a policy document by its file and name: a second call of the module had that of the first."""
    (tmp_path / "grant").mkdir()
    (tmp_path / "main.tf").write_text(
        """
module "narrow" {
  source  = "./grant"
  actions = ["s3:GetObject"]
}
module "wide" {
  source  = "./grant"
  actions = ["iam:*"]
}
""",
        encoding="utf-8",
    )
    (tmp_path / "grant" / "main.tf").write_text(
        """
variable "actions" {}
data "aws_iam_policy_document" "this" {
  statement {
    actions   = var.actions
    resources = ["*"]
  }
}
""",
        encoding="utf-8",
    )
    answer = ask(worker, tmp_path, TERRAFORM, Checks(("CKV_AWS_109",)))
    document = "aws_iam_policy_document.this"
    expected = {(f"module.narrow.{document}", "PASSED"), (f"module.wide.{document}", "FAILED")}
    assert results(answer, "CKV_AWS_109") == expected


DATABASE = """resource "aws_db_instance" "it" {{
  publicly_accessible = {value}
}}
"""
GROUP = """resource "aws_security_group" "it" {{
  ingress {{
    from_port   = {value}
    to_port     = {value}
    protocol    = "tcp"
    cidr_blocks = ["0.0.0.0/0"]
  }}
}}
"""


@pytest.mark.parametrize(
    ("text", "check", "said"),
    [
        (DATABASE.format(value="true"), "CKV_AWS_17", "t:publicly_accessible"),
        (DATABASE.format(value="!false"), "CKV_AWS_17", "E:publicly_accessible"),
        (DATABASE.format(value="1 == 1"), "CKV_AWS_17", "n:publicly_accessible"),
        (GROUP.format(value="80"), "CKV_AWS_24", "m:ingress"),  # which names nothing when it passes
        (GROUP.format(value='parseint("22", 10)'), "CKV_AWS_24", "E:ingress"),
    ],
)
def test_it_is_said_what_kind_of_value_was_judged_and_never_which(
    worker: Worker, tmp_path: Path, text: str, check: str, said: str
) -> None:
    (tmp_path / "main.tf").write_text(text)
    answer = ask(worker, tmp_path, TERRAFORM, Checks((check,)))
    (record,) = answer.records
    assert [each for each in record.values if each.endswith(said[2:])] == [said]
    assert answer.resources == (("/main.tf", text.split('"')[1] + ".it"),)


def test_the_resources_of_a_module_that_it_does_not_find_are_none_that_it_knows(worker: Worker, tmp_path: Path) -> None:
    (tmp_path / "store").mkdir()
    (tmp_path / "store" / "main.tf").write_text('resource "aws_s3_bucket" "it" {}\n')
    found = []
    for source in ("./store", "./\\u0073tore"):
        (tmp_path / "main.tf").write_text(f'module "m" {{\n  source = "{source}"\n}}\n')
        found.append(ask(worker, tmp_path, TERRAFORM, Checks(("CKV_AWS_18",))).resources)
    assert ("/store/main.tf", "module.m.aws_s3_bucket.it") in found[0]
    assert ("/store/main.tf", "module.m.aws_s3_bucket.it") not in found[1]
