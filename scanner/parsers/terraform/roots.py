"""Finds the Terraform roots of a release, evaluates each in a worker process and reads it with all it calls.

A directory that another scanned one calls as a module is read as a part of its callers; every other one is a root.
"""

import posixpath
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Future
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TypeAlias

from scanner.core.location import Location
from scanner.core.notification import Level, Notification
from scanner.core.resource import Link, Parsed, Resource, SourceFile
from scanner.isolation import JobRefusedError, WorkerError
from scanner.parsers.interface import ParseContext
from scanner.parsers.terraform.directories import (
    CONFIGURATION_SUFFIXES,
    VARIABLES_SUFFIXES,
    Directory,
    is_configuration,
    read_file,
)
from scanner.parsers.terraform.evaluators import Evaluation, Evaluators, syntax_error
from scanner.parsers.terraform.expressions import TooMuchWorkError
from scanner.parsers.terraform.hcl import INVALID
from scanner.parsers.terraform.hints import Hints
from scanner.parsers.terraform.modules import Module, Root
from scanner.parsers.terraform.plan.configuration import directory_of_plan
from scanner.parsers.terraform.plan.documents import read_plan
from scanner.parsers.terraform.plan.matching import match_plans
from scanner.parsers.terraform.plan.planned import Plan
from scanner.parsers.terraform.resources import build
from scanner.parsers.terraform.sources import Repository, SourceError, UnsafeSourceError, Wanted, is_local
from scanner.parsers.terraform.syntax import constant
from scanner.parsers.terraform.variable_files import Variables, read_variables

# `source = "../network"`, also in JSON; what stands in a comment is found too, which only costs time.
_LOCAL_SOURCE = re.compile(r'source"?\s*[=:]\s*"(\.\.?(?:/[^"]*)?)"')

Evaluate: TypeAlias = Callable[[str], Future[Evaluation]]


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
    checked: set[str] = field(default_factory=set)
    invalid: set[str] = field(default_factory=set)


def parse_terraform(files: Sequence[SourceFile], context: ParseContext) -> Parsed:
    """Read every root among the files."""
    ordered = sorted(files, key=lambda each: each.path)
    configurations = [file for file in ordered if is_configuration(file.path)]
    directories: dict[str, list[SourceFile]] = {}
    for file in configurations:
        directories.setdefault(posixpath.dirname(file.path) or ".", []).append(file)
    plans = [file for file in ordered if not file.path.endswith((*CONFIGURATION_SUFFIXES, *VARIABLES_SUFFIXES))]
    of_variables = (read_file(file.path, file.text) for file in ordered if file.path.endswith(VARIABLES_SUFFIXES))
    variables = read_variables(of_variables, context.terraform, context.root)
    reading = Reading(context, Repository(context.root, directories, context.terraform, context.time_limit), variables)
    reading.secrets.update(variables.secrets())
    with Evaluators(context, sum(len(file.text) for file in configurations)) as evaluators:

        def evaluate(path: str) -> Future[Evaluation]:
            return evaluators.start(path, [posixpath.basename(file.source.path) for file in variables.files(path)])

        _read_roots(reading, directories, _read_plans(plans, reading), evaluate)
    notifications = tuple(note for note in reading.notifications if not _is_repeated(note, reading.invalid))
    return Parsed(
        tuple(reading.resources),
        tuple(reading.links),
        notifications,
        frozenset(reading.secrets),
        reading.repository.unscanned(),
    )


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


def _read_roots(
    reading: Reading, directories: Mapping[str, Sequence[SourceFile]], plans: Sequence[Plan], evaluate: Evaluate
) -> None:
    # Where no modules are involved the evaluation need not wait for the syntax of everything else.
    evaluations = {path: evaluate(path) for path in _plain_roots(reading.repository, directories)}
    roots = [*_roots(reading.repository, directories)]
    for path in roots:
        found = reading.repository.directory(path)
        if path not in evaluations and found and _is_safe(reading.repository, found, (path,), (), set()):
            evaluations[path] = evaluate(path)
    found_roots = [directory for path in roots if (directory := reading.repository.directory(path)) is not None]
    reading.notifications.update(dict.fromkeys(reading.variables.notifications(found_roots)))
    for work in _planned(reading, plans, found_roots):
        _read_root(reading, work, evaluations.get(work.directory.path), evaluate)


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


def _is_repeated(note: Notification, invalid: set[str]) -> bool:
    """Whether Terraform's own parser has said better what is wrong with the file."""
    return note.message == INVALID and note.location is not None and note.location.path in invalid


def _plain_roots(repository: Repository, directories: Mapping[str, Sequence[SourceFile]]) -> list[str]:
    """Directories that call no module and that none can call."""
    called = {
        posixpath.normpath(posixpath.join(path, source))
        for path, files in directories.items()
        for file in files
        for source in _LOCAL_SOURCE.findall(file.text)
    }
    return [
        path
        for path, files in directories.items()
        if path not in called
        and not any("module" in file.text for file in files)
        and not repository.is_partly_scanned(path)
    ]


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


def _read_root(reading: Reading, work: _Work, evaluation: Future[Evaluation] | None, evaluate: Evaluate) -> None:
    directory, plan, path = work.directory, work.plan, work.directory.path
    workspace = reading.context.terraform.workspace
    root = Root(path, reading.repository, Hints(lambda: _result(evaluation), path), work.origin, workspace, plan)
    given = reading.variables.given(directory)
    if plan is not None:
        values = plan.variables
        module = Module(root, directory, lambda name: (values[name],) if name in values else given(name))
    else:
        module = Module(root, directory, given)
    try:
        resources, links = build(root, module)
    except (TooMuchWorkError, RecursionError):
        _add_error(reading, f"{_named(path)} was not read: it takes more steps to evaluate than are allowed", path)
        reading.secrets.update(root.secrets)
        return
    reading.resources.extend(resources)
    reading.links.extend(links)
    reading.secrets.update(root.secrets)
    reading.notifications.update(root.notifications)
    outcome = evaluation.result() if evaluation is not None else {}
    if isinstance(outcome, WorkerError):
        _tell(reading, path, outcome, _named(path))
    for called in sorted(root.directories):
        if _result(evaluation) and not root.hints.covers(called) and called not in reading.checked:
            # The evaluator leaves a module that has an error without a word.
            reading.checked.add(called)
            error = evaluate(called).result()
            if isinstance(error, JobRefusedError):
                _tell(reading, called, error, f"the module {called}")


def _result(evaluation: Future[Evaluation] | None) -> Mapping[str, object]:
    """The evaluated blocks; none after an error, which is told elsewhere."""
    outcome = None if evaluation is None else evaluation.result()
    return {} if outcome is None or isinstance(outcome, WorkerError) else outcome


def _is_safe(
    repository: Repository, directory: Directory, chain: tuple[str, ...], above: tuple[str, ...], seen: set[str]
) -> bool:
    """Whether Terraform's evaluator would read only what the scan reads: it follows every source there is."""
    if repository.is_partly_scanned(directory.path):
        return False
    seen.add(directory.path)
    above = (*above, directory.path)
    for name, block in directory.modules.items():
        source = constant(block.expression("source"))
        if not isinstance(source, str):
            return False  # where it leads is known only once the module is evaluated
        try:
            version = constant(block.expression("version"))
            root, *names = (*chain, name)
            wanted = Wanted(directory, source, None if version is None else str(version), root, tuple(names), above)
            called = repository.called(wanted)
        except UnsafeSourceError:
            return False
        except SourceError:
            continue
        if called.path not in seen and not _is_safe(repository, called, (*chain, name), above, seen):
            return False
    return True


def _tell(reading: Reading, path: str, error: WorkerError, name: str) -> None:
    wrong = syntax_error(error, path)
    if wrong is None:
        message = f"{name} could not be evaluated: {error}; it was read from its syntax alone"
        _add_error(reading, message, path)
        return
    where, message = wrong
    message = f"{message}; {name} was read from its syntax alone"
    reading.notifications[Notification(Level.ERROR, message, "parser", where)] = None
    reading.invalid.add(where.path)


def _add_error(reading: Reading, message: str, path: str) -> None:
    first = min((file.path for file in reading.repository.files.get(path, ())), default=path)
    reading.notifications[Notification(Level.ERROR, message, "parser", Location(first, 1))] = None


def _named(path: str) -> str:
    return "the Terraform root" if path == "." else f"the Terraform root {path}"
