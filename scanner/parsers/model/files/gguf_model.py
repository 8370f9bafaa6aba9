"""What a GGUF file says about its model, as a manifest: name, version, licence, the models and data it is made of."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from scanner.core.location import Location
from scanner.core.resource import Resource
from scanner.parsers.model.draft import FORMAT, Draft

_HUB = "https://huggingface.co/"
_LARGEST_COUNT = 32


def gguf_resources(
    path: str, metadata: Mapping[str, Any], templates: list[dict[str, str]], digest: object
) -> Iterator[Resource]:
    """The model, the file as its artifact, and a `chat_template` for each; all stand at line 1, having no lines."""
    where = Location(path, 1)
    draft = Draft(path, "gguf", where, {})
    draft.put(("name",), metadata.get("general.name"), ())
    draft.put(("version",), metadata.get("general.version"), ())
    draft.put(("license",), metadata.get("general.license"), ())
    draft.put(("owner",), metadata.get("general.organization", metadata.get("general.author")), ())
    draft.put(("architecture",), metadata.get("general.architecture"), ())
    draft.put(("uri",), metadata.get("general.source.repo_url", metadata.get("general.source.url")), ())
    relation = "quantized" if "general.quantized_by" in metadata else None
    draft.put(("base_model",), [{**each, "relation": relation} for each in _sources(metadata, "base_model")], ())
    draft.put(("datasets",), list(_sources(metadata, "dataset")), ())
    artifact = {"path": path.rpartition("/")[2], "format": "gguf"}
    if isinstance(digest, str):
        artifact["digest"] = digest
    draft.add_artifact(artifact, ())
    yield from draft.resources({})
    for template in templates:
        address = f"chat_template.{path}" + ("" if template["name"] == "default" else f"#{template['name']}")
        attributes = {"path": path, "source": "gguf", **template}
        yield Resource(address, "chat_template", FORMAT, attributes, where, origin=path)


def _sources(metadata: Mapping[str, Any], kind: str) -> Iterator[dict[str, Any]]:
    """What `general.base_model.0.…` and the like list; a repository on the Hub is named as the Hub names it."""
    count = metadata.get(f"general.{kind}.count", 0)
    for index in range(min(count, _LARGEST_COUNT) if type(count) is int else 0):
        start = f"general.{kind}.{index}."
        written = {key[len(start) :]: value for key, value in metadata.items() if key.startswith(start)}
        address = written.get("repo_url", written.get("url"))
        name = written.get("name")
        if isinstance(address, str) and re.fullmatch(re.escape(_HUB) + r"(datasets/)?[^/]+/[^/]+/?", address):
            name = address[len(_HUB) :].removeprefix("datasets/").rstrip("/")
        yield {"name": name, "revision": written.get("version"), "uri": address}
