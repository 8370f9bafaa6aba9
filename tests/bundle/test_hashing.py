"""Data and manifests are hashed by what they say; the expected texts are those that OPA 1.22 hashes."""

import hashlib

import pytest

from scanner.bundle.errors import BundleError
from scanner.bundle.hashing import ALGORITHMS, file_hash

SAME = {
    "order-and-blanks": ('{ "b" : 1,\n"a": [ ] }', '{"a":[],"b":1}'),
    "numbers-as-written": (
        '{"a": 1.50, "b": 1e5, "c": 12345678901234567890123}',
        '{"a":1.50,"b":1e5,"c":12345678901234567890123}',
    ),
    "texts": (
        '["a<b&c", "\\u00e9\\u2028", "\\u0001\\b\\f\\n\\t\\"\\\\/", "\\ud800", "\U0001f600"]',
        '["a<b&c","é\\u2028","\\u0001\\b\\f\\n\\t\\"\\\\/","\ufffd","\U0001f600"]',
    ),
    "words": ("[true, false, null]", "[true,false,null]"),
    "last-wins": ('{"a": 1, "a": 2}', '{"a":2}'),
    "byte-order-mark": ("\ufeff{}", "{}"),
}


@pytest.mark.parametrize("kind", SAME)
def test_json(kind: str) -> None:
    text, hashed = SAME[kind]
    expected = hashlib.sha256(hashed.encode()).hexdigest()
    for path in ("b/data.json", "b/a/data.json", "b/.manifest", "b/data.yaml"):
        assert file_hash(path, text.encode(), "SHA-256") == expected


def test_yaml_is_hashed_as_the_json_that_it_means() -> None:
    text = "colors: [red, 1.0, 1e-7, 1e21, 123456789.5, on, 017, -0.00001, 2.5e-10]\nx: ~\n"
    expected = '{"colors":["red",1,1e-7,1e+21,123456789.5,"on",15,-0.00001,2.5e-10],"x":null}'
    assert file_hash("b/data.yaml", text.encode(), "SHA-256") == hashlib.sha256(expected.encode()).hexdigest()


def test_other_files_are_hashed_by_their_bytes() -> None:
    for path in ("b/a.json", "b/x/.manifest", "b/a.rego", "b/mydata.yaml"):
        assert file_hash(path, b"{ }", "SHA-256") == hashlib.sha256(b"{ }").hexdigest()


def test_every_algorithm_is_there() -> None:
    assert {name: len(file_hash("b/a.rego", b"x", name)) * 4 for name in ALGORITHMS} == {
        "SHA-224": 224,
        "SHA-256": 256,
        "SHA-384": 384,
        "SHA-512": 512,
        "SHA-512-224": 224,
        "SHA-512-256": 256,
    }


@pytest.mark.parametrize(
    ("path", "content", "message"),
    [
        ("b/data.json", b"{", "not JSON"),
        ("b/data.json", b'{"a": NaN}', "not JSON: NaN is no number"),
        ("b/data.json", b"\xff", "it is not UTF-8"),
        ("b/.manifest", b"roots: [a]", "not JSON"),
        ("b/data.json", b"[" * 250 + b"]" * 250, "nested deeper than 200 levels"),
        ("b/data.json", b"[" * 100_000 + b"]" * 100_000, "nested deeper than 200 levels"),
        ("b/data.yaml", b"a: [", ""),
    ],
)
def test_what_cannot_be_read_is_no_hash(path: str, content: bytes, message: str) -> None:
    with pytest.raises(BundleError) as error:
        file_hash(path, content, "SHA-256")
    assert message in error.value.message
    assert error.value.location.path == path
