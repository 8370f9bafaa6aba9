"""What came of testing policies, as text for people, as JSON, or as JUnit's XML for build servers."""

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any
from xml.etree import ElementTree

from scanner.authoring.coverage import FileCoverage
from scanner.authoring.descriptions import harmless
from scanner.authoring.outcome import Outcome, Result
from scanner.authoring.testing import FolderRun
from scanner.version import VERSION

_WORDS: Mapping[Result, str] = {
    Result.PASSED: "passed",
    Result.FAILED: "FAILED",
    Result.ERROR: "ERROR",
    Result.SKIPPED: "skipped",
}
_KINDS = {"rego": "Rego tests", "fixture": "examples"}
_MOST_LINES = 12


def as_text(runs: Sequence[FolderRun], verbose: bool = False, with_coverage: bool = False) -> str:
    """For a terminal: what did not pass, and a summary; with `verbose` every test."""
    lines: list[str] = []
    for run in runs:
        lines += _folder(run, verbose, with_coverage)
    return "".join(f"{harmless(line)}\n" for line in lines)


def _folder(run: FolderRun, verbose: bool, with_coverage: bool) -> Iterator[str]:
    yield run.folder.label(run.folder.chosen)
    for problem in run.problems:
        yield f"  ERROR    {problem}"
    for outcome in run.outcomes:
        if verbose or outcome.result is not Result.PASSED:
            yield f"  {_WORDS[outcome.result]:8} {outcome.name}"
            yield f"           {outcome.path}:{outcome.line}"
            yield from (f"           {line}" for detail in outcome.details for line in detail.splitlines())
    if with_coverage:
        yield from _coverage(run.coverage)
    for kind, noun in _KINDS.items():
        counts = [f"{number} {result}" for result in Result if (number := run.count(kind, result))]
        yield f"  {noun:11} {', '.join(counts) if counts else 'none'}"
    if run.bare:
        yield f"  {'no example':11} {', '.join(run.bare)}"


def _coverage(files: Sequence[FileCoverage]) -> Iterator[str]:
    if not files:
        yield "  coverage    no Rego to measure"
        return
    yield "  coverage    lines of Rego that tests and examples reached"
    width = max(len(file.path) for file in files)
    for file in files:
        yield f"    {file.path:{width}} {_percent(file):>6} %  {len(file.covered)}/{len(file.coverable)}"
        for rule in file.unreached[:_MOST_LINES]:
            what = "tried, but never true" if rule.is_tried else "never reached"
            yield f"      line {rule.line}: {rule.rule} ({what})"
        if len(file.unreached) > _MOST_LINES:
            yield f"      and {len(file.unreached) - _MOST_LINES} more"


def _percent(file: FileCoverage) -> str:
    """Rounded down, so that only what is whole is 100."""
    return f"{int(file.percent * 10) / 10:.1f}"


def as_json(runs: Sequence[FolderRun], with_coverage: bool = False) -> str:
    """The same for programs."""
    return json.dumps([_plain(run, with_coverage) for run in runs], indent=2, ensure_ascii=False) + "\n"


def _plain(run: FolderRun, with_coverage: bool) -> dict[str, Any]:
    found: dict[str, Any] = {
        "tool_version": VERSION,
        "folder": run.folder.root.name,
        "problems": list(run.problems),
        "without_examples": list(run.bare),
        "summary": {kind: {result: run.count(kind, result) for result in Result} for kind in _KINDS},
        "tests": [_test(outcome) for outcome in run.outcomes],
    }
    if with_coverage:
        found["coverage"] = [
            {
                "path": file.path,
                "percent": float(_percent(file)),
                "lines": len(file.coverable),
                "missed": list(file.missed),
                "rules": [{"rule": rule.rule, "line": rule.line, "tried": rule.is_tried} for rule in file.unreached],
            }
            for file in run.coverage
        ]
    return found


def _test(outcome: Outcome) -> dict[str, Any]:
    return {
        "kind": outcome.kind,
        "name": outcome.name,
        "result": outcome.result,
        "path": outcome.path,
        "line": outcome.line,
        "details": list(outcome.details),
    }


def as_junit(runs: Sequence[FolderRun]) -> str:
    """The same for build servers; a file that could not be used is a test case with an error."""
    suites = ElementTree.Element("testsuites")
    for run in runs:
        problems = [Outcome("file", problem, Result.ERROR, "", 1, (problem,)) for problem in run.problems]
        for kind in ("file", *_KINDS):
            outcomes = problems if kind == "file" else [each for each in run.outcomes if each.kind == kind]
            if outcomes:
                suites.append(_suite(f"{run.folder.root.name} {kind}", outcomes))
    ElementTree.indent(suites)
    return f"<?xml version='1.0' encoding='utf-8'?>\n{ElementTree.tostring(suites, encoding='unicode')}\n"


_ELEMENTS = {Result.FAILED: "failure", Result.ERROR: "error", Result.SKIPPED: "skipped"}


def _suite(name: str, outcomes: Sequence[Outcome]) -> ElementTree.Element:
    numbers = {
        "tests": len(outcomes),
        "failures": sum(each.result is Result.FAILED for each in outcomes),
        "errors": sum(each.result is Result.ERROR for each in outcomes),
        "skipped": sum(each.result is Result.SKIPPED for each in outcomes),
    }
    suite = ElementTree.Element("testsuite", {"name": name, **{key: str(value) for key, value in numbers.items()}})
    for outcome in outcomes:
        attributes = {"classname": outcome.kind, "name": _xml(outcome.name), "file": _xml(outcome.path)}
        case = ElementTree.SubElement(suite, "testcase", {**attributes, "line": str(outcome.line)})
        if outcome.result in _ELEMENTS:
            text = _xml("\n".join(outcome.details))
            element = ElementTree.SubElement(case, _ELEMENTS[outcome.result], {"message": text.split("\n")[0]})
            element.text = text
    return suite


def _xml(text: str) -> str:
    """Without the characters that XML cannot hold."""
    return "".join(each if each in "\n\t" or each.isprintable() else "\ufffd" for each in text)
