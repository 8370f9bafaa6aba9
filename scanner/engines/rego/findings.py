"""Turns what the finding rules of one policy gave into findings, and says what they must not give."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from scanner.core.finding import Finding, RelatedLocation, Status
from scanner.core.policy import Policy
from scanner.core.resource import Release, Resource
from scanner.core.values import AttributePath, Unresolved, format_path, parse_path, reach
from scanner.engines.rego.document import unknown
from scanner.engines.rego.reads import first_unknown
from scanner.engines.trouble import short

_KEYS = frozenset({"resource", "message", "attribute", "related", "evidence"})
_RELATED_KEYS = frozenset({"resource", "message", "attribute"})


class ShapeError(Exception):
    """A rule gave something that is no finding; `str()` says what, after the words `policy X returned`."""


@dataclass
class _Judging:
    """One policy over the resources it applies to, by key."""

    policy: Policy
    release: Release
    judged: Mapping[str, Resource]
    derived: Sequence[str] = ()
    findings: list[Finding] = field(default_factory=list)
    mistakes: list[str] = field(default_factory=list)


def applicable(policy: Policy, release: Release) -> dict[str, Resource]:
    """The resources that the policy judges, by key."""
    applies = policy.applies_to
    return {
        resource.key: resource
        for type_ in applies.types
        for resource in release.by_type.get(type_, ())
        if applies.format in (None, resource.format)
    }


def findings_of(
    policy: Policy,
    release: Release,
    judged: Mapping[str, Resource],
    found: Mapping[str, Any],
    derived: Sequence[str] = (),
) -> tuple[list[Finding], list[str]]:
    """One finding for each item, PASS for resources without any, and the items that cannot be used.

    Where an item cannot be used nothing passes, because nobody knows which resource it was about. `derived` are the
    attributes that decide in a policy which has no `reads` and does not ask whether they are known: where one of them
    is not, the resource does not pass, nor does it fail by an item that names no attribute.
    """
    judging = _Judging(policy, release, judged, () if policy.reads else derived)
    skipped = frozenset(_skipped(judging, found.get("skip", [])))
    for rule in ("deny", "unknown"):
        for item in _items(judging, rule, found.get(rule, [])):
            try:
                finding = _finding(judging, rule, item)
            except ShapeError as error:
                judging.mistakes.append(str(error))
                continue
            if finding.resource.key not in skipped:
                judging.findings.append(finding)
    if not judging.mistakes:
        settled = skipped | {finding.resource.key for finding in judging.findings}
        judging.findings += [_without_item(judging, resource) for key, resource in judged.items() if key not in settled]
    return judging.findings, judging.mistakes


def _items(judging: _Judging, rule: str, items: Any) -> Iterator[Any]:
    if isinstance(items, list):
        yield from items
    else:
        judging.mistakes.append(f"{short(items)} for {rule}, which is no set")


def _skipped(judging: _Judging, items: Any) -> Iterator[str]:
    for item in _items(judging, "skip", items):
        try:
            yield _resource(judging, item).key
        except ShapeError as error:
            judging.mistakes.append(str(error))


def _finding(judging: _Judging, rule: str, item: Any) -> Finding:
    _check_keys(item, _KEYS | {"cause"} if rule == "unknown" else _KEYS)
    resource = _resource(judging, item.get("resource"))
    message, attribute = _text(item, "message"), _text(item, "attribute", "")
    evidence, cause = _text(item, "evidence", ""), _text(item, "cause", "")
    path = _path(attribute)
    at, unresolved = _seen(resource, path)
    if rule == "deny" and not path:
        found = first_unknown(resource.attributes, judging.derived)
        if found is not None:
            _, at, unresolved = found
            attribute = format_path(at)
    status = Status.FAIL if rule == "deny" and unresolved is None else Status.UNKNOWN
    if status is Status.UNKNOWN:
        cause = cause or (unresolved.reason if unresolved is not None else "")
        if not cause:
            raise ShapeError(f"an unknown without cause: {short(item)}")
    if rule == "deny" and unresolved is not None:
        message = _cannot_be_judged(resource, cause)  # what the rule says of it is not shown by the input
    return Finding(
        policy=judging.policy,
        resource=resource,
        status=status,
        message=message,
        location=resource.locate(at),
        attribute=attribute,
        related_locations=tuple(_related(judging, item.get("related", []))),
        cause=cause,
        evidence=evidence,
    )


def _without_item(judging: _Judging, resource: Resource) -> Finding:
    """PASS, unless one of the attributes that the policy reads is not known."""
    policy = judging.policy
    found = first_unknown(resource.attributes, policy.reads or judging.derived)
    if found is None:
        return Finding(policy, resource, Status.PASS, f"{resource.address}: {policy.title}", resource.location)
    read, at, unresolved = found
    message = _cannot_be_judged(resource, unresolved.reason)
    attribute = read if policy.reads else format_path(at)
    where = resource.locate(at)
    return Finding(policy, resource, Status.UNKNOWN, message, where, attribute=attribute, cause=unresolved.reason)


def _cannot_be_judged(resource: Resource, cause: str) -> str:
    return f"{resource.address} cannot be judged: {cause}"


def _seen(resource: Resource, path: AttributePath) -> tuple[AttributePath, Unresolved | None]:
    """Where the path leads to, and why nothing is known there; with lists on the way, its first element counts.

    A path through a list without an index reaches several values; it is unknown when none of them is known.
    """
    if not path:
        return path, None
    reached = list(reach(resource.attributes, path))
    causes = [unknown(value) for _, value in reached]
    return reached[0][0], causes[0] if None not in causes else None


def _related(judging: _Judging, items: Any) -> Iterator[RelatedLocation]:
    if not isinstance(items, list):
        raise ShapeError(f"{short(items)} for related, which is no list")
    for item in items:
        _check_keys(item, _RELATED_KEYS)
        key = item.get("resource")
        resource = judging.release.by_key.get(key) if isinstance(key, str) else None
        if resource is None:
            raise ShapeError(f"a related resource that does not exist: {short(key)}")
        at, _ = _seen(resource, _path(_text(item, "attribute", "")))
        yield RelatedLocation(resource.locate(at), _text(item, "message", resource.address))


def _resource(judging: _Judging, key: Any) -> Resource:
    resource = judging.release.by_key.get(key) if isinstance(key, str) else None
    if resource is None:
        raise ShapeError(f"a resource that does not exist: {short(key)}")
    if key not in judging.judged:
        types = ", ".join(judging.policy.applies_to.types)
        raise ShapeError(f"the {resource.type} {resource.address}, but it applies to {types}")
    return resource


def _check_keys(item: Any, known: frozenset[str]) -> None:
    if not isinstance(item, dict):
        raise ShapeError(f"{short(item)}, which is no object")
    surplus = sorted(item.keys() - known)
    if surplus:
        raise ShapeError(f"an unknown key {short(surplus[0])}: expected {', '.join(sorted(known))}")


def _text(item: Mapping[str, Any], name: str, default: str | None = None) -> str:
    value = item.get(name, default)
    if not isinstance(value, str) or (default is None and not value):
        raise ShapeError(f"{short(value)} for {name}, which is no text" if name in item else f"no {name}")
    return value


def _path(text: str) -> AttributePath:
    try:
        return parse_path(text) if text else ()
    except ValueError as error:
        raise ShapeError(f"an attribute that is no path: {error}") from None
