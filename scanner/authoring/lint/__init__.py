"""The checks of `policies lint`: each takes the folder that is asked about and says what is wrong in it."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping

from scanner.authoring.lint.condition_paths import condition_names
from scanner.authoring.lint.dead_rules import unused_imports, unused_parameters, unused_rules
from scanner.authoring.lint.examples import examples
from scanner.authoring.lint.foreign import never_evaluated
from scanner.authoring.lint.interface import LintProblem
from scanner.authoring.lint.loading import ids, refused_by_engine, unusable
from scanner.authoring.lint.mapping import unknown_policies, unmapped
from scanner.authoring.lint.never_true import never_true
from scanner.authoring.lint.rego_paths import declared_reads, named_attributes, rego_fields, rego_names, rego_reads
from scanner.authoring.lint.subject import Subject
from scanner.authoring.lint.unresolved import unresolved_problems
from scanner.core.location import Location
from scanner.core.notification import Level

Check = Callable[[Subject], Iterable[LintProblem]]


def _unresolved(subject: Subject) -> Iterator[LintProblem]:
    for policy, module in subject.rego:
        yield from unresolved_problems(policy, module, subject.libraries)


CHECKS: tuple[Check, ...] = (
    unusable,
    refused_by_engine,
    ids,
    condition_names,
    rego_names,
    rego_reads,
    rego_fields,
    declared_reads,
    named_attributes,
    unknown_policies,
    unmapped,
    examples,
    unused_rules,
    unused_imports,
    unused_parameters,
    never_true,
    never_evaluated,
    _unresolved,
)

CODES: Mapping[str, str] = {
    "ambiguous-alias": "An alias is the name of another policy.",
    "broken-fixture": "An example does not say what is expected of it.",
    "engine-error": "The engine refuses the Rego: a function that it lacks, an unsafe variable, a missing rule.",
    "file-name": "The file is not called like the policy in it.",
    "missing-fixture": "A policy has no example that passes, or none that fails.",
    "missing-unknown-fixture": "A policy reads what may be unknown and has no example of that.",
    "never-evaluated": "A rule for Conftest is in a namespace that nobody asks for.",
    "never-true": "A clause cannot hold, whatever the input is.",
    "no-schema": "No schema is published for a resource type, so that paths in it were not checked.",
    "orphan-fixture": "An example is for a policy that does not exist.",
    "unknown-link": "No link of that kind is ever made.",
    "unknown-path": "No resource that the policy is about has such an attribute.",
    "unknown-policy": "A control names a policy that does not exist.",
    "unknown-scope": "A release cannot declare that about itself.",
    "unknown-type": "There is no such resource type.",
    "unmapped": "No control names the policy.",
    "unresolved-value": "A value that may be unknown decides, and nothing asks whether it is known.",
    "unusable-file": "A file of the bundle cannot be loaded; a scan would be incomplete.",
    "unused-import": "An import is not used.",
    "unused-library": "No policy and no test uses a rule or function of a library.",
    "unused-parameter": "A parameter is declared and never read.",
    "unused-rule": "No finding depends on a rule.",
}
"""Every code with what it means."""

_IGNORED = re.compile(r"#[ \t]*lint:ignore=(?P<codes>[a-z,-]+)")


def lint(subject: Subject) -> list[LintProblem]:
    """Everything that the checks say, each thing once, by place.

    A comment `# lint:ignore=<code>` on a line, or alone on the line before it, takes the problems of these codes out.
    """
    found = sorted({problem for check in CHECKS for problem in check(subject)}, key=_place)
    notes: set[tuple[str, str]] = set()
    kept: list[LintProblem] = []
    for problem in found:
        said = (problem.code, problem.message)
        if problem.severity is Level.NOTE and said in notes:  # what is only good to know is said once
            continue
        notes.add(said)
        if not _is_ignored(problem, subject):
            kept.append(problem)
    return kept


def _place(problem: LintProblem) -> tuple[Location, str, str]:
    return problem.location, problem.code, problem.message


def _is_ignored(problem: LintProblem, subject: Subject) -> bool:
    lines = subject.texts.get(problem.location.path, "").splitlines()
    number = problem.location.start_line
    here = lines[number - 1 : number]
    before = [line for line in lines[max(0, number - 2) : number - 1] if line.lstrip().startswith("#")]
    marks = [match for line in (*here, *before) if (match := _IGNORED.search(line))]
    return any(problem.code in match["codes"].split(",") for match in marks)
