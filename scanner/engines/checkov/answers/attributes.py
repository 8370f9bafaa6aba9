"""Reads the keys by which Checkov names attributes as paths of ours, with what is known of the values there."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Any, NamedTuple

from scanner.core.values import ABSENT, AttributePath, Unresolved, leaves

# What a graph check calls its choice of resources, in the place of an attribute.
_CHOICES = frozenset({"resource_type", "networking"})
_FILTER = re.compile(r"\[\?\(.*?\)\]")
_INDEX = re.compile(r"\[?(\d+)\]?")
_EVERY = "*"


class Seen(NamedTuple):
    """An attribute that a check has looked at: where it is, or would be, and its value, `ABSENT` if not written.

    `is_around` says that the key leads on into the value, which is a text.
    """

    path: AttributePath
    value: Any
    is_around: bool = False

    @property
    def is_written(self) -> bool:
        """Whether there is a value, be it known or not."""
        return self.value is not ABSENT


class Hole(NamedTuple):
    """A value that is not known, and where it stands."""

    path: AttributePath
    value: Unresolved


@lru_cache(maxsize=4096)
def steps_of(key: str) -> AttributePath:
    """`rule/[0]/algorithm` → `("rule", 0, "algorithm")`, with `*` for every element; conditions are left out."""
    steps: list[str | int] = []
    for part in _FILTER.sub("", key).replace(f"[{_EVERY}]", f"/{_EVERY}").split("/"):
        index = _INDEX.fullmatch(part)
        if index:
            steps.append(int(index[1]))
        elif part:
            steps.append(part)
    return tuple(steps)


def seen(attributes: Mapping[str, Any], keys: Iterable[str]) -> list[Seen]:
    """What the keys lead to, in their order; a name that meets a list leads to each of its elements.

    Checkov has every value in a list of its own, so that `[0]` need not be an index: what it does not fit is passed
    over by it. What is looked for inside of a text is the text.
    """
    found: dict[AttributePath, Seen] = {}
    for key in keys:
        steps = steps_of(key)
        if steps and (steps[0] not in _CHOICES or steps[0] in attributes):
            for each in _reached(attributes, steps, ()):
                found.setdefault(each.path, each)
    return list(found.values())


def holes(each: Seen) -> Iterator[Hole]:
    """What is not known of it, in order."""
    if isinstance(each.value, Unresolved):
        yield Hole(each.path, each.value)
    elif isinstance(each.value, Mapping | list | tuple):
        for path, leaf in leaves(each.value, each.path):
            if isinstance(leaf, Unresolved):
                yield Hole(path, leaf)


def hole_of(each: Seen) -> Hole | None:
    """What keeps the attribute as a whole from being known: its value is not, or which elements the list has."""
    if isinstance(each.value, list):
        found = ((at, element) for at, element in enumerate(each.value) if isinstance(element, Unresolved))
        return next((Hole((*each.path, at), element) for at, element in found), None)
    return Hole(each.path, each.value) if isinstance(each.value, Unresolved) else None


def _reached(value: Any, rest: AttributePath, done: AttributePath) -> Iterator[Seen]:
    if isinstance(value, Unresolved):
        yield Seen(done, value)
    elif not rest or isinstance(value, str | int | float):
        yield Seen(done, ABSENT if value is None else value, bool(_names(rest)))
    elif isinstance(value, Mapping):
        yield from _in_mapping(value, rest, done)
    elif isinstance(value, Sequence):
        yield from _in_list(value, rest, done)
    else:
        yield Seen((*done, *_names(rest)), ABSENT)


def _in_mapping(value: Mapping[str, Any], rest: AttributePath, done: AttributePath) -> Iterator[Seen]:
    step, remaining = rest[0], rest[1:]
    if step == _EVERY:
        for key in value:
            yield from _reached(value[key], remaining, (*done, key))
    elif isinstance(step, int):
        yield from _reached(value, remaining, done)
    elif step in value:
        yield from _reached(value[step], remaining, (*done, step))
    else:
        yield Seen((*done, step, *_names(remaining)), ABSENT)


def _in_list(value: Sequence[Any], rest: AttributePath, done: AttributePath) -> Iterator[Seen]:
    step, remaining = rest[0], rest[1:]
    if isinstance(step, str):
        after = remaining if step == _EVERY else rest
        for index, element in enumerate(value):
            yield from _reached(element, after, (*done, index))
        if not value:
            yield Seen((*done, *_names(after)), ABSENT)
    elif step == 0 and not remaining and not any(isinstance(each, Mapping) for each in value):
        yield Seen(done, value)  # the list that is around every value
    elif step < len(value):
        yield from _reached(value[step], remaining, (*done, step))
    else:
        unknown = [Seen((*done, at), each) for at, each in enumerate(value) if isinstance(each, Unresolved)]
        yield from unknown or [Seen((*done, *_names(remaining)), ABSENT)]


def _names(steps: AttributePath) -> AttributePath:
    return () if not steps else tuple(step for step in steps if isinstance(step, str) and step != _EVERY)
