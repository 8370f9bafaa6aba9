"""What Rego makes of a value that is not known: which expressions decide by it without a word, and which break off.

These are facts about the language that the lint, the helpers and the reads derived from a policy rest upon.
"""

import json
import shutil
import subprocess
from pathlib import Path

import pytest
import regorus

from scanner.core.values import Unresolved
from scanner.engines.rego.document import plain

INPUT = json.dumps({"a": plain(Unresolved("var.x", "var.x has no default"))})
OPA = shutil.which("opa")

# Whether the condition holds, although nobody knows the value.
DECIDED = [
    ("input.a", True),
    ("not input.a", False),
    ("input.a == false", False),
    ("not input.a == true", True),
    ('input.a != "aws:kms"', True),
    ("input.a == null", False),
    # An object is larger than every text, number, list and truth value.
    ("input.a < 5", False),
    ("input.a > 5", True),
    ('input.a >= "text"', True),
    ("input.a < [1]", False),
    ("max([3, input.a]) == 3", False),
    ('input.a in {"a"}', False),
    ('not input.a in {"a"}', True),
    ('"a" in input.a', False),
    ('not "a" in input.a', True),
    ('"var.x" in input.a', True),
    ("count(input.a) == 2", True),
    ("count({x | some x in input.a}) == 2", True),
    ('count({input.a} & {"a"}) == 0', True),
    ("every x in input.a { is_string(x) }", True),
    ('sprintf("%v", [input.a]) != ""', True),
    ('object.get(input, "a", "none") == "none"', False),
    ('object.get(input, ["a", "b"], "none") == "none"', True),
    ("not input.a.b", True),
    ("not input.a[0]", True),
    ("is_string(input.a)", False),
    ("is_object(input.a)", True),
]

# A function of texts, numbers or lists refuses it, and with it the evaluation, so that nothing is decided.
REFUSED = [
    'not startswith(input.a, "x")',
    'not contains(input.a, "x")',
    'not regex.match("x", input.a)',
    'not lower(input.a) == "x"',
    "not to_number(input.a) > 1",
    "not input.a + 1 > 0",
    'concat(",", input.a) == "x"',
    "array.concat(input.a, []) == []",
    "count(input.a | {1}) == 1",
    'not net.cidr_contains("10.0.0.0/8", input.a)',
]


def module(condition: str) -> str:
    return f"package form\nimport rego.v1\ndefault holds := false\nholds if {{ {condition} }}\n"


def on_regorus(condition: str) -> bool:
    engine = regorus.Engine()
    engine.add_policy("form.rego", module(condition))
    engine.set_input_json(INPUT)
    return bool(json.loads(engine.eval_rule_as_json("data.form.holds")))


def on_opa(condition: str, folder: Path) -> "subprocess.CompletedProcess[str]":
    assert OPA
    (folder / "form.rego").write_text(module(condition))
    (folder / "input.json").write_text(INPUT)
    files = ["-d", str(folder / "form.rego"), "-i", str(folder / "input.json")]
    command = [OPA, "eval", "--strict-builtin-errors", "--format", "raw", *files, "data.form.holds"]
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=30)


@pytest.mark.parametrize(("condition", "holds"), DECIDED)
def test_is_decided_without_a_word(condition: str, holds: bool) -> None:
    assert on_regorus(condition) is holds


@pytest.mark.parametrize("condition", REFUSED)
def test_breaks_off(condition: str) -> None:
    with pytest.raises(RuntimeError, match="expects"):
        on_regorus(condition)


@pytest.mark.skipif(OPA is None, reason="opa is not on PATH")
@pytest.mark.parametrize(("condition", "holds"), DECIDED)
def test_opa_decides_alike(condition: str, holds: bool, tmp_path: Path) -> None:
    answer = on_opa(condition, tmp_path)
    assert answer.returncode == 0, answer.stderr
    assert answer.stdout.strip() == str(holds).lower()


@pytest.mark.skipif(OPA is None, reason="opa is not on PATH")
@pytest.mark.parametrize("condition", REFUSED)
def test_opa_breaks_off_too_where_errors_count(condition: str, tmp_path: Path) -> None:
    assert on_opa(condition, tmp_path).returncode != 0
