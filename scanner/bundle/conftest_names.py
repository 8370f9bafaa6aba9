"""What a rule without a name is called by: the part of its message that is always the same."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

_VERB = re.compile(r"%[-+# 0-9.*]*(?:\[\d+\])?[a-zA-Z]")
_WORD = re.compile(r"[a-z0-9]+")
_LONGEST = 60
_DEEPEST = 8
_SHORTEST_TEXT = 3


def constant_text(tree: Mapping[str, Any]) -> str:
    """The constant text of the message that a clause gives, with `…` for what changes; empty when there is none."""
    spec = tree.get("Spec")
    if spec is None:
        return ""
    head = next(iter(spec["head"].values()))
    message = head.get("key") or (head.get("assign") or {}).get("value")
    if message is None:
        return ""
    text = _text(message, list(_assignments(spec["bodies"])), _DEEPEST)
    text = " ".join(_VERB.sub("…", text.replace("%%", "%")).split())
    return text if len(text.replace("…", "").strip()) >= _SHORTEST_TEXT else ""


def slug(text: str) -> str:
    """Text as a part of an id: lower case, with hyphens, cut between two words."""
    words = _WORD.findall(text.lower().replace("'", "").replace("\N{RIGHT SINGLE QUOTATION MARK}", ""))
    while len("-".join(words)) > _LONGEST and len(words) > 1:
        words.pop()
    return "-".join(words)[:_LONGEST]


def first_free(name: str, taken: set[str]) -> str:
    """The name, with a number behind it when it is taken; it is taken afterwards."""
    free, number = name, 1
    while free.lower() in taken:
        number += 1
        free = f"{name}-{number}"
    taken.add(free.lower())
    return free


def _assignments(bodies: Any) -> Iterator[tuple[str, Any]]:
    """The variables that get a value anywhere in a rule, and the expressions of the values."""
    todo = [bodies]
    while todo:
        node = todo.pop(0)
        if isinstance(node, list):
            todo += node
        elif isinstance(node, dict):
            found = node.get("AssignExpr")
            if found and "Var" in found["lhs"]:
                yield found["lhs"]["Var"]["value"], found["rhs"]
            todo += [inner for kind, inner in node.items() if kind != "span"]


def _text(node: Any, variables: list[tuple[str, Any]], depth: int) -> str:
    kind, inner = next(iter(node.items()))
    if depth == 0:
        return ""
    if kind in ("String", "RawString"):
        return str(inner["value"])
    if kind == "Var":
        values = [value for name, value in variables if name == inner["value"]]
        return _text(values[0], variables, depth - 1) if values else ""
    if kind == "Object":
        messages = [value for _, key, value in inner["fields"] if key.get("String", {}).get("value") == "msg"]
        return _text(messages[0], variables, depth - 1) if messages else ""
    if kind == "Call":
        parameters = inner["params"]
        name = inner["fcn"].get("Var", {}).get("value")
        if name == "concat" and len(parameters) == 2:
            return _text(parameters[1], variables, depth - 1)
        return next((text for each in parameters if (text := _text(each, variables, depth - 1))), "")
    if kind == "Array":
        return " ".join(_text(each, variables, depth - 1) or "…" for each in inner["items"])
    return ""
