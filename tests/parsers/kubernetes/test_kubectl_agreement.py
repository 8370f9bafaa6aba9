"""kubectl reads the same: which files, which objects in them, and which values. It needs no cluster for that.

`kubectl label --local -o json` reads a file, changes a label and prints every object. Where the two differ the
difference is listed with its reason, and a difference that is no longer there fails the test.
"""

import json
import os
import random
import shutil
import subprocess
from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from scanner.core.notification import Level
from scanner.parsers import claim
from scanner.yaml_source import load_documents
from tests.parsers.kubernetes.conftest import FIXTURES

KUBECTL = shutil.which("kubectl")
pytestmark = pytest.mark.skipif(KUBECTL is None, reason="kubectl is not installed (Debian: kubernetes-client)")

ODD = FIXTURES / "odd" / "objects"
LABEL = "read-by-kubectl"
FILES = sorted(ODD.iterdir()) + sorted(path for path in FIXTURES.glob("*.yaml"))

# kubectl reads nothing of the file, or stops at a place in it, and all objects are judged here.
_MARKER = "kubectl of some versions takes nothing but a comment behind ---, others lose what stands there"
_FIRST = "kubectl stops at the first document that it cannot read; here the others are judged"
_NUMBERS = "kubectl refuses a name that is a number; here it is judged under its text"
READ_HERE = {
    "directives.yaml": "kubectl cuts at every ---, and so between directives and their document",
    "markers.yaml": _MARKER,
    "properties-on-a-marker.yaml": _MARKER,
    "nested-lists.yaml": "kubectl reads no list inside a list",
    "no-metadata.yaml": "kubectl refuses metadata that are no mapping and names that are no text; told as objects here",
    "numbers-as-names.yaml": _NUMBERS,
    "anchors-across-documents.yaml": _FIRST,
    "half-written.yaml": _FIRST,
    "lower-case.yaml": _FIRST,
    "null-items.yaml": _FIRST,
    "several-values.json": _FIRST,
    "list.yaml": _FIRST,
    "malformed-rules.yaml": "kubectl leaves the types of custom fields to the API server; here they are an error",
    "marker-cuts-a-text.yaml": _FIRST,
    "one-broken-of-three.yaml": _FIRST,
    "one_bad_document.yaml": _FIRST,
    "tabs.yaml": _FIRST,
}
# kubectl reads something, and here the file is an error.
READ_THERE = {
    "document-without-a-marker.yaml": "kubectl drops what comes after ... without a word",
    "yaml-named-json.json": "what is called .json and holds something else is told, not guessed",
}
VARIES = {"markers.yaml", "properties-on-a-marker.yaml", "no-metadata.yaml", "malformed-rules.yaml"}


@cache
def kubectl(path: Path) -> tuple[bool, list[dict[str, Any]]]:
    """Whether kubectl reads the whole file, and the objects that it prints."""
    done = subprocess.run(
        [KUBECTL or "kubectl", "label", "--local", "-f", path, "-o", "json", f"{LABEL}=x", "--dry-run=client"],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
        env={**os.environ, "KUBECONFIG": "/nonexistent/config", "HOME": "/nonexistent"},  # nobody's cluster
    )
    objects, text = [], done.stdout.strip()
    while text:
        value, end = json.JSONDecoder().raw_decode(text)
        objects.append(value)
        text = text[end:].lstrip()
    return done.returncode == 0, objects


def plain(value: Any) -> Any:
    """Without what makes no difference: null, empty mappings that a label leaves behind, and the label itself."""
    if isinstance(value, Mapping):
        kept = {key: plain(inner) for key, inner in value.items() if key != LABEL}
        return {key: inner for key, inner in kept.items() if inner is not None and inner != {}}
    return [plain(inner) for inner in value] if isinstance(value, list) else value


def ours(read: Callable[..., Any], path: Path) -> tuple[bool, list[dict[str, Any]]]:
    """Whether the whole file is read, and its objects; an item of a PodList is a Pod without saying so."""
    reading = read(path.read_bytes().decode(), path.name)
    is_whole = all("written twice" in message for _, _, message in reading.told())
    inherited = {"apiVersion": "rbac.authorization.k8s.io/v1", "kind": "ClusterRole"} if "typed" in path.name else {}
    objects = [{**inherited, **each.attributes} for each in reading.parsed.resources if each.parent is None]
    return is_whole, [plain(each) for each in objects]


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_the_same_objects_are_read(read: Callable[..., Any], path: Path) -> None:
    assert claim(path.name, path.read_bytes()) == "kubernetes"
    is_whole, found = ours(read, path)
    there, printed = kubectl(path)
    theirs = [plain(each) for each in printed]
    if path.name in READ_HERE:
        assert path.name in VARIES or not there, "kubectl reads it now"
        assert found
    elif path.name in READ_THERE:
        assert there
        assert not is_whole
        assert theirs == found or not found
    else:
        assert there is is_whole
        assert theirs == found if is_whole else not found


def test_the_lists_name_files() -> None:
    assert READ_HERE.keys() | READ_THERE.keys() | VARIES <= {path.name for path in FILES}
    assert not READ_HERE.keys() & READ_THERE.keys()


# --- Scalars, keys and merges ---------------------------------------------------------------------

WORDS = """
  yes no on off y n Yes NO true False TRUE nO ~ null Null NULL = << .e1 e3 1.2.3 1:20 12:30:45 -- 2001-12-14
  2001-12-14t21:59:43.10-05:00 0 -0 +1 12 012 017 08 -017 0o17 0O17 0o8 0x1F 0x 0b11 1_000 1__0 _1 1.0 1. .5 +.5 1e3 1E3
  1e-3 1e+3 0.1e1 1_0.5 9223372036854775807 -9223372036854775808
"""
TAGGED = (
    "!x yes",
    "! yes",
    "!<tag:a,1:b> 1",
    "!!str 12",
    "!!str",
    '!!int "12"',
    '!!bool "yes"',
    "!!float 1",
    "!!null ~",
)
SCALARS = (*WORDS.split(), *TAGGED, '"1"', "'yes'", '"017"', "''", "!!timestamp 2001-12-14")
# What kubectl makes of it, and why it is something else here.
OTHER_SCALARS: dict[str, tuple[Any, str]] = {
    "!!binary aGVsbG8=": ("hello", "the text as it stands in the file is what has to be masked"),
    "9223372036854775808": (9223372036854776000, "a number is never rounded"),
    "12345678901234567890123": (1.2345678901234568e22, "a number is never rounded"),
}
UNREADABLE = {
    ".inf": "JSON has no such number; here it is text",
    ".nan": "JSON has no such number; here it is text",
    "-.Inf": "JSON has no such number; here it is text",
}


def values(tmp_path: Path, written: list[str]) -> tuple[list[Any], list[Any] | None]:
    """What each scalar is here, and what it is for kubectl; None when that reads none of them."""
    lines = [f"  k{number}: {each}\n" for number, each in enumerate(written)]
    text = f"apiVersion: v1\nkind: ConfigMap\nmetadata: {{name: a}}\ndata:\n{''.join(lines)}"
    (tmp_path / "scalars.yaml").write_text(text, encoding="utf-8")
    data = load_documents(text, "scalars.yaml")[0].value["data"]
    there, printed = kubectl(tmp_path / "scalars.yaml")
    keys = [f"k{number}" for number in range(len(written))]
    return [data[key] for key in keys], [printed[0]["data"].get(key) for key in keys] if there else None


def kinds(found: list[Any] | None) -> list[tuple[str, Any]]:
    """The values with their JSON types, for 1 and 1.0 are one number and 1 and true are not the same."""
    names = {bool: "boolean", str: "text", int: "number", float: "number", type(None): "null"}
    return [(names[type(each)], each) for each in found or ()]


def test_scalars(tmp_path: Path) -> None:
    here, there = values(tmp_path, list(SCALARS))
    assert list(zip(SCALARS, kinds(here), strict=True)) == list(zip(SCALARS, kinds(there), strict=True))


def test_scalars_made_by_chance(tmp_path: Path) -> None:
    chance = random.Random(20261121)  # noqa: S311 - the same scalars in every run
    letters = "0011223789+-._eExXoObbaAfFnNyYtTrRuUlLsS:~=<"
    written = ["".join(chance.choices(letters, k=chance.randint(1, 6))) for _ in range(2000)]
    written = [each for each in written if not each.endswith(":") and each != "-" and "nan" not in each.lower()]
    here, there = values(tmp_path, written)
    assert list(zip(written, kinds(here), strict=True)) == list(zip(written, kinds(there), strict=True))


def test_scalars_that_differ(tmp_path: Path) -> None:
    here, there = values(tmp_path, list(OTHER_SCALARS))
    assert kinds(there) == kinds([value for value, _ in OTHER_SCALARS.values()])
    assert not any(one == other for one, other in zip(here, there or (), strict=True))


@pytest.mark.parametrize("scalar", UNREADABLE)
def test_scalars_that_kubectl_does_not_read(tmp_path: Path, scalar: str) -> None:
    assert values(tmp_path, [scalar]) == ([scalar], None)


# A key is what it is written as, because a report shows it and a policy names it; kubectl writes the value again.
KEYS = {"yes": "true", "017": "15", "1.0": "1", "0x1F": "31", "2001-01-01": "2001-01-01", '"no"': "no", "k": "k"}


def test_keys(tmp_path: Path) -> None:
    lines = "".join(f"  {key}: {number}\n" for number, key in enumerate(KEYS))
    text = f"apiVersion: v1\nkind: ConfigMap\nmetadata: {{name: a}}\ndata:\n{lines}"
    (tmp_path / "keys.yaml").write_text(text)
    _, (printed,) = kubectl(tmp_path / "keys.yaml")
    assert printed["data"] == {key: number for number, key in enumerate(KEYS.values())}
    here = load_documents(text, "keys.yaml")[0].value["data"]
    assert here == {key.strip('"'): number for number, key in enumerate(KEYS)}


@pytest.mark.parametrize(
    "data",
    [
        "{<<: *base, b: own}",
        "{b: own, <<: *base}",
        "{b: own, <<: [*more, *base]}",
        "{<<: [*base, *more], c: own}",
        "{<<: *base, <<: *more}",
        "{<<: *more, a: own, <<: *base}",
        "{<<: {a: inline}, b: own}",
        '{"<<": *base}',
        "{k: *base, l: [*more]}",
        "{a: 1, a: 2}",
        "{a: 1, 'a': 2, \"a\": 3}",
        "{a: 1, <<: *base, a: 3}",
    ],
)
def test_merges_aliases_and_duplicate_keys(tmp_path: Path, data: str) -> None:
    anchors = "x-base: &base {a: base, b: base}\nx-more: &more {a: more, c: more}\n"
    text = f"apiVersion: v1\nkind: ConfigMap\nmetadata: {{name: a}}\n{anchors}data: {data}\n"
    (tmp_path / "merges.yaml").write_text(text)
    there, (printed,) = kubectl(tmp_path / "merges.yaml")
    assert there
    assert load_documents(text, "merges.yaml")[0].value["data"] == printed["data"]


@pytest.mark.parametrize(
    ("content", "count"),
    [
        (b"\xef\xbb\xbf%s", 1),
        (b"%s---\n%s", 2),
        (b"---\n\n---\n%s---\n# none\n---\n", 1),
        (b"--- # comment\n%s", 1),
        (b"null\n---\n%s", 1),
    ],
)
@pytest.mark.parametrize("line_end", [b"\n", b"\r\n"])
def test_streams(read: Callable[..., Any], tmp_path: Path, content: bytes, count: int, line_end: bytes) -> None:
    whole = content.replace(b"%s", b"apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n").replace(b"\n", line_end)
    path = tmp_path / "stream.yaml"
    path.write_bytes(whole)
    is_whole, found = ours(read, path)
    there, printed = kubectl(path)
    assert (is_whole, there) == (True, True)
    assert found == [plain(each) for each in printed]
    assert len(found) == count


def test_streams_that_differ(read: Callable[..., Any], tmp_path: Path) -> None:
    one = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n"
    old, wide = tmp_path / "old.yaml", tmp_path / "wide.yaml"
    old.write_bytes(f"{one}---\n{one}".replace("\n", "\r").encode())
    assert len(ours(read, old)[1]) == 2  # kubectl overlooks a marker in a file of old Macintoshes
    assert len(kubectl(old)[1]) == 1
    wide.write_bytes(one.encode("utf-16"))
    assert len(kubectl(wide)[1]) == 1  # here a file in UTF-16 is an error that says so
    assert claim("wide.yaml", wide.read_bytes()) == "kubernetes"


def test_what_kubectl_reads_is_no_error_here(read: Callable[..., Any], tmp_path: Path) -> None:
    chance = random.Random(11)  # noqa: S311 - the same mangling in every run
    whole = (ODD / "quoted-keys.yaml").read_text() + "---\n" + (ODD / "flow.yaml").read_text()
    path = tmp_path / "mangled.yaml"
    compared = 0
    for _ in range(60):
        at = chance.randrange(len(whole))
        text = (
            whole[:at] + chance.choice(["", "\t", ": ", "{", "]", "'", "*a", "\n"]) + whole[at + chance.randint(0, 3) :]
        )
        path.write_text(text)
        kubectl.cache_clear()
        there, printed = kubectl(path)
        reading = read(text, "mangled.yaml")
        errors = [message for level, _, message in reading.told() if level == Level.ERROR]
        if there and len(printed) == 4 and all("apiVersion" in each for each in printed):
            compared += 1
            # kubectl looks at nothing behind the end of a document before the next marker.
            assert all("<document start>" in each for each in errors)
            assert errors or ours(read, path)[1] == [plain(each) for each in printed]
    assert compared > 5
