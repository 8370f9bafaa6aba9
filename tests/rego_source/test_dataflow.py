"""What a policy reads, by the syntax of its module alone."""

import pytest

from scanner.rego_source.dataflow import Read, Use, dataflow
from scanner.rego_source.dataflow_unknowns import derived_reads, read_text
from scanner.rego_source.module import Module
from scanner.rego_source.regorus_calls import parse

LIBRARY = """package lib.releasegate
import rego.v1
known(v) if not v["$unresolved"]
unresolved(v) if v["$unresolved"]
cause(v) := v.reason if v["$unresolved"]
_children_of[parent] contains r if {
	r := input.resources[_][_]
	parent := r.parent
}
children(key) := {r | some r in _children_of[key]}
"""


def module(body: str, helpers: str = "") -> Module:
    """A policy whose `deny` has this body over the resource `b` of type `bucket`."""
    text = f"""package releasegate.tst_001
import rego.v1
import data.lib.releasegate as lib
deny contains finding if {{
	some b in input.resources.bucket
	{body}
	finding := {{"resource": b.key, "attribute": "acl"}}
}}
{helpers}
"""
    return parse("policy.rego", text)


def reads(body: str, helpers: str = "") -> set[tuple[str, str]]:
    """`(path, use)` of all reads, without what a variable gets."""
    flow = dataflow(module(body, helpers), [parse("lib.rego", LIBRARY)])
    return {(read_text(read.path), str(read.use)) for read in flow.reads if read.use is not Use.BOUND}


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ('b.attributes.a.b[0].c == "x"', {("a.b[0].c", "compared")}),
        ('b.attributes["a.b"] != "x"', {('["a.b"]', "compared")}),
        ('b["attributes"].a in {"x"}', {("a", "compared")}),
        ("not b.attributes.a", {("a", "negated")}),
        ('not b.attributes.a == "x"', {("a", "negated")}),
        ("b.attributes.a", {("a", "tested")}),
        ("b.attributes.a < 3", {("a", "compared")}),
        ('startswith(b.attributes.a, "x")', {("a", "called")}),
        ("is_string(b.attributes.a)", {("a", "checked")}),
        ("b.attributes.a + 1 == 2", {("a", "called")}),
        ("b.attributes.list[_].c == 1", {("list[*].c", "compared")}),
        ("some x in b.attributes.list; x.c == 1", {("list", "tested"), ("list[*].c", "compared")}),
        ("some i, x in b.attributes.list; x.c == i", {("list", "tested"), ("list[*].c", "compared")}),
        ("every x in b.attributes.list { x.c == 1 }", {("list", "tested"), ("list[*].c", "compared")}),
        ("x := b.attributes.a; y := x.c; y == 1", {("a.c", "compared")}),
        ("y == 1; y = b.attributes.a", {("a", "compared")}),
        ('object.get(b.attributes, "a", "") == "x"', {("a", "compared")}),
        ('object.get(b, ["attributes", "a", "c"], "") == "x"', {("a.c", "compared")}),
        ('some name in ["p", "q"]; b.attributes[name] == 1', {("p", "compared"), ("q", "compared")}),
        ("b.attributes.tags[name] == 1; name != 2", {("tags[*]", "compared")}),
        ("c := [x | x := b.attributes.list[_].c; x in {1}]; c == []", {("list[*].c", "compared")}),
        ("c := {k: v | some k, v in b.attributes.tags}; c.x == 1", {("tags", "tested"), ("tags[*]", "compared")}),
        ('s := {"v": b.attributes.a}; s.v == 1', {("a", "shown"), ("a", "compared")}),
        ("[x, _] := [b.attributes.a, 1]; x == 1", {("a", "compared")}),
        ('sprintf("%v", [b.attributes.a]) != ""', {("a", "shown")}),
        ('"a" in object.keys(b.attributes)', {("a", "checked")}),
        ("x := array.concat(b.attributes.p, b.attributes.q); x[_] == 1", {("p[*]", "compared"), ("q[*]", "compared")}),
        ("lib.known(b.attributes.a)", {("a", "guarded")}),
        ("walk(b.attributes.a, [_, v]); lib.unresolved(v)", set()),
    ],
)
def test_follows_a_value(body: str, expected: set[tuple[str, str]]) -> None:
    assert reads(body) == expected


@pytest.mark.parametrize(
    ("body", "helpers", "expected"),
    [
        ("is_bad(b)", "is_bad(r) if r.attributes.a == 1", {("a", "compared")}),
        ("not is_good(b)", "is_good(r) if r.attributes.a == 1", {("a", "negated")}),
        ("not is_bad(b)", "is_bad(r) if not r.attributes.a == 1", {("a", "compared")}),
        ("a(b.attributes) == 1", "a(x) := x.a", {("a", "compared")}),
        ("a(b.attributes) == 1", "a(x) := 1 if x.p else := x.q", {("p", "tested"), ("q", "compared")}),
        ('at(b, "a") == 1', "at(r, name) := object.get(r.attributes, [name], null)", {("a", "compared")}),
        (
            'at(b, ["a", "c"]) == 1',
            "at(r, path) := object.get(r.attributes, array.slice(path, 0, count(path)), 1)",
            {("a.c", "compared")},
        ),
        ("inner(b) == 1", "inner(r) := outer(r.attributes)\nouter(x) := x.a", {("a", "compared")}),
        (
            "some x in listed; x.a == 1",
            "listed := [r.attributes | some r in input.resources.bucket]",
            {("a", "compared")},
        ),
        ("of[b.key].a == 1", "of[r.key] := r.attributes if some r in input.resources.bucket", {("a", "compared")}),
        ("named(b).value == 1", 'named(r) := {"value": r.attributes.a}', {("a", "shown"), ("a", "compared")}),
    ],
)
def test_follows_a_value_through_rules_and_functions(body: str, helpers: str, expected: set[tuple[str, str]]) -> None:
    assert reads(body, helpers) == expected


def of(body: str, path: str, use: Use) -> list[Read]:
    flow = dataflow(module(body), [parse("lib.rego", LIBRARY)])
    return [read for read in flow.reads if read_text(read.path) == path and read.use is use]


@pytest.mark.parametrize(
    ("body", "types"),
    [
        ("b.attributes.a == 1", ("bucket",)),
        ('some t in ["one", "two"]; input.resources[t][_].attributes.a == 1', ("one", "two")),
        ("input.resources[_][_].attributes.a == 1", ()),
        ("some c in lib.children(b.key); c.attributes.a == 1", ()),
        ('some c in lib.children(b.key); c.type == "part"; c.attributes.a == 1', ("part",)),
        ('some c in lib.children(b.key); c.type in {"one", "two"}; c.attributes.a == 1', ("one", "two")),
    ],
)
def test_knows_the_types(body: str, types: tuple[str, ...]) -> None:
    assert [read.types for read in of(body, "a", Use.COMPARED)] == [types]


@pytest.mark.parametrize(
    ("condition", "holds"),
    [
        ("b.attributes.a == 1", False),
        ("b.attributes.a != 1", True),
        ("b.attributes.a < 1", False),
        ("b.attributes.a > 1", True),
        ("1 < b.attributes.a", True),
        ("1 >= b.attributes.a", False),
        ("b.attributes.a in {1}", False),
        ("b.attributes.a", True),
        ("not b.attributes.a", False),
        ("not b.attributes.a == 1", True),
        ('startswith(b.attributes.a, "x")', None),
    ],
)
def test_says_what_an_unknown_value_does_to_a_condition(condition: str, holds: bool | None) -> None:
    """`tests/engines/rego/test_unresolved_form.py` has what the engines do."""
    flow = dataflow(module(condition))
    assert [read.holds for read in flow.reads if read.use is not Use.BOUND] == [holds]


def test_says_where_a_value_is_read_and_for_which_rule() -> None:
    [read] = of("b.attributes.a == 1", "a", Use.COMPARED)
    # The engine counts a tab as four columns.
    assert (read.location.path, read.location.start_line, read.location.start_column) == ("policy.rego", 6, 5)
    assert read.rules == ("deny",)


def test_a_read_in_a_library_is_placed_there() -> None:
    [read] = of("lib.known(b.attributes.a)", "a", Use.GUARDED)
    assert (read.location.path, read.location.start_line) == ("lib.rego", 3)


def test_keeps_what_a_resource_has_beside_its_attributes() -> None:
    flow = dataflow(module('b.adress == "x"'))
    assert {read.path for read in flow.fields} == {("adress",), ("key",)}


def test_says_where_it_cannot_follow() -> None:
    [blind] = dataflow(module("walk(b.attributes.a, [_, v]); v == 1")).blind
    assert "walk" in blind.reason
    assert blind.location.start_line == 6


def test_a_function_that_calls_itself_ends() -> None:
    """The engine refuses it; what reads modules must come to an end all the same."""
    helpers = "f(x) := g(x.attributes)\ng(x) := f(x.a)"
    assert "too many ways" in dataflow(module("f(b) == 1", helpers)).blind[0].reason


def test_knows_what_findings_name() -> None:
    assert dataflow(module("b.attributes.a")).named == {"acl"}


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("not b.attributes.versioning", ("versioning",)),
        ('b.attributes.acl == 1; sprintf("%v", [b.attributes.name])', ("acl",)),
        ("some r in b.attributes.rules; r.open == true", ("rules[*].open",)),
        ('"*" in b.attributes.hosts', ("hosts[*]",)),
        ("lib.known(b.attributes.acl); b.attributes.acl == 1", ()),
        ("walk(b.attributes.rules, [_, v]); lib.known(v); b.attributes.rules[_].open == 1", ()),
        ("some o in input.resources.other; o.attributes.a == 1", ()),
        ("b.attributes.acl == 1; b.attributes.acl.grant == 2", ("acl.grant",)),
    ],
)
def test_derives_what_must_be_known(body: str, expected: tuple[str, ...]) -> None:
    assert derived_reads(module(body), ["bucket"], [parse("lib.rego", LIBRARY)]) == expected
