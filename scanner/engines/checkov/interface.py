"""What goes to Checkov and what comes back: units of files, and records of its checks."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from scanner.core.resource import Resource

TERRAFORM, TERRAFORM_PLAN, KUBERNETES, DOCKERFILE = "terraform", "terraform_plan", "kubernetes", "dockerfile"
"""The names of Checkov's frameworks, as far as it is asked."""


@dataclass(frozen=True)
class Unit:
    """What Checkov is given at once, and nothing beside it: one Terraform root with its modules, one plan, and so on.

    `name` is for people (`the Terraform root infra/prod`), `path` is a file of ours that stands for it. `files` are
    bytes by the path that Checkov sees, relative to the folder it is given; `paths` gives our own path where that is
    another one. `variable_files` are paths of `files`, in the order in which they count. `resources` are those that its
    answers can be about; `objects` has, by the path that Checkov sees, those that a file was written for alone, of
    which neither path nor lines mean anything in the repository.
    """

    name: str
    path: str
    framework: str
    files: Mapping[str, bytes] = field(repr=False)
    resources: tuple[Resource, ...] = field(repr=False)
    paths: Mapping[str, str] = field(default_factory=dict, repr=False)
    variable_files: tuple[str, ...] = ()
    objects: Mapping[str, Resource] = field(default_factory=dict, repr=False)

    def path_of(self, seen: str) -> str:
        """Our path of a file by the one that Checkov names, which begins with `/`."""
        relative = seen.lstrip("/")
        return self.paths.get(relative, relative)


@dataclass(frozen=True)
class Checks:
    """Which checks are run: those of Checkov's own with these `ids`, or with `is_all` every one of them.

    `written` are checks of the user in YAML or JSON as (path, text), `python` folders whose Python is to be run.
    """

    ids: tuple[str, ...]
    is_all: bool = False
    written: tuple[tuple[str, str], ...] = ()
    python: tuple[str, ...] = ()


@dataclass(frozen=True)
class Record:
    """One check on one thing, as Checkov tells it. No text of the file and no value of it is among this.

    `result` is PASSED, FAILED or UNKNOWN, which with Checkov most often says that the check does not apply. `path` is
    that which Checkov sees, `start` and `end` are lines of the whole block (0 where it knows none), `keys` the
    attributes it has looked at, sorted, in its own notation (`spec/containers/[0]/image`).
    `values` says of them, in a configuration of Terraform, what kind of value each had there, as `letter:key`; where it
    names none, of those that it has asked for (`scanner.engines.checkov.forms`).
    """

    check: str
    result: str
    path: str
    start: int
    end: int
    resource: str
    keys: tuple[str, ...] = ()
    values: tuple[str, ...] = ()


@dataclass(frozen=True)
class Answer:
    """All that Checkov said of one unit, in a fixed order.

    `crashed` are checks that broke off, by id and in words, and `crashed_on` has for those of them that broke off on
    single files the paths that Checkov sees; `unread` are files, by such paths, that it could not parse; `titles` are
    its own names of checks that were not asked for by id: those in Python, and with all of them asked for those that a
    later version has. `resources` are those of a configuration of Terraform that it knows, by the path that it sees and
    the address without indices.
    """

    version: str
    records: tuple[Record, ...] = field(default=(), repr=False)
    crashed: tuple[tuple[str, str], ...] = ()
    unread: tuple[str, ...] = ()
    titles: Mapping[str, str] = field(default_factory=dict)
    crashed_on: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    resources: tuple[tuple[str, str], ...] = field(default=(), repr=False)


def as_plain(answer: Answer) -> dict[str, Any]:
    """The answer as JSON has it, for the way out of the worker and for the cache."""
    return {
        "version": answer.version,
        "records": [
            [
                each.check,
                each.result,
                each.path,
                each.start,
                each.end,
                each.resource,
                list(each.keys),
                list(each.values),
            ]
            for each in answer.records
        ],
        "crashed": [list(each) for each in answer.crashed],
        "unread": list(answer.unread),
        "titles": dict(answer.titles),
        "resources": [list(each) for each in answer.resources],
        "crashed_on": {check: list(paths) for check, paths in answer.crashed_on.items()},
    }


def from_plain(value: Mapping[str, Any]) -> Answer:
    """The opposite of `as_plain`. Raises `ValueError`, `KeyError` or `TypeError` for what is no answer."""
    return Answer(
        version=str(value["version"]),
        records=tuple(
            Record(check, result, path, int(start), int(end), resource, tuple(keys), tuple(values))
            for check, result, path, start, end, resource, keys, values in value["records"]
        ),
        crashed=tuple((check, why) for check, why in value["crashed"]),
        unread=tuple(value["unread"]),
        titles=dict(value["titles"]),
        resources=tuple((path, address) for path, address in value["resources"]),
        crashed_on={check: tuple(paths) for check, paths in value["crashed_on"].items()},
    )
