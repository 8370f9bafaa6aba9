"""Walks the syntax trees of modules."""

from collections.abc import Iterator
from typing import Any


def nodes(*trees: Any) -> Iterator[dict[str, Any]]:
    """Every node of the trees in the order of the text; without recursion, because expressions may nest deeply.

    A node is a mapping of kinds to what stands there, such as `{"Var": {"value": "x", "span": …}}`, or such an inside.
    """
    todo = list(reversed(trees))
    while todo:
        node = todo.pop()
        if isinstance(node, list):
            todo += reversed(node)
        elif isinstance(node, dict):
            yield node
            todo += [inner for kind, inner in reversed(node.items()) if kind != "span"]
