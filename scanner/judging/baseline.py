"""Holds the findings of a scan against those that were there before: what is new, what was known, what is fixed."""

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from posixpath import dirname

from scanner.core.baseline import BaselineState, Comparison, Known, KnownFinding
from scanner.core.finding import Finding, Status

_ELSEWHERE = ".releasegate/"


@dataclass(frozen=True)
class Looked:
    """How far a scan has looked: what it did not see it cannot call fixed.

    `policies` are the ids of those that were evaluated to their end, `has_read` tells whether what a path holds (or
    that there is nothing at it any more) is known; a scan that is not complete may lack a finding for any reason.
    """

    policies: Collection[str]
    has_read: Callable[[str], bool]
    is_complete: bool


def reader(root: Path, scanned: Collection[str], read: Collection[str]) -> Callable[[str], bool]:
    """Whether a scan of the paths `scanned`, which `read` these files, knows what is at a path, if anything.

    All but `root`, which is absolute, are relative to that. What is there, but was left out, is not known; nor are
    files of modules from elsewhere, which lie below `.releasegate` for reports alone.
    """
    everything = "." in scanned

    def has_read(path: str) -> bool:
        if path in read:
            return True
        is_below = everything or any(f"{path}/".startswith(f"{folder}/") for folder in scanned)
        return is_below and not path.startswith(_ELSEWHERE) and not (root / path).exists()

    return has_read


def known_findings(findings: Iterable[Finding]) -> tuple[KnownFinding, ...]:
    """The open findings as a later scan will know them, sorted. What is waived is not among them: should its waiver
    go, it is news."""
    return tuple(sorted(_known(finding) for finding in findings if finding.is_open))


def compare(findings: Sequence[Finding], known: Known, looked: Looked) -> tuple[list[Finding], Comparison]:
    """The findings with their state, and those that are gone.

    A pass has no state, nor has what is waived and not known. A known finding is gone where it was looked for, and
    nothing of its fingerprint fails or is unknown any more, nor anything at its place is unknown.
    """
    excuses = _Excuses(known)
    stated = [replace(finding, baseline_state=excuses.state(finding)) for finding in findings]
    still_there = {finding.fingerprint for finding in findings if finding.status is not Status.PASS}
    unknown = {_place(_known(finding)) for finding in findings if finding.status is Status.UNKNOWN}
    fixed = {
        entry.fingerprint: entry
        for entry in known.findings
        if entry.fingerprint not in still_there and _place(entry) not in unknown and _was_looked_for(entry, looked)
    }
    return stated, Comparison(known.source, tuple(sorted(fixed.values())))


def together(*parts: Known | None) -> Known | None:
    """All that one of them knows, None where there is none."""
    given = [part for part in parts if part is not None]
    if not given:
        return None
    findings = {entry for part in given for entry in part.findings}
    return Known(tuple(sorted(findings)), " and ".join(part.source for part in given))


def _was_looked_for(entry: KnownFinding, looked: Looked) -> bool:
    return looked.is_complete and entry.policy in looked.policies and looked.has_read(entry.path)


class _Excuses:
    """What was known. What was unknown and now fails is news; what failed and cannot be decided any more is not."""

    def __init__(self, known: Known) -> None:
        self._failed = {entry.fingerprint for entry in known.findings if entry.status == Status.FAIL.value}
        self._all = {entry.fingerprint for entry in known.findings}
        # the evidence of a failure may be the very value that is not known any more
        self._places = {_place(entry) for entry in known.findings if entry.status == Status.FAIL.value}

    def state(self, finding: Finding) -> BaselineState | None:
        if finding.status is Status.PASS:
            return None
        if finding.status is Status.FAIL:
            excused = finding.fingerprint in self._failed
        else:
            excused = finding.fingerprint in self._all or _place(_known(finding)) in self._places
        if excused:
            return BaselineState.UNCHANGED
        return BaselineState.NEW if finding.waiver is None else None  # a waived one was never among the known


def _place(entry: KnownFinding) -> tuple[str, str, str, str]:
    """Identity without evidence."""
    return entry.policy, dirname(entry.path), entry.address, entry.attribute


def _known(finding: Finding) -> KnownFinding:
    return KnownFinding(
        path=finding.location.path,
        policy=finding.policy.id,
        address=finding.resource.address,
        attribute=finding.attribute,
        status=finding.status.value,
        fingerprint=finding.fingerprint,
    )
