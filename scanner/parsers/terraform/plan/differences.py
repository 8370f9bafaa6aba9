"""What a plan says its configuration was, compared with the configuration that is there now."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from scanner.parsers.terraform.directories import Directory
from scanner.parsers.terraform.hcl import read_expression
from scanner.parsers.terraform.plan.subjects import subjects
from scanner.parsers.terraform.syntax import Attribute, Block, Literal, constant

# Written in a block, but for Terraform itself: a plan keeps them elsewhere or not at all.
_META = frozenset(("count", "for_each", "depends_on", "provider", "providers", "source", "version"))

Called = Callable[[Directory, str], Directory | None]


def first_difference(module: Mapping[str, Any], directory: Directory, called: Called, prefix: str = "") -> str | None:
    """The first thing in which the two differ, in words; None when they say the same as far as a plan tells."""
    return next(_differences(module, directory, called, prefix), None)


def _differences(module: Mapping[str, Any], directory: Directory, called: Called, prefix: str) -> Iterator[str]:
    planned = {_key(each): each for each in module.get("resources", ())}
    calls: Mapping[str, Any] = module.get("module_calls", {})
    yield from _names("resource", planned.keys(), directory.resources.keys(), prefix)
    written = {("module", name) for name in directory.modules}
    yield from _names("call", {("module", name) for name in calls}, written, prefix)
    for key, each in planned.items():
        if key in directory.resources:
            yield from _body(each.get("expressions", {}), directory.resources[key], f"{prefix}{_shown(key)}")
    for name, call in calls.items():
        block = directory.modules.get(name)
        if block is None:
            continue
        yield from _body(call.get("expressions", {}), block, f"{prefix}module.{name}")
        source = constant(block.expression("source"))
        if source != call.get("source"):
            yield f"the source of {prefix}module.{name} is {call.get('source')} in it and {source} in {block.location}"
        inner = called(directory, source) if isinstance(source, str) and source.startswith(".") else None
        if inner is not None:
            yield from _differences(call.get("module", {}), inner, called, f"{prefix}module.{name}.")


def _names(noun: str, planned: Any, written: Any, prefix: str) -> Iterator[str]:
    for key in sorted(planned - written):
        yield f"it has the {noun} {prefix}{_shown(key)}, which is written nowhere"
    for key in sorted(written - planned):
        yield f"it lacks the {noun} {prefix}{_shown(key)}"


def _key(each: Mapping[str, Any]) -> tuple[str, str, str]:
    return "data" if each.get("mode") == "data" else "resource", each["type"], each["name"]


def _shown(key: tuple[str, ...]) -> str:
    return ".".join(key if key[0] != "resource" else key[1:])


def _body(expressions: Mapping[str, Any], block: Block, address: str) -> Iterator[str]:
    for name, attribute in block.attributes.items():
        if name not in _META:
            planned = expressions.get(name)
            if isinstance(planned, Mapping):
                yield from _expression(planned, attribute, f"{address}: {name}")
            elif planned is None and constant(attribute.expression) is not None:
                yield f"{address}: {name} is written in {attribute.location} and not in it"
    for name, planned in expressions.items():
        is_constant = isinstance(planned, Mapping) and planned.get("constant_value") is not None
        if is_constant and name not in block.attributes and all(name not in (b.type, *b.labels) for b in block.blocks):
            yield f"{address}: {name} is {planned['constant_value']!r} in it and written nowhere"
        inner = [each for each in block.blocks if each.type == name]
        if isinstance(planned, list) and len(planned) == len(inner):
            for part, each in zip(planned, inner, strict=True):
                yield from _body(part, each, f"{address}.{name}")


def _expression(planned: Mapping[str, Any], attribute: Attribute, shown: str) -> Iterator[str]:
    expression = attribute.expression
    value = planned.get("constant_value")
    if isinstance(expression, Literal):
        scalar = isinstance(value, str | int | float)
        if planned.get("references") or (scalar and expression.value is not None and _differ(value, expression.value)):
            yield f"{shown} is not what {attribute.location} says"
        return
    named = {subject for each in planned.get("references", ()) for subject in subjects(read_expression(each))}
    if named != set(subjects(expression)):
        yield f"{shown} refers to other things than {attribute.location} does"


def _differ(one: Any, other: Any) -> bool:
    return str(one).lower() != str(other).lower()
