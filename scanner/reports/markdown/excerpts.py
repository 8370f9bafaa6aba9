"""The closed blocks below the table of findings: per policy the remedy, and the lines that its findings stand in."""

from collections.abc import Sequence

from scanner.core.finding import Finding
from scanner.core.result import ScanResult
from scanner.reports.checkov_words import UNMAPPED
from scanner.reports.excerpt import Sources
from scanner.reports.markdown.escaping import code, fenced, plain, prose
from scanner.reports.markdown.fitting import Part
from scanner.reports.plain_lines import excerpt_lines
from scanner.reports.summary import Sorted

_MOST_RELATED = 5
_MESSAGE, _PLACE, _NAME, _REMEDY = 400, 200, 120, 1500


def excerpts(result: ScanResult, heaps: Sorted, most: int, most_findings: int) -> Part:
    """A block for each of the first `most` policies with open findings, the most severe first, each with up to
    `most_findings` excerpts."""
    grouped: dict[str, list[Finding]] = {}
    for finding in heaps.open:
        grouped.setdefault(finding.policy.id, []).append(finding)
    sources = Sources(result.release)
    blocks = [_block(members, most_findings, sources) for members in list(grouped.values())[:most]]
    return Part("### Where and how to fix\n\n", "", blocks, "", "policies", len(grouped), 5) if grouped else Part("")


def _block(findings: Sequence[Finding], most: int, sources: Sources) -> str:
    policy = findings[0].policy
    said = policy.severity.value if policy.is_mapped else f"{policy.severity}, {UNMAPPED}"
    name = f"{code(policy.id, _NAME)} {plain(policy.title, _MESSAGE)}: {len(findings)} ({said})"
    lines = [f"<details><summary>{name}</summary>\n"]
    lines += [f"{prose(policy.remediation, _REMEDY)}\n"] if policy.remediation else []
    for finding in findings[:most]:
        lines += [f"{code(finding.resource.address, _PLACE)} in {code(str(finding.location), _PLACE)}\n"]
        excerpt = excerpt_lines(finding.location, sources)
        lines += [fenced(excerpt)] if excerpt else []
        for related in finding.related_locations[:_MOST_RELATED]:
            lines.append(f"- see {code(str(related.location), _PLACE)} {prose(related.message, _MESSAGE)}")
        lines += [""] if finding.related_locations else []
    if len(findings) > most:
        lines.append(
            f"{len(findings) - most} more of {len(findings)} stand in the table above or in the full report.\n"
        )
    return "\n".join([*lines, "</details>\n\n"])
