"""The types that Terraform gives values, and the one type that several values can all be converted to."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Type:
    """`element` is that of a list, set or map; `parts` are those of a tuple, or of an object in the order of `names`.

    `optional` are the attributes of an object that a value may do without. The kind `any` stands for every type.
    """

    kind: str
    element: "Type | None" = None
    parts: "tuple[Type, ...]" = ()
    names: tuple[str, ...] = ()
    optional: frozenset[str] = frozenset()

    def attribute(self, name: str) -> "Type | None":
        """The type of an attribute of an object."""
        return self.parts[self.names.index(name)] if name in self.names else None


ANY = Type("any")
STRING = Type("string")
NUMBER = Type("number")
BOOL = Type("bool")
_PRIMITIVES = frozenset(("string", "number", "bool"))


def list_of(element: Type) -> Type:
    """The type of lists."""
    return Type("list", element)


def set_of(element: Type) -> Type:
    """The type of sets."""
    return Type("set", element)


def map_of(element: Type) -> Type:
    """The type of maps, whose values are alike."""
    return Type("map", element)


def tuple_of(parts: Iterable[Type]) -> Type:
    """The type of lists that are written out, each element of its own type."""
    return Type("tuple", parts=tuple(parts))


def object_of(attributes: Iterable[tuple[str, Type]], optional: frozenset[str] = frozenset()) -> Type:
    """The type of an object with these attributes, in whatever order they are given."""
    ordered = sorted(attributes, key=lambda each: each[0])
    return Type(
        "object", parts=tuple(each for _, each in ordered), names=tuple(n for n, _ in ordered), optional=optional
    )


def element_of(type_: Type) -> Type:
    """The type of what is in a collection."""
    return type_.element or ANY


def is_known(type_: Type) -> bool:
    """Whether there is no `any` in it."""
    if type_.kind == "any":
        return False
    return (type_.element is None or is_known(type_.element)) and all(is_known(each) for each in type_.parts)


def common(types: Sequence[Type]) -> Type | None:
    """The type that values of all the given types can be converted to, None when there is none."""
    types = [*dict.fromkeys(types)]
    if len(types) < 2:
        return types[0] if types else None
    kinds = {each.kind for each in types}
    has_any = "any" in kinds
    kinds.discard("any")
    if len(kinds) == 1 and not kinds & _PRIMITIVES:
        return ANY if has_any else _structural(kinds.pop(), types)
    if kinds in ({"map", "object"}, {"list", "tuple"}):
        found = _as_collections("map" if "map" in kinds else "list", types)
        if found is not None:
            return found
    elif {"object", "tuple"} <= kinds:
        return None
    return next((each for each in _by_generality(types) if all(is_convertible(other, each) for other in types)), None)


def is_convertible(given: Type, wanted: Type) -> bool:
    """Whether values of the type `given` may be converted to `wanted`; the text "x" still is no number."""
    if "any" in (given.kind, wanted.kind) or given == wanted:
        return True
    if {given.kind, wanted.kind} <= _PRIMITIVES:
        return "string" in (given.kind, wanted.kind)
    element = element_of(wanted)
    match wanted.kind, given.kind:
        case "object", "object":
            return all(_has(given, name, part, wanted) for name, part in zip(wanted.names, wanted.parts, strict=True))
        case "object", "map":
            required = (
                part for name, part in zip(wanted.names, wanted.parts, strict=True) if name not in wanted.optional
            )
            return all(is_convertible(element_of(given), part) for part in required)
        case "tuple", "tuple":
            pairs = zip(given.parts, wanted.parts, strict=False)
            return len(given.parts) == len(wanted.parts) and all(is_convertible(*pair) for pair in pairs)
        case ("list" | "set", "tuple") | ("map", "object"):
            if element == ANY:
                return not given.parts or common(given.parts) is not None
            return all(is_convertible(part, element) for part in given.parts)
        case ("list" | "set", "list" | "set") | ("map", "map"):
            return is_convertible(element_of(given), element)
    return False


def _has(given: Type, name: str, part: Type, wanted: Type) -> bool:
    found = given.attribute(name)
    return name in wanted.optional if found is None else is_convertible(found, part)


def _structural(kind: str, types: Sequence[Type]) -> Type | None:
    """The common type of types of one kind."""
    if kind in ("list", "set", "map"):
        element = common([element_of(each) for each in types])
        return None if element is None else Type(kind, element)
    first = types[0]
    if any(len(each.parts) != len(first.parts) or each.names != first.names for each in types):
        return _collection("map" if kind == "object" else "list", types)
    parts = [common([each.parts[index] for each in types]) for index in range(len(first.parts))]
    known = [each for each in parts if each is not None]
    return Type(kind, parts=tuple(known), names=first.names) if len(known) == len(parts) else None


def _collection(kind: str, types: Sequence[Type]) -> Type | None:
    """The collection that can hold the parts of all the types."""
    element = common([part for each in types for part in each.parts])
    return None if element is None else Type(kind, element)


def _as_collections(kind: str, types: Sequence[Type]) -> Type | None:
    """The common type where some are collections of that kind and others the structures that look like them."""
    structures = [each for each in types if each.kind in ("object", "tuple")]
    collection = _collection(kind, structures)
    if collection is None:
        return None
    found = common([collection if each in structures else each for each in types])
    return found if found is not None and found.kind == kind else None


def _by_generality(types: Sequence[Type]) -> list[Type]:
    """The more general types first; types that cannot be compared stay in their order."""
    below = [[j for j in range(len(types)) if _compare(types[i], types[j]) < 0] for i in range(len(types))]
    degrees = [sum(index in each for each in below) for index in range(len(types))]
    queue = [index for index, degree in enumerate(degrees) if degree == 0]
    for index in queue:
        for other in below[index]:
            degrees[other] -= 1
            if degrees[other] == 0:
                queue.append(other)
    return [types[index] for index in queue]


def _compare(left: Type, right: Type) -> int:
    """Below zero when `left` is the more general of the two."""
    if "any" in (left.kind, right.kind):
        return (left.kind == "any") - (right.kind == "any")
    if {left.kind, right.kind} <= _PRIMITIVES:
        return (right.kind == "string") - (left.kind == "string")
    if left.kind == right.kind and left.element is not None:
        return _compare(element_of(left), element_of(right))
    if left.kind == right.kind:
        if left.names != right.names or len(left.parts) != len(right.parts):
            return 0
        signs = {_compare(*pair) for pair in zip(left.parts, right.parts, strict=True)} - {0}
        return signs.pop() if len(signs) == 1 else 0
    return _ORDER.get((left.kind, right.kind), 0)


# A tuple can become a list, either of them a set, and an object a map.
_ORDER = {
    **dict.fromkeys((("list", "tuple"), ("map", "object")), -1),
    **{(special, general): 1 for general, special in (("list", "tuple"), ("map", "object"))},
    **{("set", special): 1 for special in ("list", "tuple")},
    **{(special, "set"): -1 for special in ("list", "tuple")},
}
