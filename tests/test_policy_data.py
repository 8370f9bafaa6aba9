"""What the data files of a bundle say reaches its own Rego policies."""

from datetime import date
from pathlib import Path

from scanner.config import Config
from scanner.core.finding import Status
from scanner.core.result import ScanResult
from scanner.pipeline import run

RULE = """\
# METADATA
# title: Few buckets
# custom: {{id: TST-001, severity: high, applies_to: {{types: [aws_s3_bucket]}}}}
package releasegate.tst_001

deny contains {{"resource": bucket.key, "message": "too many"}} if {{
	some bucket in input.resources.aws_s3_bucket
	count(input.resources.aws_s3_bucket) > data.acme.{name}
}}
"""


def _scanned(folder: Path, name: str) -> ScanResult:
    (folder / "house" / "acme").mkdir(parents=True)
    (folder / "house" / "TST-001.rego").write_text(RULE.format(name=name))
    (folder / "house" / "acme" / "data.yaml").write_text("limits: {buckets: 0}\n")
    (folder / "release").mkdir()
    (folder / "release" / "main.tf").write_text('resource "aws_s3_bucket" "models" {\n  bucket = "models"\n}\n')
    config = Config(
        (folder / "release",), date(2026, 11, 21), policy_directories=(folder / "house",), checks=("TST-001",)
    )
    return run(config)


def test_data_are_seen(tmp_path: Path) -> None:
    result = _scanned(tmp_path, "limits.buckets")
    assert [(finding.status, finding.message) for finding in result.findings] == [(Status.FAIL, "too many")]
    assert result.notifications == ()
