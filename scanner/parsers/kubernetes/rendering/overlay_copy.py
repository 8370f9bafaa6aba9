"""A copy of what an overlay is made of, and of nothing else, for a program to work on."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from posixpath import relpath
from typing import Any

from scanner.core.values import AttributePath
from scanner.parsers.kubernetes.reading import at, mapping
from scanner.parsers.kubernetes.rendering.kustomization import Role
from scanner.parsers.kubernetes.rendering.overlay_files import Files
from scanner.parsers.kubernetes.rendering.overlay_graph import Reached

_LARGE = 64 << 10
_DEFINITION = b"CustomResourceDefinition"
_ANYTHING = {"openAPIV3Schema": {"type": "object", "x-kubernetes-preserve-unknown-fields": True}}


def write_copy(
    reached: Reached,
    without: Mapping[str, Sequence[AttributePath]],
    files: Files,
    folder: Path,
    *,
    schemas: bool = True,
) -> bool:
    """Write every file that the root reaches below `folder`, in its place in the repository.

    The Kustomizations of `without` are written without what these paths lead to. Without `schemas` those of large
    custom resource definitions are left out, which nobody judges and which cost kustomize seconds; says whether there
    were such. Raises `OSError`.
    """
    has_schemas = False
    links: dict[str, str] = {}
    for path, node in reached.nodes.items():
        taken_out = without.get(path, ())
        if taken_out:
            body = pruned(node.kustomization.body, taken_out)
            _write(folder / path, json.dumps(body, ensure_ascii=False).encode(errors="surrogatepass"))
        else:
            _write(folder / path, files.content(path))
        for step in node.steps:
            if not step.is_kustomization:
                content = files.content(step.target)
                short = None if schemas or step.reference.role is not Role.RESOURCES else _shortened(step.target, files)
                has_schemas = has_schemas or short is not None
                _write(folder / step.target, content if short is None else short)
            if step.link:
                links[step.link] = step.target.rpartition("/")[0] or "." if step.is_kustomization else step.target
    for link, target in sorted(links.items()):
        place = folder / link
        if not place.exists():
            place.parent.mkdir(parents=True, exist_ok=True)
            place.symlink_to(relpath(target, link.rpartition("/")[0] or "."))
    return has_schemas


def _shortened(path: str, files: Files) -> bytes | None:
    """The objects of a large file with custom resource definitions that allow everything, None for another file."""
    content = files.content(path)
    if len(content) < _LARGE or _DEFINITION not in content or files.errors(path):
        return None
    values = [_without_schemas(document.value) for document in files.documents(path)]
    return "\n---\n".join(json.dumps(value, ensure_ascii=False) for value in values).encode(errors="surrogatepass")


def _without_schemas(value: Any) -> Any:
    body = mapping(value)
    versions = at(body, "spec", "versions")
    if body.get("kind") != _DEFINITION.decode() or not isinstance(versions, list):
        return value
    short = [{**each, "schema": _ANYTHING} if isinstance(each, Mapping) else each for each in versions]
    return {**body, "spec": {**body["spec"], "versions": short}}


def pruned(body: Mapping[str, Any], paths: Sequence[AttributePath]) -> dict[str, Any]:
    """The body without what the paths lead to."""
    copy: dict[str, Any] = json.loads(json.dumps(body))
    for path in sorted(set(paths), key=lambda path: [str(step).zfill(9) for step in path], reverse=True):
        holder: Any = copy
        for step in path[:-1]:
            holder = holder[step]
        del holder[path[-1]]
    return copy


def _write(path: Path, content: bytes) -> None:
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
