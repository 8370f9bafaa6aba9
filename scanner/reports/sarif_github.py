"""SARIF for code scanning on GitHub: what is open, and of that what GitHub takes.

What GitHub does with an upload (its documentation, and the source of github/codeql-action):

- Every result becomes an alert, whatever its `kind`, and `suppressions` and `baselineState` are not heeded. So what is
  waived or known is left out, as what passed is. An UNKNOWN stays, with the level `none` that SARIF asks for: left out,
  GitHub would call the alert of a failure that has become unknown fixed.
- An alert is found again by rule, path and the partial fingerprint `primaryLocationLineHash`. The upload action adds
  one where there is none, made of the text from the line on. That of a finding is its own: an edit nearby does not open
  the alert anew, and the instances of one block are not taken for one. The action keeps it, but warns of it.
- An upload of more than 25,000 results or 10 MB (gzip) is refused, the most severe 5,000 results are stored, and of a
  rule's tags 10. The code comes from the repository, so that snippets are only weight.
"""

import zlib
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from scanner.core.finding import Finding
from scanner.core.notification import Level, Notification
from scanner.core.result import ScanResult
from scanner.reports.sarif_log import Log, written
from scanner.reports.summary import MOST_SEVERE_FIRST, sort_findings

MOST_RESULTS = 25_000
MOST_BYTES = 10_000_000
MOST_STORED = 5_000
# What the upload action compresses with: gzip, at the level that zlib takes when none is given.
_GZIP = 31
_COMPONENT = "report"
# How a result begins in the text of a log: as a member of the only list of the run that comes behind this name.
_RESULTS = '\n      "results": ['
_NEXT_RESULT = ",\n        {"
# The compressor holds back what it has not yet written; the end of the log needs some room too.
_HELD_BACK = 300_000


@dataclass(frozen=True)
class Cut:
    """What a log has no room for: how many open findings of each severity, and the limit that they exceed.

    `kept` are in the log. Nothing was cut where `left_out` is empty.
    """

    kept: int
    left_out: Mapping[str, int]
    limit: str = ""

    @property
    def message(self) -> str:
        """What a person is to be told, or nothing."""
        if not self.left_out:
            return ""
        number = sum(self.left_out.values())
        by_severity = ", ".join(f"{count:,} {severity}" for severity, count in self.left_out.items())
        return (
            f"GitHub takes {self.limit}: {number:,} of {number + self.kept:,} open findings are not in its SARIF "
            f"({by_severity}), the least severe; the full record, made without --sarif-for, has them all"
        )


def render(result: ScanResult) -> str:
    """The log as JSON, the most severe findings first."""
    return _rendered(result)[0]


def cut(result: ScanResult) -> Cut:
    """What the log that `render` makes has no room for; takes as long."""
    return _rendered(result)[1]


def compressed_size(text: str) -> int:
    """How many bytes of `text` are uploaded, before their encoding for the request."""
    return len(zlib.compress(text.encode(), wbits=_GZIP))


def _rendered(result: ScanResult) -> tuple[str, Cut]:
    found = sort_findings(result)
    keep = min(len(found.open), MOST_RESULTS)
    limit = f"{MOST_RESULTS:,} results"
    while True:
        made = Cut(keep, _by_severity(found.open[keep:]), limit)
        text = _text(result, found.open[:keep], made)
        if not keep or compressed_size(text) <= MOST_BYTES:
            return text, made
        keep, limit = _fitting(text, keep), f"{MOST_BYTES // 1_000_000} MB, compressed"


def _text(result: ScanResult, kept: Sequence[Finding], made: Cut) -> str:
    found = sort_findings(result)
    notes = [*result.notifications, *_notes(made)]
    left_out = {"known": len(found.known), "waived": len(found.waived), "cut": dict(made.left_out)}
    return written(result, Log(kept, notes, {"leftOut": left_out}, for_github=True))


def _notes(made: Cut) -> list[Notification]:
    notes = []
    if made.message:
        notes.append(Notification(Level.WARNING, made.message, _COMPONENT))
    if made.kept > MOST_STORED:
        stored = f"GitHub stores the most severe {MOST_STORED:,} of these {made.kept:,} results, and no more"
        notes.append(Notification(Level.NOTE, stored, _COMPONENT))
    return notes


def _by_severity(findings: Sequence[Finding]) -> Mapping[str, int]:
    """How many there are, failed or unknown, of each severity that occurs, the most severe first."""
    counts = Counter(finding.policy.severity for finding in findings)
    return {severity.value: counts[severity] for severity in MOST_SEVERE_FIRST if counts[severity]}


def _fitting(text: str, number: int) -> int:
    """How many of the first results of a log of `number` fit into what GitHub takes; always fewer than there are."""
    compressor = zlib.compressobj(wbits=_GZIP)
    head, _, results = text.partition(_RESULTS)
    size = len(compressor.compress(head.encode()))
    for index, each in enumerate(results.split(_NEXT_RESULT)):
        size += len(compressor.compress(each.encode()))
        if size > MOST_BYTES - _HELD_BACK:
            return min(index, number - 1)
    return number - max(1, number // 50)
