"""Git's index as git itself writes it, in every version, and what a scan makes of a tracked file that is ignored."""

import subprocess
from pathlib import Path

import pytest

from scanner.core.notification import Level
from scanner.discovery import DiscoveryOptions, discover
from scanner.git_index import tracked_files

NAMES = ("a.tf", "build/deep/b.tf", "build/deep/" + "long" * 60 + ".tf", "ümlaut.tf", "z" * 200 + "/y.tf")


def git(folder: Path, *arguments: str) -> None:
    subprocess.run(["git", "-c", "init.defaultBranch=main", *arguments], cwd=folder, check=True, capture_output=True)


def repository(folder: Path, *arguments: str) -> Path:
    folder.mkdir(exist_ok=True)
    git(folder, "init", *arguments)
    (folder / ".gitignore").write_text("build/\nz*\n*.secret.tf\n", encoding="utf-8")
    for name in NAMES:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text("x", encoding="utf-8")
    git(folder, "add", "--force", ".gitignore", *NAMES)
    return folder


@pytest.mark.parametrize("version", ["2", "3", "4"])
def test_every_version(tmp_path: Path, version: str) -> None:
    root = repository(tmp_path / "r")
    if version == "3":  # git writes it as soon as an entry needs a second word of flags
        (root / "later.tf").write_text("x", encoding="utf-8")
        git(root, "add", "--intent-to-add", "later.tf")
    else:
        git(root, "update-index", "--index-version", version)
    assert (root / ".git" / "index").read_bytes()[4:8] == int(version).to_bytes(4)
    assert tracked_files(root) == {".gitignore", *NAMES, *(["later.tf"] if version == "3" else [])}


def test_sha256(tmp_path: Path) -> None:
    assert tracked_files(repository(tmp_path / "r", "--object-format=sha256")) == {".gitignore", *NAMES}


def test_another_work_tree(tmp_path: Path) -> None:
    root = repository(tmp_path / "r")
    git(root, "-c", "user.name=a", "-c", "user.email=a@acme.example", "commit", "-m", "first")
    git(root, "worktree", "add", "../other")
    assert tracked_files(tmp_path / "other") == {".gitignore", *NAMES}


def test_no_repository(tmp_path: Path) -> None:
    assert tracked_files(tmp_path) == frozenset()


def _claim(path: str, _: bytes) -> str | None:
    return "terraform" if path.endswith(".tf") else None


def test_what_is_tracked_is_read_although_ignored(tmp_path: Path) -> None:
    root = repository(tmp_path / "r")
    for name in ("build/local.tf", "mine.secret.tf", "zero/not-tracked.tf"):
        (root / name).parent.mkdir(exist_ok=True)
        (root / name).write_text("x", encoding="utf-8")
    result = discover(root, (root,), _claim, DiscoveryOptions())
    assert [file.path for file in result.files] == sorted(NAMES)
    assert [file.path for file in discover(root, (root,), _claim, DiscoveryOptions(excludes=("build",))).files] == [
        name for name in sorted(NAMES) if not name.startswith("build/")
    ]


@pytest.mark.parametrize("content", [b"", b"DIRC", b"DIRC\0\0\0\x02\0\0\0\x05" + b"\0" * 300, b"\xff" * 4000])
def test_a_broken_index_is_told_and_loses_nothing_else(tmp_path: Path, content: bytes) -> None:
    root = repository(tmp_path / "r")
    (root / ".git" / "index").write_bytes(content)
    result = discover(root, (root,), _claim, DiscoveryOptions())
    assert [file.path for file in result.files] == ["a.tf", "ümlaut.tf"]
    (note,) = result.notifications
    assert note.level is Level.WARNING
    assert "index" in note.message
