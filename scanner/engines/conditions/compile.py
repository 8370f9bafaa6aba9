"""Turns the condition tree of a YAML policy into one function, so that a policy is read once per scan."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import repeat
from operator import call
from typing import Any

from scanner.core.resource import Link, Resource
from scanner.core.values import ABSENT, AttributePath, Unresolved, parse_path, reach
from scanner.engines.conditions.decision import Decision, Subject, conjunction, disjunction, unknown
from scanner.engines.conditions.operators import OPERATORS, comparison, first_unresolved

Condition = Callable[[Subject], Decision]
Combine = Callable[[Iterable[Decision], Decision], Decision]

_QUANTIFIERS = ("some", "every", "none")
_OVER_RESOURCES = ("has", "every", "none")


class ConditionError(ValueError):
    """A condition tree that means nothing; `str()` says where in the tree and what is expected."""


def compile_condition(tree: Any, parameters: Mapping[str, Any], at: str = "rule") -> Condition:
    """The function that decides `tree` for a `Subject`. Raises `ConditionError` for a malformed tree."""
    if not isinstance(tree, Mapping):
        raise ConditionError(f"{at}: a condition is a mapping, not {type(tree).__name__}")
    if not tree:
        return lambda subject: Decision(True, subject.resource, subject.base, subject.value)
    for keyword, build in _BUILDERS.items():
        if keyword in tree:
            return build(tree, parameters, at)
    raise ConditionError(f"{at}: expected one of {', '.join(_BUILDERS)}, found {', '.join(map(str, tree))}")


def _only(tree: Mapping[str, Any], allowed: Sequence[str], at: str) -> None:
    for key in tree:
        if key not in allowed:
            raise ConditionError(f"{at}: unknown key {key!r}; allowed here: {', '.join(allowed)}")


def _compile_all(trees: Any, parameters: Mapping[str, Any], at: str) -> list[Condition]:
    if not isinstance(trees, Sequence) or isinstance(trees, str) or not trees:
        raise ConditionError(f"{at}: expected a list of conditions that is not empty")
    return [compile_condition(tree, parameters, f"{at}[{index}]") for index, tree in enumerate(trees)]


def _combination(keyword: str, combine: Combine) -> Callable[[Mapping[str, Any], Mapping[str, Any], str], Condition]:
    def build(tree: Mapping[str, Any], parameters: Mapping[str, Any], at: str) -> Condition:
        _only(tree, [keyword], at)
        conditions = _compile_all(tree[keyword], parameters, f"{at}.{keyword}")

        def decide(subject: Subject) -> Decision:
            return combine(map(call, conditions, repeat(subject)), Decision(True, subject.resource))

        return decide

    return build


def _negation(tree: Mapping[str, Any], parameters: Mapping[str, Any], at: str) -> Condition:
    _only(tree, ["not"], at)
    inner = compile_condition(tree["not"], parameters, f"{at}.not")
    return lambda subject: inner(subject).inverted()


def _comparison(tree: Mapping[str, Any], parameters: Mapping[str, Any], at: str) -> Condition:
    operators = [key for key in tree if key in OPERATORS]
    if len(operators) != 1:
        raise ConditionError(f"{at}: expected exactly one operator beside path; known are {', '.join(OPERATORS)}")
    operator = operators[0]
    _only(tree, ["path", "default", operator], at)
    path = _path(tree["path"], at)
    compare = comparison(operator, _operand(operator, tree[operator], parameters, at))
    default = tree.get("default", ABSENT)

    def decide_one(subject: Subject, reached: AttributePath, value: Any) -> Decision:
        found = default if value is ABSENT else value
        holds = compare(found)
        culprit = first_unresolved(found) if holds is None else None
        cause = "" if culprit is None else culprit.reason
        return Decision(holds, subject.resource, subject.base + reached, value, cause)

    def decide(subject: Subject) -> Decision:
        first, *others = reach(subject.value, path)
        decided = decide_one(subject, *first)
        return conjunction((decided, *(decide_one(subject, *each) for each in others)), decided) if others else decided

    return decide


def _operand(operator: str, operand: Any, parameters: Mapping[str, Any], at: str) -> Any:
    if isinstance(operand, Mapping) and set(operand) == {"parameter"}:
        name = operand["parameter"]
        if name not in parameters:
            raise ConditionError(f"{at}: the policy declares no parameter {name!r}")
        operand = parameters[name]
    if operator in ("in", "not_in") and (not isinstance(operand, Sequence) or isinstance(operand, str)):
        raise ConditionError(f"{at}: {operator} needs a list")
    if operator in ("exists", "empty", "known") and not isinstance(operand, bool):
        raise ConditionError(f"{at}: {operator} needs true or false")
    if operator in ("at_least", "at_most") and (isinstance(operand, bool) or not isinstance(operand, int | float)):
        raise ConditionError(f"{at}: {operator} needs a number")
    if operator in ("matches", "not_matches"):
        try:
            return re.compile(operand)
        except (re.error, TypeError) as error:
            raise ConditionError(f"{at}: {operator} needs a regular expression: {error}") from None
    return operand


def _path(text: Any, at: str) -> AttributePath:
    try:
        return parse_path(str(text))
    except ValueError as error:
        raise ConditionError(f"{at}: {error}") from None


def _quantifier(keyword: str) -> Callable[[Mapping[str, Any], Mapping[str, Any], str], Condition]:
    def build(tree: Mapping[str, Any], parameters: Mapping[str, Any], at: str) -> Condition:
        _only(tree, [keyword, "satisfies"], at)
        path = _path(tree[keyword], at)
        inner = compile_condition(tree.get("satisfies"), parameters, f"{at}.satisfies")

        def decide(subject: Subject) -> Decision:
            decisions = (_on_element(inner, subject, where, element) for where, element in _elements(subject, path))
            nothing = Decision(keyword != "some", subject.resource, subject.base + path)
            return _quantified(keyword, decisions, nothing)

        return decide

    return build


def _on_element(inner: Condition, subject: Subject, where: AttributePath, element: Any) -> Decision:
    if isinstance(element, Unresolved):
        return unknown(subject, where, element)
    return inner(Subject(subject.release, subject.resource, element, subject.base + where))


def _elements(subject: Subject, path: AttributePath) -> Iterator[tuple[AttributePath, Any]]:
    for reached, value in reach(subject.value, path):
        if isinstance(value, Sequence) and not isinstance(value, str):
            yield from (((*reached, index), element) for index, element in enumerate(value))
        elif value is not ABSENT:
            yield reached, value


def _quantified(keyword: str, decisions: Iterable[Decision], nothing: Decision) -> Decision:
    if keyword in ("some", "has"):
        return disjunction(decisions, nothing)
    if keyword == "none":
        decisions = (decision.inverted() for decision in decisions)
    return conjunction(decisions, nothing)


def _over_resources(keyword: str) -> Callable[[Mapping[str, Any], Mapping[str, Any], str], Condition]:
    def build(tree: Mapping[str, Any], parameters: Mapping[str, Any], at: str) -> Condition:
        quantifiers = [key for key in tree if key in _OVER_RESOURCES]
        if len(quantifiers) != 1:
            raise ConditionError(f"{at}: expected exactly one of {', '.join(_OVER_RESOURCES)} beside {keyword}")
        quantifier = quantifiers[0]
        _only(tree, [keyword, quantifier], at)
        select = _SELECTORS[keyword](tree[keyword], f"{at}.{keyword}")
        inner = compile_condition(tree[quantifier], parameters, f"{at}.{quantifier}")
        wanted = quantifier != "every"  # what an inner decision has to be to settle the whole

        def decide(subject: Subject) -> Decision:
            nothing = Decision(quantifier != "has", subject.resource, subject.base)
            found = select(subject)
            if not found:
                return nothing
            others = (Subject.whole(subject.release, other) for other in found)
            return _quantified(quantifier, (_if_present(inner(other), other, wanted) for other in others), nothing)

        return decide

    return build


def _if_present(decision: Decision, other: Subject, wanted: bool) -> Decision:
    """A resource that may not exist cannot settle a quantifier: what it would decide is unknown."""
    presence = other.resource.presence
    if presence is None or decision.value is not wanted:
        return decision
    return Decision(None, other.resource, (), presence, presence.reason)


Select = Callable[[Subject], list[Resource]]


def _related(spec: Any, at: str) -> Select:
    if not isinstance(spec, Mapping):
        raise ConditionError(f"{at}: expected a mapping of kind, type and direction")
    _only(spec, ["kind", "type", "direction"], at)
    kinds, types = _names(spec.get("kind")), _names(spec.get("type"))
    direction = spec.get("direction", "either")
    if direction not in ("from", "to", "either"):
        raise ConditionError(f"{at}.direction: expected from, to or either, not {direction!r}")

    def select(subject: Subject) -> list[Resource]:
        release, key = subject.release, subject.resource.key
        outgoing = release.links_from.get(key, ()) if direction != "to" else ()
        incoming = release.links_to.get(key, ()) if direction != "from" else ()
        if not (outgoing or incoming):
            return []
        keys = [link.target for link in outgoing if _wanted(link, kinds)]
        keys += [link.source for link in incoming if _wanted(link, kinds)]
        others = [release.by_key[other] for other in dict.fromkeys(keys) if other in release.by_key]
        return [other for other in others if not types or other.type in types]

    return select


def _wanted(link: Link, kinds: frozenset[str]) -> bool:
    return not kinds or link.kind in kinds


def _children(spec: Any, at: str) -> Select:
    if not isinstance(spec, Mapping):
        raise ConditionError(f"{at}: expected a mapping with type, or an empty one")
    _only(spec, ["type"], at)
    types = _names(spec.get("type"))

    def select(subject: Subject) -> list[Resource]:
        members = subject.release.children.get(subject.resource.key, ())
        return [child for child in members if not types or child.type in types]

    return select


def _names(value: Any) -> frozenset[str]:
    if value is None:
        return frozenset()
    return frozenset([value] if isinstance(value, str) else value)


def _parent(tree: Mapping[str, Any], parameters: Mapping[str, Any], at: str) -> Condition:
    _only(tree, ["parent"], at)
    inner = compile_condition(tree["parent"], parameters, f"{at}.parent")

    def decide(subject: Subject) -> Decision:
        parent = subject.release.by_key.get(subject.resource.parent or "")
        if parent is None:
            return Decision(False, subject.resource, subject.base)
        return inner(Subject.whole(subject.release, parent))

    return decide


_SELECTORS: Mapping[str, Callable[[Any, str], Select]] = {"related": _related, "children": _children}

# `related` and `children` come before the quantifiers, because they carry `every` and `none` themselves.
_BUILDERS: Mapping[str, Callable[[Mapping[str, Any], Mapping[str, Any], str], Condition]] = {
    "all": _combination("all", conjunction),
    "any": _combination("any", disjunction),
    "not": _negation,
    "related": _over_resources("related"),
    "children": _over_resources("children"),
    "parent": _parent,
    **{keyword: _quantifier(keyword) for keyword in _QUANTIFIERS},
    "path": _comparison,
}
