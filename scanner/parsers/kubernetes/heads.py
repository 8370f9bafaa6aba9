"""Whether a text holds Kubernetes objects, seen from its keys alone: the text may be cut off, broken or a template."""

import re
from collections.abc import Iterator

HEAD_SIZE = 64 << 10

_MARKER = re.compile(rb"^---(?=[ \t\n]|\Z)[ \t]*((?:[&!][^\s{}\[\]]*+[ \t]*+)*)", re.MULTILINE)
# The first line of a document that is neither a comment nor a directive nor an action of a template.
_FIRST_LINE = re.compile(rb"^([ \t]*)(-[ \t]+)?(?!\{[{%])([^\s#%])", re.MULTILINE)
_KEY = rb"^(?:%s)(?:\?[ \t]+)?[\"']?(%s)[\"']?[ \t]*(?::[ \t]*+[\"']?+([^\s\"']*)|$)"
_KEYS = b"apiVersion|kind|metadata|spec|data|items"
_FLOW_TOKEN = re.compile(
    rb"\"[^\"\\]*+(?:\\.[^\"\\]*+)*\"|'[^']*+'|#[^\n]*+|[{}\[\]]|[^\s{}\[\],:\"'#][^{}\[\],:\n]*+", re.DOTALL
)
_FLOW_VALUE = re.compile(rb"\s*+:\s*+[\"']?+([^\s\"',}]*)")
_BILL_OF_MATERIALS = re.compile(rb"\"bomFormat\"\s*+:\s*+\"CycloneDX\"")
# What has the form of an object and belongs to another system: this project's own manifests, and the catalogue of
# Backstage, which names the owners of software and never reaches a cluster.
_OTHER_SYSTEM = re.compile(r"releasegate/|(?:[a-z0-9-]+\.)*backstage\.io/")

Keys = dict[bytes, bytes]
"""The keys of a mapping that matter, each with the beginning of its value."""


def is_of_other_system(api_version: str) -> bool:
    """Whether an object of this API is none of Kubernetes, although it has the form of one."""
    return _OTHER_SYSTEM.match(api_version) is not None


def holds_objects(text: bytes, *, is_cut_off: bool = False) -> bool:
    """Whether some document of the text, or some JSON value, has `apiVersion` and `kind` as its keys.

    Of a text that is cut off the end may have what its beginning lacks: it counts as long as nothing speaks against it.
    """
    text = _as_utf8(text)
    if b"apiVersion" not in text and not is_cut_off:
        return False
    text = text.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
    cuts = list(_MARKER.finditer(text))
    starts, ends = [0, *(cut.end() for cut in cuts)], [*(cut.start() for cut in cuts), len(text)]
    for start, end in zip(starts, ends, strict=True):
        is_open = is_cut_off and end == len(text)
        if any(_is_object(keys, is_open) for keys in _mappings(text[start:end], is_open)):
            return True
    # What follows the documents of the beginning is not to be seen.
    return is_cut_off and len(cuts) > 1


def _as_utf8(text: bytes) -> bytes:
    if text.startswith((b"\xff\xfe", b"\xfe\xff")):
        return text[: len(text) // 2 * 2].decode("utf-16", errors="replace").encode(errors="replace")
    return text.removeprefix(b"\xef\xbb\xbf")


def _is_object(keys: Keys, is_open: bool) -> bool:
    if is_of_other_system(keys.get(b"apiVersion", b"").decode(errors="replace")):
        return False
    return (b"apiVersion" in keys and b"kind" in keys) or (is_open and bool(keys))


def _mappings(document: bytes, is_open: bool) -> Iterator[Keys]:
    """The mappings that may be objects: the document, each of its JSON values, or each element of a list."""
    first = _FIRST_LINE.search(document)
    if first is None:
        yield dict.fromkeys((b"apiVersion", b"kind") if is_open else (), b"")  # nothing but comments so far
    elif first[3] in (b"{", b"[") and not first[2]:
        if not _BILL_OF_MATERIALS.search(document):
            yield from _flow_mappings(document[first.start(3) :])
    else:
        indents = re.escape(first[1])
        if first[2]:
            deeper = b" " * len(first[1] + first[2])
            indents = rb"%s%s|%s" % (indents, re.escape(first[2]), deeper)
        yield {key[1]: key[2] or b"" for key in re.finditer(_KEY % (indents, _KEYS), document, re.MULTILINE)}


def _flow_mappings(document: bytes) -> Iterator[Keys]:
    depth = 0
    keys: Keys = {}
    is_list = document.startswith(b"[")
    for token in _FLOW_TOKEN.finditer(document):
        text = token[0]
        if text in (b"{", b"["):
            depth += 1
        elif text in (b"}", b"]"):
            depth -= 1
            if depth == is_list:
                yield keys
                keys = {}
        elif depth == 1 + is_list and text.strip(b"\"' ") in (b"apiVersion", b"kind"):
            value = _FLOW_VALUE.match(document, token.end())
            if value:
                keys[text.strip(b"\"' ")] = value[1]
    yield keys  # of a mapping without an end
