"""Terraform's functions, over values that may be known only in part.

Every module here has one table of functions; this is the one place that puts them together. What needs more than the
arguments is not here: files are read by `files.py`, and `try`, `can` and `templatestring` belong to the evaluator.
"""

from collections.abc import Mapping

from scanner.parsers.terraform.conversion import convert
from scanner.parsers.terraform.exact_numbers import NumberTooLargeError
from scanner.parsers.terraform.functions import (
    arithmetic,
    conditions,
    dates,
    digests,
    documents,
    encodings,
    formatting,
    lists,
    mappings,
    networks,
    paths,
    patterns,
    sets,
    text,
)
from scanner.parsers.terraform.functions.signature import Function, Sees, hidden_by
from scanner.parsers.terraform.values import (
    Derived,
    EvaluationError,
    MapOf,
    NotWorkedOutError,
    Unknown,
    Value,
    is_too_large,
    obstacle,
    references_of,
    remade,
)

__all__ = ["FUNCTIONS", "call"]

_MODULES = (
    arithmetic,
    conditions,
    dates,
    digests,
    documents,
    encodings,
    formatting,
    lists,
    mappings,
    networks,
    paths,
    patterns,
    sets,
    text,
)
FUNCTIONS: Mapping[str, Function] = {name: each for module in _MODULES for name, each in module.FUNCTIONS.items()}

# Terraform evaluates these anew on every run, or asks the machine it runs on.
_VOLATILE = frozenset(("timestamp", "plantimestamp", "uuid", "bcrypt", "abspath"))

# What nobody works out here, and why.
_LEFT_OUT = {
    "issensitive": "what Terraform counts as sensitive is known only when it runs",
    "rsadecrypt": "rsadecrypt() is not evaluated: what it gives is a secret",
    "base64gzip": "base64gzip() gives bytes that only Terraform's own compressor makes",
}


def call(name: str, arguments: list[Value]) -> Value:
    """The result of a function. Raises `EvaluationError` where Terraform refuses the arguments."""
    name = name.removeprefix("core::")
    references = references_of(*arguments)
    if name.startswith("provider::"):
        return Unknown("provider functions are evaluated by the provider", references)
    if name in _VOLATILE:
        return Unknown(f"{name}() is known only after apply", references)
    if name in _LEFT_OUT:
        return obstacle(*arguments) or Unknown(_LEFT_OUT[name], references)
    function = FUNCTIONS.get(name)
    if function is None:
        raise EvaluationError(f"there is no function {name}()", references)
    if not function.takes(len(arguments)):
        raise EvaluationError(f"{name}() does not take {len(arguments)} arguments", references)
    if is_too_large(arguments):
        return Unknown(f"what {name}() is given is too large to be read", references)
    try:
        return _computed(function, arguments)
    except EvaluationError as error:
        raise EvaluationError(f"{name}(): {error}", error.references | references) from None
    except (NotWorkedOutError, NumberTooLargeError) as error:
        return Unknown(f"{name}(): {error}", references)
    except (ArithmeticError, ValueError, LookupError, TypeError, AttributeError):
        # Terraform may have a value here, so that `try` must not go on to the next one.
        return Unknown(f"{name}() cannot be evaluated with these arguments", references)


def _computed(function: Function, arguments: list[Value]) -> Value:
    values = [convert(argument, function.parameter(index)) for index, argument in enumerate(arguments)]
    if not function.nullable and any(value is None for value in values):
        raise EvaluationError("an argument is null")
    if function.sees is Sees.ANYTHING:
        return function.compute(*values)
    blocked = obstacle(*values) if function.sees is Sees.WHOLE else hidden_by(*values)
    if blocked is not None:
        return blocked
    result = function.compute(*values)
    return _derived(result, references_of(*arguments)) if function.sees is Sees.WHOLE else result


def _derived(value: Value, references: frozenset[str]) -> Value:
    """`value`, in which every text comes from the resources that the arguments come from."""
    if not references:
        return value
    if isinstance(value, str):
        return Derived(value, references)
    if isinstance(value, dict):
        inner = {key: _derived(each, references) for key, each in value.items()}
        return MapOf(inner, value.element) if isinstance(value, MapOf) else inner
    return remade(value, [_derived(each, references) for each in value]) if isinstance(value, list) else value
