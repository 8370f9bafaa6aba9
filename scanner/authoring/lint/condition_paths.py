"""The paths, types and links that YAML policies name in their conditions."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from scanner.authoring.input_schemas import Step
from scanner.authoring.lint.interface import LintProblem
from scanner.authoring.lint.names import unknown_link, unknown_type
from scanner.authoring.lint.strays import unknown_path
from scanner.authoring.lint.subject import Subject
from scanner.core.location import Location
from scanner.core.values import AttributePath, parse_path
from scanner.yaml_source import Document

_OVER_LISTS = ("some", "every", "none")
_OVER_RESOURCES = ("related", "children")


def condition_names(subject: Subject) -> Iterator[LintProblem]:
    """Every name in a condition that leads nowhere."""
    for policy, document in subject.conditions:
        types = policy.applies_to.types
        walk = _Walk(subject, document, Location(policy.location.path if policy.location else policy.id, 1))
        yield from walk.types(types, ("applies_to", "types"))
        where = document.value.get("applies_to", {}).get("where")
        yield from walk.condition(where, ("applies_to", "where"), types, ())
        yield from walk.condition(document.value.get("rule"), ("rule",), types, ())


@dataclass(frozen=True)
class _Walk:
    """One policy: `types` are those of the resource that a condition is about, none where it may be any."""

    subject: Subject
    document: Document
    top: Location

    def condition(
        self, tree: Any, at: AttributePath, types: Sequence[str], base: Sequence[Step]
    ) -> Iterator[LintProblem]:
        """`base` is the path of the element that the condition is about."""
        if not isinstance(tree, Mapping):
            return
        for word in ("all", "any"):
            for index, inner in enumerate(tree.get(word) or ()):
                yield from self.condition(inner, (*at, word, index), types, base)
        if "not" in tree:
            yield from self.condition(tree["not"], (*at, "not"), types, base)
        if "path" in tree:
            yield from self.path(tree["path"], (*at, "path"), types, base)
        over_resources = next((word for word in _OVER_RESOURCES if word in tree), None)
        if over_resources:
            yield from self.others(tree, at, over_resources)
        elif "parent" in tree:
            yield from self.condition(tree["parent"], (*at, "parent"), (), ())
        else:
            for word in _OVER_LISTS:
                if word in tree:
                    yield from self.path(tree[word], (*at, word), types, base)
                    inner = (*base, *_steps(tree[word]), None)
                    yield from self.condition(tree.get("satisfies"), (*at, "satisfies"), types, inner)

    def others(self, tree: Mapping[str, Any], at: AttributePath, word: str) -> Iterator[LintProblem]:
        chosen = tree[word] if isinstance(tree[word], Mapping) else {}
        types = _names(chosen.get("type"))
        yield from self.types(types, (*at, word, "type"))
        for kind in _names(chosen.get("kind")):
            yield from unknown_link(kind, self.place((*at, word, "kind")), self.subject.schemas)
        for quantifier in ("has", "every", "none"):
            if quantifier in tree:
                yield from self.condition(tree[quantifier], (*at, quantifier), types, ())

    def path(self, text: Any, at: AttributePath, types: Sequence[str], base: Sequence[Step]) -> Iterator[LintProblem]:
        problem = unknown_path(types, (*base, *_steps(text)), self.place(at), self.subject.schemas)
        if problem is not None:
            yield problem

    def types(self, types: Sequence[str], at: AttributePath) -> Iterator[LintProblem]:
        for index, type_ in enumerate(types):
            where = self.place((*at, index))
            yield from unknown_type(type_, where, self.subject.schemas)

    def place(self, at: AttributePath) -> Location:
        """Where it is written, or the nearest key around it."""
        for length in range(len(at), 0, -1):
            if at[:length] in self.document.locations:
                return self.document.locations[at[:length]]
        return self.top


def _steps(text: Any) -> AttributePath:
    try:
        return parse_path(str(text))
    except ValueError:  # the engine says so
        return ()


def _names(value: Any) -> tuple[str, ...]:
    return (value,) if isinstance(value, str) else tuple(value or ())
