"""in-toto statements of versions 0.1 and 1, in the attributes that policies compare."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from scanner.core.notification import Notification
from scanner.core.values import AttributePath
from scanner.parsers.model.attestations.containers import Found
from scanner.parsers.model.attestations.predicates import read_predicate
from scanner.parsers.model.attestations.resources import digests_of
from scanner.parsers.model.draft import is_empty, nearest, problem
from scanner.parsers.model.reading import entries, text

_TYPES = ("https://in-toto.io/Statement/v0.1", "https://in-toto.io/Statement/v1")


@dataclass
class Statement:
    """The attributes of one statement, where each is written in it, and what could not be read."""

    attributes: dict[str, Any] = field(default_factory=dict)
    origins: dict[AttributePath, AttributePath] = field(default_factory=dict)
    notifications: list[Notification] = field(default_factory=list)


def read_statement(found: Found) -> Statement:
    """Type, subjects with their digests, and what the predicate says. What has a wrong type is told and left out."""
    written = found.statement
    statement = Statement()
    kind = text(written.get("_type"))
    if kind not in _TYPES:
        _tell(statement, found, f"_type must be {_TYPES[1]}", ("_type",))
    predicate_type = text(written.get("predicateType"))
    if not predicate_type:
        _tell(statement, found, "predicateType must be a text", ("predicateType",))
    _put(statement, {"statement_type": (kind, ("_type",)), "predicate_type": (predicate_type, ("predicateType",))})
    subjects = list(_subjects(statement, found))
    statement.attributes["subjects"] = subjects
    statement.origins[("subjects",)] = ("subject",)
    predicate = written.get("predicate")
    if isinstance(predicate, Mapping):
        said = read_predicate(predicate_type or "", predicate)
        _put(statement, {name: (value, ("predicate", *at)) for name, (value, at) in said.items()})
    elif predicate is not None:
        _tell(statement, found, "predicate must be an object", ("predicate",))
    return statement


def _subjects(statement: Statement, found: Found) -> Iterator[dict[str, Any]]:
    listed = found.statement.get("subject")
    if not isinstance(listed, list) or not listed:
        _tell(statement, found, "subject must be a list of what the statement is about", ("subject",))
        return
    number = 0
    for entry, at in entries(listed, ("subject",)):
        digests = digests_of(entry)
        if not digests:
            _tell(statement, found, "a subject without a digest is nothing in particular", at)
        statement.origins[("subjects", number)] = at
        number += 1
        yield {"name": text(entry.get("name")) or text(entry.get("uri")) or "", "digests": digests}
    if number < len(listed):
        _tell(statement, found, "every subject must be an object", ("subject",))


def _put(statement: Statement, said: Mapping[str, tuple[Any, AttributePath]]) -> None:
    for name, (value, at) in said.items():
        if not is_empty(value):
            statement.attributes[name] = value
            statement.origins[(name,)] = at


def _tell(statement: Statement, found: Found, message: str, at: AttributePath) -> None:
    statement.notifications.append(problem(message, nearest(found.locations, at, found.location)))
