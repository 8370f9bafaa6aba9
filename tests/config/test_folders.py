"""A releasegate.yaml in a folder: what it may set, and that every scan says the same of what lies below it."""

from datetime import date
from pathlib import Path

import pytest

from scanner.config import Config, Found, UsageError, build, find_files
from scanner.core.policy import Severity

TODAY = date(2026, 11, 21)


def repository(root: Path, files: dict[str, str]) -> Path:
    for folder, text in files.items():
        path = root / folder / "releasegate.yaml"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return root


def configured(root: Path, scanned: str = ".", **options: object) -> Config:
    below = sorted((root / scanned).rglob("releasegate.yaml"))
    return build([root / scanned], TODAY, options, find_files([root / scanned], root, below))


def test_the_files_above_and_below_what_is_scanned_count(tmp_path: Path) -> None:
    repository(tmp_path, {".": "", "a": "", "a/b": "", "c": ""})
    below = [tmp_path / "a" / "b" / "releasegate.yaml"]
    found = find_files([tmp_path / "a" / "b"], tmp_path, below)
    assert found == Found(tmp_path, tmp_path / "releasegate.yaml", (tmp_path / "a" / "releasegate.yaml", *below))
    (tmp_path / "releasegate.yaml").unlink()
    found = find_files([tmp_path / "a"], tmp_path, below)
    assert found == Found(tmp_path, tmp_path / "a" / "releasegate.yaml", tuple(below))
    both = find_files([tmp_path / "a", tmp_path / "c"], tmp_path)
    assert both == Found(tmp_path, None, (tmp_path / "a" / "releasegate.yaml", tmp_path / "c" / "releasegate.yaml"))
    assert find_files([tmp_path / "a" / "main.tf"], tmp_path).top == tmp_path / "a" / "releasegate.yaml"


def test_the_nearer_file_wins_and_its_lists_are_added(tmp_path: Path) -> None:
    files = {
        ".": "fail_on: critical\nskip_check: [A-001]\ncheck: [A-001, B-001]\nterraform: {var_files: [all.tfvars]}\n",
        "a": "fail_on: medium\nskip_check: [B-001]\nterraform: {var_files: [a.tfvars], workspace: a}\n",
        "a/b": "allow_unknown: true\ncheck: [C-001]\nexclude: [vendor/, '/x.tf', '!y']\n",
    }
    root = repository(tmp_path, files)
    (root / "all.tfvars").touch()
    (root / "a" / "a.tfvars").touch()
    config = configured(root)
    assert (config.fail_on, config.allow_unknown, config.skip_checks) == (Severity.CRITICAL, False, ("A-001",))
    outer, inner = config.folders
    assert (outer.path, outer.fail_on, outer.allow_unknown) == ("a", Severity.MEDIUM, False)
    assert (outer.checks, outer.skip_checks) == (("A-001", "B-001"), ("A-001", "B-001"))
    assert (inner.path, inner.fail_on, inner.allow_unknown) == ("a/b", Severity.MEDIUM, True)
    assert (inner.checks, inner.skip_checks) == (("C-001",), ("A-001", "B-001"))
    assert config.excludes == ("/a/b/**/vendor/", "/a/b/x.tf", "!/a/b/**/y")
    terraform = config.terraform.at("a/b/envs")
    assert (terraform.var_files, terraform.workspace) == ((root / "all.tfvars", root / "a" / "a.tfvars"), "a")
    assert config.terraform.at("ab").var_files == (root / "all.tfvars",)
    assert config.origins["folders.a.skip_check"] == "releasegate.yaml:2, a/releasegate.yaml:2"
    assert config.origins["excludes"] == "a/b/releasegate.yaml:3"


@pytest.mark.parametrize("with_top", [True, False])
def test_a_folder_is_judged_by_the_same_whatever_is_scanned(tmp_path: Path, with_top: bool) -> None:
    text = "fail_on: low\nskip_check: [B-001]\nexclude: [/gen/x.tf]\n"
    files = {"a": text, "a/b": "allow_unknown: true\n"} | ({".": "skip_check: [A-001]\n"} if with_top else {})
    root = repository(tmp_path, files)
    whole = configured(root)
    for scanned in ("a", "a/b"):
        part = configured(root, scanned)
        assert (part.folders, part.excludes, part.terraform) == (whole.folders, whole.excludes, whole.terraform)
        assert (part.fail_on, part.skip_checks) == (whole.fail_on, whole.skip_checks)
    assert whole.excludes == ("/a/gen/x.tf",)


def test_an_option_wins_in_every_folder(tmp_path: Path) -> None:
    root = repository(tmp_path, {"a": "fail_on: low\nskip_check: [A-001]\nexclude: [x]\n"})
    config = configured(root, fail_on=Severity.CRITICAL, skip_checks=("B-001",), excludes=("y",))
    (folder,) = config.folders
    assert (folder.fail_on, folder.skip_checks, config.excludes) == (Severity.CRITICAL, ("B-001",), ("y",))
    assert config.notifications == ()


def test_over_a_profile_a_folder_can_only_be_stricter(tmp_path: Path) -> None:
    root = repository(tmp_path, {"a": "fail_on: low\n", "b": "fail_on: critical\nallow_unknown: true\n"})
    config = configured(root, profile="prod")
    assert [(folder.fail_on, folder.allow_unknown) for folder in config.folders] == [
        (Severity.LOW, False),
        (Severity.MEDIUM, False),
    ]
    without_effect = [str(note.location) for note in config.notifications if "without effect here" in note.message]
    assert without_effect == ["b/releasegate.yaml:1", "b/releasegate.yaml:2"]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("fail_on: low\nscope: {data: phi}", r"a/releasegate\.yaml:2: scope cannot be set in a folder: .* one release"),
        (
            "terraform:\n  module_directories: [.]",
            r"a/releasegate\.yaml:2: terraform\.module_directories cannot be",
        ),
        ("profiles: {x: {}}", r"a/releasegate\.yaml:1: profiles cannot be set in a folder: a scan has one verdict"),
        ("profile: dev", r"a/releasegate\.yaml:1: profile cannot be set in a folder"),
        ("soft_fail: true", r"a/releasegate\.yaml:1 switches the gate off for whoever proposes a change"),
        ("failon: low", r"a/releasegate\.yaml:1: unknown key 'failon'; did you mean fail_on\?"),
        ("fail_on: [", r"a/releasegate\.yaml:\d"),
        ("fail_on: low\nfail_on: high", r"a/releasegate\.yaml:2: fail_on is written twice"),
        ("terraform: {var_files: [../../x.tfvars]}", r"a/releasegate\.yaml:1 names .* outside of the repository"),
        ("terraform: {var_files: [x.tfvars]}", r"the file of variables .*x\.tfvars does not exist"),
    ],
)
def test_what_a_folder_may_not_set_is_refused_with_its_line(tmp_path: Path, text: str, said: str) -> None:
    root = repository(tmp_path, {".": "", "a": text} if text else {})
    (root / "releasegate.yaml").write_text("{}\n", encoding="utf-8")
    with pytest.raises(UsageError, match=said):
        configured(root)


def test_a_link_that_leads_out_of_the_repository_is_not_read(tmp_path: Path) -> None:
    root = repository(tmp_path / "repository", {"a": "fail_on: low\n"})
    (tmp_path / "secret").write_text("password: x\n", encoding="utf-8")
    (root / "a" / "releasegate.yaml").unlink()
    (root / "a" / "releasegate.yaml").symlink_to(tmp_path / "secret")
    with pytest.raises(UsageError, match=r"^a/releasegate\.yaml: the configuration is a link that leads outside"):
        configured(root)


def test_the_name_of_a_folder_is_no_pattern(tmp_path: Path) -> None:
    config = configured(repository(tmp_path, {"a[1]*": "exclude: [x]\n"}))
    assert config.excludes == (r"/a\[1\]\*/**/x",)
