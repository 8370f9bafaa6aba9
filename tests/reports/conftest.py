"""Scan results as the pipeline would hand them over, written by hand."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date
from typing import Any

import pytest

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
from scanner.core.location import Location
from scanner.core.notification import Level, Notification
from scanner.core.policy import AppliesTo, Policy, Severity
from scanner.core.resource import Release, Resource, SourceFile
from scanner.core.result import Decision, RootSummary, ScanResult, Verdict
from scanner.core.scope import Scope
from scanner.core.waiver import Waiver

MAIN_TF = """\
resource "aws_s3_bucket" "models" {
  bucket = "acme-models"
}

resource "aws_s3_bucket_acl" "models" {
  bucket = aws_s3_bucket.models.id
  acl    = "public-read"
}

resource "aws_db_instance" "features" {
  password          = "hunter2-hunter2"
  storage_encrypted = var.encrypted
}

# releasegate:ignore=NET-004 until=2027-01-31 reason="a static web site, public by design"
resource "aws_s3_bucket" "site" {
  bucket = "acme-site"
}
"""

SERVING_YAML = """\
apiVersion: serving.kserve.io/v1beta1
kind: InferenceService
metadata:
  name: triage
spec:
  predictor:
    model:
      modelFormat: {name: sklearn}
      storageUri: s3://acme-models/triage/3
"""

POLICIES = {
    "NET-003": Policy(
        id="NET-003",
        title="A model bucket is closed to the public",
        severity=Severity.CRITICAL,
        engine="conditions",
        applies_to=AppliesTo(("aws_s3_bucket_acl",), "terraform"),
        rule={},
        rationale="Whoever can write a model file can run code in the server that loads it; `<bucket>` must be closed.",
        remediation='Set acl = "private". Then add a public access block, so that it stays private.',
        references=("https://docs.example/s3/acl", "https://docs.example/s3/block"),
    ),
    "ENC-002": Policy(
        id="ENC-002",
        title="Restricted data is encrypted with a customer-managed key",
        severity=Severity.HIGH,
        engine="conditions",
        applies_to=AppliesTo(("aws_db_instance",), "terraform"),
        rule={},
        rationale="A key of one's own can be revoked.",
        remediation="Set storage_encrypted and kms_key_id.",
        references=("https://docs.example/rds/kms",),
        aliases=("ENC-902",),
    ),
    "NET-004": Policy(
        id="NET-004",
        title="A bucket has a public access block",
        severity=Severity.MEDIUM,
        engine="conditions",
        applies_to=AppliesTo(("aws_s3_bucket",), "terraform"),
        rule={},
        remediation="Add aws_s3_bucket_public_access_block.",
        references=("https://docs.example/s3/block",),
    ),
    "XFM-001": Policy(
        id="XFM-001",
        title="What a server loads lies in a protected bucket",
        severity=Severity.CRITICAL,
        engine="rego",
        applies_to=AppliesTo(("workload",)),
        rule="",
        rationale="A served model is only as safe as the bucket it is loaded from.",
        remediation="Close the bucket.",
        references=("https://docs.example/serving",),
    ),
    "MOD-001": Policy(
        id="MOD-001",
        title="A model names its owner",
        severity=Severity.LOW,
        engine="conditions",
        applies_to=AppliesTo(("model",)),
        rule={},
        remediation="Name an owner.",
    ),
}

ACL = Resource(
    "aws_s3_bucket_acl.models",
    "aws_s3_bucket_acl",
    "terraform",
    {},
    Location("infra/main.tf", 5, 1, 8, 1),
    origin="infra",
)
DATABASE = Resource(
    "aws_db_instance.features",
    "aws_db_instance",
    "terraform",
    {},
    Location("infra/main.tf", 10, 1, 13, 1),
    origin="infra",
)
MODELS = Resource(
    "aws_s3_bucket.models", "aws_s3_bucket", "terraform", {}, Location("infra/main.tf", 1, 1, 3, 1), origin="infra"
)
SITE = Resource(
    "aws_s3_bucket.site", "aws_s3_bucket", "terraform", {}, Location("infra/main.tf", 16, 1, 18, 1), origin="infra"
)
PREDICTOR = Resource(
    "default/InferenceService/triage/predictor",
    "workload",
    "kubernetes",
    {},
    Location("deploy/serving.yaml", 6, 3, 9, 43),
    origin="deploy/serving.yaml",
)

PUBLIC_ACL = Finding(
    POLICIES["NET-003"],
    ACL,
    Status.FAIL,
    'aws_s3_bucket_acl.models lets everyone read the bucket (acl = "public-read")',
    Location("infra/main.tf", 7, 3, 7, 24),
    attribute="acl",
)
UNKNOWN_KEY = Finding(
    POLICIES["ENC-002"],
    DATABASE,
    Status.UNKNOWN,
    "Whether aws_db_instance.features is encrypted cannot be told",
    Location("infra/main.tf", 12, 3, 12, 35),
    attribute="storage_encrypted",
    cause="var.encrypted has no default",
)
NO_BLOCK = Finding(
    POLICIES["NET-004"],
    MODELS,
    Status.FAIL,
    "aws_s3_bucket.models has no public access block",
    Location("infra/main.tf", 1, 1, 3, 1),
)
WAIVED = Finding(
    POLICIES["NET-004"],
    SITE,
    Status.FAIL,
    "aws_s3_bucket.site has no public access block",
    Location("infra/main.tf", 16, 1, 18, 1),
    waiver=Waiver("NET-004", "a static web site, public by design", date(2027, 1, 31), Location("infra/main.tf", 15)),
)
CROSS = Finding(
    POLICIES["XFM-001"],
    PREDICTOR,
    Status.FAIL,
    "default/InferenceService/triage/predictor loads its model from a bucket that everyone can read",
    Location("deploy/serving.yaml", 9, 7, 9, 43),
    attribute="storage_uri",
    related_locations=(
        RelatedLocation(Location("infra/main.tf", 2, 3, 2, 24), "the bucket aws_s3_bucket.models"),
        RelatedLocation(Location("infra/main.tf", 7, 3, 7, 24), "its access list lets everyone read"),
    ),
    evidence="infra::aws_s3_bucket.models",
)
PASSED = Finding(POLICIES["ENC-002"], ACL, Status.PASS, "fine", Location("infra/main.tf", 5, 1, 8, 1))


def _control(id_: str, title: str, policies: dict[str, Strength], **more: Any) -> Control:
    framework = id_.partition("-")[0]
    control = Control(
        framework.lower(),
        id_,
        title,
        f"{title}, in our own words.",
        f"https://law.example/{framework}",
        Evidence.PARTIAL,
        policies=policies,
    )
    return replace(control, **more)


DIRECT, SUPPORTING = Strength.DIRECT, Strength.SUPPORTING
GDPR_32 = _control("GDPR-32(1)(a)", "Encryption and pseudonymisation", {"ENC-002": DIRECT, "NET-003": SUPPORTING})
GDPR_5 = _control("GDPR-5(1)(f)", "Integrity and confidentiality", {"NET-003": DIRECT, "XFM-001": DIRECT})
GDPR_30 = _control("GDPR-30(1)", "Records of processing", {}, evidence=Evidence.MANUAL)
HIPAA_312 = _control("HIPAA-164.312(a)(2)(iv)", "Encryption and decryption", {"ENC-002": DIRECT, "XFM-001": SUPPORTING})
SOC2_61 = _control("SOC2-CC6.1", "Logical access security", {"NET-003": DIRECT, "NET-004": DIRECT, "XFM-001": DIRECT})
EUAIA_15 = _control("EUAIA-15(5)", "Cybersecurity", {"XFM-001": SUPPORTING}, applies_from={"any": date(2027, 12, 2)})

GDPR = Framework("gdpr", "GDPR", "GDPR", "2016/679", "https://law.example/gdpr", (GDPR_5, GDPR_30, GDPR_32))
HIPAA = Framework("hipaa", "HIPAA", "HIPAA Security Rule", "2013", "https://law.example/hipaa", (HIPAA_312,))
SOC2 = Framework("soc2", "SOC2", "SOC 2", "2017 (2022)", "https://law.example/soc2", (SOC2_61,))
EU_AI_ACT = Framework("eu-ai-act", "EUAIA", "EU AI Act", "2024/1689", "https://law.example/ai", (EUAIA_15,))

FRAMEWORKS = (
    FrameworkResult(
        GDPR,
        applies=True,
        reason="the release declares data: personal",
        controls=(
            ControlResult(GDPR_5, Standing.NOT_MET, "2 failing: NET-003, XFM-001", (PUBLIC_ACL, CROSS)),
            ControlResult(GDPR_30, Standing.NEEDS_A_HUMAN, "no static check can show this"),
            ControlResult(GDPR_32, Standing.NEEDS_A_HUMAN, "only supporting evidence", (PUBLIC_ACL, UNKNOWN_KEY)),
        ),
    ),
    FrameworkResult(HIPAA, applies=False, reason="the release declares no data, so whether this applies is not known"),
    FrameworkResult(
        SOC2,
        applies=True,
        reason="applies to every release",
        controls=(ControlResult(SOC2_61, Standing.NOT_MET, "3 failing", (PUBLIC_ACL, CROSS, NO_BLOCK, WAIVED)),),
    ),
    FrameworkResult(
        EU_AI_ACT,
        applies=True,
        reason="the release declares role: provider",
        controls=(ControlResult(EUAIA_15, Standing.NOT_MET, "1 failing", (CROSS,), upcoming=date(2027, 12, 2)),),
    ),
)

NOTIFICATIONS = (
    Notification(Level.ERROR, "unclosed block: the file was not read", "parser", Location("infra/broken.tf", 3)),
    Notification(Level.WARNING, "this policy has no severity", "bundle", Location("policies/own/X-1.yaml", 1)),
    Notification(Level.NOTE, "no model manifest was found", "linking"),
)

FULL = ScanResult(
    findings=(CROSS, NO_BLOCK, PUBLIC_ACL, PASSED, UNKNOWN_KEY, WAIVED),
    frameworks=FRAMEWORKS,
    notifications=NOTIFICATIONS,
    verdict=Verdict(
        Decision.BLOCKED,
        ("2 critical failures at or above high", "1 check at or above high cannot be decided: a value is unknown"),
    ),
    release=Release(
        resources=(ACL, DATABASE, MODELS, SITE, PREDICTOR),
        source_files=(
            SourceFile("deploy/serving.yaml", "kubernetes", SERVING_YAML),
            SourceFile("infra/main.tf", "terraform", MAIN_TF),
        ),
        secrets=frozenset({"hunter2-hunter2"}),
    ),
    scope=Scope({"data": frozenset({"personal"}), "role": frozenset({"provider"})}, (Location("model.yaml", 4),)),
    policies=tuple(sorted(POLICIES.values(), key=lambda policy: policy.id)),
    roots=(RootSummary("deploy", {"kubernetes": 1}), RootSummary("infra", {"terraform": 1}, 2, 3)),
    bundle_digest="sha256:" + "3f2a9c1d0e4b7788" * 4,
    tool_version="0.1.0",
    as_of="2026-11-21",
)


@pytest.fixture(scope="session")
def full() -> ScanResult:
    """A blocked release with every kind of thing that a report can tell."""
    return FULL


@pytest.fixture(scope="session")
def clean() -> ScanResult:
    """A release in which nothing was found."""
    frameworks = tuple(
        replace(judged, controls=tuple(replace(each, standing=Standing.MET, findings=()) for each in judged.controls))
        for judged in FRAMEWORKS
    )
    verdict = Verdict(Decision.PASSED, ("no open failure at or above high",))
    return replace(FULL, findings=(PASSED,), frameworks=frameworks, notifications=(), verdict=verdict)


@pytest.fixture(scope="session")
def make_result() -> Callable[..., ScanResult]:
    """A result of one finding in one file, with any of the finding's own fields replaced."""

    def make(text: str, path: str = "infra/main.tf", secrets: Sequence[str] = (), **finding: Any) -> ScanResult:
        at = finding.pop("location", Location(path, 1))
        resource = Resource("aws_s3_bucket.x", "aws_s3_bucket", "terraform", {}, at)
        one = replace(Finding(POLICIES["NET-003"], resource, Status.FAIL, "it is open", at), **finding)
        release = Release((resource,), source_files=(SourceFile(path, "terraform", text),), secrets=frozenset(secrets))
        return replace(FULL, findings=(one,), frameworks=(), notifications=(), release=release)

    return make
