from dataclasses import replace
from datetime import date

from scanner.core.control import Framework, Strength
from scanner.core.result import ScanResult
from scanner.reports.clauses import clause_number, clauses_by_finding, short_name, standings


def _touched(result: ScanResult, policy: str) -> list[tuple[str, Strength, date | None]]:
    fingerprint = next(finding.fingerprint for finding in result.findings if finding.policy.id == policy)
    clauses = clauses_by_finding(result).get(fingerprint, ())
    return [(clause.control.id, clause.strength, clause.upcoming) for clause in clauses]


def test_a_finding_touches_the_clauses_whose_controls_list_it(full: ScanResult) -> None:
    assert _touched(full, "XFM-001") == [
        ("GDPR-5(1)(f)", Strength.DIRECT, None),
        ("SOC2-CC6.1", Strength.DIRECT, None),
        ("EUAIA-15(5)", Strength.SUPPORTING, date(2027, 12, 2)),
    ]


def test_a_framework_that_does_not_apply_touches_nothing(full: ScanResult) -> None:
    frameworks = tuple(replace(judged, applies=False) for judged in full.frameworks)

    assert _touched(replace(full, frameworks=frameworks), "XFM-001") == []


def test_a_control_outside_the_declared_scope_touches_nothing(full: ScanResult) -> None:
    gdpr, *others = full.frameworks
    of_health = tuple(
        replace(judged, control=replace(judged.control, when={"data": ("phi",)})) for judged in gdpr.controls
    )
    narrowed = replace(full, frameworks=(replace(gdpr, controls=of_health), *others))

    assert [id_ for id_, *_ in _touched(narrowed, "XFM-001")] == ["SOC2-CC6.1", "EUAIA-15(5)"]


def test_a_clause_is_called_by_its_number_and_a_framework_by_its_short_name(full: ScanResult) -> None:
    gdpr = full.frameworks[0].framework
    long_named = Framework("x", "X", "A standard with a long name", "", "", ())

    assert clause_number(gdpr, gdpr.controls[0]) == "5(1)(f)"
    assert [short_name(gdpr), short_name(long_named)] == ["GDPR", "X"]


def test_standings_count_every_way_to_stand(full: ScanResult) -> None:
    counts = {standing.value: number for standing, number in standings(full.frameworks[0]).items()}

    assert counts == {"met": 0, "not met": 1, "waived": 0, "not evaluated": 0, "needs a human": 2}
