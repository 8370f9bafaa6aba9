"""The outcome of one scan: all that a report may show."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from scanner.core.baseline import Comparison
from scanner.core.control import FrameworkResult
from scanner.core.finding import Finding
from scanner.core.notification import Notification
from scanner.core.policy import Policy
from scanner.core.resource import Release
from scanner.core.scope import Scope
from scanner.core.waiver import WaiverUse


class Decision(StrEnum):
    """PASSED is the only green one."""

    PASSED = "PASSED"
    BLOCKED = "BLOCKED"
    INCOMPLETE = "INCOMPLETE"


@dataclass(frozen=True)
class Verdict:
    """The gate's decision and every reason for it, most weighty first.

    `is_complete` is false where something was not evaluated, also when the decision is BLOCKED or the rules accept it.
    `profile` names the gate profile that decided, empty for none.
    """

    decision: Decision
    reasons: tuple[str, ...]
    is_complete: bool = True
    profile: str = ""


@dataclass(frozen=True)
class RootSummary:
    """What one scanned path held: files read, by format; files no parser claims; files that patterns ignore."""

    path: str
    files_by_format: Mapping[str, int]
    files_not_claimed: int = 0
    files_ignored: int = 0


@dataclass(frozen=True)
class ScanResult:
    """Everything about one scan, sorted, without clock or machine in it.

    `waivers` are all that were found, whatever became of them; `comparison` is None where nothing was compared.
    Checkov has hundreds of checks: `policies` holds those that a finding names, and `quiet_checks` are the ids of the
    others that were evaluated. `checks_left_out` is how many evidence a control and were not.
    """

    findings: tuple[Finding, ...]
    frameworks: tuple[FrameworkResult, ...]
    notifications: tuple[Notification, ...]
    verdict: Verdict
    release: Release = field(repr=False)
    scope: Scope
    policies: tuple[Policy, ...] = field(repr=False)
    roots: tuple[RootSummary, ...]
    bundle_digest: str
    tool_version: str
    as_of: str
    waivers: tuple[WaiverUse, ...] = ()
    comparison: Comparison | None = None
    quiet_checks: tuple[str, ...] = field(default=(), repr=False)
    checks_left_out: int = 0
