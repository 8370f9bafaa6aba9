"""Policies that cannot be evaluated: each is an error with its place, and the other policies go on."""

import subprocess
import sys
import time

import pytest

from scanner.core.location import Location
from scanner.core.notification import Level, Notification
from scanner.core.policy import Policy
from scanner.core.resource import Release
from scanner.engines.interface import Evaluation
from tests.builders import release, resource
from tests.engines.rego.judging import LIBRARY, POLICIES, judged, rego

ALL_BAD = 'deny contains {"resource": r.key, "message": "bad"} if { some r in input.resources.bucket }'
ENDLESS = """deny contains {"resource": "", "message": "m"} if {
    some a in numbers.range(1, 100000)
    some b in numbers.range(1, 100000)
    a * b == -1
}"""
ONE_BUCKET = release(resource("bucket.a"))


def error_of(policy: Policy, of: Release = ONE_BUCKET) -> Notification:
    evaluation = judged([policy, rego(ALL_BAD, id_="TST-999")], of)
    assert [each.policy.id for each in evaluation.findings] == ["TST-999"]
    assert evaluation.failed == {policy.id}
    (note,) = evaluation.notifications
    assert note.level is Level.ERROR
    assert "backtrace" not in note.message
    assert "\n" not in note.message
    return note


def surrounded(policy: Policy, **context: object) -> Evaluation:
    """The policy between two others that must not notice it."""
    evaluation = judged([rego(ALL_BAD, id_="TST-100"), policy, rego(ALL_BAD, id_="TST-200")], ONE_BUCKET, **context)
    assert [each.policy.id for each in evaluation.findings] == ["TST-100", "TST-200"]
    assert evaluation.failed == {policy.id}
    return evaluation


def test_an_endless_rule_is_stopped_and_the_others_go_on() -> None:
    started = time.monotonic()
    (note,) = surrounded(rego(ENDLESS), time_limit=1.0).notifications
    assert note.message == "TST-001 was not evaluated: stopped after 1 s without a result"
    assert note.location == Location("policies/TST-001.rego", 1)
    assert time.monotonic() - started < 30


def test_a_parser_that_does_not_end_costs_one_policy() -> None:
    nested = "deny contains 1 if { x := " + "[" * 60 + "]" * 60 + " }"
    (note,) = surrounded(rego(nested), time_limit=1.0).notifications
    assert "stopped after 1 s" in note.message


def test_endless_recursion_costs_one_policy() -> None:
    (note,) = surrounded(rego("f(x) := f(x + 1)\ndeny contains f(1)")).notifications
    died = "the worker process was killed by signal 11 (SIGSEGV, endless or too deep recursion?)"
    assert note.message == f"TST-001 was not evaluated: {died}"


def test_a_panic_of_the_engine_costs_one_policy() -> None:
    panics = 'deny contains {"resource": "", "message": "m"} if time.parse_ns("é", "é") > 0'
    (note,) = surrounded(rego(panics)).notifications
    assert note.message.startswith("TST-001 was not evaluated: the Rego engine broke off: ")
    assert note.location == Location("policies/TST-001.rego", 1)


def test_a_rule_that_fills_the_memory_costs_one_policy() -> None:
    greedy = """deny contains {"resource": "", "message": concat("", texts)} if {
        texts := [text | some i in numbers.range(1, 20000000); text := sprintf("%d%d%d%d", [i, i, i, i])]
    }"""
    (note,) = surrounded(rego(greedy), memory_limit=400 << 20, time_limit=5.0).notifications
    assert note.message.startswith("TST-001 was not evaluated: ")  # by an abort, or by the time limit when that hangs


def test_a_syntax_error_has_its_line() -> None:
    note = error_of(rego("\ndeny contains x if {"))
    assert note.message == "TST-001 was not evaluated: expecting expression"
    assert note.location == Location("policies/TST-001.rego", 4, 21)


@pytest.mark.parametrize(
    ("body", "said", "line"),
    [
        ('deny contains 1 if {\n  graphql.parse("a", "b")\n}', "the Rego engine has no function graphql.parse", 4),
        ("deny contains 1 if { false; nope(1) }", "the Rego engine has no function nope", 3),
        ("deny contains 1 if { not [x | x := nope(1)][0] }", "the Rego engine has no function nope", 3),
        ("deny contains nosuch", "nosuch is unsafe", 3),
        ("import data.lib.releasegate as lib\ndeny contains lib.knwon(1)",
         "no library defines the function data.lib.releasegate.knwon; did you mean data.lib.releasegate.known?", 4),
        ("import data.lib.releasegate as lib\ndeny contains 1 if not lib.nope",
         "no library defines the rule data.lib.releasegate.nope", 4),
        ("import data.lib.nowhere\ndeny contains 1", "no library defines the rule data.lib.nowhere", 3),
        ('deny contains 1 if data["lib"].other.x', "no library defines the rule data.lib.other.x", 3),
        ("deny contains 1 if input.resource.bucket",
         "the input has no resource, only as_of, links, parameters, resources, scope; did you mean resources?", 3),
        ("import input.parameters as p\ndeny contains p.limit", "the metadata declares no parameter limit", 4),
        ("denied contains 1", "it needs the rule `deny contains … if { … }`", 1),
        ("deny := {1}", "it needs the rule `deny contains … if { … }`", 1),
        ("deny contains 1\nskip := {1}", "it needs the rule `skip contains … if { … }`", 1),
    ],
)  # fmt: skip
def test_what_would_silently_be_undefined_is_refused_by_name(body: str, said: str, line: int) -> None:
    note = error_of(rego(body))
    assert said in note.message
    assert note.location is not None
    assert note.location.start_line == line


@pytest.mark.parametrize(
    "call",
    [
        'http.send({"method": "get", "url": "http://127.0.0.1/"})',
        "opa.runtime()",
        "time.now_ns()",
        'rand.intn("a", 3)',
        'net.lookup_ip_addr("localhost")',
        'uuid.rfc4122("a")',
    ],
)
def test_functions_that_look_outside_are_refused(call: str) -> None:
    name = call.partition("(")[0]
    assert f"{name} is refused" in error_of(rego(f"deny contains {call} if false")).message


def test_an_error_while_evaluating_has_its_line_even_in_a_library() -> None:
    library = ("policies/lib/mine.rego", "package lib.mine\n\nfirst(x) := to_number(x)\n")
    policy = rego("import data.lib.mine\ndeny contains mine.first(r.address) if { some r in input.resources.bucket }")
    (note,) = judged(policy, ONE_BUCKET, libraries=(LIBRARY, library)).notifications
    assert note.message == "TST-001 was not evaluated: to_number: could not parse string as number"
    assert note.location is not None
    assert (note.location.path, note.location.start_line) == ("policies/lib/mine.rego", 3)


@pytest.mark.parametrize(
    ("text", "said", "line"),
    [
        ("package lib.mine\nf(x) := {", "the library was not loaded", 2),
        ("package lib.mine\nf(x) := time.now_ns() + x", "time.now_ns is refused", 2),
        ("package lib.mine\nf(x) if y == x", "`y` is unsafe", 2),
        ("package releasegate.tst_002\ndeny contains 1", "the package of a library is lib or below it", 1),
    ],
)
def test_a_library_that_cannot_be_used_is_an_error_for_it_and_for_who_needs_it(text: str, said: str, line: int) -> None:
    user = rego("import data.lib.mine\ndeny contains mine.f(1) if false")
    other = rego(ALL_BAD, id_="TST-002")
    evaluation = judged([user, other], ONE_BUCKET, libraries=(("policies/lib/mine.rego", text),))
    assert evaluation.failed == {"TST-001"}
    assert [each.policy.id for each in evaluation.findings] == ["TST-002"]
    of_library = [each for each in evaluation.notifications if each.message.startswith("the library")]
    assert [each.location and each.location.start_line for each in of_library] == [line]
    assert said in of_library[0].message


def test_policies_are_checked_even_when_there_is_nothing_to_judge() -> None:
    evaluation = judged(rego("deny contains nope(1)"), Release())
    assert "no function nope" in evaluation.notifications[0].message


def test_secrets_of_the_input_are_masked_in_errors() -> None:
    bucket = resource("bucket.a", {"password": "hunter2hunter2"})
    of = Release(resources=(bucket,), secrets=frozenset({"hunter2hunter2"}))
    note = error_of(rego('deny contains 1 if startswith(input.resources.bucket[0].attributes, "x")'), of)
    assert "hunter2" not in note.message
    assert "********" in note.message


def test_a_release_that_cannot_be_read_leaves_nothing_evaluated() -> None:
    policies = [rego(ALL_BAD), rego(ALL_BAD, id_="TST-002")]
    evaluation = judged(policies, ONE_BUCKET, memory_limit=48 << 20)
    assert evaluation.findings == ()
    assert evaluation.failed == {"TST-001", "TST-002"}
    (note,) = evaluation.notifications
    assert note.message.startswith("the Rego engine could not read the release (")
    assert note.message.endswith("not evaluated: TST-001, TST-002")


def test_the_scanning_process_never_loads_the_native_engine() -> None:
    script = f"""
import sys
sys.path.insert(0, {str(POLICIES.parent)!r})
from tests.engines.rego.judging import judged, rego
from tests.builders import release, resource
assert judged(rego({ALL_BAD!r}), release(resource("bucket.a"))).findings
assert "regorus" not in sys.modules
"""
    subprocess.run([sys.executable, "-c", script], check=True)
