"""The `.manifest` of an OPA bundle: what the bundle owns, which revision it is and which Rego it is written in."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import combinations
from typing import Any

from scanner.bundle.errors import BundleError
from scanner.bundle.globs import glob_matches
from scanner.bundle.roots import overlap
from scanner.core.location import Location
from scanner.core.suggestions import closest
from scanner.core.values import AttributePath
from scanner.yaml_source import Document, SourceError
from scanner.yaml_source.json_text import read_json
from scanner.yaml_source.positions import Source as Text

_KEYS = ("revision", "roots", "wasm", "rego_version", "file_rego_versions", "metadata")
_VERSIONS = (0, 1)


@dataclass(frozen=True)
class Manifest:
    """`roots` are paths with `/` of what the bundle owns below `data`; `("",)` is everything.

    `rego_version` is 0 or 1, and `file_rego_versions` has it for patterns of paths. `unknown` are the keys nobody
    knows, each with its place; `wasm` is where the manifest speaks of WebAssembly.
    """

    location: Location
    roots: tuple[str, ...] = ("",)
    revision: str = ""
    metadata: Mapping[str, Any] = field(default_factory=dict)
    rego_version: int | None = None
    file_rego_versions: Mapping[str, int] = field(default_factory=dict)
    unknown: tuple[tuple[str, Location], ...] = ()
    wasm: Location | None = None
    names_roots: bool = False

    def version_of(self, path: str) -> int | None:
        """The version of Rego that the manifest says the file is in, if it says one. `path` is within the bundle."""
        for pattern in sorted(self.file_rego_versions):
            if glob_matches(pattern, f"/{path}") or glob_matches(pattern, path):
                return self.file_rego_versions[pattern]
        return self.rego_version


def parse_manifest(content: bytes, path: str) -> Manifest:
    """The manifest in `content`. Raises `BundleError` at the line of what OPA would not take, or not take so."""
    try:
        documents = read_json(Text(content.decode().removeprefix("\ufeff"), path, 1))
    except UnicodeDecodeError:
        raise BundleError("cannot be read: it is not UTF-8 text", Location(path, 1)) from None
    except SourceError as error:
        raise BundleError(error.message, error.location) from None
    if len(documents) != 1 or not isinstance(documents[0].value, dict):
        raise BundleError("a manifest is one JSON object", Location(path, 1))
    return _Reading(documents[0], path).manifest()


@dataclass(frozen=True)
class _Reading:
    document: Document
    path: str

    def manifest(self) -> Manifest:
        value: Mapping[str, Any] = self.document.value
        for name, where in self.document.duplicate_keys:
            raise BundleError(f"{name} is written twice", where)
        for key in value:
            if key not in _KEYS and key.lower() in _KEYS:
                raise BundleError(f"{key!r} is written {key.lower()!r}", self._at(key))
        return Manifest(
            location=Location(self.path, 1),
            roots=self._roots(),
            revision=self._of_type("revision", str, "a text") or "",
            metadata=self._of_type("metadata", dict, "an object") or {},
            rego_version=self._version("rego_version") if value.get("rego_version") is not None else None,
            file_rego_versions={
                pattern: self._version("file_rego_versions", pattern)
                for pattern in self._of_type("file_rego_versions", dict, "an object") or {}
            },
            unknown=tuple((f"{key!r}{closest([key], _KEYS)}", self._at(key)) for key in value if key not in _KEYS),
            wasm=self._at("wasm") if self._of_type("wasm", list, "a list") else None,
            names_roots=value.get("roots") is not None,
        )

    def _at(self, *path: str | int) -> Location:
        return self.document.locations.get(path, Location(self.path, 1))

    def _of_type(self, key: str, kind: type, noun: str) -> Any:
        value = self.document.value.get(key)
        if value is not None and not isinstance(value, kind):
            raise BundleError(f"{key} is {noun}", self._at(key))
        return value

    def _version(self, *path: str) -> int:
        value = self.document.value
        for step in path:
            value = value[step]
        if isinstance(value, bool) or value not in _VERSIONS:
            raise BundleError(f"a version of Rego is 0 or 1, not {value!r}", self._at(*path))
        return int(value)

    def _roots(self) -> tuple[str, ...]:
        roots = self._of_type("roots", list, "a list of paths")
        if roots is None:
            return ("",)
        found: list[tuple[str, AttributePath]] = []
        for number, root in enumerate(roots):
            if not isinstance(root, str):
                raise BundleError("a root is a path such as acme/rules", self._at("roots", number))
            plain = root.strip("/")
            if plain and "" in plain.split("/"):
                raise BundleError(f"the root {root!r} has an empty name in it", self._at("roots", number))
            found.append((plain, ("roots", number)))
        for (one, _), (other, place) in combinations(found, 2):
            if overlap(one, other):
                raise BundleError(f"the roots {one!r} and {other!r} overlap; keep the wider one", self._at(*place))
        return tuple(root for root, _ in found)
