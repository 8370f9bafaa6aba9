"""What the rule of a YAML policy asks of the attribute that decided."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from scanner.core.finding import Finding
from scanner.core.policy import Policy
from scanner.core.resource import Release, Resource
from scanner.core.values import ABSENT, AttributePath, Unresolved, parse_path, reach
from scanner.engines.conditions.compile import ConditionError, compile_condition
from scanner.engines.conditions.decision import Subject
from scanner.engines.conditions.operators import OPERATORS, comparison

_QUANTIFIERS = ("some", "every", "none")
# How the operators are said behind "has to" and "must not".
_VERBS: Mapping[str, str] = {
    "equals": "be",
    "in": "be one of",
    "matches": "match",
    "contains": "contain",
    "starts_with": "start with",
    "ends_with": "end with",
    "at_least": "be at least",
    "at_most": "be at most",
}
_NEGATIONS = {"not_equals": "equals", "not_in": "in", "not_matches": "matches", "not_contains": "contains"}


@dataclass(frozen=True)
class Wanted:
    """One comparison of a rule; `negated` says that the rule holds where this does not.

    `is_one_way` says that the rule can be met by other attributes too, `is_enough` that the rule was tried with its
    value and is met then.
    """

    path: AttributePath
    operator: str
    operand: Any
    negated: bool = False
    is_one_way: bool = False
    is_enough: bool = False

    def accepts(self, value: Any) -> bool:
        """Whether the rule would be content with the value."""
        holds = comparison(self.operator, self.operand)(ABSENT if value is None else value)
        return holds is not None and holds is not self.negated

    @property
    def text(self) -> str:
        """What it has to be, in words: `has to be true`, `must not contain "*"`, `has to be written`."""
        if self.operator in ("exists", "empty", "known"):
            if self.operator == "known":
                return "has to be known"
            return "must not be written" if self.is_unwanted else "has to be written"
        operator = _NEGATIONS.get(self.operator, self.operator)
        negated = self.negated is not (self.operator in _NEGATIONS)
        operand = self.operand if isinstance(self.operand, list | tuple) and operator == "in" else [self.operand]
        shown = ", ".join(_shown(each) for each in operand)
        return f"{'must not' if negated else 'has to'} {_VERBS[operator]} {shown}"

    @property
    def value(self) -> str | None:
        """The one value that is asked for, as text; None where there is a choice."""
        return None if self.sets is ABSENT else _shown(self.sets)

    @property
    def sets(self) -> Any:
        """The one value that is asked for, `ABSENT` where there is a choice."""
        if not self.negated and self.operator in ("equals", "at_least", "at_most"):
            return self.operand
        is_switch = isinstance(self.operand, bool)
        if is_switch and self.operator == ("equals" if self.negated else "not_equals"):
            return not self.operand
        return ABSENT

    @property
    def is_unwanted(self) -> bool:
        """Whether nothing at all may be written there."""
        if self.operator not in ("exists", "empty"):
            return False
        wants_value = self.operand if self.operator == "exists" else not self.operand
        return bool(wants_value) is self.negated


def wanted(policy: Policy, path: AttributePath, attributes: Mapping[str, Any]) -> Wanted | None:
    """The comparison with the attribute at `path` that is not met, None where the rule makes none or is not YAML."""
    return next(iter(_unmet(policy, path, attributes)), None)


def tried(finding: Finding, release: Release, resource: Resource, path: AttributePath) -> Wanted | None:
    """As `wanted`, but of several the first whose value meets the rule when it is tried in the release."""
    found = _unmet(finding.policy, path, resource.attributes)
    for each in found:
        if each.sets is not ABSENT and _is_met(finding, release, resource, each):
            return replace(each, is_enough=True)
    return found[0] if found else None


def _is_met(finding: Finding, release: Release, resource: Resource, ask: Wanted) -> bool:
    places = [place for place, _ in reach(resource.attributes, ask.path)]
    attributes: Any = resource.attributes
    for place in places:
        named = sum(isinstance(step, str) for step in place)  # where nothing is written the way ends early
        attributes = _with(attributes, (*place, *ask.path[named:]), ask.sets)
    changed = replace(resource, attributes=attributes)
    others = tuple(changed if each.key == resource.key else each for each in release.resources)
    tree = replace(release, resources=others)
    try:
        rule = compile_condition(finding.policy.rule, finding.policy.parameters)
    except ConditionError:
        return False
    judged = tree.by_key.get(finding.resource.key)
    return judged is not None and rule(Subject.whole(tree, judged)).value is True


def _with(value: Any, path: AttributePath, new: Any) -> Any:
    """A copy of `value` that has `new` at the path, with mappings on the way where there is nothing."""
    if not path:
        return new
    step, rest = path[0], path[1:]
    if isinstance(value, list) and isinstance(step, int) and step < len(value):
        return [_with(each, rest, new) if index == step else each for index, each in enumerate(value)]
    there = value if isinstance(value, Mapping) else {}
    return {**there, step: _with(there.get(step), rest, new)}


def _unmet(policy: Policy, path: AttributePath, attributes: Mapping[str, Any]) -> list[Wanted]:
    if policy.engine != "conditions" or not path:
        return []
    found = [each for each in _comparisons(policy.rule, policy.parameters, (), False) if _fits(each.path, path)]
    value = _at(attributes, path)
    return found if isinstance(value, Unresolved) else [each for each in found if not each.accepts(value)]


def _comparisons(tree: Any, parameters: Mapping[str, Any], base: AttributePath, negated: bool) -> Iterator[Wanted]:
    if not isinstance(tree, Mapping):
        return
    for keyword in ("all", "any"):
        for each in tree.get(keyword, ()):
            ways = (keyword == "any") is not negated and len(tree[keyword]) > 1
            for found in _comparisons(each, parameters, base, negated):
                yield replace(found, is_one_way=found.is_one_way or ways)
    if "not" in tree:
        yield from _comparisons(tree["not"], parameters, base, not negated)
    if "related" in tree or "children" in tree:
        for keyword in ("has", "every", "none"):
            yield from _comparisons(tree.get(keyword), parameters, (), negated is not (keyword == "none"))
        return
    if "parent" in tree:
        yield from _comparisons(tree["parent"], parameters, (), negated)
    for keyword in _QUANTIFIERS:
        if keyword in tree:
            inner = (*base, *parse_path(str(tree[keyword])))
            yield from _comparisons(tree.get("satisfies"), parameters, inner, negated is not (keyword == "none"))
    operator = next((each for each in OPERATORS if each in tree), None)
    if "path" in tree and operator is not None:
        operand = tree[operator]
        if isinstance(operand, Mapping) and set(operand) == {"parameter"}:
            operand = parameters.get(str(operand["parameter"]))
        yield Wanted((*base, *parse_path(str(tree["path"]))), operator, operand, negated)


def _fits(rule: AttributePath, path: AttributePath) -> bool:
    """Whether the attribute is the one that the rule names, or its way ended on the way there."""
    named = [step for step in rule if isinstance(step, str)]
    found = [step for step in path if isinstance(step, str)]
    return bool(found) and named[: len(found)] == found


def is_absent(attributes: Mapping[str, Any], path: AttributePath) -> bool:
    """Whether nothing is written at the path."""
    return not path or _at(attributes, path) is ABSENT


def _at(attributes: Mapping[str, Any], path: AttributePath) -> Any:
    return reach(attributes, path)[0][1]


def _shown(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, default=str)
