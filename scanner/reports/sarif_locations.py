"""SARIF locations: which part of which file, named relative to the repository root."""

import re
from collections.abc import Iterator
from functools import lru_cache
from urllib.parse import quote

import sarif_om as om

from scanner.core.location import Location
from scanner.core.resource import Resource
from scanner.core.result import ScanResult
from scanner.reports.excerpt import Sources
from scanner.reports.safe_text import one_line

# The name that GitHub and CodeQL use for the root of the repository. It has no URI here, because that would be
# an absolute path of the machine that scanned.
ROOT_ID = "%SRCROOT%"
_LONGEST_SNIPPET = 4000


class Locations:
    """Builds the locations of one log, so that each file is listed once and referred to by its index.

    Without text neither the files are listed nor what stands in them.
    """

    def __init__(self, result: ScanResult, *, with_text: bool = True) -> None:
        self._sources = Sources(result.release)
        self._with_text = with_text
        self._read = {file.path: file.format for file in result.release.source_files}
        paths = sorted({*self._read, *_mentioned(result)}) if with_text else []
        self._index = {path: index for index, path in enumerate(paths)}

    def artifacts(self) -> list[om.Artifact]:
        """Every file that was read or that a result speaks of, with the format it was read as."""
        return [
            om.Artifact(
                location=om.ArtifactLocation(uri=uri(path), uri_base_id=ROOT_ID),
                roles=["analysisTarget"],
                properties={"format": self._read[path]} if path in self._read else None,
            )
            for path in self._index
        ]

    def physical(self, location: Location) -> om.PhysicalLocation:
        """The region with its text and its neighbouring lines, where the file was read."""
        index = self._index.get(location.path, -1)
        artifact = om.ArtifactLocation(uri=uri(location.path), uri_base_id=ROOT_ID, index=index)
        region = self._region(location)
        return om.PhysicalLocation(
            artifact_location=artifact, region=region, context_region=self._context(location, region)
        )

    def of_resource(self, location: Location, resource: Resource) -> om.Location:
        """Where a result is: in a file and in a resource."""
        name = om.LogicalLocation(
            name=resource.address,
            fully_qualified_name=resource.address,
            kind="resource",
            properties={"type": resource.type, "format": resource.format},
        )
        return om.Location(physical_location=self.physical(location), logical_locations=[name])

    def _region(self, location: Location) -> om.Region:
        """Columns only where they lie within their lines; the snippet whole or not at all."""
        first, last = location.start_line, location.end_line
        region = om.Region(start_line=first, end_line=last if last != first else None)
        found = self._sources.columns(location)
        if found and found != (1, None):
            region.start_column, region.end_column = found
        if not self._with_text:
            return region
        text = self._sources.text(location)
        if text and len(text) <= _LONGEST_SNIPPET:
            region.snippet = om.ArtifactContent(text=text)
        return region

    def _context(self, location: Location, region: om.Region) -> om.Region | None:
        """The region's lines and one more on either side, where that is more than the region itself."""
        if not self._with_text:
            return None
        lines = self._sources.lines(location.path)
        first, last = max(1, location.start_line - 1), min(len(lines), location.end_line + 1)
        text = "\n".join(lines[first - 1 : last])
        same = (first, last) == (location.start_line, location.end_line) and region.start_column is None
        if same or location.end_line > len(lines) or len(text) > _LONGEST_SNIPPET:
            return None
        return om.Region(start_line=first, end_line=last, snippet=om.ArtifactContent(text=text))


def outside(location: Location) -> om.Location:
    """A place in a file that is no part of the repository, such as a policy of the bundle."""
    artifact = om.ArtifactLocation(uri=uri(location.path))
    region = om.Region(start_line=location.start_line)
    return om.Location(physical_location=om.PhysicalLocation(artifact_location=artifact, region=region))


def is_inside(path: str) -> bool:
    """Whether `path` is one of the repository: a file of waivers may lie anywhere."""
    return not path.startswith(("/", "../"))


@lru_cache(maxsize=1024)
def uri(path: str) -> str:
    """The path as a relative URI reference: everything encoded that could end a segment or start a scheme."""
    return quote(path.encode("utf-8", "surrogateescape"))


def message_text(text: str) -> str:
    r"""`text` as a plain text message of SARIF (3.11): braces doubled, so that none is a placeholder, and
    `](` broken up, so that none is a link.
    """
    text = one_line(text).replace("{", "{{").replace("}", "}}")
    return re.sub(r"(\\*)\]\(", lambda match: rf"{match[1] * 2}\](", text)


def _mentioned(result: ScanResult) -> Iterator[str]:
    for finding in result.findings:
        yield finding.location.path
        yield from (related.location.path for related in finding.related_locations)
        if finding.waiver and is_inside(finding.waiver.location.path):
            yield finding.waiver.location.path
    for note in result.notifications:
        if note.location and note.component != "bundle":
            yield note.location.path
