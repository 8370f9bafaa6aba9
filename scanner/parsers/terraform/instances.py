"""How many instances `count` and `for_each` make of a block, and what they are called."""

import json
from collections.abc import Callable, Iterator, Mapping
from typing import Any, TypeAlias

from scanner.parsers.terraform.conversion import number_of
from scanner.parsers.terraform.expressions import pairs
from scanner.parsers.terraform.functions.signature import hidden_by
from scanner.parsers.terraform.syntax import Attribute, Block
from scanner.parsers.terraform.values import EvaluationError, Handle, NotWorkedOutError, SetOf, Unknown, Value, kind_of

_MOST_INSTANCES = 10_000

# The one instance that stands for all where their number is not known.
ANY = ("*",)

Settle = Callable[[Attribute], Value]
# The end of an instance's address, its key, and what `count` or `each` is in it.
Expanded: TypeAlias = tuple[str, Any, Mapping[str, Value]]


def expand(block: Block, settle: Settle) -> Iterator[Expanded]:
    """Each instance.

    One instance `[*]` stands for all of them where it is not known which there are: they are judged once, and the
    attributes in which they differ are unknown.
    """
    for name in ("count", "for_each"):
        attribute = block.attributes.get(name)
        if attribute is not None:
            value = settle(attribute)
            yield from _counted(value) if name == "count" else _mapped(value)
            return
    yield "", None, {}


def quoted(key: str) -> str:
    """A key as Terraform writes it in an address."""
    return json.dumps(key, ensure_ascii=False).replace("${", "$${").replace("%{", "%%{")


def cause_of(names: Mapping[str, Value]) -> str:
    """Why it is not known which instances there are, of the names bound in the instance `[*]`."""
    unknown = names["count"]["index"] if "count" in names else names["each"]["key"]
    return unknown.reason if isinstance(unknown, Unknown) else ""


def _counted(value: Value) -> Iterator[Expanded]:
    if isinstance(value, Unknown | Handle):
        yield _any("count", value)
        return
    try:
        number = number_of(value)
    except EvaluationError:
        yield _any("count", Unknown("count is null" if value is None else "count is not a number"))
        return
    except NotWorkedOutError as error:
        yield _any("count", Unknown(f"count: {error}"))
        return
    if not isinstance(number, int) or number < 0:
        reason = "count is negative" if number < 0 else "count is not a whole number"
        yield _any("count", Unknown(reason))
        return
    if number > _MOST_INSTANCES:
        yield _any("count", Unknown(f"count is {number}, which is more than is expanded"))
        return
    for index in range(number):
        yield f"[{index}]", index, {"count": {"index": index}}


def _mapped(value: Value) -> Iterator[Expanded]:
    hidden = hidden_by(value)
    if isinstance(hidden, Unknown):
        yield _any("each", hidden)
        return
    wrong = _refusal(value)
    if wrong:
        yield _any("each", Unknown(wrong))
        return
    if len(value) > _MOST_INSTANCES:
        yield _any("each", Unknown(f"for_each has {len(value)} elements, which is more than is expanded"))
        return
    for key, inner in pairs(value):
        yield f"[{quoted(str(key))}]", str(key), {"each": {"key": key, "value": inner}}


def _refusal(value: Value) -> str:
    """Why Terraform does not take the value for `for_each`, empty when it does."""
    if isinstance(value, dict):
        return ""
    if not isinstance(value, SetOf):
        return f"for_each is {kind_of(value)}, neither a mapping nor a set of texts"
    return "" if all(isinstance(item, str) for item in value) else "for_each is a set with elements that are no texts"


def _any(name: str, value: Value) -> Expanded:
    unknown = value.as_unknown() if isinstance(value, Handle) else value
    bound = {"index": unknown} if name == "count" else {"key": unknown, "value": unknown}
    return "[*]", ANY, {name: bound}
