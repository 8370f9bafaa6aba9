"""Documents of other programs reach the engine as they are, or are refused with the place of what it cannot hold."""

import json
import math
import re
from datetime import date
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scanner.core.values import ABSENT, Unresolved
from scanner.engines.rego import document
from scanner.engines.rego.document import FOREIGN_DEPTH, foreign_json
from scanner.engines.rego.interface import Asked
from scanner.engines.rego.regorus_engine import RegorusEngine

SCALARS = (
    st.none() | st.booleans() | st.integers(-(1 << 63), (1 << 64) - 1) | st.floats(-(2.0**53), 2.0**53) | st.text()
)
DOCUMENTS = st.recursive(SCALARS, lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner), max_leaves=30)


def through(whole: Any) -> Any:
    """The document as a policy sees it and gives it back."""
    engine = RegorusEngine()
    engine.load([("a.rego", "package a\nit := input\nother := data.other")], {"other": whole})
    engine.read([foreign_json(whole)], {"it": Asked("data.a.it"), "other": Asked("data.a.other")})
    (((it,),), ((other,),)) = engine.evaluate("it"), engine.evaluate("other")
    assert it == other
    return it


@settings(deadline=None, max_examples=60)
@given(DOCUMENTS)
def test_what_is_taken_comes_back_as_it_went_in(whole: Any) -> None:
    try:
        text = foreign_json(whole)
    except ValueError as error:
        assert "not valid Unicode" in str(error)  # noqa: PT017 - what else hypothesis makes must be taken
        return
    assert json.loads(text) == whole
    assert through(whole) == whole


@pytest.mark.parametrize(
    "value",
    [
        "quotes \" ' `", "a\nb\r\n\t", "\x00\x01\x1f\x7f\x85", "😀 Ærø \u2028\ufeff", "\\n \\u0041", "", {"": {"": ""}},
        {"a\x00b": 1}, {"😀\n\"": 1}, 1.10, -0.0, 0.1234567890123456789, 1e308, 5e-324, 2**53 + 1, 2**64 - 1, -(2**63),
        [[], {}, None, {"a": None}],
    ],
)  # fmt: skip
def test_every_json_value_is_kept(value: Any) -> None:
    assert through({"it": value}) == {"it": value}


@pytest.mark.parametrize(
    ("value", "says"),
    [
        ({"a": [1, {"b": 2**64}]}, "a.1.b: integer beyond 64 bits"),
        ({"a": -(2**63) - 1}, "a: integer beyond 64 bits"),
        ([1 << 100_000], "0: integer beyond 64 bits"),
        ({"a": math.inf}, "a: not a finite number"),
        ([math.nan], "0: not a finite number"),
        ({"a": "lone \ud800"}, "a: text that is not valid Unicode"),
        ({"a": {"\udfff": 1}}, "a: text that is not valid Unicode"),
        ({"a": b"x"}, "a: a value of type bytes has no place in JSON"),
        ({"a": date(2026, 11, 21)}, "a: a value of type date has no place in JSON"),
        ({"a": Unresolved("var.a", "var.a has no default")}, "a: var.a has no default"),
        ({"a": ABSENT}, "a: no value"),
        ({None: 1}, "the document: a key of type NoneType has no place in JSON"),
        ({math.inf: 1}, "the document: a key of type float has no place in JSON"),
        ({1: 1, "1": 2}, "1 is there twice, as text and as a number"),
        ({"a\nb": {1, 2}}, "a b: a value of type set has no place in JSON"),
    ],
)
def test_what_rego_cannot_hold_is_refused_with_its_place(value: Any, says: str) -> None:
    with pytest.raises(ValueError, match=f"^{re.escape(says)}$"):
        foreign_json(value)


def test_keys_become_text_as_in_yaml() -> None:
    assert json.loads(foreign_json({1: "a", 1.5: "b", True + 1: "c", 2**70: "d"})) == {
        "1": "a", "1.5": "b", "2": "c", str(2**70): "d",
    }  # fmt: skip
    assert foreign_json({True: 1}) == '{"true": 1}'


def nested(levels: int) -> list[Any]:
    value: list[Any] = []
    for _ in range(levels - 1):
        value = [value]
    return value


def test_depth_has_a_limit_that_the_engine_keeps() -> None:
    assert foreign_json(nested(FOREIGN_DEPTH)).count("[") == FOREIGN_DEPTH
    engine = RegorusEngine()
    engine.load([("a.rego", "package a\nit := input")], {})
    engine.read([foreign_json(nested(FOREIGN_DEPTH))], {"it": Asked("data.a.it")})
    assert engine.evaluate("it") == [[nested(FOREIGN_DEPTH)]]
    with pytest.raises(ValueError, match="nested deeper than 127 levels"):
        foreign_json(nested(FOREIGN_DEPTH + 1))
    with pytest.raises(ValueError, match="nested deeper than 127 levels"):
        foreign_json(nested(100_000))


def test_what_holds_itself_or_is_written_once_and_used_often_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(document, "_MOST_VALUES", 5_000)
    monkeypatch.setattr(document, "_MOST_CHARACTERS", 2_000_000)
    itself: list[Any] = []
    itself.append(itself)
    with pytest.raises(ValueError, match="nested deeper"):
        foreign_json(itself)
    bomb: list[Any] = ["x"] * 10
    for _ in range(10):
        bomb = [bomb] * 10
    with pytest.raises(ValueError, match="it has more than 5000 values"):
        foreign_json(bomb)
    with pytest.raises(ValueError, match="it has more than 2000000 characters"):
        foreign_json(["x" * 10_000] * 201)
