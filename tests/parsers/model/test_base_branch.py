"""The release against another revision of a real git repository."""

import os
import subprocess
from datetime import date
from functools import cache
from pathlib import Path

import pytest
from typer.testing import CliRunner

from scanner.cli import app
from scanner.config import Config, ModelOptions
from scanner.core.bundle import Bundle
from scanner.core.finding import Finding, Status
from scanner.core.notification import Level
from scanner.core.resource import Resource
from scanner.core.result import ScanResult
from scanner.pipeline import judge, open_bundle

AS_OF = date(2026, 11, 21)
DIGEST = "sha256:" + "ab" * 32


def git(folder: Path, *arguments: str) -> str:
    environment = {
        **os.environ,
        "GIT_CONFIG_GLOBAL": os.devnull,
        "GIT_CONFIG_SYSTEM": os.devnull,
        "GIT_AUTHOR_NAME": "a",
        "GIT_AUTHOR_EMAIL": "a@example.com",
        "GIT_COMMITTER_NAME": "a",
        "GIT_COMMITTER_EMAIL": "a@example.com",
    }
    done = subprocess.run(["git", "-C", str(folder), *arguments], env=environment, capture_output=True, check=True)
    return done.stdout.decode().strip()


def release(version: str, digest: str = "", name: str = "claims-triage") -> str:
    stated = f"  digest: {digest}\n" if digest else ""
    return f'apiVersion: releasegate/v1\nkind: ModelRelease\nmodel:\n  id: {name}\n  version: "{version}"\n{stated}'


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """`main` has version 7.3.0; the work tree is on another branch."""
    folder = tmp_path / "repository"
    (folder / "model").mkdir(parents=True)
    git(folder, "init", "-q", "-b", "main")
    write(folder, "model/model-release.yaml", release("7.3.0"))
    write(folder, "model/README.md", "---\npipeline_tag: text-classification\n---\n# Model Card for claims-triage\n")
    write(folder, "model/notes.yaml", "a: 1\n")
    git(folder, "add", "-A")
    git(folder, "commit", "-q", "-m", "one")
    git(folder, "checkout", "-q", "-b", "change")
    return folder


def write(folder: Path, name: str, text: str) -> None:
    (folder / name).parent.mkdir(parents=True, exist_ok=True)
    (folder / name).write_text(text, encoding="utf-8")


def scan(folder: Path, base: str = "main", excludes: tuple[str, ...] = ()) -> ScanResult:
    options = ModelOptions(base=base)
    return judge(Config((folder,), AS_OF, checks=("VER-004",), models=options, excludes=excludes), bundle())


@cache
def bundle() -> Bundle:
    return open_bundle(Config((), AS_OF))


def previous(result: ScanResult) -> list[Resource]:
    return [each for each in result.release.resources if each.type == "previous_model"]


def failing(result: ScanResult) -> list[Finding]:
    return [each for each in result.findings if each.status is not Status.PASS]


def troubles(result: ScanResult) -> list[str]:
    return [note.message for note in result.notifications if note.level is Level.ERROR]


def test_the_models_of_the_base_with_their_lines(repository: Path) -> None:
    write(repository, "model/model-release.yaml", release("7.4.0"))
    result = scan(repository)
    assert troubles(result) == []
    found = {each.address: each for each in previous(result)}
    assert set(found) == {"previous_model.claims-triage[model-release]", "previous_model.claims-triage[model-card]"}
    manifest = found["previous_model.claims-triage[model-release]"]
    assert (manifest.attributes["version"], manifest.attributes["at"]) == ("7.3.0", "main:model/model-release.yaml:5")
    assert [each.status for each in result.findings] == [Status.PASS]


def test_a_version_that_was_rolled_back_blocks_the_release(repository: Path) -> None:
    write(repository, "model/model-release.yaml", release("7.2.0"))
    arguments = ["scan", str(repository), "--check", "VER-004", "--base", "main", "--no-progress"]
    done = CliRunner().invoke(app, arguments)
    assert done.exit_code == 1, done.output
    assert done.output.count("VER-004") >= 1
    (finding,) = failing(scan(repository))
    assert finding.status is Status.FAIL
    assert (finding.location.path, finding.location.start_line) == ("model/model-release.yaml", 5)
    assert finding.message == (
        "model.claims-triage[model-release] goes back to version 7.2.0: older than 7.3.0 at the base"
        " (main:model/model-release.yaml:5)"
    )


def test_the_same_or_a_newer_version_passes(repository: Path) -> None:
    for version in ("7.3.0", "v7.3", "7.10.0", "8.0.0-rc.1"):
        write(repository, "model/model-release.yaml", release(version))
        assert failing(scan(repository)) == [], version


def test_versions_without_an_order_are_unknown(repository: Path) -> None:
    write(repository, "model/model-release.yaml", release("autumn"))
    (finding,) = failing(scan(repository))
    assert (finding.status, finding.cause) == (Status.UNKNOWN, "autumn and 7.3.0 have no order")


def test_a_manifest_that_has_moved_is_still_the_same_model(repository: Path) -> None:
    (repository / "model" / "model-release.yaml").unlink()
    write(repository, "release/claims.yaml", release("7.2.9"))
    (finding,) = failing(scan(repository))
    assert (finding.status, finding.location.path) == (Status.FAIL, "release/claims.yaml")


def test_a_new_model_is_not_judged(repository: Path) -> None:
    write(repository, "other/model-release.yaml", release("0.1.0", name="claims-sorting"))
    result = scan(repository)
    assert {each.resource.attributes["name"] for each in result.findings} == {"claims-triage"}


def test_what_is_excluded_now_is_not_compared_with(repository: Path) -> None:
    write(repository, "old/model-release.yaml", release("9.0.0"))
    git(repository, "add", "-A")
    git(repository, "commit", "-q", "-m", "two")
    write(repository, "new/model-release.yaml", release("8.0.0"))
    (repository / "model" / "model-release.yaml").unlink()
    result = scan(repository, base="change", excludes=("old",))
    assert {each.attributes["version"] for each in previous(result) if "version" in each.attributes} == {"7.3.0"}
    assert failing(result) == []


def test_of_two_manifests_that_may_be_meant_nothing_is_known(repository: Path) -> None:
    write(repository, "a/model-release.yaml", release("9.0.0"))
    git(repository, "add", "-A")
    git(repository, "commit", "-q", "-m", "two")
    for name in ("a", "model"):
        (repository / name / "model-release.yaml").unlink()
    write(repository, "new/model-release.yaml", release("8.0.0"))
    (finding,) = failing(scan(repository, base="change"))
    assert (finding.status, finding.cause) == (
        Status.UNKNOWN,
        "the base has several manifests of this name in other files",
    )


def test_what_has_not_changed_does_not_go_back(repository: Path) -> None:
    write(repository, "model/model-release.yaml", release("autumn", DIGEST))
    git(repository, "commit", "-q", "-am", "two")
    assert failing(scan(repository, base="change")) == []


@pytest.mark.parametrize(
    ("base", "said"),
    [
        ("missing", "there is no such revision"),
        ("--output=x", "no name of a revision"),
        ("-h", "no name of a revision"),
        ("main:model", "there is no such revision"),
        ("", "no name of a revision"),
        ("a\nb", "no name of a revision"),
    ],
)
def test_a_base_that_is_none_makes_the_scan_incomplete(repository: Path, base: str, said: str) -> None:
    result = scan(repository, base=base)
    (message,) = troubles(result)
    assert said in message
    assert result.verdict.decision == "INCOMPLETE"
    assert not (repository / "x").exists()


def test_a_shallow_clone_without_the_base_says_what_to_do(repository: Path, tmp_path: Path) -> None:
    write(repository, "model/model-release.yaml", release("7.2.0"))
    git(repository, "commit", "-q", "-am", "two")
    first = git(repository, "rev-parse", "main")
    git(tmp_path, "clone", "-q", "--depth=1", "--branch=change", f"file://{repository}", "shallow")
    (message,) = troubles(scan(tmp_path / "shallow", base=first))
    assert "shallow" in message
    assert "fetch-depth: 0" in message


def test_without_a_repository_there_is_no_base(tmp_path: Path) -> None:
    write(tmp_path, "model-release.yaml", release("7.2.0"))
    (message,) = troubles(scan(tmp_path))
    assert "no git repository" in message


def test_nothing_of_the_repository_is_run(repository: Path, tmp_path: Path) -> None:
    """Hooks, the file system monitor, filters, pagers and aliases of its configuration have no effect."""
    mark = tmp_path / "mark"
    program = tmp_path / "program"
    program.write_text(f"#!/bin/sh\ntouch {mark}\ncat\n", encoding="utf-8")
    program.chmod(0o755)
    write(repository, ".gitattributes", "*.yaml filter=evil diff=evil\n")
    git(repository, "add", "-A")
    git(repository, "commit", "-q", "-m", "two")
    for name in ("core.fsmonitor", "core.pager", "filter.evil.smudge", "filter.evil.clean", "diff.evil.textconv"):
        git(repository, "config", name, str(program))
    for name in ("alias.cat-file", "alias.ls-tree", "alias.rev-parse"):
        git(repository, "config", name, f"!{program}")
    write(repository, ".git/hooks/post-checkout", program.read_text(encoding="utf-8"))
    (repository / ".git" / "hooks" / "post-checkout").chmod(0o755)
    write(repository, "model/model-release.yaml", release("7.2.0"))
    mark.unlink(missing_ok=True)
    result = scan(repository)
    assert [each.status for each in failing(result)] == [Status.FAIL]
    assert not mark.exists()


def test_an_object_that_is_missing_is_never_fetched(repository: Path, tmp_path: Path) -> None:
    """In a partial clone git would ask the server for it, by whatever program the configuration names."""
    git(repository, "config", "uploadpack.allowFilter", "true")
    git(tmp_path, "clone", "-q", "--no-checkout", "--filter=blob:none", f"file://{repository}", "partial")
    clone = tmp_path / "partial"
    write(clone, "model/model-release.yaml", release("7.2.0"))
    (message,) = troubles(scan(clone, base="origin/main"))
    assert "missing from this clone" in message


def test_a_replaced_object_is_not_believed(repository: Path) -> None:
    """`refs/replace` would let a clone show another content under the name of the real one."""
    write(repository, "model/model-release.yaml", release("7.1.0"))
    git(repository, "commit", "-q", "-am", "two")
    git(repository, "replace", git(repository, "rev-parse", "main"), git(repository, "rev-parse", "change"))
    (finding,) = failing(scan(repository))
    assert finding.status is Status.FAIL


def test_a_manifest_that_cannot_be_read_at_the_base_is_an_error(repository: Path) -> None:
    write(repository, "model/model-release.yaml", "apiVersion: releasegate/v1\nkind: [\n")
    git(repository, "commit", "-q", "-am", "two")
    write(repository, "model/model-release.yaml", release("7.2.0"))
    (message,) = troubles(scan(repository, base="change"))
    assert "model/model-release.yaml of change" in message


def test_a_hook_of_git_does_not_lead_to_its_own_repository(repository: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GIT_DIR", "/nonexistent")
    write(repository, "model/model-release.yaml", release("7.2.0"))
    monkeypatch.setenv("GIT_INDEX_FILE", "/nonexistent")
    assert [each.status for each in failing(scan(repository))] == [Status.FAIL]
