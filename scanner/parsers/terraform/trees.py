"""The attributes of one block in one instance, with nested and dynamic blocks, as a tree of values."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from scanner.core.location import Location
from scanner.core.values import AttributePath
from scanner.parsers.terraform.expressions import Scope, pairs
from scanner.parsers.terraform.settling import settle
from scanner.parsers.terraform.syntax import (
    Attribute,
    Block,
    Expression,
    Literal,
    TupleLiteral,
    Variable,
    constant,
    elements,
)
from scanner.parsers.terraform.values import EvaluationError, Handle, Unknown, Value, plain, references_of, shortened

# What Terraform takes for itself and no provider ever sees.
_META_ARGUMENTS = frozenset(("count", "for_each", "depends_on", "providers"))

# Blocks with a condition for Terraform to test, which say nothing of the resource.
_CHECKS = frozenset(("precondition", "postcondition"))

Names = Mapping[str, Value]


@dataclass
class Tree:
    """`values` as they are evaluated, `attributes` as core knows them.

    `places` are the blocks by the path at which they stand in the tree, `references` the addresses of the resources
    that each attribute refers to. `combined` are attributes that nobody writes: where their elements come from, and
    the attribute that such elements are written in here.
    """

    scope: Callable[[Names], Scope]
    values: dict[str, Value] = field(default_factory=dict)
    attributes: dict[str, Any] = field(default_factory=dict)
    places: list[tuple[AttributePath, Block]] = field(default_factory=list)
    references: list[tuple[Attribute, frozenset[str]]] = field(default_factory=list)
    combined: list[tuple[AttributePath, Attribute | None, Attribute | None]] = field(default_factory=list)


def read_tree(block: Block, scope: Callable[[Names], Scope], names: Names) -> Tree:
    """Evaluate everything in a top-level block; `scope` makes a scope in which `names` are bound."""
    tree = Tree(scope)
    tree.values, tree.attributes = _body(tree, block, names, ())
    return tree


def block_list(block: Block, type_: str, scope: Callable[[Names], Scope], names: Names) -> list[Value]:
    """The values of the nested blocks of one type."""
    tree = Tree(scope)
    wanted = [each for each in block.blocks if type_ in (each.type, *each.labels)]
    return [value for each in wanted for value, _ in _nested(tree, each, names, (type_, 0))]


def _body(tree: Tree, block: Block, names: Names, path: AttributePath) -> tuple[dict[str, Value], dict[str, Any]]:
    tree.places.append((path, block))
    values: dict[str, Value] = {}
    attributes: dict[str, Any] = {}
    for name, attribute in block.attributes.items():
        if not path and name in _META_ARGUMENTS:
            continue
        expression = attribute.expression
        if isinstance(expression, Literal):
            value = known = expression.value
        elif block.type == "lifecycle" or (not path and name == "provider"):
            value = known = _as_written(attribute, expression)  # names of things, not their values
        else:
            value = _settled(tree, attribute, names)
            known = plain(value, expression, attribute.source)
        if value is not None:
            values[name], attributes[name] = value, known
    for inner in block.blocks:
        if inner.type not in _CHECKS:
            type_ = inner.labels[0] if inner.type == "dynamic" and inner.labels else inner.type
            # A new list each time: what an attribute of the same name holds may belong to a local.
            values[type_], attributes[type_] = _every(values.get(type_)), _every(attributes.get(type_))
            for value, known in _nested(tree, inner, names, (*path, type_, len(values[type_]))):
                values[type_].append(value)
                attributes[type_].append(known)
            if not values[type_]:
                del values[type_], attributes[type_]
    return values, attributes


def _every(value: Any) -> list[Any]:
    return [*value] if isinstance(value, list) else [] if value is None else [value]


def _settled(tree: Tree, attribute: Attribute, names: Names) -> Value:
    scope = tree.scope(names)
    value = settle(attribute.expression, scope, attribute.source)
    addresses = references_of(value) | scope.seen
    if addresses:
        tree.references.append((attribute, addresses))
    return value


def _nested(tree: Tree, block: Block, names: Names, path: AttributePath) -> Iterator[tuple[Value, Any]]:
    """Values and attributes of each block that a nested block stands for; `path` is that of the first."""
    if block.type == "dynamic" and block.labels:
        yield from _dynamic(tree, block, names, path)
        return
    values, attributes = _body(tree, block, names, path)
    if block.labels:
        values.setdefault("type", block.labels[0])  # provisioner "local-exec"
        attributes.setdefault("type", block.labels[0])
    yield values, attributes


def _dynamic(tree: Tree, block: Block, names: Names, path: AttributePath) -> Iterator[tuple[Value, Any]]:
    """The generated blocks; where it is not known how many there are, one unknown in their place."""
    type_ = block.labels[0]
    for_each = block.attributes.get("for_each")
    content = next((each for each in block.blocks if each.type == "content"), None)
    if for_each is None or content is None:
        return
    collection = _settled(tree, for_each, names)
    if isinstance(collection, Handle):
        collection = collection.as_unknown()
    try:
        generated = [*pairs(collection)] if not isinstance(collection, Unknown) else None
    except EvaluationError:
        text = shortened(for_each.source, for_each.expression)
        collection, generated = Unknown(f"{text} cannot be evaluated statically"), None
    if generated is None:
        tree.places.append((path, block))
        yield collection, plain(collection, for_each.expression, for_each.source)
        return
    written = block.expression("iterator")
    iterator = written.name if isinstance(written, Variable) else str(constant(written) or type_)
    *before, first = path
    for index, (key, value) in enumerate(generated):
        bound = {**names, iterator: {"key": key, "value": value}}
        at = (*before, int(first) + index)
        yield _body(tree, content, bound, at)


def _as_written(attribute: Attribute, expression: Expression) -> Any:
    if isinstance(expression, TupleLiteral):
        return [constant(item) or shortened(attribute.source, item) for item in expression.items]
    return shortened(attribute.source, expression)


class TreeLocations(Mapping[AttributePath, Location]):
    """Where every attribute of a tree is written, worked out when somebody asks."""

    def __init__(self, tree: Tree) -> None:
        self._tree = tree
        self._found: dict[AttributePath, Location] | None = None

    def _all(self) -> dict[AttributePath, Location]:
        if self._found is None:
            self._found = {}
            for path, block in self._tree.places:
                if path:
                    self._found[path] = block.location
                    if path[-1] == 0:
                        self._found[path[:-1]] = block.location
                if block.type == "dynamic":
                    continue
                for name, attribute in block.attributes.items():
                    self._found[*path, name] = attribute.location
                    self._found.update(element_locations(attribute, (*path, name)))
            for path, elsewhere, here in self._tree.combined:
                self._found.update(element_locations(elsewhere, path) if elsewhere else {})
                self._found.update({path: here.location, **element_locations(here, path)} if here else {})
        return self._found

    def __getitem__(self, path: AttributePath) -> Location:
        return self._all()[path]

    def __iter__(self) -> Iterator[AttributePath]:
        return iter(self._all())

    def __len__(self) -> int:
        return len(self._all())


def element_locations(
    attribute: Attribute, path: AttributePath, expression: Expression | None = None
) -> dict[AttributePath, Location]:
    """Where the elements of a list or mapping in an attribute are written."""
    found: dict[AttributePath, Location] = {}
    for key, place, inner in elements(expression or attribute.expression):
        found[*path, key] = attribute.source.locate(place)
        found.update(element_locations(attribute, (*path, key), inner))
    return found
