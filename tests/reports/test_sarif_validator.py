"""Microsoft's SARIF validator, GitHub's rules switched on, has neither an error nor a warning to report.

It runs where `npx` finds @microsoft/sarif-multitool without the network, or where RELEASEGATE_SARIF_MULTITOOL
names its command.
"""

import json
import os
import shlex
import shutil
import subprocess
from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import cache
from pathlib import Path

import pytest

from scanner.core.finding import RelatedLocation, Status
from scanner.core.location import Location
from scanner.core.notification import Level, Notification
from scanner.core.result import ScanResult
from scanner.reports.interface import RenderOptions
from scanner.reports.sarif import render

SCENARIOS = ("findings", "none", "empty", "waivers", "notifications", "odd paths", "odd text", "one line")
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
NETWORK_RULE = "SARIF2006.UrisShouldBeReachable"
# Notes that we accept: GitHub wants a message's text (2002); a scan does not know its commit (2003); a policy may
# have no reference (2012); whole files would multiply the size of the log and may hold secrets (2013); and a file
# of one line has no lines around it (2011).
ACCEPTED_NOTES = frozenset({"SARIF2002", "SARIF2003", "SARIF2011", "SARIF2012", "SARIF2013"})

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


@pytest.fixture(scope="module")
def scenarios(full: ScanResult, clean: ScanResult, make_result: Callable[..., ScanResult]) -> Mapping[str, ScanResult]:
    related = (RelatedLocation(Location("a b/c:d [1] 100% ü.tf", 2, 1, 2, 3), "a [link](http://x) {0}"),)
    return {
        "findings": full,
        "none": clean,
        "empty": replace(
            clean, findings=(), frameworks=(), policies=(), release=replace(clean.release, source_files=())
        ),
        "waivers": replace(full, findings=tuple(finding for finding in full.findings if finding.waiver)),
        "notifications": replace(
            full,
            findings=(),
            notifications=(
                *full.notifications,
                Notification(Level.ERROR, "the worker was killed {9}", "engine"),
                Notification(Level.WARNING, "no [such](1) option", "config", Location("releasegate.yaml", 3)),
            ),
        ),
        "odd paths": make_result("x\ny = 1\nz\n", "a b/c:d [1] 100% ü.tf", related_locations=related),
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
    """What the validator says about each scenario, as (level, rule, message), from one run over all of them."""
    folder = tmp_path_factory.mktemp("sarif")
    for number, name in enumerate(SCENARIOS):
        (folder / f"{number}.sarif").write_text(render(scenarios[name], RenderOptions()), encoding="utf-8")
    return _validate(folder)


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
    answer = subprocess.run([*command, *quoted], capture_output=True, text=True, check=False, timeout=120)
    assert f"{len(list(folder.glob('*.sarif')))} files scanned" in answer.stdout, answer.stdout + answer.stderr
    (run,) = json.loads((folder / "report.json").read_text(encoding="utf-8-sig"))["runs"]
    found: dict[str, list[tuple[str, str, str]]] = {}
    for result in run["results"]:
        file = Path(result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"]).stem
        message = " ".join(result["message"].get("arguments", ()))
        found.setdefault(file, []).append((result.get("level", "warning"), result["ruleId"], message))
    return found


@needs_validator
@pytest.mark.parametrize("number", range(len(SCENARIOS)), ids=SCENARIOS)
def test_validator_has_no_error_and_no_warning_or_is_skipped_without_node(found: Found, number: int) -> None:
    complaints = found.get(str(number), [])

    assert [complaint for complaint in complaints if complaint[0] != "note"] == []
    assert {rule for _, rule, _ in complaints} <= ACCEPTED_NOTES


@needs_validator
def test_validator_does_see_what_is_wrong_or_is_skipped_without_node(full: ScanResult, tmp_path: Path) -> None:
    log = json.loads(render(full, RenderOptions()))
    run = log["runs"][0]
    run["results"][0]["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] = "/home/x/a.tf"
    del run["results"][1]["locations"]
    del run["tool"]["driver"]["rules"][0]["help"]
    (tmp_path / "0.sarif").write_text(json.dumps(log))

    rules = {rule for level, rule, _ in _validate(tmp_path)["0"] if level == "error"}

    assert {"SARIF1004", "GH1001", "GH2012"} <= rules
