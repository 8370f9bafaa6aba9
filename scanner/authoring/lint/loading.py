"""What keeps a file from being used at all: its form, its metadata, its ids, and what the engine says of its Rego."""

import re
from collections.abc import Iterator
from datetime import date

from scanner.authoring.lint.interface import LintProblem
from scanner.authoring.lint.subject import Subject
from scanner.config import Config
from scanner.core.location import Location
from scanner.core.notification import Level, Notification
from scanner.core.resource import Release
from scanner.core.scope import Scope
from scanner.pipeline import engines

_NOT_IN_BUNDLE = "is not in the bundle"
_SOME_DAY = date(2026, 1, 1)
_AS_A_SCAN_SAYS = re.compile(r"^\S+ was not evaluated: |^the library was not loaded: ")


def unusable(subject: Subject) -> Iterator[LintProblem]:
    """Files that a scan would refuse. What a control names and nobody defines is said with its line elsewhere."""
    for note in subject.bundle.notifications:
        where = note.location or Location(subject.folder.root.name, 1)
        if note.message.endswith(_NOT_IN_BUNDLE) and note.location is None:
            continue
        if note.location is None or subject.folder.is_chosen(where.path):
            yield LintProblem("unusable-file", note.level, note.message, where)


def refused_by_engine(subject: Subject) -> Iterator[LintProblem]:
    """What the engines say when they load the policies: functions that they lack or refuse, unsafe variables."""
    policies = [*subject.policies, *subject.foreign]
    if not policies:
        return
    with engines(policies, subject.bundle, Config((), _SOME_DAY), workers=1) as evaluate:
        evaluation = evaluate(policies, Release((), (), (), ()), Scope())
    for note in evaluation.notifications:
        yield _refused(note, subject)


def _refused(note: Notification, subject: Subject) -> LintProblem:
    where = note.location or Location(subject.folder.root.name, 1)
    return LintProblem("engine-error", note.level, _AS_A_SCAN_SAYS.sub("", note.message), where)


def ids(subject: Subject) -> Iterator[LintProblem]:
    """Aliases that are the name of something else, and files that are not called like their policy."""
    owners: dict[str, str] = {policy.id: policy.id for policy in subject.bundle.policies}
    for policy in subject.bundle.policies:
        for alias in policy.aliases:
            other = owners.setdefault(alias, policy.id)
            if subject.is_chosen(policy) and other != policy.id:
                message = f"the alias {alias} of {policy.id} is the name of {other}"
                yield LintProblem("ambiguous-alias", Level.ERROR, message, policy.location or Location(policy.id, 1))
    for policy in subject.policies:
        where = policy.location
        if where is not None and where.path.rpartition("/")[2].rpartition(".")[0] != policy.id:
            name = where.path.rpartition("/")[2]
            message = f"{policy.id} is in a file called {name}; call it {policy.id}.{name.rpartition('.')[2]}"
            yield LintProblem("file-name", Level.WARNING, message, where)
