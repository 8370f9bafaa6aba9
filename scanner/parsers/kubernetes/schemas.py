"""Takes the schemas out of the text of CustomResourceDefinitions, which are most of many repositories' YAML.

Nothing in a schema is judged, and reading one takes a hundred times as long as reading a workload.
"""

import re
from itertools import pairwise

_KIND = "CustomResourceDefinition"
_DOCUMENT_START = re.compile(r"^---(?=[ \t\r\n]|\Z)", re.MULTILINE)
# At the start of a line stands a key of the object: text in a block is indented, and so is what goes on.
_DEFINITION = re.compile(rf"^kind:[ \t]*[\"']?{_KIND}[\"']?[ \t]*\r?$", re.MULTILINE)
_GROUP = re.compile(r"^apiVersion:[ \t]*[\"']?apiextensions\.k8s\.io/", re.MULTILINE)
_SPEC = re.compile(r"^spec:[ \t]*\r?\n((?:[ \t]+\S.*(?:\n|\Z)|[ \t]*\r?\n)+)(?=[A-Za-z#]|---|\.\.\.|\Z)", re.MULTILINE)
_LARGE = 4096


def without_schemas(text: str) -> str:
    """The text with blank lines for the `spec` of every large definition; every other line stays where it is."""
    if _KIND not in text or len(text) < _LARGE:
        return text
    starts = [0, *(match.start() for match in _DOCUMENT_START.finditer(text)), len(text)]
    return "".join(_blanked(text[start:end]) for start, end in pairwise(starts))


def _blanked(document: str) -> str:
    if len(document) < _LARGE or not (_DEFINITION.search(document) and _GROUP.search(document)):
        return document
    found = list(_SPEC.finditer(document))
    if len(found) != 1 or ("{{" in document and (".Values" in document or ".Release" in document)):
        return document
    start, end = found[0].span(1)
    return document[:start] + "\n" * document.count("\n", start, end) + document[end:]
