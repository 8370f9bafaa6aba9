"""Finds values that a Rego policy decides by although nobody may know them."""

from collections.abc import Iterable, Iterator, Sequence

from scanner.authoring.lint.interface import LintProblem
from scanner.authoring.lint.knowledge import may_be_unknown
from scanner.core.location import Location
from scanner.core.notification import Level
from scanner.core.policy import Policy
from scanner.core.values import parse_path
from scanner.rego_source.dataflow import Dataflow, Read, Use, dataflow
from scanner.rego_source.dataflow_unknowns import is_within, read_text, unguarded
from scanner.rego_source.module import Module

CODE = "unresolved-value"
_WHAT_HAPPENS = {
    Use.CALLED: "a function of texts, numbers or lists breaks off, and the policy with it",
    Use.COMPARED: "it equals nothing and is larger than every text and number",
    Use.TESTED: "it counts as true, and as a list it has two elements",
}
_ADVICE = "ask lib.known(…) or give lib.unknown_cause(…) a rule `unknown`, or name it under custom.reads"


def unresolved_problems(policy: Policy, module: Module, libraries: Sequence[Module]) -> Iterator[LintProblem]:
    """A problem for each attribute whose unknown value settles `deny` or `skip`, at the first place that does.

    What `custom.reads` names is kept from passing, and a `deny` at the attribute itself becomes an unknown by the
    engine; so is what the module asks anywhere whether it is known.
    """
    flow = dataflow(module, libraries)
    declared = [parse_path(read) for read in policy.reads]
    suspects: dict[str, list[Read]] = {}
    for read in unguarded(flow, policy.applies_to.types):
        if {"deny", "skip"}.isdisjoint(read.rules) or not _may_be_unknown(read, policy):
            continue
        through_lists = tuple(step for step in read.path if step is not None)  # as names under `reads` go
        if not any(is_within(path, through_lists) for path in declared):
            suspects.setdefault(read_text(read.path), []).append(read)
    for path, reads in sorted(suspects.items()):
        checked = [each for each in flow.reads if each.use is Use.CHECKED and each.path == reads[0].path]
        if not _is_named(path, [*reads, *checked], flow):
            yield _problem(path, _first(reads, policy), policy, module)


def _may_be_unknown(read: Read, policy: Policy) -> bool:
    return any(type_ in policy.applies_to.types and may_be_unknown(type_, read.path) for type_ in read.types)


def _is_named(path: str, reads: Iterable[Read], flow: Dataflow) -> bool:
    """Whether an unknown value makes `deny` hold, with a finding that names the attribute."""
    holds = any(read.holds and "deny" in read.rules for read in reads)
    return holds and any(
        name is None or path == name or path.startswith((f"{name}.", f"{name}[")) for name in flow.named
    )


def _first(reads: Sequence[Read], policy: Policy) -> Read:
    own = policy.location.path if policy.location else ""
    return min(reads, key=lambda read: (read.location.path != own, read.location.path, read.location.start_line))


def _problem(path: str, read: Read, policy: Policy, module: Module) -> LintProblem:
    is_own = read.location.path == module.path
    where = read.location if is_own else policy.location or Location(module.path, 1)
    through = "" if is_own else f" (by {read.location.path}:{read.location.start_line})"
    what = _WHAT_HAPPENS.get(read.use, "`not` turns an answer about it that nobody has")
    message = f"{path} may be unknown, and {_settled(read)}{through}: {what}; {_ADVICE}"
    return LintProblem(CODE, Level.WARNING, message, where)


def _settled(read: Read) -> str:
    rule = "deny" if "deny" in read.rules else "skip"
    return f"it settles `{rule}` all the same"
