"""Hostile and odd Terraform: no crash, no hang, and nothing lost without a word."""

import re
import time
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from scanner.config import Config
from scanner.core.notification import Level
from scanner.core.result import ScanResult
from scanner.parsers.terraform.hcl import read_hcl
from scanner.pipeline import judge, open_bundle
from tests.parsers.terraform.reading import FIXTURES, read

HOSTILE = FIXTURES / "hostile"
CASES = sorted(path.name for path in HOSTILE.iterdir())

_RESOURCE = re.compile(r'^\s*resource\s+"(?P<type>[^"]*)"\s+"(?P<name>[^"]*)"', re.MULTILINE)
# Only to notice a hang: native code is given up after 10 s in these tests.
_AT_MOST = 60.0


@pytest.fixture(scope="module", params=CASES)
def scanned(request: pytest.FixtureRequest) -> tuple[str, ScanResult]:
    config = Config(paths=(HOSTILE / request.param,), as_of=date(2026, 11, 21), time_limit=10, checks=("ENC-001",))
    started = time.monotonic()
    result = judge(config, open_bundle(config))
    assert time.monotonic() - started < _AT_MOST
    return request.param, result


def test_every_file_is_evaluated_or_named_in_a_notification(scanned: tuple[str, ScanResult]) -> None:
    name, result = scanned
    root = f"fixtures/parsers/terraform/hostile/{name}"
    told = {note.location.path for note in result.notifications if note.location and note.level is Level.ERROR}
    seen = {(resource.location.path, resource.address.partition("[")[0]) for resource in result.release.resources}
    files = [path for path in (HOSTILE / name).rglob("*") if path.is_file()]
    assert files
    for path in files:
        place = f"{root}/{path.relative_to(HOSTILE / name).as_posix()}"
        if place not in told:
            missing = {address for address in _declared(path) if (place, address) not in seen}
            assert missing == set(), place


def _declared(path: Path) -> Iterator[str]:
    text = path.read_bytes().decode(errors="replace")
    yield from (f"{match['type']}.{match['name']}" for match in _RESOURCE.finditer(text))


def test_what_is_wrong_makes_the_scan_incomplete(scanned: tuple[str, ScanResult]) -> None:
    name, result = scanned
    wrong = {"deep", "json", "names", "not_text", "nul", "self_module", "syntax"}
    assert any(note.level is Level.ERROR for note in result.notifications) is (name in wrong)


def test_every_file_with_wrong_syntax_is_named_and_not_only_the_first() -> None:
    told = {place.partition(":")[0] for level, place, _ in read(HOSTILE / "syntax").told() if level == "error"}
    assert told == {path.name for path in (HOSTILE / "syntax").iterdir()}


def test_a_count_that_is_no_number_is_unknown_with_its_cause() -> None:
    reading = read(HOSTILE / "null_count", time_limit=10)
    found = {each.address: each.presence.reason for each in reading.parsed.resources if each.presence is not None}
    assert set(found) == {
        f"aws_s3_bucket.{name}[*]" for name in ("null", "null_by_variable", "negative", "text", "null_for_each")
    }
    assert all(found.values())


def test_dynamic_blocks_over_a_map_stand_beside_static_ones() -> None:
    reading = read(HOSTILE / "dynamic_map")
    group = "aws_security_group.both"
    assert [reading.value(group, f"ingress[{index}].from_port") for index in range(3)] == [22, 443, 8265]
    assert reading.value(group, "ingress[2].cidr_blocks") == ["0.0.0.0/0"]
    assert reading.place(group, "ingress[2].cidr_blocks") == "main.tf:23"


def test_locals_without_end_are_unknown_and_leave_the_rest_known() -> None:
    reading = read(HOSTILE / "endless_locals", time_limit=10)
    assert "refers to itself" in reading.reason("aws_s3_bucket.endless", "bucket")
    assert reading.value("aws_s3_bucket.endless", "tags.owner") == "ml"


def test_five_thousand_resources_in_one_file() -> None:
    reading = read(HOSTILE / "many")
    assert len(reading.addresses("aws_sqs_queue")) == 5000
    assert reading.place("aws_sqs_queue.q4999", "name") == "main.tf:14999"


def test_values_beyond_all_measure_are_unknown_and_leave_the_rest_known() -> None:
    reading = read(HOSTILE / "huge_values", time_limit=10)
    assert reading.reason("aws_s3_bucket.huge", "bucket")
    assert reading.value("aws_s3_bucket.huge", "tags.owner") == "ml"


@pytest.mark.parametrize("file", sorted(path.name for path in (HOSTILE / "deep").iterdir()))
def test_deep_nesting_is_read_or_named(file: str) -> None:
    found = read_hcl(file, (HOSTILE / "deep" / file).read_text())
    assert found.blocks or found.error is not None
