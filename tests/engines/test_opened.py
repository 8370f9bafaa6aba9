"""All engines of one scan: their order, what they are opened with, and how they end."""

import subprocess
import sys
import time

import psutil
import pytest

from scanner.core.finding import Status
from scanner.core.policy import Policy
from scanner.core.scope import Scope
from scanner.engines import ENGINES, opened
from scanner.engines.interface import EngineContext
from tests.builders import policy, release, resource
from tests.engines.rego.judging import rego

BUCKET = release(resource("bucket.a"))
BAD = 'deny contains {"resource": r.key, "message": "bad"} if { some r in input.resources.bucket }'
NESTED = "deny contains 1 if { x := " + "[" * 60 + "]" * 60 + " }"


def test_the_findings_come_in_the_order_of_the_engines_and_their_policies() -> None:
    policies = [
        rego(BAD, id_="TST-001"),
        policy({"path": "a", "exists": True}, id_="TST-002"),
        rego(BAD, id_="TST-003"),
    ]
    with opened(policies, EngineContext()) as evaluate:
        evaluation = evaluate(policies, BUCKET, Scope())

    assert list(ENGINES)[:3] == ["checkov", "conditions", "rego"]
    assert [each.policy.id for each in evaluation.findings] == ["TST-002", "TST-001", "TST-003"]
    assert {each.status for each in evaluation.findings} == {Status.FAIL}


def test_only_the_policies_that_judge_are_spoken_of() -> None:
    good, broken = rego(BAD, id_="TST-001"), rego("deny contains nope(1)", id_="TST-002")
    with opened([broken, good], EngineContext()) as evaluate:
        without, with_it = (evaluate(policies, BUCKET, Scope()) for policies in ([good], [broken, good]))

    assert (without.failed, without.notifications) == (frozenset(), ())
    assert with_it.failed == {"TST-002"}
    assert without.findings == with_it.findings


def test_one_engine_judges_several_releases_by_several_policies() -> None:
    policies = [rego(BAD, id_="TST-001"), rego(BAD, id_="TST-002", parameters={"days": 1})]
    other = release(resource("bucket.b"))
    with opened(policies, EngineContext()) as evaluate:
        found = [evaluate([each], of, Scope()).findings for each in policies for of in (BUCKET, other)]

    assert [(each.policy.id, each.resource.address) for (each,) in found] == [
        ("TST-001", "bucket.a"),
        ("TST-001", "bucket.b"),
        ("TST-002", "bucket.a"),
        ("TST-002", "bucket.b"),
    ]


def break_off(checking: Policy) -> None:
    before = set(psutil.Process().children())
    with opened([checking], EngineContext(time_limit=60)):
        while not set(psutil.Process().children()) - before:
            time.sleep(0.01)
        raise KeyboardInterrupt


def test_whoever_leaves_early_waits_for_nothing_and_leaves_no_process() -> None:
    started, before = time.monotonic(), set(psutil.Process().children())
    with pytest.raises(KeyboardInterrupt):
        break_off(rego(NESTED))

    assert set(psutil.Process().children()) <= before
    assert time.monotonic() - started < 30


def test_the_worker_of_an_engine_pays_for_nothing_but_itself() -> None:
    code = "import sys, scanner.engines.rego.worker; print(sorted(sys.modules))"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout

    assert "'regorus'" in loaded
    assert "scanner.engines.conditions" not in loaded
    assert "scanner.engines.rego.evaluation" not in loaded
    assert "'concurrent" not in loaded
