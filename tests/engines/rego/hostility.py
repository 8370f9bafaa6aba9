"""Policies that mean harm, in a real scan of one bucket beside two that do not."""

import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import yaml

from scanner.config import Config, RegoOptions
from scanner.core.finding import Status
from scanner.core.policy import Severity
from scanner.core.result import ScanResult
from scanner.pipeline import run

FOLDER = Path(__file__).parent / "hostile"
FINDING = 'deny contains {"resource": bucket_key, "message": "found"}'
_BUCKET = 'resource "aws_s3_bucket" "models" {\n  bucket = "acme-models"\n}\n'
_INNOCENT = ("INN-001", "INN-999")
_HEAD = """\
# METADATA
# title: A policy of someone's
# custom:
#   id: {id}
#   severity: low
#   applies_to: {{types: [aws_s3_bucket]}}
#   remediation: None.
package releasegate.{package}

import rego.v1
{imports}

bucket := input.resources.aws_s3_bucket[0].attributes

bucket_key := input.resources.aws_s3_bucket[0].key

"""


@dataclass(frozen=True)
class Outcome:
    """What a scan says of one policy: its notifications, and the messages of what it found to be wrong."""

    said: tuple[str, ...]
    found: tuple[str, ...]
    passed: bool


def table(name: str) -> dict[str, dict[str, Any]]:
    """The cases of a file of the folder, by name."""
    cases: dict[str, dict[str, Any]] = yaml.safe_load((FOLDER / f"{name}.yaml").read_text(encoding="utf-8"))
    return cases


def module(id_: str, rego: str, imports: str = "") -> str:
    """A policy of that id; `bucket` and `bucket_key` are the attributes and the key of the one bucket."""
    return _HEAD.format(id=id_, package=id_.lower().replace("-", "_"), imports=imports) + rego + "\n"


def case_module(id_: str, case: Mapping[str, Any]) -> str:
    """The policy of a case of a table."""
    return module(id_, f"{case.get('also', '')}\n{case['rego']}", case.get("imports", ""))


def scan(
    folder: Path, policies: Mapping[str, str | bytes], *, text: str = _BUCKET, time_limit: float = 1.0
) -> ScanResult:
    """A scan of `text` by the policies, by id, between two innocent ones that must find what they always find."""
    for name in ("policies", "scanned"):
        (folder / name).mkdir()
    (folder / "scanned" / "main.tf").write_text(text, encoding="utf-8")
    innocent = {id_: module(id_, FINDING) for id_ in _INNOCENT}
    for id_, rego in {**policies, **innocent}.items():
        data = rego if isinstance(rego, bytes) else rego.encode()
        (folder / "policies" / f"{id_}.rego").write_bytes(data)
    config = Config(
        paths=(folder / "scanned",),
        as_of=date(2026, 11, 21),
        fail_on=Severity.CRITICAL,
        policy_directories=(folder / "policies",),
        skip_checks=_shipped(),
        rego=RegoOptions(time_limit=time_limit),
    )
    started = time.monotonic()
    result = run(config)
    assert time.monotonic() - started < 60 + 10 * time_limit * len(policies)
    wrong = {finding.policy.id for finding in result.findings if finding.status is Status.FAIL}
    could_be_read = not any(note.component == "parser" for note in result.notifications)
    assert wrong.issuperset(_INNOCENT) or not could_be_read
    return result


def outcome(result: ScanResult, id_: str) -> Outcome:
    """What became of the policy of that id."""
    statuses = [finding for finding in result.findings if finding.policy.id == id_]
    return Outcome(
        tuple(note.message for note in result.notifications if id_ in f"{note.message} {note.location}"),
        tuple(finding.message for finding in statuses if finding.status is not Status.PASS),
        any(finding.status is Status.PASS for finding in statuses),
    )


def _shipped() -> tuple[str, ...]:
    """The ids of the policies that ship, which are not what is tested here."""
    folder = Path(__file__).parents[3] / "policies"
    return tuple(
        sorted(
            path.stem
            for format_ in ("terraform", "kubernetes", "dockerfile", "model", "release")
            for path in (folder / format_).rglob("*")
            if path.suffix in (".yaml", ".rego")
        )
    )
