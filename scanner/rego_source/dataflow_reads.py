"""What is said of the attributes that a policy reads."""

from dataclasses import dataclass
from enum import StrEnum

from scanner.core.location import Location


class Use(StrEnum):
    """What becomes of a value that is read.

    `NEGATED`: it decides under a `not`; `COMPARED`: it is held against another value; `CALLED`: a built-in function
    gets it; `TESTED`: it is a condition by itself, or its elements are gone through; `BOUND`: a variable gets it;
    `SHOWN`: it becomes a part of an object or of a message; `CHECKED`: a function such as `is_string` asks for its
    type; `GUARDED`: it is asked whether it is known.
    """

    NEGATED = "negated"
    COMPARED = "compared"
    CALLED = "called"
    TESTED = "tested"
    BOUND = "bound"
    SHOWN = "shown"
    CHECKED = "checked"
    GUARDED = "guarded"


DECIDING = frozenset({Use.NEGATED, Use.COMPARED, Use.CALLED, Use.TESTED})
"""What settles whether a rule holds."""


@dataclass(frozen=True)
class Read:
    """An attribute that is read.

    `types` are those of the resource, none where they cannot be told. `path` leads from `attributes` on; None in it
    is any element or key. `location` is in the module that does it, which may be a library. `holds` is whether the
    condition around it holds for a value that is not known; it is None where that cannot be told, or the evaluation
    breaks off. `rules` are the rules of the policy on whose behalf it is read.
    """

    types: tuple[str, ...]
    path: tuple[str | int | None, ...]
    use: Use
    location: Location
    holds: bool | None = None
    rules: tuple[str, ...] = ()


@dataclass(frozen=True)
class Blind:
    """A place behind which reads are not seen, and why."""

    reason: str
    location: Location


@dataclass(frozen=True)
class Dataflow:
    """The reads of a policy in the order of the text, and the places that could not be followed.

    `fields` are reads of what a resource has beside its attributes: `r.address` has the path `("address",)`.
    `guarded_below` are values that are asked, with everything inside of them, whether they are known. `named` are the
    attributes that the findings of `deny` name, and None is among them where one is put together.
    """

    reads: tuple[Read, ...] = ()
    fields: tuple[Read, ...] = ()
    guarded_below: tuple[Read, ...] = ()
    named: frozenset[str | None] = frozenset()
    blind: tuple[Blind, ...] = ()
