"""Puts one SARIF log of one run together, of the findings that the reader of the log is to see.

Nothing in it depends on the machine: paths are relative to the root of the repository, and there is no time, user or
command line.
"""

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import sarif_om as om

from scanner.core.finding import Finding
from scanner.core.notification import Level, Notification
from scanner.core.policy import CHECKOV
from scanner.core.result import ScanResult
from scanner.reports.clauses import clauses_by_finding
from scanner.reports.safe_text import to_json
from scanner.reports.sarif_locations import ROOT_ID, Locations
from scanner.reports.sarif_results import Written, component_descriptor, finding_result, tool_notification
from scanner.reports.sarif_rules import Taxonomies, rule, taxonomies
from scanner.reports.sarif_serialize import to_plain

SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
# GitHub takes what stands before the last slash as the category of the analysis.
AUTOMATION_ID = "releasegate/"
_ABOUT = "https://pypi.org/project/releasegate/"
_SEMANTIC_VERSION = re.compile(r"\d+\.\d+\.\d+(-[0-9A-Za-z.-]+)?(\+[0-9A-Za-z.-]+)?")
_CONFIGURATION = frozenset({"bundle", "config", "waivers"})


@dataclass(frozen=True)
class Log:
    """What goes into a log: findings in their order, notifications, and what is told beside the verdict.

    `for_github` leaves out what code scanning there does not read, and adds what it goes by.
    """

    findings: Collection[Finding]
    notifications: Iterable[Notification]
    properties: Mapping[str, Any] = field(default_factory=dict)
    for_github: bool = False


def written(result: ScanResult, log: Log) -> str:
    """The log as JSON text."""
    plain = to_plain(om.SarifLog(version="2.1.0", runs=iter([_run(result, log)])))
    return to_json({"$schema": SCHEMA, "version": plain["version"], **plain}, opened=4)


def _run(result: ScanResult, log: Log) -> om.Run:
    locations = Locations(result, with_text=not log.for_github)
    frameworks = taxonomies(result)
    notes = sorted(log.notifications, key=lambda note: note.sort_key)
    components = {name: index for index, name in enumerate(sorted({note.component for note in notes}))}
    driver = _driver(result, frameworks, components, log)
    rules = {descriptor.id: index for index, descriptor in enumerate(driver.rules)}
    clauses = clauses_by_finding(result)
    source = result.comparison.source if result.comparison else ""
    shared = Written(rules, frameworks, locations, source, log.for_github)
    return om.Run(
        tool=om.Tool(driver=driver),
        automation_details=om.RunAutomationDetails(id=AUTOMATION_ID),
        column_kind="unicodeCodePoints",
        original_uri_base_ids={ROOT_ID: om.ArtifactLocation(description=om.Message(text="The repository's root."))},
        artifacts=locations.artifacts() or None,
        taxonomies=frameworks.components() or None,
        invocations=[_invocation(notes, components, locations)],
        results=(finding_result(finding, clauses.get(finding.fingerprint, ()), shared) for finding in log.findings),
        properties={**_verdict(result), **log.properties},
    )


def _verdict(result: ScanResult) -> dict[str, Any]:
    verdict = result.verdict
    return {
        "verdict": verdict.decision.value,
        **({"profile": verdict.profile} if verdict.profile else {}),
        "reasons": list(verdict.reasons),
        "isComplete": verdict.is_complete,
        "asOf": result.as_of,
        "bundleDigest": result.bundle_digest,
    }


def _driver(result: ScanResult, frameworks: Taxonomies, components: Iterable[str], log: Log) -> om.ToolComponent:
    """With a rule for each policy that ran, but of Checkov's checks for those alone that a result of the log names."""
    version = result.tool_version
    named = {id_ for finding in log.findings for id_ in (finding.policy.id, *finding.also)}
    shown = (policy for policy in result.policies if policy.engine != CHECKOV or policy.id in named)
    policies = sorted(shown, key=lambda policy: policy.id)
    places = {policy.id: index for index, policy in enumerate(policies)}
    return om.ToolComponent(
        name="releasegate",
        version=version,
        semantic_version=version if _SEMANTIC_VERSION.fullmatch(version) else None,
        information_uri=_ABOUT,
        rules=[rule(policy, frameworks, places, for_github=log.for_github) for policy in policies],
        notifications=[component_descriptor(name) for name in components] or None,
        supported_taxonomies=frameworks.names() or None,
    )


def _invocation(notes: list[Notification], components: Mapping[str, int], locations: Locations) -> om.Invocation:
    def those(configuration: bool) -> list[om.Notification] | None:
        chosen = [note for note in notes if _is_configuration(note) is configuration]
        return [tool_notification(note, components, locations) for note in chosen] or None

    return om.Invocation(
        execution_successful=not any(note.level is Level.ERROR for note in notes),
        tool_execution_notifications=those(configuration=False),
        tool_configuration_notifications=those(configuration=True),
    )


def _is_configuration(note: Notification) -> bool:
    return note.component in _CONFIGURATION
