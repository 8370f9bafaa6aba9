"""Functions over lists, which keep what is known of a list of which some elements are not."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from scanner.parsers.terraform.conversion import as_set, convert, identity, same, type_of, whole_of
from scanner.parsers.terraform.functions.signature import Function, Sees, hidden_by, is_hidden
from scanner.parsers.terraform.value_types import ANY, BOOL, NUMBER, STRING, common, list_of, map_of, tuple_of
from scanner.parsers.terraform.values import (
    EvaluationError,
    Handle,
    ListOf,
    MapOf,
    NotWorkedOutError,
    Partial,
    SetOf,
    Unknown,
    Value,
    kind_of,
    obstacle,
    remade,
)

_LIST = list_of(ANY)
_TEXTS = list_of(STRING)
_TRUTHS = list_of(BOOL)
_MOST_ELEMENTS = 50_000


def partly(items: Sequence[Value]) -> Value:
    """A list of unknown length; not known at all when nothing is surely in it."""
    hidden = obstacle(*items)
    if not isinstance(hidden, Unknown):
        return hidden or [*items]
    return Partial(items) if any(obstacle(item) is None for item in items) else hidden


def parts_of(value: Value) -> Sequence[Value]:
    """What is known of a list: its elements, or one unknown in the place of all of them."""
    return value if isinstance(value, list) else [hidden_by(value)]


def _list(value: Value) -> list[Value]:
    if not isinstance(value, list):
        raise EvaluationError(f"{kind_of(value)} is used where a list is due")
    return value


def _chunks(items: list[Value], size: int | float) -> Value:
    length = whole_of(size)
    if length < 0:
        raise EvaluationError("the size is negative")
    element = items.element if isinstance(items, ListOf) else ANY
    cuts = range(0, len(items), length) if length else range(1 if items else 0)
    return ListOf((ListOf(items[at : at + (length or len(items))], element) for at in cuts), list_of(element))


def _compact(items: Value) -> Value:
    if obstacle(items) is None:
        return ListOf((item for item in items if item not in (None, "")), STRING)
    return partly([item for item in parts_of(items) if item is None or item != ""])


def _concat(*lists: Value) -> Value:
    if not lists:
        raise EvaluationError("at least one list is due")
    for each in lists:
        if not is_hidden(each):
            _list(each)
            if isinstance(each, SetOf):
                raise EvaluationError("a set is used where a list is due")
    if hidden_by(*lists) is not None:
        return partly([item for each in lists for item in parts_of(each)])
    if all(isinstance(each, ListOf) for each in lists):
        wanted = common([type_of(each) for each in lists])
        if wanted is not None:
            return ListOf((item for each in lists for item in convert(each, wanted)), wanted.element or ANY)
    return [item for each in lists for item in each]


def _contains(items: Value, wanted: Value) -> Value:
    if not isinstance(items, list):
        blocked = obstacle(items)
        if blocked is None:
            raise EvaluationError(f"{kind_of(items)} is used where a list is due")
        return blocked
    if obstacle(wanted) is None and any(obstacle(item) is None and same(item, wanted) for item in items):
        return True
    return (obstacle(items, wanted) or False) if items else False


def _distinct(items: Value) -> Value:
    if isinstance(items, ListOf) and obstacle(items) is None:
        return ListOf(_first_ones(items), items.element)
    return partly(_first_ones(parts_of(items)))


def _first_ones(items: Sequence[Value]) -> list[Value]:
    found: dict[Any, Value] = {}
    for index, item in enumerate(items):
        found.setdefault(identity(item) if obstacle(item) is None else (index,), item)
    return [*found.values()]


def _element(items: Value, index: int | float) -> Value:
    if not _list(items) or isinstance(items, SetOf):
        raise EvaluationError("there is no element to take")
    return items[whole_of(index) % len(items)]


def _flatten(items: Value) -> Value:
    if not isinstance(items, list):
        return _list(items) if hidden_by(items) is None else hidden_by(items)
    found = [*_flattened(items)]
    is_open = _is_open(items) or any(map(_may_be_list, found))
    return partly(found) if is_open else found


def _flattened(items: list[Value]) -> Iterator[Value]:
    for item in items:
        if isinstance(item, list):
            yield from _flattened(item)
        else:
            yield item


def _is_open(items: list[Value]) -> bool:
    return is_hidden(items) or any(isinstance(item, list) and _is_open(item) for item in items)


def _may_be_list(item: Value) -> bool:
    if isinstance(item, Handle):
        return item.index is not None
    return isinstance(item, Unknown)


def _index(items: Value, wanted: Value) -> Value:
    if not isinstance(items, list) or isinstance(items, SetOf):
        raise EvaluationError(f"{kind_of(items)} is used where a list is due")
    found = next((position for position, item in enumerate(items) if same(item, wanted)), None)
    if found is None:
        raise EvaluationError("the value is not in the list")
    return found


def _match_keys(values: list[Value], keys: list[Value], wanted: list[Value]) -> Value:
    kinds = common([type_of(keys), type_of(wanted)])
    if kinds is None:
        raise EvaluationError("the keys and what is searched for have no type in common")
    if len(values) != len(keys):
        raise EvaluationError("there are not as many keys as values")
    searched = {identity(each) for each in convert(wanted, kinds)}
    pairs = zip(values, convert(keys, kinds), strict=True)
    return remade(values, [value for value, key in pairs if identity(key) in searched])


def _one(items: Value) -> Value:
    if len(_list(items)) > 1:
        raise EvaluationError("there is more than one element")
    return items[0] if items else None


def _product(*sets: Value) -> Value:
    if len(sets) < 2:
        raise EvaluationError("at least two lists are due")
    listed = [convert(_list(each), _LIST) for each in sets]
    total = 1
    for each in listed:
        total *= len(each)
    if total > _MOST_ELEMENTS:
        raise NotWorkedOutError("what it gives is too large to be read")
    found: list[list[Value]] = [[]]
    for each in listed:
        found = [[*before, item] for before in found for item in each]
    element = tuple_of(each.element for each in listed)
    return as_set(found, element) if any(isinstance(each, SetOf) for each in sets) else ListOf(found, element)


def _reverse(items: Value) -> Value:
    reversed_ = _list(items)[::-1]
    return ListOf(reversed_, items.element) if isinstance(items, ListOf) else [*reversed_]


def _slice(items: Value, start: int | float, end: int | float) -> Value:
    first, last = whole_of(start), whole_of(end)
    if isinstance(items, SetOf) or not 0 <= first <= last <= len(_list(items)):
        raise EvaluationError("the list has no such part")
    return remade(items, items[first:last])


def _sort(items: list[Value]) -> Value:
    blocked = obstacle(items)
    if blocked is not None:
        return ListOf([blocked] * len(items), STRING)
    if any(item is None for item in items):
        raise EvaluationError("null cannot be sorted")
    return ListOf(sorted(items), STRING)


def _transpose(mapping: Value) -> Value:
    found: dict[str, list[str]] = {}
    for key in sorted(mapping):
        if mapping[key] is None or None in mapping[key]:
            raise EvaluationError("there is null in it")
        for item in mapping[key]:
            found.setdefault(str(item), []).append(key)
    return MapOf({key: ListOf(sorted(items), STRING) for key, items in found.items()}, _TEXTS)


def _all_true(items: Value) -> Value:
    return _decided(items, False)


def _any_true(items: Value) -> Value:
    return _decided(items, True)


def _decided(items: Value, decisive: bool) -> Value:
    """Null counts as false; one decisive element decides whatever the others are."""
    parts = parts_of(items)
    if any(bool(item) is decisive for item in parts if item is None or isinstance(item, bool)):
        return decisive
    return obstacle(*parts) or not decisive


FUNCTIONS: Mapping[str, Function] = {
    "alltrue": Function(_all_true, (_TRUTHS,), sees=Sees.ANYTHING),
    "anytrue": Function(_any_true, (_TRUTHS,), sees=Sees.ANYTHING),
    "chunklist": Function(_chunks, (_LIST, NUMBER), sees=Sees.OUTSIDE),
    "compact": Function(_compact, (_TEXTS,), sees=Sees.ANYTHING),
    "concat": Function(_concat, rest=ANY, sees=Sees.ANYTHING),
    "contains": Function(_contains, (ANY, ANY), sees=Sees.ANYTHING),
    "distinct": Function(_distinct, (_LIST,), sees=Sees.ANYTHING),
    "element": Function(_element, (ANY, NUMBER), sees=Sees.OUTSIDE),
    "flatten": Function(_flatten, (ANY,), sees=Sees.ANYTHING),
    "index": Function(_index, (ANY, ANY)),
    "matchkeys": Function(_match_keys, (_LIST, _LIST, _LIST)),
    "one": Function(_one, (ANY,), sees=Sees.OUTSIDE),
    "reverse": Function(_reverse, (ANY,), sees=Sees.OUTSIDE),
    "setproduct": Function(_product, rest=ANY, sees=Sees.OUTSIDE),
    "slice": Function(_slice, (ANY, NUMBER, NUMBER), sees=Sees.OUTSIDE),
    "sort": Function(_sort, (_TEXTS,), sees=Sees.OUTSIDE),
    "transpose": Function(_transpose, (map_of(_TEXTS),)),
}
