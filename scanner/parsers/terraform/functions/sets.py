"""Functions over sets, and those that make one kind of value of another."""

from collections.abc import Callable, Mapping

from scanner.parsers.terraform.conversion import as_set, convert, identity
from scanner.parsers.terraform.functions.lists import parts_of
from scanner.parsers.terraform.functions.signature import Function, Sees, hidden_by
from scanner.parsers.terraform.value_types import ANY, BOOL, NUMBER, STRING, Type, common, list_of, map_of, set_of
from scanner.parsers.terraform.values import EvaluationError, SetOf, Unknown, Value, obstacle, references_of

_SET = set_of(ANY)


def _alike(sets: tuple[SetOf, ...]) -> list[SetOf]:
    """The sets, made of one type of elements."""
    element = common([each.element for each in sets if each or each.element != ANY])
    if element is None:
        if any(sets):
            raise EvaluationError("the elements of the sets have no type in common")
        element = ANY
    return [convert(each, set_of(element)) for each in sets]


def _union(*sets: Value) -> Value:
    if hidden_by(*(each for each in sets if not isinstance(each, list))) is not None:
        return _open([item for each in sets for item in parts_of(each)])
    alike = _alike(sets)
    return as_set((item for each in alike for item in each), alike[0].element)


def _open(items: list[Value]) -> Value:
    """A set of which only some elements are known; nothing is known when there is none."""
    hidden = obstacle(*items)
    if isinstance(hidden, Unknown) and all(obstacle(item) is not None for item in items):
        return hidden
    return as_set(items)


def _intersection(*sets: SetOf) -> Value:
    first, *rest = _alike(sets)
    others = [set(map(identity, each)) for each in rest]
    return as_set((item for item in first if all(identity(item) in each for each in others)), first.element)


def _difference(left: SetOf, right: SetOf) -> Value:
    first, second = _alike((left, right))
    other = set(map(identity, second))
    return as_set((item for item in first if identity(item) not in other), first.element)


def _to(wanted: Type) -> Function:
    def made(value: Value) -> Value:
        return convert(value, wanted)

    return Function(made, (ANY,), sees=Sees.ANYTHING, nullable=True)


def _ephemeral(value: Value) -> Value:
    reason = "whether this value is an ephemeral one is known only when Terraform runs"
    return Unknown(reason, references_of(value))


def _as_it_is(value: Value) -> Value:
    return value


def _visible(function: Callable[[Value], Value]) -> Function:
    return Function(function, (ANY,), sees=Sees.ANYTHING, nullable=True)


FUNCTIONS: Mapping[str, Function] = {
    "ephemeralasnull": _visible(_ephemeral),
    "nonsensitive": _visible(_as_it_is),
    "sensitive": _visible(_as_it_is),
    "setintersection": Function(_intersection, (_SET,), rest=_SET),
    "setsubtract": Function(_difference, (_SET, _SET)),
    "setunion": Function(_union, (_SET,), rest=_SET, sees=Sees.ANYTHING),
    "tobool": _to(BOOL),
    "tolist": _to(list_of(ANY)),
    "tomap": _to(map_of(ANY)),
    "tonumber": _to(NUMBER),
    "toset": _to(_SET),
    "tostring": _to(STRING),
}
