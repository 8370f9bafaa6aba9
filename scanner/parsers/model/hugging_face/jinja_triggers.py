"""Text that a chat template puts in only when a message holds certain words, or from a certain day on."""

from collections.abc import Iterator, Sequence
from typing import TypeGuard

from jinja2 import nodes

from scanner.parsers.model.hugging_face.jinja_words import (
    constant_texts,
    folded_text,
    is_keyword,
    subtree,
    words_in,
)

_FEWEST_WORDS = 4
_SEARCHES = frozenset(("startswith", "endswith", "find", "index", "count"))


def triggers(tree: nodes.Template) -> Iterator[tuple[str, int]]:
    """What is wrong, and the line, for each condition on the words of a message or on the date that adds sentences.

    Only that is told: a condition on a marker (`<think>`, `/no_think`), or one that adds tokens, is how templates work.
    """
    contents, clocks = _kept_under(tree, "content"), _kept_under(tree, "strftime_now")
    for branch in subtree(tree):
        if not isinstance(branch, nodes.If | nodes.CondExpr):
            continue
        body: Sequence[nodes.Node] = branch.body if isinstance(branch, nodes.If) else [branch.expr1]
        if words_in(constant_texts(_without_errors(body))) < _FEWEST_WORDS:
            continue
        word = next((text for text in _sought(branch.test, contents) if is_keyword(text)), None)
        if word is not None:
            yield f"it adds text only when a message holds “{word[:40]}”", branch.lineno
        tested = [each for each in subtree(branch.test) if isinstance(each, nodes.Compare)]
        if any(_mentioned(each) & clocks for each in tested):
            yield "it adds text only on certain days", branch.lineno


def _without_errors(body: Sequence[nodes.Node]) -> list[nodes.Node]:
    """The statements without those that end in an error for the caller."""
    return [statement for statement in body if not any(_is_error(each) for each in subtree(statement))]


def _is_error(node: nodes.Node) -> bool:
    return isinstance(node, nodes.Call) and isinstance(node.node, nodes.Name) and node.node.name == "raise_exception"


def _kept_under(tree: nodes.Template, name: str) -> frozenset[str]:
    """The name, and those of the variables that its value goes into, wherever in the template."""
    into: dict[str, set[str]] = {}
    for node in subtree(tree):
        if isinstance(node, nodes.Assign) and isinstance(node.target, nodes.Name):
            for mentioned in _mentioned(node.node):
                into.setdefault(mentioned, set()).add(node.target.name)
    found, waiting = {name}, [name]
    while waiting:
        more = into.get(waiting.pop(), set()) - found
        found |= more
        waiting.extend(more)
    return frozenset(found)


def _mentioned(expression: nodes.Node) -> frozenset[str]:
    """The variables, attributes and keys that the expression takes."""
    found: set[str] = set()
    for node in subtree(expression):
        if isinstance(node, nodes.Name):
            found.add(node.name)
        elif isinstance(node, nodes.Getattr):
            found.add(node.attr)
        elif isinstance(node, nodes.Getitem) and (key := folded_text(node.arg)):
            found.add(key)
    return frozenset(found)


def _sought(test: nodes.Node, contents: frozenset[str]) -> Iterator[str]:
    """The constant texts that the test looks for in a message."""
    for node in subtree(test):
        if isinstance(node, nodes.Compare):
            yield from _compared(node, contents)
        elif _is_search(node, contents):
            yield from filter(None, map(folded_text, node.args))


def _is_search(node: nodes.Node, contents: frozenset[str]) -> TypeGuard[nodes.Call]:
    if not isinstance(node, nodes.Call) or not isinstance(node.node, nodes.Getattr):
        return False
    return node.node.attr in _SEARCHES and bool(_mentioned(node.node.node) & contents)


def _compared(node: nodes.Compare, contents: frozenset[str]) -> Iterator[str]:
    for operand in node.ops:
        pairs = [(node.expr, operand.expr)] if operand.op in ("in", "eq") else []
        pairs += [(operand.expr, node.expr)] if operand.op == "eq" else []
        for constant, searched in pairs:
            text = folded_text(constant)
            if text is not None and _mentioned(searched) & contents:
                yield text
