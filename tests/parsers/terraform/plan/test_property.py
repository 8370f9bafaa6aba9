"""For generated configurations, the findings of the configuration and of its plan differ only in what is UNKNOWN."""

import tempfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, event, given, settings

from tests.parsers.terraform.plan.comparing import Judged, judged
from tests.parsers.terraform.plan.generating import Configuration, configurations

SETTINGS = settings(
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)


def compare(made: Configuration) -> None:
    with tempfile.TemporaryDirectory() as folder:
        alone, both, plan = (Path(folder) / name for name in ("alone", "both", "plan"))
        for path in (alone, both, plan):
            path.mkdir()
        for path in (alone, both):
            (path / "main.tf").write_text(made.hcl())
        for path in (both, plan):
            (path / "plan.json").write_text(made.plan())
        configuration, together, planned = judged(alone), judged(both), judged(plan)
    for one in (configuration, together, planned):
        assert [note.message for note in one.notifications if note.level == "error"] == [], made.hcl()
    same_but_for_unknowns(configuration, together, made)
    same_but_for_unknowns(configuration, planned, made)
    assert together.statuses() == planned.statuses(), made.hcl()
    settled, before = together.places("pass", "fail"), configuration.places("pass", "fail")
    assert {key: settled[key] for key in before if key in settled} == {
        key: before[key] for key in before if key in settled
    }
    event(f"{sum('unknown' in each for each in configuration.statuses().values())} unknown")


def same_but_for_unknowns(configuration: Judged, plan: Judged, made: Configuration) -> None:
    before, after = configuration.statuses(), plan.statuses()
    for key, statuses in before.items():
        if "unknown" not in statuses and "[*]" not in key[1]:
            assert after.get(key) == statuses, (key, made.hcl())
    everyone = {(policy, address.partition("[*]")[0]) for policy, address in before if "[*]" in address}
    for policy, address in after.keys() - before.keys():
        # `[*]` stands for all instances, and `?` for all statements, where it is not known which there are
        stands_for = {(policy, address.partition("[")[0])}
        open_ = {(policy, known.partition("/")[0]) for policy, known in before if "/statement[?]" in known}
        assert stands_for & everyone or (policy, address.partition("/")[0]) in open_, ((policy, address), made.hcl())


@settings(SETTINGS, max_examples=10)
@given(configurations())
def test_a_plan_resolves_unknowns_and_changes_nothing_else(made: Configuration) -> None:
    compare(made)


@pytest.mark.slow
@settings(SETTINGS, max_examples=300)
@given(configurations())
def test_a_plan_resolves_unknowns_and_changes_nothing_else_at_length(made: Configuration) -> None:
    compare(made)
