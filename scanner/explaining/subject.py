"""Finds what is meant by a word on the command line, and says what there is to say of a policy or a control."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from scanner.authoring.descriptions import Clause, ShownExample, clauses, examples, language
from scanner.config import UsageError
from scanner.core.bundle import Bundle
from scanner.core.control import Control, Evidence, Framework, Strength
from scanner.core.finding import Finding
from scanner.core.policy import Policy
from scanner.core.suggestions import closest

_FINGERPRINT = re.compile(r"[0-9a-f]{6,64}")
BESIDE = {
    Evidence.AUTOMATED: "nothing: the policies show it, as far as the scanned files are what is deployed",
    Evidence.PARTIAL: "evidence of what the policies do not see: processes, people, what runs in the end",
    Evidence.MANUAL: "evidence by people alone: no file can show it",
}


@dataclass(frozen=True)
class PolicyExplanation:
    """A policy with the clauses that it evidences and an example of each status."""

    policy: Policy
    language: str
    clauses: tuple[Clause, ...]
    examples: tuple[ShownExample, ...]


@dataclass(frozen=True)
class ControlExplanation:
    """A control with the policies that evidence it, and what it needs beside them."""

    framework: Framework
    control: Control
    policies: tuple[tuple[Policy, Strength], ...]
    beside: str


def named(word: str, bundle: Bundle, directories: Sequence[Path]) -> PolicyExplanation | ControlExplanation | None:
    """The policy or control of that name, in any case of letters; None where there is neither."""
    policies = {name.lower(): each for each in bundle.policies for name in (each.id, *each.aliases)}
    policy = policies.get(word.lower())
    if policy is not None:
        shown = tuple(examples(policy, directories))
        return PolicyExplanation(policy, language(policy), tuple(clauses(policy, bundle)), shown)
    controls = {each.id.lower(): (frame, each) for frame in bundle.frameworks for each in frame.controls}
    found = controls.get(word.lower())
    if found is not None:
        return _control(*found, bundle)
    return None


def check_fingerprint(word: str, bundle: Bundle) -> None:
    """Raises `UsageError` for a word that is neither a known name nor the beginning of a fingerprint."""
    if _FINGERPRINT.fullmatch(word.lower()):
        return
    names = [each.id for each in bundle.policies] + [each.id for frame in bundle.frameworks for each in frame.controls]
    hint = closest([word], names)
    of_checkov = " --engine checkov" if word.upper().startswith("CKV") else ""
    raise UsageError(
        f"{word!r} is no policy and no control{hint}, and a fingerprint is at least 6 hexadecimal digits; "
        f"see `releasegate policies list{of_checkov}` and `releasegate controls list`"
    )


def _control(framework: Framework, control: Control, bundle: Bundle) -> ControlExplanation:
    by_id = {policy.id: policy for policy in bundle.policies}
    evidencing = tuple((by_id[id_], strength) for id_, strength in control.policies.items() if id_ in by_id)
    beside = BESIDE[control.evidence]
    if not evidencing:
        beside = BESIDE[Evidence.MANUAL]
    return ControlExplanation(framework, control, evidencing, beside)


def findings_of(prefix: str, findings: Sequence[Finding]) -> list[Finding]:
    """The findings whose fingerprint begins so; a whole fingerprint means one alone."""
    wanted = prefix.lower()
    return [each for each in findings if each.fingerprint.startswith(wanted)]
