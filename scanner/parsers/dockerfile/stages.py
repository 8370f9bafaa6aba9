"""All stages of one Dockerfile: where each begins, what it starts from, and the resources they become."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from scanner.core.location import Location
from scanner.core.resource import Resource
from scanner.core.values import Unresolved
from scanner.parsers.dockerfile.expand import expand, expand_image
from scanner.parsers.dockerfile.grammar import Statement, StatementError, read
from scanner.parsers.dockerfile.handlers import apply
from scanner.parsers.dockerfile.lines import Instruction
from scanner.parsers.dockerfile.stage import Stage, written
from scanner.parsers.dockerfile.tree import Tree

_STAGE_NAME = re.compile(r"[a-z][a-z0-9-_.]*", re.IGNORECASE)
_WINDOWS = re.compile(r"(^|[/:_-])(windows|nanoserver|servercore|windowsservercore)", re.IGNORECASE)
_DOCKER_HUB = ("docker.io", "index.docker.io", "registry-1.docker.io")


@dataclass
class Stages:
    """The stages of the file `path` so far.

    `given` are the values of `--build-arg`; `arguments` are the ARGs before the first FROM.
    """

    path: str
    escape: str
    given: Mapping[str, str] = field(default_factory=dict)
    stages: list[Stage] = field(default_factory=list)
    arguments: dict[str, str | Unresolved | None] = field(default_factory=dict)
    argument_locations: dict[str, Location] = field(default_factory=dict)
    by_name: dict[str, Stage] = field(default_factory=dict)

    def take(self, instruction: Instruction) -> Statement:
        """Take in the next instruction, and give back its parts.

        Raises `StatementError` when Docker would not build it; nothing of it is taken in then, but a FROM that cannot
        be read begins a stage all the same, so that what follows is not held for a part of the stage before.
        """
        try:
            statement = read(instruction, self.escape)
            if instruction.keyword == "FROM":
                self._start(instruction, statement)
                return statement
        except StatementError:
            if instruction.keyword == "FROM":
                self._start_unread(instruction)
            raise
        if self.stages:
            stage = self.stages[-1]
            checked = written(instruction, statement, self.escape)
            apply(stage, instruction, statement)
            stage.note(instruction, checked)
        elif instruction.keyword == "ARG":
            for pair in statement.pairs:
                value = None if pair.value is None else expand(pair.value, self.arguments, self.escape)
                self.arguments[pair.name] = self.given.get(pair.name, value)
                self.argument_locations[pair.name] = instruction.locate(pair.word)
        else:
            raise StatementError(f"{instruction.keyword} stands before the first FROM")
        return statement

    def tree(self) -> Tree:
        """How the stages build on one another."""
        return Tree(self.stages, self.by_name)

    def resources(self, tree: Tree) -> Iterator[Resource]:
        """The stages as resources of type `dockerfile_stage`."""
        for stage, address in zip(self.stages, self.addresses(), strict=True):
            yield Resource(
                address=address,
                type="dockerfile_stage",
                format="dockerfile",
                attributes={**stage.attributes, **tree.place(stage)},
                location=stage.location,
                attribute_locations={("external_base",): tree.lowest(stage).locations[("base",)], **stage.locations},
                origin=self.path,
            )

    def addresses(self) -> list[str]:
        """The address of each stage: by its name, or its number where it has none or an earlier one has the same."""
        addresses: dict[str, None] = {}
        for index, stage in enumerate(self.stages):
            address = f"{self.path}#{stage.attributes.get('name', index)}"
            addresses[f"{self.path}#{index}" if address in addresses else address] = None
        return list(addresses)

    def _start(self, instruction: Instruction, statement: Statement) -> None:
        reference, *alias = statement.words
        if alias and not _STAGE_NAME.fullmatch(alias[0].text):
            raise StatementError("the name of a stage begins with a letter, and has letters, digits, - _ and . only")
        base = expand_image(reference.text, self._arguments(), self.escape)
        if base["reference"] == "":
            raise StatementError("FROM has an empty name of an image")
        stage = Stage(self.escape, instruction.location, {"index": len(self.stages)}, self.arguments, self.given)
        known = base["reference"] if isinstance(base["reference"], str) else ""
        earlier = self.by_name.get(known.lower())
        if earlier is not None:
            base = {"reference": known, "stage": earlier.attributes["name"]}
            stage.inherit(earlier)
        base["scratch"] = known == "scratch" and earlier is None
        if earlier is None and not base["scratch"]:
            base["name"] = canonical_name(base)
        platform = statement.flags.get("platform")
        if isinstance(platform, str):
            base["platform"] = expand(platform, self._arguments(), self.escape)
        if earlier is None and _WINDOWS.search(known):
            stage.shell = ("cmd", "/S", "/C")
        stage.attributes["base"] = base
        stage.locations[("base",)] = instruction.locate(reference)
        if alias:
            stage.attributes["name"] = alias[0].text
            stage.locations[("name",)] = instruction.locate(alias[0])
        self._add(stage, instruction, written(instruction, statement, self.escape))
        if alias:
            self.by_name[alias[0].text.lower()] = stage
        for trigger, its_statement in earlier.triggers if earlier is not None else ():
            apply(stage, trigger, its_statement)

    def _start_unread(self, instruction: Instruction) -> None:
        unread = Unresolved(instruction.text[:60], "this FROM cannot be read")
        stage = Stage(self.escape, instruction.location, {"index": len(self.stages)}, self.arguments, self.given)
        stage.attributes["base"] = {"reference": unread, "digest": unread, "name": unread, "scratch": False}
        stage.locations[("base",)] = instruction.location
        entry = {"instruction": "FROM", "text": instruction.text, "flags": {}, "arguments": instruction.text.split()}
        self._add(stage, instruction, entry)

    def _add(self, stage: Stage, instruction: Instruction, entry: dict[str, Any]) -> None:
        if not self.stages:
            for name, value in self.arguments.items():
                stage.put("global_args", name, value, self.argument_locations[name])
        stage.append("instructions", entry, instruction.location)
        self.stages.append(stage)

    def _arguments(self) -> dict[str, str | Unresolved | None]:
        """The ARGs that FROM sees; the builder's own need no ARG, and can be given as well."""
        return {**{name: value for name, value in self.given.items() if name.startswith(("TARGET", "BUILD"))},
                **self.arguments}  # fmt: skip


def canonical_name(parts: Mapping[str, Any]) -> str | Unresolved:
    """The image's full name without tag and digest, as Docker completes it: python is docker.io/library/python."""
    registry, repository = parts.get("registry", "docker.io"), parts["repository"]
    for part in (registry, repository):
        if isinstance(part, Unresolved):
            return part
    if registry not in _DOCKER_HUB:
        return f"{registry}/{repository}"
    return f"docker.io/{repository}" if "/" in repository else f"docker.io/library/{repository}"
