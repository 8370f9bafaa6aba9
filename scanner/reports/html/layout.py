"""Lays a graph out in columns: few crossings, ties that avoid the boxes, the same drawing every time."""

import itertools
from collections import Counter
from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass

BOX_WIDTH = 184
BOX_HEIGHT = 46
COLUMN_GAP = 60
_ROW_GAP = 14
_LANE = 12
_SWEEPS = 8
_SETTLING = 12

Pair = tuple[str, str]


@dataclass(frozen=True)
class Drawing:
    """Pixels from the top left corner: of each box its upper left corner, of each tie the path of SVG and a point
    on its way.
    """

    boxes: Mapping[str, tuple[int, int]]
    paths: Mapping[Pair, str]
    marks: Mapping[Pair, tuple[int, int]]
    columns: Sequence[int]
    width: int
    height: int


def draw(columns: Sequence[Sequence[str]], ties: Sequence[Pair], top: int, apart: Set[Pair] = frozenset()) -> Drawing:
    """The drawing of the boxes in their columns; it starts `top` pixels below the upper edge.

    On their way past other columns the ties of one box share a lane, those of `apart` another.
    """
    column_of = {key: number for number, column in enumerate(columns) for key in column}
    ranks = [list(column) for column in columns]
    ways = {tie: _way(tie, tie in apart, column_of, ranks) for tie in ties}
    segments = sorted({pair for way in ways.values() for pair in itertools.pairwise(way)})
    place = {key: number for number, rank in enumerate(ranks) for key in rank}
    neighbours = _neighbours(segments, place)
    ranks = _ordered(ranks, neighbours)
    middle = _settled(ranks, neighbours, set(column_of))
    lowest = min(middle.values(), default=0) - BOX_HEIGHT / 2
    at = {key: round(y - lowest) + top for key, y in middle.items()}
    lefts = [number * (BOX_WIDTH + COLUMN_GAP) for number in range(len(columns))]
    ends = Counter(end for tie in ties for end in tie)
    routes = {tie: _route(way, place, at, lefts, ends) for tie, way in ways.items()}
    bottom = max((y + BOX_HEIGHT // 2 for y in at.values()), default=top)
    return Drawing(
        boxes={key: (lefts[column_of[key]], at[key] - BOX_HEIGHT // 2) for key in column_of},
        paths={tie: route[0] for tie, route in routes.items()},
        marks={tie: route[1] for tie, route in routes.items()},
        columns=lefts,
        width=max(len(columns) * (BOX_WIDTH + COLUMN_GAP) - COLUMN_GAP, 0),
        height=bottom,
    )


def _way(tie: Pair, is_apart: bool, column_of: Mapping[str, int], ranks: list[list[str]]) -> list[str]:
    """The tie's ends with a lane in every column between, which is put into its rank."""
    source, target = tie
    first, last = column_of[source], column_of[target]
    step = 1 if last > first else -1
    way = [source]
    for number in range(first + step, last, step) if first != last else ():
        lane = f"{number}\0{source}\0{step}\0{is_apart}"
        if lane not in ranks[number]:
            ranks[number].append(lane)
        way.append(lane)
    return [*way, target]


def _neighbours(segments: Sequence[Pair], place: Mapping[str, int]) -> Mapping[str, Mapping[int, list[str]]]:
    """Of each key those in the columns beside it, by the number of the column."""
    found: dict[str, dict[int, list[str]]] = {}
    for one, other in segments:
        found.setdefault(one, {}).setdefault(place[other], []).append(other)
        found.setdefault(other, {}).setdefault(place[one], []).append(one)
    return found


def _ordered(ranks: list[list[str]], neighbours: Mapping[str, Mapping[int, list[str]]]) -> list[list[str]]:
    """The ranks in the order with the fewest crossings that some sweeps to and fro come by."""
    best, fewest = ranks, _crossings(ranks, neighbours)
    ranks = [list(rank) for rank in ranks]
    for sweep in range(_SWEEPS):
        forth = sweep % 2 == 0
        numbers = range(1, len(ranks)) if forth else range(len(ranks) - 2, -1, -1)
        for number in numbers:
            beside = number - 1 if forth else number + 1
            where = {key: index for index, key in enumerate(ranks[beside])}
            wished = {}
            for index, key in enumerate(ranks[number]):
                others = [where[other] for other in neighbours.get(key, {}).get(beside, ())]
                wished[key] = (sum(others) / len(others) if others else float(index), index)
            ranks[number].sort(key=wished.__getitem__)
        crossings = _crossings(ranks, neighbours)
        if crossings < fewest:
            best, fewest = [list(rank) for rank in ranks], crossings
    return best


def _crossings(ranks: Sequence[Sequence[str]], neighbours: Mapping[str, Mapping[int, list[str]]]) -> int:
    total = 0
    for number in range(len(ranks) - 1):
        where = {key: index for index, key in enumerate(ranks[number + 1])}
        ends: list[int] = []
        for key in ranks[number]:
            mine = sorted(where[other] for other in neighbours.get(key, {}).get(number + 1, ()))
            total += sum(sum(earlier > end for earlier in ends) for end in mine)
            ends += mine
    return total


def _settled(
    ranks: Sequence[Sequence[str]], neighbours: Mapping[str, Mapping[int, list[str]]], boxes: set[str]
) -> dict[str, float]:
    """The middle of each key: as near to its neighbours as its rank lets it."""
    gaps = [[_distance(one in boxes, other in boxes) for one, other in itertools.pairwise(rank)] for rank in ranks]
    tallest = max((sum(rank) for rank in gaps), default=0)
    at: dict[str, float] = {}
    for rank, between in zip(ranks, gaps, strict=True):
        y = (tallest - sum(between)) / 2
        for key, gap in zip(rank, [*between, 0], strict=True):
            at[key] = y
            y += gap
    for turn in range(_SETTLING):
        order = range(len(ranks)) if turn % 2 == 0 else range(len(ranks) - 1, -1, -1)
        for number in order:
            rank, between = ranks[number], gaps[number]
            wished = []
            for key in rank:
                beside = [at[other] for others in neighbours.get(key, {}).values() for other in others]
                wished.append(sum(beside) / len(beside) if beside else at[key])
            wished = [min(max(wish, 0.0), float(tallest)) for wish in wished]
            at.update(zip(rank, _spread(wished, between), strict=True))
    return at


def _spread(wished: Sequence[float], between: Sequence[int]) -> list[float]:
    """Places in order, at least `between` apart and near to what is wished: halfway of pushing down and pushing up."""
    down = list(wished)
    for index in range(1, len(down)):
        down[index] = max(down[index], down[index - 1] + between[index - 1])
    up = list(wished)
    for index in range(len(up) - 2, -1, -1):
        up[index] = min(up[index], up[index + 1] - between[index])
    return [(one + other) / 2 for one, other in zip(down, up, strict=True)]


def _distance(first_is_box: bool, second_is_box: bool) -> int:
    halves = sum(BOX_HEIGHT // 2 for is_box in (first_is_box, second_is_box) if is_box)
    return halves + (_ROW_GAP if first_is_box and second_is_box else _LANE)


def _route(
    way: Sequence[str], place: Mapping[str, int], at: Mapping[str, int], lefts: Sequence[int], ends: Counter[str]
) -> tuple[str, tuple[int, int]]:
    """The path from box to box, and a point on it, at the end where fewer ties meet."""
    source, target = way[0], way[-1]
    if place[source] == place[target]:
        right = lefts[place[source]] + BOX_WIDTH
        bend = right + 22 + min(abs(at[source] - at[target]) // 12, 22)
        start, end = at[source] + 8, at[target] - 8
        if start > end:
            start, end = at[source] - 8, at[target] + 8
        path = f"M{right} {start}C{bend} {start} {bend} {end} {right} {end}"
        return path, (round(right + 0.75 * (bend - right)), (start + end) // 2)
    forth = place[target] > place[source]
    path, mark = "", (0, 0)
    for one, other in itertools.pairwise(way):
        start = lefts[place[one]] + (BOX_WIDTH if forth else 0)
        end = lefts[place[other]] + (0 if forth else BOX_WIDTH)
        half = (start + end) // 2
        path += f"M{start} {at[one]}" if not path else ""
        path += f"C{half} {at[one]} {half} {at[other]} {end} {at[other]}"
        if one == source or (other == target and ends[target] < ends[source]):
            mark = half, (at[one] + at[other]) // 2
        if other != target:
            path += f"H{lefts[place[other]] + (BOX_WIDTH if forth else 0)}"
    return path, mark
