"""Folds findings of policies that judge the same into one, so that one fault is told once."""

from collections.abc import Iterable, Mapping
from dataclasses import replace

from scanner.core.finding import Finding
from scanner.core.resource import Resource


def once(findings: Iterable[Finding], by_key: Mapping[str, Resource]) -> list[Finding]:
    """The findings without those whose policy leaves the word to another one that has judged the same resource.

    What is a part of a resource counts as that resource, as one scanner judges the container and the other its pod; two
    parts of one resource do not. The finding that stays names the other policy. Where the other policy has not judged,
    both stand for themselves. `by_key` are the resources of the release.
    """
    every = list(findings)
    leading = {id_ for finding in every for id_ in finding.policy.same_as}
    judged: dict[tuple[str, str], list[int]] = {}
    judged_below: dict[tuple[str, str], list[int]] = {}
    for number, finding in enumerate(every):
        if finding.policy.id in leading:
            itself, *around = _chain(finding.resource, by_key)
            judged.setdefault((finding.policy.id, itself), []).append(number)
            for key in around:
                judged_below.setdefault((finding.policy.id, key), []).append(number)
    also: dict[int, set[str]] = {}
    kept = []
    for number, finding in enumerate(every):
        same: set[int] = set()
        for id_ in finding.policy.same_as:
            chain = _chain(finding.resource, by_key)
            same.update(other for key in chain for other in judged.get((id_, key), ()))
            same.update(judged_below.get((id_, chain[0]), ()))
        if not same:
            kept.append(number)
        for other in same:
            also.setdefault(other, set()).add(finding.policy.id)
    return [replace(every[n], also=tuple(sorted(also[n]))) if n in also else every[n] for n in kept]


def _chain(resource: Resource, by_key: Mapping[str, Resource]) -> list[str]:
    """The key of the resource and those of what it is a part of, from the inside out."""
    chain = [resource.key]
    parent = resource.parent
    while parent is not None and parent not in chain:
        chain.append(parent)
        around = by_key.get(parent)
        parent = around.parent if around else None
    return chain
