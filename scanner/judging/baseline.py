"""Holds the findings of a scan against those that were there before: what is new, what was known, what is fixed."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from posixpath import dirname

from scanner.core.baseline import BaselineState, Comparison, Known, KnownFinding
from scanner.core.finding import Finding, Status
from scanner.core.resource import Move
from scanner.judging.moves import by_origin, earlier_addresses

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


def compare(
    findings: Sequence[Finding], known: Known, looked: Looked, moves: Iterable[Move] = ()
) -> tuple[list[Finding], Comparison]:
    """The findings with their state, and those that are gone. What has moved is known by the address it had.

    A pass has no state, nor has what is waived and not known. A known finding is gone where it was looked for, and
    nothing of its fingerprint fails or is unknown any more, nor anything at its place is unknown.
    """
    still_there: set[str] = {finding.fingerprint for finding in findings if finding.status is not Status.PASS}
    excuses = _Excuses(known, still_there, by_origin(moves))
    stated = [replace(finding, baseline_state=excuses.state(finding)) for finding in findings]
    before = {entry.fingerprint for entry in known.findings}
    unknown = {  # any of these may be what another has become, but not one that was there beside it
        _place(_known(finding))
        for finding in findings
        if finding.status is Status.UNKNOWN and finding.fingerprint not in before
    }
    still_there |= excuses.moved
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

    def __init__(self, known: Known, still_there: Collection[str], moves: Mapping[str, Sequence[Move]]) -> None:
        self.moved: set[str] = set()
        self._moves = moves
        self._still_there = still_there
        self._by_address: dict[tuple[str, str], list[KnownFinding]] = {}
        for entry in known.findings:
            self._by_address.setdefault((entry.policy, entry.address), []).append(entry)
        self._failed = {entry.fingerprint for entry in known.findings if entry.status == Status.FAIL.value}
        self._all = {entry.fingerprint for entry in known.findings}
        # the evidence of a failure may be the very value that is not known any more; one that is still there excuses
        # itself alone: in another root that calls the same module the same address is something else
        self._places = {
            _place(entry)
            for entry in known.findings
            if entry.status == Status.FAIL.value and entry.fingerprint not in still_there
        }

    def state(self, finding: Finding) -> BaselineState | None:
        if finding.status is Status.PASS:
            return None
        if finding.status is Status.FAIL:
            excused = finding.fingerprint in self._failed or self._has_moved(finding, self._failed)
        else:
            excused = finding.fingerprint in self._all or _place(_known(finding)) in self._places
            excused = excused or self._has_moved(finding, self._all)
        if excused:
            return BaselineState.UNCHANGED
        return BaselineState.NEW if finding.waiver is None else None  # a waived one was never among the known

    def _has_moved(self, finding: Finding, known: Collection[str]) -> bool:
        """Whether it was known at another address, where nothing is any more."""
        for address in earlier_addresses(finding.resource, self._moves):
            for entry in self._by_address.get((finding.policy.id, address), ()):
                resource, place = replace(finding.resource, address=address), replace(finding.location, path=entry.path)
                then = replace(finding, resource=resource, location=place, fingerprint="").fingerprint
                is_free = then not in self._still_there and then not in self.moved
                if then == entry.fingerprint and then in known and is_free:
                    self.moved.add(then)
                    return True
        return False


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
