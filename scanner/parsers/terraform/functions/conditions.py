"""Functions that choose among their arguments, and the length of anything."""

from collections.abc import Mapping

from scanner.parsers.terraform.conversion import convert, type_of
from scanner.parsers.terraform.functions.signature import Function, Sees, hidden_by, is_hidden
from scanner.parsers.terraform.functions.text import characters
from scanner.parsers.terraform.value_types import ANY, STRING, common
from scanner.parsers.terraform.values import BlockPart, EvaluationError, SetOf, Unknown, Value, kind_of


def _coalesce(*values: Value) -> Value:
    wanted = common([type_of(value) for value in values])
    if wanted is None:
        raise EvaluationError("the arguments have no type in common")
    for value in values:
        if is_hidden(value):
            return hidden_by(value)
        found = convert(value, wanted)
        if found is not None and not (wanted in (STRING, ANY) and found == ""):
            return found
    raise EvaluationError("every argument is null or empty")


def _coalesce_lists(*values: Value) -> Value:
    if not values:
        raise EvaluationError("at least one list is due")
    for value in values:
        if is_hidden(value):
            return hidden_by(value)
        if value is not None and (not isinstance(value, list) or isinstance(value, SetOf)):
            raise EvaluationError(f"{kind_of(value)} is used where a list is due")
        if value:
            return value
    raise EvaluationError("every argument is empty")


def _length(value: Value) -> Value:
    if isinstance(value, str):
        return len(characters(value))
    if isinstance(value, BlockPart):
        return Unknown(f"{value.name} is known only in part before apply", frozenset((value.address,)))
    if not isinstance(value, list | dict):
        raise EvaluationError(f"{kind_of(value)} has no length")
    return len(value)


FUNCTIONS: Mapping[str, Function] = {
    "coalesce": Function(_coalesce, rest=ANY, sees=Sees.ANYTHING, nullable=True),
    "coalescelist": Function(_coalesce_lists, rest=ANY, sees=Sees.ANYTHING, nullable=True),
    "length": Function(_length, (ANY,), sees=Sees.OUTSIDE),
}
