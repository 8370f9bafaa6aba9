"""How the stages of a file build on one another: which are in the final image, and which only lend files to it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from scanner.core.location import Location
from scanner.parsers.dockerfile.stage import Stage


@dataclass(frozen=True)
class Tie:
    """`stage` takes files from `source`, which it names at `location`."""

    stage: Stage
    source: Stage
    location: Location


@dataclass
class Tree:
    """The stages of one file, the last of which `docker build` builds when it is not told otherwise."""

    stages: list[Stage]
    by_name: Mapping[str, Stage]

    @cached_property
    def ties(self) -> list[Tie]:
        """Where stages take files from other stages, by name or number."""
        found = ((stage, self.source(wanted), at) for stage in self.stages for wanted, at in _taken(stage))
        return [Tie(stage, source, at) for stage, source, at in found if source is not None]

    def refused(self) -> Iterator[tuple[str, Location]]:
        """What Docker refuses of the ties, and where."""
        for stage in self.stages:
            for wanted, at in _taken(stage):
                if wanted.isdigit() and self.source(wanted) is None:
                    yield f"the file has no stage {wanted[:6]}", at
        for stage in self.circles():
            yield "this stage needs files of itself, directly or through others", stage.locations[("base",)]

    @cached_property
    def final_chain(self) -> frozenset[int]:
        """The numbers of the final stage and of those that it starts from."""
        numbers = set()
        stage = self.stages[-1] if self.stages else None
        while stage is not None:
            numbers.add(stage.index)
            stage = stage.base
        return frozenset(numbers)

    @cached_property
    def built(self) -> frozenset[int]:
        """The numbers of all stages that are built for the final one."""
        waiting = [self.stages[number] for number in self.final_chain]
        numbers: set[int] = set()
        while waiting:
            stage = waiting.pop()
            if stage.index in numbers:
                continue
            numbers.add(stage.index)
            waiting.extend(tie.source for tie in self.ties if tie.stage is stage)
            if stage.base is not None:
                waiting.append(stage.base)
        return frozenset(numbers)

    def place(self, stage: Stage) -> dict[str, Any]:
        """What the stage is to the final image, and the image that stands outside of the file under it."""
        number = stage.index
        is_final = stage is self.stages[-1]
        role = "base" if number in self.final_chain else "builder" if number in self.built else "unused"
        outside = self.lowest(stage).attributes["base"]
        return {
            "final": is_final,
            "in_final_image": number in self.final_chain,
            "role": "final" if is_final else role,
            "external_base": {key: value for key, value in outside.items() if key != "platform"},
        }

    def lowest(self, stage: Stage) -> Stage:
        """The stage at the end of the chain, which starts from an image outside of the file or from scratch."""
        while stage.base is not None:
            stage = stage.base
        return stage

    def source(self, name: Any) -> Stage | None:
        """The stage that `--from=name` means, None for an image and for what is not known."""
        if not isinstance(name, str):
            return None
        if name.isascii() and name.isdigit():
            return self.stages[int(name)] if len(name) < 6 and int(name) < len(self.stages) else None
        return self.by_name.get(name.lower())

    def circles(self) -> Iterator[Stage]:
        """The stages that are needed to build themselves."""
        needs = {stage.index: {tie.source.index for tie in self.ties if tie.stage is stage} for stage in self.stages}
        for stage in self.stages:
            if stage.base is not None:
                needs[stage.index].add(stage.base.index)
        for stage in self.stages:
            seen: set[int] = set()
            waiting = list(needs[stage.index])
            while waiting:
                number = waiting.pop()
                if number not in seen:
                    seen.add(number)
                    waiting.extend(needs[number])
            if stage.index in seen:
                yield stage


def _taken(stage: Stage) -> Iterator[tuple[str, Location]]:
    """What `COPY --from` and `RUN --mount=from=` name in the stage, and where."""
    for name in ("copy", "mounts"):
        for position, entry in enumerate(stage.attributes.get(name, ())):
            wanted = entry.get("from")
            if isinstance(wanted, str):
                yield wanted, stage.locations[(name, position)]
