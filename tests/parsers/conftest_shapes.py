"""The shapes that Conftest gives files, recorded by `python -m tests.parsers.conftest_shapes`, which needs Conftest."""

import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

FIXTURES = Path(__file__).parent.parent.parent / "fixtures" / "parsers" / "conftest"
RECORDED = FIXTURES / "recorded.json"
PLAIN = {"TZ": "UTC", "HOME": "/"}


def files() -> list[str]:
    return sorted(file.name for file in FIXTURES.iterdir() if file != RECORDED)


def conftest_says(program: str, name: str) -> list[Any]:
    """The documents of one file."""
    done = subprocess.run([program, "parse", name], cwd=FIXTURES, env=PLAIN, capture_output=True, check=True)
    value = json.loads(done.stdout)
    return value if isinstance(value, list) else [value]


def main() -> None:
    program = shutil.which("conftest")
    if program is None:
        sys.exit("conftest is not on PATH")
    recorded = {name: conftest_says(program, name) for name in files()}
    RECORDED.write_text(json.dumps(recorded, indent=1, ensure_ascii=False, sort_keys=True) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
