"""Which files are a model's: by what is in them, and by names that nothing else has."""

import io
import os
import pickle
import tarfile
import zipfile
from pathlib import Path
from typing import Any

import pytest

from scanner.parsers.model.files.executables import executable_kind
from scanner.parsers.model.files.recognition import companions, format_by_content, format_of_file, opens
from tests.parsers.model.files.weights import ELF, PE, POINTER, WEIGHTS, gguf, safetensors, tensor, written


class _Run:
    def __reduce__(self) -> tuple[Any, ...]:
        return os.system, ("true",)


def zip_of(*names: str) -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as opened:
        for name in names:
            opened.writestr(name, "x")
    return content.getvalue()


def tar_of(name: str) -> bytes:
    content = io.BytesIO()
    with tarfile.open(fileobj=content, mode="w") as opened:
        opened.addfile(tarfile.TarInfo(name))
    return content.getvalue()


PICKLE = pickle.dumps(_Run(), 4)
TORCH = zip_of("archive/data.pkl", "archive/version")
HTML = b"<!doctype html>\n<title>Not found</title>\n"
FIRMWARE = bytes.fromhex("00200008") + bytes(range(256)) * 20
SAFE = safetensors({"a": tensor(0, 1)}, b"1")


@pytest.mark.parametrize(
    ("content", "format_"),
    [
        (SAFE, "safetensors"),
        (safetensors({"a": tensor(0, 1)}, b"1", length=1 << 63), "safetensors"),
        ((WEIGHTS / "model.safetensors").read_bytes(), "safetensors"),
        (gguf([], []), "gguf"),
        (b"lmgg" + bytes(60), "ggml"),
        ((WEIGHTS / "model.onnx").read_bytes(), "onnx"),
        ((WEIGHTS / "plain.h5").read_bytes(), "hdf5"),
        (bytes(512) + (WEIGHTS / "plain.h5").read_bytes(), "hdf5"),
        ((WEIGHTS / "plain.keras").read_bytes(), "zip"),
        ((WEIGHTS / "saved" / "plain" / "saved_model.pb").read_bytes(), "saved-model"),
        (TORCH, "zip"),
        (tar_of("model_config.yaml"), "tar"),
        (b"7z\xbc\xaf\x27\x1c\0\4", "7z"),
        (b"\x93NUMPY\x01\0", "numpy"),
        *((pickle.dumps(_Run(), protocol), "pickle") for protocol in range(6)),
        (pickle.dumps({"a": [1, 2.5, b"x"] * 50}, 2), "pickle"),
        (pickle.dumps("x" * 70_000, 2)[:65536], "pickle"),
        (pickle.dumps([str(each) for each in range(20_000)], 0)[:65536], "pickle"),
        (b"cos\nsystem\n(S'x'\ntR", "pickle"),
        (b"(S'ls'\nios\nsystem\n.", "pickle"),
        (b"\x80\x00N0cos\nsystem\n(Vx\ntR.more", "pickle"),
        (POINTER, "lfs-pointer"),
        (ELF, "elf"),
        (PE, "pe"),
        (b"", None),
        (HTML, None),
        (FIRMWARE, None),
        (b'function{"a": 1}', None),
        (b"PNG", None),
        (b"Git v1.7.0.6 Release Notes\n==========\n", None),
        (b"(c) 2024 Acme\nAll rights reserved\n", None),
        (b"N.\n", None),
        (b"cat this file\nand that\n(tR.", None),
        (b"[]", None),
        (b"}\n", None),
        (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", None),
        (b"%PDF-1.7\n", None),
        (b"\0" * 4096, None),
        (b"\xff" * 4096, None),
        (b"plain text\n" * 900, None),
        (POINTER + b"x" * 2000, None),
    ],
)
def test_the_format_is_what_the_content_says(content: bytes, format_: str | None) -> None:
    assert format_by_content(content) == format_


def test_a_saved_model_is_known_by_its_name_too() -> None:
    """TensorFlow reads the fields of one in any order, and needs no schema version."""
    graph = b"\x12\x0b\x12\x09\x0a\x07\x12\x05Const"
    assert format_by_content(graph) is None
    assert format_of_file("m/saved_model.pb", graph) == "saved-model"
    assert format_of_file("m/saved_model.pb", POINTER) == "lfs-pointer"
    assert format_of_file("m/other.pb", graph) is None


@pytest.mark.parametrize(
    ("path", "content"),
    [
        ("model.safetensors", PICKLE),
        ("model.safetensors", HTML),
        ("model.safetensors", b""),
        ("model.gguf", ELF),
        ("weights", SAFE),
        ("data.txt", PICKLE),
        ("pytorch_model.bin", TORCH),
        ("firmware.bin", PICKLE),
        ("vocabulary.bin", TORCH),
        ("archive.zip", TORCH),
        ("model.zip", zip_of("onnx/model.onnx")),
        ("pytorch_model.bin", POINTER),
        ("model.safetensors", POINTER),
        ("m/saved_model.pb", b"\x08\x01"),
        ("triage.mar", zip_of("a")),
        ("chat.llamafile", b"MZqFpD='"),
        ("model.h5", b"\x89HDF\r\n\x1a\n"),
        ("data", b"\x89HDF\r\n\x1a\n" + b"keras_version"),
        ("pytorch_model.bin", bytes(range(256))),
        ("x.npy", b"\x93NUMPY\x01\0v\0{'descr': '|O', 'fortran_order': False}"),
    ],
)
def test_is_a_models(path: str, content: bytes) -> None:
    assert opens(path, content)


@pytest.mark.parametrize(
    ("path", "content"),
    [
        ("firmware.bin", FIRMWARE),
        ("firmware.bin", POINTER),
        ("firmware.bin", ELF),
        ("page.pt", b"<html tal:content='x'/>"),
        ("tutor.pt", "O que é isto? Uma lição".encode("latin-1")),
        ("release.zip", zip_of("README.md", "src/main.py")),
        ("app.jar", zip_of("META-INF/MANIFEST.MF", "Main.class")),
        ("letter.docx", zip_of("[Content_Types].xml", "word/document.xml")),
        ("logo.png", b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR"),
        ("logo.png", POINTER),
        ("sources.tar", tar_of("main.c")),
        ("sources.tar.gz", b"\x1f\x8b\x08\0"),
        ("tool", ELF),
        ("lib.so", ELF),
        ("setup.exe", PE),
        ("climate.nc", b"\x89HDF\r\n\x1a\n" + bytes(600)),
        ("x.npy", b"\x93NUMPY\x01\0v\0{'descr': '<f4', 'fortran_order': False}"),
        ("main.py", b"print('x')\n"),
        ("README.md", b"# Title\n"),
        ("Main.class", b"\xca\xfe\xba\xbe\0\0\0\x41" + bytes(60)),
        ("empty", b""),
        ("notes.json", b'{"a": 1}'),
    ],
)
def test_is_left_alone(path: str, content: bytes) -> None:
    assert not opens(path, content)


@pytest.mark.parametrize(
    ("head", "kind"),
    [
        (ELF, "elf"),
        (PE, "pe"),
        (b"MZ" + bytes(62), None),
        (b"\xcf\xfa\xed\xfe" + bytes(60), "macho"),
        (b"\xca\xfe\xba\xbe\0\0\0\2" + bytes(60), "macho"),
        (b"\xca\xfe\xba\xbe\0\0\0\x34" + bytes(60), None),
        (b"MZqFpD='\n", "ape"),
        (b"\0asm\1\0\0\0", "wasm"),
        (b"#!/bin/sh\n", None),
        (b"\x7fELF", None),
        (b"", None),
    ],
)
def test_programs(head: bytes, kind: str | None) -> None:
    assert executable_kind(head) == kind


def test_programs_and_archives_beside_weights_belong_to_the_model(tmp_path: Path) -> None:
    names = {"m/model.onnx": b"x", "m/lib.so": b"x", "m/bin/run": ELF, "m/all.zip": TORCH, "m/notes.docx": zip_of("a")}
    names |= {"m/README.md": b"# x", "tools/run": ELF, "run": ELF, "m/words.txt": HTML}
    for name, content in names.items():
        written(tmp_path, name, content)
    listing = {name: len(content) for name, content in names.items()}
    assert companions(["m/model.onnx"], listing, tmp_path) == {"m/lib.so", "m/bin/run", "m/all.zip"}
    assert companions(["model.onnx"], listing, tmp_path) == {"run"}
    assert companions([], listing, tmp_path) == set()
