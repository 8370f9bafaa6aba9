"""The law of saved results: each report of one is, byte for byte, what the scan would have written."""

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from scanner.config import Config
from scanner.core.location import Location
from scanner.core.result import ScanResult
from scanner.pipeline import run
from scanner.reports import RENDERERS
from scanner.reports.interface import RenderOptions
from scanner.reports.saved import read_result
from tests.reports.saved.hard_results import KEY, SECRET, hard_result
from tests.reports.with_checkov import with_checkov

OPTIONS = (
    RenderOptions(),
    RenderOptions(width=72, color=True, verbose=True, sarif_for="github", time=datetime(2026, 11, 21, tzinfo=UTC)),
)
PROJECTS = sorted(path for path in Path("fixtures/projects").iterdir() if path.is_dir())


def _saved(result: ScanResult) -> str:
    return RENDERERS["json"](result, RenderOptions())


def _assert_the_same(result: ScanResult) -> None:
    back = read_result(_saved(result))
    for name, render in RENDERERS.items():
        for options in OPTIONS:
            scanned, saved = render(result, options), render(back, options)
            lines = zip(scanned.splitlines(), saved.splitlines(), strict=False)
            assert (name, [pair for pair in lines if pair[0] != pair[1]][:3]) == (name, [])
            assert scanned == saved


@pytest.mark.parametrize("project", PROJECTS, ids=lambda path: path.name)
def test_every_report_of_a_saved_scan_is_that_of_the_scan(project: Path) -> None:
    _assert_the_same(run(Config(paths=(project,), as_of=date(2026, 11, 21), engines=("own",))))


def test_every_report_of_a_saved_result_is_that_of_the_result(full: ScanResult, clean: ScanResult) -> None:
    # Policies of other programs come in any order.
    backwards = replace(full, findings=(), frameworks=(), policies=full.policies[::-1])
    for result in (full, clean, backwards, replace(clean, findings=(), frameworks=(), roots=(), policies=())):
        _assert_the_same(result)


def test_what_checkov_has_judged_survives_too(full: ScanResult) -> None:
    result = with_checkov()
    back = read_result(_saved(result))

    _assert_the_same(result)
    assert (back.quiet_checks, back.checks_left_out) == (result.quiet_checks, 2)
    assert {policy.id for policy in back.policies if not policy.is_mapped} == {"CKV_AWS_226"}
    assert [finding.also for finding in back.findings if finding.also] == [
        finding.also for finding in sorted(result.findings, key=lambda each: each.sort_key) if finding.also
    ]
    assert (read_result(_saved(full)).quiet_checks, read_result(_saved(full)).checks_left_out) == ((), 0)


def test_a_result_of_before_checkov_is_read_as_it_was(full: ScanResult) -> None:
    saved = json.loads(_saved(full))
    older = json.dumps({**saved, "schema_version": "1.1"})

    assert saved["schema_version"] == "1.2"
    for render in RENDERERS.values():
        assert render(read_result(older), RenderOptions()) == render(full, RenderOptions())


def test_what_is_odd_survives_too(full: ScanResult) -> None:
    result = hard_result(full)

    _assert_the_same(result)
    _assert_the_same(read_result(_saved(result)))


def test_no_secret_nor_its_length_is_saved(full: ScanResult, make_result: Callable[..., ScanResult]) -> None:
    saved = _saved(hard_result(full))
    assert not [line for line in (SECRET, "Winter", *KEY.split("\n")) if line in saved]

    def of_length(length: int) -> str:
        secret = "s3cret-" + "x" * length
        text = f'a = 1\npassword = "{secret}"\nb = 2\n'
        return _saved(make_result(text, secrets=[secret], location=Location("infra/main.tf", 1, 1, 1, 5)))

    assert of_length(10) == of_length(30)


def test_neither_attributes_nor_rules_are_saved(full: ScanResult) -> None:
    back = read_result(_saved(full))

    assert {str(resource.attributes) for resource in back.release.resources} == {"{}"}
    assert {policy.rule for policy in back.policies} == {None}


def test_a_result_is_read_as_it_was(full: ScanResult) -> None:
    result = hard_result(full)
    back = read_result(_saved(result))

    assert back.waivers == result.waivers
    assert back.comparison == result.comparison
    assert back.verdict == result.verdict
    assert back.release.links == result.release.links
    assert [resource.key for resource in back.release.resources] == [
        resource.key for resource in result.release.resources
    ]
    assert {finding.fingerprint: finding.baseline_state for finding in back.findings} == {
        finding.fingerprint: finding.baseline_state for finding in result.findings
    }
