"""The IAM statements that a plan knows, with the lines of those that are written."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from scanner.core.values import Unresolved, leaves
from scanner.parsers.terraform.statements import DOCUMENT_ATTRIBUTES, DOCUMENT_TYPE, Statement
from scanner.parsers.terraform.trees import Tree


def with_plan(written: Sequence[Statement], planned: Sequence[Statement]) -> list[Statement]:
    """The statements as they are written where all of them is known, else as they are planned.

    Both are in the same order; where their number differs nothing tells which line is whose.
    """
    if not any(_is_open(each) for each in written) and written:
        return [*written]
    if len(written) != len(planned):
        return [*planned]
    return [
        replace(after, location=before.location, locations=before.locations) if _is_open(before) else before
        for before, after in zip(written, planned, strict=True)
    ]


def documents_behind(tree: Tree) -> Iterator[str]:
    """The policy documents that the attributes of a resource are made from."""
    for attribute, targets in tree.references:
        if attribute.name in DOCUMENT_ATTRIBUTES:
            yield from (target for target in targets if f"data.{DOCUMENT_TYPE}." in target)


def _is_open(statement: Statement) -> bool:
    return statement.unknown or any(isinstance(leaf, Unresolved) for _, leaf in leaves(statement.attributes))
