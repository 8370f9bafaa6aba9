"""What a condition gives when it is decided, and what is known of it when it is not."""

from collections.abc import Callable

from scanner.parsers.terraform.conversion import convert, same, type_of
from scanner.parsers.terraform.value_types import ANY, common
from scanner.parsers.terraform.values import EvaluationError, NotWorkedOutError, Unknown, Value, obstacle


def as_either(chosen: Value, evaluate_other: Callable[[], Value]) -> Value:
    """The chosen result of a condition, made of the type that it has in common with the other one."""
    if chosen is None or type_of(chosen) == ANY:
        return chosen
    try:
        other = evaluate_other()
    except (EvaluationError, NotWorkedOutError):
        return chosen  # Terraform takes no notice of an error there
    kinds = (type_of(chosen), type_of(other))
    if kinds[1] == ANY or kinds[0] == kinds[1]:
        return chosen
    wanted = common(kinds)
    if wanted is None:
        raise EvaluationError("the two results of a condition have no type in common")
    return convert(chosen, wanted)


def in_both(yes: Value, no: Value) -> dict[str, Value] | None:
    """The parts that two mappings have in common, None when there are none."""
    if not isinstance(yes, dict) or not isinstance(no, dict):
        return None
    known = (name for name in yes if name in no and obstacle(yes[name], no[name]) is None)
    return {name: yes[name] for name in known if same(yes[name], no[name])} or None


def is_present(value: Value) -> bool:
    """Whether a value is not null, however little of it is known."""
    if isinstance(value, Unknown):
        return value.present
    return value is not None
