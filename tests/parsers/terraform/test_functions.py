"""Functions, operators and other expressions, evaluated without Terraform's own evaluator."""

import contextlib
import time
from typing import Any

import pytest

from scanner.parsers.terraform.expressions import Scope, evaluate
from scanner.parsers.terraform.hcl import read_expression
from scanner.parsers.terraform.values import (
    Derived,
    EvaluationError,
    Partial,
    SetOf,
    Unknown,
    references_of,
)

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
        "concat(gone, [gone])",
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
        "flatten([gone])",
        "cidrsubnet(gone, 8, 1)",
        'length(compact(["a", gone]))',
        "compact([gone])",
        "concat(numbers, gone)[0]",
        "length(toset([1, gone]))",
        'sort(["a", gone])[0]',
        "{ for x in half : x => 1 }",
        "merge(map, gone).b",
        "{ a = 1, (gone) = 2 }.a",
        "sum(half)",
        'regex("a", gone)',
        "templatestring(text, gone)",
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
    ("text", "reason"),
    [
        ("provider::aws::f(1)", "provider functions are evaluated by the provider"),
        ('issensitive("x")', "what Terraform counts as sensitive is known only when it runs"),
        ('base64gzip("x")', "base64gzip() gives bytes that only Terraform's own compressor makes"),
        ('rsadecrypt("x", "y")', "rsadecrypt() is not evaluated: what it gives is a secret"),
        ("pow(10, 400)", "pow(): the power is no finite number"),
        ('textencodebase64("a", "EBCDIC")', "textencodebase64(): the encoding EBCDIC is not worked with"),
        ('length("\U0001f468\u200d\U0001f469")', "length(): the characters of this text cannot be told apart here"),
        ('regex("(?P<a>x)(?P<a>y)", "xy")', "regex(): the pattern has two groups of one name"),
        ('yamldecode("2020-01-01 10:00:00")', "yamldecode(): the document has a time of day"),
        ('pathexpand("~/x")', "pathexpand() depends on who runs Terraform"),
        ("ephemeralasnull(1)", "whether this value is an ephemeral one is known only when Terraform runs"),
    ],
)
def test_what_is_not_worked_out_says_so(text: str, reason: str) -> None:
    assert value(text) == Unknown(reason)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('cidrcontains("10.0.0.0/8", "10.1.2.3")', True),
        ('cidrcontains("10.0.0.0/8", "10.1.0.0/16")', True),
        ('cidrcontains("10.0.0.0/8", "11.0.0.1")', False),
        ('cidrcontains("10.0.0.0/8", "0.0.0.0/0")', False),
        ('cidrcontains("fd00::/8", "fd12::1")', True),
        ('can(cidrcontains("10.0.0.0/8", "fd00::1"))', False),
        ('urldecode("a+b%20c%2F%C3%A9")', "a b c/é"),
        ('can(urldecode("%zz"))', False),
        ('urldecode(urlencode("x y&z=é"))', "x y&z=é"),
        ('base64gunzip("H4sIAAAAAAAA/8tIzcnJBwCGphA2BQAAAA==")', "hello"),
        ('can(base64gunzip("aGVsbG8="))', False),
    ],
)
def test_functions_of_opentofu(text: str, expected: Any) -> None:
    assert value(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('compact(["a", gone, ""])', ["a", GONE]),
        ("concat(numbers, gone)", [3, 1, 2, GONE]),
        ("flatten([[1], gone])", [1, GONE]),
        ('distinct(["a", gone, "a"])', ["a", GONE]),
        ("[for x in half : x if x == 1]", [1, GONE]),
        ('[for x in compact(["a", gone]) : upper(x)]', ["A", GONE]),
        ("setunion([1], [gone])", [1, GONE]),
    ],
)
def test_what_is_surely_in_a_list_stays(text: str, expected: list[Any]) -> None:
    found = value(text)
    assert found == expected
    assert isinstance(found, Partial | SetOf)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("merge(gone, { a = 1 }).a", 1),
        ("merge(gone, { a = 1 }, null, { b = 2 }).b", 2),
        ('lookup(merge(gone, { a = 1 }), "a", 2)', 1),
        ("{ (gone) = 1, a = 2 }.a", 2),
        ("merge({ (gone) = 1 }, { a = 2 }).a", 2),
        ("(gone ? { a = 1, b = 2 } : { a = 1, b = 3 }).a", 1),
        ('{ for x in compact(["a", gone]) : "k${x}" => 1 }.ka', 1),
        ("merge(gone, {}) != null", True),
        ("(gone ? 1 : 2) != null", True),
        ("contains(concat([1], gone), 1)", True),
        ("anytrue([gone, true])", True),
        ("alltrue([gone, false])", False),
        ('coalesce("a", gone)', "a"),
        ("nothing != null && nothing.a == 1", False),
    ],
)
def test_what_an_unknown_cannot_change_is_known(text: str, expected: Any) -> None:
    assert value(text) == expected


def test_text_that_comes_from_resources_remembers_them() -> None:
    arn = Derived("arn:aws:s3:::models", frozenset(("aws_s3_bucket.models",)))
    scope = Scope(lambda _: GONE, names={"arn": arn})
    for text in ('split(":", arn)', 'regex("[a-z]+$", arn)', "upper(arn)", 'formatlist("%s/*", [arn])', "sha1(arn)"):
        found = evaluate(read_expression(text), scope)
        assert references_of(found) == {"aws_s3_bucket.models"}, text


@pytest.mark.parametrize(
    "pattern", ["^(a+)+$", "(a|a)*b", "(a|aa)+$", "(.*)*x", "a*a*a*a*a*a*a*a*b", "(?:a?){60}a{60}", "((a*)*)*c"]
)
def test_no_pattern_takes_exponential_time(pattern: str) -> None:
    started = time.monotonic()
    found = value(f'can(regex("{pattern}", "{"a" * 400}!"))')
    assert found in (True, False) or isinstance(found, Unknown)
    assert time.monotonic() - started < 10  # a backtracking matcher needs longer than anyone waits


@pytest.mark.parametrize(
    "text",
    [
        'replace("aaaa", "/(a*)*/", "x")',
        'regexall("(a|b|ab)*?c", "ababcabc")',
        'regex("(((((((((((a)?)?)?)?)?)?)?)?)?)?)?b", "aab")',
        'indent(2000000000, "a\\nb")',
        'format("%2000000000d", 1)',
        "pow(10, 300) * pow(10, 300) * pow(10, 300)",
        'parseint("1", 62) + parseint("zzzzzzzzzzzzzzzzzzzzzzzz", 62)',
        "setproduct(range(1000), range(1000), range(1000))",
        'tonumber("1e999999999")',
        'cidrhost("::/0", 9223372036854775807)',
        'jsondecode("[[[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]]]")',
        'yamldecode("a: &a [x,x,x,x,x,x,x,x,x]\\nb: &b [*a,*a,*a,*a,*a,*a,*a]\\nc: &c [*b,*b,*b,*b,*b,*b,*b]\\n")',
        'regex("(?:(?:(?:){1000}){1000}){1000}", "x")',
        'timeadd("9999-12-31T23:59:59Z", "1000000h")',
        'uuidv5("dns", "\\U0010FFFF")',
    ],
)
def test_no_argument_does_harm(text: str) -> None:
    started = time.monotonic()
    with contextlib.suppress(EvaluationError):
        value(text)
    assert time.monotonic() - started < 10


@pytest.mark.parametrize(
    "text",
    [
        "map.z",
        "numbers[9]",
        "numbers[-1]",
        "text.a",
        "nothing.a",
        '1 + "x"',
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


@pytest.mark.parametrize("name", ["timestamp", "uuid", "bcrypt", "plantimestamp", "abspath"])
def test_what_differs_from_run_to_run_is_unknown(name: str) -> None:
    assert value(f'{name}("x")') == Unknown(f"{name}() is known only after apply")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("true ? 1 : false ? 2 : 3", 1),
        ("false ? 1 : true ? 2 : 3", 2),
        ("false ? 1 : false ? 2 : 3", 3),
        ("false ? 1 : false ? 2 : false ? 3 : true ? 4 : 5", 4),
        ("(false ? false : true) ? 2 : 3", 2),
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
