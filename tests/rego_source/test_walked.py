"""Values that do not reach a function in Python as they are reach it all the same."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from scanner.engines.rego.interface import Asked
from scanner.engines.rego.regorus_engine import RegorusEngine
from scanner.rego_source.module import Problem, RegoError

INPUT = {"texts": ["x", "y"], "large": 1e20}


def found(expression: str, *, lenient: bool) -> list[Any]:
    engine = RegorusEngine(lenient=lenient)
    engine.load([("m.rego", f"package m\n\nfound := [it |\n\tit := ({expression})\n]\n")], {})
    engine.read([json.dumps(INPUT)], {"it": Asked("data.m.found")})
    answer: list[Any] = engine.evaluate("it")[0][0]
    return answer


def problem(work: Callable[[], Any]) -> Problem:
    """Why it breaks off. Without the traceback, which keeps an engine that no other thread may drop."""
    try:
        work()
    except RegoError as error:
        return error.problem
    raise AssertionError("it does not break off")


@pytest.mark.parametrize("lenient", [False, True])
@pytest.mark.parametrize(
    ("expression", "wanted"),
    [
        ('sprintf("%v %d", [{[1], {2}, {"a": {3}}}, -5])', ['{[1], {"a": {3}}, {2}} -5']),
        ('sprintf(sprintf("%%%s", ["v"]), [{{1}, {2}}])', ["{{1}, {2}}"]),
        ('sprintf(`%v`, [{[input.texts[_]]}])', ['{["x"]}', '{["y"]}']),
        ("json.marshal({[2], [1], {\"é\": {false}}})", ['[[1],[2],{"é":[false]}]']),
        ("json.marshal([{[1], [json.marshal({[2]})]}])", ['[[[1],["[[2]]"]]]']),
        ("json.marshal([null, {[true, null, 1.5]}])", ["[null,[[true,null,1.5]]]"]),
        ("object.subset({[1], [2]}, {[1]})", [True]),
        ('object.subset({"a": {[1]}}, {"a": {[2]}})', [False]),
        ("any({[1], true})", [True]),
        ("json.marshal(input.large)", ["100000000000000000000"]),
    ],
)  # fmt: skip
def test_a_function_takes_what_python_has_no_set_for(expression: str, wanted: list[Any], lenient: bool) -> None:
    assert found(expression, lenient=lenient) == wanted


def test_what_the_function_refuses_is_undefined_as_for_other_values() -> None:
    assert found("strings.count({[1]}, `a`)", lenient=True) == []
    said = problem(lambda: found("strings.count({[1]}, `a`)", lenient=False))
    assert said.message == "strings.count: it takes text, not a set"
    assert (said.path, said.line) == ("m.rego", 4)


@pytest.mark.parametrize("lenient", [False, True])
def test_an_object_with_composite_keys_is_an_error(lenient: bool) -> None:
    said = problem(lambda: found("json.marshal({[1]: 2})", lenient=lenient))
    assert "an object whose keys are arrays" in said.message
    assert said.line == 4


@pytest.mark.parametrize("lenient", [False, True])
def test_a_panic_is_an_error_and_the_engine_goes_on(lenient: bool) -> None:
    engine = RegorusEngine(lenient=lenient)
    engine.load([("m.rego", 'package m\n\nbad := time.parse_ns("é", input.x)\n\ngood := 1\n')], {})
    asked = {"bad": Asked("data.m.bad", path="m.rego"), "good": Asked("data.m.good")}
    engine.read(['{"x": "é"}'], asked)
    said = problem(lambda: engine.evaluate("bad"))
    assert said.message.startswith("the Rego engine broke off: ")
    assert said.path == "m.rego"
    assert engine.evaluate("good") == [[1]]
