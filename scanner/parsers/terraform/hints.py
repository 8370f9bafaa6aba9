"""What Terraform's evaluator said (see `evaluate.py`), found again by address and line."""

import posixpath
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, TypeAlias

from scanner.parsers.terraform.syntax import Attribute, Block

_META = "__tfmeta"

# Looked up only for the few values that nothing else can tell.
Hint: TypeAlias = Callable[[], Mapping[str, Any]]

_NOTHING: Mapping[str, Any] = {}


@dataclass(frozen=True)
class Hints:
    """The evaluated blocks of one root; `load` waits for the evaluation, which may have failed and then gives nothing.

    File names in an evaluation are relative to `root`.
    """

    load: Callable[[], Mapping[str, Any]]
    root: str

    @cached_property
    def blocks(self) -> Mapping[tuple[str, str, int], Mapping[str, Any]]:
        """By address, file and first line."""
        found: dict[tuple[str, str, int], Mapping[str, Any]] = {}
        for block in _blocks(self.load().values()):
            meta = block[_META]
            path = posixpath.normpath(posixpath.join(self.root, str(meta["filename"])))
            line = 0 if path.endswith(".json") else int(meta["line_start"])
            address = str(meta["path"])
            found[address, path, line] = block
            if address.rpartition(".")[2] == "locals":
                for name, value in block.items():
                    found[f"{address[:-1]}.{name}", path, 0] = {"value": value}
        return found

    def of(self, address: str, block: Block) -> Hint:
        """The values of `block` in the instance called `address`."""

        def find() -> Mapping[str, Any]:
            where = block.location
            line = 0 if where.path.endswith(".json") else where.start_line
            return self.blocks.get((address, where.path, line), _NOTHING)

        return find

    def of_local(self, prefix: str, attribute: Attribute) -> Any:
        """The value of a local in the module whose addresses begin with `prefix`."""
        return self.blocks.get((f"{prefix}local.{attribute.name}", attribute.source.path, 0), _NOTHING).get("value")

    def covers(self, directory: str) -> bool:
        """Whether any file of the directory was evaluated."""
        return any(posixpath.dirname(path) == ("" if directory == "." else directory) for _, path, _ in self.blocks)


def no_hint() -> Mapping[str, Any]:
    """Where there is no evaluation."""
    return _NOTHING


def nested(hint: Hint, type_: str, block: Block) -> Hint:
    """The values of a block of that type inside the block that `hint` is about."""

    def find() -> Mapping[str, Any]:
        inner = hint().get(type_)
        line = block.location.start_line
        candidates = _blocks([inner if isinstance(inner, list) else [inner]])
        return next((each for each in candidates if each[_META].get("line_start") == line), _NOTHING)

    return find


def _blocks(groups: Iterable[Any]) -> Iterator[Mapping[str, Any]]:
    for group in groups:
        for block in group if isinstance(group, list) else ():
            if isinstance(block, dict) and isinstance(block.get(_META), dict):
                yield block
