"""Folds findings of policies that judge the same into one, so that one fault is told once."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property

from scanner.core.finding import Finding, Status
from scanner.core.resource import Resource


def once(findings: Iterable[Finding], by_key: Mapping[str, Resource]) -> list[Finding]:
    """The findings without those whose policy leaves the word to another one that has judged the same resource.

    What is a part of a resource counts as that resource, as one scanner judges the container and the other its pod; two
    parts of one resource do not. So does a resource that the other policy found its answer in: it judges the bucket by
    the block that completes it. The finding that stays names the other policy, and its status is what counts. Where
    the other policy has not judged, both stand for themselves; and so does a failure of the whole where the other has
    passed some of its parts and not looked at the rest, or of what completes a resource where it has passed that.
    `by_key` are the resources of the release.
    """
    judged = _Judged(list(findings), by_key)
    also: dict[int, set[str]] = {}
    kept = []
    for number, finding in enumerate(judged.findings):
        same = judged.same(finding)
        if not same:
            kept.append(number)
        for other in same:
            also.setdefault(other, set()).add(finding.policy.id)
    found = judged.findings
    return [replace(found[n], also=tuple(sorted(also[n]))) if n in also else found[n] for n in kept]


@dataclass
class _Judged:
    """All findings; by policy and key of a resource, the numbers of those that others leave the word to.

    `itself` has those on the resource, `below` those on a part of it, `by` those that were decided by it.
    """

    findings: Sequence[Finding]
    by_key: Mapping[str, Resource]
    itself: dict[tuple[str, str], list[int]] = field(default_factory=dict)
    below: dict[tuple[str, str], list[int]] = field(default_factory=dict)
    by: dict[tuple[str, str], list[int]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        leading = {id_ for finding in self.findings for id_ in finding.policy.same_as}
        for number, finding in enumerate(self.findings):
            id_ = finding.policy.id
            if id_ not in leading or finding.policy.same_as:
                continue  # what itself gives way has nothing to say for others
            itself, *around = _chain(finding.resource, self.by_key)
            self.itself.setdefault((id_, itself), []).append(number)
            for key in around:
                self.below.setdefault((id_, key), []).append(number)
            other = _decided_by(finding, self.by_key)
            if other is not None:
                self.by.setdefault((id_, other), []).append(number)

    def same(self, finding: Finding) -> set[int]:
        """The findings that say the same as this one, if its policy gives way to theirs."""
        found: set[int] = set()
        if not finding.policy.same_as:
            return found
        itself, *around = _chain(finding.resource, self.by_key)
        for id_ in finding.policy.same_as:
            found.update(other for key in (itself, *around) for other in self.itself.get((id_, key), ()))
            parts = self.below.get((id_, itself), [])
            if finding.status is not Status.FAIL or not self._pass(parts) or self._are_all_parts(parts, itself):
                found.update(parts)
            decided = self.by.get((id_, itself), [])
            if finding.status is not Status.FAIL or not self._pass(decided):
                found.update(decided)
        return found

    def _pass(self, numbers: Iterable[int]) -> bool:
        return all(self.findings[number].status is Status.PASS for number in numbers)

    def _are_all_parts(self, numbers: Iterable[int], whole: str) -> bool:
        """Whether the findings are about all parts that the resource has of their types."""
        judged = {self.findings[number].resource.key for number in numbers}
        types = {self.findings[number].resource.type for number in numbers}
        return all(part.key in judged for part in self._parts(whole) if part.type in types)

    def _parts(self, whole: str) -> Iterator[Resource]:
        waiting, known = [whole], {whole}
        while waiting:
            for part in self._children.get(waiting.pop(), ()):
                if part.key not in known:
                    known.add(part.key)
                    waiting.append(part.key)
                    yield part

    @cached_property
    def _children(self) -> Mapping[str, Sequence[Resource]]:
        grouped: dict[str, list[Resource]] = {}
        for resource in self.by_key.values():
            if resource.parent is not None:
                grouped.setdefault(resource.parent, []).append(resource)
        return grouped


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
