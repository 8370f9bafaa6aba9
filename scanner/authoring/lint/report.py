"""What the checks found, as text for people, as JSON, and as SARIF for code scanning."""

import json
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from scanner.authoring.lint.interface import LintProblem
from scanner.core.location import Location
from scanner.core.notification import Level
from scanner.version import VERSION

_SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"


def as_text(problems: Sequence[LintProblem]) -> str:
    """A line for each, `path:line:column: severity code message`, and how many there are."""
    lines = [f"{_place(each.location)}: {each.severity} {each.code} {each.message}" for each in problems]
    counted = Counter(each.severity for each in problems)
    said = ", ".join(f"{counted[level]} {level}{'s' if counted[level] != 1 else ''}" for level in Level)
    return "\n".join([*lines, said]) + "\n"


def as_json(problems: Sequence[LintProblem]) -> str:
    """A list of `{code, severity, message, path, line, column}`."""
    found = [
        {
            "code": each.code,
            "severity": each.severity,
            "message": each.message,
            "path": each.location.path,
            "line": each.location.start_line,
            "column": each.location.start_column,
        }
        for each in problems
    ]
    return json.dumps({"problems": found}, indent=2) + "\n"


def as_sarif(problems: Sequence[LintProblem]) -> str:
    """A log of one run, with the codes as its rules."""
    codes = sorted({each.code for each in problems})
    driver = {"name": "releasegate policies lint", "version": VERSION, "rules": [{"id": code} for code in codes]}
    results = [_result(each, codes.index(each.code)) for each in problems]
    run = {"tool": {"driver": driver}, "columnKind": "unicodeCodePoints", "results": results}
    return json.dumps({"$schema": _SCHEMA, "version": "2.1.0", "runs": [run]}, indent=2) + "\n"


def _result(problem: LintProblem, rule: int) -> dict[str, Any]:
    where = problem.location
    region = {"startLine": where.start_line, "startColumn": where.start_column}
    location = {"physicalLocation": {"artifactLocation": {"uri": where.path}, "region": region}}
    return {
        "ruleId": problem.code,
        "ruleIndex": rule,
        "level": problem.severity,
        "message": {"text": problem.message},
        "locations": [location],
    }


def _place(where: Location) -> str:
    return f"{where.path}:{where.start_line}:{where.start_column}"


def seen_from(here: Path, problem: LintProblem, base: Path) -> LintProblem:
    """With its path from `here`, so that editors and terminals find it; what lies elsewhere keeps that in `base`."""
    file = base / problem.location.path
    if not file.is_relative_to(here):
        return problem
    return replace(problem, location=replace(problem.location, path=file.relative_to(here).as_posix()))


REPORTS: Mapping[str, Callable[[Sequence[LintProblem]], str]] = {"text": as_text, "json": as_json, "sarif": as_sarif}
