"""The attributes by which a policy would decide although nobody knows their values."""

from collections.abc import Collection, Iterable, Iterator, Sequence

from scanner.core.values import format_path
from scanner.rego_source.dataflow import dataflow
from scanner.rego_source.dataflow_reads import DECIDING, Dataflow, Read, Use
from scanner.rego_source.dataflow_values import Steps
from scanner.rego_source.module import Module


def derived_reads(module: Module, types: Collection[str], libraries: Sequence[Module] = ()) -> tuple[str, ...]:
    """The paths of attributes of these resource types that settle a rule of the module without being asked first.

    `ingress[*].cidr_blocks[*]`: `[*]` is every element or key. A path that leads on from another one stands for both.
    """
    found = {read.path for read in unguarded(dataflow(module, libraries), types)}
    ends = [path for path in found if not any(is_within(other, path) and other != path for other in found)]
    return tuple(sorted(read_text(path) for path in ends))


def unguarded(flow: Dataflow, types: Collection[str]) -> Iterator[Read]:
    """The reads by which a resource of these types is judged, where nothing asks whether the value is known."""
    of_types = [read for read in flow.reads if set(read.types) & set(types)]
    asked = [read for read in of_types if read.use is Use.GUARDED]
    below = [read for read in flow.guarded_below if not read.types or set(read.types) & set(types)]
    for read in of_types:
        if read.use not in DECIDING:
            continue
        judged = set(read.types) & set(types)
        if not _is_asked(read, judged, asked) and not any(is_within(read.path, each.path) for each in below):
            yield read


def _is_asked(read: Read, judged: Iterable[str], asked: Iterable[Read]) -> bool:
    paths = {type_: [each.path for each in asked if type_ in each.types] for type_ in judged}
    return all(any(_are_alike(read.path, path) for path in paths[type_]) for type_ in paths)


def is_within(path: Steps, start: Steps) -> bool:
    """Whether the way leads through, or to, what `start` leads to; None in them is any step."""
    return len(path) >= len(start) and _are_alike(path[: len(start)], start)


def _are_alike(one: Steps, other: Steps) -> bool:
    return len(one) == len(other) and all(a is None or b is None or a == b for a, b in zip(one, other, strict=True))


def read_text(path: Steps) -> str:
    """The path as it is written under `reads`; None is `[*]`."""
    text = ""
    for step in path:
        part = "[*]" if step is None else format_path((step,))
        text += part if not text or part.startswith("[") else f".{part}"
    return text
