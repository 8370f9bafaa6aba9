"""The one shape that every kind of manifest is brought into, with the written place of each attribute."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from posixpath import basename, dirname, splitext
from typing import Any

from scanner.core.location import Location
from scanner.core.notification import Level, Notification
from scanner.core.resource import Resource, SourceFile
from scanner.core.values import AttributePath

FORMAT = "model"
_LONGEST_MESSAGE = 1000

_FORMATS = {
    **dict.fromkeys((".pkl", ".pickle", ".joblib", ".dill", ".pt", ".pth", ".ckpt"), "pickle"),
    **dict.fromkeys((".keras", ".h5"), "keras"),
    ".safetensors": "safetensors",
    ".gguf": "gguf",
    ".onnx": "onnx",
}
# OpenVINO, CTranslate2, fastText and ggml call their weights .bin as well; these names PyTorch alone gives.
_TORCH_BIN = re.compile(
    r"(.*pytorch.*|adapter_model.*|(training_args|optimizer|scheduler|scaler).*|.*(rng|random)_states?.*"
    r"|.*lora.*|learned_embeds.*|.*-\d{5}-of-\d{5})\.bin",
    re.IGNORECASE,
)


@dataclass
class Draft:
    """One model while its manifest is read.

    `written` is the position of everything in the file by its own path there; `origins` says for a path of the
    normalised attributes at which path of the file it is written, `places` gives a location outright.
    """

    path: str
    source: str
    location: Location
    written: Mapping[AttributePath, Location]
    attributes: dict[str, Any] = field(default_factory=dict)
    origins: dict[AttributePath, AttributePath] = field(default_factory=dict)
    places: dict[AttributePath, Location] = field(default_factory=dict)
    artifacts: list[tuple[dict[str, Any], AttributePath]] = field(default_factory=list)
    notifications: list[Notification] = field(default_factory=list)
    _artifact_places: set[str] = field(default_factory=set)

    def put(self, path: AttributePath, value: Any, origin: AttributePath) -> None:
        """Set the attribute at `path`, written at `origin`; what is empty counts as not written, and the first wins."""
        value = pruned(value)
        if is_empty(value):
            return
        *outer, last = path
        holder: Any = self.attributes
        for step in outer:
            holder = holder.setdefault(step, {})
            if not isinstance(holder, dict):
                return
        if last not in holder:
            holder[last] = value
            self.origins[path] = origin
        elif isinstance(holder[last], dict) and isinstance(value, dict):
            for key, inner in value.items():
                self.put((*path, key), inner, (*origin, key))

    def add_artifact(self, attributes: Mapping[str, Any], origin: AttributePath) -> None:
        """Add a file of the model, once for each path; its ending says the format better than a word does."""
        artifact = {key: value for key, value in attributes.items() if not is_empty(value)}
        where = artifact.get("path", artifact.get("uri"))
        if not isinstance(where, str) or where in self._artifact_places:
            return
        self._artifact_places.add(where)
        known = format_of(where)
        stated = artifact.get("format")
        if known and stated not in (None, known):
            self.error(f"the format of this artifact is {known} by its name; correct its format or its name", origin)
        if known:
            artifact["format"] = known
        self.artifacts.append((artifact, origin))

    def error(self, message: str, origin: AttributePath) -> None:
        """Tell that what is written at `origin` could not be read."""
        self.notifications.append(problem(message, nearest(self.written, origin, self.location)))

    def resources(self, taken: dict[tuple[str, str], int]) -> Iterator[Resource]:
        """The model and its artifacts; `taken` counts the addresses of each file so far."""
        name = self.attributes.get("name")
        shown = name if isinstance(name, str) else dirname(self.path).rpartition("/")[2] or "model"
        address = _free(self.path, f"{FORMAT}.{shown}[{self.source}]", taken)
        digests = sorted({str(each["digest"]) for each, _ in self.artifacts if "digest" in each})
        attributes = {"source": self.source, **self.attributes}
        if digests:
            attributes["artifact_digests"] = digests
        model = self._resource(address, "model", attributes, self.location, None, ())
        yield model
        for artifact, origin in self.artifacts:
            inner = _free(self.path, f"{address}/{artifact.get('path', artifact.get('uri'))}", taken)
            place = nearest(self.written, origin, self.location)
            yield self._resource(inner, "model_artifact", artifact, place, model.key, origin)

    def _resource(
        self,
        address: str,
        type_: str,
        attributes: Mapping[str, Any],
        location: Location,
        parent: str | None,
        origin: AttributePath,
    ) -> Resource:
        if parent is None:
            lines = WrittenLines(attributes, self.written, self.origins, self.places)
        else:
            lines = WrittenLines(attributes, self.written, {(key,): (*origin, key) for key in attributes}, {})
        return Resource(address, type_, FORMAT, attributes, location, lines, parent, self.path)


@dataclass(frozen=True)
class Manifest:
    """What one file, or the files of one folder, held: models, what could not be read, and literal secrets.

    `resources` are other things than models, `files` the paths (relative to the repository root) of files to look into
    because they are named here. Files that the drafts list as artifacts need not be repeated. `digests` are pairs of
    such a path and of a digest that it needs beside SHA-256: `blake3`, or `sha256:0:1000` for a part of the file.
    `source_files` are the texts that were read beside the claimed files.
    """

    drafts: tuple[Draft, ...] = ()
    notifications: tuple[Notification, ...] = ()
    secrets: frozenset[str] = frozenset()
    resources: tuple[Resource, ...] = ()
    files: frozenset[str] = frozenset()
    digests: frozenset[tuple[str, str]] = frozenset()
    source_files: tuple[SourceFile, ...] = ()


class WrittenLines(Mapping[AttributePath, Location]):
    """The position of every attribute that is written somewhere, looked up when asked for."""

    def __init__(
        self,
        attributes: Mapping[str, Any],
        written: Mapping[AttributePath, Location],
        origins: Mapping[AttributePath, AttributePath],
        places: Mapping[AttributePath, Location],
    ) -> None:
        self._attributes, self._written, self._origins, self._places = attributes, written, origins, places

    def __getitem__(self, path: AttributePath) -> Location:
        if path in self._places:
            return self._places[path]
        for length in range(len(path), 0, -1):
            origin = self._origins.get(path[:length])
            if origin is not None:
                return self._written[(*origin, *path[length:])]
        raise KeyError(path)

    def __iter__(self) -> Iterator[AttributePath]:
        return (path for path in _paths(self._attributes, ()) if self.get(path) is not None)

    def __len__(self) -> int:
        return sum(1 for _ in self)


def problem(message: str, location: Location | None = None) -> Notification:
    """An error of this parser; what it quotes of a hostile file may be of any length."""
    shown = message if len(message) <= _LONGEST_MESSAGE else f"{message[:_LONGEST_MESSAGE]}…"
    return Notification(Level.ERROR, shown, "parser", location)


def nearest(written: Mapping[AttributePath, Location], path: AttributePath, otherwise: Location) -> Location:
    """Where `path` is written, or the nearest thing around it."""
    for length in range(len(path), 0, -1):
        found = written.get(path[:length])
        if found is not None:
            return found
    return otherwise


def format_of(where: str) -> str | None:
    """The format of a model file by the ending of its path or URI; .bin says something only after some names."""
    path = where.partition("?")[0]
    if _TORCH_BIN.fullmatch(basename(path)):
        return "pickle"
    return _FORMATS.get(splitext(path)[1].lower())


def pruned(value: Any) -> Any:
    """`value` without the keys that hold null."""
    if isinstance(value, dict):
        return {key: pruned(inner) for key, inner in value.items() if inner is not None}
    if isinstance(value, list):
        return [pruned(inner) for inner in value]
    return value


def is_empty(value: Any) -> bool:
    """Whether nothing is said: null, an empty text, list or mapping."""
    return value is None or value in ("", [], {})


def _free(path: str, address: str, taken: dict[tuple[str, str], int]) -> str:
    """`address`, with a number when the file has it already."""
    key = (path, address)
    taken[key] = taken.get(key, 0) + 1
    return address if taken[key] == 1 else _free(path, f"{address}#{taken[key]}", taken)


def _paths(value: Any, prefix: AttributePath) -> Iterator[AttributePath]:
    steps = value.items() if isinstance(value, Mapping) else enumerate(value) if isinstance(value, list) else ()
    for step, inner in steps:
        yield (*prefix, step)
        yield from _paths(inner, (*prefix, step))
