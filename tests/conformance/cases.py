"""The tables of what Rego means, and what an engine says to each of their rows."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from scanner.engines.rego.interface import Asked, RegoEngine
from scanner.engines.rego.opa_engine import OpaEngine
from scanner.engines.rego.regorus_engine import RegorusEngine
from scanner.rego_source import RegoError

_TABLES = Path(__file__).parent / "tables"
_ERROR = {"error": True}
_UNDEFINED = {"undefined": True}

# What is said of a case: `value` or `values` (an expression may have several), `undefined`, or `error`.
Outcome = Mapping[str, Any]


@dataclass(frozen=True)
class Case:
    """An expression and what it gives: `expected` by OPA, `differently` by regorus where that is known, with a `why`.

    Without `modules` the expression stands in a module of its own.
    """

    topic: str
    expression: str
    expected: Outcome
    differently: Outcome | None = None
    why: str = ""
    name: str = ""
    modules: tuple[str, ...] = ()
    data: Mapping[str, Any] = field(default_factory=dict)
    document: str = "{}"

    def __str__(self) -> str:
        return f"{self.topic}: {self.name or self.expression}"


@cache
def cases() -> tuple[Case, ...]:
    """Every row of every table."""
    return tuple(_rows())


def _rows() -> Iterator[Case]:
    for file in sorted(_TABLES.glob("*.yaml")):
        for row in yaml.safe_load(file.read_text(encoding="utf-8")):
            said = {key: row[key] for key in ("value", "values", "undefined", "error") if key in row}
            other = dict(row.get("regorus", {}))
            yield Case(
                topic=file.stem,
                expression=row["expression"],
                expected=said,
                why=other.pop("why", ""),
                differently=other or None,
                name=row.get("name", ""),
                modules=tuple(row.get("modules", ())),
                data=row.get("data", {}),
                document=row.get("input", "{}"),
            )


def said_by(engine: RegoEngine, case: Case) -> Outcome:
    """What the engine says to one case."""
    try:
        engine.load(modules_of(case), case.data)
        engine.read([case.document], {"it": Asked("data.case.found" if not case.modules else case.expression)})
        (answers,) = engine.evaluate("it")
    except RegoError:
        return _ERROR
    return _outcome(answers if case.modules else (answers[0] if answers else []))


def said_together(engine: OpaEngine, several: Sequence[Case]) -> list[Outcome]:
    """What the engine says to cases without modules, all in one run. Raises `RegoError` where one cannot be loaded."""
    modules = [(f"case{at}.rego", _module(f"case{at}", case)) for at, case in enumerate(several)]
    engine.load(modules, {})
    engine.read(["{}"], {str(at): Asked(f"data.case{at}.found") for at in range(len(several))})
    found = [engine.evaluate(str(at))[0] for at in range(len(several))]
    return [_outcome(answers[0] if answers else []) for answers in found]


def regorus() -> RegoEngine:
    return RegorusEngine(lenient=True)


def opa(program: str) -> OpaEngine:
    return OpaEngine(program, lenient=True, time_limit=60)


def modules_of(case: Case) -> list[tuple[str, str]]:
    if not case.modules:
        return [("case.rego", _module("case", case))]
    return [(f"{at}.rego", text) for at, text in enumerate(case.modules)]


def _module(package: str, case: Case) -> str:
    return f"package {package}\n\nfound := [it | it := ({case.expression})]\n"


def _outcome(values: Sequence[Any]) -> Outcome:
    if not values:
        return _UNDEFINED
    return {"value": values[0]} if len(values) == 1 else {"values": list(values)}


def is_same(one: Outcome, other: Outcome) -> bool:
    """Whether both say the same; 1 and 1.0 are one number, as in Rego, and true is none."""
    return bool(_plain(dict(one)) == _plain(dict(other)))


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _plain(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [_plain(inner) for inner in value]
    return ("truth", value) if isinstance(value, bool) else value
