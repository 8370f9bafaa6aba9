"""The way of a Terraform attribute: from the block that is judged to the file that gives the value."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from scanner.core.location import Location
from scanner.core.resource import Resource, SourceFile
from scanner.core.values import AttributePath
from scanner.explaining.steps import End, EndKind, Way
from scanner.explaining.terraform_follow import Follower
from scanner.explaining.terraform_place import Bound, Place, place_in
from scanner.parsers.interface import ParseContext
from scanner.parsers.terraform.expressions import TooMuchWorkError, pairs
from scanner.parsers.terraform.modules import Instance, Module
from scanner.parsers.terraform.roots import opened_roots
from scanner.parsers.terraform.syntax import Attribute, Block, Expression, Variable, constant, elements
from scanner.parsers.terraform.trees import read_tree
from scanner.parsers.terraform.values import EvaluationError


class TerraformTracer:
    """Reads the roots once, and then follows as many attributes as are asked for."""

    def __init__(self, files: Sequence[SourceFile], context: ParseContext) -> None:
        self._roots, self._variables = opened_roots(files, context)
        self._instances: dict[tuple[str, str], Instance] = {}
        for root in self._roots:
            for instance in _all_instances(root):
                self._instances.setdefault((root.root.origin, instance.address), instance)

    def way(self, resource: Resource, path: AttributePath, location: Location) -> Way:
        """The way of the attribute at `path`; `location` is the line that the finding names."""
        way = Way()
        instance = self._instances.get((resource.origin, resource.address.partition("/")[0]))
        if instance is None:
            way.step("block", f"{resource.address} is declared here", resource.location)
            return way
        try:
            self._follow(way, instance, resource, path, location)
        except (TooMuchWorkError, RecursionError):
            way.step("unknown", "from here on it takes more steps to evaluate than are allowed", location)
        self._calls(way, instance)
        return way

    def _follow(
        self, way: Way, instance: Instance, resource: Resource, path: AttributePath, location: Location
    ) -> None:
        found = _written_at(instance, path) if resource.address == instance.address else None
        found = found or _written_in(self._instances.values(), instance, location)
        if found is None:
            _absent(way, instance, resource, path, location)
            return
        attribute, expression, rest, place = found
        whole = attribute.location if expression is attribute.expression else place.locate(expression)
        way.step("attribute", f"{attribute.name} of {resource.address}", whole, 0, attribute.name)
        Follower(way, self._variables).follow(expression, rest, place, 0)

    def _calls(self, way: Way, instance: Instance) -> None:
        """How the module that holds the block is reached, where the way has not led through its calls."""
        caller = instance.module.caller
        while caller is not None:
            passed = any(
                step.location
                and step.location.path == caller.block.location.path
                and caller.block.location.start_line <= step.location.start_line <= caller.block.location.end_line
                for step in way.steps
            )
            if not passed:
                way.step("call", f"{caller.address} calls the module", caller.block.location, 1)
            caller = caller.module.caller


def _all_instances(module: Module) -> Iterator[Instance]:
    try:
        yield from module.resources()
        yield from module.calls()
        for name, block in module.directory.providers.items():
            address = f"provider.{name}"
            yield Instance(f"{module.prefix}{address}", address, block, module, {}, module.presence)
        for child in module.children():
            yield from _all_instances(child)
    except (TooMuchWorkError, RecursionError):
        return


_Found = tuple[Attribute, Expression, AttributePath, Place]


def _written_at(instance: Instance, path: AttributePath) -> _Found | None:
    """The attribute at a path of the resource, with what is left of the path inside its expression."""
    tree = read_tree(instance.block, instance.module.scope, instance.names)
    best: _Found | None = None
    longest = -1
    for at, block in tree.places:
        rest = _below(path, at)
        if rest is None or len(at) < longest:
            continue
        if block.type == "dynamic":
            attribute = block.attributes.get("for_each")
            if attribute is not None:
                best, longest = (attribute, attribute.expression, (), place_in(instance, attribute)), len(at)
            continue
        attribute = block.attributes.get(str(rest[0])) if rest else None
        if attribute is not None:
            place = _in_dynamic(place_in(instance, attribute), instance, block, at, tree.places)
            best, longest = (attribute, attribute.expression, rest[1:], place), len(at)
    return best


def _below(path: AttributePath, at: AttributePath) -> AttributePath | None:
    """What of the path is left below `at`; where a path names no position, the first is meant."""
    position = 0
    for step in at:
        if position < len(path) and path[position] == step:
            position += 1
        elif step != 0:
            return None
    return path[position:]


def _in_dynamic(
    place: Place, instance: Instance, block: Block, at: AttributePath, places: Sequence[tuple[AttributePath, Block]]
) -> Place:
    """The place with the iterator of the dynamic block that makes this one, if one does."""
    generator = next((each for each in _dynamics(instance.block) if any(inner is block for inner in each.blocks)), None)
    if generator is None or not at:
        return place
    for_each = generator.attributes["for_each"]
    written = generator.expression("iterator")
    iterator = written.name if isinstance(written, Variable) else str(constant(written) or generator.labels[0])
    first = min(
        each[-1] for each, made in places if made is block and each[:-1] == at[:-1] and isinstance(each[-1], int)
    )
    try:
        keys = list(pairs(place.value(for_each.expression)))
        key, value = keys[int(at[-1]) - int(first)]
    except (EvaluationError, IndexError, ValueError):
        return place
    outside = place.of(for_each)
    said = f"for_each of the {generator.labels[0]} blocks gives the element {key}"
    bound = Bound(for_each.expression, outside, (key,), said)
    names = {**place.names, iterator: {"key": key, "value": value}}
    return replace(place, names=names, bound={**place.bound, f"{iterator}.value": bound, f"{iterator}.key": bound})


def _dynamics(block: Block) -> Iterator[Block]:
    for inner in block.blocks:
        if inner.type == "dynamic" and "for_each" in inner.attributes:
            yield inner
        yield from _dynamics(inner)


def _written_in(instances: Iterable[Instance], instance: Instance, location: Location) -> _Found | None:
    """The innermost expression that begins in the line: of this resource, or of a document that it is made from."""
    candidates = [instance, *(each for each in instances if each.module is instance.module)]
    for each in candidates:
        if each.block.source.path == location.path and _holds(each.block.location, location):
            for attribute in _attributes(each.block):
                if _holds(attribute.location, location):
                    place = place_in(each, attribute)
                    return attribute, _innermost(attribute.expression, place, location), (), place
            for block in _dynamics(each.block):
                if block.location.start_line == location.start_line:
                    attribute = block.attributes["for_each"]
                    return attribute, attribute.expression, (), place_in(each, attribute)
    return None


def _attributes(block: Block) -> Iterator[Attribute]:
    yield from block.attributes.values()
    for inner in block.blocks:
        yield from _attributes(inner)


def _holds(outer: Location, inner: Location) -> bool:
    return outer.path == inner.path and outer.start_line <= inner.start_line <= outer.end_line


def _innermost(expression: Expression, place: Place, location: Location) -> Expression:
    for _, where, inner in elements(expression):
        if place.source.locate(where).start_line <= location.start_line <= place.source.locate(where).end_line:
            return _innermost(inner, place, location)
    return expression


def _absent(way: Way, instance: Instance, resource: Resource, path: AttributePath, location: Location) -> None:
    name = ".".join(str(step) for step in path if not isinstance(step, int))
    presence = instance.presence
    if presence is not None:
        way.step("block", f"whether {resource.address} exists is not known: {presence.reason}", location)
        way.end(End(EndKind.UNKNOWN, location, presence.expression, ("--var-file FILE", "a plan"), 0))
        return
    said = f"{resource.address} does not write {name}" if name else f"{resource.address} is declared here"
    way.step("block", said, location)
