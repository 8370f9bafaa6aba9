"""Label selectors as Kubernetes evaluates them, over an index that spares the full scan."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from scanner.core.resource import Resource
from scanner.core.values import Unresolved
from scanner.linking.reading import label_text

OPERATORS = frozenset({"In", "NotIn", "Exists", "DoesNotExist"})


@dataclass(frozen=True)
class Requirement:
    """One condition of a selector: `operator` is one of `OPERATORS`."""

    key: str
    operator: str
    values: frozenset[str] = frozenset()

    def holds(self, labels: Mapping[str, str]) -> bool:
        """Whether a pod with these labels meets the condition; a missing label satisfies `NotIn`."""
        value = labels.get(self.key)
        if self.operator == "In":
            return value in self.values
        if self.operator == "NotIn":
            return value not in self.values
        return (value is not None) == (self.operator == "Exists")


@dataclass(frozen=True)
class Pods:
    """The workloads of one namespace with their labels, and which of them carry a label."""

    workloads: tuple[Resource, ...]
    labels: tuple[Mapping[str, str], ...]
    carrying: Mapping[tuple[str, str], tuple[int, ...]]

    def selected(self, requirements: Sequence[Requirement]) -> tuple[Resource, ...]:
        """The workloads that meet every requirement; all of them when there is none."""
        positions: Iterable[int] = range(len(self.workloads))
        wanted = [each for each in requirements if each.operator == "In"]
        if wanted:
            first = min(wanted, key=lambda each: sum(len(self._carrying(each.key, value)) for value in each.values))
            positions = sorted({at for value in first.values for at in self._carrying(first.key, value)})
        return tuple(
            self.workloads[at] for at in positions if all(each.holds(self.labels[at]) for each in requirements)
        )

    def _carrying(self, key: str, value: str) -> tuple[int, ...]:
        return self.carrying.get((key, value), ())


def pods_of(members: Sequence[tuple[Resource, Mapping[str, str]]]) -> Pods:
    """Index the workloads of one namespace."""
    carrying: dict[tuple[str, str], list[int]] = {}
    for at, (_, labels) in enumerate(members):
        for pair in labels.items():
            carrying.setdefault(pair, []).append(at)
    return Pods(
        tuple(workload for workload, _ in members),
        tuple(labels for _, labels in members),
        {pair: tuple(found) for pair, found in carrying.items()},
    )


def literal_labels(labels: Any) -> dict[str, str]:
    """The labels whose value is known."""
    if not isinstance(labels, Mapping):
        return {}
    return {str(key): label_text(value) for key, value in labels.items() if not isinstance(value, Unresolved)}


def equality(selector: Any) -> tuple[Requirement, ...] | None:
    """A Service's selector, which selects nothing when it is empty (None)."""
    if not isinstance(selector, Mapping) or not selector:
        return None
    if any(isinstance(value, Unresolved) for value in selector.values()):
        return None
    return tuple(Requirement(str(key), "In", frozenset({label_text(value)})) for key, value in selector.items())


def label_selector(selector: Any) -> tuple[Requirement, ...] | None:
    """A LabelSelector: an empty one selects everything, one that cannot be read nothing (None)."""
    if selector is None:
        return ()
    if not isinstance(selector, Mapping):
        return None
    matching = selector.get("matchLabels")
    pairs: tuple[Requirement, ...] | None = () if not _present(matching) else equality(matching)
    if pairs is None:
        return None
    requirements = list(pairs)
    expressions = selector.get("matchExpressions")
    if not _present(expressions):
        return tuple(requirements)
    if not isinstance(expressions, Sequence) or isinstance(expressions, str):
        return None
    for expression in expressions:
        requirement = _requirement(expression)
        if requirement is None:
            return None
        requirements.append(requirement)
    return tuple(requirements)


def _present(value: Any) -> bool:
    return isinstance(value, Unresolved) or bool(value)


def _requirement(expression: Any) -> Requirement | None:
    if not isinstance(expression, Mapping):
        return None
    key, operator, values = (expression.get(part) for part in ("key", "operator", "values"))
    if not isinstance(key, str) or not isinstance(operator, str) or operator not in OPERATORS:
        return None
    needs_values = operator in {"In", "NotIn"}
    listed = values if isinstance(values, Sequence) and not isinstance(values, str) else ()
    if any(isinstance(value, Unresolved) for value in listed) or needs_values != bool(listed):
        return None
    return Requirement(key, operator, frozenset(label_text(value) for value in listed))
