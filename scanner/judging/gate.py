"""The gate: whether this release may go live, and why not."""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from scanner.config import Config, Folder, nearest
from scanner.core.control import ControlResult, FrameworkResult, Standing, Strength
from scanner.core.counting import count
from scanner.core.finding import Finding, Status
from scanner.core.notification import Level, Notification
from scanner.core.policy import Severity
from scanner.core.result import Decision, Verdict


@dataclass(frozen=True)
class GateRules:
    """`fail_on` is the lowest severity that blocks; `allow_unknown` lets what cannot be known pass the gate.

    No control of the frameworks `must_meet` may be not met by an open failure, whatever its severity.
    `allow_incomplete` lets parts pass that could not be evaluated, though never a scan in which there was nothing to
    judge. More waivers in force than `max_waivers` block. Below `folders` their own threshold counts. `profile` is the
    name of all that, and `remarks` are what else the verdict has to say of it.
    """

    fail_on: Severity = Severity.HIGH
    allow_unknown: bool = False
    must_meet: tuple[str, ...] = ()
    allow_incomplete: bool = False
    max_waivers: int | None = None
    folders: tuple[Folder, ...] = ()
    profile: str = ""
    remarks: tuple[str, ...] = ()


@dataclass(frozen=True)
class _Threshold:
    """What counts at one place; `folder` is empty where the rules for everything count."""

    fail_on: Severity
    allow_unknown: bool
    folder: str = ""

    def __str__(self) -> str:
        return f"at or above {self.fail_on}{f' in {self.folder}' if self.folder else ''}"


def rules_of(config: Config, must_meet: Iterable[str]) -> GateRules:
    """The gate's part of a configuration; `must_meet` are the ids of its frameworks, as they are really written."""
    return GateRules(
        fail_on=config.fail_on,
        allow_unknown=config.allow_unknown,
        must_meet=tuple(must_meet),
        allow_incomplete=config.allow_incomplete,
        max_waivers=config.max_waivers,
        folders=config.folders,
        profile=config.profile or "",
        remarks=config.remarks,
    )


def decide(
    findings: Sequence[Finding],
    notifications: Sequence[Notification],
    files: int,
    rules: GateRules,
    frameworks: Sequence[FrameworkResult] = (),
) -> Verdict:
    """BLOCKED by what the rules do not let pass, else INCOMPLETE by anything not evaluated, else PASSED."""
    at = _thresholds(rules)
    relevant = [finding for finding in findings if finding.policy.severity.rank >= at(finding).fail_on.rank]
    blocking = [*_failures(relevant, at), *_not_met(findings, frameworks, rules), *_too_many_waivers(findings, rules)]
    nothing = _nothing(findings, files)
    missing = _not_evaluated(notifications)
    undecided = _undecided(relevant, at)
    profile, remarks = rules.profile, rules.remarks
    is_complete = not (nothing or missing or undecided)
    if blocking:
        reasons = (*blocking, *nothing, *missing, *undecided, *remarks)
        return Verdict(Decision.BLOCKED, reasons, is_complete, profile)
    if nothing or undecided or (missing and not rules.allow_incomplete):
        return Verdict(Decision.INCOMPLETE, (*nothing, *missing, *undecided, *remarks), False, profile)
    accepted = [f"accepted although incomplete: {reason}" for reason in missing]
    passed = _passed(findings, relevant, rules)
    return Verdict(Decision.PASSED, (passed, *accepted, *remarks), is_complete, profile)


def _thresholds(rules: GateRules) -> Callable[[Finding], _Threshold]:
    everywhere = _Threshold(rules.fail_on, rules.allow_unknown)

    def at(finding: Finding) -> _Threshold:
        folder = nearest(rules.folders, finding.location.path)
        if folder is None or (folder.fail_on, folder.allow_unknown) == (rules.fail_on, rules.allow_unknown):
            return everywhere
        return _Threshold(folder.fail_on, folder.allow_unknown, folder.path)

    return at


def _grouped(
    findings: Iterable[Finding], at: Callable[[Finding], _Threshold]
) -> list[tuple[_Threshold, list[Finding]]]:
    """The findings by what counts at their places, those with the most severe ones first."""
    groups: dict[_Threshold, list[Finding]] = {}
    for finding in findings:
        groups.setdefault(at(finding), []).append(finding)
    return sorted(groups.items(), key=lambda group: ([-rank for rank in _ranks(group[1])], group[0].folder))


def _ranks(findings: Iterable[Finding]) -> list[int]:
    return sorted((finding.policy.severity.rank for finding in findings), reverse=True)


def _failures(relevant: Sequence[Finding], at: Callable[[Finding], _Threshold]) -> list[str]:
    failed = [finding for finding in relevant if finding.status is Status.FAIL and finding.is_open]
    return [f"{_by_severity(group)} {threshold}" for threshold, group in _grouped(failed, at)]


def _undecided(relevant: Sequence[Finding], at: Callable[[Finding], _Threshold]) -> list[str]:
    unknown = [finding for finding in relevant if finding.status is Status.UNKNOWN and finding.is_open]
    return [
        f"{count(len(group), 'check')} {threshold} cannot be decided: a value is unknown"
        for threshold, group in _grouped(unknown, at)
        if not threshold.allow_unknown
    ]


def _nothing(findings: Sequence[Finding], files: int) -> list[str]:
    if not files:
        return ["nothing was read: no file under the given paths is of a known format"]
    return [] if findings else ["no policy applied to anything that was read"]


def _not_evaluated(notifications: Sequence[Notification]) -> list[str]:
    errors = sum(notification.level is Level.ERROR for notification in notifications)
    if not errors:
        return []
    return [f"{count(errors, 'part')} of the release could not be evaluated (see the notifications)"]


def _not_met(findings: Sequence[Finding], frameworks: Sequence[FrameworkResult], rules: GateRules) -> list[str]:
    """The clauses that have to be met, bind already, and are not met by something that is open."""
    open_ = {finding.fingerprint for finding in findings if finding.is_open}
    reasons = []
    for result in frameworks:
        if result.framework.id not in rules.must_meet:
            continue
        ids = [each.control.id for each in result.controls if each.upcoming is None and _is_open(each, open_)]
        if ids:
            reasons.append(
                f"{count(len(ids), 'control')} of {result.framework.id} not met, which has to be: {_some(ids)}"
            )
    return reasons


def _is_open(result: ControlResult, open_: set[str]) -> bool:
    """Whether it is not met, and not by what is known from before alone."""
    direct = {id_ for id_, strength in result.control.policies.items() if strength is Strength.DIRECT}
    return result.standing is Standing.NOT_MET and any(
        finding.status is Status.FAIL and finding.policy.id in direct and finding.fingerprint in open_
        for finding in result.findings
    )


def _too_many_waivers(findings: Sequence[Finding], rules: GateRules) -> list[str]:
    in_force = len({finding.waiver for finding in findings if finding.waiver is not None})
    if rules.max_waivers is None or in_force <= rules.max_waivers:
        return []
    return [f"{count(in_force, 'waiver')} in force, at most {rules.max_waivers} allowed"]


def _passed(findings: Sequence[Finding], relevant: Sequence[Finding], rules: GateRules) -> str:
    used = {nearest(rules.folders, finding.location.path) for finding in findings}
    others = sorted(
        f"{folder.fail_on} in {folder.path}" for folder in used if folder and folder.fail_on is not rules.fail_on
    )
    waived = sum(1 for finding in relevant if finding.waiver is not None)
    elsewhere = f" ({', '.join(others)})" if others else ""
    accepted = f", {count(waived, 'failure')} waived" if waived else ""
    return f"no open failure at or above {rules.fail_on}{elsewhere}{accepted}"


def _by_severity(findings: Sequence[Finding]) -> str:
    numbers = Counter(finding.policy.severity for finding in findings)
    counts = [f"{numbers[severity]} {severity}" for severity in reversed(Severity) if numbers[severity]]
    return f"{', '.join(counts)} {'failure' if len(findings) == 1 else 'failures'}"


def _some(ids: Sequence[str], most: int = 5) -> str:
    return ", ".join(ids[:most]) + (f" and {len(ids) - most} more" if len(ids) > most else "")
