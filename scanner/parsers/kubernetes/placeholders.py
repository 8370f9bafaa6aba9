"""Placeholders of templates that their operator fills in from the object: `{{.Name}}` and its like."""

import re
from collections.abc import Callable, Mapping
from typing import Any

from scanner.parsers.kubernetes.manifests import Manifest
from scanner.parsers.kubernetes.reading import at, mapping, word

_ACTION = re.compile(r"\{\{-?[ \t]*(?:(\.[\w.]+)|index[ \t]+(\.[\w.]+)[ \t]+\"([^\"{}]+)\")[ \t]*-?\}\}")
_METADATA = {"Name": "name", "Namespace": "namespace", "Labels": "labels", "Annotations": "annotations"}


def of_metadata(manifest: Manifest) -> Callable[[str], str]:
    """Fills in what KServe takes from an InferenceService's metadata; other placeholders stay."""
    return _filling(_metadata(manifest))


def of_language_model(manifest: Manifest) -> Callable[[str], str]:
    """Fills in what KServe takes from an LLMInferenceService."""
    own = _metadata(manifest)
    model = mapping(at(manifest.body, "spec", "model"))
    # Without a name of its own the model is called like the service.
    spec = {"Model": {"Name": word(model.get("name")) or manifest.name, "URI": word(model.get("uri"))}}
    return _filling({**own, "ObjectMeta": own, "Spec": spec})


def _metadata(manifest: Manifest) -> dict[str, Any]:
    written = mapping(manifest.body.get("metadata"))
    found = {name: written.get(key) for name, key in _METADATA.items()}
    return {**found, "Namespace": manifest.namespace}


def _filling(values: Mapping[str, Any]) -> Callable[[str], str]:
    def change(text: str) -> str:
        return _ACTION.sub(value, text) if "{{" in text else text

    def value(match: re.Match[str]) -> str:
        path = (match[1] or match[2]).strip(".").split(".")
        found = at(values, *path, *([match[3]] if match[3] else []))
        return word(found) or match[0]

    return change
