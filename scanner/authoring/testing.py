"""Tests a folder of policies: its Rego tests, the examples of its policies, and what of its Rego they reach."""

import os
import re
import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path

from scanner.authoring.coverage import FileCoverage, coverage
from scanner.authoring.fixtures import AS_OF, Case, Judge, cases_in
from scanner.authoring.outcome import Outcome, Result
from scanner.authoring.policy_folder import TEST_SUFFIX, PolicyFolder
from scanner.authoring.rego_files import RegoFiles, rego_files
from scanner.authoring.rego_program import Runner
from scanner.authoring.rego_tests import matching, rego_tests, run_tests
from scanner.core.bundle import Bundle
from scanner.core.notification import Level

Progress = Callable[[str], None]


@dataclass(frozen=True)
class Wanted:
    """What to run: tests whose name `pattern` finds something in. `coverage` asks which lines they reach.

    `data` are files and folders for the data document of Rego tests.
    """

    pattern: re.Pattern[str] | None = None
    coverage: bool = False
    as_of: date = AS_OF
    data: tuple[Path, ...] = ()
    runner: Runner = field(default_factory=Runner)


@dataclass(frozen=True)
class FolderRun:
    """What came of one folder. `problems` are files that could not be used, `bare` the policies without an example."""

    folder: PolicyFolder
    outcomes: tuple[Outcome, ...]
    problems: tuple[str, ...] = ()
    bare: tuple[str, ...] = ()
    coverage: tuple[FileCoverage, ...] = ()

    def count(self, kind: str, result: Result) -> int:
        """How many tests of that kind had that result."""
        return sum(outcome.kind == kind and outcome.result is result for outcome in self.outcomes)


class _Lines:
    """Lines that were evaluated, as several threads report them."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self.by_path: dict[str, set[int]] = {}

    def add(self, covered: Mapping[str, Iterable[int]]) -> None:
        with self._lock:
            for path, lines in covered.items():
                self.by_path.setdefault(path, set()).update(lines)


def run_folder(folder: PolicyFolder, wanted: Wanted, progress: Progress = lambda _: None) -> FolderRun:
    """Run everything that tests the folder, or the part of it that is chosen. Raises `UsageError` for no bundle."""
    lines = _Lines()
    files = rego_files(folder, wanted.data)
    outcomes = _rego_outcomes(folder, files, wanted, lines, progress)
    judge = Judge(folder.directories, wanted.as_of, wanted.runner.rego, lines.add if wanted.coverage else None)
    cases = [case for each in folder.fixtures for case in cases_in(each)]
    bundle = judge.bundle
    known = {policy.id for policy in bundle.policies}
    meant = _chosen_policies(folder, bundle)
    chosen = [case for case in cases if _is_chosen(folder, case, meant, known)]
    if wanted.pattern:
        chosen = [case for case in chosen if wanted.pattern.search(str(case))]
    outcomes += _fixture_outcomes(folder, judge, chosen, known, progress)
    reached: Sequence[FileCoverage] = ()
    if wanted.coverage:
        progress("counting the lines that were reached")
        modules = [module for module in files.modules if _is_covered(folder, module.path)]
        reached = coverage(modules, files.texts, lines.by_path)
    problems = [*files.problems, *_problems_of(folder, bundle, files.problems)]
    have = {case.policy for case in cases}
    return FolderRun(
        folder,
        tuple(sorted(outcomes, key=lambda outcome: outcome.sort_key)),
        tuple(dict.fromkeys(problems)),
        tuple(sorted(meant - have)),
        tuple(reached),
    )


def _rego_outcomes(
    folder: PolicyFolder, files: RegoFiles, wanted: Wanted, lines: _Lines, progress: Progress
) -> list[Outcome]:
    tests, texts = rego_tests(files.modules, files.texts)
    paths = [module.path for module in files.modules if folder.is_chosen(module.path)]
    meant = matching(tests, wanted.pattern, paths)
    if not meant:
        return []
    progress(f"running {len(meant)} Rego tests")
    run = run_tests(meant, files.texts, files.program(texts), wanted.runner)
    lines.add(run.covered)
    return list(run.outcomes)


def _fixture_outcomes(
    folder: PolicyFolder, judge: Judge, cases: Sequence[Case], known: set[str], progress: Progress
) -> list[Outcome]:
    if not cases:
        return []
    done = 0

    def outcome(case: Case) -> Outcome:
        nonlocal done
        found = judge.outcome(case) if case.policy in known else judge.orphan(case)
        found = replace(found, path=folder.label(Path(found.path)))
        done += 1
        progress(f"judged {done} of {len(cases)} examples")
        return found

    with (
        judge.limited_to({case.policy for case in cases}),
        ThreadPoolExecutor(max_workers=os.cpu_count() or 1) as threads,
    ):
        return list(threads.map(outcome, cases))


def _chosen_policies(folder: PolicyFolder, bundle: Bundle) -> set[str]:
    return {policy.id for policy in bundle.policies if policy.location and folder.is_chosen(policy.location.path)}


def _is_chosen(folder: PolicyFolder, case: Case, meant: set[str], known: set[str]) -> bool:
    if case.policy in meant or folder.chosen in (case.folder, *case.folder.parents):
        return True
    return folder.chosen == folder.root and case.policy not in known


def _is_covered(folder: PolicyFolder, label: str) -> bool:
    return folder.is_chosen(label) and not label.endswith(TEST_SUFFIX) and f"{folder.root.name}/tests/" not in label


def _problems_of(folder: PolicyFolder, bundle: Bundle, known: Sequence[str]) -> list[str]:
    """What of the folder the bundle could not be made of, but for what is said already."""
    places = {problem.partition(": ")[0].rpartition(":")[0] for problem in known}
    found = []
    for note in bundle.notifications:
        if note.level is not Level.ERROR or (note.location and note.location.path in places):
            continue
        if note.location is None or Path(note.location.path).parts[:1] == (folder.root.name,):
            found.append(f"{note.location}: {note.message}" if note.location else note.message)
    return found
