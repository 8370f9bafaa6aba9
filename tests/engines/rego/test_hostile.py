"""No policy, whatever it does, hangs a scan, breaks it off, passes silently or touches the policies beside it."""

from pathlib import Path

import pytest

from scanner.core.result import ScanResult
from tests.engines.rego.hostility import Outcome, case_module, outcome, scan, table

REFUSED, BROKEN, SLOW = table("refused"), table("broken"), table("slow")
QUICK = [name for name, case in SLOW.items() if case.get("quick")]
Scans = dict[str, Outcome]


def together(folder: Path, names: list[str], cases: dict[str, dict[str, str]], time_limit: float) -> Scans:
    """One scan with all of them, because each is a policy beside others."""
    ids = {f"HST-{number:03}": name for number, name in enumerate(names)}
    result = scan(folder, {id_: case_module(id_, cases[name]) for id_, name in ids.items()}, time_limit=time_limit)
    assert result.verdict.decision.name == "INCOMPLETE"
    return {name: outcome(result, id_) for id_, name in ids.items()}


def holds(case: dict[str, str], of: Outcome) -> bool:
    """Whether the policy is named with what is wrong, or has the finding that it is to have; it never passes."""
    if of.passed:
        return False
    if "finds" in case:
        return any(case["finds"] in message for message in of.found)
    return any(case["says"] in message for message in of.said)


@pytest.fixture(scope="module")
def refused(tmp_path_factory: pytest.TempPathFactory) -> Scans:
    return together(tmp_path_factory.mktemp("refused"), list(REFUSED), REFUSED, 2.0)


@pytest.fixture(scope="module")
def broken(tmp_path_factory: pytest.TempPathFactory) -> Scans:
    return together(tmp_path_factory.mktemp("broken"), list(BROKEN), BROKEN, 3.0)


@pytest.fixture(scope="module")
def quick(tmp_path_factory: pytest.TempPathFactory) -> Scans:
    return together(tmp_path_factory.mktemp("quick"), QUICK, SLOW, 1.0)


@pytest.mark.xdist_group("hostile-refused")
@pytest.mark.parametrize("name", REFUSED)
def test_what_must_not_run_is_refused_by_name(refused: Scans, name: str) -> None:
    assert holds(REFUSED[name], refused[name]), refused[name]


@pytest.mark.xdist_group("hostile-broken")
@pytest.mark.parametrize("name", BROKEN)
def test_what_breaks_off_or_is_no_finding_is_said(broken: Scans, name: str) -> None:
    assert holds(BROKEN[name], broken[name]), broken[name]


@pytest.mark.xdist_group("hostile-slow")
@pytest.mark.parametrize("name", QUICK)
def test_what_takes_too_much_is_stopped(quick: Scans, name: str) -> None:
    assert holds(SLOW[name], quick[name]), quick[name]


@pytest.mark.slow
@pytest.mark.parametrize("name", [name for name in SLOW if name not in QUICK])
def test_whatever_takes_too_much_is_stopped(tmp_path: Path, name: str) -> None:
    (of,) = together(tmp_path, [name], SLOW, 1.0).values()
    assert holds(SLOW[name], of), of


def test_there_are_a_hundred_of_them() -> None:
    assert len(REFUSED) + len(BROKEN) + len(SLOW) > 100


def test_the_same_policies_give_the_same_again(tmp_path: Path) -> None:
    names = list(BROKEN)[:6]
    results: list[ScanResult] = []
    for folder in (tmp_path / "first", tmp_path / "second"):
        folder.mkdir()
        policies = {
            f"HST-{number:03}": case_module(f"HST-{number:03}", BROKEN[name]) for number, name in enumerate(names)
        }
        results.append(scan(folder, policies, time_limit=3.0))
    assert results[0].notifications == results[1].notifications
    assert results[0].findings == results[1].findings
