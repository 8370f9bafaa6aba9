"""How the controls stand, in OSCAL's words: one finding per control of every framework that applies.

A finding is about an objective of our own, which is as wide as the checks and no wider: a clause mostly asks for more
than files can show, and OSCAL calls satisfied only what is so completely. Whatever is not `met` is not-satisfied, with
the reason `fail` where a check has failed and `other` where nothing could be determined, as NIST SP 800-53A wants it:
"other than satisfied" includes that the assessor had not enough information.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from hashlib import sha256

from scanner.core.control import ControlResult, Framework, Standing
from scanner.core.finding import Finding
from scanner.core.result import ScanResult
from scanner.reports.checkov_words import and_checks
from scanner.reports.oscal.evidence import is_risk, observation_uuid, risk_uuid
from scanner.reports.oscal.words import ORIGINS, PLAN, Json, line, markup, props, token, uuid_of
from scanner.reports.safe_text import OneLine

_NOTHING = "no-control-in-scope"
_RMF = "http://csrc.nist.gov/ns/rmf"
_STATUS: Mapping[Standing, tuple[str, str]] = {
    Standing.MET: ("satisfied", "pass"),
    Standing.NOT_MET: ("not-satisfied", "fail"),
    Standing.WAIVED: ("not-satisfied", "other"),
    Standing.NOT_EVALUATED: ("not-satisfied", "other"),
    Standing.NEEDS_A_HUMAN: ("not-satisfied", "other"),
}


class ControlNames:
    """The token of each control; two whose tokens would be the same get a different end each."""

    def __init__(self, result: ScanResult) -> None:
        ids = sorted({(framework.id, each.control.id) for framework, each in _judged(result)})
        times = Counter(token(control) for _, control in ids)
        self._tokens = {pair: _distinct(pair, token(pair[1]), times) for pair in ids}

    def control(self, framework: str, control: str) -> str:
        """The token of a control."""
        return self._tokens[framework, control]

    def objective(self, framework: str, control: str) -> str:
        """The token of the objective that the checks of a control have."""
        return f"{self.control(framework, control)}_obj"


def _distinct(pair: tuple[str, str], spelt: str, times: Mapping[str, int]) -> str:
    return spelt if times[spelt] == 1 else f"{spelt}_{sha256('/'.join(pair).encode()).hexdigest()[:8]}"


def objectives(result: ScanResult, names: ControlNames) -> list[Json]:
    """For each control, what the checks ask of the release, and that they do so by reading."""
    return [_objective(framework, judged, names) for framework, judged in _judged(result)]


def _objective(framework: Framework, judged: ControlResult, names: ControlNames) -> Json:
    control = judged.control
    objective = names.objective(framework.id, control.id)
    method = f"{objective}_examine"
    named = ", ".join(f"{id_} ({strength.value})" for id_, strength in sorted(control.policies.items()))
    policies = and_checks(named, control.further)
    asks = f"What these checks can show: {policies}." if policies else "No check can show anything of it."
    return {
        "control-id": names.control(framework.id, control.id),
        "description": f"The part of {markup(control.id)} that files can show.",
        "parts": [
            {
                "id": objective,
                "name": "assessment-objective",
                "props": [{"name": "method-id", "value": method}],
                "prose": markup(asks),
            },
            {
                "id": method,
                "name": "assessment-method",
                "props": [{"name": "method", "ns": _RMF, "value": "EXAMINE"}],
                "parts": [{"name": "assessment-objects", "prose": "The files of the release."}],
            },
        ],
    }


def reviewed_controls(result: ScanResult, names: ControlNames) -> Json:
    """The controls of the frameworks that apply, and in the remarks why the others do not.

    OSCAL has no empty selection: where nothing applies, one is named and excluded again.
    """
    selections = [
        {
            "description": markup(f"{judged.framework.title} {judged.framework.version}") or "a framework",
            "props": props({"framework": line(judged.framework.id), "reason": line(judged.reason)}),
            "links": [{"href": f"#{_resource(judged.framework)}", "rel": "reference"}],
            "include-controls": [
                {"control-id": names.control(judged.framework.id, each.control.id)} for each in judged.controls
            ],
        }
        for judged in result.frameworks
        if judged.applies and judged.controls
    ]
    nothing = {
        "description": "No framework applies to this release: no control was assessed.",
        "include-controls": [{"control-id": _NOTHING}],
        "exclude-controls": [{"control-id": _NOTHING}],
    }
    reviewed: Json = {"control-selections": selections or [nothing]}
    left_out = [
        f"{each.framework.title} does not apply: {each.reason}" for each in result.frameworks if not each.applies
    ]
    if left_out:
        reviewed["remarks"] = markup("; ".join(left_out))
    return reviewed


def control_findings(result: ScanResult, names: ControlNames, order: Sequence[Finding]) -> list[Json]:
    """How each control stands, with the observations and risks that it rests on, in the order of `order`."""
    places = {finding.fingerprint: number for number, finding in enumerate(order)}
    related = {
        finding.fingerprint: (
            OneLine({"observation-uuid": observation_uuid(finding)}),
            OneLine({"risk-uuid": risk_uuid(finding)}),
        )
        for finding in order
    }
    found = []
    for framework, judged in _judged(result):
        rests = sorted(judged.findings, key=lambda each: places[each.fingerprint])
        told = _finding(framework, judged, names)
        observations = [related[each.fingerprint][0] for each in rests]
        risks = [related[each.fingerprint][1] for each in rests if is_risk(each)]
        told |= {"related-observations": observations} if observations else {}
        told |= {"related-risks": risks} if risks else {}
        found.append(told)
    return found


def _finding(framework: Framework, judged: ControlResult, names: ControlNames) -> Json:
    control = judged.control
    state, reason = _STATUS[judged.standing]
    about = {
        "framework": line(framework.id),
        "control": line(control.id),
        "citation": line(control.citation),
        "evidence": control.evidence.value,
        "standing": judged.standing.value,
        "upcoming": judged.upcoming.isoformat() if judged.upcoming else "",
    }
    told: Json = {
        "uuid": uuid_of("finding", f"{framework.id}:{control.id}"),
        "title": f"{markup(control.id)} {markup(control.title)}",
        "description": markup(control.paraphrase or control.title) or markup(control.id),
        "props": props(about),
        "origins": ORIGINS,
        "target": {
            "type": "objective-id",
            "target-id": names.objective(framework.id, control.id),
            "status": {
                "state": state,
                "reason": reason,
                "remarks": f"{judged.standing.value}: {markup(judged.reason)}.",
            },
        },
    }
    if control.url:
        told["links"] = [{"href": line(control.url), "rel": "reference"}]
    return told


def resources(result: ScanResult) -> list[Json]:
    """What the document refers to: what stands for a plan, and the frameworks that apply."""
    plan: Json = {
        "uuid": PLAN,
        "title": "What was assessed, and by what",
        "description": "This stands for an assessment plan in OSCAL, of which there is none. What is assessed follows "
        "from the policies of the bundle and the frameworks that name them.",
        "props": props(
            {
                "bundle-digest": line(result.bundle_digest),
                "policies": str(len(result.policies) + len(result.quiet_checks)),
            }
        ),
    }
    return [plan, *(_framework(judged.framework) for judged in result.frameworks if judged.applies)]


def _framework(framework: Framework) -> Json:
    told: Json = {
        "uuid": _resource(framework),
        "title": markup(framework.title) or markup(framework.id),
        "props": props({"framework": line(framework.id), "version": line(framework.version)}),
    }
    return told | ({"rlinks": [{"href": line(framework.url)}]} if framework.url else {})


def _resource(framework: Framework) -> str:
    return uuid_of("framework", framework.id)


def _judged(result: ScanResult) -> list[tuple[Framework, ControlResult]]:
    return [(judged.framework, each) for judged in result.frameworks if judged.applies for each in judged.controls]
