"""What was there before: the findings of a baseline or of the revision that a change starts from."""

from dataclasses import dataclass
from enum import StrEnum


class BaselineState(StrEnum):
    """How a finding relates to what was there before, in SARIF's words; UNCHANGED ones block nothing."""

    NEW = "new"
    UNCHANGED = "unchanged"


@dataclass(frozen=True, order=True)
class KnownFinding:
    """An open finding of before: its identity, and what a person needs to recognise it.

    `status` is `fail` or `unknown`: one that was known as `unknown` does not excuse a failure. `path` is that of the
    file, `address` that of the resource.
    """

    path: str
    policy: str
    address: str
    attribute: str
    status: str
    fingerprint: str


@dataclass(frozen=True)
class Known:
    """Everything that was there before; `source` says in words where that is from, such as `main (1a2b3c4)`."""

    findings: tuple[KnownFinding, ...]
    source: str


@dataclass(frozen=True)
class Comparison:
    """What a scan was compared with: `source` as in `Known`, `fixed` the known findings that are gone."""

    source: str
    fixed: tuple[KnownFinding, ...] = ()
