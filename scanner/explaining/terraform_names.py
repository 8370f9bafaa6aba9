"""Follows a reference of Terraform to what it names: a variable, a local, the output of a module, a resource."""

from dataclasses import replace

from scanner.core.location import Location
from scanner.core.values import AttributePath
from scanner.explaining.steps import End, EndKind, Gap
from scanner.explaining.terraform_place import Place, Trail, place_in
from scanner.parsers.terraform.modules import Instance, Module
from scanner.parsers.terraform.syntax import (
    Attribute,
    Block,
    Call,
    Expression,
    Literal,
    ObjectLiteral,
    constant,
    element,
)

_NAMESPACES = frozenset(("var", "local", "module", "data", "path", "terraform", "each", "count", "self"))


def refer(trail: Trail, name: str, path: AttributePath, place: Place, depth: int) -> None:
    """Go on from a reference: its first word, and the steps behind it with whatever is wanted of the value."""
    first = str(path[0]) if path else ""
    if name == "var" and first:
        variable(trail, first, path[1:], place.module, depth)
    elif name == "local" and first:
        _local(trail, first, path[1:], place.module, depth)
    elif name == "module" and first:
        _output(trail, first, path[1:], place.module, depth)
    elif name in ("path", "terraform"):
        _of_terraform(trail, f"{name}.{first}", place, depth)
    elif name == "data" and len(path) > 1:
        _resource(trail, ("data", first, str(path[1])), path[2:], place.module, depth)
    elif name not in _NAMESPACES and first:
        _resource(trail, ("resource", name, first), path[1:], place.module, depth)


def variable(trail: Trail, name: str, path: AttributePath, module: Module, depth: int) -> None:
    """Go on from a variable to what gives it its value."""
    block = module.directory.variables.get(name)
    if block is None:
        _unknown(trail, f"var.{name}", f"var.{name} is not declared", None, depth, ("declare the variable",))
        return
    where = f" in {module.prefix.removesuffix('.')}" if module.caller else ""
    trail.way.step("variable", f"the variable {name}{where} is declared", block.location, depth)
    if module.caller is not None:
        given = module.caller.block.attributes.get(name)
        if given is not None and not _keeps_default(given, block):
            trail.way.step("argument", f"{module.caller.address} gives {name}", given.location, depth, name)
            at = place_in(module.caller, given)
            if _is_left_to_the_type(trail, given.expression, path, at, block, depth):
                return
            trail.follow(given.expression, path, at, depth)
            return
    elif _given_to_root(trail, name, path, module, block, depth):
        return
    default = block.attributes.get("default")
    if default is not None:
        trail.way.step(
            "default",
            f"nothing gives {name} a value, so its default counts",
            default.location,
            depth,
            f"the default of {name}",
        )
        at, before = Place(module, default.source), len(trail.way.ends)
        if not _is_left_to_the_type(trail, default.expression, path, at, block, depth):
            trail.follow(default.expression, path, at, depth)
        if module.caller is not None:
            gap = Gap(name, module.caller.address, module.caller.block.location)
            trail.way.ends[before:] = [replace(end, gap=gap) for end in trail.way.ends[before:]]
        return
    ways: tuple[str, ...] = (
        "a line in terraform.tfvars",
        "--var-file FILE",
        "a default",
        "a plan (terraform show -json)",
    )
    if module.caller is not None:
        ways = (f"an argument {name} where {module.caller.address} is called", "a default")
    message = f"var.{name} has no default and nothing gives it a value"
    _unknown(trail, f"var.{name}", message, block.location, depth, ways)


def _given_to_root(trail: Trail, name: str, path: AttributePath, module: Module, block: Block, depth: int) -> bool:
    """Whether something gives a variable of the root a value, and the way from there."""
    plan, location = module.root.plan, None
    if plan is not None and name in plan.variables:
        location = plan.source.locate(("variables", name))
        trail.way.step("plan", f"the plan was made with this value of var.{name}", location, depth)
    giver = trail.variables.giver(module.directory, name)
    if isinstance(giver, Attribute):
        if _keeps_default(giver, block):
            return False
        trail.way.step("tfvars", f"{giver.source.path} gives {name}", giver.location, depth, name)
        at = Place(module, giver.source)
        if not _is_left_to_the_type(trail, giver.expression, path, at, block, depth):
            trail.follow(giver.expression, path, at, depth)
        return True
    if giver is not None:
        trail.way.step("environment", f"{giver} in the environment gives {name}", None, depth)
        trail.way.end(End(EndKind.WRITTEN, None, giver, depth=depth))
        return True
    if plan is not None and name in plan.variables:
        default = block.attributes.get("default")
        if default is not None and constant(default.expression) == plan.variables[name]:
            return False
        trail.way.end(End(EndKind.WRITTEN, location, f"var.{name}", depth=depth))
        return True
    return False


def _keeps_default(given: Attribute, block: Block) -> bool:
    """Whether null is given to a variable that does not take it."""
    is_null = isinstance(given.expression, Literal) and given.expression.value is None
    return is_null and constant(block.expression("nullable")) is False and "default" in block.attributes


def _is_left_to_the_type(
    trail: Trail, given: Expression, path: AttributePath, place: Place, block: Block, depth: int
) -> bool:
    """Whether what is given leaves out the wanted part, so that `optional(…, default)` in the type decides."""
    constraint, written = block.expression("type"), given
    for index, step in enumerate(path):
        if not isinstance(written, ObjectLiteral) or not isinstance(constraint, Call):
            return False
        shape = constraint.arguments[0] if constraint.name == "object" and constraint.arguments else None
        optional = element(shape, step)
        inner = element(written, step)
        if constraint.name == "map" and constraint.arguments:
            optional = constraint.arguments[0]
        if inner is not None:
            written = inner
            is_optional = isinstance(optional, Call) and optional.name == "optional"
            constraint = optional.arguments[0] if is_optional and isinstance(optional, Call) else optional
            continue
        if not isinstance(optional, Call) or optional.name != "optional" or len(optional.arguments) < 2:
            return False
        at = Place(place.module, block.source)
        message = f"{step} is left out there: the default in the variable's type counts"
        trail.way.step("default", message, at.locate(optional), depth)
        trail.follow(optional.arguments[1], path[index + 1 :], at, depth)
        return True
    return False


def _local(trail: Trail, name: str, path: AttributePath, module: Module, depth: int) -> None:
    attribute = module.directory.locals.get(name)
    if attribute is None:
        _unknown(trail, f"local.{name}", f"local.{name} is not declared", None, depth, ("declare the local",))
        return
    trail.way.step("local", f"local.{name}", attribute.location, depth, f"local.{name}")
    trail.follow(attribute.expression, path, Place(module, attribute.source), depth)


def _output(trail: Trail, name: str, path: AttributePath, module: Module, depth: int) -> None:
    calls = [call for call in module.calls() if call.block.labels[:1] == (name,)]
    block = module.directory.modules.get(name)
    call, rest = _instance(calls, path)
    if call is None or block is None or not rest:
        at = block.location if block else None
        _unknown(trail, f"module.{name}", f"module.{name} is called", at, depth, ("a plan (terraform show -json)",))
        return
    child, output = module.child(call), str(rest[0])
    declared = child.directory.outputs.get(output) if child else None
    value = declared.attributes.get("value") if declared else None
    trail.way.step("call", f"{call.address} is called", call.block.location, depth)
    if child is None or value is None:
        ways = ("--modules FOLDER or --download-modules", "a plan (terraform show -json)")
        message = f"{call.address} was not read" if child is None else f"{call.address} has no output {output}"
        _unknown(trail, f"module.{name}.{output}", message, None, depth, ways)
        return
    trail.way.step("output", f"the output {output} of {call.address}", value.location, depth)
    trail.follow(value.expression, rest[1:], Place(child, value.source), depth)


def _resource(trail: Trail, key: tuple[str, str, str], path: AttributePath, module: Module, depth: int) -> None:
    block = module.directory.resources.get(key)
    written = f"{'data.' if key[0] == 'data' else ''}{key[1]}.{key[2]}"
    if block is None:
        return
    found = [each for each in module.resources() if each.block is block]
    instance, rest = _instance(found, path)
    wanted = str(rest[0]) if rest else ""
    attribute = block.attributes.get(wanted)
    if instance is not None and attribute is not None and key[0] == "resource":
        trail.way.step("resource", f"{instance.address} has {wanted}", attribute.location, depth)
        trail.follow(attribute.expression, rest[1:], place_in(instance, attribute), depth)
        return
    when = "when Terraform plans" if key[0] == "data" else "after apply"
    name = f"{written}.{wanted}" if wanted else written
    ways = ("a plan (terraform show -json) or the state",)
    _unknown(trail, name, f"{name} is known only {when}", block.location, depth, ways, "resource")


def _instance(found: list[Instance], path: AttributePath) -> tuple[Instance | None, AttributePath]:
    """The instance that a reference means, by its key where it has one, and the rest of the reference."""
    keyed = [each for each in found if each.address.endswith("]") and each.names]
    if not keyed:
        return (found[0] if found else None), path
    if not path:
        return keyed[0], path
    for each in keyed:
        key = each.names["count"]["index"] if "count" in each.names else each.names["each"]["key"]
        if key == path[0] or str(key) == str(path[0]):
            return each, path[1:]
    is_key = isinstance(path[0], int)
    return keyed[0], path[1:] if is_key else path


def _of_terraform(trail: Trail, name: str, place: Place, depth: int) -> None:
    if name == "terraform.workspace" and place.module.root.workspace is None:
        _unknown(trail, name, f"{name} is chosen when Terraform runs", None, depth, ("--workspace NAME",))
    elif isinstance(place.module.root.workspace, str) and name == "terraform.workspace":
        trail.way.step("option", f"--workspace is {place.module.root.workspace}", None, depth)
        trail.way.end(End(EndKind.WRITTEN, None, "--workspace", depth=depth))


def _unknown(  # noqa: PLR0913, PLR0917 - the parts of one message
    trail: Trail,
    name: str,
    message: str,
    location: Location | None,
    depth: int,
    ways: tuple[str, ...],
    kind: str = "unknown",
) -> None:
    trail.way.step(kind, message, location, depth)
    trail.way.end(End(EndKind.UNKNOWN, location, name, ways, depth))
