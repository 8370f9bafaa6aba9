"""What reports say of Checkov's checks: how many there were, which have judged the same, which evidence nothing."""

from collections.abc import Collection, Iterable

from scanner.core.counting import count
from scanner.core.finding import Finding
from scanner.core.policy import CHECKOV, Policy
from scanner.core.result import ScanResult
from scanner.reports.safe_text import one_line

UNMAPPED = "unmapped: evidences no control here"
"""What is said of a policy that is not mapped, where others have their clauses."""


def number_of_checks(result: ScanResult) -> int:
    """How many checks of Checkov were evaluated."""
    return sum(policy.engine == CHECKOV for policy in result.policies) + len(result.quiet_checks)


def judged_by(result: ScanResult) -> str:
    """`165 policies and 883 checks of Checkov`; one of them alone where there were none of the other."""
    own, checks = sum(policy.engine != CHECKOV for policy in result.policies), number_of_checks(result)
    return and_checks(count(own, "policy", "policies") if own or not checks else "", checks)


def and_checks(listed: str, number: int) -> str:
    """`ENC-001, NET-003 and 143 checks of Checkov`; what is listed may be nothing."""
    told = f"{count(number, 'check')} of Checkov" if number else ""
    return " and ".join(each for each in (listed, told) if each)


def listed_policies(policies: Collection[Policy]) -> str:
    """The ids of them, of Checkov's only how many."""
    own = sorted({one_line(policy.id) for policy in policies if policy.engine != CHECKOV})
    return and_checks(", ".join(own), len({policy.id for policy in policies if policy.engine == CHECKOV}))


def below_title(finding: Finding) -> str:
    """The message for where the title of the policy stands above it: that of a check of Checkov repeats it."""
    message, policy = one_line(finding.message), finding.policy
    return message.replace(f'"{one_line(policy.title)}"', "this check") if policy.engine == CHECKOV else message


def also_judged_by(ids: Iterable[str]) -> str:
    """`also judged by CKV_AWS_19`, of any result; nothing without any."""
    told = ", ".join(one_line(id_) for id_ in ids)
    return f"also judged by {told}" if told else ""


def also(finding: Finding) -> str:
    """`CKV_AWS_19, CKV2_AWS_6`: the checks that have judged the same and leave the word to the finding."""
    return ", ".join(one_line(id_) for id_ in finding.also)
