"""The result of `conftest.py`, had Checkov judged it too: findings of its own, and some that are folded into ours."""

from dataclasses import replace

from scanner.core.control import ControlResult, Standing, Strength
from scanner.core.finding import Finding, Status
from scanner.core.location import Location
from scanner.core.policy import AppliesTo, Policy, Severity
from scanner.core.result import ScanResult
from tests.reports.conftest import ACL, DATABASE, FULL, GDPR_32, NO_BLOCK, PASSED, PUBLIC_ACL, UNKNOWN_KEY, WAIVED


def _check(id_: str, title: str, severity: Severity, **more: object) -> Policy:
    policy = Policy(id_, title, severity, "checkov", AppliesTo(("aws_db_instance",)), None)
    return replace(policy, **more)  # type: ignore[arg-type]


MAPPED = _check(
    "CKV_AWS_157",
    "A database stands in more than one zone",
    Severity.HIGH,
    rationale="One zone fails as a whole.",
    remediation="Set multi_az = true.",
)
UNMAPPED = _check("CKV_AWS_226", "Minor versions are installed by themselves", Severity.LOW, is_mapped=False)
FOLDED = _check("CKV_AWS_20", "A bucket is closed to the public", Severity.CRITICAL, same_as=("NET-003",))
SECOND = _check("CKV2_AWS_6", "A bucket has a public access block", Severity.MEDIUM, same_as=("NET-004", "GONE-1"))
QUIET = ("CKV_AWS_16", "CKV_AWS_17", "CKV_K8S_8")

OWN = Finding(
    MAPPED,
    DATABASE,
    Status.FAIL,
    "aws_db_instance.features does not set multi_az",
    Location("infra/main.tf", 10, 1, 13, 1),
)
OF_NOTHING = replace(
    OWN, policy=UNMAPPED, message="aws_db_instance.features does not set auto_minor_version_upgrade", fingerprint=""
)
MAPPED_PASS = Finding(MAPPED, ACL, Status.PASS, "fine", Location("infra/main.tf", 5, 1, 8, 1))
LEADING = replace(PUBLIC_ACL, also=("CKV2_AWS_6", "CKV_AWS_20"))
WAIVED_TOO = replace(WAIVED, also=("CKV2_AWS_6",))
PASSED_TOO = replace(PASSED, also=("CKV_AWS_20",))


def with_checkov() -> ScanResult:
    """Three checks were quiet and two left out."""
    gdpr = FULL.frameworks[0]
    control = replace(GDPR_32, policies={**GDPR_32.policies, MAPPED.id: Strength.DIRECT}, further=143)
    rests = (LEADING, UNKNOWN_KEY, OWN, MAPPED_PASS, PASSED_TOO)
    judged = ControlResult(control, Standing.NOT_MET, "1 failing: CKV_AWS_157", rests)
    return replace(
        FULL,
        findings=(
            *FULL.findings[:1],
            NO_BLOCK,
            LEADING,
            PASSED_TOO,
            MAPPED_PASS,
            UNKNOWN_KEY,
            WAIVED_TOO,
            OWN,
            OF_NOTHING,
        ),
        frameworks=(replace(gdpr, controls=(*gdpr.controls[:2], judged)), *FULL.frameworks[1:2]),
        policies=(*FULL.policies, FOLDED, MAPPED, SECOND, UNMAPPED),
        quiet_checks=QUIET,
        checks_left_out=2,
    )
