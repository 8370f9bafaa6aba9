"""The release in the JSON report: its resources without their attributes, its links, its files with the lines shown.

Attributes may hold secrets, and no report shows them. Of the files there are the masked lines around all places that a
report may show.
"""

from collections.abc import Iterator, Mapping

from scanner.core.finding import Finding, Status
from scanner.core.kept_lines import KeptLines
from scanner.core.location import Location
from scanner.core.resource import Link, Resource, SourceFile
from scanner.core.result import ScanResult
from scanner.core.secrets import redact
from scanner.reports.excerpt import Sources
from scanner.reports.json_waivers import Json, location
from scanner.reports.kept_lines import keep
from scanner.reports.safe_text import OneLine


class Resources:
    """The resources of one result, each once; findings refer to them by index."""

    def __init__(self, result: ScanResult) -> None:
        self._secrets = result.release.secrets
        self._resources = list(result.release.resources)
        self._inside = len(self._resources)
        self._index = {id(resource): index for index, resource in enumerate(self._resources)}
        for finding in sorted(result.findings, key=lambda finding: finding.sort_key):
            if id(finding.resource) not in self._index:
                self._index[id(finding.resource)] = len(self._resources)
                self._resources.append(finding.resource)

    def reference(self, resource: Resource) -> Json:
        """What a finding says of its resource."""
        return OneLine(
            address=resource.address,
            type=resource.type,
            format=resource.format,
            origin=resource.origin or resource.location.path,
            index=self._index[id(resource)],
        )

    def all(self) -> Iterator[Json]:
        """The resources of the release, and after them those that only a finding speaks of."""
        for index, resource in enumerate(self._resources):
            optional = {
                "parent": resource.parent,
                "world": resource.world,
                "presence": self._presence(resource),
                "in_release": None if index < self._inside else False,
            }
            yield OneLine(
                key=resource.key,
                address=resource.address,
                type=resource.type,
                format=resource.format,
                origin=resource.origin,
                location=location(resource.location),
                **{name: value for name, value in optional.items() if value not in (None, "")},
            )

    def _presence(self, resource: Resource) -> Json | None:
        if resource.presence is None:
            return None
        expression, reason = resource.presence.expression, resource.presence.reason
        return {"expression": redact(expression, self._secrets), "reason": redact(reason, self._secrets)}


def link(edge: Link) -> Json:
    """A tie between two resources, by their keys."""
    found = OneLine(source=edge.source, kind=edge.kind, target=edge.target, evidence=location(edge.evidence))
    if edge.target_evidence:
        found["target_evidence"] = location(edge.target_evidence)
    return found


def files(result: ScanResult, sources: Sources) -> Iterator[Json]:
    """Every file that was read, with those of its lines that a report may show."""
    shown: dict[str, set[Location]] = {}
    for where in _shown(result):
        shown.setdefault(where.path, set()).add(where)
    for file in result.release.source_files:
        yield _file(file, keep(sources.file(file.path), shown.get(file.path, ())))


def _shown(result: ScanResult) -> Iterator[Location]:
    """The places whose text a report may show: a pass is told without."""
    for finding in result.findings:
        if finding.status is not Status.PASS:
            yield from _of_finding(finding)
    for use in result.waivers:
        yield use.waiver.location
    for note in result.notifications:
        if note.location:
            yield note.location


def _of_finding(finding: Finding) -> Iterator[Location]:
    yield finding.location
    for related in finding.related_locations:
        yield related.location
    if finding.waiver:
        yield finding.waiver.location


def _file(file: SourceFile, kept: KeptLines) -> Json:
    found = OneLine(path=file.path, format=file.format, line_count=kept.count)
    if kept.texts:
        found["excerpts"] = list(_runs(kept.texts))
    if kept.widths:
        found["masked"] = [{"line": number, "width": width} for number, width in kept.widths.items()]
    if kept.parts:
        found["long_lines"] = [
            {
                "location": location(where),
                "columns": list(part.columns) if part.columns else None,
                "text": part.text,
                "line": part.line,
                "start": part.start,
                "end": part.end,
            }
            for where, part in kept.parts.items()
        ]
    return found


def _runs(texts: Mapping[int, str]) -> Iterator[Json]:
    """The lines, of which those that follow one another stand together."""
    run: list[str] = []
    for number, text in texts.items():
        run.append(text)
        if number + 1 not in texts:
            yield {"start_line": number + 1 - len(run), "lines": run}
            run = []
