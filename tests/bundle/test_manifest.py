"""`.manifest` is read as OPA reads it, and every mistake has its line."""

import pytest

from scanner.bundle.errors import BundleError
from scanner.bundle.globs import glob_matches, literal
from scanner.bundle.manifest import parse_manifest
from scanner.core.location import Location

PATH = "bundle/.manifest"


def test_what_a_manifest_says() -> None:
    text = b"""{
 "revision": "r1", "roots": ["/acme/rules/", "other"], "rego_version": 0,
 "file_rego_versions": {"/a/*.rego": 1}, "metadata": {"team": "x"},
 "wasm": [{"entrypoint": "a/deny", "module": "policy.wasm"}]
}"""
    manifest = parse_manifest(text, PATH)
    assert (manifest.revision, manifest.roots) == ("r1", ("acme/rules", "other"))
    assert dict(manifest.metadata) == {"team": "x"}
    assert manifest.wasm is not None
    assert manifest.wasm.start_line == 4
    assert (manifest.version_of("a/b.rego"), manifest.version_of("b.rego")) == (1, 0)


def test_without_roots_a_bundle_owns_everything() -> None:
    assert parse_manifest(b"{}", PATH).roots == ("",)
    assert parse_manifest(b'{"roots": []}', PATH).roots == ()
    assert parse_manifest(b"{}", PATH).version_of("a.rego") is None


WRONG = {
    "not-json": (b"roots: [a]", "not JSON", 1),
    "no-object": (b"[]", "a manifest is one JSON object", 1),
    "two-documents": (b"{}\n{}", "a manifest is one JSON object", 1),
    "not-utf-8": (b'{"revision": "\xff"}', "it is not UTF-8 text", 1),
    "key-twice": (b'{"roots": ["a"],\n"roots": ["b"]}', "roots is written twice", 2),
    "other-case": (b'{\n"Roots": ["a"]}', "'Roots' is written 'roots'", 2),
    "roots-as-text": (b'{\n"roots": "a"}', "roots is a list of paths", 2),
    "root-as-number": (b'{"roots": ["a",\n1]}', "a root is a path", 2),
    "root-with-a-hole": (b'{"roots": [\n"a//b"]}', "has an empty name in it", 2),
    "roots-overlap": (b'{"roots": ["a/b",\n"c",\n"a"]}', "the roots 'a/b' and 'a' overlap; keep the wider one", 3),
    "roots-with-everything": (b'{"roots": ["a",\n""]}', "the roots 'a' and '' overlap", 2),
    "revision": (b'{\n\n"revision": 1}', "revision is a text", 3),
    "metadata": (b'{\n"metadata": []}', "metadata is an object", 2),
    "version": (b'{\n"rego_version": 3}', "a version of Rego is 0 or 1, not 3", 2),
    "version-as-text": (b'{\n"rego_version": "v1"}', "a version of Rego is 0 or 1, not 'v1'", 2),
    "version-as-boolean": (b'{\n"rego_version": true}', "a version of Rego is 0 or 1, not True", 2),
    "version-of-file": (b'{"file_rego_versions": {\n"a.rego": null}}', "a version of Rego is 0 or 1, not None", 2),
    "deep": (b'{"metadata":' + b'{"a":' * 300 + b"1" + b"}" * 301, "nested deeper than 200 levels", 1),
}


@pytest.mark.parametrize("kind", WRONG)
def test_mistakes_have_their_line(kind: str) -> None:
    content, message, line = WRONG[kind]
    with pytest.raises(BundleError) as error:
        parse_manifest(content, PATH)
    assert message in error.value.message
    assert (error.value.location.path, error.value.location.start_line) == (PATH, line)


def test_keys_that_nobody_knows_are_kept_in_mind() -> None:
    ((text, where),) = parse_manifest(b'{\n"root": ["a"]}', PATH).unknown
    assert text == "'root'; did you mean roots?"
    assert where == Location(PATH, 2, 1, 2, 13)


@pytest.mark.parametrize(
    ("pattern", "path", "expected"),
    [
        ("/a/b.rego", "/a/b.rego", True),
        ("*/b.rego", "/x/y/b.rego", True),
        ("/a/?.rego", "/a/b.rego", True),
        ("/a/[!b].rego", "/a/b.rego", False),
        ("/a/[bc].rego", "/a/c.rego", True),
        ("/{a,b}/c.rego", "/b/c.rego", True),
        ("/a.rego", "/aXrego", False),
        ("/a/\\*.rego", "/a/b.rego", False),
        ("/a/\\*.rego", "/a/*.rego", True),
        ("/a/[b.rego", "/a/[b.rego", True),
        ("*" * 500 + "x", "/" + "a" * 5000, False),
    ],
)
def test_patterns_of_files(pattern: str, path: str, expected: bool) -> None:
    assert glob_matches(pattern, path) is expected


def test_a_literal_pattern_matches_its_path_alone() -> None:
    path = "a/[b]{c,d}*?!\\e.rego"
    assert glob_matches(literal(path), path)
    assert not glob_matches(literal(path), "a/bc*?!\\e.rego")
