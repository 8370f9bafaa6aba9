"""The attributes of one resource as the plan has them, with the lines of the configuration where that is there."""

from dataclasses import replace
from typing import Any

from scanner.core.values import AttributePath, Unresolved
from scanner.parsers.terraform.json_syntax import attributes_of
from scanner.parsers.terraform.plan.overlay import Overlay
from scanner.parsers.terraform.plan.planned import Plan, PlannedResource
from scanner.parsers.terraform.syntax import Attribute, Block
from scanner.parsers.terraform.trees import Tree
from scanner.parsers.terraform.values import Unknown

_UNWRITTEN = "it is known only after apply, and what it is made of is not kept in the plan"


def planned_tree(tree: Tree, planned: PlannedResource, plan: Plan) -> Tree:
    """`tree`, which the configuration gives, with the planned values in it."""
    block = tree.places[0][1]
    new: list[tuple[AttributePath, AttributePath]] = []

    def moved(path: AttributePath, written: AttributePath) -> None:
        new.append((path, written))

    after = {name: value for name, value in planned.after.items() if not _is_of_another(name, value, tree, planned)}
    values = Overlay(Unknown(_UNWRITTEN)).value(tree.values, after, planned.unknown)
    attributes = Overlay(Unresolved("", _UNWRITTEN), moved).value(tree.attributes, after, planned.unknown)
    if block.source.path == plan.path:
        in_plan = _in_plan(block, planned, plan)
        references = _moved_references(tree, planned, in_plan)
        return replace(tree, values=values, attributes=attributes, places=[((), in_plan)], references=references)
    places = dict(tree.places)
    for path, written in new:
        for at, each in tree.places:
            if at[: len(written)] == written:
                places[*path, *at[len(written) :]] = each
    return replace(tree, values=values, attributes=attributes, places=[*places.items()])


def _is_of_another(name: str, value: Any, tree: Tree, planned: PlannedResource) -> bool:
    """Whether this is a block that nobody has written here: what the resource has now of another that configures it.

    That other resource is in the plan itself, and may be about to change.
    """
    is_block = isinstance(value, list) and bool(value) and isinstance(value[0], dict)
    return is_block and name not in tree.values and planned.before.get(name) == value


def _in_plan(block: Block, planned: PlannedResource, plan: Plan) -> Block:
    """The block of a resource whose lines are those of the plan file itself."""
    known = {name: value for name, value in planned.after.items() if value is not None}
    attributes = attributes_of(known, (*planned.place, *planned.inside), plan.source, literal=True)
    if isinstance(planned.unknown, dict):
        later = {name: value for name, value in planned.unknown.items() if name not in known and value}
        attributes |= attributes_of(later, (*planned.place, "change", "after_unknown"), plan.source, literal=True)
    return replace(block, attributes=attributes, blocks=(), place=planned.place, source=plan.source)


def _moved_references(tree: Tree, planned: PlannedResource, block: Block) -> list[tuple[Attribute, frozenset[str]]]:
    """The references with the places at which the attributes that refer are planned."""
    paths = {id(attribute): (*path, name) for path, each in tree.places for name, attribute in each.attributes.items()}
    found: list[tuple[Attribute, frozenset[str]]] = []
    for attribute, targets in tree.references:
        first, *rest = paths.get(id(attribute), (attribute.name,))
        there = block.attributes.get(str(first))
        if there is None:
            found.append((attribute, targets))
            continue
        place = there.place
        value: Any = planned.after.get(str(first))
        for step in rest:
            try:
                value = value[step]
            except (LookupError, TypeError):
                break
            place = (*place, step) if value is not None else place
        found.append((replace(attribute, place=place, source=there.source), targets))
    return found
