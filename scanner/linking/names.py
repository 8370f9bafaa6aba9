"""Terraform resources by the attribute that names them, also where the name is known only in part."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache

from scanner.core.resource import Release, Resource
from scanner.core.values import Unresolved
from scanner.linking.reading import text

# Terraform invents such a name when none is written.
_GENERATED = "terraform-"
_INTERPOLATION = re.compile(r"\$\{[^{}]*\}")
_KEY = re.compile(r'\[(?:\d+|"[^"]*")\]')


@dataclass(frozen=True)
class Names:
    """Resources of one or more types by their literal `attribute`; `unknown` are those without one.

    An empty `attribute` is for what the provider gives an id that nobody writes: all of them are unknown.
    """

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


def module_of(resource: Resource) -> str:
    """`module.store` for `module.store.aws_s3_bucket.models[0]`, `""` in the root module."""
    return resource.address.rpartition(f"{resource.type}.")[0].rstrip(".")


def instance_of(resource: Resource) -> str:
    """`["a"]` for `aws_s3_bucket.models["a"]`, `""` for a resource without count or for_each."""
    last = [*_KEY.finditer(resource.address)][-1:]
    return last[0].group() if last and last[0].end() == len(resource.address) else ""


def instances_of(resource: Resource) -> tuple[str, ...]:
    """Every key of the address, those of its modules too."""
    return tuple(_KEY.findall(resource.address))


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
