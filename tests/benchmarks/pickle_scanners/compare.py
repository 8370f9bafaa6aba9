"""Runs scanners of pickles side by side on the same samples and prints what each makes of them as a Markdown table.

Usage: python -m tests.benchmarks.pickle_scanners.compare VENV… [--details] [--every N] [--keep FOLDER]. Each VENV is a
virtual environment with some of the scanners in it; this project's own reading is compared with them. The interpreter
that runs this needs numpy, scikit-learn, joblib, dill and py7zr to make the samples. Nothing is ever unpickled.
"""

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib.metadata import Distribution, distributions
from pathlib import Path

from tests.benchmarks.pickle_scanners.samples import BENIGN, Sample, samples

FOUND, UNSURE, CLEAN, CRASH = "found", "unsure", "clean", "crash"
_TIME_LIMIT = 120.0

_FICKLING = """
import sys, zipfile
from fickling.loader import scan_file, scan_zip_archive
file = sys.argv[1]
is_zip = zipfile.is_zipfile(file)
results = list(scan_zip_archive(file, graceful=True).values()) if is_zip else [scan_file(file, graceful=True)]
worst = max((result.severity.severity for result in results), default=0)
print("verdict:", "found" if worst >= 3 else "unsure" if worst or any(r.errors for r in results) else "clean")
"""
_NATIVE = """
import sys
from modelaudit_picklescan import scan_file
print("verdict:", {"malicious": "found", "clean": "clean"}.get(scan_file(sys.argv[1]).verdict.value, "unsure"))
"""
_OWN = """
import sys
from scanner.parsers.model.files.pickles import inspect
from scanner.parsers.model.files.recognition import opens
with open(sys.argv[1], "rb") as file:
    is_opened = opens(sys.argv[1], file.read(1 << 16))
pickle = (inspect(sys.argv[1]) if is_opened else {}).get("pickle", {"imports": [], "complete": True})
verdicts = {each["verdict"] for each in pickle["imports"]}
unsure = "suspicious" in verdicts or not pickle["complete"]
print("verdict:", "found" if "dangerous" in verdicts else "unsure" if unsure else "clean")
"""


@dataclass(frozen=True)
class Scanner:
    """How a scanner is called with a file as its last argument, and what its answer means."""

    distribution: str
    command: Callable[[Path], Sequence[str]]
    outcome: Callable[[int, str], str]
    mode: str = ""


def _by_exit_code(code: int, _: str) -> str:
    return {0: CLEAN, 1: FOUND}.get(code, UNSURE)


def _by_verdict(_: int, output: str) -> str:
    return output.rpartition("verdict: ")[2].strip() if "verdict: " in output else CRASH


def _by_severity(code: int, output: str) -> str:
    """What modelaudit reports as JSON: it exits with 1 for a warning as well."""
    severities = {issue["severity"] for issue in json.loads(output[output.index("{") :])["issues"]}
    return FOUND if "critical" in severities else UNSURE if "warning" in severities or code else CLEAN


SCANNERS = (
    Scanner("fickling", lambda venv: (str(venv / "bin/python"), "-c", _FICKLING), _by_verdict),
    Scanner("picklescan", lambda venv: (str(venv / "bin/picklescan"), "--path"), _by_exit_code),
    Scanner(
        "picklescan", lambda venv: (str(venv / "bin/picklescan"), "--strict", "--path"), _by_exit_code, " --strict"
    ),
    Scanner("modelscan", lambda venv: (str(venv / "bin/modelscan"), "--path"), _by_exit_code),
    Scanner(
        "modelaudit",
        lambda venv: (str(venv / "bin/modelaudit"), "scan", "--no-cache", "--format", "json", "--quiet"),
        _by_severity,
    ),
    Scanner("modelaudit-picklescan", lambda venv: (str(venv / "bin/python"), "-c", _NATIVE), _by_verdict),
)
OWN = Scanner("releasegate", lambda _: (sys.executable, "-c", _OWN), _by_verdict)


@dataclass(frozen=True)
class Answer:
    """What a scanner said of one sample, after so many seconds of processor time."""

    sample: Sample
    outcome: str
    seconds: float


def ask(scanner: Scanner, venv: Path, sample: Sample, file: Path) -> Answer:
    """Run the scanner on the sample, which lies at `file`; it gets no telemetry out."""
    paths = [str(Path.cwd()), os.environ.get("PYTHONPATH", "")] if scanner is OWN else []
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(paths), "PROMPTFOO_DISABLE_TELEMETRY": "1"}
    before = _processor_seconds()
    try:
        done = subprocess.run(
            [*scanner.command(venv), str(file)],
            capture_output=True, check=False, cwd=file.parent.parent, env=environment, text=True, timeout=_TIME_LIMIT,
        )  # fmt: skip
    except subprocess.TimeoutExpired:
        return Answer(sample, CRASH, _TIME_LIMIT)
    seconds = _processor_seconds() - before
    try:
        outcome = CRASH if done.returncode < 0 else scanner.outcome(done.returncode, done.stdout)
    except ValueError:
        outcome = CRASH
    return Answer(sample, outcome, seconds)


def _processor_seconds() -> float:
    """Of all processes that have been waited for: other work on the machine makes no difference."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def row(title: str, weight: str, answers: Sequence[Answer]) -> str:
    """One line of the table."""
    hostile = [answer for answer in answers if answer.sample.group != BENIGN]
    benign = Counter(answer.outcome for answer in answers if answer.sample.group == BENIGN)
    groups = dict.fromkeys(answer.sample.group for answer in hostile)
    missed = [sum(a.outcome in (CLEAN, CRASH) for a in hostile if a.sample.group == group) for group in groups]
    said = Counter(answer.outcome for answer in hostile)
    seconds = sorted(answer.seconds for answer in answers)[len(answers) // 2]
    cells = (title, said[FOUND], said[UNSURE], sum(missed), *missed, benign[FOUND], benign[UNSURE])
    return "| " + " | ".join(map(str, (*cells, said[CRASH] + benign[CRASH], f"{seconds:.2f}", weight))) + " |"


def head(made: Sequence[Sample]) -> str:
    """The first two lines of the table."""
    groups = Counter(sample.group for sample in made)
    benign = groups.pop(BENIGN, 0)
    cells = [
        "scanner", f"of {sum(groups.values())} hostile: found", "unsure", "missed",
        *(f"{group} ({count})" for group, count in groups.items()),
        f"of {benign} harmless: called hostile", "unsure", "crashes", "CPU seconds a file", "installed",
    ]  # fmt: skip
    return "| " + " | ".join(cells) + " |\n|" + "---|" * len(cells)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("venvs", nargs="*", type=Path)
    parser.add_argument("--details", action="store_true", help="list what each scanner missed or wrongly reported")
    parser.add_argument("--every", type=int, default=1, metavar="N", help="take each Nth sample only, for a quick look")
    parser.add_argument("--keep", type=Path, help="write the samples into this folder and leave them there")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        folder = (options.keep or Path(temporary)).absolute()
        places = _written(folder)[:: options.every]
        print(head([sample for sample, _ in places]), flush=True)
        for scanner, venv, title, weight in (*_installed(options.venvs), (OWN, Path(), "this project", "")):
            answers = [ask(scanner, venv, sample, file) for sample, file in places]
            print(row(title, weight, answers), flush=True)
            if options.details:
                _tell(answers)


def _written(folder: Path) -> list[tuple[Sample, Path]]:
    """Each sample in a folder of its own, for scanners go by the names of files."""
    places = []
    for index, sample in enumerate(samples()):
        file = folder / f"{index:03}" / sample.file
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(sample.content)
        places.append((sample, file))
    return places


def _installed(venvs: Sequence[Path]) -> list[tuple[Scanner, Path, str, str]]:
    """The scanners that are in the environments, with their versions and the weight of what came with them.

    One that is in several is taken from the first.
    """
    rows = []
    seen: set[tuple[str, str]] = set()
    for venv in map(Path.absolute, venvs):
        path = [str(folder) for folder in venv.glob("lib/python*/site-packages")]
        inside = {found.metadata["Name"].lower().replace("_", "-"): found for found in distributions(path=path)}
        for scanner in SCANNERS:
            if scanner.distribution in inside and (scanner.distribution, scanner.mode) not in seen:
                seen.add((scanner.distribution, scanner.mode))
                needed = _needed(scanner.distribution, inside)
                size = sum(_size(inside[name]) for name in needed)
                title = f"{scanner.distribution} {inside[scanner.distribution].version}{scanner.mode}"
                rows.append(
                    (scanner, venv, title, f"{len(needed)} package{'s' * (len(needed) > 1)}, {size / 1e6:.1f} MB")
                )
    return rows


def _needed(name: str, inside: dict[str, Distribution]) -> set[str]:
    """The distribution and all that it requires without extras, as far as it is installed."""
    found: set[str] = set()
    waiting = [name]
    while waiting:
        each = waiting.pop()
        if each in found or each not in inside:
            continue
        found.add(each)
        for required in inside[each].requires or ():
            if "extra ==" not in required:
                stem = "".join(char if char.isalnum() or char in "-_." else " " for char in required).split()[0]
                waiting.append(stem.lower().replace("_", "-"))
    return found


def _size(distribution: Distribution) -> int:
    """Bytes of the distribution's files."""
    files = [Path(str(distribution.locate_file(file))) for file in distribution.files or ()]
    return sum(file.stat().st_size for file in files if file.is_file())


def _tell(answers: Sequence[Answer]) -> None:
    for answer in answers:
        expected = CLEAN if answer.sample.group == BENIGN else FOUND
        if answer.outcome != expected:
            print(f"    {answer.outcome}: {answer.sample.group}: {answer.sample.name}", flush=True)


if __name__ == "__main__":
    main()
