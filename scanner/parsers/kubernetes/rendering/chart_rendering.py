"""Renders the charts of a release, each in copies of its own, and traces every object to the template's lines."""

import tempfile
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path

from scanner.core.location import Location
from scanner.core.notification import Level, Notification
from scanner.core.resource import SourceFile
from scanner.parsers.interface import ParseContext
from scanner.parsers.kubernetes.rendering.chart_files import read_by_templates, spoken_for
from scanner.parsers.kubernetes.rendering.chart_objects import manifests_in
from scanner.parsers.kubernetes.rendering.chart_run import Run, is_rendered, texts_of
from scanner.parsers.kubernetes.rendering.chart_values import is_switched_off, secrets_in_values
from scanner.parsers.kubernetes.rendering.charts import (
    Chart,
    charts_of,
    local_dependency,
    missing_dependencies,
    read_chart,
)
from scanner.parsers.kubernetes.rendering.interface import Rendering
from scanner.parsers.kubernetes.rendering.staging import Parts, UnsafeChartError, check

_WITHOUT_HELM = "render it with helm template and scan the output, or have helm on PATH"


def render_charts(files: Sequence[SourceFile], context: ParseContext) -> list[Rendering]:
    """One rendering for each chart that `files` belong to; what could not be rendered is a notification of it."""
    found = charts_of(files, context.root)
    if not found:
        return []
    helm = context.kubernetes.helm
    given = frozenset(file.path for file in files)
    claimed = {file.path for own in found.values() for file in own}
    others = [file for file in files if file.path not in claimed]
    jobs = [_Job(read_chart(path, context.root), own, others, given, context) for path, own in found.items()]
    if helm is None:
        renderings = [job.unrendered(_WITHOUT_HELM) for job in jobs]
    else:
        with ThreadPoolExecutor(max(1, context.workers)) as pool:
            renderings = list(pool.map(lambda job: job.rendered(helm), jobs))
    return [replace(rendering, secrets=job.secrets()) for rendering, job in zip(renderings, jobs, strict=True)]


@dataclass(frozen=True)
class _Job:
    """One chart to be rendered.

    `own` are its claimed files, `others` those that no chart claims, `given` the paths of all files of the scan.
    """

    chart: Chart
    own: Sequence[SourceFile]
    others: Sequence[SourceFile]
    given: frozenset[str]
    context: ParseContext

    def secrets(self) -> frozenset[str]:
        """The secrets in the values of the chart and of its subcharts."""
        return frozenset(secrets_in_values(Parts(self.chart, {}).charts(), self.context.kubernetes.helm_values))

    def unrendered(self, advice: str, more: Sequence[Notification] = ()) -> Rendering:
        """The chart by itself: its files with actions mean nothing, the others are read as they are."""
        parts = Parts(self.chart, {})
        texts = texts_of(parts)
        written = [path for path, text in texts.items() if is_rendered(path) and "{{" in text]
        covered = frozenset(file.path for file in self.own if file.path not in texts or "{{" in file.text)
        covered |= spoken_for(read_by_templates(parts.charts(), self.others), ())
        needs = any(each.archives or each.dependencies for each in parts.charts())
        if self.chart.is_library or not (written or needs):
            return Rendering(self.chart.path, covered=covered, notifications=tuple(more))
        what = f"{len(written)} file{'' if len(written) == 1 else 's'}" if written else "the dependencies"
        message = f"template not rendered: {what} of the chart {self.chart.shown}; {advice}"
        places = [Location(path, _line_of_action(texts[path])) for path in written if path in self.given]
        told = Notification(Level.ERROR, message, "parser", min(places, default=self.chart.location))
        return Rendering(
            self.chart.path, covered=covered, notifications=(*more, told), source_files=self._sources(texts)
        )

    def rendered(self, helm: Path) -> Rendering:
        """What Helm makes of the chart; never raises for what the chart holds."""
        try:
            check(self.chart, self.context.root)
            parts, told = self._parts()
            if self.chart.is_library:
                note = "a library chart: it renders nothing by itself, only where a chart uses it"
                told.append(Notification(Level.NOTE, note, "parser", self.chart.location))
                return Rendering(self.chart.path, covered=self._covered(frozenset()), notifications=tuple(told))
            return self._rendered(helm, parts, told)
        except UnsafeChartError as error:
            why = Notification(Level.ERROR, f"{error}; the chart was not rendered", "parser", Location(error.path, 1))
        except OSError as error:
            message = f"the chart {self.chart.shown} could not be read or copied: {error.strerror}"
            why = Notification(Level.ERROR, message, "parser", self.chart.location)
        return self.unrendered(_WITHOUT_HELM, [why])

    def _rendered(self, helm: Path, parts: Parts, told: list[Notification]) -> Rendering:
        texts = texts_of(parts)
        with tempfile.TemporaryDirectory(prefix="releasegate-", ignore_cleanup_errors=True) as work:
            run = Run(helm, parts, self.context, texts, Path(work).resolve())
            output = run.output()
            told += run.notifications
            if output is None:
                rest = self.unrendered(_WITHOUT_HELM)
                return replace(rest, notifications=(*told, *rest.notifications))
            manifests = manifests_in(run, output, told)
        return Rendering(
            origin=self.chart.path,
            manifests=tuple(manifests),
            covered=self._covered(run.dropped) | spoken_for(read_by_templates(parts.charts(), self.others), manifests),
            notifications=tuple(told),
            source_files=self._sources(texts),
        )

    def _parts(self) -> tuple[Parts, list[Notification]]:
        """The chart with its dependencies, as far as they are in the repository. Raises `UnsafeChartError`."""
        added: dict[str, Chart] = {}
        missing: list[str] = []
        told: list[Notification] = []
        for dependency in missing_dependencies(self.chart):
            folder = local_dependency(self.chart, dependency, self.context.root)
            if folder is not None:
                added[dependency.name] = read_chart(folder, self.context.root)
                check(added[dependency.name], self.context.root)
                continue
            missing.append(dependency.name)
            if not is_switched_off(dependency, self.chart, self.context.kubernetes.helm_values):
                message = (
                    f"the chart {self.chart.shown} was rendered without its dependency {dependency.name}, which is not "
                    "in its folder charts; run helm dependency build"
                )
                told.append(Notification(Level.ERROR, message, "parser", dependency.location))
        return Parts(self.chart, added, tuple(dict.fromkeys(missing))), told

    def _covered(self, dropped: frozenset[str]) -> frozenset[str]:
        """The chart's own files, without those that were taken out and can be read as they are."""
        return frozenset(file.path for file in self.own if file.path not in dropped or "{{" in file.text)

    def _sources(self, texts: Mapping[str, str]) -> tuple[SourceFile, ...]:
        chart_file = self.chart.location.path
        beside = {chart_file: self.chart.text(self.context.root / chart_file), **texts}
        return tuple(SourceFile(path, "kubernetes", text) for path, text in beside.items() if path not in self.given)


def _line_of_action(text: str) -> int:
    return text.count("\n", 0, text.find("{{")) + 1
