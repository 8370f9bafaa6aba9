"""SARIF results and notifications: findings as `results`, the tool's own trouble under `invocations`.

A FAIL is a result of kind `fail` with the level of its severity. An UNKNOWN is of kind `review`, because a
person has to look at the value that is not known; SARIF (3.27.9) then demands the level `none`. A PASS is
left out. Each result's `partialFingerprints` hold the finding's own fingerprint, made of policy, folder,
address and evidence, so that an alert survives an edit that moves its line.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sarif_om as om

from scanner.core.baseline import BaselineState
from scanner.core.finding import Finding, RelatedLocation, Status
from scanner.core.notification import Notification
from scanner.core.waiver import Waiver, WaiverSource
from scanner.reports.checkov_words import also
from scanner.reports.clauses import Clause
from scanner.reports.safe_text import one_line
from scanner.reports.sarif_locations import Locations, is_inside, message_text, outside
from scanner.reports.sarif_rules import LEVEL, Taxonomies

FINGERPRINT = "releasegate/v1"
# The one that code scanning on GitHub and on Azure DevOps goes by.
GITHUB_FINGERPRINT = "primaryLocationLineHash"
# A message with more links than these is no longer one; it says how many there are beside.
_MOST_RELATED = 100


@dataclass(frozen=True)
class Written:
    """What all results of a log share: the index of each rule, the clauses, the places, what was compared with."""

    rules: Mapping[str, int]
    taxonomies: Taxonomies
    locations: Locations
    source: str = ""
    for_github: bool = False


def finding_result(finding: Finding, clauses: Sequence[Clause], log: Written) -> om.Result:
    """One finding that did not pass."""
    failed = finding.status is Status.FAIL
    related = finding.related_locations[:_MOST_RELATED]
    taxa = [log.taxonomies.reference(clause.framework.id, clause.control.id) for clause in clauses]
    return om.Result(
        rule_id=finding.policy.id,
        rule_index=log.rules.get(finding.policy.id, -1),
        kind="fail" if failed else "review",
        level=LEVEL[finding.policy.severity] if failed else "none",
        message=om.Message(text=_message(finding, related)),
        locations=[log.locations.of_resource(finding.location, finding.resource)],
        related_locations=[
            om.Location(
                id=number,
                message=om.Message(text=message_text(entry.message or str(entry.location))),
                physical_location=log.locations.physical(entry.location),
            )
            for number, entry in enumerate(related, start=1)
        ]
        or None,
        partial_fingerprints=_fingerprints(finding, log),
        taxa=[taxon for taxon in taxa if taxon] or None,
        baseline_state=finding.baseline_state.value if finding.baseline_state else None,
        suppressions=list(_suppressions(finding, log)) or None,
        properties=_properties(finding),
    )


def _message(finding: Finding, related: Sequence[RelatedLocation]) -> str:
    """Whole sentences; related locations are links, because GitHub shows only those that the message names."""
    sentences = [_sentence(message_text(finding.message or finding.policy.title))]
    if finding.cause:
        sentences.append(_sentence(f"Not known: {message_text(finding.cause)}"))
    if related:
        links = (f"[{_link_text(entry)}]({number})" for number, entry in enumerate(related, start=1))
        left_out = len(finding.related_locations) - len(related)
        sentences.append(f"See {', '.join(links)}{f' and {left_out} more' if left_out else ''}.")
    if finding.also:
        sentences.append(f"Also judged by {message_text(also(finding))}.")
    return " ".join(sentences)


def _link_text(entry: RelatedLocation) -> str:
    text = one_line(entry.message or str(entry.location)).replace("{", "{{").replace("}", "}}")
    return text.replace("\\", "\\\\").replace("[", "\\[").replace("]", "\\]")


def _sentence(text: str) -> str:
    return text if text.endswith((".", "!", "?")) else f"{text}."


def _properties(finding: Finding) -> dict[str, Any]:
    properties = {"status": finding.status.value, "severity": finding.policy.severity.value}
    optional = {"attribute": finding.attribute, "cause": finding.cause, "also": list(finding.also)}
    return {**properties, **{name: value for name, value in optional.items() if value}}


def _fingerprints(finding: Finding, log: Written) -> dict[str, str]:
    own = {FINGERPRINT: finding.fingerprint}
    return {**own, GITHUB_FINGERPRINT: finding.fingerprint} if log.for_github else own


def _suppressions(finding: Finding, log: Written) -> Iterator[om.Suppression]:
    if finding.waiver:
        yield _waived(finding.waiver, log.locations)
    if finding.baseline_state is BaselineState.UNCHANGED:
        where = one_line(log.source)
        text = f"Known from {where}; nobody has accepted it" if where else "Known from before; nobody has accepted it"
        yield om.Suppression(kind="external", justification=text, properties={"baseline": where})


def _waived(waiver: Waiver, locations: Locations) -> om.Suppression:
    people = {"owner": one_line(waiver.owner), "approver": one_line(waiver.approver)}
    covers = {"address": one_line(waiver.address), "path": one_line(waiver.path)}
    told = {"until": waiver.until.isoformat(), **people, **covers}
    inside = is_inside(waiver.location.path)
    return om.Suppression(
        kind="inSource" if waiver.source is WaiverSource.INLINE else "external",
        justification=one_line(waiver.reason),
        location=om.Location(physical_location=locations.physical(waiver.location)) if inside else None,
        properties={name: value for name, value in told.items() if value},
    )


def tool_notification(note: Notification, components: Mapping[str, int], locations: Locations) -> om.Notification:
    """`components` gives the index of the descriptor of each component."""
    where = None
    if note.location:
        inside = note.component != "bundle"
        where = om.Location(physical_location=locations.physical(note.location)) if inside else outside(note.location)
    return om.Notification(
        level=note.level.value,
        message=om.Message(text=_sentence(message_text(note.message))),
        descriptor=om.ReportingDescriptorReference(id=note.component, index=components[note.component]),
        locations=[where] if where else None,
    )


def component_descriptor(name: str) -> om.ReportingDescriptor:
    """Which part of the tool a notification comes from."""
    text = om.MultiformatMessageString(text=f"What the {name} stage of the scan could not do, or noticed about it.")
    return om.ReportingDescriptor(
        id=name,
        name="".join(word.capitalize() for word in name.split()) + "Notification",
        short_description=om.MultiformatMessageString(text=f"Notification of the {name} stage"),
        full_description=text,
        help=text,
    )
