"""Compares how fast models are hashed with `sha256sum` on the same file, one after the other in the same run.

Usage: python -m tests.benchmarks.hashing [MIB] [ROUNDS]. Both take turns, so that what else the machine does falls on
both; the file is random and read once before, so that neither waits for the disk.
"""

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median

from scanner.parsers.interface import ParseContext
from scanner.parsers.model.files.hashing import Digests
from scanner.parsers.model.files.places import Place

_BLOCK = 1 << 20


def main() -> None:
    size, rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 2048, int(sys.argv[2]) if len(sys.argv) > 2 else 3
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder).resolve() / "weights.safetensors"
        with file.open("wb") as written:
            for _ in range(size):
                written.write(os.urandom(_BLOCK))
        theirs: list[float] = []
        ours: list[float] = []
        expected = _sha256sum(file)
        for number in range(rounds):
            turns: list[tuple[list[float], Callable[[Path], str]]] = [(theirs, _sha256sum), (ours, _digest)]
            for times, digest in turns if number % 2 == 0 else turns[::-1]:
                began = time.perf_counter()
                found = digest(file)
                times.append(time.perf_counter() - began)
                if found != expected:
                    raise SystemExit("the digests differ")
        for name, times in (("sha256sum", theirs), ("releasegate", ours)):
            shown = " ".join(f"{each:.2f}" for each in times)
            print(f"{name:12} {shown} s, median {size / median(times):.0f} MiB/s")
        print(f"ratio of the throughputs {median(theirs) / median(ours):.2f}")


def _sha256sum(file: Path) -> str:
    ran = subprocess.run(["sha256sum", str(file)], capture_output=True, text=True, check=True)
    return ran.stdout.split()[0]


def _digest(file: Path) -> str:
    with Digests(ParseContext(file.parent)) as digests:
        return digests.of(Place(file.name, file))["sha256"]


if __name__ == "__main__":
    main()
