"""Git LFS pointers: what they say of a file that is not here."""

from pathlib import Path

from scanner.core.values import Unresolved
from tests.parsers.model.files.weights import POINTER, kinds, only, read, written


def test_digest_and_size_are_those_of_the_file_it_stands_for(tmp_path: Path) -> None:
    written(tmp_path, "model.safetensors", POINTER)
    parsed = read(tmp_path, "model.safetensors")
    assert parsed.notifications == ()
    attributes = dict(only(parsed).attributes)
    contents = attributes.pop("contents")
    assert isinstance(contents, Unresolved)
    assert "git lfs pull" in contents.reason
    assert attributes == {
        "path": "model.safetensors",
        "name": "model.safetensors",
        "size": 4815162342,
        "format": "lfs-pointer",
        "format_by_name": "safetensors",
        "pointer": True,
        "digest": "sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
    }


def test_a_pointer_that_is_broken_says_so(tmp_path: Path) -> None:
    written(tmp_path, "model.safetensors", POINTER.replace(b"sha256:9f", b"sha256:9z").replace(b"size 4", b"size -4"))
    attributes = dict(only(read(tmp_path, "model.safetensors")).attributes)
    assert "digest" not in attributes
    assert kinds(attributes) == ["pointer"]
    assert "oid and size" in attributes["problems"][0]["message"]
