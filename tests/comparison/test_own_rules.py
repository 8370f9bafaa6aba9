"""What a change makes of the rules that it is judged by is said in the verdict."""

from pathlib import Path

import pytest

from scanner.config import UsageError
from scanner.core.location import Location
from scanner.core.notification import Level
from scanner.core.result import Decision
from tests.comparison.histories import CHECK, Repository, acl, known, new, start

_ENTRY = "- {rules: [%s], path: '%s', reason: a web site, until: 2027-01-31}\n"
_MANIFEST = "apiVersion: releasegate/v1\nkind: ModelRelease\nmodel: {id: m}\ndata: {classification: %s}\n"


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    return start(
        tmp_path / "repository",
        {
            "net/main.tf": acl("a"),
            ".releasegate/waivers.yaml": "waivers:\n" + _ENTRY % (CHECK, "/wide/"),
            "house/rules.md": "x",
            "releasegate.yaml": "fail_on: low\n",
            "model-release.yaml": _MANIFEST % "phi",
        },
    )


def test_a_change_that_leaves_its_rules_alone_is_told_nothing(repository: Repository) -> None:
    repository.change({"net/main.tf": acl("a") + "# more\n"})
    result = repository.scanned(policy_directories=(repository.folder / "house",))
    assert (len(result.verdict.reasons), result.verdict.decision) == (1, Decision.PASSED)


def test_what_a_change_edits_and_waives_is_said(repository: Repository) -> None:
    repository.git("mv", "net", "network")
    repository.change(
        {
            ".releasegate/waivers.yaml": "waivers:\n" + _ENTRY % (CHECK, "/wide/") + _ENTRY % (CHECK, "/other/"),
            "other/main.tf": acl("b"),
            "wide/main.tf": acl("c"),
            "releasegate.yaml": "fail_on: high\n",
            "network/releasegate.yaml": "skip_check: [ENC-001]\n",
            "house/more.md": "y",
            "model-release.yaml": _MANIFEST % "personal",
        }
    )
    result = repository.scanned(policy_directories=(repository.folder / "house",))
    assert (new(result), known(result)) == ([], ["network/main.tf aws_s3_bucket_acl.a"])
    assert result.verdict.decision is Decision.PASSED
    assert result.verdict.reasons[1:] == (
        "the change edits what it is judged by: .releasegate/waivers.yaml, house/more.md, network/releasegate.yaml, "
        "releasegate.yaml",
        "2 failures are waived that the merge base does not waive: .releasegate/waivers.yaml:2, "
        ".releasegate/waivers.yaml:3",
        "the release no longer declares data: phi",
        "1 finding is known from a place of another name: net/main.tf to network/main.tf",
    )
    at = [note.location for note in result.notifications if note.component == "comparison"]
    assert at[0] == Location(".releasegate/waivers.yaml", 1)
    assert {note.level for note in result.notifications if note.component == "comparison"} == {Level.WARNING}
    assert len(at) == 4


def test_a_file_of_rules_that_is_taken_away_is_edited(repository: Repository) -> None:
    (repository.folder / "releasegate.yaml").unlink()
    repository.commit()
    assert repository.scanned().verdict.reasons[1:] == ("the change edits what it is judged by: releasegate.yaml",)


def test_beside_a_configuration_that_is_named_no_other_is_spoken_of(repository: Repository, tmp_path: Path) -> None:
    repository.change({"releasegate.yaml": "fail_on: high\n", "ci/gate.yaml": "fail_on: high\n"})
    assert len(repository.scanned(files=(tmp_path / "gate.yaml",)).verdict.reasons) == 1
    said = repository.scanned(files=(repository.folder / "ci/gate.yaml",)).verdict.reasons[1:]
    assert said == ("the change edits what it is judged by: ci/gate.yaml",)


def test_a_name_of_different_commits_is_refused(repository: Repository) -> None:
    repository.git("update-ref", "refs/remotes/origin/main", "main")
    repository.change({"net/main.tf": acl("a") + acl("b")})
    assert new(repository.scanned("origin/main")) == ["net/main.tf aws_s3_bucket_acl.b"]
    repository.git("tag", "origin/main", "main")
    assert new(repository.scanned("origin/main")) == ["net/main.tf aws_s3_bucket_acl.b"]
    repository.git("tag", "-f", "origin/main", "HEAD")
    with pytest.raises(UsageError, match=r"write one of refs/tags/origin/main, refs/remotes/origin/main$"):
        repository.scanned("origin/main")
    assert new(repository.scanned("refs/remotes/origin/main")) == ["net/main.tf aws_s3_bucket_acl.b"]
    base = repository.git("rev-parse", "main")
    repository.git("tag", base, "HEAD")
    assert new(repository.scanned(base)) == ["net/main.tf aws_s3_bucket_acl.b"]


def test_a_module_that_is_not_what_the_base_asked_for_excuses_nothing(tmp_path: Path) -> None:
    call = 'module "m" {\n  source = "example.com/acme/bucket/aws"\n  version = "%s"\n}\n'
    repository = start(tmp_path / "repository", {"main.tf": call % "1.0.0", ".gitignore": ".terraform/\n"})
    index = (
        '{"Modules": [{"Key": "m", "Source": "example.com/acme/bucket/aws", "Version": "2.0.0",'
        ' "Dir": ".terraform/modules/m"}]}'
    )
    repository.change(
        {
            "main.tf": call % "2.0.0",
            ".terraform/modules/modules.json": index,
            ".terraform/modules/m/main.tf": acl("a"),
        }
    )
    result = repository.scanned()
    assert new(result) == [".terraform/modules/m/main.tf module.m.aws_s3_bucket_acl.a"]
    assert result.verdict.decision is Decision.BLOCKED
    assert any("could not be evaluated; what would" in note.message for note in result.notifications)
