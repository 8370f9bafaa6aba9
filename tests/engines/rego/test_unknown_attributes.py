"""No shipped Rego policy passes, or fails, a resource by a value that nobody knows, but for those that are named.

In the Terraform of every example one attribute after the other is made unknown, whether the policy's author thought of
it or not. What failed by the attribute must not pass then. What passed must not fail; and it may only pass where the
attribute does not matter, because no other value makes it fail either.
"""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import cache
from typing import Any

import pytest

from scanner.authoring.lint.knowledge import may_be_unknown
from scanner.core.finding import Finding, Status
from scanner.core.policy import Policy
from scanner.core.resource import Release, Resource
from scanner.core.scope import Scope
from scanner.core.values import AttributePath, Unresolved, format_path, leaves
from scanner.engines.rego.checks import FINDING_RULES
from scanner.engines.rego.document import input_document, plain
from scanner.engines.rego.findings import applicable, findings_of
from scanner.engines.rego.interface import Asked
from scanner.engines.rego.needed import needed
from scanner.engines.rego.regorus_engine import RegorusEngine
from scanner.rego_source.dataflow import dataflow
from scanner.rego_source.module import RegoError
from scanner.rego_source.regorus_calls import parse
from tests.policy_cases import AS_OF, Case, cases, judge, scanned

LATER = Unresolved("var.later", "var.later has no default")
# Other values that an attribute may have.
OTHERS: tuple[Any, ...] = (True, False, "something else", 0, 1, "*", ["*"], [], {})

# Where the example would not be one release any more, because links are made from the attribute.
LINKING = {"bucket", "name", "id", "identifier"}

# Decided on purpose: (policy, pattern of the attribute or of what it is in) with the reason.
ON_PURPOSE: Mapping[tuple[str, str], str] = {
    ("CLS-003", "region"): "the bucket's own region takes the place of the provider's, also where it is not known",
    ("CLS-003", "provider"): "a reference that is no provider of the release",
    ("ENC-012", "replicate_source_db"): "it is a replica where that is written",
    ("IAM-005", r"conditions\.StringEquals"): "whatever one value it is, an exact comparison restricts to it",
    ("NET-003", r"ingress\[\d+\]\.protocol"): "every protocol at once is refused beside ports other than 0",
    ("SEC-007", r"environment\[0\]\.variables\.BROKER_URL"): "nearly no value under a harmless name is a secret",
    ("GOV-007", "tags"): "a tag whose value is not known yet is there",
    ("GOV-007", "tags_all"): "a tag whose value is not known yet is there",
}

# Policies of which examples still decide by an unknown value: dynamic blocks, lists and names that are filled in later.
OPEN = {"XFM-002"}


def rego_policies() -> dict[str, Policy]:
    return {policy.id: policy for policy in judge().bundle.policies if policy.engine == "rego"}


class Judged:
    """One policy, asked about one release after the other."""

    def __init__(self, policy: Policy, parameters: Mapping[str, Any], scope: Scope) -> None:
        self._policy = policy
        self._scope = scope
        path = policy.location.path if policy.location else "policy.rego"
        package = f"data.releasegate.{policy.id.lower().replace('-', '_')}"
        has = {rule for rule in FINDING_RULES if f"\n{rule} contains " in policy.rule}
        found = ", ".join(f'"{rule}": {package}.{rule}' for rule in sorted(has))
        self._asked = Asked(f"{{{found}}} with input.parameters as data.parameters", path=path)
        self._engine = RegorusEngine()
        libraries = needed(judge().bundle.libraries, [policy.rule])
        self._engine.load([*libraries, (path, policy.rule)], {"parameters": parameters})

    def __call__(self, release: Release) -> dict[str, set[Status]]:
        """The statuses of each judged resource, by key; none for one that is left out. Raises `RegoError`."""
        self._engine.read([json.dumps(input_document(release, self._scope, AS_OF))], {"now": self._asked})
        judged = applicable(self._policy, release)
        findings, _ = findings_of(self._policy, release, judged, self._engine.evaluate("now")[0][0])
        return {key: {each.status for each in findings if each.resource.key == key} for key in judged}


def places(resource: Resource) -> Iterator[AttributePath]:
    """Every attribute, element and block that Terraform can leave unknown; blocks are those of a dynamic block."""

    def inside(value: Any, path: AttributePath) -> Iterator[AttributePath]:
        parts = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
        for key, inner in parts:
            at = (*path, key)
            is_block_list = isinstance(inner, list) and bool(inner) and isinstance(inner[0], dict)
            is_mapping = isinstance(inner, dict) and isinstance(key, str)
            if not (is_block_list or is_mapping or isinstance(inner, Unresolved)):
                yield at
            yield from inside(inner, at)

    yield from (at for at in inside(resource.attributes, ()) if at[0] not in LINKING)


def changed(value: Any, path: AttributePath, new: Any) -> Any:
    """A copy with another value at the path."""
    if not path:
        return new
    copy = dict(value) if isinstance(value, Mapping) else list(value)
    copy[path[0]] = changed(value[path[0]], path[1:], new)  # type: ignore[index]
    return copy


def with_value(release: Release, resource: Resource, path: AttributePath, value: Any) -> Release:
    other = replace(resource, attributes=changed(resource.attributes, path, value))
    return replace(release, resources=tuple(other if each is resource else each for each in release.resources))


@cache
def flow_of(policy_id: str) -> Any:
    policy = rego_policies()[policy_id]
    libraries = needed(judge().bundle.libraries, [policy.rule])
    return dataflow(parse("policy.rego", policy.rule), [parse(path, text) for path, text in libraries])


def is_read(policy: Policy, resource: Resource, path: AttributePath, flow: Any) -> bool:
    def fits(read: Any) -> bool:
        ends = zip(read.path, path, strict=False)
        return (not read.types or resource.type in read.types) and all(
            one is None or one == other or isinstance(other, int) for one, other in ends
        )

    return bool(flow.blind) or any(fits(read) for read in flow.reads)


def is_on_purpose(policy_id: str, path: str) -> bool:
    return any(
        policy_id == policy and re.match(rf"{attribute}($|[.\[])", path) is not None for policy, attribute in ON_PURPOSE
    )


def mistakes(case: Case, policy: Policy) -> Iterator[str]:
    """Where an unknown value decides, one line each."""
    result = scanned(case.policy, case.folder)
    parameters = {name: plain(value) for name, value in policy_parameters(case, policy).items()}
    verdicts = Judged(policy, parameters, result.scope)
    before = verdicts(result.release)
    flow = flow_of(policy.id)
    for resource in result.release.resources:
        if resource.format != "terraform":
            continue
        for path in places(resource):
            kind = tuple(None if isinstance(step, int) else step for step in path)
            if not may_be_unknown(resource.type, kind) or not is_read(policy, resource, path, flow):
                continue
            if is_on_purpose(policy.id, format_path(path)):
                continue
            yield from decided(verdicts, before, result.release, resource, path)


def decided(
    verdicts: Judged, before: Mapping[str, set[Status]], release: Release, resource: Resource, path: AttributePath
) -> Iterator[str]:
    try:
        now = verdicts(with_value(release, resource, path, LATER))
    except RegoError as error:
        yield f"{resource.address} {format_path(path)}: the policy breaks off ({error})"
        return
    for key, was in before.items():
        is_open = not now[key] - {Status.PASS}
        if Status.FAIL in was and is_open:
            yield f"{resource.address} {format_path(path)}: {key} fails by it, and not where it is not known"
        if was == {Status.PASS} and Status.FAIL in now[key]:
            yield f"{resource.address} {format_path(path)}: {key} fails where it is not known"
        if was == {Status.PASS} and is_open:
            for other in OTHERS:
                if Status.FAIL in otherwise(verdicts, with_value(release, resource, path, other), key):
                    yield f"{resource.address} {format_path(path)}: {key} passes unknown, and fails by {other!r}"
                    break


def otherwise(verdicts: Judged, release: Release, key: str) -> set[Status]:
    try:
        return verdicts(release)[key]
    except RegoError:  # a value of a type that Terraform would refuse
        return set()


def policy_parameters(case: Case, policy: Policy) -> Mapping[str, Any]:
    findings: tuple[Finding, ...] = scanned(case.policy, case.folder).findings
    return next((each.policy.parameters for each in findings), policy.parameters)


def open_mark(case: Case) -> list[Any]:
    reason = "an unknown value decides in some of its examples"
    return [pytest.mark.xfail(reason=reason, strict=False)] if case.policy in OPEN else []


def chosen() -> list[Any]:
    """The examples with Terraform, by policy."""
    return [
        pytest.param(case, marks=[pytest.mark.slow, pytest.mark.xdist_group(str(case)), *open_mark(case)], id=str(case))
        for case in cases()
        if case.status is not Status.UNKNOWN and list(case.folder.rglob("*.tf"))
    ]


@pytest.mark.parametrize("case", chosen())
def test_an_unknown_value_does_not_decide(case: Case) -> None:
    policy = rego_policies().get(case.policy)
    if policy is None:
        pytest.skip("a policy of conditions, which are three-valued themselves")
    assert list(mistakes(case, policy)) == []


@pytest.mark.slow
@pytest.mark.parametrize("case", [case for case in cases() if case.status is Status.UNKNOWN], ids=str)
def test_it_is_known_which_attributes_may_be_unknown(case: Case) -> None:
    """`may_be_unknown` is what `policies lint` goes by."""
    for resource in scanned(case.policy, case.folder).release.resources:
        for path, value in leaves(resource.attributes):
            if isinstance(value, Unresolved):
                kind = tuple(None if isinstance(step, int) else step for step in path)
                assert may_be_unknown(resource.type, kind), (resource.type, format_path(path))
