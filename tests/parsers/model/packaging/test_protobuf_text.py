"""The text format of protocol buffers: values, lists, comments, escapes."""

from typing import Any

import pytest

from scanner.parsers.model.packaging.protobuf_text import Shape, TextFormatError, read_message

SHAPE = Shape(frozenset(("listed",)), frozenset(("mapped",)))


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("a: 1", {"a": 1}),
        ("a: -1.5e3 b: 0x1F c: 017 d: 2f", {"a": -1500.0, "b": 31, "c": 15, "d": 2.0}),
        ("a: true; b: False, c: KIND_GPU d: -inf", {"a": True, "b": False, "c": "KIND_GPU", "d": "-inf"}),
        (r"""a: "x\n\"\x41\101ü" 'y'""", {"a": 'x\n"AAüy'}),
        (r'a: "\303\274\u00fc"', {"a": "üü"}),
        ("# c\na: 1 # a: 2\n", {"a": 1}),
        ('a: "# no comment"', {"a": "# no comment"}),
        ("listed: 1", {"listed": [1]}),
        ("listed: [1, 2] listed: 3", {"listed": [1, 2, 3]}),
        ("listed: []", {"listed": []}),
        ("other: 1 other: 2", {"other": [1, 2]}),
        ("m { n < o: 1 > }", {"m": {"n": {"o": 1}}}),
        ('mapped { key: "k" value: 1 } mapped { key: 2 value { a: 1 } }', {"mapped": {"k": 1, "2": {"a": 1}}}),
        ('mapped: [{ key: "a" value: 1 }, { key: "b" value: 2 }]', {"mapped": {"a": 1, "b": 2}}),
        ("[foo.bar/baz] { a: 1 }", {"[foo.bar/baz]": {"a": 1}}),
        ("", {}),
    ],
)
def test_values(text: str, value: dict[str, Any]) -> None:
    assert read_message(text, "p", SHAPE).value == value


@pytest.mark.parametrize("text", ["{", "}", "a: }", "1: 2", 'a: "\n"', "a { b: 1", "a: [1 2]", "a: \\", "["])
def test_what_is_no_message_is_refused(text: str) -> None:
    with pytest.raises(TextFormatError):
        read_message(text, "p", SHAPE)
