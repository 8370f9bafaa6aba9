"""Functions, operators and other expressions, evaluated without Terraform's own evaluator."""

from typing import Any

import pytest

from scanner.parsers.terraform.expressions import Scope, evaluate
from scanner.parsers.terraform.hcl import read_expression
from scanner.parsers.terraform.values import UNDECIDED, EvaluationError, Unknown

GONE = Unknown("it is gone")
NAMES: dict[str, Any] = {
    "gone": GONE,
    "text": "Abc",
    "numbers": [3, 1, 2],
    "map": {"b": 1, "a": {"c": [True, None]}},
    "half": [1, GONE],
    "record": {"known": 1, "gone": GONE},
    "nothing": None,
}


def value(text: str) -> Any:
    return evaluate(read_expression(text), Scope(lambda name: Unknown(f"{name} is not declared"), names=NAMES))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1 + 2 * 3 - 4", 3),
        ("(1 + 2) * 3", 9),
        ("7 / 2", 3.5),
        ("8 / 2", 4),
        ("7 % 3", 1),
        ("-numbers[0]", -3),
        ('"2" + 1', 3),
        ("1 < 2 && 2 <= 2 && 3 > 2 && 3 >= 3", True),
        ("!true || false", False),
        ('1 == "1"', False),
        ("true == 1", False),
        ("[1, 2] == [1, 2]", True),
        ("nothing == null", True),
        ("record != null", True),
        ("map.a.c[0]", True),
        ('map["a"].c.0', True),
        ("numbers[*]", [3, 1, 2]),
        ("nothing[*]", []),
        ("text[*]", ["Abc"]),
        ("[{ a = 1 }, { a = 2 }][*].a", [1, 2]),
        ("[for n in numbers : n * 2 if n > 1]", [6, 4]),
        ("[for i, n in numbers : i]", [0, 1, 2]),
        ("{ for k, v in map : k => k }", {"a": "a", "b": "b"}),
        ('{ for n in numbers : n > 1 ? "big" : "small" => n... }', {"big": [3, 2], "small": [1]}),
        ("[for k, v in toset(numbers) : k]", [1, 2, 3]),
        ('{ text = 1, (text) = 2, "x${text}" = 3 }', {"text": 1, "Abc": 2, "xAbc": 3}),
        ('"a-${text}-${1 + 1}-${true}"', "a-Abc-2-true"),
        ("max(numbers...)", 3),
        ('lower(text) == "abc" ? upper(text) : "no"', "ABC"),
        ('coalesce(nothing, "", "x")', "x"),
        ("concat([1], numbers, [])", [1, 3, 1, 2]),
        ("contains(numbers, 2)", True),
        ('contains(numbers, "2")', False),
        ("contains(half, 1)", True),
        ('distinct(["a", "b", "a"])', ["a", "b"]),
        ("element(numbers, 4)", 1),
        ("flatten([1, [2, [3]], []])", [1, 2, 3]),
        ('format("%s-%d-%05.1f-%%-%t-%q", "a", 2, 3.14, true, "b")', 'a-2-003.1-%-true-"b"'),
        ('format("%03d %v", 7, [1])', "007 [1]"),
        ('join(",", ["a", "b"])', "a,b"),
        ("jsonencode({ b = [1, true, null], a = text })", '{"a":"Abc","b":[1,true,null]}'),
        ('jsondecode("{\\"a\\": [1]}").a[0]', 1),
        ("keys(map)", ["a", "b"]),
        ("values({ b = 1, a = 2 })", [2, 1]),
        ("length(numbers) + length(map) + length(text)", 8),
        ("length(half)", 2),
        ('lookup(map, "b", 9) + lookup(map, "z", 9)', 10),
        ("merge(map, { b = 2 }, null).b", 2),
        ("merge(record, { known = 2 }).known", 2),
        ("one([])", None),
        ("range(3)", [0, 1, 2]),
        ('replace("a-b", "-", "_")', "a_b"),
        ("reverse(numbers)", [2, 1, 3]),
        ("slice(numbers, 1, 3)", [1, 2]),
        ('sort(["b", "a"])', ["a", "b"]),
        ('split(",", "a,b")', ["a", "b"]),
        ("substr(text, 1, -1)", "bc"),
        ("substr(text, -2, 1)", "b"),
        ("sum(numbers)", 6),
        ('title("hello world")', "Hello World"),
        ('tobool("true")', True),
        ('tonumber("1.5")', 1.5),
        ("tostring(12)", "12"),
        ("toset([2, 1, 2])", [1, 2]),
        ('trimprefix("xa", "x")', "a"),
        ('trimspace(" a ")', "a"),
        ("try(map.z, numbers[9], 1)", 1),
        ("can(map.z)", False),
        ("can(map.a)", True),
        ('zipmap(["a", "b"], [1, gone]).a', 1),
        ('base64decode(base64encode("é"))', "é"),
        ('alltrue([true, "true"])', True),
        ('startswith("abc", "ab")', True),
        ("setsubtract([1, 2], [2])", [1]),
        ('core::upper("a")', "A"),
        ("<<EOT\na ${text}\n  b\nEOT", "a Abc\n  b\n"),
        ("<<-EOT\n    a\n      ${text}\n\n    b\n  EOT", "a\n  Abc\n\nb\n"),
    ],
)
def test_known(text: str, expected: Any) -> None:
    found = value(text)
    assert found == expected
    assert isinstance(found, bool) == isinstance(expected, bool)


@pytest.mark.parametrize(
    "text",
    [
        "gone",
        "gone.a[0].b",
        "gone + 1",
        "!gone",
        "gone && true",
        "gone ? 1 : 2",
        '"x${gone}"',
        "upper(gone)",
        "length(gone)",
        "merge(map, gone)",
        "concat(numbers, gone)",
        "jsonencode(record)",
        "numbers[gone]",
        "{ (gone) = 1 }",
        "[for x in gone : x]",
        "[for x in numbers : x if gone]",
        "contains(half, 2)",
        "coalesce(gone, 1)",
        "lookup(map, gone, 1)",
        "try(gone.a, 1)",
        "can(gone)",
        "gone == null",
        "flatten([[1], gone])",
        "cidrsubnet(gone, 8, 1)",
        "half == [1, 2]",
        'format("%s", gone)',
        "max(half...)",
    ],
)
def test_unknown(text: str) -> None:
    found = value(text)
    assert isinstance(found, Unknown)
    assert found.reason == GONE.reason


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("[gone, 1][1]", 1),
        ("record.known", 1),
        ("gone ? 1 : 1", 1),
        ("false && gone", False),
        ("gone || true", True),
        ("half != null", True),
        ('"x${gone}" == null', False),
        ("[for x in half : 1]", [1, 1]),
        ("true ? 1 : gone", 1),
    ],
)
def test_an_unknown_part_does_not_spoil_the_rest(text: str, expected: Any) -> None:
    assert value(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        'cidrsubnet("10.0.0.0/8", 8, 1)',
        'regex("a", "b")',
        'replace("a", "/a/", "b")',
        "provider::aws::f(1)",
        '"a${sha1("x")}"',
    ],
)
def test_left_to_the_evaluator(text: str) -> None:
    assert value(text) is UNDECIDED


@pytest.mark.parametrize(
    "text",
    [
        "map.z",
        "numbers[9]",
        "numbers[-1]",
        "text.a",
        "nothing.a",
        '1 + "x"',
        "1 / 0",
        '!"x"',
        '"x${numbers}"',
        "upper(numbers)",
        "upper()",
        'jsondecode("{")',
        "one(numbers)",
        "[for x in 1 : x]",
        "coalesce(null)",
        "element([], 0)",
        'tobool("yes")',
        "try()",
        "1 ? 2 : 3",
        'base64decode("!")',
        "zipmap([1], [])",
    ],
)
def test_what_terraform_refuses(text: str) -> None:
    with pytest.raises(EvaluationError):
        value(text)


@pytest.mark.parametrize("name", ["timestamp", "uuid", "bcrypt", "plantimestamp", "pathexpand"])
def test_what_differs_from_run_to_run_is_unknown(name: str) -> None:
    assert value(f'{name}("x")') == Unknown(f"{name}() is known only after apply")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("true ? 1 : false ? 2 : 3", 1),
        ("false ? 1 : true ? 2 : 3", 2),
        ("false ? 1 : false ? 2 : 3", 3),
        ("false ? 1 : false ? 2 : false ? 3 : true ? 4 : 5", 4),
        ("(false ? 1 : true) ? 2 : 3", 2),
        ("true && false || true ? 1 : 2", 1),
    ],
)
def test_conditions_in_a_row(text: str, expected: int) -> None:
    assert value(text) == expected


def test_a_document_with_holes_keeps_what_is_known() -> None:
    found = value('"{\\"a\\": [1, \\"x${gone}\\"], \\"b\\": ${gone}}"')
    assert isinstance(found, Unknown)
    assert found.document == {"a": [1, GONE], "b": GONE}
    encoded = value("jsonencode(record)")
    assert encoded.document == NAMES["record"]
