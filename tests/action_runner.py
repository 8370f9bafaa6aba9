"""Runs the composite action as a runner of GitHub Actions would, with real files for outputs and summary.

Steps with `run` are run by bash with the flags of a runner; what other actions would do is played by functions.
"""

import os
import re
import subprocess
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).resolve().parent.parent
ACTION: dict[str, Any] = yaml.safe_load((ROOT / "action.yml").read_text(encoding="utf-8"))
_EXPRESSION = re.compile(r"\$\{\{ (.+?) \}\}")

Played = Callable[[Mapping[str, str]], Mapping[str, str]]
"""The inputs of another action to its outputs."""


@dataclass
class Run:
    """What is left of a run: outputs of the action, what the log and the job summary say, and which steps ran."""

    outputs: dict[str, str] = field(default_factory=dict)
    log: str = ""
    summary: str = ""
    steps: list[str] = field(default_factory=list)
    failed: bool = False


def run_action(folder: Path, inputs: Mapping[str, str], played: Mapping[str, Played]) -> Run:
    """One job with this one step in `folder/work`; `played` is by name of the action, such as `actions/cache`."""
    run = Run()
    summary, temp = folder / "summary.md", folder / "runner temp"
    summary.write_text("", encoding="utf-8")
    temp.mkdir(exist_ok=True)
    unknown = set(inputs) - set(ACTION["inputs"])
    assert not unknown, unknown
    known = {f"inputs.{name}": inputs.get(name, spec["default"]) for name, spec in ACTION["inputs"].items()}
    known |= {
        "github.action_path": str(ROOT),
        "github.workspace": str(folder / "work"),
        "runner.temp": str(temp),
        "runner.os": "Linux",
        "runner.arch": "X64",
    }
    for number, step in enumerate(ACTION["runs"]["steps"]):
        if not _holds(step.get("if", "success()"), known, run.failed):
            continue
        run.steps.append(step["name"])
        if "uses" in step:
            given = {name: _filled(str(value), known) for name, value in step.get("with", {}).items()}
            outputs = dict(played[step["uses"].rpartition("@")[0]](given))
        else:
            output = folder / f"output-{number}"
            output.write_text("", encoding="utf-8")
            environment = {name: _filled(value, known) for name, value in step.get("env", {}).items()}
            files = {"RUNNER_TEMP": str(temp), "GITHUB_OUTPUT": str(output), "GITHUB_STEP_SUMMARY": str(summary)}
            machine = {"PATH": os.environ["PATH"], "HOME": str(folder), "GITHUB_ACTIONS": "true", "CI": "true"}
            done = subprocess.run(
                ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", step["run"]],
                cwd=folder / "work",
                env={**environment, **files, **machine},
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
                check=False,
            )
            run.log += done.stdout
            run.failed = run.failed or done.returncode != 0
            outputs = dict(line.split("=", 1) for line in output.read_text(encoding="utf-8").splitlines())
        known |= {f"steps.{step['id']}.outputs.{name}": value for name, value in outputs.items() if "id" in step}
    run.outputs = {name: _filled(spec["value"], known) for name, spec in ACTION["outputs"].items()}
    run.summary = summary.read_text(encoding="utf-8")
    return run


def _filled(text: str, known: Mapping[str, str]) -> str:
    return _EXPRESSION.sub(lambda match: _value(match[1], known), text)


def _value(name: str, known: Mapping[str, str]) -> str:
    if name.startswith("steps."):
        return known.get(name, "")  # what a step that did not run would have put out is empty
    return known[name]


def _holds(condition: str, known: Mapping[str, str], failed: bool) -> bool:
    """The little of GitHub's language that the action uses: status functions, comparisons, and `&&`."""
    parts = condition.split(" && ")
    if "always()" not in parts and failed:
        return False
    return all(part in ("always()", "success()") or _compared(part, known) for part in parts)


def _compared(part: str, known: Mapping[str, str]) -> bool:
    match = re.fullmatch(r"(\S+) (==|!=) '([^']*)'", part)
    assert match, part
    equal = _value(match[1], known) == match[3]
    return equal if match[2] == "==" else not equal
