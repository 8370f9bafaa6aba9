"""The Kubernetes objects that Gatekeeper is configured by, out of the files of a bundle or out of a release."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from scanner.bundle.errors import PolicyError
from scanner.core.location import Location
from scanner.core.resource import Resource
from scanner.core.values import AttributePath
from scanner.yaml_source import Document, SourceError, load_documents_leniently

_HELM = re.compile(r"\{\{-?\s*(?:[a-z]\w*[\s(]+)*(?:\$?\.(?:Values|Release|Chart|Capabilities|Files)\b|include\s+\")")


@dataclass(frozen=True)
class GatekeeperObject:
    """One object; `path` leads to it in the document whose positions are `lines`, and `world` is that of a resource."""

    body: Mapping[str, Any]
    location: Location
    lines: Mapping[AttributePath, Location] = field(default_factory=dict, repr=False, compare=False)
    path: AttributePath = ()
    world: str = ""

    @property
    def group(self) -> str:
        """The group of its API, without the version."""
        return str(self.body.get("apiVersion", "")).rpartition("/")[0]

    @property
    def version(self) -> str:
        return str(self.body.get("apiVersion", "")).rpartition("/")[2]

    @property
    def kind(self) -> str:
        return str(self.body.get("kind", ""))

    @property
    def name(self) -> str:
        name = self.get("metadata", "name")
        return name if isinstance(name, str) else ""

    def get(self, *path: str | int) -> Any:
        """What stands at the path, None where it ends early."""
        value: Any = self.body
        for step in path:
            if isinstance(value, Mapping) and isinstance(step, str):
                value = value.get(step)
            elif isinstance(value, list) and isinstance(step, int) and step < len(value):
                value = value[step]
            else:
                return None
        return value

    def at(self, *path: str | int) -> Location:
        """The line of what stands at the path, or of the nearest thing around it."""
        for length in range(len(path), 0, -1):
            found = self.lines.get((*self.path, *path[:length]))
            if found is not None:
                return found
        return self.location

    def annotation(self, name: str) -> str:
        value = self.get("metadata", "annotations", name)
        return value.strip() if isinstance(value, str) else ""


def objects_of_text(path: str, text: str) -> tuple[list[GatekeeperObject], list[SourceError]]:
    """The objects of a YAML file, items of lists by themselves, and what of it cannot be read."""
    helm = _HELM.search(text)
    if helm:
        where = Location(path, text.count("\n", 0, helm.start()) + 1)
        return [], [PolicyError("a Helm template, which nobody has rendered; give what `helm template` writes", where)]
    documents, errors = load_documents_leniently(text, path)
    return [each for document in documents for each in _objects(document, document.value, ())], list(errors)


def _objects(document: Document, body: Any, path: AttributePath) -> Iterator[GatekeeperObject]:
    if not isinstance(body, Mapping):
        return
    items = body.get("items")
    if body.get("kind") == "List" and isinstance(items, list):
        for index, item in enumerate(items):
            yield from _objects(document, item, (*path, "items", index))
        return
    location = document.locations.get(path, document.location) if path else document.location
    yield GatekeeperObject(body, location, document.locations, path)


def object_of_resource(resource: Resource) -> GatekeeperObject:
    """The object that a resource of the Kubernetes parser stands for."""
    return GatekeeperObject(resource.attributes, resource.location, resource.attribute_locations, world=resource.world)
