"""IAM statements, in whatever way a document is written."""

from pathlib import Path
from typing import Any

import pytest

from scanner.core.resource import Resource
from scanner.core.values import AttributePath, Unresolved
from tests.parsers.terraform.reading import Reading, read_case, read_text

EMPTY: dict[str, Any] = {
    "actions": [],
    "not_actions": [],
    "resources": [],
    "not_resources": [],
    "principals": [],
    "conditions": {},
}


@pytest.fixture(scope="module")
def statements() -> Reading:
    return read_case("statements")


def lines(resource: Resource) -> dict[AttributePath, int]:
    return {path: place.start_line for path, place in resource.attribute_locations.items()}


def test_a_document_that_is_encoded(statements: Reading) -> None:
    first = statements.resource("aws_iam_role_policy.encoded/statement[0]")
    assert first.type == "iam_statement"
    assert first.parent == ".::aws_iam_role_policy.encoded"
    assert first.attributes == {
        **EMPTY,
        "sid": "Everything",
        "effect": "Allow",
        "actions": ["*"],
        "resources": ["arn:aws:s3:::triage-models/*"],
        "attribute": "policy",
    }
    assert (first.location.start_line, first.location.end_line) == (15, 20)
    assert lines(first) == {("sid",): 16, ("effect",): 17, ("actions",): 18, ("resources",): 19}


def test_what_is_unknown_in_a_document_does_not_hide_the_rest(statements: Reading) -> None:
    second = statements.resource("aws_iam_role_policy.encoded/statement[1]")
    key = Unresolved("aws_kms_key.models.arn", "aws_kms_key.models.arn is known only after apply")
    assert second.attributes == {
        **EMPTY,
        "effect": "Deny",
        "not_actions": ["s3:GetObject", "s3:ListBucket"],
        "resources": [key, "*"],
        "conditions": {"Bool": {"aws:SecureTransport": "false"}},
        "attribute": "policy",
    }
    assert lines(second)["resources", 0] == 24
    assert statements.reason("aws_iam_role_policy.encoded", "policy") == key.reason


def test_a_heredoc_with_holes(statements: Reading) -> None:
    statement = statements.resource("aws_s3_bucket_policy.heredoc/statement[0]")
    hole = Unresolved("${var.principal}", "var.principal has no default")
    assert statement.attributes == {
        **EMPTY,
        "effect": "Allow",
        "principals": ["*", hole, "Service:cloudtrail.amazonaws.com"],
        "actions": ["s3:PutObject"],
        "resources": ["arn:aws:s3:::triage-models/*"],
        "attribute": "policy",
    }
    assert (statement.location.start_line, statement.location.end_line) == (35, 40)
    assert lines(statement)["effect",] == 36
    assert lines(statement)["principals",] == 37
    assert lines(statement)["resources",] == 39


def test_an_unknown_document_is_one_unknown_statement(statements: Reading) -> None:
    unknown = Unresolved("var.principal", "var.principal has no default")
    statement = statements.resource("aws_kms_key.models/statement[?]")
    parts = dict.fromkeys(("effect", "actions", "resources", "principals"), unknown)
    assert statement.attributes == {**EMPTY, **parts, "attribute": "policy"}
    assert statement.location.start_line == 8


def test_a_reference_repeats_the_statements_of_the_document(statements: Reading) -> None:
    base, trust, inline = (statements.resource(f"aws_iam_role.trust/statement[{index}]") for index in range(3))
    assert base.attributes == {
        **EMPTY,
        "effect": "Deny",
        "not_actions": ["sts:TagSession"],
        "not_resources": ["*"],
        "attribute": "assume_role_policy",
    }
    assert trust.attributes == {
        **EMPTY,
        "sid": "Trust",
        "effect": "Allow",
        "actions": ["sts:AssumeRole"],
        "principals": ["Service:eks.amazonaws.com", "*"],
        "conditions": {"StringEquals": {"aws:SourceAccount": ["123456789012"]}},
        "attribute": "assume_role_policy",
    }
    assert (base.location.start_line, trust.location.start_line) == (80, 57)
    assert lines(trust)["actions",] == 59
    assert lines(trust)["principals", 0, "identifiers"] == 63
    assert lines(trust)["conditions",] == 71
    assert inline.attributes == {
        **EMPTY,
        "effect": "Allow",
        "actions": ["kms:Decrypt"],
        "resources": ["*"],
        "attribute": "inline_policy",
    }
    assert inline.location.start_line == 50


def test_a_document_that_is_used_leaves_its_statements_to_its_users(statements: Reading) -> None:
    assert not [each for each in statements.addresses("iam_statement") if each.startswith("data.")]


def test_a_document_that_nobody_uses_keeps_its_statements(tmp_path: Path) -> None:
    text = 'data "aws_iam_policy_document" "spare" {\n  statement {\n    actions = ["s3:*"]\n  }\n}\n'
    (statement,) = read_text(tmp_path, text).addresses("iam_statement")
    assert statement == "data.aws_iam_policy_document.spare/statement[0]"


def test_what_is_no_policy_has_no_statements(statements: Reading) -> None:
    parents = {address.partition("/")[0] for address in statements.addresses("iam_statement")}
    assert not parents & {"aws_ecr_lifecycle_policy.images", "vault_policy.other"}
    assert statements.value("aws_ecr_lifecycle_policy.images", "policy") == '{"rules":[{"rulePriority":1}]}'


def test_documents_stay_text(tmp_path: Path) -> None:
    document = 'jsonencode({ Statement = [{ Effect = "Deny", Action = "<a>" }] })'
    reading = read_text(tmp_path, f'resource "aws_sqs_queue" "q" {{\n  policy = {document}\n}}\n')
    assert reading.value("aws_sqs_queue.q", "policy") == (
        '{"Statement":[{"Action":"\\u003ca\\u003e","Effect":"Deny"}]}'
    )
    assert reading.value("aws_sqs_queue.q/statement[0]", "actions") == ["<a>"]


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ('"*"', ["*"]),
        ('{ AWS = "*" }', ["*"]),
        ('{ AWS = ["arn:aws:iam::1:root", "*"] }', ["AWS:arn:aws:iam::1:root", "*"]),
        ('{ Service = "*" }', ["Service:*"]),
        ('{ Federated = "a", Service = ["b", "c"] }', ["Federated:a", "Service:b", "Service:c"]),
    ],
)
def test_principals(written: str, expected: list[str], tmp_path: Path) -> None:
    document = f'jsonencode({{ Statement = [{{ Effect = "Allow", Principal = {written} }}] }})'
    reading = read_text(tmp_path, f'resource "aws_sqs_queue" "q" {{\n  policy = {document}\n}}\n')
    assert reading.value("aws_sqs_queue.q/statement[0]", "principals") == expected


def test_a_document_that_goes_through_a_module(tmp_path: Path) -> None:
    folder = tmp_path / "m"
    folder.mkdir()
    (folder / "main.tf").write_text('variable "json" {}\nresource "aws_iam_policy" "p" {\n  policy = var.json\n}\n')
    text = (
        'data "aws_iam_policy_document" "d" {\n  statement {\n    actions = ["s3:*"]\n  }\n}\n'
        'module "m" {\n  source = "./m"\n  json   = data.aws_iam_policy_document.d.json\n}\n'
    )
    statement = read_text(tmp_path, text).resource("module.m.aws_iam_policy.p/statement[0]")
    assert statement.attributes["actions"] == ["s3:*"]
    assert str(statement.location) == "main.tf:2"


def test_an_unknown_number_of_statement_blocks(tmp_path: Path) -> None:
    text = (
        'variable "on" {}\ndata "aws_iam_policy_document" "d" {\n  statement {\n    actions = ["s3:*"]\n  }\n'
        '  dynamic "statement" {\n    for_each = var.on\n    content {\n      actions = ["kms:*"]\n    }\n  }\n}\n'
    )
    reading = read_text(tmp_path, text)
    data = "data.aws_iam_policy_document.d"
    assert reading.addresses("iam_statement") == [f"{data}/statement[0]", f"{data}/statement[?]"]
    assert reading.reason(f"{data}/statement[?]", "actions") == "var.on has no default"
    assert reading.resource(f"{data}/statement[?]").location.start_line == 6


def test_a_document_made_of_itself_ends(tmp_path: Path) -> None:
    text = (
        'data "aws_iam_policy_document" "d" {\n  source_policy_documents = [data.aws_iam_policy_document.e.json]\n}\n'
        'data "aws_iam_policy_document" "e" {\n  source_policy_documents = [data.aws_iam_policy_document.d.json]\n}\n'
        'resource "aws_iam_policy" "p" {\n  policy = data.aws_iam_policy_document.d.json\n}\n'
    )
    reading = read_text(tmp_path, text)
    assert "aws_iam_policy.p/statement[?]" in reading.addresses("iam_statement")
