"""YAML and JSON text as plain values that know their lines.

Scalars are read as Kubernetes reads them (sigs.k8s.io/yaml over go-yaml v2, which is YAML 1.1 with changes): plain
`yes/no/on/off/y/n` are booleans, `017` is octal, base-60 numbers do not exist. Timestamps, `.inf` and `.nan` stay text,
because nothing later on (JSON, Rego) knows them. A mapping key is always its text as written. A value with an unknown
tag is text, and nothing is ever constructed from one. A merge (`<<`) replaces what the mapping holds before it and is
replaced by what comes after it; in YAML's own description the keys of the mapping would always win. What is reached
through an alias has, for the key or list element that holds the alias, the position of the alias; everything inside has
the position of the anchor's definition, and so has a key that came in through a merge. Documents without content are
left out, and several JSON values in a row are several documents. Values reached through aliases are shared: treat every
value as read-only.
"""

import re
from collections.abc import Iterator
from itertools import pairwise

from scanner.yaml_source.json_text import read_json
from scanner.yaml_source.positions import Document, Source, SourceError
from scanner.yaml_source.yaml_text import read_yaml

__all__ = ["Document", "SourceError", "load_documents", "load_documents_leniently"]

_DOCUMENT_START = re.compile(r"^---(?=[ \t\r\n]|\Z)", re.MULTILINE)
_DIRECTIVE = re.compile(r"^%", re.MULTILINE)


def load_documents(text: str, path: str, first_line: int = 1) -> list[Document]:
    """Every document of a YAML or JSON text. Raises `SourceError` with the place of what cannot be read.

    `first_line` is the line of the file at which `text` starts (front matter inside another file).
    """
    source = Source(text.removeprefix("\ufeff"), path, first_line)
    if path.endswith(".json"):
        return read_json(source)
    if source.text.lstrip()[:1] in ("{", "["):
        try:
            return read_json(source)
        except SourceError:
            return list(read_yaml(source))  # `{a: 1}` is YAML, not JSON
    return list(read_yaml(source))


def load_documents_leniently(text: str, path: str, first_line: int = 1) -> tuple[list[Document], list[SourceError]]:
    """The readable documents of a text, and an error for each of the others."""
    try:
        return load_documents(text, path, first_line), []
    except SourceError as error:
        if path.endswith(".json"):
            return [], [error]
    source = Source(text.removeprefix("\ufeff"), path, first_line)
    documents: list[Document] = []
    errors: list[SourceError] = []
    for start, end in _chunks(source.text):
        read_before = source.values_read
        try:
            documents.extend(read_yaml(source, start, end))
        except SourceError as error:
            errors.append(error)
            source.values_read = read_before  # what failed does not count against the documents after it
    return documents, errors


def _chunks(text: str) -> Iterator[tuple[int, int]]:
    """The text cut before each `---` at the start of a line, which ends a document wherever it stands."""
    cuts = [0, *(match.start() for match in _DOCUMENT_START.finditer(text) if match.start()), len(text)]
    start = 0
    for begin, end in pairwise(cuts):
        if end < len(text) and not text.startswith("---", begin) and _DIRECTIVE.search(text, begin, end):
            continue  # directives belong to the document after them
        yield start, end
        start = end
