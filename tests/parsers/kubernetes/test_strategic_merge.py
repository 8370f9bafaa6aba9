"""Laying one value over another, and that every value keeps its place."""

from typing import Any

import pytest

from scanner.core.location import Location
from scanner.parsers.kubernetes.strategic_merge import (
    Source,
    Traced,
    list_of,
    mapping_of,
    merged,
    rewritten,
    with_value,
)
from scanner.yaml_source import load_documents


def read(text: str, path: str = "base.yaml", is_template: bool = False) -> Traced:
    (document,) = load_documents(text, path)
    return Traced(document.value, Source(document.locations, is_template), ())


def over(base: str, own: str) -> Any:
    return merged(read(f"v: {base}"), read(f"v: {own}", "own.yaml")).value["v"]


@pytest.mark.parametrize(
    ("base", "own", "expected"),
    [
        ("1", "2", 2),
        ("1", "null", 1),
        ("a", "''", "a"),
        ("[1, 2]", "[3]", [3]),
        ("[1, 2]", "[]", [1, 2]),
        ("{a: 1, b: 2}", "{b: 3, c: 4}", {"a": 1, "b": 3, "c": 4}),
        ("{a: {b: 1, c: 2}}", "{a: {c: 3}}", {"a": {"b": 1, "c": 3}}),
        ("{a: 1}", "5", 5),
        ("5", "{a: 1}", {"a": 1}),
        ("{a: 1}", "{b: null, c: ''}", {"a": 1}),
        ("{hostNetwork: true}", "{hostNetwork: false}", {"hostNetwork": True}),
        ("{hostUsers: true}", "{hostUsers: false}", {"hostUsers": False}),
        ("{runAsUser: 5}", "{runAsUser: 0}", {"runAsUser": 0}),
        (
            "{volumes: [{name: a, hostPath: {path: /}}, {name: b}]}",
            "{volumes: [{name: a, emptyDir: {}}]}",
            {"volumes": [{"name": "a", "emptyDir": {}}, {"name": "b"}]},
        ),
        (
            "{env: [{name: a, value: x}]}",
            "{env: [5, {value: z}]}",
            {"env": [5, {"value": "z"}, {"name": "a", "value": "x"}]},
        ),
        ("{tolerations: [{key: a}]}", "{tolerations: [{key: b}]}", {"tolerations": [{"key": "b"}]}),
    ],
)
def test_values(base: str, own: str, expected: Any) -> None:
    assert over(base, own) == expected


@pytest.mark.parametrize(
    ("base", "own", "expected"),
    [
        ("AB", "C", "CAB"),
        ("ABC", "B", "ABC"),
        ("ABC", "BX", "ABXC"),
        ("ABC", "CA", "BCA"),
        ("AB", "", "AB"),
        ("", "AB", "AB"),
    ],
)
def test_order(base: str, own: str, expected: str) -> None:
    """As `strategicpatch` orders a list that is merged without an order of its own."""
    lists = [f"{{containers: [{', '.join(f'{{name: {each}}}' for each in names)}]}}" for names in (base, own)]
    assert "".join(each["name"] for each in over(*lists)["containers"]) == expected


def test_lists_that_are_put_together() -> None:
    result = merged(read("args: [1]\nother: [1]"), read("args: [2]\nother: [2]"), "", frozenset({"args"}))
    assert result.value == {"args": [1, 2], "other": [2]}


def test_places() -> None:
    base = read("a: 1\nb:\n  c: 2\n  d: 3\nargs:\n- x\n", is_template=True)
    own = read("b:\n  d: 4\nargs: [y]\n", "own.yaml")
    result = merged(base, own, "", frozenset({"args"}))
    places = {path: (result.locate(path).path, result.locate(path).start_line) for path in result.steps()}
    assert places == {
        ("a",): ("base.yaml", 1),
        ("b",): ("own.yaml", 1),
        ("b", "c"): ("base.yaml", 3),
        ("b", "d"): ("own.yaml", 2),
        ("args",): ("own.yaml", 3),
        ("args", 0): ("base.yaml", 6),
        ("args", 1): ("own.yaml", 3),
    }
    for path in (("z",), ("b", "z"), ("args", 2), ("a", "z")):
        with pytest.raises(KeyError):
            result.locate(path)


def test_the_order_of_merges_does_not_matter_to_places() -> None:
    first, second, third = (read(f"a: {{{name}: 1}}", f"{name}.yaml") for name in "xyz")
    one = merged(merged(first, second), third)
    other = merged(first, merged(second, third))
    assert one.value == other.value == {"a": {"x": 1, "y": 1, "z": 1}}
    assert [one.locate(("a", name)).path for name in "xyz"] == ["x.yaml", "y.yaml", "z.yaml"]
    assert [other.locate(("a", name)).path for name in "xyz"] == ["x.yaml", "y.yaml", "z.yaml"]


def test_another_value_in_a_tree() -> None:
    root, new = read("a:\n- b: 1\n- c: 2\n"), read("x: 5", "new.yaml")
    changed = with_value(root, ("a", 1, "d", "e"), new)
    assert changed.value == {"a": [{"b": 1}, {"c": 2, "d": {"e": {"x": 5}}}]}
    assert changed.locate(("a", 1, "d", "e", "x")) == Location("new.yaml", 1, 1, 1, 4)
    assert changed.locate(("a", 0, "b")).path == "base.yaml"
    assert root.value == {"a": [{"b": 1}, {"c": 2}]}, "the old tree stays"


def test_texts_are_rewritten_in_place() -> None:
    root = merged(read("a: [x, 1]\nb: {c: z}"), read("d: x", "own.yaml"))
    changed = rewritten(root, str.upper)
    assert changed.value == {"a": ["X", 1], "b": {"c": "Z"}, "d": "X"}
    assert (changed.locate(("b", "c")).start_line, changed.locate(("d",)).path) == (2, "own.yaml")
    assert rewritten(root, lambda text: text) is root


def test_what_is_put_together_by_hand() -> None:
    place = read("p:\n  q: 1\n").at("p")
    assert place is not None
    built = mapping_of({"one": list_of([place], place)}, place)
    assert built.value == {"one": [{"q": 1}]}
    assert built.locate(("one", 0, "q")).start_line == 2
    assert built.at("one", 0, "q") == place.part("q")
    assert (built.at("one", 1), built.at("two", "x")) == (None, None)
