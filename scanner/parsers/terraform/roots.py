"""Finds the Terraform roots of a release, evaluates each in a worker process and reads it with all it calls.

A directory that another scanned one calls as a module is read as a part of its callers; every other one is a root.
"""

import posixpath
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from scanner.core.location import Location
from scanner.core.notification import Level, Notification
from scanner.core.resource import Link, Parsed, Resource, SourceFile
from scanner.core.secrets import secret_values
from scanner.isolation import JobRefusedError, Worker, WorkerError
from scanner.parsers.interface import ParseContext
from scanner.parsers.terraform.directories import VARIABLES_SUFFIXES, Directory, is_configuration, read_file
from scanner.parsers.terraform.expressions import Scope, TooMuchWorkError
from scanner.parsers.terraform.hcl import INVALID
from scanner.parsers.terraform.hints import Hints, no_hint
from scanner.parsers.terraform.modules import Module, Root
from scanner.parsers.terraform.resources import build
from scanner.parsers.terraform.settling import settle
from scanner.parsers.terraform.sources import Repository, SourceError, UnsafeSourceError
from scanner.parsers.terraform.syntax import File, constant
from scanner.parsers.terraform.values import Unknown, Value, plain

JOB = "scanner.parsers.terraform.evaluate:evaluate"

# `source = "../network"`, also in JSON; what stands in a comment is found too, which only costs time.
_LOCAL_SOURCE = re.compile(r'source"?\s*[=:]\s*"(\.\.?(?:/[^"]*)?)"')
_SYNTAX_ERROR = re.compile(
    r"^unable to create TerraformConverter: (?:failed to load tfvars from .*?: )?"
    r"(?P<file>.+?):(?P<line>\d+),(?P<column>\d+)-[\d,]+: (?P<message>.*)$",
    re.DOTALL,
)


@dataclass
class Reading:
    """The scanned files by directory, and what was found in them so far."""

    context: ParseContext
    repository: Repository
    variables: Mapping[str, Sequence[File]]
    resources: list[Resource] = field(default_factory=list)
    links: list[Link] = field(default_factory=list)
    notifications: dict[Notification, None] = field(default_factory=dict)
    secrets: set[str] = field(default_factory=set)
    checked: set[str] = field(default_factory=set)
    invalid: set[str] = field(default_factory=set)


Evaluation: TypeAlias = Mapping[str, Any] | WorkerError
Evaluate: TypeAlias = Callable[[str], Future[Evaluation]]


def parse_terraform(files: Sequence[SourceFile], context: ParseContext) -> Parsed:
    """Read every root among the files."""
    directories: dict[str, list[SourceFile]] = {}
    variables: dict[str, list[File]] = {}
    for file in sorted(files, key=lambda each: each.path):
        directory = posixpath.dirname(file.path) or "."
        if is_configuration(file.path):
            directories.setdefault(directory, []).append(file)
        elif file.path.endswith(VARIABLES_SUFFIXES):
            variables.setdefault(directory, []).append(read_file(file.path, file.text))
    reading = Reading(context, Repository(context.root, directories), variables)
    _read_variables(reading)
    pool = ThreadPoolExecutor(1)
    with Worker(context.memory_limit) as worker:

        def evaluate(path: str) -> Future[Evaluation]:
            return pool.submit(_evaluate, worker, reading, path)

        try:
            _read_roots(reading, directories, evaluate)
        finally:  # an interruption does not wait for evaluations that nobody will use
            pool.shutdown(wait=False, cancel_futures=True)
    notifications = tuple(note for note in reading.notifications if not _is_repeated(note, reading.invalid))
    return Parsed(tuple(reading.resources), tuple(reading.links), notifications, frozenset(reading.secrets))


def _read_roots(reading: Reading, directories: Mapping[str, Sequence[SourceFile]], evaluate: Evaluate) -> None:
    # Where no modules are involved the evaluation need not wait for the syntax of everything else.
    evaluations = {path: evaluate(path) for path in _plain_roots(reading.repository, directories)}
    roots = [*_roots(reading.repository, directories)]
    for path in roots:
        found = reading.repository.directory(path)
        if path not in evaluations and found and _is_safe(reading.repository, found, (path,), (), set()):
            evaluations[path] = evaluate(path)
    for path in roots:
        _read_root(reading, path, evaluations.pop(path, None), evaluate)


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
    """The directories that the local module calls in a directory mean."""
    directory = repository.directory(path)
    sources = [constant(block.expression("source")) for block in directory.modules.values()] if directory else []
    return {
        posixpath.normpath(posixpath.join(path, source))
        for source in sources
        if isinstance(source, str) and source.startswith(".")
    }


def _read_variables(reading: Reading) -> None:
    """Tell what cannot be read of variable files, and keep the secrets in them, used or not."""
    for file in (file for files in reading.variables.values() for file in files):
        if file.error is not None:
            reading.notifications[Notification(Level.ERROR, file.message, "parser", file.error)] = None
        values = {name: plain(value, None, file.source) for name, value in _values(file).items()}
        reading.secrets.update(secret_values(values))


def _values(file: File) -> dict[str, Value]:
    """What a file of variables gives them; there nothing but plain values can be written."""

    def refuse(name: str, _: object = None) -> Value:
        return Unknown(f"{name} cannot be used in a file of variables")

    values: dict[str, Value] = {}
    for name, attribute in file.attributes.items():
        try:
            values[name] = settle(attribute.expression, Scope(refuse, refuse), no_hint, file.source)
        except (TooMuchWorkError, RecursionError):
            values[name] = Unknown(f"{name} is too large to be read")
    return values


def _variable_files(reading: Reading, path: str) -> list[File]:
    """The files of variables that Terraform loads by itself, in the order in which they override one another."""

    def rank(file: File) -> tuple[int, str]:
        name = posixpath.basename(file.source.path)
        return {"terraform.tfvars": 0, "terraform.tfvars.json": 1}.get(name, 2), name

    automatic = [
        file
        for file in reading.variables.get(path, ())
        if rank(file)[0] < 2 or file.source.path.endswith((".auto.tfvars", ".auto.tfvars.json"))
    ]
    return sorted(automatic, key=rank)


def _evaluate(worker: Worker, reading: Reading, path: str) -> Evaluation:
    names = [posixpath.basename(file.source.path) for file in _variable_files(reading, path)]
    job = {"root": str(reading.context.root / path), "variables": names}
    try:
        found = worker.call(JOB, job, reading.context.time_limit)
    except WorkerError as error:
        return error
    return found if isinstance(found, dict) else {}


def _read_root(reading: Reading, path: str, evaluation: Future[Evaluation] | None, evaluate: Evaluate) -> None:
    directory = reading.repository.directory(path)
    if directory is None:
        return
    given = {name: value for file in _variable_files(reading, path) for name, value in _values(file).items()}
    root = Root(path, reading.repository, Hints(lambda: _result(evaluation), path))
    module = Module(root, directory, lambda name: (given[name],) if name in given else None)
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


def _result(evaluation: Future[Evaluation] | None) -> Mapping[str, Any]:
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
            called = repository.called(directory, source, (*chain, name), above)
        except UnsafeSourceError:
            return False
        except SourceError:
            continue
        if called.path not in seen and not _is_safe(repository, called, (*chain, name), above, seen):
            return False
    return True


def _tell(reading: Reading, path: str, error: WorkerError, name: str) -> None:
    found = _SYNTAX_ERROR.match(str(error)) if isinstance(error, JobRefusedError) else None
    if found is None:
        message = f"{name} could not be evaluated: {error}; it was read from its syntax alone"
        _add_error(reading, message, path)
        return
    file = posixpath.normpath(posixpath.join(path, found["file"]))
    where = Location(file, int(found["line"]), int(found["column"]))
    message = f"{' '.join(found['message'].split()).rstrip('.')}; {name} was read from its syntax alone"
    reading.notifications[Notification(Level.ERROR, message, "parser", where)] = None
    reading.invalid.add(file)


def _add_error(reading: Reading, message: str, path: str) -> None:
    first = min((file.path for file in reading.repository.files.get(path, ())), default=path)
    reading.notifications[Notification(Level.ERROR, message, "parser", Location(first, 1))] = None


def _named(path: str) -> str:
    return "the Terraform root" if path == "." else f"the Terraform root {path}"
