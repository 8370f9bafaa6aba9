"""What stands around the files of a commit: submodules, ignored files, Git LFS, links, and what the options name."""

import hashlib
from dataclasses import replace
from pathlib import Path

import pytest

from scanner.comparison import run
from scanner.config import Config, TerraformOptions
from scanner.core.finding import Status
from scanner.core.notification import Level
from tests.comparison.histories import AS_OF, CHECK, POD_CHECK, Repository, acl, fixed, known, new, pod, start

MODULE = 'module "m" {\n  source = "%s"\n}\n'


def test_a_submodule_is_read_at_the_commit_that_is_recorded(tmp_path: Path) -> None:
    library = start(tmp_path / "library", {"main.tf": acl("a")})
    repository = start(tmp_path / "repository", {"main.tf": "# nothing\n"})
    repository.git("submodule", "--quiet", "add", str(library.folder), "lib")
    repository.commit()
    repository.git("branch", "-f", "main", "change")
    library.change({"main.tf": acl("a") + acl("b")})
    module = Repository(repository.folder / "lib")
    module.git("fetch", "-q")
    module.git("checkout", "-q", "origin/change")
    result = repository.scanned()
    assert (new(result), known(result)) == (["lib/main.tf aws_s3_bucket_acl.b"], ["lib/main.tf aws_s3_bucket_acl.a"])
    repository.git("rm", "-q", "-f", "lib")  # what it held is in .git/modules still
    result = repository.scanned()
    assert fixed(result) == ["lib/main.tf aws_s3_bucket_acl.a"]
    assert not [note for note in result.notifications if note.component == "comparison"]


def test_a_submodule_whose_commit_is_not_here_is_never_passed_over_in_silence(tmp_path: Path) -> None:
    library = start(tmp_path / "library", {"main.tf": acl("a")})
    repository = start(tmp_path / "repository", {"main.tf": "# nothing\n"})
    repository.git("submodule", "--quiet", "add", str(library.folder), "lib")
    repository.git("update-index", "--cacheinfo", f"160000,{'1' * 40},lib")
    repository.git("commit", "-q", "-m", "a commit that nobody has")
    repository.git("branch", "-f", "main", "change")
    repository.commit()
    result = repository.scanned()
    assert new(result) == ["lib/main.tf aws_s3_bucket_acl.a"]
    [note] = [note for note in result.notifications if note.component == "comparison"]
    assert note.level is Level.WARNING
    assert "111111111111" in note.message
    assert note.location is not None
    assert note.location.path == "lib"


def test_a_submodule_that_nobody_has_fetched_is_a_note(tmp_path: Path) -> None:
    library = start(tmp_path / "library", {"main.tf": acl("a")})
    origin = start(tmp_path / "origin", {"main.tf": acl("a")})
    origin.git("submodule", "--quiet", "add", str(library.folder), "lib")
    origin.commit()
    clone = Repository(tmp_path / "clone")
    origin.git("clone", "-q", str(origin.folder), str(clone.folder))
    clone.change({"main.tf": acl("a") + acl("b")})
    result = clone.scanned("origin/change")
    assert new(result) == ["main.tf aws_s3_bucket_acl.b"]
    assert [note.level for note in result.notifications if note.component == "comparison"] == [Level.NOTE]


def test_a_submodule_that_is_moved_stays_known_and_one_that_is_removed_is_fixed(tmp_path: Path) -> None:
    library = start(tmp_path / "library", {"net/main.tf": acl("a"), "main.tf": acl("b")})
    repository = start(tmp_path / "repository", {"main.tf": acl("c")})
    repository.git("submodule", "--quiet", "add", "--name", "its-name", str(library.folder), "vendor/lib")
    repository.git("branch", "-f", "main", repository.commit())
    repository.git("mv", "vendor/lib", "lib")
    (repository.folder / "lib/net/more.tf").write_text(acl("d"))
    result = repository.scanned()
    assert new(result) == ["lib/net/more.tf aws_s3_bucket_acl.d"]
    assert known(result) == [
        "lib/main.tf aws_s3_bucket_acl.b",
        "lib/net/main.tf aws_s3_bucket_acl.a",
        "main.tf aws_s3_bucket_acl.c",
    ]
    repository.git("rm", "-q", "-f", "lib")  # git keeps it by its name
    result = repository.scanned()
    assert fixed(result) == ["vendor/lib/main.tf aws_s3_bucket_acl.b", "vendor/lib/net/main.tf aws_s3_bucket_acl.a"]
    assert not [note for note in result.notifications if note.component == "comparison"]


def test_what_a_sparse_checkout_leaves_out_is_on_neither_side(tmp_path: Path) -> None:
    files = {f"{folder}/main.tf": acl(folder) for folder in ("in", "out", "moved", "gone")}
    repository = start(tmp_path / "repository", files)
    repository.git("mv", "moved", "elsewhere")
    repository.git("rm", "-q", "-r", "gone")
    repository.change({"in/more.tf": acl("more")})
    repository.git("sparse-checkout", "set", "in")
    result = repository.scanned()
    assert (new(result), known(result)) == (["in/more.tf aws_s3_bucket_acl.more"], ["in/main.tf aws_s3_bucket_acl.in"])
    assert fixed(result) == ["gone/main.tf aws_s3_bucket_acl.gone"]


def test_a_file_that_somebody_keeps_from_being_committed_has_its_base(tmp_path: Path) -> None:
    repository = start(tmp_path / "repository", {"main.tf": acl("a")})
    repository.git("update-index", "--skip-worktree", "main.tf")
    repository.write({"main.tf": acl("a") + acl("b")})
    result = repository.scanned()
    assert (new(result), known(result)) == (["main.tf aws_s3_bucket_acl.b"], ["main.tf aws_s3_bucket_acl.a"])


def test_other_line_ends_in_the_work_tree_are_no_change(tmp_path: Path) -> None:
    repository = start(tmp_path / "repository", {"net/main.tf": acl("a"), "pod.yaml": pod("p")})
    repository.git("config", "core.autocrlf", "true")
    (repository.folder / "net/main.tf").unlink()
    repository.git("checkout", "-q", "-f")
    assert b"\r\n" in (repository.folder / "net/main.tf").read_bytes()
    (repository.folder / "net").rename(repository.folder / "network")
    result = repository.scanned(checks=(CHECK, POD_CHECK))
    assert (new(result), len(known(result)), fixed(result)) == ([], 2, [])


@pytest.mark.parametrize("folder", ["net", "network"], ids=["in its place", "in a folder that is renamed"])
def test_modules_that_git_ignores_are_there_for_both_sides(tmp_path: Path, folder: str) -> None:
    source = "# what everybody reads first\n" * 20 + MODULE % "example.com/acme/bucket/aws"
    repository = start(tmp_path / "repository", {"net/main.tf": source, ".gitignore": ".terraform/\n"})
    (repository.folder / "net").rename(repository.folder / folder)
    index = '{"Modules": [{"Key": "m", "Source": "example.com/acme/bucket/aws", "Dir": ".terraform/modules/m"}]}'
    repository.change(
        {
            f"{folder}/.terraform/modules/modules.json": index,
            f"{folder}/.terraform/modules/m/main.tf": acl("a"),
            f"{folder}/main.tf": source + acl("b"),
        }
    )
    result = repository.scanned()
    assert new(result) == [f"{folder}/main.tf aws_s3_bucket_acl.b"]
    assert known(result) == [f"{folder}/.terraform/modules/m/main.tf module.m.aws_s3_bucket_acl.a"]


def test_weights_that_the_work_tree_has_and_the_commit_points_at_are_no_change(tmp_path: Path) -> None:
    weights = b"\x80\x04cposix\nsystem\nX\x02\x00\x00\x00ls\x85R."  # a pickle that runs a command
    oid = hashlib.sha256(weights).hexdigest()
    pointer = f"version https://git-lfs.github.com/spec/v1\noid sha256:{oid}\nsize {len(weights)}\n"
    files = {"model.pkl": pointer, "main.tf": acl("a")}
    repository = start(tmp_path / "repository", files)
    (repository.folder / "model.pkl").write_bytes(weights)
    kept = repository.folder / ".git/lfs/objects" / oid[:2] / oid[2:4]
    kept.mkdir(parents=True)
    (kept / oid).write_bytes(weights)
    for stored in (True, False):
        if not stored:
            (kept / oid).unlink()
        result = repository.scanned(checks=("SER-001", CHECK))
        assert [each.status for each in result.findings if each.policy.id == "SER-001"] == [Status.FAIL]
        assert (new(result), len(known(result))) == ([], 2)
        assert (repository.folder / "model.pkl").read_bytes() == weights


def test_a_link_that_leads_out_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / "outside").mkdir()
    (tmp_path / "outside/values.tf").write_text(acl("z"))
    repository = start(tmp_path / "repository", {"main.tf": acl("a")})
    (repository.folder / "lib").symlink_to(tmp_path / "outside")
    (repository.folder / "up").symlink_to("../..")
    repository.commit()
    repository.git("branch", "-f", "main", "change")
    repository.change({"main.tf": acl("b")})
    result = repository.scanned()
    assert (new(result), fixed(result)) == (["main.tf aws_s3_bucket_acl.b"], ["main.tf aws_s3_bucket_acl.a"])


def test_files_of_variables_are_each_side_s_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    text = 'variable "acl" {}\n' + acl("a").replace('"public-read"', "var.acl")
    repository = start(tmp_path / "repository", {"net/main.tf": text, "prod.tfvars": 'acl = "private"\n'})
    repository.change({"prod.tfvars": 'acl = "public-read"\n'})
    monkeypatch.chdir(repository.folder)
    for file in (Path("prod.tfvars"), repository.folder / "prod.tfvars"):
        result = repository.scanned(terraform=TerraformOptions(var_files=(file,)))
        assert [finding.status for finding in result.findings] == [Status.FAIL]
        assert new(result) == ["net/main.tf aws_s3_bucket_acl.a"]
    repository.change({"stage.tfvars": 'acl = "public-read"\n'})  # which the base does not have
    result = repository.scanned(terraform=TerraformOptions(var_files=(Path("stage.tfvars"),)))
    assert new(result) == ["net/main.tf aws_s3_bucket_acl.a"]


def test_policies_are_those_of_the_change_for_both_sides(tmp_path: Path) -> None:
    repository = start(tmp_path / "repository", {"main.tf": acl("a")})
    rule = (
        "id: TST-100\ntitle: Nothing is named a\nseverity: high\n"
        "applies_to: {format: terraform, types: [aws_s3_bucket_acl]}\n"
        "rule: {path: bucket, not_equals: acme-a}\nmessage: '{address} is named a'\n"
        "rationale: Nobody knows what a is.\nremediation: Name it something else than a.\n"
    )
    repository.change({"rules/TST-100.yaml": rule, "main.tf": acl("a") + acl("b")})
    result = repository.scanned(checks=("TST-100",), policy_directories=(repository.folder / "rules",))
    assert (new(result), known(result)) == ([], ["main.tf aws_s3_bucket_acl.a"])


def test_part_of_a_repository_is_compared_with_the_same_part(tmp_path: Path) -> None:
    repository = start(tmp_path / "repository", {"old/main.tf": acl("a"), "other/main.tf": acl("b")})
    (repository.folder / "old").rename(repository.folder / "new")
    repository.change({"other/main.tf": acl("c"), "fresh/main.tf": acl("d")})
    result = repository.scanned(below=("new", "fresh"))
    assert (new(result), known(result)) == (["fresh/main.tf aws_s3_bucket_acl.d"], ["new/main.tf aws_s3_bucket_acl.a"])
    assert fixed(result) == []
    result = repository.scanned(below=("fresh",))  # which the base does not have at all
    assert new(result) == ["fresh/main.tf aws_s3_bucket_acl.d"]


def test_a_manifest_that_is_renamed_stays_known(tmp_path: Path) -> None:
    repository = start(tmp_path / "repository", {"k8s/api.yaml": pod("api"), "k8s/web.yaml": pod("web")})
    (repository.folder / "k8s/api.yaml").rename(repository.folder / "k8s/gateway.yaml")
    repository.change({"k8s/more.yaml": pod("more")})
    result = repository.scanned(checks=(POD_CHECK,))
    assert [name.partition(" ")[0] for name in new(result)] == ["k8s/more.yaml"]
    assert [name.partition(" ")[0] for name in known(result)] == ["k8s/gateway.yaml", "k8s/web.yaml"]
    assert fixed(result) == []


def test_another_work_tree_of_the_repository_is_compared_by_its_own_head(tmp_path: Path) -> None:
    repository = start(tmp_path / "repository", {"main.tf": acl("a")})
    repository.git("worktree", "add", "-q", "-b", "beside", str(tmp_path / "beside"))
    beside = Repository(tmp_path / "beside")
    beside.change({"main.tf": acl("a") + acl("b")})
    assert new(beside.scanned()) == ["main.tf aws_s3_bucket_acl.b"]
    assert new(repository.scanned()) == []
    assert replace(run(Config((beside.folder,), AS_OF, checks=(CHECK,))), findings=()).comparison is None
