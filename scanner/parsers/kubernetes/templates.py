"""Files that are templates of Kubernetes objects: nobody has rendered them, so nobody can judge them."""

import re
from collections.abc import Iterable, Sequence

from scanner.core.location import Location
from scanner.core.notification import Level, Notification
from scanner.core.values import leaves
from scanner.yaml_source import Document, SourceError

# An action where YAML has a line, a key or a value. As YAML it would be a mapping used as a key, which nobody writes.
# A look ahead gives nothing back, so that time is linear; `*+` of a group is wrong in Python 3.11.0 to 3.11.4.
_ACTION = re.compile(
    r"^[ \t]*+(?=(?P<dashes>(?:-[ \t]++)*))(?P=dashes)(?:[^\s#{}'\"][^\n{}'\"]*:[ \t]+)?(?:\{\{|\{%)", re.MULTILINE
)
# What only Helm fills in, in quotes too; `{{workflow.name}}` or `{{ $labels }}` is filled in at run time by others.
_HELM = re.compile(r"\{\{-?[ \t]*(?:[a-z]\w*[ \t]+)*(?:\$?\.(?:Values|Release|Chart|Capabilities)\b|include[ \t]+\")")


def template_line(
    text: str, path: str, documents: Sequence[Document], errors: Sequence[SourceError]
) -> Location | None:
    """The first line that makes a file a template, None for a file that is none."""
    if "{{" not in text and "{%" not in text:
        return None
    if errors:
        match = _ACTION.search(text) or _HELM.search(text)
    else:
        match = _HELM.search(text)
        strings = (value for document in documents for _, value in leaves(document.value) if isinstance(value, str))
        if match and not any(_HELM.search(value) for value in strings):
            match = None  # in a comment
    if match is None:
        return None
    return Location(path, text.count("\n", 0, match.end() - 2) + 1)


def template_notifications(lines: Iterable[Location]) -> list[Notification]:
    """One error for each chart (or for each file outside a chart) that was not rendered."""
    charts: dict[str, list[Location]] = {}
    for line in lines:
        directory, inside, _ = f"/{line.path}".partition("/templates/")
        charts.setdefault(directory[1:] or "." if inside else line.path, []).append(line)
    return [
        Notification(Level.ERROR, _message(chart, found), "parser", min(found))
        for chart, found in sorted(charts.items())
    ]


def _message(chart: str, found: Sequence[Location]) -> str:
    if found[0].path == chart:
        tool = "its own tool (helm template, envsubst, jinja)"
        return f"template not rendered: {chart}; render it with {tool} and scan the output"
    files = f"{len(found)} file{'s' if len(found) > 1 else ''}"
    return f"template not rendered: {files} of the chart {chart}; render it with helm template and scan the output"
