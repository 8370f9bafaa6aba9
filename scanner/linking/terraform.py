"""Which Terraform resource another one, or a name in another format, means."""

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

from scanner.core.resource import Release, Resource
from scanner.core.values import AttributePath, Unresolved
from scanner.linking.names import Names, instance_of, instances_of, module_of
from scanner.linking.reading import text, texts
from scanner.linking.references import contradict, is_open, referenced, written

# Two evaluations of these need not agree, so equal text says nothing.
_VOLATILE = re.compile(r"\b(?:uuid|timestamp|bcrypt)\(")
_PER_INSTANCE = re.compile(r"\b(?:each|count|self)\.")
# The parser shortens long expressions.
_CUT_OFF = "…"
# Where a resource lies: two that write different ones are two, whatever their names.
_PLACES = {
    "aws": ("region",),
    "azurerm": ("resource_group_name",),
    "google": ("project", "location", "region"),
}


@dataclass(frozen=True)
class Meant:
    """What a search found: `one`, or the `several` that fit alike, or those of unknown name that `may` fit."""

    one: Resource | None = None
    several: tuple[Resource, ...] = ()
    may: tuple[Resource, ...] = ()


@dataclass(frozen=True)
class Naming:
    """How an attribute names what it means.

    `read` makes a name of what is written, or `""` of what names nothing here. `world_wide` says that no two such
    resources in the world share a name, so that another root's may be meant; `beside` that both ends lie in the same
    place, so that what has the name elsewhere is not meant; `many` that the attribute is a list.
    """

    read: Callable[[str], str] = str
    world_wide: bool = False
    beside: bool = False
    many: bool = False


PLAIN = Naming()


def called(names: Names, name: str) -> Meant:
    """The resource of that name, whatever its root."""
    found = names.known.get(name, ())
    return of(found) if found else Meant(may=names.may_be_called(name))


def meant_by(release: Release, source: Resource, path: AttributePath, names: Names, naming: Naming = PLAIN) -> Meant:
    """The resource among `names` that the attribute at `path` of the Terraform resource `source` names.

    A reference decides; then a literal name within the same root, and in other roots when such names are
    unique in the world; then the same unknown expression in the same module (`var.bucket` on both sides).
    """
    literal = text(source, *path)
    name = naming.read(literal) if literal else ""
    targets = referenced(release, source, path, names.types)
    if targets:
        return of(narrowed(targets, source, names.known.get(name, ())))
    if literal:
        return _of_name(release, source, names, name, naming) if name else Meant()
    value = next((value for _, value in written(source, path)), None)
    if isinstance(value, Unresolved) and is_open(release, source, path):
        return of_expression(source, names, value)
    return Meant()


def all_meant(
    release: Release, source: Resource, path: AttributePath, names: Names, naming: Naming = PLAIN
) -> Iterator[tuple[AttributePath, Meant]]:
    """As `meant_by`, for each value at `path`: one in every block on the way, and every element of a list."""
    values = [*written(source, path)]
    lines = Counter(source.locate(at) for at, _ in values)
    for at, value in values:
        # One expression for a list, and one line for all the blocks that it generates, may refer to several resources.
        if not naming.many and not isinstance(value, list) and lines[source.locate(at)] == 1:
            yield at, meant_by(release, source, at, names, naming)
            continue
        targets = {target.key: target for target in referenced(release, source, at, names.types)}
        yield from ((at, Meant(target)) for target in targets.values())
        for inner, literal in texts(source, *at):
            name = naming.read(literal)
            meant = _of_name(release, source, names, name, naming) if name else Meant()
            if meant.one is None or meant.one.key not in targets:
                yield inner, meant
        if not targets and isinstance(value, Unresolved):
            yield at, meant_by(release, source, at, names, naming)


def of(found: Sequence[Resource]) -> Meant:
    """The only one of them, or all of them as fitting alike."""
    return Meant(found[0]) if len(found) == 1 else Meant(several=tuple(found))


def same_place(release: Release, one: Resource, other: Resource) -> bool:
    """Whether nothing says that two resources lie in different regions, projects or resource groups."""
    places = _PLACES.get(one.type.removeprefix("data.").partition("_")[0], ())
    return not contradict(release, one, other, places)


def of_expression(source: Resource, names: Names, value: Unresolved) -> Meant:
    """The one whose name is unknown in the same words, in the same module; else every one of the root may be it."""
    expression = value.expression
    fits = names.by_expression.get((source.origin, module_of(source), expression), ())
    if not expression or expression.endswith(_CUT_OFF) or _VOLATILE.search(expression):
        fits = ()
    if _PER_INSTANCE.search(expression):
        fits = tuple(each for each in fits if instance_of(each) == instance_of(source))
    return of(fits) if fits else Meant(may=names.by_origin.get(source.origin, ()))


def narrowed(targets: Sequence[Resource], source: Resource, same_name: Iterable[Resource] = ()) -> Sequence[Resource]:
    """Of several referenced instances the one with the literal name, else the one with the same index."""
    if len(targets) == 1:
        return targets
    keys = {each.key for each in same_name}
    own, all_own = instance_of(source), instances_of(source)
    by_name = [each for each in targets if each.key in keys]
    by_index = [each for each in targets if own and instance_of(each) == own]
    by_indices = [each for each in targets if all_own and instances_of(each) == all_own]
    return next((fits for fits in (by_name, by_index, by_indices) if len(fits) == 1), targets)


def _of_name(release: Release, source: Resource, names: Names, name: str, naming: Naming) -> Meant:
    def fits(resource: Resource) -> bool:
        return not naming.beside or same_place(release, source, resource)

    found = tuple(each for each in names.known.get(name, ()) if fits(each))
    here = tuple(each for each in found if each.origin == source.origin) or (found if naming.world_wide else ())
    if here:
        return of(here)
    return Meant(may=tuple(each for each in names.may_be_called(name) if each.origin == source.origin))
