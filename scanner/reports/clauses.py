"""Which clauses a finding touches, read from how the frameworks' controls were judged."""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date

from scanner.core.control import Control, ControlResult, Framework, FrameworkResult, Standing, Strength
from scanner.core.result import ScanResult

_LONGEST_SHORT_NAME = 14


@dataclass(frozen=True, eq=False)
class Clause:
    """One control that a finding touches: `upcoming` is the day from which it binds, when that is to come.

    All findings of a policy share one, which is equal to itself alone.
    """

    framework: Framework
    control: Control
    strength: Strength
    upcoming: date | None

    @property
    def supporting(self) -> bool:
        return self.strength is Strength.SUPPORTING


def clauses_by_finding(result: ScanResult) -> Mapping[str, tuple[Clause, ...]]:
    """The clauses of each finding, by its fingerprint, in the order of the frameworks and their controls."""
    found: dict[str, list[Clause]] = {}
    for framework, standing in judged_controls(result):
        control = standing.control
        by_policy: dict[str, Clause] = {}
        for finding in standing.findings:
            policy = finding.policy.id
            if policy not in by_policy:
                # A control that lists a finding of a policy it does not name can only be supported by it.
                strength = control.policies.get(policy, Strength.SUPPORTING)
                by_policy[policy] = Clause(framework, control, strength, standing.upcoming)
            found.setdefault(finding.fingerprint, []).append(by_policy[policy])
    return {fingerprint: tuple(clauses) for fingerprint, clauses in found.items()}


def judged_controls(result: ScanResult) -> Iterator[tuple[Framework, ControlResult]]:
    """Every control that speaks of this release: of a framework that applies, and within its own scope."""
    for judged in result.frameworks:
        if judged.applies:
            for standing in judged.controls:
                if result.scope.meets(standing.control.when):
                    yield judged.framework, standing


def short_name(framework: Framework) -> str:
    """What people call the framework: its title where that is short, else the prefix of its clauses."""
    return framework.title if len(framework.title) <= _LONGEST_SHORT_NAME else framework.prefix


def clause_number(framework: Framework, control: Control) -> str:
    """`32(1)(a)` for GDPR-32(1)(a)."""
    return control.id.removeprefix(f"{framework.prefix}-")


def standings(judged: FrameworkResult) -> Mapping[Standing, int]:
    """How many controls stand how, for every way to stand."""
    counts = Counter(standing.standing for standing in judged.controls)
    return {standing: counts[standing] for standing in Standing}
