"""What in an object a violation is about: the container and the line that its message names."""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from scanner.core.location import Location
from scanner.core.resource import Release, Resource
from scanner.core.values import AttributePath, format_path
from scanner.engines.gatekeeper.objects import KubernetesObject

_CONTAINERS = ("containers", "initContainers", "ephemeralContainers")
_TOKEN = re.compile(r"[\w][\w./:@-]*[\w]|\w")
_QUOTED = re.compile(r"(?=['\"`<\[{]([^'\"`<>\[\]{}\n]+)['\"`>\]}])")
# Where what is missing would stand, by the word for it.
_PLACES = {"label": ("metadata", "labels"), "annotation": ("metadata", "annotations")}
# Words of messages that are keys of nearly every object as well.
_COMMON = frozenset(
    {
        *("apiVersion", "kind", "metadata", "spec", "data", "status", "name", "names", "namespace", "labels"),
        *("annotations", "container", "containers", "image", "images", "template", "host", "hosts", "value", "values"),
        *("key", "type", "resource", "resources", "service", "selector", "port", "ports"),
    }
)


@dataclass(frozen=True)
class Subject:
    """What a violation is about; `attribute` is the path from the object to the line, as text."""

    resource: Resource
    location: Location
    attribute: str = ""


def subject_of(judged: KubernetesObject, message: str, details: Any, release: Release) -> Subject:
    """The narrowest thing that the message, or the details beside it, name."""
    text = message if not details else f"{message} {json.dumps(details)}"
    words = frozenset(_words(text))
    containers = list(_containers(judged.body, ()))
    if "container" not in text.lower():  # where a pod and its container have one name, the pod is meant
        containers = [each for each in containers if each[0] != judged.name]
    path = _named_container(containers, details, text)
    start: AttributePath = path or ()
    value: Any = judged.body
    for step in start:
        value = value[step]
    inner = _named_value(value, words, _passed_over(judged, value)) or _named_key(value, words)
    if inner is None and not start:
        inner = _named_place(judged.body, words)
    at = (*judged.place, *start, *(inner or ()))
    resource = _container_resource(judged, start, release) or judged.resource
    location = judged.resource.locate(at) if at else judged.resource.location
    return Subject(resource, location, format_path(at) if at else "")


def _words(text: str) -> Iterator[str]:
    """The words of a message, and what stands in quotes or brackets in it."""
    for match in _TOKEN.finditer(text):
        yield match[0]
        yield match[0].rstrip(":./")
    for match in _QUOTED.finditer(text):
        yield match[1]


def _containers(value: Any, path: AttributePath) -> Iterator[tuple[str, AttributePath]]:
    """The containers of the pods in an object: name and path."""
    if isinstance(value, Mapping):
        for key, inner in value.items():
            if key in _CONTAINERS and isinstance(inner, Sequence) and not isinstance(inner, str):
                for index, each in enumerate(inner):
                    name = each.get("name") if isinstance(each, Mapping) else None
                    if isinstance(name, str) and name:
                        yield name, (*path, key, index)
            elif isinstance(inner, Mapping):
                yield from _containers(inner, (*path, key))


def _named_container(containers: Sequence[tuple[str, AttributePath]], details: Any, text: str) -> AttributePath | None:
    """The one container that the details or the message name; the first in the message of several."""
    said = details.get("container", details.get("container_name")) if isinstance(details, Mapping) else None
    name = said.get("name") if isinstance(said, Mapping) else said
    for found, path in containers:
        if found == name:
            return path
    places = []
    for found, path in containers:
        match = re.search(rf"(?<![\w.-]){re.escape(found)}(?![\w-]|\.\w)", text)
        if match:
            places.append((match.start(), -len(found), path))
    return min(places, key=lambda place: place[:2])[2] if places else None


def _passed_over(judged: KubernetesObject, container: Any) -> frozenset[str]:
    """Values that a message may well name without being about them."""
    name = container.get("name") if isinstance(container, Mapping) else None
    found = {judged.kind, judged.group, judged.name, judged.namespace or "", name}
    return frozenset(str(each) for each in found if each)


def _named_value(value: Any, words: frozenset[str], passed_over: frozenset[str]) -> AttributePath | None:
    """The path of the longest text in `value` that is a word of the message."""
    found: tuple[int, AttributePath] | None = None
    for path, text in _texts(value, ()):
        if len(text) > 2 and text in words and text not in passed_over and (found is None or len(text) > found[0]):
            found = len(text), path
    return found[1] if found else None


def _named_place(body: Any, words: frozenset[str]) -> AttributePath | None:
    """The mapping that the message speaks of."""
    for word, path in _PLACES.items():
        if words & {word, f"{word}s"}:
            value = body
            for step in path:
                value = value.get(step) if isinstance(value, Mapping) else None
            return path if value is not None else None
    return None


def _texts(value: Any, path: AttributePath) -> Iterator[tuple[AttributePath, str]]:
    if isinstance(value, str):
        yield path, value
    elif isinstance(value, Mapping):
        for key, inner in value.items():
            yield from _texts(inner, (*path, key))
    elif isinstance(value, Sequence):
        for index, inner in enumerate(value):
            yield from _texts(inner, (*path, index))


def _named_key(value: Any, words: frozenset[str]) -> AttributePath | None:
    """The path of the longest key in `value` that is a word of the message."""
    found: tuple[int, AttributePath] | None = None
    for path in _keys(value, ()):
        key = str(path[-1])
        if len(key) > 3 and key in words and key not in _COMMON and (found is None or len(key) > found[0]):
            found = len(key), path
    return found[1] if found else None


def _keys(value: Any, path: AttributePath) -> Iterator[AttributePath]:
    if isinstance(value, Mapping):
        for key, inner in value.items():
            yield (*path, key)
            yield from _keys(inner, (*path, key))
    elif isinstance(value, Sequence) and not isinstance(value, str):
        for index, inner in enumerate(value):
            yield from _keys(inner, (*path, index))


def _container_resource(judged: KubernetesObject, path: AttributePath, release: Release) -> Resource | None:
    """The resource of a container: the one of the object's whose block begins where the container does."""
    if not path:
        return None
    where = judged.resource.locate((*judged.place, *path))
    for workload in release.children.get(judged.resource.key, ()):
        for each in release.children.get(workload.key, ()):
            if each.type == "container" and each.location == where:
                return each
    return None
