"""Folds findings of policies that judge the same into one, so that one fault is told once."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from scanner.core.finding import Finding, Status
from scanner.core.resource import Resource

_Judged = dict[tuple[str, str], list[int]]


def once(findings: Iterable[Finding], by_key: Mapping[str, Resource]) -> list[Finding]:
    """The findings without those whose policy leaves the word to another one that has judged the same resource.

    What is a part of a resource counts as that resource, as one scanner judges the container and the other its pod; two
    parts of one resource do not. So does a resource that the other policy found its answer in: it judges the bucket by
    the block that completes it. The finding that stays names the other policy, and its status is what counts; but a
    failure of the whole, or of what only completes it, is not given up where the other policy has passed everything, as
    it need not have looked at every part. Where the other policy has not judged, both stand for themselves. `by_key`
    are the resources of the release.
    """
    every = list(findings)
    judged = _by_policy(every, by_key)
    also: dict[int, set[str]] = {}
    kept = []
    for number, finding in enumerate(every):
        same = judged.same(finding, every, by_key)
        if not same:
            kept.append(number)
        for other in same:
            also.setdefault(other, set()).add(finding.policy.id)
    return [replace(every[n], also=tuple(sorted(also[n]))) if n in also else every[n] for n in kept]


@dataclass
class _ByPolicy:
    """The findings of the policies that others leave the word to, by policy and key of a resource.

    `itself` has those on the resource, `below` those on a part of it, `by` those that were decided by it.
    """

    itself: _Judged = field(default_factory=dict)
    below: _Judged = field(default_factory=dict)
    by: _Judged = field(default_factory=dict)

    def same(self, finding: Finding, every: list[Finding], by_key: Mapping[str, Resource]) -> set[int]:
        """The findings that say the same as this one, whose policy gives way."""
        found: set[int] = set()
        aside: set[int] = set()
        if finding.policy.same_as:
            itself, *around = _chain(finding.resource, by_key)
            for id_ in finding.policy.same_as:
                found.update(other for key in (itself, *around) for other in self.itself.get((id_, key), ()))
                aside.update(self.below.get((id_, itself), ()), self.by.get((id_, itself), ()))
        is_lost = finding.status is Status.FAIL and all(every[other].status is Status.PASS for other in aside)
        return found if is_lost else found | aside


def _by_policy(every: list[Finding], by_key: Mapping[str, Resource]) -> _ByPolicy:
    leading = {id_ for finding in every for id_ in finding.policy.same_as}
    judged = _ByPolicy()
    for number, finding in enumerate(every):
        id_ = finding.policy.id
        if id_ not in leading or finding.policy.same_as:
            continue  # what itself gives way has nothing to say for others
        itself, *around = _chain(finding.resource, by_key)
        judged.itself.setdefault((id_, itself), []).append(number)
        for key in around:
            judged.below.setdefault((id_, key), []).append(number)
        other = _decided_by(finding, by_key)
        if other is not None:
            judged.by.setdefault((id_, other), []).append(number)
    return judged


def _decided_by(finding: Finding, by_key: Mapping[str, Resource]) -> str | None:
    """The key of another resource whose attribute decided: the finding names it by its address."""
    address = finding.attribute
    while address:
        key = f"{finding.resource.origin or finding.resource.location.path}::{address}"
        if key in by_key and key != finding.resource.key:
            return key
        address = address.rpartition(".")[0]
    return None


def _chain(resource: Resource, by_key: Mapping[str, Resource]) -> list[str]:
    """The key of the resource and those of what it is a part of, from the inside out."""
    chain = [resource.key]
    parent = resource.parent
    while parent is not None and parent not in chain:
        chain.append(parent)
        around = by_key.get(parent)
        parent = around.parent if around else None
    return chain
