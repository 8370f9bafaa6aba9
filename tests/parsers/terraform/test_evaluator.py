"""What Terraform's own evaluator adds, and what is left when it fails."""

import hashlib
import sys
import tempfile
import time
from pathlib import Path

import pytest

from scanner.isolation import JobRefusedError, Worker
from scanner.parsers.terraform import evaluators
from scanner.parsers.terraform.evaluate import evaluate
from tests.parsers.terraform.reading import FIXTURES, Reading, read, read_case, read_text

SUBNET = "aws_subnet.private[1]"


@pytest.fixture(scope="module")
def hints() -> Reading:
    return read_case("hints")


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("cidr_block", "10.1.0.0/16"),
        ("template", "10.1.0.0/16!"),
        ("part", "net-10.0.0.1"),
        ("list[0]", "10.0.0.2"),
        ("directive", "full"),
        ("nested[0].host", "10.0.0.3"),
        ("single[0].host", "10.0.0.4"),
    ],
)
def test_functions_that_only_the_evaluator_knows(hints: Reading, path: str, expected: str) -> None:
    assert hints.value(SUBNET, path) == expected


@pytest.mark.parametrize("path", ["unknown", "mixed", "list[1]", "hidden"])
def test_what_the_evaluator_makes_up_for_a_missing_value_is_not_believed(hints: Reading, path: str) -> None:
    assert hints.reason(SUBNET, path) == "var.open has no default"


def test_the_evaluator_is_not_loaded_into_this_process(hints: Reading) -> None:
    assert hints.told() == []
    assert "scanner.parsers.terraform.roots" in sys.modules
    code = "import sys, scanner.parsers.terraform; sys.exit('tfparse' in sys.modules)"
    with Worker(4 << 30) as worker:
        assert worker.call("tests.parsers.terraform.jobs:run", code, 30) == 0


def test_a_crash_costs_one_root_its_evaluation(monkeypatch: pytest.MonkeyPatch) -> None:
    crash = read_case("crash")
    ((level, place, message),) = crash.told()
    assert (level, place) == ("error", "first/main.tf:1")
    assert message == (
        "the Terraform root first could not be evaluated: the worker process was killed by signal 6: panic: runtime"
        " error: invalid memory address or nil pointer dereference; it was read from its syntax alone"
    )
    assert crash.value("aws_network_acl.open", "ingress") == [{"from_port": 80}, {"from_port": 443}]
    assert crash.line("aws_network_acl.open", "ingress[1].from_port") == 16
    reason = 'cidrsubnet("10.0.0.0/8", 8, 1) cannot be evaluated statically'
    assert crash.reason("aws_network_acl.open", "subnet") == reason
    assert crash.value("aws_s3_bucket.second", "subnet") == "10.1.0.0/16"


def test_an_evaluation_that_does_not_end_is_stopped() -> None:
    started = time.monotonic()
    endless = read_case("endless", time_limit=1)
    assert time.monotonic() - started < 30
    assert endless.addresses() == ["aws_s3_bucket.far_too_many[*]"]
    assert endless.told() == [
        (
            "error",
            "main.tf:1",
            "the Terraform root could not be evaluated: stopped after 1 s without a result; it was read from its"
            " syntax alone",
        )
    ]


@pytest.mark.parametrize(
    ("job", "said"),
    [("die", "was killed by signal 9"), ("sleep", "stopped after 0.5 s"), ("fail", "KeyError"), ("refuse", "no")],
)
def test_whatever_the_job_does_the_syntax_is_read(job: str, said: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(evaluators, "JOB", f"tests.parsers.terraform.jobs:{job}")
    values = read_case("values", time_limit=0.5)
    ((level, place, message),) = values.told()
    assert (level, place) == ("error", "main.tf:1")
    assert said in message
    assert values.value("aws_s3_bucket.models", "bucket") == "triage-eu-central-1"
    assert values.line("aws_s3_bucket.models", "rule[0].apply[0].algorithm") == 48


def test_the_evaluator_says_file_line_and_column() -> None:
    with Worker(4 << 30) as worker, pytest.raises(JobRefusedError, match=r"broken\.tf:6,12-13: Invalid expression"):
        worker.call(evaluators.JOB, {"root": str(FIXTURES / "broken" / "bad"), "variables": []}, 30)


def test_modules_that_another_tool_left_behind_are_not_used(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    name = hashlib.md5(b"foo/bar/aws:1.0.0", usedforsecurity=False).hexdigest()
    planted = tmp_path / ".aqua" / "cache" / name
    planted.mkdir(parents=True)
    (planted / "main.tf").write_text('output "value" {\n  value = "planted"\n}\n')
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr(tempfile, "tempdir", None)
    folder = tmp_path / "root"
    folder.mkdir()
    (folder / "main.tf").write_text('module "m" {\n  source  = "foo/bar/aws"\n  version = "1.0.0"\n}\n')
    with Worker(4 << 30) as worker:
        found = worker.call(evaluators.JOB, {"root": str(folder), "variables": []}, 30)
    assert list(found) == ["module"]


def test_files_that_are_not_part_of_the_scan_have_no_influence(tmp_path: Path) -> None:
    outside = tmp_path / "outside.tf"
    outside.write_text('locals {\n  net = "192.168.0.0/16"\n}\n')
    folder = tmp_path / "root"
    folder.mkdir()
    (folder / "linked.tf").symlink_to(outside)
    (folder / "main.tf").write_text('resource "x" "y" {\n  a = cidrsubnet(local.net, 8, 1)\n}\n')
    reading = read(folder)
    assert reading.reason("x.y", "a") == "local.net is not declared"


def test_the_same_input_gives_the_same_result() -> None:
    first, second = read_case("modules").parsed, read_case("modules").parsed
    assert first == second
    assert repr(first.resources) == repr(second.resources)


def test_a_module_with_an_error_is_told(tmp_path: Path) -> None:
    (tmp_path / "m").mkdir()
    (tmp_path / "m" / "main.tf").write_text('resource "x" "y" {\n  a = 1\n  a = 2\n}\n')
    reading = read_text(tmp_path, 'module "m" {\n  source = "./m"\n}\n')
    ((level, place, message),) = reading.told()
    assert (level, place) == ("error", "m/main.tf:3")
    assert message.startswith("Attribute redefined")
    assert message.endswith("; the module m was read from its syntax alone")


def test_evaluating_needs_no_worker_of_its_own() -> None:
    result = evaluate({"root": str(FIXTURES / "hints"), "variables": []})
    assert {block["__tfmeta"]["path"] for block in result["aws_subnet"]} == {
        "aws_subnet.private[0]",
        "aws_subnet.private[1]",
    }
