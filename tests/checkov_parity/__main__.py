"""Holds the Checkov engine against the `checkov` command, and explains every difference.

Usage: python -m tests.checkov_parity [--all] [--raw] [--counts] [FOLDER…]; without folders it is those of the fixtures.

Three comparisons for each folder, of what fails by check, file and address:
1. the raw answers of the engine's units against the command on the same files, with the same checks;
2. the raw answers against the findings of a whole scan by all engines;
3. the raw answers together against the plain command on the whole folder, as its users run it.
The exit code is 1 where a difference has no reason that this program knows.
"""

import argparse
import sys
import time
from pathlib import Path

from scanner import scan
from scanner.discovery import repository_root
from scanner.pipeline import read
from tests.checkov_parity.differences import Compared, listed, table
from tests.checkov_parity.judged import checks_of, config_of, judged
from tests.checkov_parity.raw import compare_raw
from tests.checkov_parity.told import compare_findings
from tests.checkov_parity.whole import compare_whole

_FIXTURES = Path(__file__).resolve().parents[2] / "fixtures"
FOLDERS = (
    _FIXTURES / "projects" / "triage-model",
    _FIXTURES / "projects" / "triage-model-fixed",
    *(_FIXTURES / "parsers" / name for name in ("terraform", "kubernetes", "dockerfile")),
)


def compared(folder: Path, is_all: bool = False, with_scan: bool = True) -> list[Compared]:
    """The three comparisons of one folder; without the last two where no scan is wanted."""
    config = config_of(folder, is_all)
    checks = checks_of(config)
    release = read(config)
    every = list(judged(release, config, checks))
    first = compare_raw(every)
    if not with_scan:
        return [first]
    below = folder.resolve().relative_to(repository_root(config.paths)).as_posix()
    base = "" if below == "." else f"{below}/"
    return [first, compare_findings(every, scan(config)), compare_whole(folder, base, release, every, checks)]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folders", nargs="*", type=Path)
    parser.add_argument("--all", action="store_true", help="by every check of Checkov, not those alone that are mapped")
    parser.add_argument("--raw", action="store_true", help="the first comparison alone")
    parser.add_argument("--counts", action="store_true", help="no more than counts, and what is unexplained")
    options = parser.parse_args()
    unexplained = 0
    for folder in options.folders or FOLDERS:
        start = time.perf_counter()
        results = compared(folder, options.all, not options.raw)
        unexplained += sum(len(each.unexplained) for each in results)
        lines = [f"{folder} ({time.perf_counter() - start:.0f} s)", *table(results)]
        lines += listed(results, is_short=options.counts)
        sys.stdout.write("\n".join(lines) + "\n")
        sys.stdout.flush()
    sys.stdout.write(f"{unexplained} differences are not explained\n")
    sys.exit(1 if unexplained else 0)


if __name__ == "__main__":
    main()
