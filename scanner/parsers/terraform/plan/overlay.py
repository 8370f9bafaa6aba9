"""Lays what is planned over what is written: known values win, and lists keep the order in which they are written.

A plan names far more than anybody wrote. What the provider will only compute later is as absent as it is in the
configuration; what is written and not known yet stays unknown, with the cause that the configuration shows.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from scanner.core.values import AttributePath, Unresolved
from scanner.parsers.terraform.plan.planned import PlannedResource
from scanner.parsers.terraform.values import BlockPart, Handle, Unknown, Value, derived

# What two blocks have in common is compared for so many pairs; beyond that their order has to do.
_MOST_PAIRS = 10_000

_ZERO: tuple[Any, ...] = (False, 0, "", [], {})

Moved = Callable[[AttributePath, AttributePath], None]


def _ignore(path: AttributePath, written: AttributePath) -> None:
    """For callers that need no places."""


def unknown_of(planned: PlannedResource, name: str) -> Any:
    """What of one attribute of a resource is not known before apply."""
    return planned.unknown.get(name, False) if isinstance(planned.unknown, dict) else planned.unknown


@dataclass(frozen=True)
class Overlay:
    """Lays planned values over written ones, which are a tree of the evaluator's values or of core's.

    `unwritten` stands for what is not known of a block that the plan has and the configuration does not show: some
    dynamic block made it. `moved` is told of each list element whose place is not that of a written one: its path, and
    the path of the element that it comes from.
    """

    unwritten: Value
    moved: Moved = _ignore

    def value(self, written: Value, after: Any, unknown: Any, path: AttributePath = ()) -> Value:
        """The value of both together, None for nothing."""
        if unknown is True:
            return written
        if isinstance(after, dict):
            return self._mapping(written, after, unknown, path)
        if isinstance(after, list):
            return self._list(written, after, unknown, path)
        if after is None:  # to some providers zero and empty are the same as nothing
            return written if not _is_opaque(written) and written is not None and written in _ZERO else None
        if after == "" and written is None:
            return None
        return derived(after, written) if isinstance(after, str) and not isinstance(written, Unresolved) else after

    def _mapping(self, written: Value, after: dict[str, Any], unknown: Any, path: AttributePath) -> Value:
        flags: Mapping[str, Any] = unknown if isinstance(unknown, dict) else {}
        there: Mapping[str, Any] = written if isinstance(written, dict) else {}
        found: dict[str, Value] = {}
        for name in dict.fromkeys((*there, *after, *flags)):
            if name not in after and name not in flags:  # `lifecycle` and its like are Terraform's own
                found[name] = there[name]
                continue
            part = written if _is_opaque(written) else there.get(name)
            value = self.value(part, after.get(name), flags.get(name, False), (*path, name))
            if value is not None:
                found[name] = value
        if isinstance(written, BlockPart):
            return BlockPart(found, written.name, written.address)
        return found

    def _list(self, written: Value, after: list[Any], unknown: Any, path: AttributePath) -> Value:
        flags = unknown if isinstance(unknown, list) else []
        if not after and not isinstance(written, list):
            return None
        if written is None and any(isinstance(each, dict) for each in after):
            written = self.unwritten
        there = written if isinstance(written, list) else [] if written is None or _is_opaque(written) else [written]
        found: list[Value] = []
        for position, index in _paired(there, after):
            part = written if _is_opaque(written) else there[position] if position is not None else None
            if position is None or position != len(found):
                self.moved((*path, len(found)), (*path, position if position is not None else max(0, len(there) - 1)))
            flag = flags[index] if index < len(flags) else False
            found.append(self.value(part, after[index], flag, (*path, len(found))))
        return [each for each in found if each is not None]


def _paired(written: list[Any], after: list[Any]) -> Iterator[tuple[int | None, int]]:
    """Each planned element by index, in the order of the written ones that they come from, then the others.

    Written elements that are wholly unknown stand for the planned ones that no other explains, the last for the rest.
    """
    if len(written) * len(after) > _MOST_PAIRS or len(written) == len(after) == 1:
        yield from ((index if index < len(written) else None, index) for index in range(len(after)))
        return
    left = dict.fromkeys(range(len(after)))
    partner: dict[int, int] = {}
    scores = [
        (_likeness(one, after[index]), -position, -index)
        for position, one in enumerate(written)
        if not _is_opaque(one)
        for index in left
    ]
    for _, position, index in sorted(scores, reverse=True):
        if -position not in partner and -index in left:
            partner[-position] = -index
            del left[-index]
    opaque = [position for position, one in enumerate(written) if _is_opaque(one)]
    for position in range(len(written)):
        if position in partner:
            yield position, partner[position]
        elif position in opaque:
            waiting = [*left] if position == opaque[-1] else [*left][:1]
            yield from ((position, index) for index in waiting)
            left = {index: None for index in left if index not in waiting}
    yield from ((None, index) for index in left)


def _likeness(written: Any, after: Any) -> int:
    """How much two values have in common, less what sets them apart; what is not known is neither."""
    if _is_opaque(written) or written is None:
        return 0
    if isinstance(written, dict) and isinstance(after, dict):
        return sum(_likeness(inner, after.get(name)) for name, inner in written.items())
    if isinstance(written, list) and isinstance(after, list):
        return sum(1 if any(_likeness(one, other) > 0 for other in after) else -1 for one in written)
    return 1 if str(written).lower() == str(after).lower() else -1


def _is_opaque(value: Any) -> bool:
    return isinstance(value, Unknown | Handle | Unresolved)
