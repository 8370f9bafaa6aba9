"""One Kustomization: what it says, and which files and folders it refers to."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import Enum
from posixpath import dirname
from typing import Any

from scanner.core.location import Location
from scanner.core.values import AttributePath
from scanner.parsers.kubernetes.reading import at, elements, mapping, word
from scanner.yaml_source import Document

API = "kustomize.config.k8s.io/"

# What says where things are and how the output is written; every other field changes what is deployed.
_UNCHANGING = frozenset({
    *("apiVersion", "kind", "metadata", "resources", "bases", "crds", "configurations", "openapi"),
    *("sortOptions", "buildMetadata", "generatorOptions", "inventory"),
})  # fmt: skip
_EMPTY: tuple[Any, ...] = (None, [], {}, "")
_REMOTE = re.compile(
    r"(?:git|hg|s3|gcs)::|gh:|[a-z][a-z0-9+.-]*://|[^/\s]+@[^/\s]+[:/]|(?:www\.)?github\.com[:/]"
    r"|[^?\s]*\?(?:ref|version|timeout|submodules|depth|sshkey)=",
    re.IGNORECASE,
)
_USER = re.compile(r"//[^/\s@]*@")


class Role(Enum):
    """What a Kustomization uses a file or folder for."""

    RESOURCES = "resource"
    COMPONENT = "component"
    PATCH = "patch"
    SETTINGS = "file of settings"
    DATA = "file of data"
    PLUGIN = "plugin"


@dataclass(frozen=True)
class Reference:
    """`text` as it is written at `place`; taking out what is at `whole` leaves a Kustomization without it."""

    role: Role
    text: str
    place: AttributePath
    whole: AttributePath

    @property
    def is_remote(self) -> bool:
        return _REMOTE.match(self.text.strip()) is not None

    @property
    def shown(self) -> str:
        """The text for a message, in one line and without who logs in."""
        return _USER.sub("//", " ".join(self.text.split()))


@dataclass(frozen=True)
class Kustomization:
    """The content of a kustomization.yaml; `path` is that of the file, relative to the repository root."""

    path: str
    body: Mapping[str, Any]
    text: str = field(repr=False)
    location: Location = field(repr=False)
    locations: Mapping[AttributePath, Location] = field(repr=False)

    @property
    def folder(self) -> str:
        """The folder relative to the repository root, "." for the root itself."""
        return dirname(self.path) or "."

    @property
    def is_component(self) -> bool:
        return self.body.get("kind") == "Component"

    @property
    def changes(self) -> bool:
        """Whether it does more than to list other files."""
        return self.first_change != ()

    @property
    def first_change(self) -> AttributePath:
        """The first field that does more than to list other files, () when none does."""
        changes = (key for key, value in self.body.items() if key not in _UNCHANGING and value not in _EMPTY)
        return next(((key,) for key in changes), ())

    def where(self, place: AttributePath) -> Location:
        """The line of the field, or of the nearest one around it."""
        for length in range(len(place), 0, -1):
            found = self.locations.get(place[:length])
            if found is not None:
                return found
        return self.location

    def references(self) -> Iterator[Reference]:
        """Everything that it names by a path or an address, in the order in which it is listed here."""
        for key, role in (("resources", Role.RESOURCES), ("bases", Role.RESOURCES), ("components", Role.COMPONENT)):
            yield from _listed(self.body, role, (key,))
        for key in ("patches", "patchesJson6902"):
            yield from _with_path(self.body, Role.PATCH, key)
        yield from _listed(self.body, Role.PATCH, ("patchesStrategicMerge",), inline=True)
        for key in ("crds", "configurations"):
            yield from _listed(self.body, Role.SETTINGS, (key,))
        schema = word(at(self.body, "openapi", "path"))
        if schema:
            yield Reference(Role.SETTINGS, schema, ("openapi", "path"), ("openapi",))
        yield from _with_path(self.body, Role.SETTINGS, "replacements")
        for key in ("configMapGenerator", "secretGenerator"):
            for index in range(len(elements(self.body.get(key)))):
                yield from data_references(self.body, (key, index))
        for key in ("generators", "transformers", "validators"):
            yield from _listed(self.body, Role.PLUGIN, (key,), inline=True)


def kustomization_of(document: Document, path: str, text: str) -> Kustomization | None:
    """The Kustomization that a document of that file is; None for an object of another kind."""
    body = mapping(document.value)
    api, kind = body.get("apiVersion"), body.get("kind")
    if api is not None and not (isinstance(api, str) and api.startswith(API)):
        return None
    if not body or kind not in (None, "Kustomization", "Component"):
        return None
    return Kustomization(path, body, text, document.location, document.locations)


def is_inline(text: str) -> bool:
    """Whether an entry that may be a path or the content of a file is the latter."""
    return "\n" in text or ": " in text


def data_references(body: Mapping[str, Any], start: AttributePath) -> Iterator[Reference]:
    """The files that a generator takes data from; `start` leads to the generator."""
    generator = mapping(at(body, *start))
    for index, entry in enumerate(elements(generator.get("files"))):
        file = (word(entry) or "").rpartition("=")[2]
        if file:
            yield Reference(Role.DATA, file, (*start, "files", index), (*start, "files", index))
    yield from _listed(body, Role.DATA, (*start, "envs"))
    env = word(generator.get("env"))
    if env:
        yield Reference(Role.DATA, env, (*start, "env"), (*start, "env"))


def _listed(body: Mapping[str, Any], role: Role, start: AttributePath, *, inline: bool = False) -> Iterator[Reference]:
    for index, entry in enumerate(elements(at(body, *start))):
        if isinstance(entry, str) and entry and not (inline and is_inline(entry)):
            yield Reference(role, entry, (*start, index), (*start, index))


def _with_path(body: Mapping[str, Any], role: Role, key: str) -> Iterator[Reference]:
    for index, entry in enumerate(elements(body.get(key))):
        path = word(at(entry, "path"))
        if path:
            yield Reference(role, path, (key, index, "path"), (key, index))
