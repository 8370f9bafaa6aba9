"""Terraform resources that name another one in an attribute, joined to it by one explicit table."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from scanner.core.notification import Notification
from scanner.core.resource import Link, Release, Resource
from scanner.core.values import AttributePath, Unresolved, parse_path
from scanner.linking.interface import ambiguous, named, warning
from scanner.linking.names import names_of
from scanner.linking.reading import text
from scanner.linking.references import written
from scanner.linking.terraform import Meant, Naming, all_meant

# Whatever the attribute refers to; `azapi` has what the other provider does not know yet.
ANY_AZURE = "azurerm_* azapi_*"

# What begins so is given from outside.
_VARIABLE = "var."


@dataclass(frozen=True)
class Target:
    """What others are joined to, and by which of their attributes.

    `types` are its types, with blanks between them, where `x_*` is every type of that beginning; `name` is the
    attribute by whose value others call it, `""` where they need an id that the provider gives out. `joined` has, for
    each type at the other end, the paths of the attributes that name the target, with blanks between them; `[]` after
    one says that it is a list. `read` makes a name of what may be written in its place, such as an ARN. `world_wide`
    says that no two in the world share a name. Of `quiet` ones another linker says what stays uncertain.
    """

    types: str
    name: str
    joined: Mapping[str, str]
    read: Callable[[str], str] = str
    world_wide: bool = False
    quiet: bool = False


@dataclass(frozen=True)
class _Doubt:
    """An attribute that means no single resource, as far as is known."""

    source: Resource
    at: AttributePath
    target: Target
    meant: Meant


def joined(release: Release, kind: str, targets: Sequence[Target]) -> Iterator[Link]:
    """The links of this kind by a table, without a word about what stays uncertain."""
    yield from (found for found in _found(release, kind, targets, beside=False) if isinstance(found, Link))


def completed(release: Release, kind: str, targets: Sequence[Target]) -> Iterator[Link | Notification]:
    """As `joined`, for what lies where its target does, with at most one warning about each resource."""
    told: set[str] = set()
    for found in _found(release, kind, targets, beside=True):
        if isinstance(found, Link):
            yield found
        elif not found.target.quiet and found.source.key not in told:
            notification = _in_words(found)
            if notification is not None:
                told.add(found.source.key)
                yield notification


def _found(release: Release, kind: str, targets: Sequence[Target], *, beside: bool) -> Iterator[Link | _Doubt]:
    for target in targets:
        names = names_of(release, _types(release, target), target.name)
        for type_, paths in target.joined.items() if names.by_origin else ():
            for source in release.by_type.get(type_, ()):
                for path in paths.split():
                    naming = Naming(target.read, target.world_wide, beside, many=path.endswith("[]"))
                    found = all_meant(release, source, parse_path(path.removesuffix("[]")), names, naming)
                    yield from _ties(kind, source, target, found)


def _ties(
    kind: str, source: Resource, target: Target, found: Iterator[tuple[AttributePath, Meant]]
) -> Iterator[Link | _Doubt]:
    for at, meant in found:
        if meant.one is not None and meant.one.key != source.key:
            other_end = meant.one.locate((target.name,) if target.name else ())
            yield Link(source.key, kind, meant.one.key, source.locate(at), other_end)
        elif meant.several or meant.may:
            yield _Doubt(source, at, target, meant)


def _types(release: Release, target: Target) -> list[str]:
    patterns = target.types.split()
    if not target.types.endswith("*"):
        return patterns
    beginnings = tuple(pattern.removesuffix("*") for pattern in patterns)
    return [kind for kind in release.by_type if kind.startswith(beginnings)]


def _in_words(doubt: _Doubt) -> Notification | None:
    evidence = doubt.source.locate(doubt.at)
    attribute = ".".join(step for step in doubt.at if isinstance(step, str))
    if doubt.meant.several:
        return ambiguous(f"{doubt.source.address}: {attribute}", doubt.meant.several, evidence)
    # Who writes an id instead of a reference means something that is there already.
    if not doubt.target.name or _is_given(doubt):
        return None
    return warning(
        f"{doubt.source.address}: whose {attribute} this is cannot be known statically, so it is linked to no"
        f" {doubt.target.types.partition(' ')[0]}; it may be {named(doubt.meant.may)}",
        evidence,
    )


def _is_given(doubt: _Doubt) -> bool:
    """Whether the name comes from outside, while every resource that it may be has one that is written down.

    A configuration that meant one of its own would refer to it.
    """
    value = next((value for _, value in written(doubt.source, doubt.at)), None)
    if not isinstance(value, Unresolved) or not value.expression.startswith(_VARIABLE):
        return False
    return all(text(each, doubt.target.name) for each in doubt.meant.may)
