"""Policy documents whose text is not known: what is known of their statements, which the parser makes resources of."""

from datetime import date

import pytest

from scanner.config import Config
from scanner.core.resource import Release
from scanner.engines.checkov.answers.addresses import Addresses
from scanner.engines.checkov.answers.findings import findings_of
from scanner.engines.checkov.interface import TERRAFORM, Answer, Unit
from scanner.pipeline import read
from tests.builders import policy
from tests.engines.checkov.answers.hand_made import CHECK, FAILED, PASSED, UNKNOWN, record

RELEASE = """\
variable "action" {}
resource "aws_kms_key" "it" {}
data "aws_iam_policy_document" "it" {
  statement {
    actions   = ["kms:Decrypt"]
    resources = [aws_kms_key.it.arn]
  }
}
resource "aws_iam_policy" "elsewhere" {
  policy = data.aws_iam_policy_document.it.json
}
resource "aws_iam_policy" "here" {
  policy = jsonencode({ Statement = [{ Effect = "Allow", Action = "kms:Decrypt", Resource = aws_kms_key.it.arn }] })
}
resource "aws_iam_policy" "open" {
  policy = jsonencode({ Statement = [{ Effect = "Allow", Action = var.action, Resource = aws_kms_key.it.arn }] })
}
resource "aws_iam_policy" "given" {
  policy = var.action
}
module "it" {
  source = "./it"
  policy = data.aws_iam_policy_document.it.json
}
"""
MODULE = """\
variable "policy" {}
resource "aws_iam_policy" "it" {
  policy = var.policy
}
"""


@pytest.fixture(scope="module")
def release(tmp_path_factory: pytest.TempPathFactory) -> Release:
    folder = tmp_path_factory.mktemp("documents")
    (folder / "it").mkdir()
    (folder / "main.tf").write_text(RELEASE, encoding="utf-8")
    (folder / "it" / "main.tf").write_text(MODULE, encoding="utf-8")
    return read(Config((folder,), date(2026, 11, 22)))


def statuses(release: Release, result: str, address: str, path: str = "/main.tf") -> list[tuple[str, str]]:
    resources = tuple(each for each in release.resources if each.type == "aws_iam_policy")
    unit = Unit("the unit", "main.tf", TERRAFORM, {}, resources)
    answer = Answer("3.3.30", (record(address, result, "policy", path=path, start=1, end=99),))
    found = findings_of(Addresses(unit), answer, {CHECK: policy(id_=CHECK)}, release)
    return [(each.status.value, each.cause) for each in found]


def test_a_document_of_its_own_is_judged_there_and_not_where_it_is_used(release: Release) -> None:
    for result in (PASSED, UNKNOWN):
        assert statuses(release, result, "aws_iam_policy.elsewhere") == []
        assert statuses(release, result, "module.it.aws_iam_policy.it", "/it/main.tf") == []


def test_a_document_with_nothing_unknown_but_names_is_judged(release: Release) -> None:
    assert statuses(release, PASSED, "aws_iam_policy.here") == [("pass", "")]
    assert statuses(release, FAILED, "aws_iam_policy.here") == [("fail", "")]


@pytest.mark.parametrize("result", [PASSED, FAILED])
@pytest.mark.parametrize("address", ["aws_iam_policy.open", "aws_iam_policy.given"])
def test_a_document_with_something_else_unknown_is_not_known(release: Release, address: str, result: str) -> None:
    assert statuses(release, result, address) == [("unknown", "var.action has no default")]
