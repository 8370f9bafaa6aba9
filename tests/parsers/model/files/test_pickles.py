"""Pickles are found by content in whatever they are packed into, and what they import is told."""

import zlib
from pathlib import Path
from typing import Any

import pytest

from scanner.config import ModelOptions
from scanner.isolation import Worker
from scanner.parsers.interface import ParseContext
from scanner.parsers.model.files import read_files
from scanner.parsers.model.files.pickles import inspect
from scanner.parsers.model.files.recognition import opens
from tests.benchmarks.pickle_scanners.assembly import (
    HARMLESS,
    PAYLOAD,
    PROTOCOL,
    STATE_DICT,
    STOP,
    SYSTEM,
    array,
    call,
    program,
    tarred,
    text,
    torch_legacy,
    torch_zip,
    zipped,
)
from tests.benchmarks.pickle_scanners.samples import BENIGN, USERS_OWN, Sample, written

SAMPLES = list(written())
SYSTEM_IMPORT = {"module": "posix", "name": "system", "verdict": "dangerous"}


def looked_into(folder: Path, content: bytes, name: str = "model.pkl") -> dict[str, Any]:
    file = folder / name
    file.write_bytes(content)
    facts = inspect(str(file))
    return dict(facts["pickle"]) if facts else {}


def verdicts(pickle: dict[str, Any]) -> set[str]:
    return {each["verdict"] for each in pickle.get("imports", ())}


@pytest.mark.parametrize("sample", [s for s in SAMPLES if s.group != BENIGN], ids=lambda s: f"{s.group}: {s.name}")
def test_no_hostile_sample_is_called_harmless(sample: Sample, tmp_path: Path) -> None:
    pickle = looked_into(tmp_path, sample.content, sample.file)
    # What a number of the extension registry stands for is only known where it is loaded.
    expected = "suspicious" if sample.name == "EXT4" else "dangerous"
    assert expected in verdicts(pickle)


@pytest.mark.parametrize("sample", [s for s in SAMPLES if s.group == BENIGN], ids=lambda s: s.name)
def test_no_harmless_sample_is_called_hostile(sample: Sample, tmp_path: Path) -> None:
    pickle = looked_into(tmp_path, sample.content, sample.file)
    assert verdicts(pickle) <= ({"suspicious"} if sample.name == USERS_OWN else {"innocuous"})
    assert pickle.get("complete", True)


def test_says_what_is_imported_and_where(tmp_path: Path) -> None:
    content = tarred({"inner/model.pt": torch_zip(PAYLOAD), "readme.txt": b"text"})
    assert looked_into(tmp_path, content, "model.nemo") == {
        "imports": [{**SYSTEM_IMPORT, "member": "inner/model.pt/archive/data.pkl"}],
        "complete": True,
    }


@pytest.mark.parametrize(
    "content",
    [b"plain text", b"", bytes(5000), zipped({"a.txt": b"text", "data/0": bytes(64)}), array(bytes(8), "<f8", "(1,)")],
    ids=["text", "empty", "zeros", "zip", "numbers"],
)
def test_tells_nothing_where_there_is_no_pickle(content: bytes, tmp_path: Path) -> None:
    assert looked_into(tmp_path, content, "model.bin") == {}


@pytest.mark.parametrize(
    ("content", "cause"),
    [
        (HARMLESS[:-1], "it ends at byte"),
        (PROTOCOL + b"\xff", "byte 2 is no opcode"),
        (PROTOCOL + b"h\x05.", "has not kept"),
        (PROTOCOL + b"0.", "not there"),
        (PROTOCOL + b"t.", "mark that is not there"),
        (PROTOCOL + b"\x8c\x02\xff\xfe.", "SHORT_BINUNICODE at byte 2 cannot be read"),
        (HARMLESS + b"\xff\xff", "what follows its end is no pickle"),
        (torch_zip(HARMLESS[:-1]), "archive/data.pkl: it ends at byte"),
        (b"7z\xbc\xaf\x27\x1c" + bytes(32), "a 7z archive, which is not opened"),
        (zlib.compress(PROTOCOL + bytes(5000))[:-8], "byte 2 is no opcode"),
        (zlib.compress(PROTOCOL + b"X\xff\xff\0\0" + b"x" * 65535)[:-30], "ends in the middle of what is compressed"),
        (b"\x93NUMPY\x01\x00\xff\xffno header", "header of the numpy array"),
    ],
)
def test_what_cannot_be_read_to_its_end_is_not_complete(content: bytes, cause: str, tmp_path: Path) -> None:
    pickle = looked_into(tmp_path, content)
    assert not pickle["complete"]
    assert cause in pickle["cause"]


def test_what_was_imported_before_the_end_is_told(tmp_path: Path) -> None:
    pickle = looked_into(tmp_path, PAYLOAD[:-1] + b"\xff")
    assert pickle["imports"] == [SYSTEM_IMPORT]
    assert not pickle["complete"]


def test_goes_on_behind_a_member_that_cannot_be_read(tmp_path: Path) -> None:
    content = bytearray(zipped({"a.bin": b"x", "model.pkl": PAYLOAD}))
    first = content.find(b"PK\x01\x02")
    content[first + 10 : first + 12] = b"\x63\x00"  # a way of compression that there is not
    pickle = looked_into(tmp_path, bytes(content), "model.zip")
    assert pickle["imports"] == [{**SYSTEM_IMPORT, "member": "model.pkl"}]
    assert pickle["cause"] == "a.bin: it is compressed in a way that is not read (99)"


def test_a_name_that_is_no_text_can_leave_the_worker(tmp_path: Path) -> None:
    names = b"X\x03\x00\x00\x00\xed\xa0\x80X\x01\x00\x00\x00n\x93"
    pickle = looked_into(tmp_path, PROTOCOL + names + STOP)
    assert pickle["imports"] == [{"module": "\\ud800", "name": "n", "verdict": "dangerous"}]


def test_numbers_behind_the_five_pickles_of_torch_are_not_read(tmp_path: Path) -> None:
    pickle = looked_into(tmp_path, torch_legacy(STATE_DICT) + PAYLOAD, "model.bin")
    assert verdicts(pickle) == {"innocuous"}
    assert pickle["complete"]


def wrapped(dtype: bytes, raw: bytes) -> bytes:
    """What joblib writes for an array of two elements, and a call behind it."""
    state = text("shape") + b"K\x02\x85" + text("dtype") + dtype
    wrapper = text("joblib.numpy_pickle") + text("NumpyArrayWrapper") + b"\x93)\x81}(" + state + b"ub"
    return PROTOCOL + wrapper + raw + SYSTEM + STOP


FLOATS = call("numpy", "dtype", text("f8"))
OBJECTS = call("numpy", "dtype", text("O8"))


def test_passes_over_the_numbers_that_joblib_puts_into_a_pickle(tmp_path: Path) -> None:
    pickle = looked_into(tmp_path, wrapped(FLOATS, b"\xff" * 16))
    assert SYSTEM_IMPORT in pickle["imports"]
    assert pickle["complete"]


def test_reads_the_pickle_that_joblib_writes_for_an_array_of_objects(tmp_path: Path) -> None:
    inner = program(call("posix", "popen", text("true")))
    names = [each["name"] for each in looked_into(tmp_path, wrapped(OBJECTS, inner))["imports"]]
    assert names == ["NumpyArrayWrapper", "dtype", "popen", "system"]


def test_an_array_of_unknown_size_is_not_passed_over(tmp_path: Path) -> None:
    pickle = looked_into(tmp_path, wrapped(text("f8"), b"\xff" * 16))
    assert "array of unknown size" in pickle["cause"]


def test_opcodes_in_the_place_of_numbers_are_seen(tmp_path: Path) -> None:
    """Plain pickle runs what joblib would pass over."""
    hidden = call("posix", "popen", text("t"))
    size = f"V{len(hidden) // 2 + 1}"
    raw = hidden.ljust((len(hidden) // 2 + 1) * 2, STOP)
    pickle = looked_into(tmp_path, wrapped(call("numpy", "dtype", text(size)), raw))
    assert {"posix.popen", "posix.system"} <= {f"{each['module']}.{each['name']}" for each in pickle["imports"]}


def test_ten_gigabytes_are_passed_over(tmp_path: Path) -> None:
    file = tmp_path / "model.pkl"
    with file.open("wb") as opened:
        opened.write(PROTOCOL + b"\x8e" + (10 << 30).to_bytes(8, "little"))
        opened.seek(10 << 30, 1)
        opened.write(SYSTEM + STOP)
    with Worker(1 << 30) as worker:
        found = worker.call("scanner.parsers.model.files.pickles:inspect", str(file), 20.0)
    assert found["pickle"] == {"imports": [SYSTEM_IMPORT], "complete": True}


@pytest.mark.parametrize(
    "content",
    [
        PROTOCOL + b"]\x94" + b"(h\x00h\x00h\x00e" * 20_000 + STOP,
        PROTOCOL + b")" + b"22\x87" * 20_000 + STOP,
        PROTOCOL + b"}\x94" + b"h\x00h\x00h\x00s" * 20_000 + STOP,
    ],
    ids=["a list in itself", "tuples of tuples", "a mapping in itself"],
)
def test_values_that_hold_themselves_cost_nothing(content: bytes, tmp_path: Path) -> None:
    assert looked_into(tmp_path, content) == {"imports": [], "complete": True}


@pytest.mark.parametrize(
    ("content", "cause"),
    [
        (PROTOCOL + b"(" * 2_000 + STOP, "keeps more than"),
        (PROTOCOL + b"N" * 2_000 + STOP, "keeps more than"),
        (PROTOCOL + b"N\x940" * 2_000 + STOP, "keeps more than"),
        (b"\x80\x02" + b"".join(b"cm%d\nn\n0" % each for each in range(3000)) + b"N.", "more than 2000 different"),
        (b"\x80\x02c" + b"m" * 2_000_000 + b"\nn\n.", "does not end"),
        (b"N." * 20_000, "more than 10000 pickles"),
    ],
    ids=["marks", "values", "memo", "imports", "a long name", "pickles"],
)
def test_what_is_too_much_is_told(content: bytes, cause: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("scanner.parsers.model.files.pickles_walk._DEEPEST_STACK", 1000)
    monkeypatch.setattr("scanner.parsers.model.files.pickles_walk._LARGEST_MEMO", 1000)
    assert cause in looked_into(tmp_path, content)["cause"]


def test_archives_in_archives_are_opened_only_so_deep(tmp_path: Path) -> None:
    content = PAYLOAD
    for each in range(8):
        content = zipped({f"{each}.zip": content})
    assert "packed too deep" in looked_into(tmp_path, content, "model.zip")["cause"]


def test_what_decompresses_to_too_much_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("scanner.parsers.model.files.pickles_members._LARGEST_UNPACKED", 1 << 20)
    content = zlib.compress(PROTOCOL + b"\x8e" + (2 << 20).to_bytes(8, "little") + bytes(2 << 20) + STOP)
    assert "decompresses to more than" in looked_into(tmp_path, content, "model.joblib")["cause"]


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("model.tar.gz", tarred({"model.pkl": PAYLOAD}, "w:gz")),
        ("weights.npz", zipped({"a.npy": array(PAYLOAD)})),
        ("features.pkl.gz", zlib.compress(PAYLOAD, wbits=31)),
        ("model.onnx", zlib.compress(PAYLOAD)),
        ("notes.txt", PAYLOAD),
    ],
)
def test_is_opened_and_looked_into_in_a_scan(name: str, content: bytes, tmp_path: Path) -> None:
    (tmp_path / name).write_bytes(content)
    assert opens(name, content)
    (resource,) = read_files([name], ParseContext(tmp_path)).resources
    assert resource.attributes["pickle"]["imports"][0]["name"] == "system"


def test_a_pickle_that_only_its_name_tells_is_looked_into(tmp_path: Path) -> None:
    (tmp_path / "model.pkl").write_bytes(b"N0" + PAYLOAD)
    (resource,) = read_files(["model.pkl"], ParseContext(tmp_path)).resources
    assert resource.attributes["pickle"]["imports"] == [SYSTEM_IMPORT]


def test_nothing_is_looked_into_where_artifacts_are_not_opened(tmp_path: Path) -> None:
    (tmp_path / "model.pkl").write_bytes(PAYLOAD)
    context = ParseContext(tmp_path, models=ModelOptions(open_artifacts=False))
    (resource,) = read_files(["model.pkl"], context).resources
    assert resource.attributes["format"] == "pickle"
    assert "pickle" not in resource.attributes
