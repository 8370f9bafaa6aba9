"""A result of any size for tests and measurements of the page: buckets in many files, judged by many policies."""

from dataclasses import replace
from datetime import date

from scanner.core.baseline import BaselineState, Comparison, KnownFinding
from scanner.core.control import Control, ControlResult, Evidence, Framework, FrameworkResult, Standing, Strength
from scanner.core.finding import Finding, RelatedLocation, Status
from scanner.core.location import Location
from scanner.core.notification import Level, Notification
from scanner.core.policy import AppliesTo, Policy, Severity
from scanner.core.resource import Link, Release, Resource, SourceFile
from scanner.core.result import Decision, RootSummary, ScanResult, Verdict
from scanner.core.scope import Scope
from scanner.core.waiver import Waiver, WaiverSource, WaiverState, WaiverUse

_MOST_POLICIES = 40
_BUCKETS_IN_A_FILE = 25
_LINES_OF_A_BUCKET = 12
_KNOWN = 30


def large_result(number: int) -> ScanResult:
    """`number` open findings, one to a policy and bucket, and beside them known, waived and passed ones.

    There are 40 policies, or as many as have at least three findings each.
    """
    policies = [_policy(each) for each in range(min(_MOST_POLICIES, -(-number // 3)))]
    buckets = [_bucket(each) for each in range(-(-number // len(policies)) + 1)]
    judged = [(policy, bucket) for bucket in buckets[:-1] for policy in policies][:number]
    model = Resource("model.risk[card]", "model", "model", {}, Location("model/card.md", 1, 1, 3, 1))
    server = Resource(
        "prod/Deployment/risk/pod", "workload", "kubernetes", {}, Location("deploy/risk.yaml", 1, 1, 2, 9)
    )
    findings = [_finding(policy, bucket, server, at) for at, (policy, bucket) in enumerate(judged)]
    last = buckets[-1]
    known = [replace(_finding(each, last, server, 0), baseline_state=BaselineState.UNCHANGED) for each in policies]
    waiver = Waiver(
        policies[0].id,
        "an archive that nobody can reach",
        date(2026, 12, 5),
        Location(".releasegate/waivers.yaml", 3),
        "data-platform",
        "security-board",
        WaiverSource.FILE,
        "aws_s3_bucket.archive",
    )
    archive = Resource("aws_s3_bucket.archive", "aws_s3_bucket", "terraform", {}, Location("infra/archive.tf", 1))
    waived = replace(_finding(policies[0], archive, server, 0), waiver=waiver)
    passed = Finding(policies[1], archive, Status.PASS, "fine", archive.location)
    everything = (*findings, *known[:_KNOWN], waived, passed)
    links = [Link(server.key, "serves", model.key, server.location)]
    links += [Link(server.key, "stores_in", bucket.key, server.location, bucket.location) for bucket in buckets]
    return ScanResult(
        findings=tuple(sorted(everything, key=lambda finding: finding.sort_key)),
        frameworks=(_framework(policies, findings),),
        notifications=(Notification(Level.ERROR, "unclosed block", "parser", Location("infra/broken.tf", 3)),),
        verdict=Verdict(Decision.BLOCKED, (f"{number} failures",), is_complete=False, profile="prod"),
        release=Release((*buckets, archive, model, server), tuple(links), source_files=_files(buckets)),
        scope=Scope({"data": frozenset({"personal"})}),
        policies=tuple(policies),
        roots=(RootSummary(".", {"terraform": len(buckets)}, 3, 1),),
        bundle_digest="sha256:" + "3f2a9c1d0e4b7788" * 4,
        tool_version="0.1.0",
        as_of="2026-11-21",
        waivers=(
            WaiverUse(waiver, WaiverState.IN_FORCE, (waived.fingerprint,)),
            WaiverUse(replace(waiver, until=date(2026, 11, 1)), WaiverState.EXPIRED, (), "it ended on 2026-11-01"),
        ),
        comparison=Comparison(
            "main (1a2b3c4)",
            (KnownFinding("infra/old.tf", policies[2].id, "aws_s3_bucket.old", "acl", "fail", "0" * 64),),
        ),
    )


def _policy(number: int) -> Policy:
    return Policy(
        id=f"LRG-{number:03}",
        title=f"A bucket keeps to rule {number} of those that large organisations have",
        severity=list(Severity)[number % 4],
        engine="conditions",
        applies_to=AppliesTo(("aws_s3_bucket",), "terraform"),
        rule={},
        rationale="Whoever can read the bucket can read what the model was trained on. " * 3,
        remediation="Set `acl` to `private`, and add a public access block that keeps it so. " * 2,
        references=("https://docs.example/s3/acl", "https://docs.example/s3/block"),
    )


def _bucket(number: int) -> Resource:
    path = f"infra/team-{number // _BUCKETS_IN_A_FILE:03}/main.tf"
    line = 1 + number % _BUCKETS_IN_A_FILE * _LINES_OF_A_BUCKET
    place = Location(path, line, 1, line + _LINES_OF_A_BUCKET - 2, 1)
    return Resource(
        f"aws_s3_bucket.store_{number}", "aws_s3_bucket", "terraform", {}, place, origin=path.rpartition("/")[0]
    )


def _files(buckets: list[Resource]) -> tuple[SourceFile, ...]:
    texts: dict[str, str] = {}
    for bucket in buckets:
        name = bucket.address.rpartition(".")[2]
        body = "".join(f'  setting_{line} = "value of setting {line} of {name}"\n' for line in range(9))
        texts[bucket.location.path] = (
            texts.get(bucket.location.path, "") + f'resource "aws_s3_bucket" "{name}" {{\n{body}}}\n\n'
        )
    texts["deploy/risk.yaml"] = "kind: Deployment\nname: risk\n"
    return tuple(SourceFile(path, "terraform", text) for path, text in sorted(texts.items()))


def _finding(policy: Policy, bucket: Resource, server: Resource, at: int) -> Finding:
    line = bucket.location.start_line + 1 + at % 9
    unknown = at % 17 == 5
    related = (RelatedLocation(server.location, f"{server.address} loads from it"),) if at % 4 == 0 else ()
    return Finding(
        policy,
        bucket,
        Status.UNKNOWN if unknown else Status.FAIL,
        f"{bucket.address} does not keep to {policy.id}: setting_{at % 9} is not what it should be",
        Location(bucket.location.path, line, 3, line, 40),
        attribute=f"setting_{at % 9}",
        related_locations=related,
        cause=f"var.setting_{at % 9} has no default" if unknown else "",
        evidence=str(at),
    )


def _framework(policies: list[Policy], findings: list[Finding]) -> FrameworkResult:
    controls = tuple(
        Control(
            "gdpr",
            f"GDPR-{32 + number}(1)",
            f"Security of processing, part {number}",
            "Personal data are kept from those who have no business with them.",
            "https://law.example/gdpr",
            Evidence.PARTIAL,
            policies={policies[number].id: Strength.SUPPORTING, policies[-1 - number].id: Strength.DIRECT},
        )
        for number in range(len(policies) // 2)
    )
    framework = Framework("gdpr", "GDPR", "GDPR", "2016/679", "https://law.example/gdpr", controls)
    results = tuple(
        ControlResult(
            control,
            Standing.NOT_MET,
            "failing",
            tuple(finding for finding in findings if finding.policy.id in control.policies),
        )
        for control in controls
    )
    return FrameworkResult(framework, applies=True, reason="the release declares data: personal", controls=results)
