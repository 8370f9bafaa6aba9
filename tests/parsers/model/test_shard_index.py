"""Shard indexes: which shards they name, where, and which are wrong."""

import json
import time
from pathlib import Path
from typing import Any

import pytest

from scanner.core.resource import Parsed, SourceFile
from scanner.core.values import parse_path
from scanner.parsers.interface import ParseContext
from scanner.parsers.model import MODEL
from scanner.parsers.model.shard_index import claims_shard_index
from tests.parsers.model.files.weights import safetensors, written

INDEX = "model/model.safetensors.index.json"
SHARDS = [f"model-0000{index}-of-00003.safetensors" for index in (1, 2, 3)]


def parse(folder: Path, names: list[Any], text: str | None = None) -> Parsed:
    weight_map = {f"layers.{index}": name for index, name in enumerate(names)}
    if text is None:
        text = json.dumps({"metadata": {"total_size": 1}, "weight_map": weight_map}, indent=1)
    return MODEL.parse([SourceFile(INDEX, "model", text)], ParseContext(folder))


def shards(parsed: Parsed) -> list[dict[str, Any]]:
    assert parsed.notifications == ()
    index = parsed.resources[0]
    assert (index.address, index.type) == (f"shard_index.{INDEX}", "shard_index")
    found: list[dict[str, Any]] = index.attributes["shards"]
    return found


def test_shards_that_are_there_are_looked_into(tmp_path: Path) -> None:
    for name in SHARDS:
        written(tmp_path, f"model/{name}", safetensors({}))
    parsed = parse(tmp_path, [*SHARDS, SHARDS[0]])
    assert shards(parsed) == [{"name": name, "path": f"model/{name}", "exists": True} for name in SHARDS]
    assert [each.address for each in parsed.resources[1:]] == [f"model_file.model/{name}" for name in SHARDS]
    attributes = parsed.resources[0].attributes
    assert (attributes["tensors"], attributes["format"]) == (4, "safetensors")
    lines = [parsed.resources[0].locate(parse_path(f"shards[{place}]")).start_line for place in range(3)]
    assert lines == [6, 7, 8]


@pytest.mark.parametrize(
    ("name", "problem"),
    [
        ("missing.safetensors", "missing"),
        ("/etc/passwd", "absolute"),
        ("C:\\x", "absolute"),
        ("\\\\server\\x", "absolute"),
        ("../model/here", "parent"),
        ("a/../../here", "parent"),
        ("a\\..\\x", "parent"),
        ("", "no-name"),
        ("a\0b", "no-name"),
        ("outside", "symlink"),
        ("folder", "missing"),
    ],
)
def test_a_name_that_is_no_shard(tmp_path: Path, name: str, problem: str) -> None:
    written(tmp_path, "root/model/here", b"x")
    written(tmp_path, "secret", b"x")
    (tmp_path / "root" / "model" / "folder").mkdir()
    (tmp_path / "root" / "model" / "outside").symlink_to("../../secret")
    parsed = parse(tmp_path / "root", ["here", name])
    (here, wrong) = shards(parsed)
    assert here["exists"]
    assert (wrong["exists"], wrong["problem"]) == (False, problem)
    assert [each.address for each in parsed.resources[1:]] == ["model_file.model/here"]


def test_a_shard_that_the_others_count_and_nobody_names(tmp_path: Path) -> None:
    (*_, last) = shards(parse(tmp_path, SHARDS[:2]))
    assert last == {"name": SHARDS[2], "exists": False, "problem": "not-listed"}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("{}", "weight_map"),
        ("[]", "weight_map"),
        ('{"weight_map": ["a"]}', "weight_map"),
        ('{"weight_map": {"a": 1}}', "must be a text"),
        ('{"weight_map": {', "JSON"),
    ],
)
def test_what_is_no_index(tmp_path: Path, text: str, said: str) -> None:
    parsed = parse(tmp_path, [], text)
    (told,) = parsed.notifications
    assert said in told.message
    assert parsed.resources == ()


def test_an_index_of_very_many_shards_is_refused_quickly(tmp_path: Path) -> None:
    """As many as fit into the largest text that a scan reads."""
    began = time.monotonic()
    parsed = parse(tmp_path, [], '{"weight_map": {' + ",".join(f'"a{n}": "s{n}"' for n in range(480_000)) + "}}")
    assert time.monotonic() - began < 20
    (told,) = parsed.notifications
    assert "480000 shards are named" in told.message


def test_a_shard_that_is_named_elsewhere_is_not_left_out_as_well(tmp_path: Path) -> None:
    listed = shards(parse(tmp_path, [SHARDS[0], f"../{SHARDS[1]}", f"/{SHARDS[2]}"]))
    assert [each["problem"] for each in listed] == ["missing", "parent", "absolute"]


def test_a_number_of_shards_that_is_a_lie(tmp_path: Path) -> None:
    assert len(shards(parse(tmp_path, ["x-00001-of-999999.bin"]))) == 1
    assert len(shards(parse(tmp_path, ["x-00001-of-010000.bin"]))) == 10_000


@pytest.mark.parametrize(
    ("path", "head", "claimed"),
    [
        ("m/model.safetensors.index.json", b"{}", True),
        ("pytorch_model.bin.index.json", b"", True),
        ("other.index.json", b'{"weight_map": {}}', True),
        ("other.index.json", b"{}", False),
        ("model.safetensors.json", b'{"weight_map": {}}', False),
    ],
)
def test_which_files_are_indexes(path: str, head: bytes, claimed: bool) -> None:
    assert claims_shard_index(path, head) is claimed
