"""Resource descriptors, the one way in which in-toto names things: a URI or name, with digests by algorithm."""

from collections.abc import Iterator, Mapping
from typing import Any

from scanner.core.values import AttributePath

_PREFERRED = ("sha256", "sha512", "sha384", "gitCommit", "sha3_256", "blake2b")


def digests_of(descriptor: Mapping[str, Any]) -> list[str]:
    """The digests as `sha256:…`, those that others are most likely to state first; what is no text is left out."""
    written = descriptor.get("digest")
    found = {
        algorithm: f"{algorithm}:{value.strip().lower()}"
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
    return [described(entry) for entry, _ in entries(value, ())]


def entries(value: Any, at: AttributePath) -> Iterator[tuple[Mapping[str, Any], AttributePath]]:
    """The objects in a list, each with its path."""
    for index, entry in enumerate(value if isinstance(value, list) else ()):
        if isinstance(entry, Mapping):
            yield entry, (*at, index)


def part(value: Mapping[str, Any], *path: str) -> Mapping[str, Any]:
    """The object at the path, empty where there is none."""
    for step in path:
        inner = value.get(step)
        value = inner if isinstance(inner, Mapping) else {}
    return value


def text(value: Any) -> str | None:
    """The value where it is a text."""
    return value if isinstance(value, str) else None


def texts(value: Any) -> list[str]:
    """The texts in a list."""
    return [each for each in value if isinstance(each, str)] if isinstance(value, list) else []
