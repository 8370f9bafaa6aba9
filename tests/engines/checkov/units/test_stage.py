"""The folder that Checkov reads: what is in it, who can read it, and that nothing is left of it."""

import os
import stat
import tempfile
from collections.abc import Mapping
from pathlib import Path

import pytest

from scanner.engines.checkov.interface import Unit
from scanner.engines.checkov.units.stage import staged
from scanner.isolation import WorkerError


def unit(files: Mapping[str, bytes]) -> Unit:
    return Unit("the plain manifests", "a.yaml", "kubernetes", files, ())


@pytest.fixture
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where folders for a while are made."""
    folder = tmp_path / "for a while"
    folder.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    return folder


def below(folder: Path) -> dict[str, bytes]:
    return {each.relative_to(folder).as_posix(): each.read_bytes() for each in folder.rglob("*") if each.is_file()}


def test_a_folder_has_the_files_of_its_unit_and_nothing_else(temporary: Path) -> None:
    files = {
        "b.yaml": b"b\r\n",
        "a/b/c.yaml": b"\xff",
        "a/d.yaml": b"",
        "a b/größe\n.yaml": b"x" * 100_000,
        "-rf/$(id)": b"",
    }
    with staged(unit(files)) as folder:
        assert folder.parent == temporary
        assert below(folder) == files
    assert list(temporary.iterdir()) == []


def test_nobody_else_can_read_it(temporary: Path) -> None:
    before = os.umask(0)
    try:
        with staged(unit({"a/b/c.yaml": b"", "d.yaml": b""})) as folder:
            modes = {each.name: stat.S_IMODE(each.stat().st_mode) for each in (folder, *folder.rglob("*"))}
    finally:
        os.umask(before)
    assert modes == {folder.name: 0o700, "a": 0o700, "b": 0o700, "c.yaml": 0o600, "d.yaml": 0o600}


def test_nothing_is_left_after_an_error(temporary: Path) -> None:
    with pytest.raises(KeyboardInterrupt), staged(unit({"a/b.yaml": b""})):
        raise KeyboardInterrupt
    assert list(temporary.iterdir()) == []


@pytest.mark.parametrize(
    "path", ["/etc/x.yaml", "../x.yaml", "a/../../x.yaml", "a/..", "", "a//b.yaml", "./a.yaml", "a/", "a\0b", "x" * 256]
)
def test_no_path_leads_out_of_it(temporary: Path, path: str) -> None:
    with pytest.raises(ValueError, match="no path inside of a folder"), staged(unit({path: b"hostile"})):
        pytest.fail("it was staged")
    assert below(temporary.parent) == {}


def test_a_folder_is_its_own_whatever_leads_to_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "real")
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "link"))
    with staged(unit({"a.yaml": b""})) as folder:
        assert folder.parent == tmp_path / "real"
        assert folder == folder.resolve()


def test_where_nothing_can_be_written_the_unit_is_not_judged(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "missing"))
    with pytest.raises(WorkerError, match="could not be copied for it: No such file"), staged(unit({"a.yaml": b""})):
        pytest.fail("it was staged")


def test_a_file_that_cannot_be_written_leaves_nothing(temporary: Path) -> None:
    taken = {"a.yaml": b"", "a.yaml/b.yaml": b""}
    with pytest.raises(WorkerError, match="could not be copied for it"), staged(unit(taken)):
        pytest.fail("it was staged")
    assert list(temporary.iterdir()) == []


def test_an_error_of_the_work_itself_is_passed_on(temporary: Path) -> None:
    with pytest.raises(OSError, match="disk"), staged(unit({"a.yaml": b""})):
        raise OSError("disk")
