"""Values and positions of YAML and JSON text, and what is refused."""

import json
import time
from typing import Any

import pytest

from scanner.core.values import AttributePath
from scanner.yaml_source import Document, SourceError, load_documents, load_documents_leniently


def load(text: str, path: str = "file.yaml") -> Document:
    (document,) = load_documents(text, path)
    return document


def region(document: Document, *path: str | int) -> tuple[int, int, int, int]:
    where = document.locations[path]
    return where.start_line, where.start_column, where.end_line, where.end_column


def refused(text: str, path: str = "file.yaml") -> SourceError:
    with pytest.raises(SourceError) as caught:
        load_documents(text, path)
    return caught.value


@pytest.mark.parametrize(
    ("written", "value"),
    [
        *[(word, True) for word in ("true", "True", "yes", "YES", "on", "On", "y", "Y")],
        *[(word, False) for word in ("false", "FALSE", "no", "No", "off", "OFF", "n", "N")],
        *[(word, None) for word in ("", "~", "null", "NULL")],
        ("yEs", "yEs"),
        ("42", 42),
        ("-7", -7),
        ("1_000", 1000),
        ("0x1F", 31),
        ("0b101", 5),
        ("017", 15),
        ("0o17", 15),
        ("00", 0),
        ("08", 8.0),
        ("123456789012345678901234567890", 123456789012345678901234567890),
        ("1.5", 1.5),
        (".5", 0.5),
        ("1e3", 1000.0),
        ("1.2.3", "1.2.3"),
        ("1:30", "1:30"),
        ("2026-11-02", "2026-11-02"),
        ("2001-12-14t21:59:43.10-05:00", "2001-12-14t21:59:43.10-05:00"),
        (".inf", ".inf"),
        (".nan", ".nan"),
        ("61e4849", "61e4849"),
        ("9" * 5000, "9" * 5000),
        ("=", "="),
        ("'yes'", "yes"),
        ('"1"', "1"),
        ("!!str 12", "12"),
        ("! 12", "12"),
        ('!!int "12"', 12),
        ('!!bool "yes"', True),
        ("!!timestamp 2026-11-02", "2026-11-02"),
        ("!!binary aGVsbG8=", "aGVsbG8="),
        ("!Ref Bucket", "Bucket"),
        ("!Sub 'x'", "x"),
        ("!!python/object/apply:os.system [echo]", ["echo"]),
        ("!!set {a, b}", {"a": None, "b": None}),
    ],
)
def test_scalars_are_read_as_kubernetes_reads_them(written: str, value: Any) -> None:
    read = load(f"key: {written}\n").value["key"]
    assert read == value
    assert type(read) is type(value)


def test_keys_are_their_text_as_written() -> None:
    assert load('on: 1\n8080: 2\n1.10: 3\n~: 4\n"\\0x": 5\n').value == {"on": 1, "8080": 2, "1.10": 3, "~": 4, "\0x": 5}


def test_block_style_positions() -> None:
    document = load("# top\na: 1\nb:\n  - x: |\n      one\n      two\n\n\n  # note\n  -\n    - y\nc:\nd: last\n")
    assert region(document, "a") == (2, 1, 2, 4)
    assert region(document, "b") == (3, 1, 11, 7)
    assert region(document, "b", 0) == (4, 5, 6, 9)
    assert region(document, "b", 0, "x") == (4, 5, 6, 9)
    assert region(document, "b", 1) == (11, 5, 11, 7)
    assert region(document, "b", 1, 0) == (11, 7, 11, 7)
    assert region(document, "c") == (12, 1, 12, 2)
    assert (document.location.start_line, document.location.end_line, document.location.end_column) == (2, 13, 7)


def test_flow_style_positions() -> None:
    document = load("a: {b: [1,\n  two], c: 'x y'}  # note\n")
    assert region(document, "a") == (1, 1, 2, 17)
    assert region(document, "a", "b") == (1, 5, 2, 6)
    assert region(document, "a", "b", 1) == (2, 3, 2, 5)
    assert region(document, "a", "c") == (2, 9, 2, 16)


def test_positions_of_a_path_that_is_not_there() -> None:
    locations = load("a: [1]\n").locations
    for path in [(), ("b",), ("a", 1), ("a", -1), ("a", "x"), ("a", 0, "x"), (0,)]:
        assert locations.get(path) is None, path
    assert list(locations) == [("a",), ("a", 0)]
    assert len(locations) == 2


def test_every_value_has_a_position() -> None:
    document = load("a: {b: [1, {c: 2}]}\nd: [[]]\n")
    expected: list[AttributePath] = [
        ("a",), ("a", "b"), ("a", "b", 0), ("a", "b", 1), ("a", "b", 1, "c"), ("d",), ("d", 0)
    ]  # fmt: skip
    assert list(document.locations) == expected


@pytest.mark.parametrize("line_end", ["\n", "\r\n", "\r"])
def test_line_ends_and_byte_order_mark(line_end: str) -> None:
    text = "\ufeffa: é\nb: |\n  1\n  2\nc: 3\n".replace("\n", line_end)
    document = load(text)
    assert document.value == {"a": "é", "b": "1\n2\n", "c": 3}
    assert region(document, "a") == (1, 1, 1, 4)
    assert region(document, "b") == (2, 1, 4, 3)
    assert region(document, "c") == (5, 1, 5, 4)


def test_unicode_line_separators_do_not_shift_lines() -> None:
    document = load('a: "x\u2028y\u0085z"\nb: 😀\nc: 1\n')
    assert region(document, "b") == (2, 1, 2, 4)
    assert region(document, "c") == (3, 1, 3, 4)


def test_first_line_shifts_documents_and_errors() -> None:
    (document,) = load_documents("a: 1\nb: 2\n", "README.md", first_line=10)
    assert document.location.start_line == 10
    assert region(document, "b") == (11, 1, 11, 4)
    with pytest.raises(SourceError) as caught:
        load_documents("a:\n  - b\n c\n", "README.md", first_line=10)
    assert caught.value.location.start_line == 12
    assert "line 10" in caught.value.message


def test_alias_has_its_own_place_and_the_definition_inside() -> None:
    document = load("a: &x\n  k: 1\nb: *x\nc:\n  - *x\nd: &s text\ne: *s\n*s : 5\n")
    assert document.value["b"] == {"k": 1}
    assert document.value["text"] == 5
    assert region(document, "b") == (3, 1, 3, 5)
    assert region(document, "b", "k") == (2, 3, 2, 6)
    assert region(document, "c", 0) == (5, 5, 5, 6)
    assert region(document, "c", 0, "k") == (2, 3, 2, 6)
    assert region(document, "e") == (7, 1, 7, 5)


def test_merge_keys() -> None:
    text = (
        "base: &base {image: a, user: 1}\nmore: &more {user: 2, extra: 3}\n"
        "one:\n  <<: *base\n  user: 9\nmany:\n  <<: [*more, *base]\n  z: 1\nquoted: {'<<': 1}\ninline: {<<: {x: 1}}\n"
    )
    document = load(text)
    assert document.value["one"] == {"image": "a", "user": 9}
    assert document.value["many"] == {"user": 2, "extra": 3, "image": "a", "z": 1}
    assert document.value["quoted"] == {"<<": 1}
    assert document.value["inline"] == {"x": 1}
    assert region(document, "one", "image") == (1, 14, 1, 21)
    assert region(document, "one", "user") == (5, 3, 5, 9)
    assert region(document, "one") == (3, 1, 5, 9)
    assert document.duplicate_keys == ()


def test_a_merge_replaces_what_is_written_before_it_and_that_is_told() -> None:
    text = (
        "base: &base {image: a, user: 1}\nmore: &more {user: 2, list: [1]}\n"
        "one:\n  user: 9\n  image: a\n  <<: *base\ntwo:\n  <<: *base\n  <<: *more\n"
        "three:\n  list: [1]\n  <<: [*more, *base]\n  user: 3\n  user: 4\n"
    )
    document = load(text)
    assert document.value["one"] == {"user": 1, "image": "a"}
    assert document.value["two"] == {"user": 2, "image": "a", "list": [1]}
    assert document.value["three"] == {"list": [1], "user": 4, "image": "a"}
    assert region(document, "one", "user") == (1, 24, 1, 30)
    assert region(document, "two", "user") == (2, 14, 2, 20)
    assert [(name, where.start_line) for name, where in document.duplicate_keys] == [
        ("one.user", 6),
        ("three.list", 12),
        ("three.user", 14),
    ]


@pytest.mark.parametrize("tag", ["!vault", "!Ref", "!", "!!python/name:x.y", "!<tag:acme.example,2026:a>"])
def test_what_has_an_unknown_tag_is_text(tag: str) -> None:
    assert load(f"a: {tag} yes\nb: {tag} 12\nc: {tag}\n").value == {"a": "yes", "b": "12", "c": ""}


def test_several_documents_and_empty_ones() -> None:
    documents = load_documents("# head\n---\na: 1\n---\n---\n# nothing\n---\nb: 2\n...\n---\nnull\n", "file.yaml")
    assert [document.value for document in documents] == [{"a": 1}, {"b": 2}, None]
    assert [document.location.start_line for document in documents] == [3, 8, 11]
    assert load_documents("", "file.yaml") == load_documents("\n# only\n", "file.yaml") == []
    assert load_documents("", "file.json") == []


def test_duplicate_keys_are_told_with_path_and_place() -> None:
    document = load("a: 1\nb:\n  - c: 1\n    d:\n      e: 1\n      e: 2\na: 3\n")
    assert document.value == {"a": 3, "b": [{"c": 1, "d": {"e": 2}}]}
    assert [(name, where.start_line) for name, where in document.duplicate_keys] == [("b[0].d.e", 6), ("a", 7)]
    assert region(document, "a") == (7, 1, 7, 4)


def test_a_bad_document_costs_only_itself() -> None:
    text = "%YAML 1.1\n---\na: 1\n---\nb: [\n---\nc: |\n  text\n  ---\n--- \nd: *nothing\n---\ne: 5\n"
    documents, errors = load_documents_leniently(text, "file.yaml")
    assert [(document.value, document.location.start_line) for document in documents] == [
        ({"a": 1}, 3),
        ({"c": "text\n---\n"}, 7),
        ({"e": 5}, 13),
    ]
    assert [error.location.start_line for error in errors] == [6, 11]
    assert region(documents[2], "e") == (13, 1, 13, 4)


def test_lenient_reading_of_good_and_of_json_text() -> None:
    documents, errors = load_documents_leniently("a: 1\n---\nb: 2\n", "file.yaml")
    assert [document.value for document in documents] == [{"a": 1}, {"b": 2}]
    assert errors == []
    documents, errors = load_documents_leniently('{"a": }', "file.json")
    assert documents == []
    assert [(error.location.start_line, error.location.start_column) for error in errors] == [(1, 7)]


@pytest.mark.parametrize(
    ("text", "line", "column", "words"),
    [
        ("a: b: c\n", 1, 5, "mapping values are not allowed"),
        ("a:\n  - b\n c\n", 3, 2, "block mapping that starts in line 1"),
        ("a: é\nb: x\x01y\n", 2, 5, "control characters"),
        ("a: 1\n\tb: 2\n", 2, 1, "indent with spaces"),
        ("a: *none\n", 1, 4, "define the anchor first"),
        ("a: &a [1, *a]\n", 1, 11, "define the anchor first"),
        ("[1, 2]: x\n", 1, 1, "put the key in quotes"),
        ("a: &a [1]\n*a : x\n", 2, 1, "put the key in quotes"),
        ("name: {{ .Values.name }}\n", 1, 8, "put the key in quotes"),
        ("a: {<<: 1}\n", 1, 9, "no mapping"),
        ("a: x\ud800\n", 1, 5, "UTF-8"),
        ("\x00\x01\x02apiVersion: v1", 1, 1, "control characters"),
        ("a: !h!x y\n", 1, 4, "tag handle"),
    ],
)
def test_refused_yaml_names_the_place(text: str, line: int, column: int, words: str) -> None:
    error = refused(text)
    assert (error.location.start_line, error.location.start_column) == (line, column)
    assert words in error.message
    assert "\n" not in error.message
    assert str(error) == f"file.yaml:{line}:{column}: {error.message}"


def test_alias_bomb_is_refused_quickly() -> None:
    lines = ["l0: &l0 [x, x, x, x, x, x, x, x, x, x]"]
    lines += [f"l{n}: &l{n} [{', '.join([f'*l{n - 1}'] * 10)}]" for n in range(1, 30)]
    started = time.perf_counter()
    error = refused("\n".join(lines))
    assert time.perf_counter() - started < 30
    assert "1,000,000" in error.message
    assert error.location.start_line == 6


def test_merge_bomb_is_refused() -> None:
    wide = ", ".join(f"k{n}: 1" for n in range(1000))
    uses = "\n".join(f"u{n}: {{<<: *w}}" for n in range(600))
    assert "1,000,000" in refused(f"w: &w {{{wide}}}\n{uses}\n").message


def test_a_document_after_a_bomb_is_read() -> None:
    bomb = "a: &a [x, x, x, x, x, x, x, x, x, x]\n" + "".join(
        f"{chr(98 + n)}: &{chr(98 + n)} [{','.join(['*' + chr(97 + n)] * 10)}]\n" for n in range(8)
    )
    documents, errors = load_documents_leniently(f"{bomb}---\nafter: 1\n---\n{bomb}", "file.yaml")
    assert [document.value for document in documents] == [{"after": 1}]
    assert [error.location.start_line for error in errors] == [6, 18]


@pytest.mark.parametrize("piece", ["[", "[\n", "{a: ", "- ", '{"a":', "? ", "[{"])
@pytest.mark.parametrize("path", ["file.yaml", "file.json"])
def test_deep_nesting_is_refused_quickly(piece: str, path: str) -> None:
    started = time.perf_counter()
    error = refused(piece * 50_000, path)
    assert time.perf_counter() - started < 30
    assert "nested deeper than 200" in error.message or "used as a key" in error.message or path == "file.json"


@pytest.mark.parametrize("path", ["file.yaml", "file.json"])
def test_the_limit_of_nesting(path: str) -> None:
    assert load("[" * 200 + "]" * 200, path).value
    error = refused("[" * 201 + "]" * 201, path)
    assert "nested deeper than 200" in error.message
    assert error.location.start_column == 201


def test_nesting_through_aliases_counts() -> None:
    deep = "[" * 150 + "]" * 150
    error = refused(f"a: &a {deep}\nb: {'[' * 60}*a{']' * 60}\n")
    assert "nested deeper than 200" in error.message
    assert error.location.start_line == 2


JSON = r"""{
	"emoji": "\ud83d\ude00", "slash": "a\/b", "half": "x\ud800",
	"big": 123456789012345678901234567890, "float": 1.5e3, "no": null,
	"list": [1, {"deep": ["tab\there", "quote\" { ["]}, []],
	"\u0041": true
}
"""


@pytest.mark.parametrize("path", ["file.json", "file.yaml"])
def test_json_values_and_positions(path: str) -> None:
    document = load(JSON, path)
    assert document.value == json.loads(JSON) | {"half": "x\ufffd"}
    assert region(document, "emoji") == (2, 2, 2, 24)
    assert region(document, "big") == (3, 2, 3, 38)
    assert region(document, "list") == (4, 2, 4, 56)
    assert region(document, "list", 1) == (4, 14, 4, 51)
    assert region(document, "list", 1, "deep", 1) == (4, 37, 4, 49)
    assert region(document, "A") == (5, 2, 5, 15)
    assert document.location.end_line == 6
    assert set(document.locations) >= {("list", 2), ("no",)}
    assert region(load("[1, [2]]", path), 1, 0) == (1, 6, 1, 6)


def test_json_duplicate_keys() -> None:
    document = load('{"a": {"b": [0, {"c": 1,\n"c": {"d": 1, "d": [2]}}]},\n"a": 3}', "file.json")
    assert document.value == {"a": 3}
    found = [(name, where.start_line, where.start_column) for name, where in document.duplicate_keys]
    assert found == [("a.b[1].c", 2, 1), ("a.b[1].c.d", 2, 15), ("a", 3, 1)]


def test_json_values_in_a_row_are_documents() -> None:
    first, second = load_documents('{"a": 1}\n{"b": [2]}\n', "file.json")
    assert (first.value, second.value) == ({"a": 1}, {"b": [2]})
    assert region(second, "b", 0) == (2, 8, 2, 8)


def test_many_small_json_values_are_read_quickly() -> None:
    started = time.perf_counter()
    assert len(load_documents('{"a": "\\u0041"}\n' * 20_000, "file.json")) == 20_000
    assert time.perf_counter() - started < 30


@pytest.mark.parametrize(
    ("text", "line", "column", "words"),
    [
        ('{"a": "NaN",\n "b": NaN}', 2, 7, "number that JSON does not have"),
        ("[-Infinity]", 1, 2, "number that JSON does not have"),
        ("[1e999]", 1, 2, "number that JSON does not have"),
        ("[" + "9" * 5000 + "]", 1, 1, "more digits"),
        ('{"a" 1}', 1, 6, "not JSON"),
        ('{"a": 1} x', 1, 10, "not JSON"),
        ('{"a": "x\ty"}', 1, 9, "not JSON"),
        ("not json", 1, 1, "not JSON"),
    ],
)
def test_refused_json_names_the_place(text: str, line: int, column: int, words: str) -> None:
    error = refused(text, "file.json")
    assert (error.location.start_line, error.location.start_column) == (line, column)
    assert words in error.message


def test_flow_yaml_is_not_taken_for_json() -> None:
    assert load("{a: 1, b: [x]}  # note\n").value == {"a": 1, "b": ["x"]}
    assert load('{"a": 1,}\n').value == {"a": 1}


def test_a_thousand_manifests_load_in_about_a_second() -> None:
    containers = "".join(
        f"    - name: c{n}\n      image: registry.example/app:{n}\n      args: [--port, '80']\n"
        f"      env:\n      - name: A\n        value: text\n      securityContext:\n        runAsNonRoot: true\n"
        for n in range(6)
    )
    text = f"apiVersion: v1\nkind: Pod\nmetadata:\n  name: x\nspec:\n    containers:\n{containers}"
    started = time.perf_counter()
    for _ in range(1000):
        load_documents(text, "pod.yaml")
    assert time.perf_counter() - started < 30
