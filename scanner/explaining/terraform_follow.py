"""Follows an expression of Terraform, part by part, to where its value is written."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from scanner.core.values import AttributePath, format_path
from scanner.explaining.steps import End, EndKind, Switch, Way
from scanner.explaining.terraform_calls import chosen_arguments
from scanner.explaining.terraform_names import refer
from scanner.explaining.terraform_place import Bound, Place, Trail
from scanner.parsers.terraform.free_names import free_names
from scanner.parsers.terraform.syntax import (
    Access,
    Call,
    Conditional,
    Expression,
    For,
    Index,
    Literal,
    Name,
    ObjectLiteral,
    Operation,
    Splat,
    Step,
    Template,
    TupleLiteral,
    Variable,
    key_name,
)
from scanner.parsers.terraform.values import Unknown, leaves
from scanner.parsers.terraform.variable_files import Variables

_DEEPEST = 40


@dataclass
class Follower:
    """Goes on from an expression, at each step to the part of it that `path` leads to."""

    way: Way
    variables: Variables
    _nested: int = 0
    _taken: list[tuple[int, str | int]] = field(default_factory=list)

    def follow(self, expression: Expression, path: AttributePath, place: Place, depth: int) -> None:
        """Add the steps from here on, and the end, to the way."""
        if self.way.is_full or self._nested >= _DEEPEST:
            return
        self._nested += 1
        handle = _BY_TYPE.get(type(expression), _opaque)
        handle(self, expression, path, place, depth)
        self._nested -= 1

    @property
    def trail(self) -> Trail:
        return Trail(self.way, self.variables, self.follow)

    def arrive(self, expression: Expression, place: Place, depth: int, message: str = "it is written here") -> None:
        """The value is written in this expression itself."""
        self.go_to(expression, place, depth, message)
        self.way.end(End(EndKind.WRITTEN, place.locate(expression), self._name(), depth=depth))

    def go_to(self, expression: Expression, place: Place, depth: int, message: str) -> None:
        """A step to an expression that stands in another line than the step before."""
        location = place.locate(expression)
        if not self.way.is_at(location):
            self.way.step("value", message, location, depth)

    def take(self, part: str | int) -> None:
        """Go into a part of what the last named step is about."""
        self._taken.append((len(self.way.steps), part))

    def _name(self) -> str:
        """What people call the value: the last name on the way, and the parts of it that were gone into since."""
        named = [(number, step.name) for number, step in enumerate(self.way.steps) if step.name]
        if not named:
            return ""
        number, name = named[-1]
        parts = tuple(part for at, part in self._taken if at > number)
        if not parts:
            return name
        return f"{format_path(parts)} in {name}" if " " in name else f"{name}.{format_path(parts)}".replace(".[", "[")


def _literal(follower: Follower, expression: Expression, _path: AttributePath, place: Place, depth: int) -> None:
    follower.arrive(expression, place, depth)


def _template(follower: Follower, expression: Template, _path: AttributePath, place: Place, depth: int) -> None:
    holes = [part for part in expression.parts if not isinstance(part, str)]
    is_whole = len(expression.parts) == 1
    _parts(follower, holes, (place, depth, depth if is_whole else depth + 1), expression)


def _tuple(follower: Follower, expression: TupleLiteral, path: AttributePath, place: Place, depth: int) -> None:
    if path and isinstance(path[0], int) and path[0] < len(expression.items):
        item = expression.items[path[0]]
        follower.take(path[0])
        follower.go_to(item, place, depth, f"element {path[0]} of it")
        follower.follow(item, path[1:], place, depth)
        return
    if path:  # an element of a set is its own key
        for item in expression.items:
            if place.value(item) == path[0]:
                follower.go_to(item, place, depth, f"the element {path[0]}")
                follower.follow(item, path[1:], place, depth)
                return
    _parts(follower, expression.items, (place, depth, depth + 1), expression)


def _object(follower: Follower, expression: ObjectLiteral, path: AttributePath, place: Place, depth: int) -> None:
    if not path:
        _parts(follower, [value for _, value, _ in expression.items], (place, depth, depth + 1), expression)
        return
    for key, value, _ in reversed(expression.items):
        name = key_name(key) or place.value(key)
        if str(name) == str(path[0]):
            follower.take(path[0])
            follower.go_to(value, place, depth, f"its part {path[0]}")
            follower.follow(value, path[1:], place, depth)
            return
    follower.arrive(expression, place, depth, f"it has no part {path[0]}")


def _parts(follower: Follower, parts: Iterable[Expression], where: tuple[Place, int, int], whole: Expression) -> None:
    """What of the parts is not known, else those that refer to something; the whole where none does.

    `where` has the place, the depth of the whole and that of its parts.
    """
    place, depth, inner = where
    referring = [part for part in parts if free_names(part)]
    if not referring:
        follower.arrive(whole, place, depth)
    for part in _blamed(referring, whole, place):
        follower.follow(part, (), place, inner)


def _blamed(parts: Sequence[Expression], whole: Expression, place: Place) -> Sequence[Expression]:
    """Of something that is not known, the first part for whose sake it is not; else all the parts."""
    value = next((leaf for leaf in leaves(place.value(whole)) if isinstance(leaf, Unknown)), None)
    if value is None:
        return parts
    unknown = [part for part in parts if _is_unknown(place.value(part))]
    same = [part for part in unknown if any(leaf.reason == value.reason for leaf in _unknowns(place.value(part)))]
    return (same or unknown or parts)[:1]


def _variable(follower: Follower, expression: Variable, path: AttributePath, place: Place, depth: int) -> None:
    bound = place.bound.get(expression.name)
    if bound is not None:
        _bound(follower, bound, path, depth)
    else:
        refer(follower.trail, expression.name, path, place, depth)


def _bound(follower: Follower, bound: Bound, path: AttributePath, depth: int) -> None:
    """Go on to the collection that an iterator runs over."""
    follower.way.step("iteration", bound.said, bound.place.locate(bound.expression), depth)
    follower.follow(bound.expression, (*bound.path, *path), bound.place, depth)


def _access(follower: Follower, expression: Access, path: AttributePath, place: Place, depth: int) -> None:
    steps = _path_of(expression.steps, path, place)
    base = expression.base
    if isinstance(base, Variable) and steps:
        bound = place.bound.get(f"{base.name}.{steps[0]}")
        if bound is not None:
            # A key is written where the collection is; what else stands there does not matter.
            _bound(follower, bound, () if steps[0] in ("key", "index") else steps[1:], depth)
            return
    follower.follow(base, steps, place, depth)


def _path_of(steps: tuple[Step, ...], rest: AttributePath, place: Place) -> AttributePath:
    """The steps of a reference and what is wanted of the value, as one path; it ends at what is not known."""
    path: list[str | int] = []
    for step in steps:
        if isinstance(step, Name):
            path.append(step.name)
        elif isinstance(step, Index):
            key = place.value(step.key)
            if isinstance(key, float) and key.is_integer():
                key = int(key)
            if not isinstance(key, str | int):
                return tuple(path)
            path.append(key if isinstance(key, int) else str(key))
        elif isinstance(step, Splat):
            if not (rest and isinstance(rest[0], int)):
                return (*path, *_path_of(step.steps, (), place)[:0])
            path.append(rest[0])
            return (*path, *_path_of(step.steps, rest[1:], place))
    return (*path, *rest)


def _call(follower: Follower, expression: Call, path: AttributePath, place: Place, depth: int) -> None:
    found = chosen_arguments(expression, path, place)
    if found.message:
        follower.way.step("function" if found.is_made else "choice", found.message, place.locate(expression), depth)
    if not found.arguments:
        follower.arrive(expression, place, depth)
        return
    blamed = _blamed([argument for argument, _ in found.arguments], expression, place)
    inner = depth if len(blamed) == 1 else depth + 1
    for argument, its_path in found.arguments:
        if argument in blamed:
            follower.follow(argument, its_path, place, inner)


def _conditional(follower: Follower, expression: Conditional, path: AttributePath, place: Place, depth: int) -> None:
    condition = place.value(expression.condition)
    text = place.text(expression.condition)
    if not isinstance(condition, bool):
        follower.way.step("condition", f"{text} is not known", place.locate(expression.condition), depth)
        follower.follow(expression.condition, (), place, depth)
        return
    said = "holds" if condition else "does not hold"
    chosen, other = (expression.yes, expression.no) if condition else (expression.no, expression.yes)
    where = place.locate(expression.condition)
    follower.way.step("condition", f"{text} {said}, so {place.text(chosen)} is taken", where, depth)
    follower.follow(chosen, path, place, depth)
    if not free_names(expression.condition) or depth > 1 or _is_unknown(place.value(chosen)):
        return
    before = len(follower.way.ends)
    follower.follow(expression.condition, (), place, depth + 1)
    otherwise = place.value(other) if not path and isinstance(other, Literal) else None
    switch = Switch(text, condition, otherwise, where)
    follower.way.ends[before:] = [replace(end, switch=switch) for end in follower.way.ends[before:]]


def _operation(follower: Follower, expression: Operation, _path: AttributePath, place: Place, depth: int) -> None:
    operands = _operands(expression, expression.operator)
    decisive = {"&&": False, "||": True}.get(expression.operator)
    deciding = [each for each in operands if decisive is not None and place.value(each) is decisive]
    _parts(follower, deciding[:1] or operands, (place, depth, depth + 1), expression)


def _operands(expression: Expression, operator: str) -> list[Expression]:
    """The operands of an operation, of a row of the same logical operators all of them."""
    if not isinstance(expression, Operation) or expression.operator != operator:
        return [expression]
    if operator not in ("&&", "||"):
        return list(expression.operands)
    return [inner for each in expression.operands for inner in _operands(each, operator)]


def _for(follower: Follower, expression: For, path: AttributePath, place: Place, depth: int) -> None:
    """The turn of the loop that gives the wanted part."""
    collection = place.value(expression.collection)
    name = expression.names[-1]
    for number, (key, value) in enumerate(_items(collection)):
        names = {**place.names, name: value} | ({expression.names[0]: key} if len(expression.names) > 1 else {})
        inner = replace(place, names=names)
        given = inner.value(expression.key) if expression.key is not None else number
        if path and str(given) == str(path[0]):
            said = f"the element {key} of {place.text(expression.collection)}"
            element = Bound(expression.collection, place, (key,), said)
            bound = {**place.bound, **dict.fromkeys(expression.names, element)}
            follower.way.step(
                "loop", f"a loop over {place.text(expression.collection)}", place.locate(expression), depth
            )
            follower.follow(expression.value, path[1:], replace(inner, bound=bound), depth)
            return
    follower.way.step("function", f"a loop over {place.text(expression.collection)}", place.locate(expression), depth)
    follower.follow(expression.collection, (), place, depth)


def _items(collection: Any) -> Iterator[tuple[Any, Any]]:
    if isinstance(collection, Mapping):
        yield from sorted(collection.items())
    elif isinstance(collection, list):
        yield from enumerate(collection)


def _opaque(follower: Follower, expression: Expression, _path: AttributePath, place: Place, depth: int) -> None:
    location = place.locate(expression)
    follower.way.step("value", "this expression cannot be followed", location, depth)
    follower.way.end(End(EndKind.WRITTEN, location, depth=depth))


def _is_unknown(value: Any) -> bool:
    return bool(_unknowns(value))


def _unknowns(value: Any) -> list[Unknown]:
    return [leaf for leaf in leaves(value) if isinstance(leaf, Unknown)]


_BY_TYPE: Mapping[type, Callable[[Follower, Any, AttributePath, Place, int], None]] = {
    Literal: _literal,
    Template: _template,
    TupleLiteral: _tuple,
    ObjectLiteral: _object,
    Variable: _variable,
    Access: _access,
    Call: _call,
    Conditional: _conditional,
    Operation: _operation,
    For: _for,
}
