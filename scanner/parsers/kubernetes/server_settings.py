"""The configuration file of a model server as a mapping: YAML, JSON, or `key=value` lines."""

from collections.abc import Mapping
from posixpath import basename
from typing import Any

from scanner.yaml_source import load_documents_leniently


def parsed(path: str, text: str | None) -> Mapping[str, Any] | None:
    """The settings in the text, None when they cannot be read; keys are those of the file, with dashes beside them."""
    if text is None:
        return None
    if basename(path).rpartition(".")[2].lower() in ("yaml", "yml", "json"):
        documents, errors = load_documents_leniently(text, path)
        if errors or len(documents) != 1 or not isinstance(documents[0].value, Mapping):
            return None
        found = {str(key): value for key, value in documents[0].value.items()}
        return {key.replace("_", "-"): value for key, value in found.items()} | found
    return dict(_properties(text))


def _properties(text: str) -> list[tuple[str, str]]:
    lines = text.replace("\r\n", "\n").replace("\\\n", "").split("\n")
    pairs = [line.strip().partition("=") for line in lines if not line.strip().startswith(("#", "!"))]
    return [(name.strip(), value.strip()) for name, equals, value in pairs if equals]
