"""For policies of other programs a built-in that fails is undefined, as in OPA; for our own it ends the evaluation."""

import json
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest
import yaml

from scanner.engines.rego.interface import Asked
from scanner.engines.rego.regorus_engine import LARGEST_ANSWER, RegorusEngine
from scanner.rego_source.module import RegoError

CASES: Mapping[str, list[Any]] = yaml.safe_load((Path(__file__).parent / "lenient.yaml").read_text(encoding="utf-8"))
INPUT = {"s": "1Gi", "n": 5, "zero": 0, "list": ["1", "x", 3], "o": {"a": 1, "b": 2}, "set": [1], "bad": "a: [b"}
OPA = shutil.which("opa")


def module(number: int, rego: str) -> str:
    rules = "f(x) := [x]\ng(x) := to_number(x)\ng(x) := 1 if x == 3\n"
    return f"package t{number}\nimport rego.v1\n{rules}{rego}\n"


MODULES = {f"t{number}": module(number, rego) for number, rego in enumerate(CASES)}


def comparable(values: Sequence[Any]) -> list[Any]:
    """Values without the order of sets, which JSON writes as arrays."""
    return [sorted(map(str, value)) if isinstance(value, list) else value for value in values]


def asked(
    modules: Sequence[str], expression: str, document: Any = None, *, data: Any = None, **options: Any
) -> list[Any]:
    """What the expression gives in a lenient engine; the modules are `m0.rego`, `m1.rego` and so on."""
    engine = RegorusEngine(lenient=True, **options)
    engine.load([(f"m{number}.rego", text) for number, text in enumerate(modules)], data or {})
    engine.read([json.dumps(document or {})], {"it": Asked(expression)})
    return engine.evaluate("it")[0]


@pytest.fixture(scope="module")
def engine() -> RegorusEngine:
    """One engine with all cases, as many policies share one."""
    one = RegorusEngine(lenient=True)
    one.load([(f"{name}.rego", text) for name, text in MODULES.items()], {})
    one.read([json.dumps(INPUT)], {name: Asked(f"data.{name}.p") for name in MODULES})
    return one


@pytest.mark.xdist_group("lenient")
@pytest.mark.parametrize("number", range(len(CASES)))
def test_a_call_that_fails_is_undefined(engine: RegorusEngine, number: int) -> None:
    rego, wanted = list(CASES.items())[number]
    assert comparable(engine.evaluate(f"t{number}")[0]) == comparable(wanted), rego


@pytest.mark.skipif(OPA is None, reason="opa is not on PATH: what OPA makes of it is compared where it is")
def test_opa_gives_the_same(tmp_path: Path) -> None:
    assert OPA is not None
    for name, text in MODULES.items():
        (tmp_path / f"{name}.rego").write_text(text, encoding="utf-8")
    command = [OPA, "eval", "--v0-compatible", "-f", "json", "-I", "-d", str(tmp_path), "data"]
    done = subprocess.run(command, input=json.dumps(INPUT), capture_output=True, text=True, check=True)
    found = json.loads(done.stdout)["result"][0]["expressions"][0]["value"]
    for (name, _), (rego, wanted) in zip(MODULES.items(), CASES.items(), strict=True):
        values = found.get(name, {})
        assert comparable([values["p"]] if "p" in values else []) == comparable(wanted), rego


def test_our_own_policies_break_off() -> None:
    engine = RegorusEngine()
    engine.load([("a.rego", 'package a\np := to_number("1Gi")')], {})
    engine.read(["{}"], {"it": Asked("data.a.p")})
    with pytest.raises(RegoError, match="could not parse string as number"):
        engine.evaluate("it")


def test_a_function_of_the_module_is_not_taken_for_a_built_in() -> None:
    rules = 'count(x) := y if { y := x + 1 }\np := count(3)\nq := [count(x) | some x in ["a", 4]]'
    own = f"package a\nimport rego.v1\n{rules}"
    assert asked([own], "data.a.p") == [4]
    assert asked([own], "data.a.q") == [[5]]


def test_old_and_new_modules_share_a_program() -> None:
    old = 'package lib.old\nnumber(x) = y { y := to_number(x) }\nfact["x"]\n'
    rules = "deny contains x if { x := old.number(input.a) }\nwarn contains x if old.fact[x]"
    new = f"package main\nimport rego.v1\nimport data.lib.old\n{rules}"
    assert asked([old, new], "data.main.deny", {"a": "5"}) == [[5]]
    assert asked([old, new], "data.main.deny", {"a": "x"}) == [[]]
    assert asked([old, new], "data.main.warn") == [["x"]]


def test_a_module_that_is_old_and_new_is_what_its_package_is() -> None:
    facts, user = 'package main\nexempt["a"]\n', "package main\ndeny[m] { exempt[m] }"
    assert asked([facts, user], "data.main.exempt") == [["a"]]
    assert asked([user, facts], "data.main.deny") == [["a"]]


def test_a_call_that_cannot_be_tried_is_an_error_and_not_undefined() -> None:
    for rego in (
        "any([{[1]: 2}])",
        'to_number("123456789012345678901234567890")',
        'json.unmarshal("[-99999999999999999999]")',
    ):
        with pytest.raises(RegoError):
            asked([f"package a\nimport rego.v1\np := {rego}"], "data.a.p")


@pytest.mark.parametrize(
    ("rego", "says"),
    [
        ("p if http.send({})", "http.send is refused: a policy may not use the network"),
        ("p if time.now_ns() > 0", "time.now_ns is refused"),
        ("p := opa.runtime().env", "opa.runtime is refused"),
        ("p if nosuch(1)", "the Rego engine has no function nosuch"),
        ("p if { false; nosuch(1) }", "the Rego engine has no function nosuch"),
        ("p if data.b.f(1)", "no module defines the function data.b.f"),
        ("p := rego.metadata.rule()", "the Rego engine has no function rego.metadata.rule"),
        ('p if releasegate_attempt_1("http.send", {})', "the Rego engine has no function releasegate_attempt_1"),
    ],
)
def test_functions_are_refused_when_a_program_is_loaded(rego: str, says: str) -> None:
    with pytest.raises(RegoError) as refused:
        asked([f"package a\nimport rego.v1\n{rego}"], "data.a.p")
    assert refused.value.problem.message.startswith(says)
    assert (refused.value.problem.path, refused.value.problem.line) == ("m0.rego", 3)


def test_a_grant_is_of_one_function() -> None:
    clock = "package a\nimport rego.v1\np if time.now_ns() > 0"
    assert asked([clock], "data.a.p", grants=("time.now_ns",)) == [True]
    with pytest.raises(RegoError, match="refused"):
        asked([clock], "data.a.p", grants=("http.send",))
    with pytest.raises(RegoError, match="no function uuid"):
        asked([clock.replace("time.now_ns() > 0", 'uuid.nosuch("a")')], "data.a.p", grants=("uuid.nosuch",))


def test_data_that_rego_cannot_hold_is_refused() -> None:
    with pytest.raises(RegoError, match=r"the data: a\.b: integer beyond 64 bits"):
        asked(["package a\np := 1"], "data.a.p", data={"a": {"b": 1 << 70}})


def test_an_answer_has_a_limit() -> None:
    tenth = LARGEST_ANSWER // 10
    rego = f'text := concat("", [x | some i in numbers.range(1, {tenth // 100}); x := "{"x" * 100}"])\n'
    modules = [f"package a\nimport rego.v1\n{rego}p := [t | some i in numbers.range(1, 11); t := text]\nq := text"]
    assert len(asked(modules, "data.a.q")[0]) == tenth
    with pytest.raises(RegoError, match="it returns more than 20 million characters"):
        asked(modules, "data.a.p")
