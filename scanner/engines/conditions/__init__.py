"""The engine for YAML policies: evaluates condition trees over resources, three-valued."""

import json
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from typing import Any

from scanner.core.finding import Finding, RelatedLocation, Status
from scanner.core.notification import Level, Notification
from scanner.core.policy import Policy
from scanner.core.resource import Release, Resource
from scanner.core.values import ABSENT, format_path
from scanner.engines.conditions.compile import Condition, ConditionError, compile_condition
from scanner.engines.conditions.decision import Decision, Subject
from scanner.engines.interface import Begin, EngineContext, Evaluation

_PLACEHOLDER = re.compile(r"\{(\w+)\}")
_STATUS = {True: Status.PASS, False: Status.FAIL, None: Status.UNKNOWN}


@contextmanager
def opened(_policies: Sequence[Policy], _context: EngineContext) -> Iterator[Begin]:
    """The engine needs nothing beforehand, and works when its result is asked for."""
    yield lambda applicable, release, _scope: partial(evaluate, applicable, release)


def evaluate(policies: Sequence[Policy], release: Release) -> Evaluation:
    """Every YAML policy on every resource it applies to."""
    findings: list[Finding] = []
    notifications: list[Notification] = []
    failed: set[str] = set()
    for policy in policies:
        try:
            findings += _judge(policy, release)
        except ConditionError as error:
            message = f"{policy.id} was not evaluated: {error}"
            notifications.append(Notification(Level.ERROR, message, "engine", policy.location))
            failed.add(policy.id)
    return Evaluation(tuple(findings), tuple(notifications), frozenset(failed))


def _judge(policy: Policy, release: Release) -> list[Finding]:
    applies = policy.applies_to
    rule = compile_condition(policy.rule, policy.parameters)
    where = compile_condition(applies.where or {}, policy.parameters, "applies_to.where")
    findings = []
    for type_ in applies.types:
        for resource in release.by_type.get(type_, ()):
            if applies.format in (None, resource.format):
                finding = _finding(policy, release, resource, where, rule)
                if finding is not None:
                    findings.append(finding)
    return findings


def _finding(policy: Policy, release: Release, resource: Resource, where: Condition, rule: Condition) -> Finding | None:
    subject = Subject.whole(release, resource)
    decision = where(subject)
    if decision.value is False:
        return None
    if decision.value is True:
        decision = rule(subject)
    status = _STATUS[decision.value]
    attribute = _attribute(resource, decision)
    return Finding(
        policy=policy,
        resource=resource,
        status=status,
        message=_message(policy, resource, decision, attribute),
        location=decision.resource.locate(decision.path),
        attribute=attribute,
        related_locations=_related_locations(resource, decision),
        cause=decision.cause,
    )


def _attribute(resource: Resource, decision: Decision) -> str:
    """The deciding attribute; that of another resource is named with its address, so that it is unmistakable."""
    path = format_path(decision.path)
    if decision.resource.key == resource.key:
        return path
    return f"{decision.resource.address}.{path}" if path else decision.resource.address


def _related_locations(resource: Resource, decision: Decision) -> tuple[RelatedLocation, ...]:
    if decision.resource.key == resource.key:
        return ()
    return (RelatedLocation(resource.location, resource.address),)


def _message(policy: Policy, resource: Resource, decision: Decision, attribute: str) -> str:
    if decision.value is True:
        return f"{resource.address}: {policy.title}"
    if decision.value is None:
        return f"{resource.address} cannot be judged: {decision.cause}"
    known: dict[str, Any] = {
        **policy.parameters,
        "address": resource.address,
        "name": resource.attributes.get("name", resource.address),
        "type": resource.type,
        "attribute": attribute,
        "value": decision.found,
    }
    template = policy.message or "{address}: {attribute} is {value}"
    return _PLACEHOLDER.sub(lambda match: _shown(known.get(match[1], match[0])), template)


def _shown(value: Any) -> str:
    """A value as the scanned files would write it."""
    if value is ABSENT:
        return "absent"
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)
