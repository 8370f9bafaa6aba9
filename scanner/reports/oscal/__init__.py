"""The OSCAL report: Assessment Results 1.1 as JSON, one result per scan.

A result says by which day it was judged and not at what time: rendered again on a later day, what was seen is dated to
the beginning of that day, and only the document to the time of rendering.

It is written without a library, because it is plain JSON, and the one that checks it weighs more than this program.
"""

from datetime import date, datetime, time
from hashlib import sha256

from scanner.core.finding import Finding
from scanner.core.result import ScanResult
from scanner.reports.clauses import clauses_by_finding
from scanner.reports.interface import RenderOptions
from scanner.reports.oscal.controls import ControlNames, control_findings, objectives, resources, reviewed_controls
from scanner.reports.oscal.evidence import assessment_assets, inventory_items, is_risk, log_entries, observation, risk
from scanner.reports.oscal.words import PLAN, Json, line, markup, moment, props, uuid_of
from scanner.reports.safe_text import to_json
from scanner.reports.summary import Sorted, sort_findings

OSCAL_VERSION = "1.1.3"


def render(result: ScanResult, options: RenderOptions) -> str:
    """The whole document, passes too. `options.time` is when it is written."""
    heaps = sort_findings(result)
    written = moment(options.time)
    names = ControlNames(result)
    document: Json = {
        "uuid": uuid_of("document", _identity(result, written)),
        "metadata": {
            "title": "Assessment results of releasegate",
            "last-modified": written,
            "version": result.as_of,
            "oscal-version": OSCAL_VERSION,
            "props": props({"tool-version": result.tool_version, "bundle-digest": result.bundle_digest}),
        },
        "import-ap": {"href": f"#{PLAN}", "remarks": "There is no assessment plan in OSCAL; see the resource."},
    }
    own_objectives = objectives(result, names)
    if own_objectives:
        document["local-definitions"] = {"objectives-and-methods": own_objectives}
    document["results"] = [_result(result, heaps, names, _seen(result, options.time))]
    document["back-matter"] = {"resources": resources(result)}
    return to_json({"assessment-results": document}, opened=5)


def _result(result: ScanResult, heaps: Sorted, names: ControlNames, seen: str) -> Json:
    findings = [*heaps.open, *heaps.known, *heaps.waived, *heaps.passed]
    touched = clauses_by_finding(result)
    decision = result.verdict.decision.value
    reasons = "; ".join(result.verdict.reasons)
    items = inventory_items(findings)
    risks = [each for each in findings if is_risk(each)]
    parts: Json = {
        "uuid": uuid_of("result", _identity(result, seen)),
        "title": f"The release is {decision}",
        "description": markup(reasons) or decision,
        "start": seen,
        "end": seen,
        "props": props(_about(result, heaps)),
        "local-definitions": {
            **({"inventory-items": items} if items else {}),
            "assessment-assets": assessment_assets(result),
        },
        "reviewed-controls": reviewed_controls(result, names),
        "assessment-log": {"entries": log_entries(result, seen)},
        # Of a large release these are most of the document, so that each is made when it is written.
        "observations": (observation(each, bool(touched.get(each.fingerprint)), seen) for each in findings),
        "risks": (risk(each) for each in risks),
        "findings": control_findings(result, names, findings),
        "remarks": "A static reading is evidence of design, not of operation. Each objective is only as wide as its "
        "checks; that one is satisfied does not say that the clause, or the release, complies.",
    }
    empty = {"observations": not findings, "risks": not risks}
    return {name: value for name, value in parts.items() if value and not empty.get(name)}


def _seen(result: ScanResult, written: datetime) -> str:
    day = date.fromisoformat(result.as_of)
    return moment(written if day >= written.date() else datetime.combine(day, time(), written.tzinfo))


def _about(result: ScanResult, heaps: Sorted) -> dict[str, str]:
    """The verdict and what was counted; `open` are the findings that need attention, which are the new ones where
    something was compared."""
    verdict, compared = result.verdict, result.comparison
    about = {"verdict": verdict.decision.value, "complete": "yes" if verdict.is_complete else "no"}
    about |= {"profile": line(verdict.profile), "as-of": result.as_of}
    about |= {"open": str(len(heaps.open)), "known": str(len(heaps.known))}
    about |= {"waived": str(len(heaps.waived)), "passed": str(len(heaps.passed))}
    return about | ({"compared-with": line(compared.source), "fixed": str(len(compared.fixed))} if compared else {})


def _identity(result: ScanResult, at: str) -> str:
    """What makes this document another one than that of the next scan: OSCAL wants a new identifier then."""
    verdict = result.verdict
    known = [at, result.as_of, result.bundle_digest, result.tool_version, verdict.decision.value, *verdict.reasons]
    known += [_told(finding) for finding in sorted(result.findings, key=lambda each: each.sort_key)]
    known += [f"{note.level} {note.message} {note.location}" for note in result.notifications]
    known += [
        f"{each.control.id} {each.standing} {each.reason}" for judged in result.frameworks for each in judged.controls
    ]
    return sha256("\n".join(sorted(known)).encode(errors="surrogatepass")).hexdigest()


def _told(finding: Finding) -> str:
    words = (finding.fingerprint, finding.status, finding.message, finding.location, finding.waiver)
    return " ".join(str(word) for word in (*words, finding.baseline_state, *finding.also))
