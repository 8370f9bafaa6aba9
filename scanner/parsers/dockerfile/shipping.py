"""Whether a file of a build stage gets into the final image, by COPY --from and by stages that build on its stage."""

import re
from collections.abc import Iterator, Mapping
from posixpath import basename, normpath
from typing import Any

from scanner.core.values import Unresolved
from scanner.parsers.dockerfile.stage import Stage
from scanner.parsers.dockerfile.tree import Tree

_WILDCARD = re.compile(r"[*?\[]")
_MOST_STEPS = 100_000


class Shipping:
    """The ways of files between the stages of one Dockerfile."""

    def __init__(self, tree: Tree) -> None:
        self.tree = tree
        self.steps = 0
        self.built_on: dict[int, list[Stage]] = {}
        self.taken: dict[int, list[tuple[Stage, Mapping[str, Any]]]] = {}
        for stage in tree.stages:
            if stage.base is not None:
                self.built_on.setdefault(stage.base.index, []).append(stage)
            for entry in stage.attributes.get("copied", ()):
                source = tree.source(entry.get("from"))
                if source is not None:
                    self.taken.setdefault(source.index, []).append((stage, entry))

    def reaches_final(self, stage: Stage, entry: Mapping[str, Any]) -> bool | Unresolved:
        """Whether what `entry` of `copied` brings into `stage` is in the final image."""
        destination, source = entry["destination"], entry["source"]
        if isinstance(destination, Unresolved):
            return destination
        place = destination
        if destination.endswith("/") and isinstance(source, str) and entry["kind"] not in ("all", "source"):
            place = destination + basename(source.rstrip("/"))
        waiting: list[tuple[Stage, str]] = [(stage, place)]
        seen: set[tuple[int, str]] = set()
        doubt: Unresolved | None = None
        while waiting:
            here, its_place = waiting.pop()
            if here.index in self.tree.final_chain:
                return True
            if (here.index, its_place) in seen:
                continue
            seen.add((here.index, its_place))
            for following, next_place in self._moves(here, its_place):
                if isinstance(next_place, Unresolved):
                    doubt = next_place
                else:
                    waiting.append((following, next_place))
            if self.steps > _MOST_STEPS:
                return Unresolved(place, "the file has too many copies between its stages to follow them all")
        return False if doubt is None else doubt

    def _moves(self, stage: Stage, place: str) -> Iterator[tuple[Stage, str | Unresolved]]:
        """The stages that have the file as well, and where."""
        for other in self.built_on.get(stage.index, ()):
            self.steps += 1
            yield other, place
        for other, entry in self.taken.get(stage.index, ()):
            self.steps += 1
            covers = _covers(entry["source"], place)
            if covers is True:
                yield other, entry["destination"]
            elif isinstance(covers, Unresolved):
                yield other, covers


def _covers(source: str | Unresolved, place: str) -> bool | Unresolved:
    """Whether copying `source` takes along what lies at `place`, or a part of it."""
    if isinstance(source, Unresolved):
        return source
    taken = _parts(source)
    if not taken:
        return True
    if not place.startswith(("/", "\\")) and ":" not in place:
        return Unresolved(place, "it lies below the WORKDIR of the base image")
    lies = _parts(place)
    shorter = min(len(taken), len(lies))
    if any(_WILDCARD.search(part) for part in taken[:shorter]):
        return Unresolved(source, "the pattern may match it")
    return taken[:shorter] == lies[:shorter]


def _parts(path: str) -> list[str]:
    return [part for part in normpath(path.replace("\\", "/")).split("/") if part not in ("", ".")]
