"""Which Terraform resource another one, or a name in another format, means."""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache

from scanner.core.location import Location
from scanner.core.resource import Link, Release, Resource
from scanner.core.values import AttributePath, Unresolved, reach
from scanner.linking.reading import text

# Terraform invents such a name when none is written.
_GENERATED = "terraform-"
# Two evaluations of these need not agree, so equal text says nothing.
_VOLATILE = re.compile(r"\b(?:uuid|timestamp|bcrypt)\(")
_PER_INSTANCE = re.compile(r"\b(?:each|count|self)\.")
# The parser shortens long expressions.
_CUT_OFF = "…"
_INTERPOLATION = re.compile(r"\$\{[^{}]*\}")
_INSTANCE = re.compile(r'\[(?:\d+|"[^"]*")\]$')


@dataclass(frozen=True)
class Names:
    """Resources of one or more types by their literal `attribute`; `unknown` are those without one."""

    attribute: str
    types: frozenset[str]
    known: Mapping[str, tuple[Resource, ...]]
    unknown: tuple[Resource, ...]

    @cached_property
    def by_expression(self) -> Mapping[tuple[str, str, str], tuple[Resource, ...]]:
        """Those of unknown name by root, module and the expression that stands for the name."""
        grouped: dict[tuple[str, str, str], list[Resource]] = {}
        for resource in self.unknown:
            name = resource.attributes.get(self.attribute)
            if isinstance(name, Unresolved):
                grouped.setdefault((resource.origin, module_of(resource), name.expression), []).append(resource)
        return {key: tuple(found) for key, found in grouped.items()}

    @cached_property
    def by_origin(self) -> Mapping[str, tuple[Resource, ...]]:
        """All of them by root."""
        grouped: dict[str, list[Resource]] = {}
        for resource in (*(each for group in self.known.values() for each in group), *self.unknown):
            grouped.setdefault(resource.origin, []).append(resource)
        return {key: tuple(found) for key, found in grouped.items()}

    def may_be_called(self, name: str) -> tuple[Resource, ...]:
        """Those of unknown name that may turn out to be called `name`."""
        return tuple(each for each in self.unknown if _may_be_called(each, self.attribute, name))


@dataclass(frozen=True)
class Meant:
    """What a search found: `one`, or the `several` that fit alike, or those of unknown name that `may` fit."""

    one: Resource | None = None
    several: tuple[Resource, ...] = ()
    may: tuple[Resource, ...] = ()


def names_of(release: Release, types: Sequence[str], attribute: str, fold: Callable[[str], str] = str) -> Names:
    """Index the release's resources of `types` by their literal `attribute`, each name passed through `fold`."""
    known: dict[str, list[Resource]] = {}
    unknown: list[Resource] = []
    for kind in types:
        for resource in release.by_type.get(kind, ()):
            name = text(resource, attribute)
            if name:
                known.setdefault(fold(name), []).append(resource)
            else:
                unknown.append(resource)
    return Names(attribute, frozenset(types), {name: tuple(found) for name, found in known.items()}, tuple(unknown))


def called(names: Names, name: str) -> Meant:
    """The resource of that name, whatever its root."""
    found = names.known.get(name, ())
    return _of(found) if found else Meant(may=names.may_be_called(name))


def referenced(release: Release, source: Resource, path: AttributePath, types: frozenset[str]) -> tuple[Resource, ...]:
    """The resources of `types` that the attribute at `path` refers to, told by the line of the reference."""
    found: dict[str, Resource] = {}
    for link in _references(release, source, path):
        target = release.by_key.get(link.target)
        if target is not None and target.type in types:
            found[target.key] = target
    return tuple(found.values())


def meant_by(
    release: Release,
    source: Resource,
    path: AttributePath,
    names: Names,
    *,
    world_wide: bool = False,
    read: Callable[[str], str] = str,
) -> Meant:
    """The resource among `names` that the attribute at `path` of the Terraform resource `source` names.

    A reference decides; then a literal name within the same root, and in other roots when such names are
    unique in the world (`world_wide`); then the same unknown expression in the same module (`var.bucket`
    on both sides). `read` makes a name of the literal, or `""` of one that names none of these.
    """
    literal = text(source, *path)
    name = read(literal) if literal else ""
    targets = referenced(release, source, path, names.types)
    if targets:
        return _of(_narrowed(targets, source, names.known.get(name, ())))
    if literal:
        return _of_name(source, names, name, world_wide) if name else Meant()
    value = source.attributes.get(str(path[0]))
    if isinstance(value, Unresolved) and is_open(release, source, path):
        return _of_expression(source, names, value)
    return Meant()


def is_open(release: Release, source: Resource, path: AttributePath) -> bool:
    """Whether the attribute is unknown and refers to no resource at all, not even to a data source."""
    unknown = any(isinstance(value, Unresolved) for _, value in reach(source.attributes, path))
    return unknown and not _references(release, source, path)


def module_of(resource: Resource) -> str:
    """`module.store` for `module.store.aws_s3_bucket.models[0]`, `""` in the root module."""
    return resource.address.rpartition(f"{resource.type}.")[0].rstrip(".")


def _instance_of(resource: Resource) -> str:
    """`["a"]` for `aws_s3_bucket.models["a"]`, `""` for a resource without count or for_each."""
    match = _INSTANCE.search(resource.address)
    return match.group() if match else ""


def _references(release: Release, source: Resource, path: AttributePath) -> tuple[Link, ...]:
    where = source.locate(path)
    links = release.links_from.get(source.key, ())
    return tuple(link for link in links if link.kind == "references" and _overlap(link.evidence, where))


def _overlap(one: Location, other: Location) -> bool:
    if one.path != other.path or one.start_line > other.end_line or other.start_line > one.end_line:
        return False
    # Whole blocks of the JSON syntax may stand in one line; only their columns tell the attributes apart.
    lines = {one.start_line, one.end_line, other.start_line, other.end_line}
    if len(lines) > 1 or 1 in {one.start_column, other.start_column}:
        return True
    return one.start_column <= other.end_column and other.start_column <= one.end_column


def _of(found: Sequence[Resource]) -> Meant:
    return Meant(found[0]) if len(found) == 1 else Meant(several=tuple(found))


def _narrowed(targets: Sequence[Resource], source: Resource, same_name: Iterable[Resource]) -> Sequence[Resource]:
    """Of several referenced instances the one with the literal name, else the one with the same index."""
    if len(targets) == 1:
        return targets
    keys = {each.key for each in same_name}
    instance = _instance_of(source)
    by_name = [each for each in targets if each.key in keys]
    by_index = [each for each in targets if instance and _instance_of(each) == instance]
    return next((fits for fits in (by_name, by_index) if len(fits) == 1), targets)


def _of_name(source: Resource, names: Names, name: str, world_wide: bool) -> Meant:
    found = names.known.get(name, ())
    fits = tuple(each for each in found if each.origin == source.origin) or (found if world_wide else ())
    if fits:
        return _of(fits)
    return Meant(may=tuple(each for each in names.may_be_called(name) if each.origin == source.origin))


def _of_expression(source: Resource, names: Names, value: Unresolved) -> Meant:
    expression = value.expression
    fits = names.by_expression.get((source.origin, module_of(source), expression), ())
    if not expression or expression.endswith(_CUT_OFF) or _VOLATILE.search(expression):
        fits = ()
    if _PER_INSTANCE.search(expression):
        fits = tuple(each for each in fits if _instance_of(each) == _instance_of(source))
    return _of(fits) if fits else Meant(may=names.by_origin.get(source.origin, ()))


def _may_be_called(resource: Resource, attribute: str, name: str) -> bool:
    value = resource.attributes.get(attribute)
    if isinstance(value, Unresolved):
        return _template(value.expression).fullmatch(name) is not None
    prefix = resource.attributes.get(f"{attribute}_prefix")
    if isinstance(prefix, Unresolved):
        return True
    return name.startswith(prefix if isinstance(prefix, str) else _GENERATED)


@lru_cache(maxsize=4096)
def _template(expression: str) -> re.Pattern[str]:
    """What text an unknown expression can yield: the literal parts of a template stay as they are."""
    inner = expression[1:-1] if len(expression) > 1 and expression[0] == expression[-1] == '"' else ""
    if "${" not in inner or '"' in _INTERPOLATION.sub("", inner) or "%{" in inner or "\\" in inner:
        return re.compile(".*", re.DOTALL)
    return re.compile(".*".join(re.escape(part) for part in _INTERPOLATION.split(inner)), re.DOTALL)
