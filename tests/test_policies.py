"""Every policy against its fixtures: the verdict, the line, and that the deciding attribute decides."""

import difflib
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest

from scanner.authoring.fixtures import differences, troubles
from scanner.bundle import load_bundle
from scanner.core.finding import Status
from scanner.core.location import Location
from tests.policy_cases import FIXTURES, ROOT, Case, cases, findings_of, scanned

CASES = list(cases())


def grouped(chosen: Iterable[Case]) -> list[Any]:
    """One process gets all tests of a case, so that it is scanned once."""
    return [pytest.param(case, marks=pytest.mark.xdist_group(str(case)), id=str(case)) for case in chosen]


# The examples of Checkov's checks are Checkov's own.
POLICIES = [policy for policy in load_bundle([ROOT / "policies"], {}).policies if policy.engine != "checkov"]


@pytest.mark.parametrize("case", grouped(CASES))
def test_finds_what_the_fixture_expects(case: Case) -> None:
    assert not case.mistake
    result = scanned(case.policy, case.folder)
    assert not troubles(result)
    assert not differences(case, result)


@pytest.mark.parametrize("policy", POLICIES, ids=lambda policy: policy.id)
def test_has_a_passing_and_a_failing_example(policy: object) -> None:
    names = {case.status for case in CASES if case.policy == policy.id}  # type: ignore[attr-defined]
    assert {Status.PASS, Status.FAIL} <= names


@pytest.mark.parametrize("case", grouped(case for case in CASES if case.folder.name == "fail"))
def test_the_deciding_line_is_where_the_passing_example_differs(case: Case) -> None:
    """Flipping the deciding attribute flips the verdict: `pass` is `fail` changed at the reported places."""
    changed = _changed_lines(case.folder, case.folder.parent / "pass")
    for finding in findings_of(case):
        places = [finding.location, *(related.location for related in finding.related_locations)]
        places += [finding.resource.location]
        assert any(_touches(place, changed, case) for place in places), (finding.location, changed)


def _touches(place: Location, changed: dict[str, set[int]], case: Case) -> bool:
    file = (ROOT / place.path).relative_to(case.folder).as_posix()
    lines = changed.get(file, set())
    # An attribute that is absent differs by lines put into, or next to, the block that is reported.
    return any(place.start_line - 1 <= line <= place.end_line + 1 for line in lines)


def _changed_lines(fail: Path, passing: Path) -> dict[str, set[int]]:
    """The 1-based lines of each file in `fail` that differ from `passing`; every line of a file only one has."""
    changed: dict[str, set[int]] = {}
    for file in sorted(path for path in fail.rglob("*") if path.is_file()):
        name = file.relative_to(fail).as_posix()
        other = passing / name
        here = _lines(file)
        there = _lines(other) if other.is_file() else []
        lines: set[int] = set()
        for tag, start, end, _, _ in difflib.SequenceMatcher(a=here, b=there, autojunk=False).get_opcodes():
            if tag != "equal":
                lines |= set(range(start + 1, max(end, start + 1) + 1))
        if lines:
            changed[name] = lines
    return changed


def _lines(file: Path) -> list[str]:
    """Of a text; a file of a model, which is none, is one line."""
    content = file.read_bytes()
    return content.decode().splitlines() if is_text(content) else [content.hex()]


def is_text(content: bytes) -> bool:
    try:
        return "\0" not in content.decode()
    except UnicodeDecodeError:
        return False


def test_the_bundle_is_whole() -> None:
    assert load_bundle([ROOT / "policies"], {}).notifications == ()


def test_every_fixture_belongs_to_a_policy() -> None:
    known = {policy.id for policy in POLICIES}
    assert {folder.name for folder in FIXTURES.iterdir() if folder.is_dir()} <= known
