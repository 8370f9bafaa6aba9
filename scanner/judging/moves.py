"""Which addresses a Terraform resource may have had: by `moved` blocks, and by what Terraform takes for a move."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence

from scanner.core.resource import Move, Resource

_FARTHEST = 10
"""So many moves in a row are followed."""
# Where a part of an address ends: `count` puts the only instance at [0], and without it the [0] is gone.
_END_OF_PART = re.compile(r"(?<=[\w\]])(?=\.|/|$)")
_FIRST = "[0]"


def earlier_addresses(resource: Resource, moves: Mapping[str, Sequence[Move]]) -> Iterator[str]:
    """Every address that the resource may have had, without its present one; `moves` are by origin."""
    if resource.format != "terraform":
        return
    seen = {resource.address}
    latest = [resource.address]
    for _ in range(_FARTHEST):
        found = {old for address in latest for move in moves.get(resource.origin, ()) for old in _before(address, move)}
        latest = sorted(found - seen)
        seen.update(latest)
        yield from latest
        if not latest:
            break
    for address in sorted(seen):
        yield from (old for old in _counted(address) if old not in seen)


def by_origin(moves: Iterable[Move]) -> Mapping[str, Sequence[Move]]:
    """The moves of each origin."""
    grouped: dict[str, list[Move]] = {}
    for move in moves:
        grouped.setdefault(move.origin, []).append(move)
    return grouped


def _before(address: str, move: Move) -> Iterator[str]:
    """What the move says: it speaks of all instances of what it names, and of all that is below it."""
    rest = address.removeprefix(move.after)
    if address.startswith(move.after) and rest[:1] in ("", ".", "[", "/"):
        yield f"{move.before}{rest}"


def _counted(address: str) -> Iterator[str]:
    """The address with the key of one part, where that is [0], taken away, or put where there is none."""
    for end in _END_OF_PART.finditer(address):
        before, after = address[: end.start()], address[end.start() :]
        if before.endswith(_FIRST):
            yield f"{before.removesuffix(_FIRST)}{after}"
        elif not before.endswith("]"):
            yield f"{before}{_FIRST}{after}"
