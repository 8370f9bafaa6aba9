"""Whether every policy has examples of what it passes, fails and cannot know."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from scanner.authoring.fixtures import cases_in
from scanner.authoring.lint.interface import LintProblem
from scanner.authoring.lint.knowledge import may_be_unknown
from scanner.authoring.lint.subject import Subject
from scanner.core.finding import Status
from scanner.core.location import Location
from scanner.core.notification import Level
from scanner.core.policy import Policy
from scanner.core.suggestions import closest
from scanner.core.values import parse_path


def examples(subject: Subject) -> Iterator[LintProblem]:
    """What is missing of a policy's fixtures, and fixtures of no policy; nothing of either is run."""
    known = {policy.id for policy in subject.bundle.policies}
    found: dict[str, set[Status]] = {}
    for folder in subject.folder.fixtures:
        for case in cases_in(folder):
            if case.policy not in known:
                message = f"there is no policy {case.policy}{closest([case.policy], known)}"
                yield _problem("orphan-fixture", Level.ERROR, message, _place(subject, folder / case.policy, case.line))
            elif case.mistake:
                yield _problem(
                    "broken-fixture",
                    Level.ERROR,
                    f"{case}: {case.mistake}",
                    _place(subject, folder / case.policy, case.line),
                )
            else:
                found.setdefault(case.policy, set()).add(case.status)
    for policy in subject.policies:
        if not policy.deprecated:
            yield from _missing(policy, found.get(policy.id, set()), _may_be_unknown(policy, subject))


def _missing(policy: Policy, found: set[Status], needs_unknown: bool) -> Iterator[LintProblem]:
    where = policy.location or Location(policy.id, 1)
    needed = [Status.PASS, Status.FAIL]
    missing = [status for status in needed if status not in found]
    if missing:
        message = f"{policy.id} has no example of {' and '.join(missing)}: fixtures/{policy.id}/{missing[0]}/"
        yield _problem("missing-fixture", Level.ERROR if found else Level.WARNING, message, where)
    elif needs_unknown and Status.UNKNOWN not in found:
        message = f"{policy.id} has no example of a value that is not known: fixtures/{policy.id}/unknown/"
        yield _problem("missing-unknown-fixture", Level.WARNING, message, where)


def _may_be_unknown(policy: Policy, subject: Subject) -> bool:
    """Whether it looks at an attribute that can be unknown, or says itself that there is one."""
    types = policy.applies_to.types
    if policy.engine == "conditions":
        tree = {"rule": policy.rule, "where": policy.applies_to.where}
        return any(may_be_unknown(type_, path) for type_ in types for path in _paths(tree))
    module = next((module for other, module in subject.rego if other.id == policy.id), None)
    if module is None:
        return False
    reads = subject.flows[policy.id].reads
    judged = [(type_, read.path) for read in reads for type_ in read.types if type_ in types]
    return ("unknown",) in module.rules or any(may_be_unknown(type_, path) for type_, path in judged)


def _paths(tree: Any) -> Iterator[tuple[str | int | None, ...]]:
    """Every path in a condition; the elements of lists are those of the list's own path."""
    todo: list[Any] = [tree]
    while todo:
        node = todo.pop()
        if isinstance(node, Mapping):
            for word in ("path", "some", "every", "none"):
                if isinstance(node.get(word), str):
                    yield parse_path(node[word])
            todo += node.values()
        elif isinstance(node, list | tuple):
            todo += node


def _place(subject: Subject, folder: Path, line: int) -> Location:
    file = folder / "expected.yaml"
    for base in (subject.folder.root, subject.folder.root.parent):
        if file.is_relative_to(base):
            prefix = f"{base.name}/" if base == subject.folder.root else ""
            return Location(prefix + file.relative_to(base).as_posix(), line)
    return Location(file.as_posix(), line)


def _problem(code: str, level: Level, message: str, where: Location) -> LintProblem:
    return LintProblem(code, level, message, where)
