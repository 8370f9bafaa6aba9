"""How much work the values of one Terraform root may take."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

_MOST_FOR_ONE_VALUE = 300_000


class TooMuchWorkError(Exception):
    """The configuration needs more steps than any real one."""


@dataclass
class Budget:
    """How much work may still be done for one root; one is an expression. `floor` is what must be left of it."""

    left: int = 2_000_000
    floor: int = 0

    def spend(self, amount: int) -> None:
        """Raises `TooMuchWorkError` when nothing is left."""
        self.left -= amount
        if self.left < self.floor:
            raise TooMuchWorkError("evaluating it takes too many steps")

    @contextmanager
    def for_one_value(self) -> Iterator[None]:
        """Keeps one value from using up what the others of the root need; raises `TooMuchWorkError` all the same."""
        outer = self.floor
        self.floor = max(outer, self.left - _MOST_FOR_ONE_VALUE)
        try:
            yield
        finally:
            self.floor = outer
