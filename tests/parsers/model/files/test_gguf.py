"""GGUF headers: metadata and chat templates of a real file, and every count, length and offset that lies."""

import struct
from pathlib import Path
from typing import Any

import pytest

from scanner.parsers.model.files.gguf import inspect
from tests.parsers.model.files.weights import WEIGHTS, gguf, gguf_tensor, key, kinds, only, read, short, text, written

U32, STRING, ARRAY, F32 = 4, 8, 9, 6
HUGE = (1 << 63) + 1


def found(folder: Path, content: bytes) -> dict[str, Any]:
    return inspect(str(written(folder, "model.gguf", content)))


def test_reads_the_metadata_of_a_real_file() -> None:
    facts = inspect(str(WEIGHTS / "model.gguf"))
    assert (facts["version"], facts["tensors"], kinds(facts)) == (3, 2, [])
    assert facts["metadata"]["general.name"] == "claims-triage"
    assert facts["metadata"]["tokenizer.ggml.tokens"] == {"texts": 100}
    assert not any(name.startswith("tokenizer.chat_template") for name in facts["metadata"])
    assert facts["chat_templates"] == [
        {"name": "default", "text": "{% for m in messages %}{{ m.content }}{% endfor %}"},
        {"name": "tool_use", "text": "{{ messages[0].content }}"},
    ]


def test_a_file_is_a_model_with_its_sources_and_templates() -> None:
    parsed = read(WEIGHTS, "model.gguf")
    assert parsed.notifications == ()
    file, model, artifact, *templates = parsed.resources
    assert file.type == "model_file"
    assert (model.address, model.type, artifact.parent) == ("model.claims-triage[gguf]", "model", model.key)
    assert dict(model.attributes) == {
        "source": "gguf",
        "name": "claims-triage",
        "version": "7.2.0",
        "license": "apache-2.0",
        "owner": "acme",
        "architecture": "llama",
        "base_model": [
            {"name": "acme/base-1b", "uri": "https://huggingface.co/acme/base-1b", "relation": "quantized"},
        ],
        "datasets": [{"name": "acme/claims-2025", "uri": "https://huggingface.co/datasets/acme/claims-2025"}],
        "artifact_digests": [file.attributes["digest"]],
    }
    assert [(each.address, each.attributes["source"]) for each in templates] == [
        ("chat_template.model.gguf", "gguf"),
        ("chat_template.model.gguf#tool_use", "gguf"),
    ]


@pytest.mark.parametrize(
    "content",
    [
        gguf([], []),
        gguf([], [], version=2),
        gguf([], [gguf_tensor("a", [8], 0, 0)], bytes(32)),
        gguf([], [gguf_tensor("a", [6], 0, 0)], bytes(24)),
        gguf([], [gguf_tensor("b", [8], 0, 32), gguf_tensor("a", [6], 0, 0)], bytes(64)),
        gguf([key("general.alignment", U32, struct.pack("<I", 8))], [gguf_tensor("a", [2], 0, 0)], bytes(8)),
        gguf([], [gguf_tensor("a", [256, 2], 12, 0)], bytes(288)),
        gguf([key("a", ARRAY, struct.pack("<IQ", U32, 2) + bytes(8))], []),
        gguf([key("a", ARRAY, struct.pack("<IQ", F32, 1000) + bytes(4000))], []),
        gguf([key("a", ARRAY, struct.pack("<IQIQ", ARRAY, 1, U32, 1) + bytes(4))], []),
        gguf([key("a", F32, struct.pack("<f", float("nan")))], []),
    ],
    ids=short,
)
def test_is_whole(tmp_path: Path, content: bytes) -> None:
    assert kinds(found(tmp_path, content)) == []


def test_the_other_order_of_bytes_is_read(tmp_path: Path) -> None:
    head = b"GGUF" + struct.pack(">IQQ", 3, 0, 1) + struct.pack(">Q", 1) + b"a" + struct.pack(">II", U32, 7)
    assert found(tmp_path, head)["metadata"] == {"a": 7}


@pytest.mark.parametrize(
    ("content", "problems"),
    [
        (b"GGUF", ["truncated"]),
        (gguf([], [], version=1), ["header"]),
        (gguf([], [], version=99), ["header"]),
        (gguf([], [], counts=(HUGE, 0)), ["header"]),
        (gguf([], [], counts=(0, HUGE)), ["header"]),
        (gguf([], [], counts=(1000, 0)), ["truncated"]),
        (gguf([struct.pack("<Q", HUGE)], []), ["header"]),
        (gguf([key("a", STRING, struct.pack("<Q", HUGE))], []), ["header"]),
        (gguf([key("a", STRING, struct.pack("<Q", 1000))], []), ["truncated"]),
        (gguf([key("a", ARRAY, struct.pack("<IQ", STRING, HUGE))], []), ["truncated"]),
        (
            gguf([key("a", ARRAY, struct.pack("<IQ", STRING, 100) + struct.pack("<Q", HUGE) + bytes(99))], []),
            ["truncated"],
        ),
        (gguf([key("a", ARRAY, struct.pack("<IQ", U32, 70) + bytes(8))], [], bytes(64)), ["truncated"]),
        (gguf([key("a", ARRAY, struct.pack("<IQ", ARRAY, 1) * 20)], []), ["header"]),
        (gguf([key("a", 77, b"")], []), ["header"]),
        (gguf([key("a", ARRAY, struct.pack("<IQ", 77, 100) + bytes(100))], []), ["header"]),
        (gguf([key("a", U32, bytes(4)), key("a", U32, bytes(4))], []), ["duplicate-key"]),
        (gguf([key("general.alignment", U32, struct.pack("<I", 0))], []), ["header"]),
        (gguf([key("general.alignment", STRING, text("32"))], []), ["header"]),
        (gguf([], [gguf_tensor("a", [8], 0, 0)], bytes(31)), ["truncated"]),
        (gguf([], [gguf_tensor("a", [8], 0, HUGE - 1)], bytes(32)), ["gap", "truncated"]),
        (gguf([], [gguf_tensor("a", [HUGE, HUGE], 0, 0)], bytes(32)), ["truncated"]),
        (gguf([], [gguf_tensor("a", [1] * 9, 0, 0)], bytes(32)), ["header"]),
        (gguf([], [gguf_tensor("a", [8], 0, 0)] * 2, bytes(32)), ["duplicate-tensor", "overlap"]),
        (gguf([], [gguf_tensor("a", [16], 0, 0), gguf_tensor("b", [8], 0, 32)], bytes(64)), ["overlap"]),
        (gguf([], [gguf_tensor("a", [8], 0, 32)], bytes(64)), ["gap"]),
        (gguf([], [gguf_tensor("a", [8], 0, 4)], bytes(36)), ["offsets"]),
        (gguf([], [gguf_tensor("a", [255], 12, 0)], bytes(288)), ["shape", "trailing-bytes"]),
        (gguf([], [gguf_tensor("a", [8], 0, 0)], bytes(32) + b"PK\x03\x04"), ["trailing-bytes"]),
    ],
    ids=short,
)
def test_is_not_whole(tmp_path: Path, content: bytes, problems: list[str]) -> None:
    assert kinds(found(tmp_path, content)) == problems


def test_a_type_of_tensor_that_is_not_known_yet_is_no_defect(tmp_path: Path) -> None:
    written(tmp_path, "model.gguf", gguf([], [gguf_tensor("a", [8], 999, 0)], bytes(32)))
    parsed = read(tmp_path, "model.gguf")
    assert "problems" not in only(parsed).attributes
    assert "999" in only(parsed).attributes["contents"].reason
    assert len(parsed.notifications) == 1


def test_a_vocabulary_of_a_quarter_million_is_passed_quickly(tmp_path: Path) -> None:
    words = b"".join(struct.pack("<Q", 6) + b"%06d" % index for index in range(250_000))
    content = gguf([key("a", ARRAY, struct.pack("<IQ", STRING, 250_000) + words), key("b", U32, bytes(4))], [])
    assert found(tmp_path, content)["metadata"] == {"a": {"texts": 250_000}, "b": 0}
