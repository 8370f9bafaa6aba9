"""Files beside the templates of a chart that its templates read: what is in them reaches the cluster through those."""

import re
from collections.abc import Iterable, Iterator, Sequence
from fnmatch import fnmatchcase

from scanner.core.resource import SourceFile
from scanner.parsers.kubernetes.manifests import Manifest
from scanner.parsers.kubernetes.plain_files import objects_in
from scanner.parsers.kubernetes.rendering.charts import Chart
from scanner.parsers.kubernetes.rendering.staging import templates

_READS = ".Files"
_QUOTED = re.compile(r'"([^"\\\n]{1,200})"|`([^`\n]{1,200})`')
_VERB = re.compile(r"%[a-z]")


def read_by_templates(charts: Iterable[Chart], files: Sequence[SourceFile]) -> list[SourceFile]:
    """Those of the files that a template of their chart names in a text, by a pattern, or by a format."""
    found: dict[str, SourceFile] = {}
    for chart in charts:
        names = None
        for file in files:
            name = _within(chart, file.path)
            if name is None or name.partition("/")[0] in ("templates", "charts", "crds"):
                continue
            names = list(_names(chart)) if names is None else names
            if any(fnmatchcase(name, each) for each in names):
                found[file.path] = file
    return list(found.values())


def spoken_for(files: Iterable[SourceFile], rendered: Iterable[Manifest]) -> frozenset[str]:
    """The paths of those files that need not be read as they are.

    A template means nothing by itself; every object of another file is among the rendered.
    """
    known = {(each.kind, each.name) for each in rendered}
    return frozenset(file.path for file in files if _is_spoken_for(file, known))


def _is_spoken_for(file: SourceFile, known: set[tuple[str, str]]) -> bool:
    objects = objects_in(file)
    return objects is None or (bool(objects) and {(each.kind, each.name) for each in objects} <= known)


def _within(chart: Chart, path: str) -> str | None:
    if chart.path == ".":
        return path
    return path.removeprefix(f"{chart.path}/") if path.startswith(f"{chart.path}/") else None


def _names(chart: Chart) -> Iterator[str]:
    """What the templates may read, as patterns; none where they read nothing.

    The text is often far from the call, in an argument of a named template; a pattern has to begin with a folder,
    for `%s-%s` is how every chart makes its names.
    """
    texts = [chart.text(file) for _, file in templates(chart)]
    if any(_READS in text for text in texts):
        for text in texts:
            for match in _QUOTED.finditer(text):
                pattern = _VERB.sub("*", match[1] or match[2])
                if "*" not in pattern or "/" in pattern.partition("*")[0]:
                    yield pattern
