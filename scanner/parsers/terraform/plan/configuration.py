"""The configuration that a plan describes, as the directories it was made from, for where they are not at hand.

A plan keeps constants and the names that each expression refers to, but neither the expressions nor the locals.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from scanner.core.values import AttributePath
from scanner.parsers.terraform.directories import Directory
from scanner.parsers.terraform.hcl import read_expression
from scanner.parsers.terraform.plan.planned import Plan, names_in
from scanner.parsers.terraform.syntax import (
    Attribute,
    Block,
    Call,
    Expression,
    Literal,
    ObjectLiteral,
    Opaque,
    Source,
    TupleLiteral,
)

# A function that no configuration can call: something that is made of its arguments, nobody knows how.
MADE_OF = "(planned)"

_ROOT: AttributePath = ("configuration", "root_module")


def directory_of_plan(plan: Plan, path: str, calls: tuple[str, ...] = ()) -> Directory | None:
    """What the module that these calls lead to declares, under the name `path`; None when the plan does not know."""
    if plan.is_state:
        return _of_state(plan, path, calls)
    module: Mapping[str, Any] = plan.configuration
    place = _ROOT
    for name in calls:
        call = module.get("module_calls", {}).get(name)
        if call is None:
            return None
        module, place = call.get("module", {}), (*place, "module_calls", name, "module")
    return _directory(plan, path, module, place, calls)


def _directory(
    plan: Plan, path: str, module: Mapping[str, Any], place: AttributePath, calls: tuple[str, ...]
) -> Directory:
    source = plan.source
    directory = Directory(path)
    for index, each in enumerate(module.get("resources", ())):
        kind = "data" if each.get("mode") == "data" else "resource"
        attributes, blocks = _body(each.get("expressions", {}), source, (*place, "resources", index, "expressions"))
        attributes |= _repeated(each, source, (*place, "resources", index))
        block = Block(kind, (each["type"], each["name"]), attributes, blocks, (*place, "resources", index), source)
        directory.resources[kind, each["type"], each["name"]] = block
    for name, each in module.get("variables", {}).items():
        at = (*place, "variables", name)
        constants = {key: {"constant_value": each[key]} for key in ("default", "sensitive") if key in each}
        attributes = {key: _attribute(key, written, at, source) for key, written in constants.items()}
        directory.variables[name] = Block("variable", (name,), attributes, (), at, source)
    for name, each in module.get("outputs", {}).items():
        at = (*place, "outputs", name)
        value = _attribute("value", each.get("expression", {}), (*at, "expression"), source)
        directory.outputs[name] = Block("output", (name,), {"value": value}, (), at, source)
    for name, each in module.get("module_calls", {}).items():
        at = (*place, "module_calls", name)
        attributes, blocks = _body(each.get("expressions", {}), source, (*at, "expressions"))
        written = {"constant_value": each.get("source", "")}
        attributes |= {"source": _attribute("source", written, at, source), **_repeated(each, source, at)}
        directory.modules[name] = Block("module", (name,), attributes, blocks, at, source)
    directory.providers.update(_providers(plan, calls))
    return directory


def _providers(plan: Plan, calls: tuple[str, ...]) -> Iterator[tuple[str, Block]]:
    """The configurations of providers that the module writes itself."""
    for key, each in plan.providers.items():
        if each.get("module_address", "") == ".".join(f"module.{name}" for name in calls) and "expressions" in each:
            at: AttributePath = ("configuration", "provider_config", key)
            attributes, blocks = _body(each["expressions"], plan.source, (*at, "expressions"))
            alias = each.get("alias")
            if alias:
                attributes["alias"] = _attribute("alias", {"constant_value": alias}, at, plan.source)
            name = str(each["name"])
            yield f"{name}.{alias}" if alias else name, Block("provider", (name,), attributes, blocks, at, plan.source)


def _of_state(plan: Plan, path: str, calls: tuple[str, ...]) -> Directory | None:
    """A state says nothing of what it was made from: resources and module calls with nothing written in them."""
    directory = Directory(path)
    for resource in plan.resources.values():
        names = names_in(resource.module)
        if names == calls:
            kind = "data" if resource.mode == "data" else "resource"
            block = Block(kind, (resource.type, resource.name), {}, (), resource.place, plan.source)
            directory.resources.setdefault((kind, resource.type, resource.name), block)
        elif names[: len(calls)] == calls:
            name = names[len(calls)]
            source = _attribute("source", {"constant_value": f"./{name}"}, resource.place, plan.source)
            block = Block("module", (name,), {"source": source}, (), resource.place, plan.source)
            directory.modules.setdefault(name, block)
    return directory if directory.resources or directory.modules else None


def _repeated(each: Mapping[str, Any], source: Source, place: AttributePath) -> dict[str, Attribute]:
    return {
        name: _attribute(name, each[f"{name}_expression"], (*place, f"{name}_expression"), source)
        for name in ("count", "for_each")
        if f"{name}_expression" in each
    }


def _body(
    expressions: Mapping[str, Any], source: Source, place: AttributePath
) -> tuple[dict[str, Attribute], tuple[Block, ...]]:
    attributes: dict[str, Attribute] = {}
    blocks: list[Block] = []
    for name, each in expressions.items():
        at = (*place, name)
        if isinstance(each, list):
            inner = [_body(part, source, (*at, index)) for index, part in enumerate(each)]
            blocks += [Block(name, (), *body, (*at, index), source) for index, body in enumerate(inner)]
        elif each and not {"constant_value", "references"} & each.keys():
            blocks.append(Block(name, (), *_body(each, source, at), at, source))
        else:
            attributes[name] = _attribute(name, each, at, source)
    return attributes, tuple(blocks)


def _attribute(name: str, expression: Mapping[str, Any], place: AttributePath, source: Source) -> Attribute:
    return Attribute(name, _expression(expression, place), place, source)


def _expression(expression: Mapping[str, Any], place: AttributePath) -> Expression:
    if "constant_value" in expression:
        return _constant(expression["constant_value"], (*place, "constant_value"))
    references = expression.get("references", ())
    # `aws_kms_key.models.arn` is followed by `aws_kms_key.models`, which says no more.
    longest = [one for one in references if not any(other.startswith((f"{one}.", f"{one}[")) for other in references)]
    if not longest:
        return Call(place, MADE_OF, (Opaque(place),))
    first = (*place, "references", references.index(longest[0]))
    # What is gone, such as an instance of a resource that has none, must not hide the others.
    tried = (Call(first, "try", (read_expression(each), Literal(first, None))) for each in longest)
    return Call(first, MADE_OF, tuple(tried))


def _constant(value: Any, place: AttributePath) -> Expression:
    if isinstance(value, list):
        return TupleLiteral(place, tuple(_constant(inner, (*place, index)) for index, inner in enumerate(value)))
    if isinstance(value, dict):
        items = (
            (Literal(place, name), _constant(inner, (*place, name)), (*place, name)) for name, inner in value.items()
        )
        return ObjectLiteral(place, tuple(items))
    return Literal(place, value)
