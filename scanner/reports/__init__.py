"""The table of report formats. Each is imported on first use, because rich and sarif-om take their time."""

from collections.abc import Mapping

from scanner.core.result import ScanResult
from scanner.reports.interface import Render, RenderOptions


def _terminal(result: ScanResult, options: RenderOptions) -> str:
    from scanner.reports.terminal import render  # noqa: PLC0415 - see above

    return render(result, options)


def _json(result: ScanResult, options: RenderOptions) -> str:
    from scanner.reports.json_report import render  # noqa: PLC0415 - see above

    return render(result, options)


def _sarif(result: ScanResult, options: RenderOptions) -> str:
    from scanner.reports.sarif import render  # noqa: PLC0415 - see above

    return render(result, options)


RENDERERS: Mapping[str, Render] = {"terminal": _terminal, "json": _json, "sarif": _sarif}
