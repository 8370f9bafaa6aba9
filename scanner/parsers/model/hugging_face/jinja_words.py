"""The constant text in Jinja expressions, and whether it is language that people write."""

import re
from collections.abc import Iterable, Iterator

from jinja2 import nodes

_MARKUP = re.compile(r"<[^<>\n]{0,200}>|\[/?[A-Z_]+\]")
_WORD = re.compile(r"[^\W\d_]{2,}")
_KEYWORD = re.compile(r"[^\W_]+(?:[ '\u2019-][^\W_]+)*")
_LONGEST = 10_000


def subtree(*roots: nodes.Node) -> Iterator[nodes.Node]:
    """The nodes and all below them."""
    waiting = list(reversed(roots))
    while waiting:
        node = waiting.pop()
        yield node
        waiting.extend(node.iter_child_nodes())


def folded_text(node: nodes.Node | None) -> str | None:
    """The text that an expression of constants makes, such as `"__cl" ~ "ass__"`; None for any other expression.

    Jinja would work it out as well, but also `"a" * 10**9`, which fills the memory.
    """
    parts: list[str] = []
    waiting = [node]
    while waiting:
        part = waiting.pop()
        if isinstance(part, nodes.TemplateData) or (isinstance(part, nodes.Const) and isinstance(part.value, str)):
            parts.append(part.data if isinstance(part, nodes.TemplateData) else part.value)
        elif isinstance(part, nodes.Add):
            waiting += [part.right, part.left]
        elif isinstance(part, nodes.Concat):
            waiting.extend(reversed(part.nodes))
        else:
            return None
    return "".join(parts)[:_LONGEST]


def constant_texts(statements: Iterable[nodes.Node]) -> Iterator[str]:
    """Every constant text among the statements: what stands between the tags, and what expressions put out or keep."""
    for node in subtree(*statements):
        if isinstance(node, nodes.Const | nodes.TemplateData) and (text := folded_text(node)):
            yield text


def words_in(texts: Iterable[str]) -> int:
    """How many words of a language are in the texts; tokens such as `<|im_start|>` and `[INST]` are none."""
    return sum(len(_WORD.findall(_MARKUP.sub(" ", text))) for text in texts)


def is_keyword(text: str) -> bool:
    """Whether the text is a word or phrase that a user may write, and no marker such as `<think>` or `/no_think`."""
    return _KEYWORD.fullmatch(text.strip()) is not None and _WORD.search(text) is not None
