"""Makes a `ScanResult` of the checked JSON value of a saved result."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from typing import Any, TypeVar

from scanner.core.baseline import BaselineState, Comparison, KnownFinding
from scanner.core.control import (
    Control,
    ControlResult,
    Evidence,
    Framework,
    FrameworkResult,
    Standing,
    Strength,
)
from scanner.core.finding import Finding, RelatedLocation, Status
from scanner.core.foreign import ConftestRule, ForeignModules, GatekeeperRule
from scanner.core.notification import Level, Notification
from scanner.core.policy import AppliesTo, Policy, Severity
from scanner.core.resource import Release, Resource
from scanner.core.result import Decision, RootSummary, ScanResult, Verdict
from scanner.core.scope import Scope
from scanner.core.waiver import Waiver, WaiverSource, WaiverState, WaiverUse
from scanner.reports.safe_text import one_line
from scanner.reports.saved.checking import ResultError
from scanner.reports.saved.release import check_parents, link, location, place, resource, source_file

_Json = Mapping[str, Any]
_Built = TypeVar("_Built")


def result(saved: _Json) -> ScanResult:
    """Raises `ResultError` for what fits the schema, but cannot be: a day, a place or an id that does not exist."""
    resources = _each(saved, "resources", resource)
    policies = {policy.id: policy for policy in _each(saved, "policies", _policy)}
    findings = _each(saved, "findings", lambda each: _finding(each, policies, resources))
    by_fingerprint = {finding.fingerprint: finding for finding in findings}
    inside = [each.get("in_release", True) for each in saved["resources"]]
    release = Release(
        resources=tuple(each for each, is_inside in zip(resources, inside, strict=True) if is_inside),
        links=_each(saved, "links", link),
        source_files=_each(saved, "files", source_file),
    )
    try:
        check_parents(release)
    except ValueError as error:
        raise ResultError(f"resources: {one_line(str(error))}") from None
    scope, verdict, compared = saved["scope"], saved["verdict"], saved["comparison"]
    checkov = saved.get("checkov", {})
    return ScanResult(
        findings=findings,
        frameworks=_each(saved, "frameworks", lambda each: _framework(each, by_fingerprint)),
        notifications=_each(saved, "notifications", _notification),
        verdict=Verdict(
            Decision(verdict["decision"]), tuple(verdict["reasons"]), verdict["is_complete"], verdict["profile"]
        ),
        release=release,
        scope=Scope(
            {name: frozenset(values) for name, values in scope["declared"].items()},
            _each(scope, "evidence", location),
        ),
        policies=tuple(policies.values()),
        roots=_each(saved, "roots", _root),
        bundle_digest=saved["bundle_digest"],
        tool_version=saved["tool"]["version"],
        as_of=saved["as_of"],
        waivers=_each(saved, "waivers", _waiver_use),
        comparison=Comparison(compared["source"], _each(compared, "fixed", _known)) if compared else None,
        quiet_checks=tuple(checkov.get("quiet_checks", ())),
        checks_left_out=checkov.get("left_out", 0),
    )


def _each(saved: _Json, name: str, build: Callable[[Any], _Built]) -> tuple[_Built, ...]:
    """Everything in the list of that name. Raises `ResultError` with the place of what cannot be built."""
    built = []
    for index, value in enumerate(saved[name]):
        try:
            built.append(build(value))
        except (ValueError, OverflowError) as error:
            raise ResultError(f"{name}[{index}]: {one_line(str(error))}") from None
    return tuple(built)


def _found(known: Mapping[str, _Built], key: str, noun: str) -> _Built:
    if key not in known:
        raise ValueError(f"there is no {noun} {key}")
    return known[key]


def _policy(saved: _Json) -> Policy:
    applies_to = saved["applies_to"]
    return Policy(
        id=saved["id"],
        title=saved["title"],
        severity=Severity(saved["severity"]),
        engine=saved["engine"],
        applies_to=AppliesTo(tuple(applies_to["types"]), applies_to["format"]),
        rule=_RULES.get(saved["engine"]),
        when=_words(saved["when"]),
        rationale=saved["rationale"],
        remediation=saved["remediation"],
        references=tuple(saved["references"]),
        aliases=tuple(saved["aliases"]),
        deprecated=saved["deprecated"],
        same_as=tuple(saved.get("same_as", ())),
        is_mapped=saved.get("mapped", True),
    )


# That a policy is another program's can be seen by its rule, which is all that a report looks at.
_RULES: Mapping[str, Any] = {
    "conftest": ConftestRule("", "", ForeignModules(())),
    "gatekeeper": GatekeeperRule(ForeignModules(()), "", {}),
}


def _words(saved: Mapping[str, Iterable[str]]) -> Mapping[str, tuple[str, ...]]:
    return {name: tuple(values) for name, values in saved.items()}


def _finding(saved: _Json, policies: Mapping[str, Policy], resources: Sequence[Resource]) -> Finding:
    index, accepted, state = saved["resource"]["index"], saved["waiver"], saved["baseline_state"]
    if index >= len(resources):
        raise ValueError(f"there is no resource of index {index}")
    return Finding(
        policy=_found(policies, saved["policy"], "policy"),
        resource=resources[index],
        status=Status(saved["status"]),
        message=saved["message"],
        location=location(saved["location"]),
        attribute=saved["attribute"],
        related_locations=tuple(
            RelatedLocation(location(each["location"]), each["message"]) for each in saved["related_locations"]
        ),
        cause=saved["cause"],
        waiver=_waiver(accepted) if accepted else None,
        baseline_state=BaselineState(state) if state else None,
        also=tuple(saved.get("also", ())),
        fingerprint=saved["fingerprint"],
    )


def _waiver(saved: _Json) -> Waiver:
    return Waiver(
        policy=saved["policy"],
        reason=saved["reason"],
        until=date.fromisoformat(saved["until"]) if saved["until"] else date.min,
        location=location(saved["location"]),
        owner=saved["owner"],
        approver=saved["approver"],
        source=WaiverSource(saved["source"]),
        address=saved["address"],
        path=saved["path"],
        ticket=saved["ticket"],
    )


def _waiver_use(saved: _Json) -> WaiverUse:
    return WaiverUse(_waiver(saved["waiver"]), WaiverState(saved["state"]), tuple(saved["findings"]), saved["why"])


def _known(saved: _Json) -> KnownFinding:
    return KnownFinding(
        path=saved["path"],
        policy=saved["policy"],
        address=saved["address"],
        attribute=saved["attribute"],
        status=saved["status"],
        fingerprint=saved["fingerprint"],
    )


def _framework(saved: _Json, findings: Mapping[str, Finding]) -> FrameworkResult:
    controls = tuple(_control(each, saved["id"], findings) for each in saved["controls"])
    framework = Framework(
        id=saved["id"],
        prefix=saved["prefix"],
        title=saved["title"],
        version=saved["version"],
        url=saved["url"],
        controls=tuple(judged.control for judged in controls),
        when=_words(saved["when"]),
        note=saved["note"],
    )
    return FrameworkResult(framework, saved["applies"], saved["reason"], controls)


def _control(saved: _Json, framework: str, findings: Mapping[str, Finding]) -> ControlResult:
    control = Control(
        framework=framework,
        id=saved["id"],
        title=saved["title"],
        paraphrase=saved["paraphrase"],
        url=saved["url"],
        evidence=Evidence(saved["evidence"]),
        citation=saved["citation"],
        policies={id_: Strength(strength) for id_, strength in saved["policies"].items()},
        when=_words(saved["when"]),
        applies_from={annex: date.fromisoformat(day) for annex, day in saved["applies_from"].items()},
        kind=saved["kind"],
        note=saved["note"],
        further=saved.get("further_checks", 0),
    )
    return ControlResult(
        control,
        Standing(saved["standing"]),
        saved["reason"],
        tuple(_found(findings, fingerprint, "finding") for fingerprint in saved["findings"]),
        date.fromisoformat(saved["upcoming"]) if saved["upcoming"] else None,
    )


def _root(saved: _Json) -> RootSummary:
    return RootSummary(saved["path"], saved["files_by_format"], saved["files_not_claimed"], saved["files_ignored"])


def _notification(saved: _Json) -> Notification:
    return Notification(Level(saved["level"]), saved["message"], saved["component"], place(saved["location"]))
