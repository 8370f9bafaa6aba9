"""What is new, known and fixed against the merge base, on real git histories."""

import os
from pathlib import Path

import pytest

from scanner.config import Config, UsageError
from scanner.core.finding import Status
from scanner.core.notification import Level
from scanner.core.result import Decision
from scanner.pipeline import run as full_scan
from tests.comparison.histories import AS_OF, CHECK, Repository, acl, fixed, known, new, start

WAIVER = f'# releasegate:ignore={CHECK} until=2027-01-31 reason="a public web site"\n'


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    return start(tmp_path / "repository", {"net/main.tf": acl("a") + acl("b"), "notes.txt": "x\n"})


def test_lines_above_a_finding_do_not_make_it_new(repository: Repository) -> None:
    repository.change({"net/main.tf": 'variable "x" {}\n\n# more\n' + acl("a") + "locals { y = 1 }\n" + acl("b")})
    result = repository.scanned()
    assert (new(result), known(result), fixed(result)) == (
        [],
        ["net/main.tf aws_s3_bucket_acl.a", "net/main.tf aws_s3_bucket_acl.b"],
        [],
    )
    assert result.verdict.decision is Decision.PASSED
    assert result.comparison is not None
    assert result.comparison.source == f"main ({repository.git('rev-parse', 'main')[:7]})"


def test_a_block_that_is_moved_stays_known(repository: Repository) -> None:
    repository.change({"net/main.tf": acl("b"), "net/buckets.tf": acl("a")})
    result = repository.scanned()
    assert (new(result), fixed(result)) == ([], [])
    assert known(result) == ["net/buckets.tf aws_s3_bucket_acl.a", "net/main.tf aws_s3_bucket_acl.b"]


def test_a_resource_with_a_moved_block_stays_known_under_its_new_name(repository: Repository) -> None:
    moved = 'moved {\n  from = aws_s3_bucket_acl.a\n  to   = module.site.aws_s3_bucket_acl.this["x"]\n}\n'
    call = 'module "site" {\n  source = "./site"\n}\n'
    inside = acl("this").replace("{\n", '{\n  for_each = toset(["x"])\n', 1)
    in_json = '{"moved": [{"from": "aws_s3_bucket_acl.b", "to": "aws_s3_bucket_acl.c"}]}'
    files = {"net/main.tf": acl("c") + call + moved, "net/site/main.tf": inside, "net/moved.tf.json": in_json}
    repository.change(files)
    result = repository.scanned()
    assert (new(result), fixed(result)) == ([], [])
    assert known(result) == [
        "net/main.tf aws_s3_bucket_acl.c",
        'net/site/main.tf module.site.aws_s3_bucket_acl.this["x"]',
    ]
    repository.change({"net/main.tf": acl("c") + call})
    result = repository.scanned()
    assert new(result) == ['net/site/main.tf module.site.aws_s3_bucket_acl.this["x"]']
    assert fixed(result) == ["net/main.tf aws_s3_bucket_acl.a"]


def test_the_same_name_in_another_folder_is_new_and_blocks(repository: Repository) -> None:
    repository.change({"other/main.tf": acl("a")})
    result = repository.scanned()
    assert new(result) == ["other/main.tf aws_s3_bucket_acl.a"]
    assert len(known(result)) == 2
    assert result.verdict.decision is Decision.BLOCKED


def test_a_block_that_is_moved_to_another_root_is_new_there_and_fixed_here(repository: Repository) -> None:
    repository.change({"net/main.tf": acl("b"), "other/main.tf": acl("a")})
    result = repository.scanned()
    assert (new(result), fixed(result)) == (
        ["other/main.tf aws_s3_bucket_acl.a"],
        ["net/main.tf aws_s3_bucket_acl.a"],
    )


@pytest.mark.parametrize("commit", [True, False], ids=["committed", "in the work tree"])
def test_a_folder_that_is_renamed_as_a_whole_stays_known(repository: Repository, commit: bool) -> None:
    (repository.folder / "net").rename(repository.folder / "network")
    repository.change({"network/main.tf": "# moved\n" + acl("a") + acl("b") + acl("c")}, commit=commit)
    result = repository.scanned()
    assert (new(result), fixed(result)) == (["network/main.tf aws_s3_bucket_acl.c"], [])
    assert len(known(result)) == 2


def test_a_folder_that_is_merged_into_another_is_new_there(repository: Repository) -> None:
    repository.git("checkout", "-q", "main")
    repository.change({"other/x.tf": acl("x")})
    repository.git("checkout", "-q", "-B", "change")
    (repository.folder / "net/main.tf").rename(repository.folder / "other/net.tf")
    repository.commit()
    result = repository.scanned()
    assert new(result) == ["other/net.tf aws_s3_bucket_acl.a", "other/net.tf aws_s3_bucket_acl.b"]
    assert known(result) == ["other/x.tf aws_s3_bucket_acl.x"]


def test_a_change_that_is_not_committed_counts(repository: Repository) -> None:
    repository.change({"net/main.tf": acl("b"), "net/new.tf": acl("c")}, commit=False)
    result = repository.scanned()
    assert new(result) == ["net/new.tf aws_s3_bucket_acl.c"]
    assert fixed(result) == ["net/main.tf aws_s3_bucket_acl.a"]


def test_what_is_only_on_the_other_branch_is_no_part_of_the_comparison(repository: Repository) -> None:
    repository.git("checkout", "-q", "main")
    repository.change({"net/main.tf": acl("b")})  # main has mended it meanwhile
    repository.git("checkout", "-q", "change")
    repository.change({"notes.txt": "y\n"})
    result = repository.scanned()
    assert (new(result), len(known(result))) == ([], 2)


def test_a_waiver_that_is_removed_is_news(tmp_path: Path) -> None:
    repository = start(tmp_path / "repository", {"main.tf": WAIVER + acl("a")})
    assert repository.scanned().verdict.decision is Decision.PASSED
    repository.change({"main.tf": acl("a")})
    result = repository.scanned()
    assert new(result) == ["main.tf aws_s3_bucket_acl.a"]
    assert result.verdict.decision is Decision.BLOCKED


def test_what_was_unknown_and_fails_is_news_and_not_the_other_way_round(tmp_path: Path) -> None:
    unknown = 'variable "acl" {}\n' + acl("a").replace('"public-read"', "var.acl")
    repository = start(tmp_path / "repository", {"main.tf": unknown})
    repository.change({"main.tf": acl("a")})
    result = repository.scanned()
    assert [finding.status for finding in result.findings] == [Status.FAIL]
    assert new(result) == ["main.tf aws_s3_bucket_acl.a"]
    repository.git("checkout", "-q", "-b", "back")
    repository.change({"main.tf": unknown})
    result = repository.scanned("change")
    assert [finding.status for finding in result.findings] == [Status.UNKNOWN]
    assert (new(result), result.verdict.decision) == ([], Decision.PASSED)


def test_the_verdict_is_that_of_two_full_scans_compared(repository: Repository, tmp_path: Path) -> None:
    repository.change({"net/main.tf": acl("b") + acl("c"), "more/main.tf": acl("a") + acl("d", "private")})
    result = repository.scanned()
    other = tmp_path / "by hand"
    other.mkdir()
    Repository(tmp_path).git("clone", "-q", "--branch", "main", str(repository.folder), str(other / "repository"))
    before = full_scan(Config((other / "repository",), AS_OF, checks=(CHECK,)))
    after = full_scan(Config((repository.folder,), AS_OF, checks=(CHECK,)))
    was = {finding.fingerprint for finding in before.findings if finding.is_open}
    expected = sorted(
        f"{each.location.path} {each.resource.address}"
        for each in after.findings
        if each.is_open and each.fingerprint not in was
    )
    assert new(result) == expected == ["more/main.tf aws_s3_bucket_acl.a", "net/main.tf aws_s3_bucket_acl.c"]
    assert [each.fingerprint for each in result.findings] == [each.fingerprint for each in after.findings]


def test_nothing_of_the_user_is_touched(repository: Repository) -> None:
    (repository.folder / "net/main.tf").rename(repository.folder / "net/moved.tf")
    repository.change({"new.tf": acl("c"), ".gitignore": "*.log\n", "a.log": "x\n"}, commit=False)
    repository.git("add", "new.tf")

    def state() -> list[tuple[str, int, bytes]]:
        found = []
        for where, _, names in os.walk(repository.folder):
            for name in names:
                path = Path(where, name)
                found.append((str(path), path.stat().st_mtime_ns, path.read_bytes()))
        return sorted(found)

    status, before = repository.git("status", "--porcelain"), state()
    assert len(known(repository.scanned())) == 2
    assert state() == before
    assert repository.git("status", "--porcelain") == status
    assert repository.git("worktree", "list").count("\n") == 0


def test_no_hook_or_filter_of_the_repository_runs(repository: Repository, tmp_path: Path) -> None:
    touched = tmp_path / "touched"
    repository.git("config", "filter.evil.smudge", f"touch {touched}; cat")
    repository.git("config", "filter.evil.clean", f"touch {touched}; cat")
    repository.git("config", "core.fsmonitor", f"touch {touched}")
    repository.write({".gitattributes": "*.tf filter=evil\n"})
    (repository.folder / "net/main.tf").rename(repository.folder / "net/moved.tf")
    for hook in ("post-checkout", "reference-transaction", "post-index-change"):
        path = repository.folder / ".git/hooks" / hook
        path.write_text(f"#!/bin/sh\ntouch {touched}\n")
        path.chmod(0o755)
    assert len(known(repository.scanned())) == 2
    assert not touched.exists()


def test_where_nothing_has_changed_one_scan_is_enough(repository: Repository, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("scanner.comparison.difference.write_base", None)
    result = repository.scanned()
    assert (new(result), len(known(result)), fixed(result)) == ([], 2, [])
    repository.change({"notes.txt": "y\n"}, commit=False)
    with pytest.raises(TypeError):
        repository.scanned()


def test_trouble_at_the_base_is_told_and_makes_things_new(repository: Repository) -> None:
    repository.git("checkout", "-q", "main")
    repository.change({"net/broken.tf": 'resource "aws_s3_bucket_acl" {\n'})
    repository.git("checkout", "-q", "-B", "change")
    repository.change({"net/broken.tf": acl("c")})
    result = repository.scanned()
    assert "net/broken.tf aws_s3_bucket_acl.c" in new(result)
    warnings = [each.message for each in result.notifications if each.level is Level.WARNING]
    assert any("of main" in message and "counts as new" in message for message in warnings)


@pytest.mark.parametrize(
    ("revision", "said"),
    [
        ("--upload-pack=x", "no name of a revision"),
        ("nowhere", "git fetch"),
        ("orphan", "no commit in common"),
    ],
)
def test_a_revision_that_cannot_be_compared_with_is_an_error(repository: Repository, revision: str, said: str) -> None:
    repository.git("checkout", "-q", "--orphan", "orphan")
    repository.change({"notes.txt": "another\n"})
    repository.git("checkout", "-q", "change")
    with pytest.raises(UsageError, match=said):
        repository.scanned(revision)


def test_a_shallow_clone_without_the_merge_base_says_what_to_fetch(repository: Repository, tmp_path: Path) -> None:
    repository.change({"net/more.tf": acl("c")})
    repository.git("checkout", "-q", "main")
    repository.change({"net/other.tf": acl("d")})
    clone = Repository(tmp_path / "clone")
    url = f"file://{repository.folder}"
    repository.git("clone", "-q", "--depth=1", "--no-single-branch", "--branch=change", url, str(clone.folder))
    with pytest.raises(UsageError, match="fetch-depth: 0"):
        clone.scanned("origin/main")
    with pytest.raises(UsageError, match="fetch-depth: 0"):
        clone.scanned("origin/main~1")
    clone.git("fetch", "-q", "--unshallow")
    assert new(clone.scanned("origin/main")) == ["net/more.tf aws_s3_bucket_acl.c"]


def test_without_a_repository_there_is_nothing_to_compare_with(tmp_path: Path) -> None:
    (tmp_path / "main.tf").write_text(acl("a"))
    with pytest.raises(UsageError, match="no git repository"):
        Repository(tmp_path).scanned()


def test_a_baseline_holds_beside_the_difference(repository: Repository) -> None:
    from scanner.judging.baseline import known_findings  # noqa: PLC0415
    from scanner.judging.baseline_file import baseline_text  # noqa: PLC0415

    repository.change({"other/main.tf": acl("c")})
    text = baseline_text(known_findings(repository.scanned(None).findings))
    repository.change({"baseline.json": text, "other/more.tf": acl("d")})
    elsewhere = repository.folder.parent / "elsewhere.json"
    elsewhere.write_text(text)
    result = repository.scanned(baseline=elsewhere)
    assert new(result) == ["other/more.tf aws_s3_bucket_acl.d"]
    assert len(known(result)) == 3
    assert result.comparison is not None
    assert result.comparison.source.startswith("the baseline elsewhere.json and main (")

    # what a change writes into the baseline itself excuses nothing
    result = repository.scanned(baseline=repository.folder / "baseline.json")
    assert new(result) == ["other/main.tf aws_s3_bucket_acl.c", "other/more.tf aws_s3_bucket_acl.d"]
    said = "3 entries of the baseline baseline.json came with the change and excuse nothing"
    assert result.verdict.reasons[1:] == (said, "the change edits what it is judged by: baseline.json")
    repository.git("checkout", "-q", "main")
    repository.change({"baseline.json": text})
    repository.git("checkout", "-q", "change")
    repository.git("rebase", "-q", "main")
    result = repository.scanned(baseline=repository.folder / "baseline.json")
    assert new(result) == ["other/more.tf aws_s3_bucket_acl.d"]
    assert len(result.verdict.reasons) == 1
