"""Times `releasegate scan` beside another command on the same folder in one run, and prints the ratios.

Usage: python -m tests.benchmarks.compare FOLDER [--rounds N] -- OTHER COMMAND…, for example
`python -m tests.benchmarks.compare fixtures/projects/triage-model -- checkov -d fixtures/projects/triage-model`.

The commands take turns. Time is wall time, of which the median counts; memory is the highest sum of the proportional
set sizes (Linux: pages that processes share count once) of a command and all its processes, sampled every 20 ms.
"""

import argparse
import statistics
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import psutil

_SAMPLE_SECONDS = 0.02


@dataclass(frozen=True)
class Run:
    """One run of a command: seconds of wall time and bytes of memory at the highest."""

    seconds: float
    peak_bytes: int


def measure(command: Sequence[str]) -> Run:
    """Run the command to its end, whatever its exit code."""
    start = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    peak = 0
    while process.poll() is None:
        peak = max(peak, _memory(process.pid))
        time.sleep(_SAMPLE_SECONDS)
    return Run(time.perf_counter() - start, peak)


def _memory(pid: int) -> int:
    try:
        parent = psutil.Process(pid)
        members = [parent, *parent.children(recursive=True)]
    except psutil.Error:
        return 0
    total = 0
    for member in members:
        try:
            total += member.memory_full_info().pss
        except psutil.Error:
            continue
    return total


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("other", nargs="+")
    arguments = parser.parse_args()
    ours = [str(Path(sys.executable).parent / "releasegate"), "scan", arguments.folder, "--no-progress"]
    runs: dict[str, list[Run]] = {"releasegate": [], arguments.other[0]: []}
    for _ in range(arguments.rounds):
        for name, command in zip(runs, (ours, arguments.other), strict=True):
            runs[name].append(measure(command))
    seconds = {name: statistics.median(run.seconds for run in each) for name, each in runs.items()}
    peaks = {name: statistics.median(run.peak_bytes for run in each) for name, each in runs.items()}
    for name in runs:
        print(f"{name:24} {seconds[name]:7.2f} s  {peaks[name] / (1 << 20):7.0f} MiB")
    mine, other = list(runs)
    print(f"{'ratio':24} {seconds[mine] / seconds[other]:7.2f}    {peaks[mine] / peaks[other]:7.2f}")


if __name__ == "__main__":
    main()
