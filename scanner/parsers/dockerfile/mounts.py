"""What `RUN --mount=` lends to a command: secrets, caches, and files of stages, images and the build context."""

import csv
from collections.abc import Callable
from typing import Any

from scanner.core.values import Unresolved

TYPES = ("bind", "cache", "tmpfs", "secret", "ssh")
_NAMES = {"src": "source", "dst": "target", "destination": "target"}
_SWITCHES = ("readonly", "ro", "readwrite", "rw", "required")
_KEYS = frozenset(
    ["type", "from", "source", "target", "id", "sharing", "mode", "uid", "gid", "env", "size", *_SWITCHES]
)


class MountError(Exception):
    """A mount that BuildKit refuses; `str()` says why."""


def mount(written: str, expand: Callable[[str], str | Unresolved]) -> dict[str, Any]:
    """The parts of one `--mount=` by BuildKit's names. Raises `MountError`."""
    try:
        fields = next(csv.reader([written]), [])
    except csv.Error as error:
        raise MountError("--mount cannot be read") from error
    found: dict[str, Any] = {"type": "bind"}
    for field in fields:
        key, separator, value = field.partition("=")
        name = _NAMES.get(key.strip().lower(), key.strip().lower())
        if name not in _KEYS:
            raise MountError(
                f"--mount knows no {name[:20]}" if name.isalpha() else "--mount has a part that is no name=value"
            )
        if not separator:
            if name not in _SWITCHES:
                raise MountError(f"{name} of --mount needs a value")
            found[name] = True
            continue
        found[name] = expand(value)
    if isinstance(found["type"], str):
        found["type"] = found["type"].lower()
        if found["type"] not in TYPES:
            raise MountError("--mount takes one of the types bind, cache, tmpfs, secret and ssh")
    if found["type"] == "secret" and "id" not in found:
        path = found.get("source", found.get("target"))
        if path is None:
            raise MountError("a secret mount needs an id, a source or a target")
        found["id"] = path if isinstance(path, Unresolved) else str(path).rpartition("/")[2]
    return found
