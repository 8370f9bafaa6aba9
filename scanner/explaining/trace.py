"""Which way the value behind a finding is traced: by the format that its resource is written in."""

from dataclasses import dataclass, field
from functools import cached_property

from scanner.core.finding import Finding
from scanner.core.resource import Release, Resource
from scanner.core.values import AttributePath, parse_path
from scanner.explaining.dockerfile_trace import dockerfile_way
from scanner.explaining.helm_trace import chart_way
from scanner.explaining.kustomize_trace import manifest_way, overlay_way
from scanner.explaining.steps import End, EndKind, Way
from scanner.explaining.terraform_trace import TerraformTracer
from scanner.parsers.interface import ParseContext


@dataclass
class Tracer:
    """Traces the findings of one scan; what it was told is in `context`."""

    release: Release
    context: ParseContext
    _ways: dict[str, Way] = field(default_factory=dict)

    def way(self, finding: Finding) -> Way:
        """The way of the finding's value, each worked out once."""
        if finding.fingerprint not in self._ways:
            resource, path = deciding(finding, self.release)
            self._ways[finding.fingerprint] = self._traced(finding, resource, path)
        return self._ways[finding.fingerprint]

    @cached_property
    def _terraform(self) -> TerraformTracer:
        files = [file for file in self.release.source_files if file.format == "terraform"]
        return TerraformTracer(files, self.context)

    def _traced(self, finding: Finding, resource: Resource, path: AttributePath) -> Way:
        location = finding.location
        if resource.format == "terraform":
            return self._terraform.way(resource, path, location)
        if resource.format == "dockerfile":
            file = self.release.files_by_path.get(location.path)
            if file is not None and location.path == resource.origin:
                return dockerfile_way(resource, path, location, file, self.context.dockerfile.build_args)
        if resource.format == "kubernetes":
            chart = chart_way(resource, path, location, self.context.root, self.context.kubernetes.helm_values)
            if chart is not None:
                return chart
            return overlay_way(resource, path, location) if resource.world else manifest_way(resource, path, location)
        way = Way()
        name = ".".join(str(step) for step in path)
        written = bool(path) and path in resource.attribute_locations
        said = f"{name} is written here" if written else f"{resource.address} does not write {name}"
        way.step("line", said if name else f"{resource.address} is declared here", location)
        if written:
            way.end(End(EndKind.WRITTEN, location))
        return way


def deciding(finding: Finding, release: Release) -> tuple[Resource, AttributePath]:
    """The resource and the path in it that decided, which may be another one than the judged."""
    own = _path(finding.attribute)
    if not finding.attribute or (own and own[0] in finding.resource.attributes):
        return finding.resource, own
    near = [
        each
        for each in release.resources
        if each.origin == finding.resource.origin or each.location.path == finding.location.path
    ]
    for each in sorted(near, key=lambda other: -len(other.address)):
        if finding.attribute == each.address:
            return each, ()
        if finding.attribute.startswith(f"{each.address}."):
            return each, _path(finding.attribute.removeprefix(f"{each.address}."))
    return finding.resource, own


def _path(text: str) -> AttributePath:
    try:
        return parse_path(text) if text else ()
    except ValueError:
        return ()
