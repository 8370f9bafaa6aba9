"""Which argument of a Terraform function the wanted part of its result comes from."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from scanner.core.values import AttributePath
from scanner.explaining.terraform_place import Place
from scanner.parsers.terraform.free_names import free_names
from scanner.parsers.terraform.plan.configuration import MADE_OF
from scanner.parsers.terraform.syntax import Call, Expression
from scanner.parsers.terraform.values import Handle, Unknown

# What these give is their argument, in another type at most.
_CONVERSIONS = ("tostring", "tonumber", "tobool", "tolist", "toset", "tomap", "sensitive", "nonsensitive")
_DOCUMENTS = ("jsonencode", "jsondecode", "yamlencode", "yamldecode")
_SAME = frozenset((*_CONVERSIONS, *_DOCUMENTS, "distinct", "compact", "ephemeralasnull"))
_FILES = frozenset(("file", "templatefile", "filebase64", "fileexists"))

Argument = tuple[Expression, AttributePath]


@dataclass(frozen=True)
class Chosen:
    """The arguments that the value comes from, each with the part of it that is wanted, and what to say of it.

    `is_made` says that the value is made of them, and not one of them as it is.
    """

    arguments: Sequence[Argument]
    message: str = ""
    is_made: bool = False


def chosen_arguments(call: Call, path: AttributePath, place: Place) -> Chosen:
    """The arguments to go on with; where syntax does not tell, all that refer to something."""
    name, arguments = call.name.removeprefix("core::"), call.arguments
    if name in _SAME and arguments:
        return Chosen([(arguments[0], path)])
    if name == "merge":
        return _merged(arguments, path, place)
    if name == "lookup" and len(arguments) > 1:
        return _looked_up(arguments, path, place)
    if name in ("coalesce", "coalescelist", "try"):
        return _first(name, arguments, path, place)
    if name == "one" and arguments:
        return Chosen([(arguments[0], (0, *path))])
    if name == "element" and len(arguments) == 2:
        return _element(arguments, path, place)
    if name == "concat":
        return _concatenated(arguments, path, place)
    if name == "flatten" and arguments:
        return Chosen([(arguments[0], ())], "flatten() puts together, and the way of one element is lost in it", True)
    if name in _FILES:
        return Chosen(_referring(arguments), f"{place.text(call)} reads a file", True)
    shown = "a plan does not keep the expression" if name == MADE_OF else f"{name}() makes it of its arguments"
    return Chosen(_referring(arguments), shown, True)


def _referring(arguments: Sequence[Expression]) -> list[Argument]:
    return [(argument, ()) for argument in arguments if free_names(argument)]


def _merged(arguments: Sequence[Expression], path: AttributePath, place: Place) -> Chosen:
    """The last argument that has the key."""
    if not path:
        return Chosen(_referring(arguments))
    for argument in reversed(arguments):
        value = place.value(argument)
        if isinstance(value, dict) and path[0] not in value:
            continue
        if isinstance(value, Unknown) and value.parts is not None and path[0] not in value.parts:
            return Chosen([(argument, ())], f"merge() may take {path[0]} from {place.text(argument)}, not known here")
        message = f"merge() takes {path[0]} from {place.text(argument)}" if len(arguments) > 1 else ""
        return Chosen([(argument, path)], message)
    return Chosen([], f"none of what merge() puts together has {path[0]}")


def _looked_up(arguments: Sequence[Expression], path: AttributePath, place: Place) -> Chosen:
    mapping, key = place.value(arguments[0]), place.value(arguments[1])
    if isinstance(key, Unknown):
        return Chosen([(arguments[1], ())], f"the key {place.text(arguments[1])} is not known")
    if isinstance(mapping, dict) and key not in mapping and len(arguments) > 2:
        return Chosen([(arguments[2], path)], f"lookup() finds no {key} and takes its default")
    return Chosen([(arguments[0], (str(key), *path))])


def _first(name: str, arguments: Sequence[Expression], path: AttributePath, place: Place) -> Chosen:
    """The first argument that has a value; for `try`, that is no error."""
    for argument in arguments:
        value = place.value(argument)
        refused = isinstance(value, Unknown) and "is refused by Terraform" in value.reason
        if refused or (name != "try" and value in (None, "", [])):
            continue
        return Chosen([(argument, path)], f"{name}() takes {place.text(argument)}" if len(arguments) > 1 else "")
    return Chosen(_referring(arguments))


def _element(arguments: Sequence[Expression], path: AttributePath, place: Place) -> Chosen:
    values, index = place.value(arguments[0]), place.value(arguments[1])
    if isinstance(values, list) and values and isinstance(index, int | float):
        return Chosen([(arguments[0], (int(index) % len(values), *path))])
    return Chosen(_referring(arguments))


def _concatenated(arguments: Sequence[Expression], path: AttributePath, place: Place) -> Chosen:
    if not path or not isinstance(path[0], int):
        return Chosen(_referring(arguments))
    left: Any = path[0]
    for argument in arguments:
        value = place.value(argument)
        if isinstance(value, Unknown | Handle) or not isinstance(value, list):
            return Chosen([(argument, ())], f"concat() may take it from {place.text(argument)}")
        if left < len(value):
            return Chosen([(argument, (left, *path[1:]))], f"concat() takes it from {place.text(argument)}")
        left -= len(value)
    return Chosen(_referring(arguments))
