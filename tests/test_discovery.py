"""Finding the files of a release: once each, never outside, nothing lost without a word."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from scanner.core.notification import Level
from scanner.discovery import Discovered, DiscoveryOptions, discover, repository_root


def claim(path: str, _head: bytes) -> str | None:
    return "terraform" if path.endswith(".tf") else None


def found(root: Path, *paths: Path, **options: object) -> Discovered:
    return discover(root, paths or (root,), claim, DiscoveryOptions(**options))  # type: ignore[arg-type]


def names(discovered: Discovered) -> list[str]:
    return [file.path for file in discovered.files]


def write(root: Path, *files: str, text: str = "x") -> None:
    for name in files:
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")


def test_sorted_claimed_and_counted(tmp_path: Path) -> None:
    write(tmp_path, "b.tf", "a/c.tf", "a/readme.md")
    result = found(tmp_path)
    assert names(result) == ["a/c.tf", "b.tf"]
    (summary,) = result.roots
    assert (dict(summary.files_by_format), summary.files_not_claimed) == ({"terraform": 2}, 1)


def test_overlapping_paths_are_read_once(tmp_path: Path) -> None:
    write(tmp_path, "a/x.tf", "a/b/y.tf", "z.tf")
    result = found(tmp_path, tmp_path / "a", tmp_path / "a" / "b", tmp_path / "z.tf", tmp_path / "z.tf")
    assert names(result) == ["a/b/y.tf", "a/x.tf", "z.tf"]
    assert [dict(root.files_by_format) for root in result.roots] == [{"terraform": 2}, {}, {"terraform": 1}, {}]


def test_gitignore_nested_negated_and_switched_off(tmp_path: Path) -> None:
    write(tmp_path, "keep.tf", "old/x.tf", "a/gen.tf", "a/keep/gen.tf", "a/b/gen.tf")
    write(tmp_path, ".gitignore", text="old/\ngen.tf\n")
    write(tmp_path, "a/keep/.gitignore", text="!gen.tf\n")
    result = found(tmp_path)
    assert names(result) == ["a/keep/gen.tf", "keep.tf"]
    assert result.roots[0].files_ignored == 2
    assert len(names(found(tmp_path, use_gitignore=False))) == 5
    assert names(found(tmp_path, tmp_path / "a")) == ["a/keep/gen.tf"]


def test_a_file_given_by_name_is_read_although_ignored(tmp_path: Path) -> None:
    write(tmp_path, "gen.tf")
    write(tmp_path, ".gitignore", text="gen.tf\n")
    assert names(found(tmp_path, tmp_path / "gen.tf")) == ["gen.tf"]


def test_excludes(tmp_path: Path) -> None:
    write(tmp_path, ".terraform/modules/m/x.tf", "node_modules/x.tf", "a.tf", "vendor/x.tf")
    assert names(found(tmp_path, excludes=("vendor/",))) == ["a.tf"]


def test_links_never_lead_outside(tmp_path: Path) -> None:
    inside, outside = tmp_path / "repo", tmp_path / "other"
    write(inside, "a.tf", "d/b.tf")
    write(outside, "secret.tf")
    (inside / "out.tf").symlink_to(outside / "secret.tf")
    (inside / "outdir").symlink_to(outside)
    (inside / "loop").symlink_to(inside)
    (inside / "self").symlink_to(inside / "self")
    (inside / "again.tf").symlink_to(inside / "a.tf")
    result = found(inside)
    assert names(result) == ["a.tf", "d/b.tf"]
    said = sorted((note.location.path, note.level) for note in result.notifications if note.location)
    assert said == [("out.tf", Level.WARNING), ("outdir", Level.WARNING), ("self", Level.WARNING)]


def test_what_a_link_stands_for_is_read_as_that_or_it_is_said(tmp_path: Path) -> None:
    write(tmp_path, "data/hidden.txt", "modules/shared.tf", "gone/x.tf", "data/picture.png")
    for name, target in {
        "live/main.tf": "../data/hidden.txt",
        "live/shared.tf": "../modules/shared.tf",
        "live/x.tf": "../gone/x.tf",
        "live/picture": "../data/picture.png",
        "modules/again.tf": "shared.tf",
    }.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).symlink_to(target)
    result = found(tmp_path, excludes=("gone/",))
    assert names(result) == ["modules/shared.tf"]
    said = {note.location.path: (note.level, note.message) for note in result.notifications if note.location}
    assert said.keys() == {"live/main.tf", "live/shared.tf", "live/x.tf"}
    assert said["live/main.tf"][0] is said["live/x.tf"][0] is Level.ERROR
    assert "terraform, and data/hidden.txt, which it leads to, is not read as that" in said["live/main.tf"][1]
    level, message = said["live/shared.tf"]
    assert level is Level.WARNING
    assert "modules/shared.tf is judged where it stands" in message


def git(folder: Path, *arguments: str) -> None:
    options = ("-c", "user.email=a@example.com", "-c", "user.name=a", "-c", "protocol.file.allow=always")
    environment = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    subprocess.run(["git", "-C", str(folder), *options, *arguments], env=environment, capture_output=True, check=True)


@pytest.mark.skipif(shutil.which("git") is None, reason="git is not here")
def test_what_git_tracks_is_read_wherever_it_lies(tmp_path: Path) -> None:
    module, root = tmp_path / "module", tmp_path / "root"
    write(module, "m.tf")
    write(module, ".gitignore", text="*\n")
    write(root, "venv/x.tf", "node_modules/y.tf", ".terraform/z.tf", "a.tf")
    for folder in (module, root):
        git(folder, "init", "-q")
        git(folder, "add", "-A", "-f")
        git(folder, "commit", "-q", "-m", "x")
    git(root, "submodule", "--quiet", "add", str(module), "module")
    write(root, "venv/untracked.tf", ".tox/untracked.tf")
    everything = [".terraform/z.tf", "a.tf", "module/m.tf", "node_modules/y.tf", "venv/x.tf"]
    assert names(found(root)) == everything
    assert names(found(root, excludes=("venv", "/module/"))) == [".terraform/z.tf", "a.tf", "node_modules/y.tf"]


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_unreadable_is_an_error_as_a_plain_user(tmp_path: Path) -> None:
    write(tmp_path, "a.tf", "shut/b.tf")
    (tmp_path / "a.tf").chmod(0)
    (tmp_path / "shut").chmod(0)
    try:
        result = found(tmp_path)
    finally:
        (tmp_path / "shut").chmod(0o700)
    assert sorted(note.location.path for note in result.notifications if note.location) == ["a.tf", "shut"]
    assert {note.level for note in result.notifications} == {Level.ERROR}


def test_unreadable_folder_is_an_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(tmp_path, "a.tf", "shut/b.tf")
    listed = os.scandir

    def refuse(path: str) -> object:
        if str(path).endswith("shut"):
            raise PermissionError(13, "Permission denied", str(path))
        return listed(path)

    monkeypatch.setattr(os, "scandir", refuse)
    result = found(tmp_path)
    assert names(result) == ["a.tf"]
    (note,) = result.notifications
    assert (note.level, note.message) == (Level.ERROR, "this folder cannot be read: Permission denied")


def test_too_large_and_binary_are_errors(tmp_path: Path) -> None:
    write(tmp_path, "big.tf", text="x" * 2000)
    (tmp_path / "binary.tf").write_bytes(b"\x00\x01\x02")
    (tmp_path / "latin.tf").write_bytes(b"caf\xe9")
    result = found(tmp_path, max_file_size=1000)
    assert names(result) == []
    assert [(str(note.location), note.level) for note in result.notifications] == [
        ("big.tf:1", Level.ERROR),
        ("binary.tf:1", Level.ERROR),
        ("latin.tf:1", Level.ERROR),
    ]


def test_a_byte_order_mark_is_no_text(tmp_path: Path) -> None:
    (tmp_path / "a.tf").write_bytes(b"\xef\xbb\xbfresource")
    assert found(tmp_path).files[0].text == "resource"


def test_the_root_depends_on_the_paths_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(tmp_path, "repo/a/x.tf", "repo/b/y.tf")
    assert repository_root([tmp_path / "repo" / "a", tmp_path / "repo" / "b" / "y.tf"]) == tmp_path / "repo"
    (tmp_path / "repo" / ".git").mkdir()
    monkeypatch.chdir(tmp_path / "repo" / "a")
    assert repository_root([Path()]) == tmp_path / "repo"
