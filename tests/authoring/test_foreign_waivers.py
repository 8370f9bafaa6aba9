"""What silences other scanners becomes a file of waivers to review, and none of it is dropped."""

import json
import re
import shutil
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from scanner.authoring.foreign_waivers import import_waivers
from scanner.authoring.foreign_waivers.counterparts import Counterparts
from scanner.authoring.foreign_waivers.suppressions import Suppression, suppressions
from scanner.bundled import bundled_path
from scanner.cli import app
from scanner.config import Config
from scanner.core.bundle import Bundle
from scanner.core.location import Location
from scanner.core.resource import Release, SourceFile
from scanner.core.waiver import WaiverState
from scanner.pipeline import judge, open_bundle, read
from scanner.schema import load_checked
from scanner.yaml_source import load_documents

FIXTURE = Path(__file__).resolve().parents[2] / "fixtures" / "waivers" / "foreign"
AS_OF = date(2026, 11, 21)


@pytest.fixture(scope="module")
def bundle() -> Bundle:
    return open_bundle(Config((), AS_OF))


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("release")
    shutil.copytree(FIXTURE, folder, dirs_exist_ok=True)
    (folder / ".git").mkdir()
    return folder


@pytest.fixture(scope="module")
def release(folder: Path) -> Release:
    return read(Config((folder,), AS_OF))


def entries(text: str) -> list[dict[str, Any]]:
    (document,) = load_documents(text, "waivers.yaml")
    waivers: list[dict[str, Any]] = document.value["waivers"]
    return waivers


def test_entries(release: Release, bundle: Bundle) -> None:
    imported = import_waivers(release, bundle.policies)
    found = {(*entry["rules"], entry.get("address", entry.get("path"))): entry for entry in entries(imported.text)}
    assert {key: (entry["reason"], entry["until"]) for key, entry in found.items()} == {
        ("WKL-003", "triage/Deployment/api"): ("the server writes to its cache", ""),
        ("WKL-001", "triage/Deployment/api"): ("the image has no other user", ""),
        ("WKL-006", "triage/Deployment/api"): ("", ""),
        ("WKL-002", "triage/Deployment/api"): ("", ""),
        ("REG-001", "aws_s3_bucket.site"): ("a static site, its CDN logs the access", ""),
        ("NET-007", "aws_s3_bucket.site"): ("public by design", ""),  # judged at the bucket, silenced at its sidecar
        ("VER-005", "aws_ecr_repository.mirror"): ("tags are the vendor's", "2027-03-31"),
        ("IAM-001", "IAM-012", "aws_iam_policy.ci"): ("", ""),
        ("VER-006", "module.store.aws_s3_bucket.this"): ("kept elsewhere", ""),
        ("IMG-001", "/serving/Dockerfile"): ("", ""),
        ("IMG-002", "/serving/Dockerfile"): ("the tag is dated", ""),
        ("IMG-001", "serving/Dockerfile#0"): ("", ""),
    }
    assert found["VER-005", "aws_ecr_repository.mirror"]["path"] == "/infra/"  # another root has one of that name
    assert imported.entries == len(found)


def test_what_has_no_counterpart_is_listed_with_its_place(release: Release, bundle: Bundle) -> None:
    imported = import_waivers(release, bundle.policies)
    listed = re.findall(r"^#   (\S+): (.*?) \(", imported.text, re.MULTILINE)
    assert listed == [
        ("deploy/api.yaml:8", "checkov CKV_K8S_15"),
        ("deploy/api.yaml:19", "kics every check"),
        ("deploy/api.yaml:26", "kube-linter every check"),
        ("infra/main.tf:3", "checkov CKV_AWS_144"),
        ("infra/main.tf:22", "kics every check"),
        ("infra/main.tf:26", "kics every check"),
        ("infra/main.tf:31", "trivy every check"),
        ("serving/Dockerfile:1", "kics b03a748a-542d-44f4-bb86-9199ab4fd2d5"),
    ]
    assert imported.without == len(listed)
    every = suppressions(release)
    assert all(f"{each.location}: {each.scanner} " in imported.text for each in every)


def test_the_entries_count_once_they_are_filled_in(folder: Path, release: Release, bundle: Bundle) -> None:
    text = import_waivers(release, bundle.policies, "2027-01-31").text
    file = folder.parent / f"{folder.name}.yaml"
    file.write_text(text)
    config = Config((folder,), AS_OF, waiver_files=(file,))
    states = [use.state for use in judge(config, bundle).waivers]
    assert set(states) == {WaiverState.IN_FORCE, WaiverState.INVALID}
    assert states.count(WaiverState.INVALID) == text.count('reason: ""') + 1  # one of these has two rules

    file.write_text(text.replace('reason: ""', 'reason: "looked at"'))
    assert {use.state for use in judge(config, bundle).waivers} == {WaiverState.IN_FORCE}


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("a = 1 # checkov:skip=CKV_AWS_1", [("checkov", "CKV_AWS_1", "", "")]),
        ("# bridgecrew:skip=CKV2_AWS_6: why not", [("checkov", "CKV2_AWS_6", "why not", "")]),
        ("/* tfsec:ignore:AWS002 */", [("trivy", "AWS002", "", "")]),
        ("#trivy:ignore:aws-s3[name=x]:ws:prod:exp:2027-01-02", [("trivy", "aws-s3", "", "2027-01-02")]),
        ("#trivy:ignore:a #trivy:ignore:b:exp:soon", [("trivy", "a", "", ""), ("trivy", "b", "", "")]),
        ("// kics-scan disable=one,two tidied", [("kics", "one", "tidied", ""), ("kics", "two", "tidied", "")]),
        ('name = "kics-scan ignore"', []),
    ],
)
def test_comments(text: str, found: list[tuple[str, str, str, str]]) -> None:
    release = Release(source_files=(SourceFile("main.tf", "terraform", text),))
    assert [(each.scanner, each.check, each.reason, each.until) for each in suppressions(release)] == found


@pytest.mark.parametrize("check", ["AVD-DS-0002", "DS-0002", "DS002", "ds-0002", "docker-least-privilege-user"])
def test_trivy_knows_a_check_by_several_names(check: str) -> None:
    assert Counterparts(()).of(Suppression("trivy", check, Location("Dockerfile", 1), "", 1)) == ("IMG-001",)


def test_every_counterpart_is_a_policy(bundle: Bundle) -> None:
    table = load_checked(bundled_path("foreign_ids.yaml").read_text(), "foreign_ids.yaml", "", checked=False).value
    assert list(table) == ["trivy", "kube-linter", "kics"]
    named = {id_ for rows in table.values() for row in rows for id_ in row["policies"]}
    assert named <= {policy.id for policy in bundle.policies}
    ids = [(scanner, row["id"]) for scanner, rows in table.items() for row in rows]
    assert len(ids) == len(set(ids))


def test_a_secret_or_a_line_break_in_a_comment_stays_out_of_the_file(bundle: Bundle) -> None:
    text = '#checkov:skip=CKV_DOCKER_3:hunter2-hunter2 \x1b[31m"quoted"\n'
    release = Release(
        source_files=(SourceFile("Dockerfile", "dockerfile", text),), secrets=frozenset({"hunter2-hunter2"})
    )
    made = import_waivers(release, bundle.policies).text
    assert "hunter2" not in made
    assert "\x1b" not in made
    assert '"quoted"' in entries(made)[0]["reason"]
    assert "CKV_DOCKER_3" not in import_waivers(Release(), bundle.policies).text


def test_the_command_writes_a_file_once_and_lists_what_became_of_it(folder: Path) -> None:
    output = folder / ".releasegate" / "waivers.yaml"
    output.parent.mkdir()
    runner = CliRunner()
    done = runner.invoke(app, ["waivers", "import", str(folder), "-o", str(output), "--until", "2026-11-30"])
    assert (done.exit_code, done.stdout) == (0, "")
    assert "12 entries to review; 8 without a counterpart" in done.stderr
    again = runner.invoke(app, ["waivers", "import", str(folder), "-o", str(output)])
    assert "exists already" in str(again.exception)

    listed = runner.invoke(app, ["waivers", "list", str(folder), "--as-of", "2026-11-21"])
    assert listed.exit_code == 0, listed.output
    lines = listed.stdout.splitlines()
    assert lines[0].split() == ["STATE", "POLICY", "UNTIL", "DAYS", "FINDINGS", "OWNER", "APPROVER", "WRITTEN", "AT"]
    assert "in force  WKL-003  2026-11-30  9" in listed.stdout
    assert "    public by design" in lines
    assert "    this entry waives nothing: it lacks a reason" in lines
    shutil.rmtree(output.parent)


def test_the_table_ships_as_data_and_decides_nothing(tmp_path: Path) -> None:
    (tmp_path / "foreign_ids.yaml").write_text(json.dumps({"checkov": []}))
    alone = open_bundle(Config((), AS_OF)).digest
    beside = open_bundle(Config((), AS_OF, policy_directories=(tmp_path,)))
    assert (beside.digest, beside.notifications) == (alone, ())
