"""Runs the tests that are written in Rego: every rule `test_…` of the modules of a policy folder."""

import json
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from scanner.authoring.outcome import Outcome, Result
from scanner.authoring.rego_failures import Failure, cases_of, explained
from scanner.authoring.rego_program import RegoProgram, Runner
from scanner.isolation import WorkerError
from scanner.rego_source import Clause, Module

_TEST, _TODO = "test_", "todo_test_"
_KEY = re.compile(r"(?:\[[^\[\]]+\])+")


@dataclass(frozen=True)
class RegoTest:
    """A rule that is a test. `clauses` are its definitions; `name` is the one that it is evaluated by.

    `shown` is its full name. `is_todo` is whether somebody has put it off.
    """

    module: Module
    name: str
    clauses: tuple[Clause, ...]
    is_todo: bool = False
    number: int = 1

    @property
    def shown(self) -> str:
        again = f"#{self.number - 1:02}" if self.number > 1 else ""
        return f"data.{'.'.join(self.module.package)}.{self.clauses[0].name[0]}{again}"

    @property
    def expression(self) -> str:
        """What Rego evaluates."""
        return "data" + "".join(f"[{json.dumps(part)}]" for part in (*self.module.package, self.name))

    @property
    def has_cases(self) -> bool:
        """Whether it gives a value for each of several cases instead of one."""
        return any(_is_case(clause) for clause in self.clauses)

    def outcome(self, result: Result, details: Iterable[str] = ()) -> Outcome:
        return Outcome("rego", self.shown, result, self.module.path, self.clauses[0].line, tuple(details))


@dataclass(frozen=True)
class RegoRun:
    """The outcome of each test, and which lines of which files they reached together."""

    outcomes: tuple[Outcome, ...] = ()
    covered: Mapping[str, frozenset[int]] = field(default_factory=dict)


def rego_tests(modules: Sequence[Module], texts: Mapping[str, str]) -> tuple[list[RegoTest], dict[str, str]]:
    """The tests among the modules, and the texts of those modules by path.

    As under OPA every definition of a name is a test for itself. In Rego they would be one rule that holds when any of
    them holds, so that in the texts the later ones have names of their own.
    """
    tests: list[RegoTest] = []
    seen: Counter[tuple[tuple[str, ...], str]] = Counter()
    renamed = dict(texts)
    for module in modules:
        by_name: dict[str, list[Clause]] = {}
        edits: list[tuple[int, str]] = []
        for clause in module.clauses:
            if clause.kind in ("Func", "Default") or not clause.name or not clause.name[0].startswith((_TEST, _TODO)):
                continue
            by_name.setdefault(clause.name[0], []).append(clause)
        for name, clauses in by_name.items():
            is_todo = name.startswith(_TODO)
            if any(_is_case(clause) for clause in clauses):
                tests.append(RegoTest(module, name, tuple(clauses), is_todo))
                continue
            for clause in clauses:
                seen[module.package, name] += 1
                number = seen[module.package, name]
                called = name if number == 1 else f"{name}__{number}"
                if number > 1:
                    edits.append((clause.name_end, called.removeprefix(name)))
                tests.append(RegoTest(module, called, (clause,), is_todo, number))
        renamed[module.path] = _inserted(texts[module.path], edits)
    return tests, renamed


def _is_case(clause: Clause) -> bool:
    """Whether a definition speaks of one case: `test_x[case]`, `test_x["one"]`, `test_x contains case`."""
    if clause.kind == "Set" or len(clause.name) > 1:
        return True
    head = clause.tree["Spec"]["head"].get("Compr", {})
    return "RefBrack" in head.get("refr", {})


def _inserted(text: str, edits: Iterable[tuple[int, str]]) -> str:
    content = text.encode()
    for offset, extra in sorted(edits, reverse=True):
        content = content[:offset] + extra.encode() + content[offset:]
    return content.decode()


def run_tests(tests: Sequence[RegoTest], texts: Mapping[str, str], program: RegoProgram, runner: Runner) -> RegoRun:
    """Evaluate the tests in a supervised process, each within the runner's time limit.

    `texts` are the modules as they are written. A test that runs too long or crashes the engine costs itself alone.
    """
    wanted = [test for test in tests if not test.is_todo]
    outcomes = [test.outcome(Result.SKIPPED, ["it is marked as todo"]) for test in tests if test.is_todo]
    covered: dict[str, set[int]] = {}
    failures: list[tuple[RegoTest, Failure]] = []
    asked = {str(number): test.expression for number, test in enumerate(wanted)}
    with runner.loaded(program, asked) as session:
        if session.problems:
            return RegoRun((*outcomes, *(test.outcome(Result.ERROR, session.problems) for test in wanted)))
        for name, test in zip(asked, wanted, strict=True):
            try:
                answer = session.ask(name)
            except WorkerError as error:
                outcomes.append(test.outcome(Result.ERROR, [str(error)]))
                continue
            for path, lines in answer.covered.items():
                covered.setdefault(path, set()).update(lines)
            if answer.problems:
                outcomes.append(test.outcome(Result.ERROR, [*answer.problems, *_printed(answer.printed)]))
            elif not test.has_cases and _is_passed(answer.values):
                outcomes.append(test.outcome(Result.PASSED))
            else:
                failures.append(
                    (test, Failure(test.module, texts[test.module.path], test.clauses, test.has_cases, answer))
                )
    outcomes += _judged(failures, program, runner)
    return RegoRun(tuple(outcomes), {path: frozenset(lines) for path, lines in covered.items()})


def _is_passed(values: Sequence[Any]) -> bool:
    return bool(values) and values[0] is not False


def _judged(failures: Sequence[tuple[RegoTest, Failure]], program: RegoProgram, runner: Runner) -> Iterator[Outcome]:
    """The outcomes of tests that are no plain success: what failed in them, and how each of their cases went."""
    if not failures:
        return
    with_cases = [failure for test, failure in failures if test.has_cases]
    verdicts = iter(cases_of(with_cases, program, runner))
    explanations = iter(explained([failure for test, failure in failures if not test.has_cases], program, runner))
    for test, failure in failures:
        printed = _printed(failure.answer.printed)
        if test.has_cases:
            verdict = next(verdicts)
            details = verdict.details if verdict.result is Result.PASSED else [*verdict.details, *printed]
            yield test.outcome(verdict.result, details)
        else:
            yield test.outcome(Result.FAILED, [*next(explanations), *printed])


def _printed(lines: Iterable[str]) -> list[str]:
    return [f"print: {line}" for line in lines]


def matching(tests: Iterable[RegoTest], pattern: re.Pattern[str] | None, paths: Iterable[str]) -> list[RegoTest]:
    """The tests in the files of `paths` whose full name the pattern finds something in."""
    known = frozenset(paths)
    return [test for test in tests if test.module.path in known and (pattern is None or pattern.search(test.shown))]
