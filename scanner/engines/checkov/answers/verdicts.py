"""Says in three values what a result of Checkov proves, by what is known of the attributes that it has looked at.

To Checkov a value that it cannot work out is text like any other: a check that wants the value fails on it, one that
forbids a value passes. So our own values decide what is known, whatever it has said:

* PASSED proves nothing where part of what was looked at is not known, except where that part is the identifier of a
  resource: it will be there, and it is none of the values that a check forbids. Of a policy document its statements are
  what is known or not; one that is a block of its own is judged there, and not where it is used.
* FAILED proves nothing where the attribute itself is not known, or which elements it has. It stands where what is not
  known lies deeper, or where a known value beside it is open to everyone, which is what such checks fail for; and of a
  check over the graph, which leaves open by itself what depends on a variable, where any value beside it is known.
* UNKNOWN says most often that a check does not apply. It counts only where an attribute is not known.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from scanner.core.finding import Status
from scanner.core.resource import Release, Resource
from scanner.core.values import AttributePath, Unresolved, leaves, reach
from scanner.engines.checkov.answers.attributes import Hole, Seen, hole_of, holes, seen
from scanner.engines.checkov.answers.documents import inside, is_written_elsewhere
from scanner.engines.checkov.answers.reads import READS
from scanner.engines.checkov.interface import DOCKERFILE, KUBERNETES, Record

FAILED, PASSED = "FAILED", "PASSED"

# What a resource that Terraform makes is sure to have, and where it answers; a data source may look up anything.
_IDENTIFIER = re.compile(
    r"[a-z][a-z0-9]*_\w+\.[\w-]+(?:\[[^\]]*\])?"
    r"\.(?:\w+_)?(?:id|arn|self_link|name|bucket|address|email|endpoint|host|url|fqdn)"
)
_REFERENCE = re.compile(r"[\w-]+(?:\.[\w*-]+|\[[^\]]*\])*")
_AFTER_APPLY = " is known only after apply"
_IN_TEXT = re.compile(r"\$\{\s*([^{}]*?)\s*\}")
_EVERYONE = frozenset({"0.0.0.0/0", "::/0", "*", "any", "internet", "allusers", "allauthenticatedusers"})
_NOT_EXPANDED = "the instances of the block differ, and Checkov has judged the block as if there were one"


class Verdict(NamedTuple):
    """`status` is None where the check does not apply. `path` of `resource` is what decided, empty for the whole."""

    status: Status | None
    resource: Resource
    path: AttributePath = ()
    cause: str = ""


def verdict(record: Record, resource: Resource, framework: str, release: Release) -> Verdict:
    """What the record proves of the resource, whose attributes its keys name."""
    keys = () if framework == DOCKERFILE else record.keys  # what it names there is the text of the instruction
    found = seen(resource.attributes, keys or READS.get(record.check, ()))
    if record.result == FAILED:
        hole = _undecided(record, found)
        if hole is None or _is_known_inside(hole, resource, release):
            return Verdict(Status.FAIL, resource, _deciding(record, found))
        return Verdict(Status.UNKNOWN, resource, hole.path, hole.value.reason)
    if record.result == PASSED:
        hole, is_elsewhere = _doubt(_unproven(found), resource, release)
        if hole is None and framework == KUBERNETES and not record.keys and resource.origin != resource.location.path:
            hole = _anywhere(resource.attributes)
    else:
        unknown = (hole for hole in filter(None, map(hole_of, found)) if not _is_identifier(hole.value))
        hole, is_elsewhere = _doubt(unknown, resource, release)
    if hole is not None:
        return Verdict(Status.UNKNOWN, resource, hole.path, hole.value.reason)
    if is_elsewhere:
        return Verdict(None, resource)
    if _is_of_graph(record):
        beside = _beside(record, resource, found, release)
        if beside is not None:
            return beside
    return Verdict(Status.PASS if record.result == PASSED else None, resource, _deciding(record, found))


def for_each(record: Record, found: Sequence[Verdict]) -> Sequence[Verdict]:
    """What a record proves of several instances of one block, of which Checkov has judged the block alone.

    What it takes from `each` or `count` is text to it, so that nothing is known where the instances differ.
    """
    shown = [_shown(record, each) for each in found]
    if all(each == shown[0] for each in shown):
        return found
    return [
        each._replace(status=Status.UNKNOWN, cause=_NOT_EXPANDED) if each.status in (Status.PASS, Status.FAIL) else each
        for each in found
    ]


def _shown(record: Record, found: Verdict) -> Sequence[tuple[AttributePath, Any]]:
    """What the verdict rests on: what failed is one attribute, and what passed all of them."""
    attributes = found.resource.attributes
    if record.result == FAILED:
        return reach(attributes, found.path) if found.path else []
    return [(each.path, each.value) for each in seen(attributes, record.keys or READS.get(record.check, ()))]


def _undecided(record: Record, found: Sequence[Seen]) -> Hole | None:
    """What may have failed only because it is not known."""
    hole = next(filter(None, map(hole_of, found)), None)
    if hole is None or any(map(_is_open, found)):
        return None
    if _is_of_graph(record) and any(each.is_written and hole_of(each) is None for each in found):
        return None
    return hole


def _unproven(found: Iterable[Seen]) -> Iterator[Hole]:
    """What could be anything."""
    for each in found:
        for hole in holes(each):
            if not _is_identifier(hole.value) and not (each.path[-1:] == ("resources",) and _is_bounded(hole.value)):
                yield hole


def _doubt(unknown: Iterable[Hole], resource: Resource, release: Release) -> tuple[Hole | None, bool]:
    """The first of them that could be anything, and whether one is a document that is judged where it is written."""
    is_elsewhere = False
    for hole in unknown:
        if is_written_elsewhere(hole):
            is_elsewhere = True
            continue
        parts = inside(hole, resource, release)
        if parts is None:
            return hole, is_elsewhere
        within = next(_unproven(parts), None)
        if within is not None:
            return Hole(hole.path, within.value), is_elsewhere
    return None, is_elsewhere


def _is_known_inside(hole: Hole, resource: Resource, release: Release) -> bool:
    """Whether it is a document of which only names are not known."""
    parts = inside(hole, resource, release)
    return parts is not None and next(_unproven(parts), None) is None


def _anywhere(attributes: Mapping[str, Any]) -> Hole | None:
    """What is not known of a rendered object, of which a check does not say where it has looked."""
    return next((Hole(path, leaf) for path, leaf in leaves(attributes) if isinstance(leaf, Unresolved)), None)


def _beside(record: Record, resource: Resource, found: Sequence[Seen], release: Release) -> Verdict | None:
    """What is not known of the resources that complete this one, in attributes that it has not got itself.

    Whether such a resource will be there at all may be unknown as well.
    """
    if any(each.is_written for each in found):
        return None
    for link in release.links_to.get(resource.key, ()):
        other = release.by_key.get(link.source) if link.kind == "configures" else None
        if other is None:
            continue
        theirs = [each for each in seen(other.attributes, record.keys) if each.is_written]
        hole, is_elsewhere = _doubt(_unproven(theirs), other, release)
        if hole is not None:
            return Verdict(Status.UNKNOWN, other, hole.path, hole.value.reason)
        if is_elsewhere:
            return Verdict(None, resource)
        if theirs and other.presence is not None:
            return Verdict(Status.UNKNOWN, other, (), other.presence.reason)
    return None


def _deciding(record: Record, found: Sequence[Seen]) -> AttributePath:
    """The attribute that a finding names: of those that are written one that is open to everyone, or the innermost.

    One that nobody has written is named only if no other could be meant: a check over the graph may look for it in
    another resource.
    """
    written = [each for each in found if each.is_written]
    if not written:
        is_of_graph = "resource_type" in record.keys
        return found[0].path if len(found) == 1 and not is_of_graph else ()
    return min(written, key=_rank).path


def _is_of_graph(record: Record) -> bool:
    """Whether the check looks at more resources than one, as far as that shows."""
    return record.check.startswith("CKV2_") or "resource_type" in record.keys


def _rank(each: Seen) -> tuple[bool, bool, int, tuple[str, ...]]:
    return not _is_open(each), each.is_around, -len(each.path), tuple(map(str, each.path))


def _is_open(each: Seen) -> bool:
    values = each.value if isinstance(each.value, list) else [each.value]
    return any(isinstance(value, str) and value.lower() in _EVERYONE for value in values)


def _is_identifier(value: Unresolved) -> bool:
    """Whether it is what the provider calls a resource of this release, through whatever variables it came here.

    Text that is made of it counts too, and a choice that is known to have fallen on it.
    """
    origin = value.reason.removesuffix(_AFTER_APPLY)
    text = value.expression
    condition, is_choice, branches = text.partition(" ? ")
    if is_choice:
        text = origin if origin in branches and origin not in condition else text
    parts = _IN_TEXT.findall(text) or [text]
    if len(parts) == 1 and _REFERENCE.fullmatch(parts[0]) and _IDENTIFIER.fullmatch(origin):
        return True
    return all(_IDENTIFIER.fullmatch(part) for part in parts)


def _is_bounded(value: Unresolved) -> bool:
    """Whether a text has a part of its own around what is not known, so that it cannot be `*`."""
    text = value.expression
    return text[:1] == '"' and bool(_IN_TEXT.sub("", text).strip('"*'))
