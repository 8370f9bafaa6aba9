"""The functions that we add to the engine give what OPA gives."""

import json
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml

from scanner.rego_source.builtins import EXTENSIONS
from scanner.rego_source.module import RegoError
from scanner.rego_source.regorus_calls import call, is_builtin, new_engine

CASES: Mapping[str, list[Any]] = yaml.safe_load((Path(__file__).parent / "builtins.yaml").read_text(encoding="utf-8"))
OPA = shutil.which("opa")


def comparable(values: list[Any]) -> list[Any]:
    """Values without the order of sets, which JSON writes as arrays."""
    return [sorted(map(str, value)) if isinstance(value, list) else value for value in values]


def bindings(answer: str) -> list[Any]:
    return [row["bindings"]["found"] for row in json.loads(answer).get("result", ())]


@pytest.mark.parametrize("expression", CASES)
def test_a_function_gives_what_opa_gives(expression: str) -> None:
    try:
        found = bindings(call("", new_engine().eval_query_as_json, f"found := {expression}"))
    except RegoError:  # undefined, where policies of other programs are evaluated
        found = []
    assert comparable(found) == comparable(CASES[expression])


@pytest.mark.skipif(OPA is None, reason="opa is not on PATH: the expected values are compared with it where it is")
def test_the_expected_values_are_those_of_opa() -> None:
    assert OPA is not None
    for expression, wanted in CASES.items():
        command = [OPA, "eval", "--v0-compatible", "-f", "json", f"found := {expression}"]
        done = subprocess.run(command, capture_output=True, text=True, check=True)
        assert comparable(bindings(done.stdout)) == comparable(wanted), expression


def test_every_function_has_a_case() -> None:
    called = {expression.partition("(")[0] for expression in CASES}
    alike = {"io.jwt.verify_hs384", "io.jwt.verify_hs512"}  # as verify_hs256
    assert set(EXTENSIONS) == called | alike
    assert all(is_builtin(name) for name in EXTENSIONS)


@pytest.mark.parametrize(
    "expression",
    ['to_number("18446744073709551616")', 'json.unmarshal("[-9223372036854775809]")', "bits.lsh(1, 64)",
     'json.unmarshal("{\\"a\\": 1e400}")', 'to_number("1e400")', "bits.lsh(1, 100000000000)"],
)  # fmt: skip
def test_no_number_is_rounded_silently(expression: str) -> None:
    with pytest.raises(RegoError, match=r"an integer beyond 64 bits|too large a number"):
        call("", new_engine().eval_query_as_json, f"found := {expression}")


@pytest.mark.parametrize("depth", [1_000, 1_000_000])
def test_deep_json_is_an_error(depth: int) -> None:
    engine = new_engine()
    engine.set_input_json(json.dumps("[" * depth + "]" * depth))
    with pytest.raises(RegoError):
        call("", engine.eval_query_as_json, "found := json.unmarshal(input)")
