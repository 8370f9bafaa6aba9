"""The literal secrets that Kubernetes objects hold, so that no report shows them."""

import base64
import binascii
import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import takewhile
from typing import Any

from scanner.core.secrets import looks_secret, secret_values
from scanner.core.values import leaves
from scanner.parsers.kubernetes.manifests import Manifest
from scanner.parsers.kubernetes.reading import at, elements, mapping, word
from scanner.yaml_source import load_documents_leniently

_APPLIED = "kubectl.kubernetes.io/last-applied-configuration"
_EVERYWHERE = re.compile(r"[0-9]{1,5}|true|false|null|none|yes|no", re.IGNORECASE)
_RESTRICTION = re.compile(r"--(http-restricted-api|grpc-restricted-protocol)")
_SEVERAL_KEYS = re.compile(r"--api[-_]keys?")
_SHORTEST_KEY = 8
_VARIABLE = re.compile(r"[A-Z][A-Z0-9]*(_[A-Z0-9]+)+")
_SHORTEST_LINE = 12  # a shorter line of a longer secret is as likely to be ordinary text


def secrets_of(manifest: Manifest) -> Iterator[str]:
    """The secrets of an object: by the object's kind, by their names, or by their form."""
    if manifest.kind == "CustomResourceDefinition":
        return  # a schema, and a long one
    yield from secret_values(manifest.body)
    if manifest.kind.lower() == "secret":  # in lower case it is no Secret, but it holds what one would hold
        yield from _of_secret(manifest.body)
    elif manifest.kind in ("Kustomization", "Component"):
        for generator in elements(manifest.body.get("secretGenerator")):
            for literal in elements(at(generator, "literals")):
                yield from _with_lines((word(literal) or "").partition("=")[2])
    elif manifest.kind == "RayService":
        nested, _ = load_documents_leniently(word(at(manifest.body, "spec", "serveConfigV2")) or "", "serveConfigV2")
        for document in nested:
            yield from secret_values(mapping(document.value))


def secrets_of_arguments(words: Sequence[Any]) -> Iterator[str]:
    """The values of options such as `--api-key`, written as one word or as more."""
    for index, each in enumerate(words):
        if not isinstance(each, str) or not each.startswith("-"):
            continue
        option, has_value, value = each.partition("=")
        following = [value] if has_value else words[index + 1 : index + 2]
        if _RESTRICTION.fullmatch(option):
            # Triton: `model-repository,trace:header=value`
            yield from (found.rpartition("=")[2] for found in following if isinstance(found, str) and "=" in found)
        elif looks_secret(option):
            yield from (found for found in following if isinstance(found, str) and not found.startswith("-"))
        if _SEVERAL_KEYS.fullmatch(option):
            yield from takewhile(_is_key, words[index + (1 if has_value else 2) :])


def without_names(secrets: Iterable[str], manifests: Iterable[Manifest]) -> frozenset[str]:
    """The secrets less those that are names: of an object of the release, or of a variable for a credential.

    `{name: TLS_SECRET, value: server-tls}` says which Secret it is, and a report that masked it would say nothing.
    """
    names: set[str] = set()
    for manifest in manifests:
        names.add(manifest.name or "")
        made = at(manifest.body, "spec", "secretName") if manifest.kind == "Certificate" else None
        names.add(word(made) or "")
    return frozenset(
        each for each in secrets if each not in names and not (_VARIABLE.fullmatch(each) and looks_secret(each))
    )


def _is_key(word: Any) -> bool:
    """Whether a word behind a key may be another key, and is no path or name of a model."""
    return isinstance(word, str) and len(word) >= _SHORTEST_KEY and re.fullmatch(r"[\w+=.][\w+=.-]*", word) is not None


def _of_secret(body: Mapping[str, Any]) -> Iterator[str]:
    for _, value in leaves(body.get("stringData")):
        yield from _with_lines(word(value) or "")
    for _, value in leaves(body.get("data")):
        encoded = word(value) or ""
        yield from _with_lines(encoded)
        try:
            yield from _with_lines(base64.b64decode("".join(encoded.split()), validate=True).decode())
        except (binascii.Error, ValueError):
            continue  # not base64, or not text: nobody could write it into a report in another form
    applied = at(body, "metadata", "annotations", _APPLIED)
    if isinstance(applied, str):
        yield applied
        try:
            copy = json.loads(applied)
        except (ValueError, RecursionError):
            return
        if _APPLIED not in mapping(at(copy, "metadata", "annotations")):
            yield from _of_secret(mapping(copy))


def _with_lines(value: str) -> Iterator[str]:
    """The value, and its longer lines: a report may quote one of them.

    Words and numbers that stand everywhere are left out, for masking them would hide nothing and spoil a report.
    """
    if value.strip() and not _EVERYWHERE.fullmatch(value.strip()):
        yield value
        lines = [line.strip() for line in value.splitlines()]
        yield from (line for line in lines if len(line) >= _SHORTEST_LINE)
