"""Rules in others' policies that nobody evaluates."""

from collections.abc import Iterator
from fnmatch import fnmatchcase

from scanner.authoring.lint.interface import LintProblem
from scanner.authoring.lint.subject import Subject
from scanner.core.foreign import ConftestRule
from scanner.core.location import Location
from scanner.core.notification import Level

_KINDS = ("deny", "violation", "warn")


def never_evaluated(subject: Subject) -> Iterator[LintProblem]:
    """Packages with rules such as `deny` whose namespace is not asked for."""
    asked = {
        policy.rule.expression.split(".")[1]
        for policy in subject.bundle.policies
        if isinstance(policy.rule, ConftestRule) and policy.rule.expression.startswith("data.")
    }
    ours = {module.path for _, module in subject.rego}
    for module in subject.chosen_modules():
        if (
            module.path in ours
            or module.path in dict(subject.bundle.libraries)
            or module.package[:1] == ("releasegate",)
        ):
            continue
        kinds = [name for name in module.rules if any(fnmatchcase(name[0], f"{kind}*") for kind in _KINDS)]
        if kinds and module.package[0] not in asked:
            first = next(each for each in module.clauses if each.name == kinds[0])
            message = (
                f"nobody evaluates {'.'.join(first.name)} of the package {'.'.join(module.package)}: "
                f"ask for the namespace {'.'.join(module.package)}"
            )
            where = Location(module.path, first.line, first.column)
            yield LintProblem("never-evaluated", Level.WARNING, message, where)
