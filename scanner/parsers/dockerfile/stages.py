"""All stages of one Dockerfile: where each begins, what it starts from, and the resources they become."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from scanner.core.location import Location
from scanner.core.resource import Resource
from scanner.core.values import Unresolved
from scanner.parsers.dockerfile.expand import expand, expand_image
from scanner.parsers.dockerfile.grammar import Statement, StatementError, read
from scanner.parsers.dockerfile.lines import Instruction
from scanner.parsers.dockerfile.stage import Stage, written


@dataclass
class Stages:
    """The stages of the file `path` so far; `arguments` are the ARGs before the first FROM."""

    path: str
    escape: str
    stages: list[Stage] = field(default_factory=list)
    arguments: dict[str, str | Unresolved | None] = field(default_factory=dict)
    argument_locations: dict[str, Location] = field(default_factory=dict)
    by_name: dict[str, Stage] = field(default_factory=dict)

    def take(self, instruction: Instruction) -> Statement:
        """Take in the next instruction, and give back its parts.

        Raises `StatementError` when Docker would not build it; nothing of it is taken in then.
        """
        statement = read(instruction, self.escape)
        if instruction.keyword == "FROM":
            self._start(instruction, statement)
        elif self.stages:
            self.stages[-1].take(instruction, statement)
        elif instruction.keyword == "ARG":
            for pair in statement.pairs:
                value = None if pair.value is None else expand(pair.value, self.arguments, self.escape)
                self.arguments[pair.name] = value
                self.argument_locations[pair.name] = instruction.locate(pair.word)
        else:
            raise StatementError(f"{instruction.keyword} stands before the first FROM")
        return statement

    def resources(self) -> Iterator[Resource]:
        """The stages as resources of type `dockerfile_stage`."""
        addresses: set[str] = set()
        for index, stage in enumerate(self.stages):
            address = f"{self.path}#{stage.attributes.get('name', index)}"
            if address in addresses:
                address = f"{self.path}#{index}"  # an earlier stage has the same name
            addresses.add(address)
            yield Resource(
                address=address,
                type="dockerfile_stage",
                format="dockerfile",
                attributes={**stage.attributes, "final": index == len(self.stages) - 1},
                location=stage.location,
                attribute_locations=stage.locations,
                origin=self.path,
            )

    def _start(self, instruction: Instruction, statement: Statement) -> None:
        reference, *alias = statement.words
        base = expand_image(reference.text, self.arguments, self.escape)
        stage = Stage(self.escape, instruction.location, {"index": len(self.stages)}, self.arguments)
        known = base["reference"] if isinstance(base["reference"], str) else ""
        earlier = self.by_name.get(known.lower())
        if earlier is not None:
            base = {"reference": known, "stage": earlier.attributes["name"]}
            stage.inherit(earlier)
        base["scratch"] = known == "scratch" and earlier is None
        stage.attributes["base"] = base
        stage.locations[("base",)] = instruction.locate(reference)
        if alias:
            stage.attributes["name"] = alias[0].text
            stage.locations[("name",)] = instruction.locate(alias[0])
            self.by_name[alias[0].text.lower()] = stage
        if not self.stages:
            for name, value in self.arguments.items():
                stage.put("global_args", name, value, self.argument_locations[name])
        stage.append("instructions", written(instruction, statement, self.escape), instruction.location)
        self.stages.append(stage)
