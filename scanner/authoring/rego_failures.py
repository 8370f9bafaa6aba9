"""Explains failing Rego tests: which statement did not hold, what its sides were, and which cases are missing.

An engine only says that a rule is undefined. So rules are put behind the module of a failing test that hold as far
as its body does, and are evaluated in its place.
"""

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from scanner.authoring.outcome import Result
from scanner.authoring.rego_program import RegoProgram, Runner, Said
from scanner.authoring.rego_statements import Statement, case_key, statements
from scanner.isolation import WorkerError
from scanner.rego_source import Clause, Module, parsed

_LONGEST = 400
_MOST_VALUES = 3
_WORD = re.compile(r'"(?:[^"\\]|\\.)*"|`[^`]*`|\b([A-Za-z_]\w*)')


@dataclass(frozen=True)
class Failure:
    """A test that is no plain success, by its definitions in the `text` of its module, and what it gave."""

    module: Module
    text: str
    clauses: tuple[Clause, ...]
    has_cases: bool
    answer: Said


@dataclass(frozen=True)
class Verdict:
    """How the cases of one test went."""

    result: Result
    details: tuple[str, ...] = ()


@dataclass(frozen=True)
class _Probe:
    """A rule that is put behind a module; `body` is that of a set, without its braces, and `key` what it collects."""

    module: Module
    name: str
    key: str
    body: str

    @property
    def text(self) -> str:
        head = f"{self.name}[{self.key}]" if self.module.is_v0 else f"{self.name} contains {self.key} if"
        return f"\n{head} {{\n{self.body or 'true'}\n}}\n"

    @property
    def expression(self) -> str:
        return "data" + "".join(f"[{json.dumps(part)}]" for part in (*self.module.package, self.name))


def explained(failures: Sequence[Failure], program: RegoProgram, runner: Runner) -> Iterator[list[str]]:
    """For each of the failures the lines that say what did not hold."""
    bodies = [statements(failure.clauses[0], failure.text) for failure in failures]
    probes: list[_Probe] = []
    for number, (failure, body) in enumerate(zip(failures, bodies, strict=True)):
        probes += _probes(failure, body, number)
    found = _asked(probes, program, runner)
    for number, (failure, body) in enumerate(zip(failures, bodies, strict=True)):
        yield list(_explanation(failure, body, number, found))


def _probes(failure: Failure, body: Sequence[Statement], number: int) -> Iterator[_Probe]:
    for position, statement in enumerate(body):
        before = body[0].upto(position)
        if position:
            yield _Probe(failure.module, _name(number, position, "reached"), str(position), before)
        for side, text in statement.sides.items():
            key = f"releasegate_{side}"
            yield _Probe(failure.module, _name(number, position, side), key, f"{before}\n{key} := {text}")


def _name(number: int, position: int, what: str) -> str:
    return f"releasegate_{what}_{number}_{position}"


def _explanation(
    failure: Failure, body: Sequence[Statement], number: int, found: Mapping[str, Sequence[Any]]
) -> Iterator[str]:
    if failure.answer.values:
        yield f"it is {_short(failure.answer.values[0])}"
        return
    reached = {name: found.get(_name(number, name, "reached")) for name in range(1, len(body))}
    if not body or None in reached.values():
        yield "it is undefined"
        return
    position = max((name for name, values in reached.items() if values), default=0)
    statement = body[position]
    yield f"{failure.module.path}:{statement.line}: {statement.shown} does not hold"
    for side, name in statement.names.items():
        values = found.get(_name(number, position, side))
        if values is not None:
            shown = [_short(value) for value in values[:_MOST_VALUES]] + ["…"] * (len(values) > _MOST_VALUES)
            yield f"  {name:6} {', or '.join(shown) if shown else 'undefined'}"


def cases_of(failures: Sequence[Failure], program: RegoProgram, runner: Runner) -> Iterator[Verdict]:
    """How the cases of each test went.

    A rule has no value for a case that failed: which cases there are is told by its first statements alone.
    """
    probes: list[_Probe] = []
    for number, failure in enumerate(failures):
        for at, clause in enumerate(failure.clauses):
            key = case_key(clause, failure.text)
            body = statements(clause, failure.text)
            if key is not None:
                probes += [
                    _Probe(failure.module, _name(number, at, f"cases_{count}"), key, before)
                    for count in range(len(body) + 1)
                    if _binds(before := body[0].upto(count) if body else "", key)
                ]
    found = _asked(probes, program, runner)
    for number, failure in enumerate(failures):
        yield _verdict(failure, number, found)


def _binds(body: str, key: str) -> bool:
    """Whether every name in the key occurs in the statements."""
    words = {found[1] for found in _WORD.finditer(key) if found[1]}
    return words <= set(re.findall(r"\w+", body))


def _verdict(failure: Failure, number: int, found: Mapping[str, Sequence[Any]]) -> Verdict:
    expected: list[Any] = []
    for at in range(len(failure.clauses)):
        names = [name for name in found if name.startswith("releasegate_cases_") and name.endswith(f"_{number}_{at}")]
        if not names:
            return Verdict(Result.ERROR, ("which cases it has cannot be told, so nobody knows which of them failed",))
        first = min(names, key=lambda name: int(name.split("_")[2]))
        expected += [case for case in found[first] if case not in expected]
    values = failure.answer.values[0] if failure.answer.values else {}
    failed = [case for case in expected if not _holds(values, case)]
    if not expected:
        return Verdict(Result.FAILED, ("it has no case at all",))
    lines = [f"{'failed' if case in failed else 'passed'}  {_short(case)}" for case in expected]
    return Verdict(Result.FAILED if failed else Result.PASSED, tuple(lines))


def _holds(values: Any, case: Any) -> bool:
    """Whether the case, which is a list of keys where there are several, is in what the test gave, and is not false."""
    if isinstance(values, list):
        return case in values
    for key in case if isinstance(case, list) and not isinstance(values, list) else [case]:
        name = key if isinstance(key, str) else json.dumps(key)
        if not isinstance(values, dict) or name not in values:
            return False
        values = values[name]
    return values is not False


def _asked(probes: Iterable[_Probe], program: RegoProgram, runner: Runner) -> dict[str, list[Any]]:
    """What the probes collect, by name; those that the engine does not take are left out."""
    texts = dict(program.modules)
    by_label = {probe.name: probe for probe in probes}
    tried = [(label, texts[probe.module.path] + probe.text) for label, probe in by_label.items()]
    accepted, _ = parsed([*tried, *(program.modules if tried else ())])  # they may use the rules of one another
    usable = [by_label[module.path] for module in accepted if module.path in by_label]
    extended = dict(texts)
    for probe in usable:
        extended[probe.module.path] += probe.text
    found: dict[str, list[Any]] = {}
    asked = {probe.name: probe.expression for probe in usable}
    with runner.loaded(program.with_texts(extended), asked) as session:
        if session.problems:
            return {}
        for name in asked:
            try:
                said = session.ask(name)
            except WorkerError:
                continue
            if not said.problems:
                found[name] = list(said.values[0]) if said.values else []
    return found


def _short(value: Any) -> str:
    text = json.dumps(value, ensure_ascii=False, sort_keys=True)
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"
