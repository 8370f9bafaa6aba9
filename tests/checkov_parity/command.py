"""The `checkov` command as its users run it, and what it says of a folder."""

import json
import os
import re
import signal
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

PROGRAM = Path(sys.executable).parent / "checkov"

# What would make the command another one than a user with a bare machine has; and what turns its results by chance.
_FOREIGN = re.compile(r"(?:BC_|CHECKOV_|CKV_|PRISMA_|TF_VAR_|LOG_LEVEL|HCL_PARSE|TF_SPLIT|RAW_TF)")
_OFFLINE = {
    "BC_SKIP_MAPPING": "true",
    "CHECKOV_PARALLELIZATION_TYPE": "none",  # with processes it waits for ever for one that has broken off
    "CKV_SKIP_PACKAGE_UPDATE_CHECK": "true",
    "HCL_PARSE_TIMEOUT_SEC": "600",
}
# A staged folder holds nothing but what is to be judged, so that the command must leave nothing out.
STAGED = {
    "CKV_IGNORE_HIDDEN_DIRECTORIES": "false",
    "CKV_IGNORED_DIRECTORIES": ".terraform",
    "CHECKOV_EXPERIMENTAL_TERRAFORM_MANAGED_MODULES": "true",
}
_SECONDS = 600
_MEMORY = 4 << 30
# What has a hundred thousand instances takes it all the memory that there is.
_LIMITED = """
import os, resource, sys
resource.setrlimit(resource.RLIMIT_AS, (int(sys.argv[1]), int(sys.argv[1])))
os.execv(sys.argv[2], sys.argv[2:])
"""


class Said(NamedTuple):
    """One result of the command: Checkov's framework, id, path (without the `/` in front) and resource."""

    framework: str
    check: str
    path: str
    resource: str


@dataclass(frozen=True)
class Output:
    """What the command said: what failed, with the lines, and what a comment or an annotation made it skip.

    `died` is the last line of its complaint where it gave no result.
    """

    failed: Mapping[Said, tuple[int, int]] = field(default_factory=dict)
    skipped: frozenset[Said] = frozenset()
    died: str = ""

    def of(self, framework: str) -> "Output":
        """The part of one of Checkov's frameworks."""
        failed = {each: lines for each, lines in self.failed.items() if each.framework == framework}
        return Output(failed, frozenset(each for each in self.skipped if each.framework == framework), self.died)


def checkov(
    folder: Path,
    frameworks: Sequence[str],
    checks: Sequence[str] = (),
    options: Sequence[str] = (),
    environment: Mapping[str, str] | None = None,
) -> Output:
    """Run the command on a folder, by some checks or by all it has."""
    command = [str(PROGRAM), "-d", str(folder.resolve()), "-o", "json", "--compact", "--skip-download"]
    command += ["--framework", *frameworks, *(["--check", ",".join(checks)] if checks else []), *options]
    with tempfile.TemporaryDirectory() as home:
        kept = {name: value for name, value in os.environ.items() if not _FOREIGN.match(name)}
        return _run(command, Path(home), {**kept, "HOME": home, **_OFFLINE, **(environment or {})})


def _run(command: Sequence[str], folder: Path, environment: Mapping[str, str]) -> Output:
    limited = [sys.executable, "-c", _LIMITED, str(_MEMORY), *command]
    pipe = subprocess.PIPE
    with subprocess.Popen(
        limited, cwd=folder, env=environment, stdout=pipe, stderr=pipe, start_new_session=True
    ) as process:
        try:
            said, complaint = process.communicate(timeout=_SECONDS)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)  # what it has forked as well
            process.communicate()
            return Output(died=f"stopped after {_SECONDS} s")
    try:
        return _output(json.loads(said))
    except ValueError:
        lines = complaint.decode(errors="replace").strip().splitlines()
        return Output(died=lines[-1] if lines else f"it ended with status {process.returncode}")


def _output(said: Any) -> Output:
    failed: dict[Said, tuple[int, int]] = {}
    skipped = set()
    for report in said if isinstance(said, list) else [said]:
        results: Mapping[str, Any] = report.get("results") or {}
        for each in results.get("failed_checks", ()):
            start, end = each["file_line_range"]
            failed[_said(report["check_type"], each)] = (start or 0, end or 0)
        skipped |= {_said(report["check_type"], each) for each in results.get("skipped_checks", ())}
    return Output(failed, frozenset(skipped))


def _said(framework: str, record: Mapping[str, Any]) -> Said:
    resource = record.get("resource_address") or record["resource"]
    return Said(framework, record["check_id"], record["file_path"].lstrip("/"), resource)
