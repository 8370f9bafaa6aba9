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


def _github_outputs(result: ScanResult, options: RenderOptions) -> str:
    from scanner.reports.github_outputs import render  # noqa: PLC0415 - see above

    return render(result, options)


def _github(result: ScanResult, options: RenderOptions) -> str:
    from scanner.reports.github import render  # noqa: PLC0415 - see above

    return render(result, options)


def _gitlab_codequality(result: ScanResult, options: RenderOptions) -> str:
    from scanner.reports.gitlab_codequality import render  # noqa: PLC0415 - see above

    return render(result, options)


def _gitlab_sast(result: ScanResult, options: RenderOptions) -> str:
    from scanner.reports.gitlab_sast import render  # noqa: PLC0415 - see above

    return render(result, options)


def _html(result: ScanResult, options: RenderOptions) -> str:
    from scanner.reports.html import render  # noqa: PLC0415 - see above

    return render(result, options)


def _junit(result: ScanResult, options: RenderOptions) -> str:
    from scanner.reports.junit import render  # noqa: PLC0415 - see above

    return render(result, options)


def _markdown(result: ScanResult, options: RenderOptions) -> str:
    from scanner.reports.markdown.job_summary import render  # noqa: PLC0415 - see above

    return render(result, options)


def _pr_comment(result: ScanResult, options: RenderOptions) -> str:
    from scanner.reports.markdown.pr_comment import render  # noqa: PLC0415 - see above

    return render(result, options)


def _csv(result: ScanResult, options: RenderOptions) -> str:
    from scanner.reports.csv_report import render  # noqa: PLC0415 - see above

    return render(result, options)


def _oscal(result: ScanResult, options: RenderOptions) -> str:
    from scanner.reports.oscal import render  # noqa: PLC0415 - see above

    return render(result, options)


RENDERERS: Mapping[str, Render] = {
    "terminal": _terminal,
    "json": _json,
    "sarif": _sarif,
    "github": _github,
    "gitlab-codequality": _gitlab_codequality,
    "gitlab-sast": _gitlab_sast,
    "github-outputs": _github_outputs,
    "html": _html,
    "junit": _junit,
    "markdown": _markdown,
    "pr-comment": _pr_comment,
    "csv": _csv,
    "oscal": _oscal,
}
