"""Microsoft's SARIF validator, GitHub's rules switched on, has neither an error nor a warning to report.

Of the example projects and of what can be odd about a scan: the full record and the log for GitHub, in one run. It
runs where `npx` finds @microsoft/sarif-multitool without the network, or where RELEASEGATE_SARIF_MULTITOOL names its
command.
"""

import json
import os
import shlex
import shutil
import subprocess
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date
from functools import cache
from pathlib import Path

import pytest

from scanner.config import FILE_NAME, build
from scanner.core.baseline import BaselineState, Comparison, KnownFinding
from scanner.core.finding import Finding, RelatedLocation, Status
from scanner.core.location import Location
from scanner.core.notification import Level, Notification
from scanner.core.result import ScanResult
from scanner.core.waiver import Waiver, WaiverSource
from scanner.pipeline import run
from scanner.reports.interface import RenderOptions
from scanner.reports.sarif import READERS, render
from tests.reports.with_checkov import with_checkov

PROJECTS = Path(__file__).resolve().parents[2] / "fixtures" / "projects"
ODD_PATHS = (
    "a b/c:d [1] 100% ü.tf",
    "-rf.tf",
    "dir#1/what?.tf",
    "new\nline\ttab.tf",
    "日本/€ 🚀.tf",
    "back\\slash%2f..tf",
    "half\udcff.tf",
)
# Rules that are off unless asked for, and one that would ask the network whether every URI answers.
GITHUB_RULES = (
    "GH1001.ProvideRequiredLocationProperties",
    "GH1002.InlineThreadFlowLocations",
    "GH1003.ProvideRequiredRegionProperties",
    "GH1004.ReviewArraysThatExceedConfigurableDefaults",
    "GH1005.LocationsMustBeRelativeUrisOrFilePaths",
    "GH1006.ProvideCheckoutPath",
    "GH1007.ProvideFullyFormattedMessageStrings",
)
MOST_RUNS = 5  # in a file, for GH1004
NETWORK_RULE = "SARIF2006.UrisShouldBeReachable"
# Notes that we accept: GitHub wants a message's text (2002); a scan does not know its commit (2003); a policy may
# have no reference (2012); whole files would multiply the size of the log and may hold secrets (2013); a file of one
# line has no lines around it (2011); and GitHub reads no snippets (2010).
ACCEPTED_NOTES = frozenset({"SARIF2002", "SARIF2003", "SARIF2010", "SARIF2011", "SARIF2012", "SARIF2013"})

Found = Mapping[str, list[tuple[str, str, str]]]


@cache
def _validator() -> tuple[str, ...] | None:
    named = os.environ.get("RELEASEGATE_SARIF_MULTITOOL")
    candidates: list[tuple[str, ...]] = [(named,)] if named else []
    if shutil.which("npx"):
        candidates.append(("npx", "--no-install", "@microsoft/sarif-multitool"))
    for command in candidates:
        answer = subprocess.run([*command, "--version"], capture_output=True, check=False, timeout=60)
        if answer.returncode == 0 and b"SARIF Multitool" in answer.stdout + answer.stderr:
            return command
    return None


needs_validator = pytest.mark.skipif(_validator() is None, reason="Node.js with @microsoft/sarif-multitool not found")


def _projects() -> Mapping[str, ScanResult]:
    """Each example project as it is, of which one has no fault; a faulty one with all that may become of its faults."""
    scanned = {folder.name: _scanned(folder) for folder in sorted(PROJECTS.iterdir()) if folder.is_dir()}
    judged = {
        f"{name}, judged": _judged(result)
        for name, result in scanned.items()
        if any(finding.is_open for finding in result.findings)
    }
    assert 0 < len(judged) < len(scanned)
    return {**scanned, **judged}


def _scanned(folder: Path) -> ScanResult:
    file = folder / FILE_NAME
    config = build([folder], date(2026, 11, 21), {}, file if file.exists() else None)
    return run(replace(config, engines=("own",)))


def _judged(result: ScanResult) -> ScanResult:
    """Its failures waived in the source, waived in a file, known, known and waived, and new, in turn."""
    fixed = KnownFinding("ü/gone away.tf", "ENC-001", "aws_s3_bucket.gone", "acl", "fail", "0" * 64)
    notes = (
        Notification(Level.ERROR, "the worker was killed {9}", "engine"),
        Notification(Level.WARNING, "no [such](1) option", "config", Location("releasegate.yaml", 3)),
        Notification(Level.NOTE, "this waiver covers no finding", "waivers", Location(".releasegate/waivers.yaml", 2)),
        Notification(Level.ERROR, "unclosed block", "parser", Location("infra/ü %.tf", 7)),
    )
    findings = tuple(
        _turned(finding, number % 5) if finding.status is not Status.PASS else finding
        for number, finding in enumerate(result.findings)
    )
    failed = {finding.policy.id for finding in findings if finding.status is not Status.PASS}
    return replace(
        result,
        findings=findings,
        notifications=notes,
        policies=tuple(policy for policy in result.policies if policy.id in failed),
        verdict=replace(result.verdict, profile="prod", is_complete=False),
        comparison=Comparison("main (1a2b3c4)", (fixed,)),
    )


def _turned(finding: Finding, turn: int) -> Finding:
    until, policy = date(2027, 1, 31), finding.policy.id
    inline = Waiver(policy, "by {design} [x](y)", until, finding.location)
    listed = Waiver(
        policy,
        "a web site",
        until,
        Location(".releasegate/waivers.yaml", 4, 3, 9, 20),
        "web team",
        "ciso",
        WaiverSource.FILE,
        "module.*.aws_s3_bucket.*",
        "infra/**",
    )
    elsewhere = replace(listed, location=Location("/etc/waivers.yaml", 1))
    known, new = BaselineState.UNCHANGED, BaselineState.NEW
    turns = ((inline, new), (listed, new), (None, known), (elsewhere, known), (None, new))
    waiver, state = turns[turn]
    return replace(finding, waiver=waiver, baseline_state=state)


@pytest.fixture(scope="module")
def scenarios(full: ScanResult, clean: ScanResult, make_result: Callable[..., ScanResult]) -> Mapping[str, ScanResult]:
    def odd_path(path: str) -> ScanResult:
        related = (RelatedLocation(Location(path, 2, 1, 2, 3), "a [link](http://x) {0}"),)
        return make_result("x\ny = 1\nz\n", path, related_locations=related)

    return {
        **_projects(),
        "everything": full,
        "judged by Checkov too": with_checkov(),
        "everything, judged": _judged(full),
        "nothing": clean,
        "empty": replace(
            clean, findings=(), frameworks=(), policies=(), release=replace(clean.release, source_files=())
        ),
        **{f"path {path!a}": odd_path(path) for path in ODD_PATHS},
        "odd text": make_result(
            "🚀 = \x1b[31m\x00\r\n日本\r\n",
            location=Location("infra/main.tf", 1, 5, 2, 2),
            message="{0} [x](1) \x1b \u202e 🚀 \ud83d",
            cause="${var.x}\nand more",
            status=Status.UNKNOWN,
        ),
        "one line": make_result("a = 1", location=Location("infra/main.tf", 1, 1, 1, 5)),
    }


@pytest.fixture(scope="module")
def found(scenarios: Mapping[str, ScanResult], tmp_path_factory: pytest.TempPathFactory) -> Found:
    """What the validator says about each file, as (level, rule, message), from one run over all of them.

    A file holds the runs of a few scenarios for one reader, because a file each takes longer.
    """
    folder = tmp_path_factory.mktemp("sarif")
    for reader in READERS:
        logs = [json.loads(render(result, RenderOptions(sarif_for=reader))) for result in scenarios.values()]
        for first in range(0, len(logs), MOST_RUNS):
            some = logs[first : first + MOST_RUNS]
            joined = {**some[0], "runs": [run for log in some for run in log["runs"]]}
            (folder / f"{reader}@{first}.sarif").write_text(json.dumps(joined))
    (folder / "wrong.sarif").write_text(json.dumps(_wrong(scenarios["everything"])))
    return _validate(folder)


def _wrong(result: ScanResult) -> object:
    """A log that the validator has to complain about: an absolute path, no location, no help."""
    log = json.loads(render(result, RenderOptions()))
    run = log["runs"][0]
    run["results"][0]["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] = "/home/x/a.tf"
    del run["results"][1]["locations"]
    del run["tool"]["driver"]["rules"][0]["help"]
    return log


def _validate(folder: Path) -> Found:
    command = _validator()
    assert command is not None
    settings = {**dict.fromkeys(GITHUB_RULES, "Error"), NETWORK_RULE: "Disabled"}
    rows = "".join(
        f'<Properties Key="{rule}.Options"><Property Key="RuleEnabled" Value="{value}" '
        'Type="Driver.RuleEnabledState" /></Properties>'
        for rule, value in settings.items()
    )
    (folder / "rules.xml").write_text(f'<?xml version="1.0" encoding="utf-8"?><Properties>{rows}</Properties>')
    arguments = [
        "validate",
        *("--rule-kind", "Sarif;Ghas"),
        *("--level", "Error;Warning;Note"),
        *("--config", str(folder / "rules.xml")),
        *("--output", str(folder / "report.json")),
        *("--log", "ForceOverwrite;PrettyPrint"),
        str(folder / "*.sarif"),
    ]
    # Its launcher hands the arguments to a shell, unquoted.
    quoted = [shlex.quote(argument) for argument in arguments]
    answer = subprocess.run([*command, *quoted], capture_output=True, text=True, check=False, timeout=300)
    assert f"{len(list(folder.glob('*.sarif')))} files scanned" in answer.stdout, answer.stdout + answer.stderr
    (run,) = json.loads((folder / "report.json").read_text(encoding="utf-8-sig"))["runs"]
    found: dict[str, list[tuple[str, str, str]]] = {}
    for result in run["results"]:
        file = Path(result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"]).stem
        message = " ".join(result["message"].get("arguments", ()))
        found.setdefault(file, []).append((result.get("level", "warning"), result["ruleId"], message))
    return found


@needs_validator
@pytest.mark.parametrize("reader", READERS)
def test_validator_has_no_error_and_no_warning_or_is_skipped_without_node(
    found: Found, scenarios: Mapping[str, ScanResult], reader: str
) -> None:
    complaints = [
        (tuple(scenarios)[int(first) :][:MOST_RUNS], *complaint)
        for name, first in (file.split("@") for file in found if "@" in file)
        for complaint in found[f"{name}@{first}"]
        if name == reader
    ]

    assert [complaint for complaint in complaints if complaint[1] != "note"] == []
    # people know Checkov's checks by their ids, which are no word with a number
    others = {rule for _, _, rule, message in complaints if (rule, ".id CKV" in message) != ("SARIF2009", True)}
    assert others <= ACCEPTED_NOTES


@needs_validator
def test_validator_does_see_what_is_wrong_or_is_skipped_without_node(found: Found) -> None:
    rules = {rule for level, rule, _ in found["wrong"] if level == "error"}

    assert {"SARIF1004", "GH1001", "GH2012"} <= rules
