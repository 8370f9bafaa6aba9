"""The URIs that models, serving workloads and managed endpoints name, and where each of them is written."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from scanner.core.location import Location
from scanner.core.resource import Release, Resource
from scanner.core.values import AttributePath
from scanner.linking.reading import texts
from scanner.linking.uris import uris_in

_URI_ATTRIBUTES = {"model": ("uri",), "model_artifact": ("uri",), "workload": ("storage_uri", "storage_uris")}


@dataclass(frozen=True)
class Mention:
    """One URI: `holder` has it at `path`, `source` is the resource that a link starts from."""

    source: Resource
    holder: Resource
    path: AttributePath
    uri: str

    @property
    def evidence(self) -> Location:
        return self.holder.locate(self.path)


def mentions(release: Release) -> Iterator[Mention]:
    """Every URI of a model, of an artifact, or of a workload that serves one."""
    for kind, attributes in _URI_ATTRIBUTES.items():
        for resource in release.by_type.get(kind, ()):
            for attribute in attributes:
                yield from (Mention(resource, resource, at, uri) for at, uri in texts(resource, attribute))
    for workload in release.by_type.get("workload", ()):
        for container in containers_of(release, workload):
            if loads_models(container, workload):
                for at, value in words_of(container):
                    yield from (Mention(workload, container, at, uri) for uri in uris_in(value))


def containers_of(release: Release, workload: Resource) -> tuple[Resource, ...]:
    """The containers of the workload, in the order in which they are written."""
    return tuple(each for each in release.children.get(workload.key, ()) if each.type == "container")


def loads_models(container: Resource, workload: Resource) -> bool:
    """Whether the container serves a model, or runs before one that does and may fetch it."""
    if container.attributes.get("serving") is True:
        return True
    return workload.attributes.get("serving") is True and container.attributes.get("role") == "init"


def words_of(container: Resource) -> Iterator[tuple[AttributePath, str]]:
    """The container's literal variables and command line arguments."""
    variables = container.attributes.get("env_values")
    if isinstance(variables, Mapping):
        yield from ((("env_values", name), value) for name, value in variables.items() if isinstance(value, str))
    yield from texts(container, "arguments")
