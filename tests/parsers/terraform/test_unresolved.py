"""Values that nobody can know before deployment, and the cause that each of them names."""

import pytest

from scanner.core.values import Unresolved
from tests.parsers.terraform.reading import Reading, read_case

VOLUME = "aws_ebs_volume.data"


@pytest.fixture(scope="module")
def unresolved() -> Reading:
    return read_case("unresolved")


@pytest.mark.parametrize(
    ("path", "expression", "reason"),
    [
        ("alone", "var.encrypted", "var.encrypted has no default"),
        ("choice", "var.encrypted ? 1 : 2", "var.encrypted has no default"),
        ("function", "upper(var.name)", "var.name has no default"),
        ("length", "length(var.name)", "var.name has no default"),
        ("template", '"y-${var.name}"', "var.name has no default"),
        ("document", "jsonencode({ Name = var.name })", "var.name has no default"),
        ("indirect", "local.prefix", "var.name has no default"),
        (
            "account",
            "data.aws_caller_identity.current.account_id",
            "data.aws_caller_identity.current.account_id is known only after apply",
        ),
        ("key", "aws_kms_key.models.arn", "aws_kms_key.models.arn is known only after apply"),
        ("missing", "var.nowhere", "var.nowhere is not declared"),
        ("gone", "aws_kms_key.gone.arn", "aws_kms_key.gone is not declared"),
        ("workspace", "terraform.workspace", "terraform.workspace is chosen when Terraform runs"),
        ("clock", "timestamp()", "timestamp() is known only after apply"),
        (
            "wrong",
            '1 + "one"',
            '1 + "one" is refused by Terraform: a text that is no number is used where a number is due',
        ),
        ("list[1]", "var.name", "var.name has no default"),
        ("tags.key", "aws_kms_key.models.arn", "aws_kms_key.models.arn is known only after apply"),
        ("loop_a", "local.prefix == local.prefix", "var.name has no default"),
        ("nested[0].inner", "var.encrypted", "var.encrypted has no default"),
    ],
)
def test_expression_and_cause(unresolved: Reading, path: str, expression: str, reason: str) -> None:
    assert unresolved.value(VOLUME, path) == Unresolved(expression, reason)


@pytest.mark.parametrize(
    ("path", "expected"),
    [("same", "either"), ("decided", False), ("known", "fallback"), ("list[0]", "a"), ("tags.owner", "radiology")],
)
def test_what_an_unknown_does_not_change_is_known(unresolved: Reading, path: str, expected: object) -> None:
    assert unresolved.value(VOLUME, path) == expected


def test_a_default_of_null_is_absent_and_not_unresolved(unresolved: Reading) -> None:
    assert unresolved.is_absent(VOLUME, "absent")


def test_lines_of_unknown_values(unresolved: Reading) -> None:
    assert unresolved.line(VOLUME, "list[1]") == 38
    assert unresolved.line(VOLUME, "tags.key") == 39
    assert unresolved.line(VOLUME, "nested[0].inner") == 43


def test_an_unknown_value_is_no_error(unresolved: Reading) -> None:
    assert unresolved.told() == []
