"""Label selectors as Kubernetes evaluates them, in three values, over an index that spares the full scan."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from scanner.core.resource import Resource
from scanner.core.values import Unresolved
from scanner.linking.reading import label_text

OPERATORS = frozenset({"In", "NotIn", "Exists", "DoesNotExist"})
# What stands for a condition that cannot be read before something is filled in.
UNKNOWN = "Unknown"

Labels = Mapping[str, str | None]
"""Labels by name; None for a value that is not known."""

# No label may hold these, so that what holds them is filled in before deployment.
_PLACEHOLDERS = ("$", "{")


@dataclass(frozen=True)
class Requirement:
    """One condition of a selector: `operator` is one of `OPERATORS`, or `UNKNOWN`."""

    key: str
    operator: str
    values: frozenset[str] = frozenset()

    def holds(self, labels: Labels) -> bool | None:
        """Whether a pod with these labels meets the condition, None when that is not known.

        A missing label satisfies `NotIn`.
        """
        if self.operator == UNKNOWN:
            return None
        if self.operator in ("Exists", "DoesNotExist"):
            return (self.key in labels) == (self.operator == "Exists")
        among = self._is_among(labels)
        return among if among is None or self.operator == "In" else not among

    def _is_among(self, labels: Labels) -> bool | None:
        value = labels.get(self.key)
        if value in self.values:
            return True
        if self.key not in labels:
            return False
        if value is None or is_filled_in(value) or any(map(is_filled_in, self.values)):
            return None
        return False


Selector = tuple[Requirement, ...] | None
"""All of the conditions; None selects nothing."""


@dataclass(frozen=True)
class Selection:
    """The workloads that a selector selects, and those that it may select."""

    certain: tuple[Resource, ...] = ()
    possible: tuple[Resource, ...] = ()


@dataclass(frozen=True)
class Pods:
    """The workloads of one namespace with their labels, and which of them carry a label.

    `open_` has, by label, those whose value of it is not known.
    """

    workloads: tuple[Resource, ...] = ()
    labels: tuple[Labels, ...] = ()
    carrying: Mapping[tuple[str, str], tuple[int, ...]] = field(default_factory=dict)
    open_: Mapping[str, tuple[int, ...]] = field(default_factory=dict)

    def selected(self, selector: Selector) -> Selection:
        """The workloads that meet every requirement; all of them when there is none."""
        if selector is None:
            return Selection()
        positions: Iterable[int] = range(len(self.workloads))
        wanted = [each for each in selector if each.operator == "In" and not any(map(is_filled_in, each.values))]
        if wanted:
            first = min(wanted, key=lambda each: sum(len(self._carrying(each.key, value)) for value in each.values))
            carrying = {at for value in first.values for at in self._carrying(first.key, value)}
            positions = sorted(carrying.union(self.open_.get(first.key, ())))
        answers = [(self.workloads[at], meets(self.labels[at], selector)) for at in positions]
        return Selection(
            tuple(workload for workload, is_met in answers if is_met),
            tuple(workload for workload, is_met in answers if is_met is None),
        )

    def _carrying(self, key: str, value: str) -> tuple[int, ...]:
        return self.carrying.get((key, value), ())


def meets(labels: Labels, selector: Selector) -> bool | None:
    """Whether what has these labels is selected, None when that is not known."""
    if selector is None:
        return False
    answers = [each.holds(labels) for each in selector]
    if False in answers:
        return False
    return None if None in answers else True


def pods_of(members: Sequence[tuple[Resource, Labels]]) -> Pods:
    """Index the workloads of one namespace."""
    carrying: dict[tuple[str, str], list[int]] = {}
    open_: dict[str, list[int]] = {}
    for at, (_, labels) in enumerate(members):
        for key, value in labels.items():
            if value is None or is_filled_in(value):
                open_.setdefault(key, []).append(at)
            if value is not None:
                carrying.setdefault((key, value), []).append(at)
    return Pods(
        tuple(workload for workload, _ in members),
        tuple(labels for _, labels in members),
        {pair: tuple(found) for pair, found in carrying.items()},
        {key: tuple(found) for key, found in open_.items()},
    )


def is_filled_in(value: str) -> bool:
    """Whether another tool puts something else in place of the text."""
    return any(each in value for each in _PLACEHOLDERS)


def labels_of(labels: Any) -> dict[str, str | None]:
    """The labels as Kubernetes compares them."""
    if not isinstance(labels, Mapping):
        return {}
    return {str(key): None if isinstance(value, Unresolved) else label_text(value) for key, value in labels.items()}


def equality(selector: Any) -> Selector:
    """A Service's selector, which selects nothing when it is empty."""
    if isinstance(selector, Unresolved):
        return (Requirement("", UNKNOWN),)
    if not isinstance(selector, Mapping) or not selector:
        return None
    return tuple(_equal(str(key), value) for key, value in selector.items())


def label_selector(selector: Any) -> Selector:
    """A LabelSelector: an empty one selects everything, one that the API server refuses nothing."""
    if selector is None:
        return ()
    if isinstance(selector, Unresolved):
        return (Requirement("", UNKNOWN),)
    if not isinstance(selector, Mapping):
        return None
    matching = selector.get("matchLabels")
    pairs: Selector = equality(matching) if _present(matching) else ()
    if pairs is None:
        return None
    expressions = selector.get("matchExpressions")
    if not _present(expressions):
        return pairs
    if isinstance(expressions, Unresolved):
        return (*pairs, Requirement("", UNKNOWN))
    if not isinstance(expressions, Sequence) or isinstance(expressions, str):
        return None
    requirements = [_requirement(each) for each in expressions]
    if None in requirements:
        return None
    return (*pairs, *(each for each in requirements if each is not None))


def _present(value: Any) -> bool:
    return isinstance(value, Unresolved) or bool(value)


def _equal(key: str, value: Any) -> Requirement:
    if isinstance(value, Unresolved):
        return Requirement(key, UNKNOWN)
    return Requirement(key, "In", frozenset({label_text(value)}))


def _requirement(expression: Any) -> Requirement | None:
    if isinstance(expression, Unresolved):
        return Requirement("", UNKNOWN)
    if not isinstance(expression, Mapping):
        return None
    key, operator, values = (expression.get(part) for part in ("key", "operator", "values"))
    if any(isinstance(part, Unresolved) for part in (key, operator, values)):
        return Requirement("", UNKNOWN)
    if not isinstance(key, str) or not isinstance(operator, str) or operator not in OPERATORS:
        return None
    needs_values = operator in {"In", "NotIn"}
    listed = values if isinstance(values, Sequence) and not isinstance(values, str) else ()
    if needs_values != bool(listed):
        return None
    if any(isinstance(value, Unresolved) for value in listed):
        return Requirement(key, UNKNOWN)
    return Requirement(key, operator, frozenset(label_text(value) for value in listed))
