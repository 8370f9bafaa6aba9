"""The SARIF 2.1.0 report, for code scanning and SARIF viewers: puts one log of one run together.

The waived findings are in it as suppressed results, the passed ones are not. Nothing in it depends on the
machine: paths are relative to the root of the repository, and there is no time, user or command line.
"""

import re

import sarif_om as om

from scanner.core.notification import Level, Notification
from scanner.core.result import ScanResult
from scanner.reports.clauses import clauses_by_finding
from scanner.reports.interface import RenderOptions
from scanner.reports.safe_text import to_json
from scanner.reports.sarif_locations import ROOT_ID, Locations
from scanner.reports.sarif_results import component_descriptor, finding_result, tool_notification
from scanner.reports.sarif_rules import Taxonomies, rule, taxonomies
from scanner.reports.sarif_serialize import to_plain
from scanner.reports.summary import sort_findings

SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
# GitHub takes what stands before the last slash as the category of the analysis.
AUTOMATION_ID = "releasegate/"
_ABOUT = "https://pypi.org/project/releasegate/"
_SEMANTIC_VERSION = re.compile(r"\d+\.\d+\.\d+(-[0-9A-Za-z.-]+)?(\+[0-9A-Za-z.-]+)?")
_CONFIGURATION = frozenset({"bundle", "config", "waivers"})


def render(result: ScanResult, _: RenderOptions) -> str:
    """The log as JSON; the options are for reports that people read."""
    log = to_plain(om.SarifLog(version="2.1.0", runs=iter([_run(result)])))
    return to_json({"$schema": SCHEMA, "version": log["version"], **log}, opened=4)


def _run(result: ScanResult) -> om.Run:
    locations = Locations(result)
    frameworks = taxonomies(result)
    driver = _driver(result, frameworks)
    rules = {descriptor.id: index for index, descriptor in enumerate(driver.rules)}
    clauses = clauses_by_finding(result)
    heaps = sort_findings(result)
    findings = sorted([*heaps.open, *heaps.waived], key=lambda finding: finding.sort_key)
    return om.Run(
        tool=om.Tool(driver=driver),
        automation_details=om.RunAutomationDetails(id=AUTOMATION_ID),
        column_kind="unicodeCodePoints",
        original_uri_base_ids={ROOT_ID: om.ArtifactLocation(description=om.Message(text="The repository's root."))},
        artifacts=locations.artifacts() or None,
        taxonomies=frameworks.components() or None,
        invocations=[_invocation(result, locations)],
        results=(
            finding_result(finding, rules, clauses.get(finding.fingerprint, ()), frameworks, locations)
            for finding in findings
        ),
        properties={
            "verdict": result.verdict.decision.value,
            "reasons": list(result.verdict.reasons),
            "asOf": result.as_of,
            "bundleDigest": result.bundle_digest,
        },
    )


def _driver(result: ScanResult, frameworks: Taxonomies) -> om.ToolComponent:
    version = result.tool_version
    return om.ToolComponent(
        name="releasegate",
        version=version,
        semantic_version=version if _SEMANTIC_VERSION.fullmatch(version) else None,
        information_uri=_ABOUT,
        rules=[rule(policy, frameworks) for policy in sorted(result.policies, key=lambda policy: policy.id)],
        notifications=[component_descriptor(name) for name in _components(result)] or None,
        supported_taxonomies=frameworks.names() or None,
    )


def _components(result: ScanResult) -> list[str]:
    return sorted({note.component for note in result.notifications})


def _invocation(result: ScanResult, locations: Locations) -> om.Invocation:
    notes = sorted(result.notifications, key=lambda note: note.sort_key)
    components = {name: index for index, name in enumerate(_components(result))}

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
