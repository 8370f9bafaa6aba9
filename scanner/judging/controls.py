"""How each control stands after a scan: never better than what was evaluated allows."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from scanner.core.control import Control, ControlResult, Evidence, Framework, FrameworkResult, Standing, Strength
from scanner.core.finding import Finding, Status
from scanner.core.scope import Scope

_MOST_LISTED = 20


@dataclass(frozen=True)
class Evaluated:
    """What the findings rest on.

    `not_run` are policies that were skipped or failed to evaluate, by id, and `not_asked` those of engines that were
    not chosen: what the chosen ones show counts without them, and says so.
    """

    findings: Sequence[Finding]
    scope: Scope
    not_run: frozenset[str]
    complete: bool
    today: date
    not_asked: frozenset[str] = frozenset()


def judge_frameworks(frameworks: Iterable[Framework], evaluated: Evaluated) -> tuple[FrameworkResult, ...]:
    """Every framework in the given order, with all its controls where it applies."""
    by_policy: dict[str, list[Finding]] = {}
    for finding in evaluated.findings:
        by_policy.setdefault(finding.policy.id, []).append(finding)
    return tuple(_framework(framework, evaluated, by_policy) for framework in frameworks)


def _framework(framework: Framework, evaluated: Evaluated, by_policy: Mapping[str, list[Finding]]) -> FrameworkResult:
    if not evaluated.scope.meets(framework.when):
        return FrameworkResult(framework, applies=False, reason=_undeclared(framework.when, evaluated.scope))
    results = tuple(_control(control, evaluated, by_policy) for control in framework.controls)
    said = "applies to every release" if not framework.when else f"the release declares {_words(framework.when)}"
    return FrameworkResult(framework, applies=True, reason=said, controls=results)


def _words(when: Mapping[str, tuple[str, ...]]) -> str:
    return " and ".join(f"{dimension}: {' or '.join(values)}" for dimension, values in when.items())


def _undeclared(when: Mapping[str, tuple[str, ...]], scope: Scope) -> str:
    missing = [dimension for dimension in when if not scope.values(dimension)]
    if missing:
        return f"the release declares no {' and no '.join(missing)}, so whether this applies is not known"
    declared = "; ".join(f"{dimension}: {', '.join(sorted(scope.values(dimension)))}" for dimension in when)
    return f"the release declares {declared}; this framework speaks of {_words(when)}"


def _control(control: Control, evaluated: Evaluated, by_policy: Mapping[str, list[Finding]]) -> ControlResult:
    if not evaluated.scope.meets(control.when):
        reason = _undeclared(control.when, evaluated.scope)
        return ControlResult(control, Standing.NOT_EVALUATED, reason)
    findings = tuple(finding for id_ in control.policies for finding in by_policy.get(id_, ()))
    standing, reason = _standing(control, findings, evaluated)
    return ControlResult(control, standing, reason, findings, _upcoming(control, evaluated))


def _standing(control: Control, findings: Sequence[Finding], evaluated: Evaluated) -> tuple[Standing, str]:
    if control.evidence is Evidence.MANUAL:
        return Standing.NEEDS_A_HUMAN, "no static check can show this"
    if not control.policies:
        return Standing.NOT_EVALUATED, "no policy of the bundle evidences it"
    failed = [finding for finding in findings if finding.status is Status.FAIL]
    open_ = [finding for finding in failed if finding.waiver is None]
    direct = {id_ for id_, strength in control.policies.items() if strength is Strength.DIRECT}
    if any(finding.policy.id in direct for finding in open_):
        return Standing.NOT_MET, _failing(open_)
    if open_:
        return Standing.NEEDS_A_HUMAN, f"only supporting evidence, and it fails: {_failing(open_)}"
    unknown = [finding for finding in findings if finding.status is Status.UNKNOWN]
    if unknown:
        return Standing.NOT_EVALUATED, f"{len(unknown)} values cannot be known: {_ids(unknown)}"
    not_run = evaluated.not_run & set(control.policies)
    if not_run:
        return Standing.NOT_EVALUATED, f"not evaluated: {_listed(not_run)}"
    if failed:
        return Standing.WAIVED, f"every failure is waived: {_ids(failed)}"
    if not findings:
        return Standing.NOT_EVALUATED, "no resource of the release can show it"
    if not evaluated.complete:
        return Standing.NOT_EVALUATED, f"{len(findings)} checks passed, but the scan is incomplete"
    if not any(finding.policy.id in direct for finding in findings):
        return Standing.NEEDS_A_HUMAN, f"{len(findings)} checks passed, all of them only supporting"
    part = "" if control.evidence is Evidence.AUTOMATED else "; the rest of the clause needs other evidence"
    number = len(evaluated.not_asked & set(control.policies))
    without = f"; {number} checks are of engines that were not chosen" if number else ""
    return Standing.MET, f"{len(findings)} checks passed{part}{without}"


def _failing(findings: Sequence[Finding]) -> str:
    return f"{len(findings)} failing: {_ids(findings)}"


def _ids(findings: Iterable[Finding]) -> str:
    return _listed({finding.policy.id for finding in findings})


def _listed(ids: Collection[str]) -> str:
    """The ids, those of other scanners, which have an underscore, last; of very many the first ones and how many."""
    names = sorted(ids, key=lambda id_: ("_" in id_, id_))
    more = len(names) - _MOST_LISTED
    return ", ".join(names) if more <= 0 else f"{', '.join(names[:_MOST_LISTED])} and {more} more"


def _upcoming(control: Control, evaluated: Evaluated) -> date | None:
    """The day from which the clause binds, when that is still to come.

    Without a declared annex the earliest day counts: better told too early than too late.
    """
    days = control.applies_from
    if not days:
        return None
    declared = [day for annex, day in days.items() if annex == "any" or annex in evaluated.scope.values("annex")]
    day = min(declared or days.values())
    return day if day > evaluated.today else None
