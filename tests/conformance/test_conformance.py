"""Rego means on every engine what the tables say; where regorus is known to differ, it differs as they say."""

import shutil

import pytest

from tests.conformance.cases import Case, cases, is_same, opa, regorus, said_by, said_together

_PROGRAM = shutil.which("opa")


@pytest.mark.parametrize("case", cases(), ids=str)
def test_regorus_says_what_the_table_says(case: Case) -> None:
    said = said_by(regorus(), case)
    assert is_same(said, case.differently or case.expected), said


def test_every_known_difference_is_one_and_has_its_reason() -> None:
    different = [case for case in cases() if case.differently]
    assert different
    assert [str(case) for case in different if not case.why] == []
    assert [str(case) for case in different if is_same(case.expected, case.differently or {})] == []


def test_no_case_is_there_twice() -> None:
    names = [str(case) for case in cases()]
    assert len(names) == len(set(names)) >= 400


@pytest.mark.skipif(_PROGRAM is None, reason="there is no opa on PATH")
def test_opa_says_what_the_table_says() -> None:
    engine = opa(str(_PROGRAM))
    together = [case for case in cases() if not case.modules and "error" not in case.expected]
    alone = [case for case in cases() if case.modules or "error" in case.expected]
    said = [*zip(together, said_together(engine, together), strict=True)]
    said += [(case, said_by(engine, case)) for case in alone]
    assert [f"{case}: {found}" for case, found in said if not is_same(found, case.expected)] == []
    assert len(said) == len(cases())
