"""Resource descriptors, the one way in which in-toto names things: a URI or name, with digests by algorithm."""

from collections.abc import Mapping
from typing import Any

from scanner.parsers.model.reading import entries, text

_PREFERRED = ("sha256", "sha512", "sha384", "gitCommit", "sha3_256", "blake2b")


def digests_of(descriptor: Mapping[str, Any]) -> list[str]:
    """The digests as `sha256:…`, spelt as in all manifests; those that others are most likely to state come first."""
    written = descriptor.get("digest")
    found = {
        algorithm: f"{algorithm.replace('_', '-')}:{value.strip().lower()}"
        for algorithm, value in (written.items() if isinstance(written, Mapping) else ())
        if isinstance(value, str) and value.strip()
    }
    order = sorted(found, key=lambda name: (_PREFERRED.index(name) if name in _PREFERRED else len(_PREFERRED), name))
    return [found[name] for name in order]


def described(descriptor: Mapping[str, Any]) -> dict[str, Any]:
    """`uri`, `name` and `digest` of a descriptor, as far as they are there."""
    digests = digests_of(descriptor)
    uri = text(descriptor.get("uri")) or text(descriptor.get("downloadLocation"))
    said = {"uri": uri, "name": text(descriptor.get("name")), "digest": digests[0] if digests else None}
    return {key: value for key, value in said.items() if value}


def descriptors(value: Any) -> list[dict[str, Any]]:
    """Every descriptor of a list."""
    return [described(entry) for entry, _ in entries(value)]
