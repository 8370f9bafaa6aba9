"""Which objects each Constraint judges, what is asked of the Rego of its template, and what the answers mean."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from scanner.core.finding import Finding, Status
from scanner.core.foreign import GatekeeperRule
from scanner.core.policy import Policy
from scanner.core.resource import Release, Resource
from scanner.core.values import Unresolved
from scanner.engines.gatekeeper.expansion import expanded, pods_of
from scanner.engines.gatekeeper.locating import subject_of
from scanner.engines.gatekeeper.matching import is_excluded, matches
from scanner.engines.gatekeeper.objects import (
    KubernetesObject,
    Namespaces,
    in_worlds,
    inventory,
    objects_of,
    review_json,
)
from scanner.engines.rego.programs import Answer, Program, Question

_PARAMETERS = "releasegate_parameters"
_USER = "who applies it is not known before deployment, and the template asks for that"


@dataclass(frozen=True)
class Case:
    """One object that a Constraint is for; `cause` says why that, or what it would decide, is not known.

    With `is_open` the Constraint might not be for it, so that only its violations are in doubt.
    """

    judged: KubernetesObject
    cause: str = ""
    is_open: bool = False


@dataclass
class _Judged:
    """What a policy found, by the resource that each object stands in."""

    cases: list[Case]
    violations: dict[int, list[tuple[str, Any]]] = field(default_factory=dict)


class Review:
    """All Constraints over one release: the programs to run, and the findings of their answers."""

    def __init__(self, policies: Sequence[Policy], release: Release) -> None:
        self._release = release
        self._objects = objects_of(release)
        self._namespaces = Namespaces(self._objects)
        self._pods = {id(each): list(pods_of(each)) for each in self._objects}
        self._numbers: dict[int, int] = {}
        self._expanded: list[tuple[Sequence[Any], dict[int, list[KubernetesObject]]]] = []
        self._kept: list[KubernetesObject] = []  # so that no two objects ever have the same id
        self.documents: list[str] = []
        self._found = {policy.id: _Judged(list(self._cases(policy.rule))) for policy in policies}
        self._policies = {policy.id: policy for policy in policies}

    def programs(self) -> Iterator[Program]:
        """One for each template; where it looks at other objects, one for each world."""
        grouped: dict[tuple[tuple[tuple[str, str], ...], str | None], list[Policy]] = {}
        for policy in self._policies.values():
            rule: GatekeeperRule = policy.rule
            cases = [each for each in self._found[policy.id].cases if not each.cause or each.is_open]
            for world in {each.judged.resource.world: None for each in cases} if rule.uses_inventory else [None]:
                if cases:
                    grouped.setdefault((rule.modules.modules, world), []).append(policy)
        inventories: dict[str, Any] = {}
        for (modules, world), members in grouped.items():
            data: dict[str, Any] = {
                _PARAMETERS: {policy.id: policy.rule.constraint["spec"]["parameters"] for policy in members}
            }
            if world is not None:
                data["inventory"] = inventories.setdefault(world, inventory(self._objects, world))
            yield Program(modules, (), [self._question(policy, world) for policy in members], data)

    def _question(self, policy: Policy, world: str | None) -> Question:
        package = "".join(f"[{json.dumps(part)}]" for part in policy.rule.package.split("."))
        parameters = f"input.parameters as data.{_PARAMETERS}[{json.dumps(policy.id)}]"
        return Question(policy, f"data{package}.violation with {parameters}", self._numbers_of(policy, world))

    def _numbers_of(self, policy: Policy, world: str | None) -> list[int]:
        """The numbers of the documents that the policy is asked about."""
        numbers = []
        for each in self._found[policy.id].cases:
            if (each.cause and not each.is_open) or world not in (None, each.judged.resource.world):
                continue
            numbers.append(self._number(each.judged))
        return numbers

    def _number(self, judged: KubernetesObject) -> int:
        number = self._numbers.get(id(judged))
        if number is None:
            number = self._numbers[id(judged)] = len(self.documents)
            self._kept.append(judged)
            self.documents.append(review_json(judged, self._namespaces))
        return number

    def take(self, answer: Answer) -> Iterator[str]:
        """Take in an answer; yields what of it is no violation."""
        question = answer.question
        for number, values in zip(question.documents, answer.values, strict=True):
            for value in values:
                if not isinstance(value, list):
                    yield f"its violation is no set of results for {self._kept[number].resource.address}"
                    continue
                for result in value:
                    message = result.get("msg") if isinstance(result, Mapping) else None
                    if isinstance(message, str):
                        found = self._found[question.policy.id].violations.setdefault(number, [])
                        found.append((message, result.get("details")))
                    else:
                        yield f"a violation by {self._kept[number].resource.address} has no text as its msg"

    def findings(self, policy: Policy, is_whole: bool) -> Iterator[Finding]:
        """What the policy found in each resource; nothing passes where not everything was evaluated."""
        judged = self._found[policy.id]
        passed: dict[str, Resource] = {}
        settled: set[str] = set()
        for case in judged.cases:
            resource = case.judged.resource
            passed.setdefault(resource.key, resource)
            found = judged.violations.get(self._numbers.get(id(case.judged), -1), [])
            if case.cause and not case.is_open:
                settled.add(resource.key)
                yield _unknown(policy, resource, case.cause)
                continue
            for message, details in found:
                settled.add(resource.key)
                yield self._violation(policy, case, message, details)
        for key, resource in passed.items():
            if key not in settled and is_whole:
                message = f"{resource.address}: {policy.title}"
                yield Finding(policy, resource, Status.PASS, message, resource.location)

    def _violation(self, policy: Policy, case: Case, message: str, details: Any) -> Finding:
        subject = subject_of(case.judged, message, details, self._release)
        return Finding(
            policy,
            subject.resource,
            Status.UNKNOWN if case.cause else Status.FAIL,
            " ".join(message.split()) or f"{case.judged.resource.address}: {policy.title}",
            subject.location,
            subject.attribute,
            cause=case.cause,
            evidence=message,
        )

    def _cases(self, rule: GatekeeperRule) -> Iterator[Case]:
        for each in in_worlds(self._objects, rule.worlds):
            yield from self._case(rule, each)
            made = self._made(each, rule.expansions) if rule.expansions else []
            yield from (case for one in made for case in self._case(rule, one))
            if not any(one.kind == "Pod" and one.api_version == "v1" for one in made):
                yield from (case for pod in self._pods[id(each)] for case in self._case(rule, pod))

    def _made(self, owner: KubernetesObject, expansions: Sequence[Mapping[str, Any]]) -> list[KubernetesObject]:
        """What is made of an object, once for all Constraints with the same ExpansionTemplates."""
        known = next((made for of, made in self._expanded if of == expansions), None)
        if known is None:
            known = {}
            self._expanded.append((expansions, known))
        if id(owner) not in known:
            known[id(owner)] = list(expanded(owner, expansions))
        return known[id(owner)]

    def _case(self, rule: GatekeeperRule, judged: KubernetesObject) -> Iterator[Case]:
        left_out = is_excluded(rule.excluded_namespaces, judged) if rule.excluded_namespaces else False
        if left_out is True:
            return
        is_meant = matches(rule.constraint, judged, self._namespaces)
        if is_meant is False:
            return
        doubt = next((each for each in (left_out, is_meant) if isinstance(each, Unresolved)), None)
        cause = judged.fault or self._unknown(rule, judged)
        if cause:
            yield Case(judged, cause)
        else:
            yield Case(judged, doubt.reason, is_open=True) if doubt is not None else Case(judged)

    def _unknown(self, rule: GatekeeperRule, judged: KubernetesObject) -> str:
        """Why nobody can tell what the template would say: something that it reads is not known."""
        for path in rule.reads:
            if path[:1] == ("userInfo",):
                return _USER
            of_namespace = path[:1] == ("namespaceObject",) or path[:2] == ("_unstable", "namespace")
            if of_namespace and judged.namespace is not None and self._namespaces.of(judged) is None:
                return f"the release has no Namespace {judged.namespace}, and the template looks at it"
            if path[:1] in ((), ("object",)):
                cause = judged.unknown_below(*path[1:])
                if cause is not None:
                    return cause.reason
        if rule.uses_inventory:
            return self._unknown_beside(rule, judged)
        return ""

    def _unknown_beside(self, rule: GatekeeperRule, judged: KubernetesObject) -> str:
        """Why the other objects are not known that the template compares with: those of kinds that it names."""
        text = "\n".join(module for _, module in rule.modules.modules)
        for each in self._objects:
            is_seen = each.resource.world in ("", judged.resource.world)
            if is_seen and (each.unresolved or each.fault) and (f'"{each.kind}"' in text or each.kind == judged.kind):
                reason = each.fault or each.unresolved[0][1].reason
                return f"{each.resource.address}, with which it is compared: {reason}"
        return ""


def _unknown(policy: Policy, resource: Resource, cause: str) -> Finding:
    message = f"{resource.address} cannot be judged: {cause}"
    return Finding(policy, resource, Status.UNKNOWN, message, resource.location, cause=cause)
