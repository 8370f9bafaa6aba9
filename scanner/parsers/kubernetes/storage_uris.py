"""What a storage URI of a model says: the scheme, whose bucket, claim or repository, the path and the revision."""

import re
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import parse_qs, urlsplit

from scanner.core.values import AttributePath, Unresolved
from scanner.parsers.kubernetes.reading import at, elements, filled

_HUB = re.compile(r"([\w.-]+/[\w.-]+?)(?:[:@]([^/?#]+))?")
_BUCKETS = frozenset({"s3", "s3a", "gs", "gcs", "r2", "oss", "obs", "cos", "swift"})
_DEEPEST_GRAPH = 50
_BLOB = re.compile(r"[^.]+\.blob\.core\.windows\.net", re.IGNORECASE)


def parse_storage(uri: Any, revision: Any = None) -> dict[str, Any]:
    """`{uri, scheme, bucket | claim | repository | host, path, revision}` as far as each is written.

    A URI that is not known stays as it is, alone. `revision` is one that is given beside the URI.
    """
    known = filled(uri) if isinstance(uri, str) else uri
    if not isinstance(known, str):
        return {"uri": known} if isinstance(known, Unresolved) else {}
    found = {"uri": known, **_parts(known)}
    if revision is not None and not found.get("revision"):
        found["revision"] = revision
    return {name: value for name, value in found.items() if value != ""}


def more_uris(type_: str, body: Mapping[str, Any], spec: AttributePath) -> Iterator[tuple[Any, AttributePath]]:
    """The URIs beside that of a component's own model: the parts of Seldon's graph, a language model's adapters."""
    if type_ == "SeldonDeployment":
        yield from _of_graph(at(body, *spec[:3], "graph"), (*spec[:3], "graph"), _DEEPEST_GRAPH)
    elif type_.startswith("LLMInferenceService"):
        place: AttributePath = ("spec", "model", "lora", "adapters")
        for index, adapter in enumerate(elements(at(body, *place))):
            yield at(adapter, "uri"), (*place, index, "uri")


def _of_graph(unit: Any, place: AttributePath, depth: int) -> Iterator[tuple[Any, AttributePath]]:
    yield at(unit, "modelUri"), (*place, "modelUri")
    for index, child in enumerate(elements(at(unit, "children")) if depth else ()):
        yield from _of_graph(child, (*place, "children", index), depth - 1)


def _parts(uri: str) -> dict[str, Any]:
    scheme, separator, rest = uri.partition("://")
    scheme = scheme.lower()
    if not separator:
        match = _HUB.fullmatch(uri)
        if match and not uri.startswith((".", "/")):
            return {"scheme": "hf", "repository": match[1], "revision": match[2] or ""}
        return {"scheme": "file", "path": uri}
    rest, _, query = rest.partition("?")
    name, _, path = rest.partition("/")
    if scheme in _BUCKETS:
        version = parse_qs(query).get("versionId", parse_qs(query).get("generation", [""]))[0]
        return {"scheme": scheme, "bucket": name, "path": path, "revision": version}
    if scheme == "pvc":
        return {"scheme": scheme, "claim": name, "path": path}
    if scheme in ("hf", "modelscope"):
        match = _HUB.match(rest)
        if match is None:
            return {"scheme": scheme, "repository": rest}
        repository, _, revision = rest.replace("@", ":").partition(":")
        return {"scheme": scheme, "repository": repository, "revision": revision}
    if scheme.startswith("oci") or scheme == "docker":
        repository, _, digest = rest.partition("@")
        plain, colon, tag = repository.rpartition(":")
        if not colon or "/" in tag:
            plain, tag = repository, ""
        return {"scheme": scheme, "repository": plain, "revision": digest or tag}
    if scheme in ("abfs", "abfss", "wasb", "wasbs"):
        container, _, account = name.partition("@")
        return {"scheme": scheme, "bucket": container, "host": account, "path": path}
    return _web(uri, scheme, path)


def _web(uri: str, scheme: str, path: str) -> dict[str, Any]:
    try:
        parts = urlsplit(uri)
        host = parts.hostname or ""
    except ValueError:
        return {"scheme": scheme}
    if _BLOB.fullmatch(host):
        container, _, inside = path.partition("/")
        return {"scheme": scheme, "host": host, "bucket": container, "path": inside}
    return {"scheme": scheme, "host": host, "path": parts.path.lstrip("/")}
