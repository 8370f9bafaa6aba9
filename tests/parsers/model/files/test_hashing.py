import hashlib
import os
from io import FileIO
from pathlib import Path
from typing import Any

import pytest
from blake3 import blake3

from scanner.parsers.interface import ParseContext
from scanner.parsers.model.files import hashing, read_files
from scanner.parsers.model.files.hashing import Digests, NotHashedError, Wanted, wanted
from scanner.parsers.model.files.places import Place, Refused, place_of

CONTENT = bytes(range(256)) * 17


@pytest.fixture
def place(tmp_path: Path) -> Place:
    (tmp_path / "model.safetensors").write_bytes(CONTENT)
    found = place_of("model.safetensors", tmp_path)
    assert isinstance(found, Place)
    return found


def digests(place: Place, *others: str, time_limit: float = 60.0) -> dict[str, str]:
    asked = [each for text in others if (each := wanted(text)) is not None]
    assert len(asked) == len(others)
    with Digests(ParseContext(place.file.parent, time_limit)) as made:
        return made.of(place, asked)


@pytest.mark.parametrize("chunk", [1, 7, 1000, 1 << 20])
def test_every_digest_is_made_in_one_reading(place: Place, chunk: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hashing, "_CHUNK", chunk)
    parts = ("sha256:0:1000", "sha256:1000:4352", "blake2b:5:6")
    assert digests(place, "sha512", "blake2b", "blake3", *parts) == {
        "sha256": hashlib.sha256(CONTENT).hexdigest(),
        "sha512": hashlib.sha512(CONTENT).hexdigest(),
        "blake2b": hashlib.blake2b(CONTENT).hexdigest(),
        "blake3": blake3(CONTENT).hexdigest(),
        "sha256:0:1000": hashlib.sha256(CONTENT[:1000]).hexdigest(),
        "sha256:1000:4352": hashlib.sha256(CONTENT[1000:]).hexdigest(),
        "blake2b:5:6": hashlib.blake2b(CONTENT[5:6]).hexdigest(),
    }


def test_a_part_that_the_file_does_not_have_has_no_digest(place: Place) -> None:
    assert set(digests(place, "sha256:4000:5000")) == {"sha256"}


@pytest.mark.parametrize(
    "text", ["md5", "sha3_256", "sha256:0", "sha256:-1:5", "sha256:a:b", f"sha256:0:{'9' * 40}", ""]
)
def test_what_cannot_be_computed_is_not_asked_for(text: str) -> None:
    assert wanted(text) is None


def test_a_file_is_read_once_in_a_scan(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    opened: list[Place] = []
    real = Place.open

    def counted(self: Place) -> FileIO:
        opened.append(self)
        return real(self)

    monkeypatch.setattr(Place, "open", counted)
    with Digests(ParseContext(place.file.parent)) as made:
        first = made.of(place)
        assert made.of(place) == first
        assert len(opened) == 1
        place.file.write_bytes(b"other")
        assert made.of(place) != first
        assert len(opened) == 2


class _Growing(FileIO):
    """A file that somebody else writes to while it is read."""

    def readinto(self, buffer: Any, /) -> int:
        length = super().readinto(buffer)
        with Path(os.fsdecode(self.name)).open("ab") as other:
            other.write(b"x" * 10)
        return length or 0


def test_a_file_that_changes_meanwhile_is_an_error(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Place, "open", lambda self: _Growing(self.file, "rb"))
    with pytest.raises(NotHashedError, match="it changed while it was read"):
        digests(place)


def test_and_the_file_has_no_digest_then(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Place, "head", lambda _: (CONTENT[:1000], len(CONTENT)))
    monkeypatch.setattr(Place, "open", lambda self: _Growing(self.file, "rb"))
    found = read_files(["model.safetensors"], ParseContext(place.file.parent))
    assert "changed while it was read" in str(found.resources[0].attributes["digest"])
    assert any("changed while it was read" in each.message for each in found.notifications)


def test_a_disk_that_gives_nothing_is_not_waited_for(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hashing, "_CHUNK", 16)
    monkeypatch.setattr(hashing, "_SLOWEST", 1 << 60)
    with pytest.raises(NotHashedError, match="hashing it took longer than 0 s and a second for every"):
        digests(place, time_limit=0)


@pytest.mark.parametrize(("pace", "is_waited_for"), [(1, True), (2, False)])
def test_a_large_file_may_take_the_time_that_a_slow_disk_needs(
    place: Place, pace: int, is_waited_for: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = iter(range(0, 1000, pace))
    monkeypatch.setattr(hashing, "_CHUNK", 1000)
    monkeypatch.setattr(hashing, "_SLOWEST", 1000)
    monkeypatch.setattr("scanner.parsers.model.files.hashing.time.monotonic", lambda: next(clock))
    if is_waited_for:
        assert digests(place, time_limit=1)["sha256"] == hashlib.sha256(CONTENT).hexdigest()
    else:
        with pytest.raises(NotHashedError, match="longer than 1 s"):
            digests(place, time_limit=1)


def test_the_progress_of_a_large_file_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hashing, "_WORTH_TELLING", 1000)
    monkeypatch.setattr(hashing, "_TOLD_EVERY", 2 << 20)
    with (tmp_path / "model.gguf").open("wb") as file:
        file.truncate(5 << 20)
    told: list[str] = []
    place = place_of("model.gguf", tmp_path)
    assert isinstance(place, Place)
    with Digests(ParseContext(tmp_path, progress=told.append)) as made:
        made.of(place)
    assert told == [f"hashing model.gguf ({done} of 5 MiB)" for done in (0, 2, 4)]


@pytest.mark.slow
def test_ten_sparse_gigabytes_end(tmp_path: Path) -> None:
    with (tmp_path / "model.safetensors").open("wb") as file:
        file.truncate(10 << 30)
    place = place_of("model.safetensors", tmp_path)
    assert isinstance(place, Place)
    zeros = hashlib.sha256()
    for _ in range(10 << 6):
        zeros.update(bytes(16 << 20))
    assert digests(place)["sha256"] == zeros.hexdigest()


def test_what_is_asked_for_reads_as_it_is_written() -> None:
    assert [str(each) for each in (Wanted("blake3"), Wanted("sha256", 5, 9))] == ["blake3", "sha256:5:9"]


def test_no_path_and_no_link_leads_out_of_the_repository(tmp_path: Path) -> None:
    (tmp_path / "repository").mkdir()
    (tmp_path / "secret").write_text("x")
    (tmp_path / "repository" / "link").symlink_to("../secret")
    (tmp_path / "repository" / "folder").symlink_to("..")
    os.mkfifo(tmp_path / "repository" / "pipe")
    root = tmp_path / "repository"
    for path in ("/etc/passwd", "../secret", "link", "folder/secret"):
        found = place_of(path, root)
        assert isinstance(found, Refused), path
        assert "leads out of the repository" in found.reason
    assert [place_of(path, root) for path in ("absent", "pipe", "absent/x", ".")] == [None] * 4


def test_why_a_file_cannot_be_reached_is_told_without_the_way_to_the_repository(tmp_path: Path) -> None:
    (tmp_path / "circle").symlink_to("circle")
    for path in ("a" * 300, "circle", "\ud800"):
        found = place_of(path, tmp_path)
        assert isinstance(found, Refused), path
        assert found.reason.startswith("this file cannot be reached: ")
        assert str(tmp_path) not in found.reason


def test_what_takes_the_place_of_a_file_is_not_opened(place: Place, tmp_path: Path) -> None:
    place.file.unlink()
    os.mkfifo(place.file)
    with pytest.raises(OSError, match="no regular file"):
        place.open()
    place.file.unlink()
    (tmp_path / "other").write_text("x")
    place.file.symlink_to("other")
    with pytest.raises(OSError, match="symbolic link"):
        place.open()
