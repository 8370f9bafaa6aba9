"""Which lines and rules of the Rego of policies no test reached."""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from scanner.isolation import Worker, WorkerError
from scanner.rego_source import Clause, Module

_TIME_LIMIT = 10.0
_MEMORY_LIMIT = 2 << 30
_PROBE = "releasegate_coverage_probe"


@dataclass(frozen=True)
class Unreached:
    """A definition of a rule of which no line was evaluated, or, `is_tried`, one whose body never held."""

    rule: str
    line: int
    is_tried: bool = False


@dataclass(frozen=True)
class FileCoverage:
    """The lines of one module that can be evaluated, those that were, and the rules that were not."""

    path: str
    coverable: frozenset[int]
    covered: frozenset[int]
    unreached: tuple[Unreached, ...] = ()

    @property
    def percent(self) -> float:
        """100 for a module without anything that could be evaluated."""
        return 100.0 * len(self.covered) / len(self.coverable) if self.coverable else 100.0

    @property
    def missed(self) -> tuple[int, ...]:
        """The lines that were not evaluated."""
        return tuple(sorted(self.coverable - self.covered))


def coverage(
    modules: Iterable[Module], texts: Mapping[str, str], covered: Mapping[str, Iterable[int]]
) -> list[FileCoverage]:
    """The coverage of each of the modules by the lines that were evaluated, by path.

    A module that cannot be evaluated at all is left out: that is an error of its own.
    """
    found = []
    with Worker(_MEMORY_LIMIT) as worker:
        for module in modules:
            text = texts[module.path]
            argument = [module.path, text, module.is_v0, ".".join(module.package)]
            try:
                lines = worker.call("scanner.authoring.coverage:coverable", argument, _TIME_LIMIT)
            except WorkerError:
                continue
            can = frozenset(lines)
            were = can.intersection(covered.get(module.path, ()))
            unreached = (_judged(clause, text.encode(), can, were) for clause in module.clauses)
            found.append(FileCoverage(module.path, can, were, tuple(each for each in unreached if each)))
    return found


def coverable(argument: Sequence[Any]) -> list[int]:
    """The job of the process: `[path, text, is_v0, package]` → the lines that the engine could evaluate."""
    from scanner.rego_source.module import RegoError  # noqa: PLC0415 - see below
    from scanner.rego_source.regorus_calls import add_module, call, new_engine  # noqa: PLC0415 - native code

    path, text, is_v0, package = argument
    engine = new_engine()
    engine.set_enable_coverage(True)
    try:
        # The report leaves a module out of which nothing was evaluated, so there is one more rule behind it.
        add_module(engine, path, f"{text}\n{_PROBE} = 1\n", is_v0)
        call(path, engine.eval_query_as_json, f"data.{package}.{_PROBE}")
    except RegoError as error:
        raise ValueError(str(error)) from None
    end = text.count("\n") + 1
    files = json.loads(engine.get_coverage_report_as_json())["files"]
    return sorted(line for file in files for line in (*file["covered"], *file["not_covered"]) if line <= end)


def _judged(clause: Clause, content: bytes, can: frozenset[int], were: frozenset[int]) -> Unreached | None:
    first = 1 + content.count(b"\n", 0, clause.start)
    lines = can.intersection(range(first, first + content.count(b"\n", clause.start, clause.end) + 1))
    rule = ".".join(clause.name)
    if lines and not lines & were:
        return Unreached(rule, clause.line)
    # What a rule gives is evaluated when its body holds; it tells where it has lines of its own.
    gives = {line for line in _given(clause) if line in lines}
    if gives and not gives & were and not gives.intersection(_of_body(clause)):
        return Unreached(rule, clause.line, is_tried=True)
    return None


def _given(clause: Clause) -> Iterator[int]:
    """The line where the value of a rule's head begins."""
    head = next(iter(clause.tree["Spec"]["head"].values())) if "Spec" in clause.tree else {}
    value = head.get("key") or (head.get("assign") or {}).get("value")
    if value:
        yield next(iter(value.values()))["span"]["line"]


def _of_body(clause: Clause) -> Iterator[int]:
    for body in clause.tree["Spec"]["bodies"]:
        for statement in body["query"]["stmts"]:
            yield statement["span"]["line"]
