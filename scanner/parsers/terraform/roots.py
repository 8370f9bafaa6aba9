"""Finds the Terraform roots of a release and reads each with all that it calls, and with its plan where there is one.

A directory that another scanned one calls as a module is read as a part of its callers; every other one is a root.
"""

import posixpath
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field

from scanner.core.location import Location
from scanner.core.notification import Level, Notification
from scanner.core.resource import Link, Move, Parsed, Planned, Resource, SourceFile
from scanner.core.terraform_files import CONFIGURATION_SUFFIXES, VARIABLES_SUFFIXES, is_configuration
from scanner.parsers.interface import ParseContext
from scanner.parsers.terraform.directories import (
    Directory,
    read_file,
)
from scanner.parsers.terraform.expressions import TooMuchWorkError
from scanner.parsers.terraform.hcl import INVALID
from scanner.parsers.terraform.modules import Module, Root
from scanner.parsers.terraform.plan.configuration import directory_of_plan
from scanner.parsers.terraform.plan.documents import read_plan
from scanner.parsers.terraform.plan.matching import match_plans
from scanner.parsers.terraform.plan.planned import Plan
from scanner.parsers.terraform.resources import build
from scanner.parsers.terraform.sources import Repository, SourceError, is_local
from scanner.parsers.terraform.syntax import constant
from scanner.parsers.terraform.syntax_checks import SyntaxChecks
from scanner.parsers.terraform.variable_files import Variables, read_variables


@dataclass
class Reading:
    """The scanned files by directory, and what was found in them so far."""

    context: ParseContext
    repository: Repository
    variables: Variables
    resources: list[Resource] = field(default_factory=list)
    links: list[Link] = field(default_factory=list)
    notifications: dict[Notification, None] = field(default_factory=dict)
    secrets: set[str] = field(default_factory=set)
    moves: set[Move] = field(default_factory=set)
    plans: set[Planned] = field(default_factory=set)


@dataclass(frozen=True)
class _Sorted:
    """The files of a release by what they are: those that declare things, by directory, and plans."""

    directories: Mapping[str, Sequence[SourceFile]]
    plans: Sequence[SourceFile]


def parse_terraform(files: Sequence[SourceFile], context: ParseContext) -> Parsed:
    """Read every root among the files."""
    reading, found = _begun(files, context)
    directories = found.directories
    size = sum(len(file.text) for group in directories.values() for file in group)
    with SyntaxChecks(context, size) as checks:
        checked = [checks.start({file.path: file.text for file in group}) for group in directories.values()]
        _read_roots(reading, directories, _read_plans(found.plans, reading))
        unscanned = _by_directory(reading.repository.unscanned())
        checked += [checks.start({file.path: file.text for file in group}) for group in unscanned.values()]
        wrong = [note for check in checked for note in check.result()]
    return Parsed(
        tuple(reading.resources),
        tuple(reading.links),
        tuple(_distinct(reading.notifications, wrong)),
        frozenset(reading.secrets),
        reading.repository.unscanned(),
        tuple(sorted(reading.moves)),
        tuple(sorted(reading.plans)),
    )


def opened_roots(files: Sequence[SourceFile], context: ParseContext) -> tuple[list[Module], Variables]:
    """The root modules, of which nothing is evaluated yet, and what gives their variables values.

    For whoever asks how a value came about; what cannot be read of the files is told by `parse_terraform`.
    """
    reading, found = _begun(files, context)
    works = _works(reading, found.directories, _read_plans(found.plans, reading))
    return [_module(reading, work) for work in works], reading.variables


def _begun(files: Sequence[SourceFile], context: ParseContext) -> tuple[Reading, _Sorted]:
    ordered = sorted(files, key=lambda each: each.path)
    directories = _by_directory(file for file in ordered if is_configuration(file.path))
    plans = [file for file in ordered if not file.path.endswith((*CONFIGURATION_SUFFIXES, *VARIABLES_SUFFIXES))]
    of_variables = (read_file(file.path, file.text) for file in ordered if file.path.endswith(VARIABLES_SUFFIXES))
    variables = read_variables(of_variables, context.terraform, context.root)
    repository = Repository(context.root, directories, context.terraform, context.time_limit)
    reading = Reading(context, repository, variables)
    reading.secrets.update(variables.secrets())
    return reading, _Sorted(directories, plans)


def _by_directory(files: Iterable[SourceFile]) -> dict[str, list[SourceFile]]:
    found: dict[str, list[SourceFile]] = {}
    for file in files:
        found.setdefault(posixpath.dirname(file.path) or ".", []).append(file)
    return found


def _distinct(ours: Iterable[Notification], theirs: Sequence[Notification]) -> Iterator[Notification]:
    """All notifications; of two about the syntax of one file, that of Terraform's own parser, which says more.

    Of JSON our own says more.
    """
    refused = {_path(note) for note in theirs}
    told = {_path(note) for note in ours if _path(note).endswith(".json")}
    yield from (note for note in ours if note.message != INVALID or _path(note) not in refused)
    yield from (note for note in theirs if _path(note) not in told)


def _path(note: Notification) -> str:
    return note.location.path if note.location else ""


def _read_plans(files: Sequence[SourceFile], reading: Reading) -> list[Plan]:
    plans: list[Plan] = []
    for file in files:
        found = read_plan(file)
        if isinstance(found, Notification):
            reading.notifications[found] = None
        else:
            plans.append(found)
            reading.notifications.update(dict.fromkeys(found.notifications))
            reading.secrets.update(found.secrets)
    return plans


def _read_roots(reading: Reading, directories: Mapping[str, Sequence[SourceFile]], plans: Sequence[Plan]) -> None:
    for work in _works(reading, directories, plans):
        _read_root(reading, work)


def _works(
    reading: Reading, directories: Mapping[str, Sequence[SourceFile]], plans: Sequence[Plan]
) -> Iterator["_Work"]:
    paths = _roots(reading.repository, directories)
    roots = [found for path in paths if (found := reading.repository.directory(path)) is not None]
    reading.notifications.update(dict.fromkeys(reading.variables.notifications(roots)))
    yield from _planned(reading, plans, roots)


@dataclass(frozen=True)
class _Work:
    """One reading of a root: with the plan that was made from it, and `origin` for the keys of its resources."""

    directory: Directory
    origin: str
    plan: Plan | None = None


def _planned(reading: Reading, plans: Sequence[Plan], roots: Sequence[Directory]) -> Iterator[_Work]:
    """Every root, once for each of its plans, and the plans whose configuration is not at hand."""
    repository = reading.repository
    beside = {posixpath.dirname(plan.path) or "." for plan in plans} - {root.path for root in roots}
    unscanned = [found for path in sorted(beside) if (found := repository.directory(path)) is not None]
    matches, notifications = match_plans(plans, [*roots, *unscanned], repository.local)
    reading.notifications.update(dict.fromkeys(notifications))
    for root in (*roots, *unscanned):
        fitting = [match.plan for match in matches if match.root is root]
        for plan in fitting:
            yield _Work(root, root.path if len(fitting) == 1 else plan.path, plan)
        if not fitting and root not in unscanned:
            yield _Work(root, root.path)
    alone = [match.plan for match in matches if match.root is None]
    for plan in alone:
        folder = posixpath.dirname(plan.path) or "."
        taken = sum((posixpath.dirname(other.path) or ".") == folder for other in alone) > 1
        taken = taken or any(root.path == folder for root in roots)
        directory = directory_of_plan(plan, folder)
        if directory is not None:
            yield _Work(directory, plan.path if taken else folder, plan)


def _roots(repository: Repository, paths: Mapping[str, Sequence[SourceFile]]) -> Iterator[str]:
    """Every directory that no other one calls, then one of each circle of directories that call one another."""
    calls = {path: _called(repository, path) for path in paths}
    called = {target for path, targets in calls.items() for target in targets if target != path}
    reached: set[str] = set()
    for path in (*(path for path in paths if path not in called), *paths):
        if path not in reached:
            yield path
            waiting = [path]
            while waiting:
                current = waiting.pop()
                if current not in reached:
                    reached.add(current)
                    waiting.extend(calls.get(current, ()))


def _called(repository: Repository, path: str) -> set[str]:
    """The directories that the module calls in a directory mean, as far as nothing need be fetched to know."""
    directory = repository.directory(path)
    found: set[str] = set()
    for block in directory.modules.values() if directory else ():
        source, version = constant(block.expression("source")), constant(block.expression("version"))
        if isinstance(source, str) and is_local(source):
            found.add(posixpath.normpath(posixpath.join(path, source)))
        elif isinstance(source, str) and repository.options.module_directories:
            with suppress(SourceError):  # the call itself tells of it
                found.add(repository.vendored(source, None if version is None else str(version)) or path)
    return found


def _module(reading: Reading, work: _Work) -> Module:
    directory, plan = work.directory, work.plan
    workspace = reading.context.terraform.at(directory.path).workspace
    root = Root(directory.path, reading.repository, work.origin, workspace, plan)
    given = reading.variables.given(directory)
    if plan is None:
        return Module(root, directory, given)
    values = plan.variables
    return Module(root, directory, lambda name: (values[name],) if name in values else given(name))


def _read_root(reading: Reading, work: _Work) -> None:
    directory, module = work.directory, _module(reading, work)
    root = module.root
    try:
        resources, links = build(root, module)
    except (TooMuchWorkError, RecursionError):
        where = min((file.path for file in reading.repository.files.get(directory.path, ())), default=directory.path)
        message = f"{_named(directory.path)} was not read: it takes more steps to evaluate than are allowed"
        reading.notifications[Notification(Level.ERROR, message, "parser", Location(where, 1))] = None
    else:
        reading.resources.extend(resources)
        reading.links.extend(links)
        reading.notifications.update(root.notifications)
        reading.moves.update(root.moves)
        if work.plan is not None and not work.plan.is_state:
            reading.plans.add(Planned(work.plan.path, work.origin))
    reading.secrets.update(root.secrets)


def _named(path: str) -> str:
    return "the Terraform root" if path == "." else f"the Terraform root {path}"
