"""OPA's rule of ownership: what a bundle defines lies below its roots, and no two bundles own the same."""

import json
import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from scanner.bundle.errors import BundleError, PolicyError
from scanner.core.location import Location
from scanner.core.values import AttributePath

_HEADER = re.compile(
    r"(?:\s|#[^\n]*(?:\n|\Z))*"  # comments and blank lines
    r"package\s+(?P<name>[A-Za-z_]\w*(?:\.[A-Za-z_]\w*|\[\"(?:[^\"\\\n]|\\.)*\"\])*)[ \t]*(?:[;#\r\n]|\Z)",
    re.ASCII,
)
_STEP = re.compile(r"[A-Za-z_]\w*|\"(?:[^\"\\\n]|\\.)*\"", re.ASCII)


def overlap(one: str, other: str) -> bool:
    """Whether one of two roots lies below the other, or is it."""
    return is_below(one, _parts(other)) or is_below(other, _parts(one))


def is_below(root: str, path: Sequence[str]) -> bool:
    """Whether the path lies below the root, or is it."""
    return root == "" or tuple(path[: root.count("/") + 1]) == _parts(root)


def _parts(root: str) -> tuple[str, ...]:
    return tuple(root.split("/"))


def package_of(text: str, path: str) -> tuple[tuple[str, ...], Location]:
    """The package of a Rego module, without `data`, and its place.

    Raises `PolicyError` for a text that does not begin with a package.
    """
    source = text.removeprefix("\ufeff")
    match = _HEADER.match(source)
    if match is None:
        raise PolicyError("a Rego module starts with its package", Location(path, 1))
    steps = (json.loads(each) if each.startswith('"') else each for each in _STEP.findall(match["name"]))
    return tuple(steps), Location(path, source.count("\n", 0, match.start("name")) + 1)


def check_module(roots: Sequence[str], text: str, path: str) -> None:
    """Raise `BundleError` for a module that the roots do not permit."""
    try:
        package, where = package_of(text, path)
    except PolicyError as error:
        raise BundleError(error.message, error.location) from None
    if not any(is_below(root, package) for root in roots):
        message = f"the package {'.'.join(package)} does not lie below {_named(roots)} of the bundle"
        raise BundleError(message, where)


def strays(roots: Sequence[str], folders: Sequence[str], value: Any) -> Iterator[AttributePath]:
    """The paths within one data document, which lies in these folders, that the roots do not permit."""
    waiting: list[tuple[AttributePath, Any]] = [((), value)]
    while waiting:
        path, each = waiting.pop()
        whole = (*folders, *map(str, path))
        if any(is_below(root, whole) for root in roots):
            continue
        leads_on = any(is_below("/".join(whole), _parts(root)) for root in roots)
        if isinstance(each, dict) and leads_on:
            waiting += [((*path, key), inner) for key, inner in each.items()]
        else:
            yield path


def reaches(data: Any, root: str) -> bool:
    """Whether a data document gives something at the root."""
    for part in _parts(root):
        if not isinstance(data, dict) or part not in data:
            return False
        data = data[part]
    return True


def check_ownership(owners: Iterable[tuple[str, Sequence[str], Location]]) -> None:
    """Raise `BundleError` where two bundles, each by name, roots and place, own the same."""
    known: list[tuple[str, str]] = []
    for name, roots, where in owners:
        for root in roots:
            for other, theirs in known:
                if overlap(root, theirs):
                    message = (
                        f"the bundles {other} and {name} both own {_path(max(root, theirs, key=len))} (roots "
                        f"{theirs!r} and {root!r}); give each roots of its own in .manifest, or use one of them"
                    )
                    raise BundleError(message, where)
        known += [(name, root) for root in roots]


def narrowest(paths: Iterable[Sequence[str]]) -> list[str]:
    """The roots that permit these packages and places of data, and as little else as can be; in order."""
    wanted = {"/".join(path) for path in paths}
    return sorted(
        root for root in wanted if not any(other != root and is_below(other, _parts(root)) for other in wanted)
    )


def _named(roots: Sequence[str]) -> str:
    if not roots:
        return "the roots, which are none,"
    return f"the root{'s' if len(roots) > 1 else ''} {', '.join(map(repr, roots))}"


def _path(root: str) -> str:
    return f"data.{root.replace('/', '.')}" if root else "all of data"
