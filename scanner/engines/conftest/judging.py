"""Turns what Conftest's rules give for the documents of a release into findings."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from scanner.core.finding import Finding, Status
from scanner.core.foreign import ConftestRule, ForeignModules
from scanner.core.location import Location
from scanner.core.notification import Level, Notification
from scanner.core.policy import Policy
from scanner.core.resource import Release, Resource
from scanner.core.values import AttributePath, Unresolved, format_path
from scanner.engines.conftest.documents import Documents, Judged, documents_of, with_file
from scanner.engines.conftest.places import Places
from scanner.engines.conftest.unresolved import Unseen, concerned
from scanner.engines.interface import EngineContext, Evaluation
from scanner.engines.rego.programs import Answer, Program, Question, answers_of
from scanner.engines.trouble import engine_error, short

_FILE = "conftest"
_MOST_NAMED = 3
_PLAN = frozenset(("configuration", "planned_values", "resource_changes"))


class _ShapeError(Exception):
    """A rule gave something that is no result; `str()` says what, after the words `policy X returned`."""


def judged(policies: Sequence[Policy], release: Release, context: EngineContext) -> Evaluation:
    """One finding for each message of a rule, and one for each document that a rule has none for."""
    groups: dict[tuple[bool, str], list[Policy]] = {}
    for policy in policies:
        rule: ConftestRule = policy.rule
        groups.setdefault((rule.combine, rule.ignore), []).append(policy)
    judging = _Judging(release)
    for group in groups.values():
        judging.group(group, context)
    return Evaluation(tuple(judging.findings), tuple(judging.notifications), frozenset(judging.failed))


@dataclass
class _Judging:
    """The findings so far."""

    release: Release
    findings: list[Finding] = field(default_factory=list)
    notifications: dict[Notification, None] = field(default_factory=dict)
    failed: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        self._places = Places(self.release)
        self._unseen = Unseen()

    def group(self, policies: Sequence[Policy], context: EngineContext) -> None:
        """Judge by policies that see the same documents."""
        rule: ConftestRule = policies[0].rule
        documents = documents_of(self.release, combine=rule.combine, ignore=rule.ignore)
        self.notifications.update(dict.fromkeys(documents.notifications))
        if not documents.judged:
            return
        broken: set[str] = set()
        texts = [each.text for each in documents.judged]
        for answer in answers_of(_programs(policies, documents), texts, context):
            policy = answer.question.policy
            if answer.troubles:
                broken.add(policy.id)
                for message, where in answer.troubles:
                    self._report(f"{policy.id} was not evaluated: {message}", where or policy.location, policy)
            elif policy.id not in broken:
                self._take(answer, documents)
        self._tell_idle(policies)

    def _tell_idle(self, policies: Sequence[Policy]) -> None:
        """Name what had nothing to judge: a rule about plans where there is none, or one with a mistyped key."""
        busy = self.failed.union(finding.policy.id for finding in self.findings)
        idle: dict[tuple[str, ...], list[str]] = {}
        for policy in policies:
            if policy.id not in busy and policy.rule.keys:
                idle.setdefault(policy.rule.keys, []).append(policy.id)
        for keys, ids in idle.items():
            named = ", ".join(ids[:_MOST_NAMED]) + (
                f" and {len(ids) - _MOST_NAMED} more" if len(ids) > _MOST_NAMED else ""
            )
            read = ", ".join(f"input.{key}" for key in keys[:_MOST_NAMED])
            message = f"nothing was judged by {named}: no scanned file has what is read there ({read})"
            if _PLAN.intersection(keys):
                message += "; write the plan with `terraform show -json` and scan it too"
            self.notifications[Notification(Level.WARNING, message, "engine")] = None

    def _take(self, answer: Answer, documents: Documents) -> None:
        policy = answer.question.policy
        for number, values in zip(answer.question.documents, answer.values, strict=True):
            one = documents.judged[number]
            try:
                self.findings += self._found(policy, one, values[0] if values else {})
            except _ShapeError as error:
                self._report(f"policy {policy.id} returned {error}", policy.location, policy)

    def _found(self, policy: Policy, one: Judged, value: Mapping[str, Any]) -> Iterator[Finding]:
        if value.get("exempt"):
            for document in one.documents:
                message = f"an exception takes {document.address} out of {policy.id}"
                self.notifications[Notification(Level.NOTE, message, "engine", document.location)] = None
                yield _passed(policy, document, f"{document.address} is exempt from {policy.id}")
            return
        messages = list(_messages(value.get("found", [])))
        found = [self._failed(policy, one, message, said) for message, said in messages]
        yield from found
        judged = {finding.resource.key for finding in found}
        for document in one.documents:
            unseen = list(self._unseen_in(policy, document, judged))
            yield from unseen
            if not messages and not unseen and _has_any(document, policy.rule.keys):
                yield _passed(policy, document, f"{document.address}: no message of {policy.id}")

    def _failed(self, policy: Policy, one: Judged, message: str, said: Any) -> Finding:
        place = self._places.find(message, one.documents, frozenset(policy.reads), said)
        unseen = self._unseen.of(policy, place.resource)
        if unseen is not None:
            return _unknown(policy, place.resource, *unseen)
        return Finding(policy, place.resource, Status.FAIL, message, place.location, evidence=message)

    def _unseen_in(self, policy: Policy, document: Resource, judged: Collection[str]) -> Iterator[Finding]:
        """The resources in a document that the rule cannot pass, because it names an attribute that nobody knows."""
        for resource in concerned(policy, self._places.inside(document)):
            unseen = self._unseen.of(policy, resource)
            if unseen is not None and resource.key not in judged:
                yield _unknown(policy, resource, *unseen)

    def _report(self, message: str, where: Location | None, policy: Policy) -> None:
        self.failed.add(policy.id)
        self.notifications[engine_error(message, where, self.release.secrets)] = None


def _has_any(document: Resource, keys: Collection[str]) -> bool:
    """Whether a rule that looks at these keys has looked at anything of the document."""
    contents = document.attributes["contents"]
    return not keys or not isinstance(contents, Mapping) or not contents.keys().isdisjoint(keys)


def _programs(policies: Sequence[Policy], documents: Documents) -> Iterator[Program]:
    """One program for the policies that share their modules; for each file one where these ask for its name."""
    by_modules: dict[int, list[Policy]] = {}
    for policy in policies:
        by_modules.setdefault(id(policy.rule.modules), []).append(policy)
    for group in by_modules.values():
        modules: ForeignModules = group[0].rule.modules
        asks_for_file = any(f"data.{_FILE}" in text for _, text in modules.modules)
        for file, members in _by_file(documents).items() if asks_for_file else [((), range(len(documents.judged)))]:
            questions = [Question(policy, _expression(policy.rule), members) for policy in group]
            data = with_file(modules.data, dict(file)) if asks_for_file else modules.data
            yield Program(modules.modules, (), questions, data)


def _by_file(documents: Documents) -> dict[tuple[tuple[str, str], ...], Sequence[int]]:
    """The numbers of the documents in each file."""
    found: dict[tuple[tuple[str, str], ...], list[int]] = {}
    for number, one in enumerate(documents.judged):
        found.setdefault(tuple(one.file.items()), []).append(number)
    return dict(found)


def _expression(rule: ConftestRule) -> str:
    """`{"found": [what the rule gives], "exempt": true when an exception names it}`."""
    exempt = f"count([true | {rule.exempt}]) > 0" if rule.exempt else "false"
    return f'{{"found": [releasegate_found | releasegate_found := {rule.expression}], "exempt": {exempt}}}'


def _messages(found: Sequence[Any]) -> Iterator[tuple[str, Any]]:
    """The messages that a rule gave, each with its `_loc`. Raises `_ShapeError` for what is none."""
    for results in found:
        if not isinstance(results, list):
            raise _ShapeError(f"{short(results)}, which is no set of messages; Conftest would take it for a pass")
        for result in results:
            message = result.get("msg") if isinstance(result, dict) else result
            if not isinstance(message, str):
                raise _ShapeError(f"{short(result)}, which is neither a text nor an object with the text msg")
            if message:
                yield message, result.get("_loc") if isinstance(result, dict) else None


def _unknown(policy: Policy, resource: Resource, path: AttributePath, value: Unresolved) -> Finding:
    cause = f"{format_path(path)} is seen as an expression: {value.reason}"
    message = f"{resource.address} cannot be judged: {cause}"
    return Finding(
        policy, resource, Status.UNKNOWN, message, resource.locate(path), attribute=format_path(path), cause=cause
    )


def _passed(policy: Policy, document: Resource, message: str) -> Finding:
    return Finding(policy, document, Status.PASS, message, document.location)
