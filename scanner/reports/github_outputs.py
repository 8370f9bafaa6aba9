"""What a step of GitHub Actions passes on: one `name=value` a line, as its `GITHUB_OUTPUT` file takes them.

Every value is a word of ours or a number, so that nothing of the scanned tree can set an output.
"""

from scanner.core.result import ScanResult
from scanner.reports.interface import RenderOptions
from scanner.reports.summary import sort_findings


def render(result: ScanResult, _: RenderOptions) -> str:
    """`findings` are the open ones, known before or not; `new-findings` those of them that were not known."""
    heaps = sort_findings(result)
    values = {
        "verdict": result.verdict.decision.value,
        "findings": len(heaps.open) + len(heaps.known),
        "new-findings": len(heaps.open),
        "incomplete": str(not result.verdict.is_complete).lower(),
    }
    return "".join(f"{name}={value}\n" for name, value in values.items())
