"""Real git repositories, and what a scan says of a change in them."""

import os
import subprocess
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from scanner.comparison import run
from scanner.config import Config
from scanner.core.baseline import BaselineState
from scanner.core.result import ScanResult

AS_OF = date(2026, 11, 21)
CHECK = "NET-015"  # a bucket whose ACL lets everybody in
POD_CHECK = "WKL-002"  # a privileged container


def acl(name: str, value: str = "public-read") -> str:
    return f'resource "aws_s3_bucket_acl" "{name}" {{\n  bucket = "acme-{name}"\n  acl    = {value!r}\n}}\n'.replace(
        "'", '"'
    )


def pod(name: str, privileged: str = "true") -> str:
    container = f"{{name: c, image: x, securityContext: {{privileged: {privileged}}}}}"
    return f"apiVersion: v1\nkind: Pod\nmetadata: {{name: {name}}}\nspec: {{containers: [{container}]}}\n"


@dataclass(frozen=True)
class Repository:
    """A repository on the branch `change`, that has everything of `main` in its first commit."""

    folder: Path

    def git(self, *arguments: str) -> str:
        environment = {
            **{name: value for name, value in os.environ.items() if not name.startswith("GIT_")},
            "GIT_CONFIG_GLOBAL": os.devnull,
            "GIT_CONFIG_SYSTEM": os.devnull,
            **{f"GIT_{who}_{what}": "a@example.com" for who in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")},
        }
        options = ("-c", "protocol.file.allow=always", "-C", str(self.folder))
        done = subprocess.run(["git", *options, *arguments], env=environment, capture_output=True, check=True)
        return done.stdout.decode().strip()

    def write(self, files: dict[str, str]) -> None:
        for name, text in files.items():
            (self.folder / name).parent.mkdir(parents=True, exist_ok=True)
            (self.folder / name).write_text(text)

    def commit(self) -> str:
        self.git("add", "-A")
        self.git("commit", "-q", "--allow-empty", "-m", "a change")
        return self.git("rev-parse", "HEAD")

    def change(self, files: dict[str, str], *, commit: bool = True) -> None:
        self.write(files)
        if commit:
            self.commit()

    def scanned(self, revision: str | None = "main", **options: Any) -> ScanResult:
        paths = tuple(self.folder / name for name in options.pop("below", (".",)))
        config = {"checks": (CHECK,), "diff": revision, **options}
        return run(Config(paths, AS_OF, **config))


def start(folder: Path, files: dict[str, str]) -> Repository:
    folder.mkdir(parents=True)
    repository = Repository(folder)
    repository.git("init", "-q", "-b", "main")
    repository.change(files)
    repository.git("checkout", "-q", "-b", "change")
    return repository


def by_state(result: ScanResult, state: BaselineState) -> list[str]:
    return sorted(
        f"{finding.location.path} {finding.resource.address}"
        for finding in result.findings
        if finding.baseline_state is state
    )


def new(result: ScanResult) -> list[str]:
    return by_state(result, BaselineState.NEW)


def known(result: ScanResult) -> list[str]:
    return by_state(result, BaselineState.UNCHANGED)


def fixed(result: ScanResult) -> list[str]:
    assert result.comparison is not None
    return sorted(f"{entry.path} {entry.address}" for entry in result.comparison.fixed)
