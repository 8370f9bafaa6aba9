"""Policies in the idioms of Conftest's community, and what Conftest itself says of their files.

`python -m tests.engines.conftest_cases` records that, and needs Conftest. A case is a folder with `policy/`, `files/`
and `options.json`, which has the fields of `ConftestOptions`.
"""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

CASES = Path(__file__).parent.parent.parent / "fixtures" / "conftest"
RECORDED = CASES / "recorded.json"


def cases() -> list[str]:
    return sorted(folder.name for folder in CASES.iterdir() if folder.is_dir())


def options(case: str) -> dict[str, Any]:
    file = CASES / case / "options.json"
    return dict(json.loads(file.read_text(encoding="utf-8"))) if file.exists() else {}


def conftest_says(program: str, case: str) -> dict[str, list[list[str]]]:
    """File and message of every result, and the file of every exception with its query."""
    folder = CASES / case
    files = folder / "files"
    names = sorted(file.relative_to(files).as_posix() for file in files.rglob("*") if file.is_file())
    asked = options(case)
    words = [word for name in asked.get("namespaces", ()) for word in ("--namespace", name)]
    words += [word for name in asked.get("data", ()) for word in ("--data", str(folder / name))]
    words += [f"--{name.replace('_', '-')}" for name in ("all_namespaces", "combine") if asked.get(name)]
    said = ""
    for version in ("v1", "v0"):
        command = [program, "test", "--no-fail", "-o", "json", "-p", str(folder / "policy"), "--rego-version", version]
        done = subprocess.run(
            [*command, *words, *names],
            cwd=files,
            env={"HOME": "/", "PATH": os.defpath},
            capture_output=True,
            check=False,
        )
        said = done.stderr.decode()
        if done.stdout.startswith(b"["):
            return _results(json.loads(done.stdout))
    raise ValueError(f"{case}: {said}")


def _results(checked: list[dict[str, Any]]) -> dict[str, list[list[str]]]:
    return {
        kind: sorted([each["filename"], result["msg"]] for each in checked for result in each.get(kind, ()))
        for kind in ("failures", "warnings", "exceptions")
    }


def main() -> None:
    program = shutil.which("conftest")
    if program is None:
        sys.exit("conftest is not on PATH")
    recorded = {case: conftest_says(program, case) for case in cases()}
    RECORDED.write_text(json.dumps(recorded, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
