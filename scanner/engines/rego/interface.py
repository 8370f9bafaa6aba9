"""What a Rego engine is: modules, data and documents in, the values of expressions out. Used in workers only."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol


@dataclass(frozen=True)
class Asked:
    """An expression, the numbers of the documents that it is evaluated over, and the module that it is about."""

    expression: str
    documents: Sequence[int] = (0,)
    path: str = ""


class RegoEngine(Protocol):
    """Evaluates Rego. Every method raises `RegoError` for what it cannot do; the engine is usable after it.

    `reads_more` is whether it takes modules that the parser of `rego_source` cannot read.
    """

    reads_more: bool

    def is_builtin(self, name: str) -> bool:
        """Whether it has a function of that name."""

    def load(self, modules: Iterable[tuple[str, str]], data: Mapping[str, Any]) -> None:
        """Take in modules as (path, text), each in its own version of Rego, and the data document beside them.

        What was loaded before is forgotten.
        """

    def read(self, documents: Sequence[str], asked: Mapping[str, Asked]) -> None:
        """Take in the documents, as JSON, that `input` will be, and what will be asked of them, by name."""

    def evaluate(self, name: str) -> list[list[Any]]:
        """What the expression of that name gives for each of its documents: one value, or none if it is undefined."""
