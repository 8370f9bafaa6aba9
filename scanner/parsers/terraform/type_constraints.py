"""What the `type` of a variable makes of the value it is given."""

from collections.abc import Callable

from scanner.parsers.terraform.functions import as_set, number_of, truth_of
from scanner.parsers.terraform.hcl import read_expression
from scanner.parsers.terraform.syntax import Call, Expression, Literal, ObjectLiteral, TupleLiteral, Variable, key_name
from scanner.parsers.terraform.values import (
    UNDECIDED,
    EvaluationError,
    Handle,
    Unknown,
    Value,
    derived,
    text_of,
)

Evaluate = Callable[[Expression], Value]


def converted(value: Value, constraint: Expression | None, evaluate: Evaluate) -> Value:
    """`value` as a variable of type `constraint` holds it; `evaluate` is for the defaults of optional attributes.

    Raises `EvaluationError` for a value that the type does not take.
    """
    if isinstance(constraint, Literal) and isinstance(constraint.value, str):
        constraint = read_expression(constraint.value)  # the JSON notation, and Terraform before 0.12
    if value is None or isinstance(value, Unknown | Handle) or value is UNDECIDED:
        return value
    if isinstance(constraint, Variable):
        convert = _PRIMITIVES.get(constraint.name)
        return value if convert is None else convert(value)
    if isinstance(constraint, Call) and constraint.arguments:
        return _collection(value, constraint, evaluate)
    return value


def _collection(value: Value, constraint: Call, evaluate: Evaluate) -> Value:
    inner = constraint.arguments[0]
    if constraint.name in ("list", "set") and isinstance(value, list):
        items = [converted(item, inner, evaluate) for item in value]
        return as_set(items) if constraint.name == "set" else items
    if constraint.name == "map" and isinstance(value, dict):
        return {key: converted(item, inner, evaluate) for key, item in value.items()}
    if constraint.name == "tuple" and isinstance(inner, TupleLiteral) and isinstance(value, list):
        return [converted(item, each, evaluate) for item, each in zip(value, inner.items, strict=False)]
    if constraint.name == "object" and isinstance(inner, ObjectLiteral) and isinstance(value, dict):
        return _object(value, inner, evaluate)
    if constraint.name == "optional":
        return converted(value, inner, evaluate)
    raise EvaluationError("this type does not take the value")


def _object(value: dict[str, Value], constraint: ObjectLiteral, evaluate: Evaluate) -> Value:
    """What the type does not name is dropped, as Terraform drops it."""
    result: dict[str, Value] = {}
    for key, each, _ in constraint.items:
        name = key_name(key) or ""
        given = value.get(name)
        is_optional = isinstance(each, Call) and each.name == "optional"
        if given is None and isinstance(each, Call) and is_optional and len(each.arguments) > 1:
            given = evaluate(each.arguments[1])
        if given is None and not is_optional and name not in value:
            raise EvaluationError(f"the attribute {name} is missing")
        result[name] = converted(given, each, evaluate)
    return result


def _text(value: Value) -> str:
    return derived(text_of(value), value)


_PRIMITIVES: dict[str, Callable[[Value], Value]] = {"string": _text, "number": number_of, "bool": truth_of}
