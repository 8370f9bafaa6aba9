"""`releasegate explain` as people and programs call it."""

import inspect
import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from scanner.cli import app
from scanner.cli.explain import explain as explain_command
from scanner.cli.scan_settings import _NO_OPTIONS, _configuration
from scanner.config import UsageError
from scanner.core.finding import Finding
from scanner.core.result import ScanResult
from scanner.discovery import repository_root
from scanner.explaining.as_json import finding_json
from scanner.explaining.as_text import finding_text
from scanner.explaining.finding import FindingExplanation, explain_finding
from scanner.explaining.trace import Tracer
from scanner.parsers.interface import ParseContext
from scanner.pipeline import run
from scanner.reports import RENDERERS
from scanner.reports.interface import RenderOptions
from tests.explaining.conftest import FIXTURES, config_for

DAY = "2026-11-22"


POLICIES = ("ENC-012", "LOG-004", "REL-005")
FEATURES = 'module.database["features"].aws_db_instance.this'


def called(*arguments: str | Path) -> Result:
    return CliRunner().invoke(app, [str(each) for each in arguments])


def explained(*arguments: str | Path) -> Any:
    result = called("explain", *arguments, "-f", "json", "--as-of", DAY)
    assert result.exit_code == 0, result.output or result.exception
    return json.loads(result.stdout)


@pytest.fixture(scope="module")
def scanned() -> tuple[ScanResult, Tracer]:
    config = replace(config_for(FIXTURES / "terraform"), checks=POLICIES)
    result = run(config)
    return result, Tracer(result.release, ParseContext(repository_root(config.paths)))


@pytest.fixture(scope="module")
def saved(scanned: tuple[ScanResult, Tracer], tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("saved") / "result.json"
    file.write_text(RENDERERS["json"](scanned[0], RenderOptions()))
    return file


Find = Callable[[str, str], Finding]
Explain = Callable[[str, str], FindingExplanation]


@pytest.fixture(scope="module")
def find(scanned: tuple[ScanResult, Tracer]) -> Find:
    found = {(each.policy.id, f"{each.resource.address}.{each.attribute}"): each for each in scanned[0].findings}
    return lambda policy, attribute: found[policy, attribute]


@pytest.fixture(scope="module")
def explain(scanned: tuple[ScanResult, Tracer], find: Find) -> Explain:
    return lambda policy, attribute: explain_finding(find(policy, attribute), *scanned)


def test_a_policy_is_explained_by_its_id_in_any_case_or_by_an_alias() -> None:
    found = explained("net-007")
    assert (found["kind"], found["id"], found["severity"]) == ("policy", "NET-007", "critical")
    assert {each["strength"] for each in found["clauses"]} == {"direct", "supporting"}
    assert {each["status"] for each in found["examples"]} == {"pass", "fail", "unknown"}
    text = called("explain", "NET-007").stdout
    assert "How to mend a failure" in text
    assert not any(line != line.rstrip() for line in text.splitlines())


def test_a_control_is_explained_with_what_it_needs_beside() -> None:
    found = explained("gdpr-32(1)(A)")
    assert (found["kind"], found["id"], found["evidence"]) == ("control", "GDPR-32(1)(a)", "partial")
    assert {"id": "ENC-012", "strength": "direct"}.items() <= {
        key: value for each in found["policies"] if each["id"] == "ENC-012" for key, value in each.items()
    }.items()
    assert found["needs_beside"]
    assert "Policies that evidence it" in called("explain", "GDPR-32(1)(a)").stdout


@pytest.mark.parametrize(
    ("word", "said"),
    [("NET-07", "did you mean"), ("abc", "at least 6"), ("abcdef0123", "begins with abcdef0123")],
)
def test_an_unknown_word_is_a_usage_error(word: str, said: str, tmp_path: Path) -> None:
    (tmp_path / "main.tf").write_text('resource "aws_s3_bucket" "a" {}\n')
    result = called("explain", word, tmp_path)
    assert isinstance(result.exception, UsageError)  # main() makes exit code 2 of it
    assert said in str(result.exception)


def test_a_finding_is_explained_by_the_beginning_of_its_fingerprint(find: Find) -> None:
    fingerprint = find("ENC-012", f"{FEATURES}.storage_encrypted").fingerprint
    found = explained(fingerprint[:10], FIXTURES / "terraform")
    assert found["fingerprint"] == fingerprint
    last = found["steps"][-1]
    assert (last["location"]["path"], last["location"]["line"], last["text"]) == (
        "fixtures/explain/terraform/terraform.tfvars",
        3,
        "features = { encrypted = false }",
    )
    assert found["fix"]["location"]["line"] == 3
    assert found["fix"]["text"].startswith(
        "at fixtures/explain/terraform/terraform.tfvars:3 (databases.features.encrypted is false): Set `storage_enc"
    )
    assert [each["control"] for each in found["clauses"]] == ["SOC2-CC6.1"]
    assert found["waiver"]["comment"].startswith("# releasegate:ignore=ENC-012 until=2027-02-20 ")


def test_the_fix_of_a_condition_turns_what_it_asks(explain: Explain) -> None:
    fix = explain("LOG-004", "aws_cloudwatch_log_group.decisions.retention_in_days").fix
    assert fix is not None
    assert str(fix.location) == "fixtures/explain/terraform/stage.auto.tfvars:1"
    assert fix.text.endswith('so that var.stage == "prod" holds: then 400 is taken')
    fix = explain("LOG-004", "aws_cloudwatch_log_group.audit.retention_in_days").fix
    assert fix is not None
    assert fix.text == "set retention_in_days to 180 at fixtures/explain/terraform/main.tf:31"


def test_what_the_same_change_mends_is_told(explain: Explain, find: Find) -> None:
    found = explain("REL-005", f"{FEATURES}.deletion_protection")
    assert found.fix is not None
    assert str(found.fix.location) == "fixtures/explain/terraform/main.tf:9"
    other = find("REL-005", 'module.database["outcomes"].aws_db_instance.this.deletion_protection')
    assert [each.fingerprint for each in found.mended] == [other.fingerprint]
    assert len(explain("REL-005", f"{FEATURES}.backup_retention_period").mended) == 2


def test_an_unknown_says_what_would_settle_it_and_has_no_waiver(explain: Explain) -> None:
    found = explain("ENC-012", "aws_rds_cluster.outcomes.storage_encrypted")
    assert found.unknown[0].name == "var.outcomes_encrypted"
    assert "--var-file FILE" in found.unknown[0].settled_by
    assert found.waiving.why_not
    assert "--var-file FILE" in finding_text(found, 100, color=False)


def test_a_saved_result_is_traced_where_the_files_fit(saved: Path, find: Find) -> None:
    fingerprint = find("LOG-004", "aws_cloudwatch_log_group.decisions.retention_in_days").fingerprint
    found = explained(fingerprint, FIXTURES / "terraform", "--result", saved)
    assert (found["note"], found["steps"][-1]["kind"]) == ("", "tfvars")


def test_a_saved_result_says_where_the_files_do_not_fit(saved: Path, find: Find, tmp_path: Path) -> None:
    fingerprint = find("LOG-004", "aws_cloudwatch_log_group.decisions.retention_in_days").fingerprint
    (tmp_path / "main.tf").write_text('resource "aws_s3_bucket" "a" {}\n')
    found = explained(fingerprint, tmp_path, "--result", saved)
    assert "was not traced" in found["note"]
    assert [each["kind"] for each in found["steps"]] == ["place"]
    assert found["policy"]["id"] == "LOG-004"
    assert found["excerpt"][-3]["text"].strip() == 'retention_in_days = var.stage == "prod" ? 400 : 7'


def test_it_takes_every_option_that_says_what_is_read_and_by_what_it_is_judged(find: Find, tmp_path: Path) -> None:
    shared = {name for name in inspect.signature(_configuration).parameters if name not in _NO_OPTIONS}
    assert shared <= inspect.signature(explain_command).parameters.keys()
    fingerprint = find("ENC-012", f"{FEATURES}.storage_encrypted").fingerprint
    found = called("explain", fingerprint, FIXTURES / "terraform", "--skip-check", "ENC-012")
    assert "no finding of" in str(found.exception)
    (tmp_path / "rules").mkdir()
    unsigned = ("--policy", tmp_path / "rules", "--policy-key", tmp_path / "nowhere.pem")
    assert isinstance(called("explain", "NET-007", *unsigned).exception, UsageError)


def test_several_findings_of_one_beginning_are_listed(saved: Path, find: Find, tmp_path: Path) -> None:
    text = saved.read_text()
    same = [
        find("REL-005", f"{FEATURES}.{name}").fingerprint for name in ("deletion_protection", "backup_retention_period")
    ]
    new = [f"abcdef0{number}{old[8:]}" for number, old in enumerate(same)]
    for old, its in zip(same, new, strict=True):
        text = text.replace(old, its)
    (tmp_path / "result.json").write_text(text)
    result = called("explain", "abcdef0", FIXTURES / "terraform", "--result", tmp_path / "result.json")
    assert isinstance(result.exception, UsageError)
    assert all(each[:16] in str(result.exception) for each in new)


def test_no_secret_of_any_step_is_shown(tmp_path: Path) -> None:
    (tmp_path / ".git").mkdir()
    (tmp_path / "main.tf").write_text(
        'variable "login" {\n  sensitive = true\n}\n'
        'resource "aws_lambda_function" "a" {\n  environment {\n    variables = {\n'
        "      DB_PASSWORD = var.login\n    }\n  }\n}\n"
    )
    (tmp_path / "terraform.tfvars").write_text('login = "correct-horse-battery"\n')
    result = run(replace(config_for(tmp_path), checks=("SEC-007",)))
    (finding,) = [each for each in result.findings if each.policy.id == "SEC-007"]
    found = explain_finding(finding, result, Tracer(result.release, ParseContext(tmp_path)))
    text, plain = finding_text(found, 100, color=False), finding_json(found)
    assert "terraform.tfvars:1" in text
    assert "********" in text
    assert "correct-horse" not in text + plain


def test_the_same_question_gives_the_same_bytes(explain: Explain) -> None:
    found = explain("ENC-012", f"{FEATURES}.storage_encrypted")
    again = explain("ENC-012", f"{FEATURES}.storage_encrypted")
    text = finding_text(found, 100, color=False)
    assert text == finding_text(again, 100, color=False)
    assert finding_json(found) == finding_json(again)
    assert not any(line != line.rstrip() for line in text.splitlines())
    assert str(FIXTURES.parent) not in text + finding_json(found)
