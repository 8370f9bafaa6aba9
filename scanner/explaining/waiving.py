"""How a finding could be accepted: the exact comment, and the exact entry of a file of waivers."""

import json
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import PurePosixPath

from scanner.core.finding import Finding, Status
from scanner.core.governance import Governance
from scanner.core.location import Location
from scanner.core.waiver import Waiver, WaiverSource
from scanner.judging.waivers.governance import forbidden

_DAYS = (90, 30, 7)
_REASON = "why it is acceptable"


@dataclass(frozen=True)
class HowToWaive:
    """`covered_by` is the waiver that counts already; `comment` goes above `location`, `entry` into waivers.yaml.

    `why_not` says why no waiver can cover it; `asked` what the bundle has against the comment and the entry as they
    stand here (an owner that is missing), each empty where it allows it.
    """

    covered_by: Waiver | None = None
    comment: str = ""
    location: Location | None = None
    entry: str = ""
    why_not: str = ""
    asked: tuple[str, str] = ("", "")


def how_to_waive(finding: Finding, as_of: date, governance: Governance) -> HowToWaive:
    """What to write, with an end as late as the bundle allows and 90 days after the day of the scan at most."""
    if finding.waiver is not None:
        return HowToWaive(covered_by=finding.waiver)
    if finding.status is not Status.FAIL:
        passed = finding.status is Status.PASS
        return HowToWaive(why_not="it passed" if passed else "a waiver covers failures, and it is not known to be one")
    comment_until, comment_fault = _end(finding, as_of, governance, WaiverSource.INLINE)
    until, fault = _end(finding, as_of, governance, WaiverSource.FILE)
    address, path = _quoted(finding.resource.address), _quoted(finding.location.path)
    lines = (f"rules: {finding.policy.id}", f"address: {address}", f"path: {path}", f"reason: {_REASON}")
    entry = "waivers:\n  - " + "\n    ".join((*lines, f"until: {until}")) + "\n"
    text = f'releasegate:ignore={finding.policy.id} until={comment_until} reason="{_REASON}"'
    comment = _comment(finding.location.path, text)
    where = finding.location if comment else None
    return HowToWaive(comment=comment, location=where, entry=entry, asked=(comment_fault, fault))


def _end(finding: Finding, as_of: date, governance: Governance, source: WaiverSource) -> tuple[date, str]:
    """The last day that the bundle takes, and what it has against a waiver until then all the same."""
    faults = []
    for days in _DAYS:
        until = as_of + timedelta(days=days)
        waiver = Waiver(finding.policy.id, _REASON, until, finding.location, source=source)
        fault = forbidden(waiver, finding.policy, governance, as_of)
        if not fault:
            return until, ""
        faults.append((until, fault))
    return min(faults, key=lambda each: len(each[1]))


def _comment(path: str, text: str) -> str:
    """The comment as the file's notation has it, empty for one that has none."""
    suffix = PurePosixPath(path).suffix.lower()
    if suffix in (".json", ".safetensors", ".pkl", ".onnx", ".bin", ".pt", ".gguf"):
        return ""
    return f"<!-- {text} -->" if suffix in (".md", ".xml", ".html") else f"# {text}"


def _quoted(text: str) -> str:
    """Text as YAML and JSON both write it."""
    return json.dumps(text, ensure_ascii=False)
