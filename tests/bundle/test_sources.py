"""Folders of policies: links lead nowhere else, and what is not read is said."""

import os
from pathlib import Path

import pytest

from scanner.bundle import archive, sources
from scanner.bundle.errors import BundleError
from scanner.bundle.sources import read_source
from tests.bundle.archives import bundle, folder


def _said(path: Path) -> dict[str, str]:
    return {str(note.location): note.message for note in read_source(path).notifications}


def test_files_are_in_the_same_order_as_in_an_archive(tmp_path: Path) -> None:
    files = {"a-b/x.yaml": "1", "a/x.yaml": "2", "a.yaml": "3", "B.yaml": "4", ".manifest": "{}"}
    there = read_source(folder(tmp_path / "folder", files))
    packed = read_source(bundle(tmp_path / "b.tar.gz", dict(reversed(files.items()))))
    assert list(there.files) == list(packed.files) == [".manifest", "B.yaml", "a/x.yaml", "a-b/x.yaml", "a.yaml"]
    assert (there.name, there.is_archive, packed.name, packed.is_archive) == ("folder", False, "b.tar.gz", True)


def test_only_what_counts_is_read_unless_all_is_asked_for(tmp_path: Path) -> None:
    files = {
        "a.yaml": "",
        "README.md": "",
        "a_test.rego": "",
        "tests/b.yaml": "",
        "x/tests/c.yaml": "",
        "policy.wasm": "",
    }
    path = folder(tmp_path / "p", files)
    (path / ".git").mkdir()
    (path / ".git" / "config.yaml").write_text("")
    assert list(read_source(path).files) == ["a.yaml", "policy.wasm", "x/tests/c.yaml"]
    assert sorted(read_source(path, whole=True).files) == sorted(files)


def test_a_link_out_of_the_folder_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / "secret.yaml").write_text("password: hunter2")
    (tmp_path / "more").mkdir()
    (tmp_path / "more" / "b.yaml").write_text("id: B")
    path = folder(tmp_path / "p", {"a.yaml": "id: A"})
    (path / "out.yaml").symlink_to(tmp_path / "secret.yaml")
    (path / "up.yaml").symlink_to("../secret.yaml")
    (path / "more").symlink_to(tmp_path / "more")
    (path / "nowhere.yaml").symlink_to("gone.yaml")
    (path / "circle.yaml").symlink_to("circle.yaml")
    (path / "README.md").symlink_to(tmp_path / "secret.yaml")

    assert list(read_source(path).files) == ["a.yaml"]
    out = "is a symbolic link that leads out of the folder; put there what it stands for"
    nowhere = "is a symbolic link that leads nowhere"
    assert _said(path) == {
        "p/circle.yaml:1": nowhere,
        "p/more:1": out,
        "p/nowhere.yaml:1": nowhere,
        "p/out.yaml:1": out,
        "p/up.yaml:1": out,
    }


def test_a_volume_of_kubernetes_is_read_once(tmp_path: Path) -> None:
    """A ConfigMap is mounted as links into `..data`, which is itself a link to a folder of the day."""
    path = folder(tmp_path / "p", {"..2026_11_21/a.yaml": "id: A"})
    (path / "..data").symlink_to("..2026_11_21")
    (path / "a.yaml").symlink_to("..data/a.yaml")
    source = read_source(path)
    assert dict(source.files) == {"a.yaml": b"id: A"}
    assert source.notifications == ()


def test_the_folder_itself_may_be_a_link(tmp_path: Path) -> None:
    folder(tmp_path / "p", {"a.yaml": "id: A"})
    (tmp_path / "link").symlink_to("p")
    source = read_source(tmp_path / "link")
    assert (source.name, dict(source.files), source.notifications) == ("link", {"a.yaml": b"id: A"}, ())


def test_what_is_no_file_is_said_and_does_not_block(tmp_path: Path) -> None:
    path = folder(tmp_path / "p", {"a.yaml": "id: A"})
    os.mkfifo(path / "pipe.rego")
    assert list(read_source(path).files) == ["a.yaml"]
    assert _said(path) == {"p/pipe.rego:1": "is neither a file nor a folder"}


def test_a_large_file_is_said(tmp_path: Path) -> None:
    path = folder(tmp_path / "p", {"a.yaml": "id: A", "data.json": bytes(archive.MAX_FILE + 1)})
    assert list(read_source(path).files) == ["a.yaml"]
    assert _said(path) == {"p/data.json:1": "is larger than 16 MiB"}


def test_a_folder_of_too_much_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = folder(tmp_path / "p", {f"{number}.yaml": "id: A" for number in range(5)})
    monkeypatch.setattr(sources, "MAX_FILES", 4)
    with pytest.raises(BundleError, match="holds more than 4 files"):
        read_source(path)


def test_a_deep_folder_is_said(tmp_path: Path) -> None:
    path = folder(tmp_path / "p", {"/".join("d" * 40) + "/a.yaml": "id: A"})
    assert dict(read_source(path).files) == {}
    assert list(_said(path).values()) == ["lies more than 32 folders deep"]


@pytest.mark.parametrize("name", ["deny.rego", "a.yaml", "b.yml", "data.json"])
def test_a_policy_given_by_itself_is_said_to_be_no_bundle(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_text("package main\n")
    with pytest.raises(BundleError, match=r"single file and no bundle; name the folder") as raised:
        read_source(tmp_path / name)
    assert str(raised.value).startswith(f"{name}:1:1: ")
