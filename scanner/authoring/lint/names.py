"""Names of resource types, kinds of links and dimensions of the scope that a policy uses and nothing has."""

import re
from collections.abc import Iterator
from difflib import get_close_matches

from scanner.authoring.input_schemas import InputSchemas
from scanner.authoring.lint.interface import LintProblem
from scanner.core.location import Location
from scanner.core.notification import Level
from scanner.core.scope import DIMENSIONS
from scanner.core.suggestions import closest

# Kinds of Kubernetes, and types of providers whose schemas are not published, may exist without one.
_MAY_EXIST = re.compile(r"[A-Z][A-Za-z0-9.-]*|(data\.)?(?!(aws|azurerm|google)_)[a-z0-9-]+_[a-z0-9_-]+")
_ALIKE = 0.85


def unknown_type(type_: str, where: Location, schemas: InputSchemas) -> Iterator[LintProblem]:
    """A type that nothing has is an error where it looks like another, or can be of no provider but a known one."""
    if type_ in schemas.types:
        return
    near = get_close_matches(type_, schemas.types, n=1, cutoff=_ALIKE)
    if near or not _MAY_EXIST.fullmatch(type_):
        hint = f"; did you mean {near[0]}?" if near else ""
        message = f"there is no resource type {type_}{hint}"
        yield LintProblem("unknown-type", Level.ERROR, message, where)
    else:
        message = f"no schema is published for {type_}: paths in it were not checked"
        yield LintProblem("no-schema", Level.NOTE, message, where)


def unknown_link(kind: str, where: Location, schemas: InputSchemas) -> Iterator[LintProblem]:
    """A kind of link that nobody makes."""
    if kind not in schemas.link_kinds:
        message = f"there is no link {kind}{closest([kind], schemas.link_kinds)}"
        yield LintProblem("unknown-link", Level.ERROR, message, where)


def unknown_dimension(name: str, where: Location) -> Iterator[LintProblem]:
    """A dimension that a release cannot declare."""
    if name not in DIMENSIONS:
        message = f"the scope has no {name}, only {', '.join(DIMENSIONS)}{closest([name], DIMENSIONS)}"
        yield LintProblem("unknown-scope", Level.ERROR, message, where)
