"""Gives findings the waivers that cover them, and says of every waiver what became of it."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field, replace

from scanner.core.finding import Finding, Status
from scanner.core.resource import Resource
from scanner.core.waiver import Waiver, WaiverSource, WaiverState, WaiverUse
from scanner.judging.waivers.patterns import covers, covers_address, covers_path, weight
from scanner.judging.waivers.sorting import Waivers
from scanner.judging.waivers.written import Written


@dataclass(frozen=True)
class Scanned:
    """What a scan has looked at, so that no waiver is called unneeded of which it cannot say so.

    `policies` are the ids of those that were evaluated, None for all. `paths` are the files that were read; with
    `is_whole` these are all of the repository, and `is_complete` says that nothing of them was left out.
    """

    policies: Collection[str] | None = None
    resources: Sequence[Resource] = field(default=(), repr=False)
    paths: Collection[str] = field(default=(), repr=False)
    is_whole: bool = True
    is_complete: bool = True


def apply_waivers(
    findings: Sequence[Finding], waivers: Waivers, scanned: Scanned | None = None
) -> tuple[list[Finding], tuple[WaiverUse, ...]]:
    """The findings with their waivers, and every waiver with what became of it, by where it is written.

    An inline waiver covers a FAIL of its policy whose deciding line it stands on or directly above, or whose resource's
    block holds it or begins directly below it; so does the block of the call that makes the resource. An entry of a
    file covers what its patterns do. Where several cover a finding it gets the closest: one that stands inline, else
    the one that describes it most closely, else the one that lasts longest. The others are in use as well.
    """
    by_policy: dict[str, list[Written]] = {}
    for each in waivers.active:
        by_policy.setdefault(each.waiver.policy, []).append(each)
    covered: dict[Written, set[str]] = {each: set() for each in waivers.active}
    undecided: set[Written] = set()
    reported_as: dict[Written, set[str]] = {}
    result = []
    for finding in findings:
        for other in (each for id_ in finding.also for each in by_policy.get(id_, ()) if _covers(each, finding)):
            reported_as.setdefault(other, set()).add(finding.policy.id)
        candidates = () if finding.status is Status.PASS else by_policy.get(finding.policy.id, ())
        fitting = [each for each in candidates if _covers(each, finding)]
        if finding.status is Status.UNKNOWN:
            undecided.update(fitting)
        elif fitting:
            for each in fitting:
                covered[each].add(finding.fingerprint)
            finding = replace(finding, waiver=min((each.waiver for each in fitting), key=_order))  # noqa: PLW2901
        result.append(finding)
    scanned = scanned or Scanned()
    uses = [
        _use(each, fingerprints, each in undecided, scanned, reported_as.get(each, ()))
        for each, fingerprints in covered.items()
    ]
    return result, tuple(sorted((*waivers.refused, *uses), key=lambda use: _place(use.waiver)))


def _covers(each: Written, finding: Finding) -> bool:
    if each.waiver.source is WaiverSource.FILE:
        return covers(each.waiver.address, each.waiver.path, finding)
    at, path, line = finding.location, each.waiver.location.path, each.line
    if (at.path, at.start_line) == (path, line):
        return True
    blocks = (finding.resource.location, *(call.location for call in finding.resource.calls))
    return any(path == block.path and block.start_line <= line <= block.end_line for block in blocks)


def _order(waiver: Waiver) -> tuple[bool, int, int, int, str, int]:
    number, literal = weight(waiver.address, waiver.path)
    is_file = waiver.source is WaiverSource.FILE
    return (is_file, -number, -literal, -waiver.until.toordinal(), *_place(waiver)[:2])


def _place(waiver: Waiver) -> tuple[str, int, str]:
    return waiver.location.path, waiver.location.start_line, waiver.policy


def _use(
    each: Written, fingerprints: set[str], is_undecided: bool, scanned: Scanned, reported_as: Collection[str]
) -> WaiverUse:
    waiver = each.waiver
    if fingerprints:
        return WaiverUse(waiver, WaiverState.IN_FORCE, tuple(sorted(fingerprints)))
    if reported_as:
        names = ", ".join(sorted(reported_as))
        why = f"what {waiver.policy} finds there is reported as {names}, which is what has to be waived"
        return WaiverUse(waiver, WaiverState.UNUSED, why=why)
    if is_undecided:
        why = "what it speaks of is not known in this scan, and only a failure can be waived"
    elif scanned.policies is not None and waiver.policy not in scanned.policies:
        why = f"{waiver.policy} was not evaluated"
    elif not scanned.is_complete:
        why = "the scan is incomplete, so whether it is needed is not known"
    elif waiver.source is WaiverSource.FILE and not scanned.is_whole and not _was_read(waiver, scanned):
        why = "no scanned file holds what it speaks of"
    else:
        why = f"this waiver of {waiver.policy} covers no finding; remove it"
        return WaiverUse(waiver, WaiverState.UNUSED, why=why)
    return WaiverUse(waiver, WaiverState.NOT_EVALUATED, why=why)


def _was_read(waiver: Waiver, scanned: Scanned) -> bool:
    if waiver.address and not any(covers_address(waiver.address, resource) for resource in scanned.resources):
        return False
    return any(covers_path(waiver.path, path) for path in scanned.paths)
