"""Which waiver a finding gets, and which waivers nothing needs."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from scanner.core.finding import Finding, Status
from scanner.core.location import Location
from scanner.core.resource import Resource
from scanner.core.waiver import Waiver, WaiverSource, WaiverState, WaiverUse
from scanner.judging.waivers import Scanned, Waivers, apply_waivers
from scanner.judging.waivers.written import Written
from tests.builders import finding, resource

BUCKET = resource("bucket.a", path="infra/main.tf", line=4, end=6)


def entry(line: int, address: str = "", path: str = "", **fields: Any) -> Written:
    at = Location(".releasegate/waivers.yaml", line)
    waiver = Waiver("TST-001", "x", date(2027, 1, 31), at, source=WaiverSource.FILE, address=address, path=path)
    return Written(replace(waiver, **fields))


def inline(line: int) -> Written:
    return Written(Waiver("TST-001", "x", date(2027, 1, 31), Location("infra/main.tf", line)), line=line)


def applied(
    *written: Written, on: Resource = BUCKET, status: Status = Status.FAIL, scanned: Scanned | None = None
) -> tuple[Finding, dict[int, WaiverUse]]:
    (result,), uses = apply_waivers([finding(status, on=on)], Waivers(written), scanned)
    return result, {use.waiver.location.start_line: use for use in uses}


def line_of(found: Finding) -> int:
    assert found.waiver is not None
    return found.waiver.location.start_line


def test_the_closest_counts_and_all_that_cover_are_in_use() -> None:
    written = [
        entry(1, path="**"),
        entry(2, address="bucket.*"),
        entry(3, address="bucket.a"),
        entry(4, address="bucket.*", path="infra/"),
        entry(5, address="bucket.a", path="infra/main.tf"),
        entry(6, address="bucket.a", path="infra/main.tf", until=date(2027, 6, 1)),
        inline(5),
    ]
    order = []
    while written:
        found, uses = applied(*reversed(written))
        assert all(use.state is WaiverState.IN_FORCE for use in uses.values())
        assert all(use.findings == (found.fingerprint,) for use in uses.values())
        order.append(next(each for each in written if each.waiver == found.waiver))
        written.remove(order[-1])
    assert order[0].waiver.source is WaiverSource.INLINE
    assert [each.waiver.location.start_line for each in order[1:]] == [6, 5, 4, 3, 2, 1]


def test_what_a_waiver_covers_is_listed_in_order() -> None:
    others = [finding(Status.FAIL, on=resource(f"bucket.{name}")) for name in "cba"]
    _, (use,) = apply_waivers([*others, finding(Status.PASS)], Waivers((entry(1, address="bucket.*"),)))
    assert use.findings == tuple(sorted(each.fingerprint for each in others))


def test_a_pass_needs_no_waiver() -> None:
    found, uses = applied(entry(1, address="bucket.a"), status=Status.PASS)
    assert found.waiver is None
    assert uses[1].state is WaiverState.UNUSED


@pytest.mark.parametrize(
    ("written", "scanned", "why"),
    [
        (entry(1, address="bucket.a"), Scanned({"TST-002"}), "TST-001 was not evaluated"),
        (inline(1), Scanned({"TST-002"}), "TST-001 was not evaluated"),
        (entry(1, address="bucket.b"), Scanned(is_complete=False), "the scan is incomplete"),
        (entry(1, path="other/"), Scanned(paths=["infra/main.tf"], is_whole=False), "no scanned file"),
        (entry(1, address="bucket.b"), Scanned(None, [BUCKET], ["infra/main.tf"], is_whole=False), "no scanned file"),
    ],
)
def test_of_what_was_not_looked_at_no_waiver_is_unused(written: Written, scanned: Scanned, why: str) -> None:
    other = resource("bucket.c", path="infra/main.tf", line=9)
    _, uses = applied(written, on=other, scanned=scanned)
    assert uses[1].state is WaiverState.NOT_EVALUATED
    assert why in uses[1].why
    assert uses[1].findings == ()


@pytest.mark.parametrize(
    ("written", "is_whole"),
    [
        (entry(1, path="infra/"), False),
        (entry(1, address="bucket.a", path="infra/"), False),
        (entry(1, path="other/"), True),
        (inline(1), False),
    ],
)
def test_of_what_was_looked_at_it_is(written: Written, is_whole: bool) -> None:
    scanned = Scanned({"TST-001"}, [BUCKET], ["infra/main.tf"], is_whole=is_whole)
    _, uses = applied(written, status=Status.PASS, scanned=scanned)
    assert uses[1].state is WaiverState.UNUSED
    assert uses[1].why == "this waiver of TST-001 covers no finding; remove it"


def test_what_is_unknown_is_not_waived() -> None:
    found, uses = applied(entry(1, address="bucket.a"), status=Status.UNKNOWN)
    assert found.waiver is None
    assert uses[1].state is WaiverState.NOT_EVALUATED
    assert "only a failure" in uses[1].why


def test_a_waiver_of_what_is_reported_by_another_name_is_told_the_name() -> None:
    """It must not cover that: who may accept what is said of the policy that is reported."""
    folded = replace(finding(Status.FAIL, on=BUCKET), also=("CKV_AWS_18",))
    (found,), uses = apply_waivers([folded], Waivers((entry(1, "bucket.a", policy="CKV_AWS_18"),)))
    assert found.waiver is None
    assert [(use.state, use.why) for use in uses] == [
        (
            WaiverState.UNUSED,
            "what CKV_AWS_18 finds there is reported as TST-001, which is what has to be waived",
        )
    ]
