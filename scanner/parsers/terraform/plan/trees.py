"""The attributes of one resource as the plan has them, with the lines of the configuration where that is there."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from scanner.core.values import AttributePath
from scanner.parsers.terraform.json_syntax import attributes_of
from scanner.parsers.terraform.plan.overlay import overlaid
from scanner.parsers.terraform.plan.planned import Plan, PlannedResource
from scanner.parsers.terraform.syntax import Block
from scanner.parsers.terraform.trees import Tree


def planned_tree(tree: Tree, planned: PlannedResource, plan: Plan) -> Tree:
    """`tree`, which the configuration gives, with the planned values in it."""
    block = tree.places[0][1]
    new: list[tuple[AttributePath, AttributePath]] = []

    def moved(path: AttributePath, written: AttributePath) -> None:
        new.append((path, written))

    values = overlaid(tree.values, planned.after, planned.unknown, moved)
    new.clear()
    attributes = overlaid(tree.attributes, planned.after, planned.unknown, moved)
    if block.source.path == plan.path:
        return replace(tree, values=values, attributes=attributes, places=[((), _in_plan(block, planned, plan))])
    blocks = dict(tree.places)
    places = dict(tree.places)
    for path, written in new:
        for at, each in blocks.items():
            if at[: len(written)] == written:
                places[*path, *at[len(written) :]] = each
    return replace(tree, values=values, attributes=attributes, places=[*places.items()])


def _in_plan(block: Block, planned: PlannedResource, plan: Plan) -> Block:
    """The block of a resource whose lines are those of the plan file itself."""
    attributes = attributes_of(_known(planned.after), (*planned.place, *planned.inside), plan.source)
    return replace(block, attributes=attributes, blocks=(), place=planned.place, source=plan.source)


def _known(after: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in after.items() if value is not None}
