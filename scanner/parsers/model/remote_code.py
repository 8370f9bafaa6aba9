"""Hugging Face configurations that name code: `auto_map` makes a loader run Python that comes with the model."""

from pathlib import PurePosixPath
from typing import Any

from scanner.core.resource import Resource, SourceFile
from scanner.parsers.model.draft import FORMAT, Manifest, problem
from scanner.yaml_source import SourceError, load_documents

_NAMES = ("config.json", "tokenizer_config.json")
_WHOLE_HEAD = 64 << 10


def claims_code(path: str, head: bytes) -> bool:
    """Whether the file holds, or after its head may hold, an `auto_map`."""
    if PurePosixPath(path).name not in _NAMES:
        return False
    return b'"auto_map"' in head or (len(head) >= _WHOLE_HEAD and head.lstrip()[:1] == b"{")


def read_code(file: SourceFile) -> Manifest:
    """The code that the configuration names, if it does."""
    try:
        documents = load_documents(file.text, file.path)
    except SourceError as error:
        return Manifest((), (problem(error.message, error.location),))
    document = documents[0] if documents else None
    auto_map = document.value.get("auto_map") if document and isinstance(document.value, dict) else None
    if document is None or not auto_map:
        return Manifest()
    code = Resource(
        address=f"model_code.{file.path}",
        type="model_code",
        format=FORMAT,
        attributes={"path": file.path, "auto_map": auto_map, "remote": _is_remote(auto_map)},
        location=document.locations.get(("auto_map",), document.location),
        attribute_locations=document.locations,
        origin=file.path,
    )
    return Manifest(resources=(code,))


def _is_remote(value: Any) -> bool:
    """Whether a class is taken from another repository: `owner/repository--module.Class`."""
    if isinstance(value, dict):
        return any(map(_is_remote, value.values()))
    if isinstance(value, list):
        return any(map(_is_remote, value))
    return isinstance(value, str) and "--" in value
