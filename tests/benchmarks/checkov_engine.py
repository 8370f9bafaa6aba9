"""Times `releasegate scan` with Checkov as its engine beside the `checkov` command, and prints the ratios.

Usage: python -m tests.benchmarks.checkov_engine [--rounds N] [FOLDER…]; without folders the example release, and what
Checkov's being installed costs the commands that do not need it.

In each round the commands take turns on each folder: `checkov` by itself, the same told to stay offline and to run what
the engine runs, a scan with nothing in the cache, the next one with all of it there, and one by the project's own
engines alone. Wall time is what counts; processor time is that of the command and its processes. Of each the median of
the rounds is shown, in seconds, and its ratio to the quicker way of running `checkov`.
"""

import argparse
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.environments import environment

_PROJECT = Path(__file__).resolve().parents[2]
_BIN = Path(sys.executable).parent
_FRAMEWORKS = ("terraform", "terraform_plan", "kubernetes", "dockerfile")
_COMMANDS = ("checkov", "checkov offline", "first scan", "second scan", "own engines")
_WITHOUT_CHECKOV = (
    ("--version",),
    ("--help",),
    ("policies", "list"),
    ("controls", "list"),
    ("scan", "--engine", "own", "fixtures/checkov/release", "--no-progress"),
)


@dataclass(frozen=True)
class _Run:
    """Seconds of wall time, and of the processor."""

    wall: float
    processor: float


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folders", nargs="*", type=Path)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--start", action="store_true", help="what its being installed costs, beside the folders")
    options = parser.parse_args()
    for folder in options.folders or [_PROJECT / "fixtures" / "projects" / "triage-model"]:
        _compare(folder, options.rounds)
    if options.start or not options.folders:
        _start(options.rounds)


def _compare(folder: Path, rounds: int) -> None:
    runs: dict[str, list[_Run]] = {name: [] for name in _COMMANDS}
    for _ in range(rounds):
        with tempfile.TemporaryDirectory() as cache:
            for name, command in _commands(folder).items():
                runs[name].append(_measure(command, {"RELEASEGATE_CACHE": cache}))
    walls = {name: statistics.median(each.wall for each in several) for name, several in runs.items()}
    best = min(walls["checkov"], walls["checkov offline"])
    print(folder)
    for name, several in runs.items():
        processor = statistics.median(each.processor for each in several)
        print(
            f"  {name:16} {walls[name]:7.2f} s  processor {processor:7.2f} s  ratio {walls[name] / best:5.2f}",
            flush=True,
        )


def _commands(folder: Path) -> Mapping[str, Sequence[str]]:
    theirs = [str(_BIN / "checkov"), "-d", str(folder.resolve())]
    ours = [str(_BIN / "releasegate"), "scan", str(folder.resolve()), "--no-progress"]
    offline = ["--skip-download", "--framework", *_FRAMEWORKS]
    commands = (theirs, [*theirs, *offline], ours, ours, [*ours, "--engine", "own"])
    return dict(zip(_COMMANDS, commands, strict=True))


def _start(rounds: int) -> None:
    """Commands that need no Checkov, in an environment that has it and in one that has not."""
    print("with Checkov installed, and without")
    with tempfile.TemporaryDirectory() as name:
        pythons = [environment(Path(name, "with")), environment(Path(name, "without"), "checkov")]
        for words in _WITHOUT_CHECKOV:
            runs: list[list[float]] = [[], []]
            for turn in range(rounds * 2 + 1):
                for number in (0, 1) if turn % 2 else (1, 0):
                    run = _measure([str(pythons[number]), "-m", "scanner", *words], {})
                    if turn:  # the first one has bytecode to write
                        runs[number].append(run.wall)
            here, away = map(statistics.median, runs)
            print(f"  {' '.join(words)[:40]:40} {here:6.3f} s  {away:6.3f} s  ratio {here / away:5.2f}", flush=True)


def _measure(command: Sequence[str], environment: Mapping[str, str]) -> _Run:
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    start = time.perf_counter()
    subprocess.run(
        command,
        env={**os.environ, **environment},
        cwd=_PROJECT,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        check=False,
    )
    wall = time.perf_counter() - start
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return _Run(wall, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)


if __name__ == "__main__":
    main()
