"""Whether Checkov has judged the value that an attribute has, or what it took an expression for."""

import pytest

from scanner.core.finding import Status
from scanner.core.values import ABSENT, Unresolved
from scanner.engines.checkov.answers.attributes import Seen
from scanner.engines.checkov.forms import NOT_FOUND, Watched, form_of, is_misread
from scanner.engines.checkov.interface import Record
from tests.builders import resource
from tests.engines.checkov.answers.hand_made import CHECK, FAILED, PASSED, UNKNOWN, found, unit

DATABASE = "aws_db_instance.it"


@pytest.mark.parametrize(
    ("theirs", "ours"),
    [
        (["!False"], True),
        ([{"port": ["ingress.value"]}], [{"port": 22}]),
        ([{"Statement": "[for x in ['*'] : {}]"}], '{"Statement": []}'),
        (["alltrue([True])"], True),
        (["var.days"], 365),
        (["var.name"], "AdministratorAccess"),
        (["local.a ? 1 : 2"], 1),
        ([["x][0]"]], [True]),
        ([None], True),
        ([None], "a == b"),
        ([{}], True),
        (["true"], True),
        ([True], False),
        ([False], "true"),
        ([["a", "each.value"]], ["a", "b"]),
    ],
)
def test_what_checkov_has_not_worked_out_is_another_value(theirs: object, ours: object) -> None:
    assert is_misread(form_of({"it": theirs}, "it"), Seen(("it",), ours))


@pytest.mark.parametrize(
    ("theirs", "ours"),
    [
        ([True], True),
        ([True], "true"),
        ([365], 365),
        ([365], "365"),
        (["text"], "text"),
        (["f(x)"], "f(x)"),
        (["${x}"], "${x}"),
        ([["a", "b"]], ["a", "b"]),
        ([{"a": 1}], '{"a": 1}'),
        (["var.days"], Unresolved("var.days", "it has no default")),
        ([["a", "var.x"]], ["a", Unresolved("var.x", "it has no default")]),
        ([True], ABSENT),
        ([None], ABSENT),
        ([None], ""),
        (["aws_kms_key.it[0].arn"], "arn:aws:kms:::it"),
        ([["${aws_s3_bucket.it.arn}/*"]], ["arn:aws:s3:::it/*"]),
    ],
)
def test_what_it_has_worked_out_or_nobody_knows_is_none(theirs: object, ours: object) -> None:
    assert not is_misread(form_of({"it": theirs}, "it"), Seen(("it",), ours))


def test_the_way_of_a_key_leads_through_the_lists_around_values() -> None:
    blocks = {"rule": [{"on": [True]}, {"on": ["var.x"]}], "one": [{"on": ["!True"]}]}
    keys = ("rule/[0]/on", "rule/[1]/on", "rule/[2]/on", "one/on", "one/[0]/on", "one/[0]/off", "none")
    assert [form_of(blocks, key) for key in keys] == ["t", "E", NOT_FOUND, "E", "E", NOT_FOUND, "M"]
    assert form_of(None, "rule") == NOT_FOUND


def test_a_block_that_it_does_not_have_is_missing_unless_the_provider_makes_it() -> None:
    assert form_of({"other": [1]}, "ingress/[0]/port") == "M"
    assert is_misread("M", Seen(("ingress", 0, "port"), 22))
    assert not is_misread("M", Seen(("ingress",), []))
    assert not is_misread("M", Seen(("ingress",), ABSENT))
    assert not is_misread("M", Seen(("tags_all", "a"), "b"))


def test_what_a_check_asks_a_block_for_is_remembered() -> None:
    block = Watched({"a": [1], "b": [2], "c": [3]})
    assert (block["a"], "b" in block, block.get("d"), dict(block)) == ([1], True, None, {"a": [1], "b": [2], "c": [3]})
    assert form_of(block, "c") == "0"
    assert block.asked_for >= {"a", "b", "d"}


@pytest.mark.parametrize("result", [PASSED, FAILED, UNKNOWN])
def test_a_result_on_another_value_proves_nothing(result: str) -> None:
    it = resource(DATABASE, {"public": True, "encrypted": False})
    said = Record(CHECK, result, "/main.tf", 1, 1, DATABASE, ("encrypted", "public"), ("f:encrypted", "E:public"))
    (finding,) = found(unit(it), said)
    assert (finding.status, finding.attribute) == (Status.UNKNOWN, "public")
    assert "Checkov" in finding.cause
