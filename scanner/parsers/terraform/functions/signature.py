"""How a function of Terraform is described: what its arguments are made into, and what computes its result."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum

from scanner.parsers.terraform.value_types import ANY, Type
from scanner.parsers.terraform.values import Handle, Partial, SetOf, Unknown, Value, obstacle


class Sees(Enum):
    """How much of its arguments must be known before a function is asked."""

    WHOLE = "everything in them"
    OUTSIDE = "the arguments themselves, though not what is inside of them"
    ANYTHING = "nothing; the function looks for itself"


@dataclass(frozen=True)
class Function:
    """`compute` gets the arguments as values of the types `parameters`, then any number of the type `rest`.

    Null is refused unless `nullable`. `compute` raises `EvaluationError` for what Terraform refuses.
    """

    compute: Callable[..., Value]
    parameters: tuple[Type, ...] = ()
    rest: Type | None = None
    sees: Sees = Sees.WHOLE
    nullable: bool = False

    def takes(self, count: int) -> bool:
        """Whether it can be called with that many arguments."""
        return count == len(self.parameters) or (self.rest is not None and count > len(self.parameters))

    def parameter(self, index: int) -> Type:
        """The type of one parameter."""
        return self.parameters[index] if index < len(self.parameters) else self.rest or ANY


def is_hidden(value: Value) -> bool:
    """Whether a value itself is not known, or which elements it has."""
    if isinstance(value, Unknown | Handle | Partial):
        return True
    return isinstance(value, SetOf) and obstacle(value) is not None


def hidden_by(*values: Value) -> Value | None:
    """Why a result that needs to see the values themselves is not known; None when it can be."""
    return obstacle(*values) if any(map(is_hidden, values)) else None
