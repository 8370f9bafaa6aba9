"""Policy folders for tests, made from the texts of their files."""

from collections.abc import Mapping
from pathlib import Path

from scanner.authoring.policy_folder import policy_folder
from scanner.authoring.testing import FolderRun, Wanted, run_folder

BUCKETS = """# METADATA
# title: Buckets keep what is in them
# description: Content that is gone is gone.
# custom:
#   id: TST-001
#   severity: high
#   applies_to: {format: terraform, types: [aws_s3_bucket]}
#   reads: [force_destroy]
#   remediation: Take force_destroy out.
package releasegate.tst_001

import rego.v1

import data.lib.releasegate as lib

deny contains finding if {
	some r in input.resources.aws_s3_bucket
	not lib.unresolved(r.attributes.force_destroy)
	r.attributes.force_destroy == true
	finding := {"resource": r.key, "attribute": "force_destroy", "message": "it can be destroyed"}
}
"""


def folder_of(base: Path, files: Mapping[str, str]) -> Path:
    """The folder with these files, by their paths in it."""
    for name, text in files.items():
        path = base / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return base


def run_in(base: Path, files: Mapping[str, str], wanted: Wanted | None = None) -> FolderRun:
    """What testing a folder of these files comes to."""
    return run_folder(policy_folder(folder_of(base, files)), wanted or Wanted())


def results(run: FolderRun) -> dict[str, str]:
    """The result of each test by its name."""
    return {outcome.name: str(outcome.result) for outcome in run.outcomes}


def details(run: FolderRun, name: str) -> str:
    """What is said about the test of that name."""
    (found,) = [outcome for outcome in run.outcomes if outcome.name == name]
    return "\n".join(found.details)
