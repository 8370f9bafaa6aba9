"""How a finding could be accepted."""

from dataclasses import replace
from datetime import date

import yaml

from scanner.core.finding import Finding, Status
from scanner.core.governance import Governance, GovernanceRule, Place
from scanner.core.location import Location
from scanner.core.resource import SourceFile
from scanner.core.waiver import Waiver
from scanner.explaining.waiving import how_to_waive
from scanner.judging.waivers.file import entries
from scanner.judging.waivers.inline import inline_waivers
from tests.builders import finding, resource

DAY = date(2026, 11, 22)


def rule(**fields: object) -> Governance:
    return Governance((GovernanceRule(Location("bundle.yaml", 1), **fields),))  # type: ignore[arg-type]


def failed(path: str = "main.tf") -> Finding:
    return finding(Status.FAIL, on=resource('bucket.a["x"]', path=path))


def test_what_is_told_is_what_the_gate_reads() -> None:
    how = how_to_waive(failed(), DAY, Governance())
    (written,) = entries(how.entry, "waivers.yaml")
    assert (written.waiver.policy, written.waiver.address, written.waiver.until) == (
        "TST-001",
        'bucket.a["x"]',
        date(2027, 2, 20),
    )
    assert yaml.safe_load(how.entry)["waivers"][0]["path"] == "main.tf"
    (inline,) = inline_waivers([SourceFile("main.tf", "terraform", f"{how.comment}\nx = 1\n")])
    assert (inline.waiver.policy, inline.waiver.until) == ("TST-001", date(2027, 2, 20))
    assert how.asked == ("", "")


def test_the_end_is_as_late_as_the_bundle_allows() -> None:
    how = how_to_waive(failed(), DAY, rule(max_days=30))
    assert "until: 2026-12-22" in how.entry
    assert "until=2026-12-22" in how.comment


def test_what_the_bundle_forbids_or_asks_for_is_said() -> None:
    how = how_to_waive(failed(), DAY, rule(allow=Place.FILE, requires=("owner",)))
    assert how.asked[0]
    assert "owner" in how.asked[1]


def test_notations_have_their_own_comments_or_none() -> None:
    assert how_to_waive(failed("README.md"), DAY, Governance()).comment.startswith("<!-- releasegate:ignore")
    plan = how_to_waive(failed("plan.json"), DAY, Governance())
    assert (plan.comment, plan.location) == ("", None)
    assert plan.entry


def test_what_cannot_be_waived_says_why() -> None:
    assert "not known" in how_to_waive(finding(Status.UNKNOWN, cause="x"), DAY, Governance()).why_not
    covered = Waiver("TST-001", "agreed", DAY, Location("main.tf", 1))
    assert how_to_waive(replace(failed(), waiver=covered), DAY, Governance()).covered_by == covered
