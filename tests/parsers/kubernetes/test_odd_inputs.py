"""The corpus of odd inputs: what is found in each file and what is told, and which files are left alone."""

import json
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from scanner.core.notification import Level
from scanner.parsers import claim
from scanner.parsers.kubernetes import KUBERNETES
from tests import command
from tests.parsers.kubernetes.conftest import FIXTURES

ODD = FIXTURES / "odd"
EXPECTED: dict[str, dict[str, Any]] = yaml.safe_load((ODD / "expected.yaml").read_text(encoding="utf-8"))
OTHERS = sorted(path.name for path in (ODD / "others").iterdir())
HEAD = 64 << 10
GOOD = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: good}\n"
COMMAND = Path(sys.executable).parent / "releasegate"


def test_every_file_is_expected() -> None:
    assert sorted(EXPECTED) == sorted(path.name for path in (ODD / "objects").iterdir())


@pytest.mark.parametrize("name", sorted(EXPECTED))
def test_odd_objects(read: Callable[..., Any], name: str) -> None:
    content = (ODD / "objects" / name).read_bytes()
    assert claim(name, content[:HEAD]) == "kubernetes"
    reading = read(content.decode(), name)
    found = {each.address: each.location.start_line for each in reading.parsed.resources}
    assert list(found.items()) == list(EXPECTED[name].get("found", {}).items())
    told = [f"{level} {line} {message}" for level, line, message in reading.told()]
    expected = EXPECTED[name].get("told", [])
    assert len(told) == len(expected), told
    for one, beginning in zip(told, expected, strict=True):
        assert one.startswith(beginning)


@pytest.mark.parametrize("name", OTHERS)
def test_files_of_other_systems_are_left_alone(name: str) -> None:
    content = (ODD / "others" / name).read_bytes()
    assert claim(name, content[:HEAD]) is None
    assert claim(f"chart/{name}", content.replace(b"\n", b"\r\n")[:HEAD]) is None


def test_the_whole_corpus_with_the_real_command(tmp_path: Path) -> None:
    shutil.copytree(ODD / "objects", tmp_path / "objects")
    shutil.copytree(ODD / "others", tmp_path / "others")
    done = subprocess.run(
        [COMMAND, "scan", ".", "--check", "WKL-001,IAM-007", "-f", "json"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert "Traceback" not in done.stderr
    assert done.returncode == 3, done.stderr
    report = json.loads(done.stdout)
    told: dict[str, list[tuple[int, str]]] = {}
    for note in report["notifications"]:
        if note["component"] == "parser":
            where = note["location"]
            told.setdefault(where["path"].removeprefix("objects/"), []).append((where["start_line"], note["level"]))
    expected = {
        name: sorted((int(line), level) for level, line, *_ in (each.split(" ") for each in entry["told"]))
        for name, entry in EXPECTED.items()
        if "told" in entry
    }
    assert {name: sorted(lines) for name, lines in told.items()} == expected


# --- Lines of what came in through merges ----------------------------------------------------------


def test_merges_have_the_values_and_lines_that_count(read_fixture: Callable[[str], Any]) -> None:
    reading = read_fixture("odd/objects/merges.yaml")
    address = "default/ConfigMap/merges"
    attributes = reading.resource(address).attributes
    assert attributes["before"] == {"a": "base", "b": "own"}
    assert attributes["after"] == {"a": "base", "b": "base"}
    assert attributes["several"] == {"a": "base", "b": "base", "c": "more"}
    assert attributes["twice"] == {"a": "more", "b": "base", "c": "more"}
    assert attributes["quoted"] == {"<<": {"a": "base", "b": "base"}}
    assert attributes["inline"] == {"a": "inline"}
    lines = {
        path: reading.line(address, path)
        for path in ("before.a", "before.b", "after.b", "several.c", "twice.a", "inline.a")
    }
    assert lines == {"before.a": 4, "before.b": 10, "after.b": 4, "several.c": 7, "twice.a": 6, "inline.a": 22}


# --- Encodings and line ends ----------------------------------------------------------------------


def scan_bytes(folder: Path, content: bytes, name: str = "app.yaml") -> dict[str, Any]:
    (folder / name).write_bytes(content)
    done = command.run("scan", ".", "--check", "WKL-001", "-f", "json", cwd=folder)
    assert "Traceback" not in done.stderr
    report: dict[str, Any] = json.loads(done.stdout)
    return report


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be"])
def test_a_manifest_in_utf_16_is_told(tmp_path: Path, encoding: str) -> None:
    mark = {"utf-16-le": b"\xff\xfe", "utf-16-be": b"\xfe\xff"}.get(encoding, b"")
    report = scan_bytes(tmp_path, mark + GOOD.encode(encoding))
    (note,) = [each for each in report["notifications"] if each["component"] == "discovery"]
    assert (note["level"], note["location"]["path"]) == ("error", "app.yaml")
    assert "not UTF-8" in note["message"]


def test_a_text_in_utf_16_that_is_no_manifest_is_left_alone(tmp_path: Path) -> None:
    report = scan_bytes(tmp_path, "name: x\n".encode("utf-16"))
    assert [each for each in report["notifications"] if each["location"]] == []


def test_a_nul_in_a_manifest_is_told(tmp_path: Path) -> None:
    report = scan_bytes(tmp_path, GOOD.encode() + b"data: {a: \x00}\n")
    assert [each["level"] for each in report["notifications"] if each["component"] == "discovery"] == ["error"]


@pytest.mark.parametrize("line_end", ["\r\n", "\r"])
@pytest.mark.parametrize("name", ["markers.yaml", "quoted-keys.yaml", "flow.yaml", "nested-lists.yaml", "merges.yaml"])
def test_line_ends_change_nothing(read: Callable[..., Any], line_end: str, name: str) -> None:
    text = (ODD / "objects" / name).read_text(encoding="utf-8")
    other = "\ufeff" + text.replace("\n", line_end)
    assert claim(name, other.encode()) == "kubernetes"
    expected, found = read(text).parsed, read(other).parsed
    assert [(each.address, each.location) for each in found.resources] == [
        (each.address, each.location) for each in expected.resources
    ]
    assert [each.attributes for each in found.resources] == [each.attributes for each in expected.resources]
    assert [each.location for each in found.notifications] == [each.location for each in expected.notifications]


# --- Size -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("beginning", "is_claimed"),
    [
        (f"# {'x' * 80}\n" * 1000, True),
        (f"kind: ConfigMap\ndata:\n{'  a: b' * 1}\n" + "  # more\n" * 9000, True),
        ("metadata:\n  annotations:\n    note: |\n" + "      text\n" * 9000, True),
        ("a: 1\n---\nb: 2\n---\nc: |\n" + "  text\n" * 12000, True),
        ("a: 1\nb: |\n" + "  text\n" * 12000, False),
        ("openapi: 3.0.0\npaths:\n" + "  /a: {get: {}}\n" * 5000, False),
    ],
)
def test_what_may_come_after_the_head_is_looked_at(read: Callable[..., Any], beginning: str, is_claimed: bool) -> None:
    assert len(beginning) > HEAD
    whole = f"{beginning}---\n{GOOD}"
    assert KUBERNETES.claims("app.yaml", whole.encode()[:HEAD]) is is_claimed
    reading = read(whole)
    assert reading.addresses()[-1:] == ["default/ConfigMap/good"]
    assert reading.line("default/ConfigMap/good", "metadata.name") == beginning.count("\n") + 4


def test_api_version_after_the_head_of_the_same_document(read: Callable[..., Any]) -> None:
    text = "kind: ConfigMap\nmetadata: {name: late}\ndata:\n" + "  # more\n" * 9000 + "  a: b\napiVersion: v1\n"
    assert KUBERNETES.claims("app.yaml", text.encode()[:HEAD])
    assert read(text).addresses() == ["default/ConfigMap/late"]


@pytest.mark.parametrize(
    "text",
    [
        "metadata:\n" + "  - a: b\n" * 9000 + "broken: [\n",
        "a: 1\n---\nb: 2\n---\n" + "c: 1\n" * 14000 + "{{ broken\n",
        "# comment\n" * 8000 + "text: [\n",
    ],
)
def test_a_large_file_that_holds_no_object_after_all_is_left_alone(read: Callable[..., Any], text: str) -> None:
    assert KUBERNETES.claims("app.yaml", text.encode()[:HEAD])
    reading = read(text)
    assert (reading.addresses(), reading.told()) == ([], [])


def test_large_data_in_json_is_left_alone() -> None:
    rows = ", ".join(['{"apiVersion": "v1", "kind": "Pod"}'] * 3000)
    assert not KUBERNETES.claims("data.json", f'{{"data": [{rows}'.encode()[:HEAD])
    listed = f'{{"apiVersion": "v1", "items": [{rows}], "kind": "List"}}'
    assert KUBERNETES.claims("list.json", listed.encode()[:HEAD])


def test_ten_thousand_documents(read: Callable[..., Any]) -> None:
    text = "---\n".join(GOOD.replace("good", f"c{number}") for number in range(10_000))
    started = time.perf_counter()
    reading = read(text)
    assert time.perf_counter() - started < 30
    assert len(reading.parsed.resources) == 10_000
    assert reading.line("default/ConfigMap/c9999", "metadata.name") == 9999 * 4 + 3
    assert reading.told() == []


def test_ten_thousand_documents_one_of_which_is_broken(read: Callable[..., Any]) -> None:
    texts = [GOOD.replace("good", f"c{number}") for number in range(10_000)]
    texts[5000] = texts[5000].replace("}", "")
    started = time.perf_counter()
    reading = read("---\n".join(texts))
    assert time.perf_counter() - started < 60
    assert len(reading.parsed.resources) == 9_999
    assert [(level, line) for level, line, _ in reading.told()] == [("error", 5000 * 4 + 4)]


@pytest.mark.parametrize(
    "text",
    [
        f"{GOOD}data: {{a: {'x' * 2_000_000}}}\n",
        f"{GOOD}data: {{a: '{' ' * 2_000_000}'}}\n",
        f"{GOOD}data: {{a: {'- ' * 200_000}\n{{{{ x }}}}\n",
        f"{GOOD}data: {{a: '{'{{ ' * 200_000}'}}\n",
        f"{GOOD}{'- ' * 200_000}\n",
        f"{GOOD}---\n{'- ' * 200_000}\n{{{{ x }}}}\n",
        f"{GOOD}---\n{' ' * 200_000}\n{'a: ' * 100_000}\n{{{{ x }}}}\n",
        f"{GOOD}data: {'[' * 100_000}\n",
        f"{GOOD}data: {'{? ' * 100_000}\n",
        f"{GOOD}data: {'&a ' * 100_000}\n",
        f"{GOOD}data:\n" + "".join(f"  a{n}: &a{n} x\n" for n in range(50_000)),
        GOOD + "data: " + "'" * 100_001,
        GOOD + "data: {" + "'a', " * 100_000,
        '{"apiVersion": "v1", "kind": "' + "\\" * 200_001,
    ],
)
@pytest.mark.parametrize("name", ["app.yaml", "app.json"])
def test_long_lines_take_no_time(read: Callable[..., Any], text: str, name: str) -> None:
    started = time.perf_counter()
    claim(name, text.encode()[:HEAD])
    reading = read(text, name)
    assert time.perf_counter() - started < 20
    assert reading.parsed.resources or any(each.level is Level.ERROR for each in reading.parsed.notifications)


def test_an_alias_bomb_of_merges_is_told(read: Callable[..., Any]) -> None:
    lines = ["a0: &a0 {" + ", ".join(f"k{n}: x" for n in range(10)) + "}"]
    lines += [f"a{n}: &a{n} {{" + ", ".join(f"k{i}: *a{n - 1}" for i in range(10)) + "}" for n in range(1, 9)]
    (told,) = read(f"{GOOD}{chr(10).join(lines)}\nb: {{<<: *a8}}\n").told()
    assert told[0] == "error"
    assert "1,000,000 values" in told[2]
