"""Engines that a scan does without, and policies that only an engine knows of."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from scanner.config import Config
from scanner.core.bundle import Bundle
from scanner.core.finding import Finding, Status
from scanner.core.policy import Policy
from scanner.core.resource import Release
from scanner.core.scope import Scope
from scanner.engines.interface import Evaluation
from scanner.pipeline import judge, open_bundle
from tests.reports.with_checkov import UNMAPPED

DAY = date(2026, 11, 21)
BUCKET = 'resource "aws_s3_bucket" "a" {}\n'


@pytest.fixture(scope="module")
def bundle() -> Bundle:
    return open_bundle(Config(paths=(Path(),), as_of=DAY))


def _config(folder: Path, text: str = BUCKET, engines: tuple[str, ...] = ("own",)) -> Config:
    (folder / ".git").mkdir()
    (folder / "main.tf").write_text(text)
    return Config(paths=(folder,), as_of=DAY, engines=engines)


def _nothing(_policies: Sequence[Policy], _release: Release, _scope: Scope) -> Evaluation:
    return Evaluation()


@pytest.mark.parametrize(
    ("checks", "said"),
    [
        (("CKV_AWS_18",), "CKV_AWS_18 was not evaluated; the engines that were chosen: own"),
        (("ckv_ali_1", "ENC-012"), "CKV_ALI_1 was not evaluated; the engines that were chosen: own"),
        ((), "{} policies were not evaluated; the engines that were chosen: own"),
    ],
)
def test_what_belongs_to_an_engine_that_was_not_chosen_is_told(
    checks: tuple[str, ...], said: str, bundle: Bundle, tmp_path: Path
) -> None:
    result = judge(replace(_config(tmp_path), checks=checks), bundle, evaluate=_nothing)
    assert [note.message for note in result.notifications if "not evaluated" in note.message] == [
        said.format(sum(policy.engine == "checkov" and policy.is_mapped for policy in bundle.policies))
    ]


def test_a_check_that_only_its_engine_knows_of_can_be_waived(bundle: Bundle, tmp_path: Path) -> None:
    check = replace(UNMAPPED, id="CKV_HOUSE_7")

    def evaluate(_policies: Sequence[Policy], release: Release, _scope: Scope) -> Evaluation:
        (bucket,) = (each for each in release.resources if each.type == "aws_s3_bucket")
        return Evaluation((Finding(check, bucket, Status.FAIL, "it fails", bucket.location),), policies=(check,))

    waiver = f'# releasegate:ignore={check.id} until=2026-12-31 reason="ours"\n'
    result = judge(_config(tmp_path, waiver + BUCKET, ("own", "checkov")), bundle, evaluate=evaluate)
    (finding,) = (each for each in result.findings if each.policy.id == check.id)
    assert finding.waiver is not None
    assert finding.waiver.reason == "ours"
    assert not [note for note in result.notifications if note.component == "waivers"]
