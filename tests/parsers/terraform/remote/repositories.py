"""Real repositories and archives for the tests."""

import io
import os
import stat
import subprocess
import tarfile
import zipfile
from collections.abc import Mapping
from pathlib import Path

# A repository of a test is the same on every machine, whatever git is told there.
ENVIRONMENT = {
    "GIT_CONFIG_GLOBAL": os.devnull,
    "GIT_CONFIG_NOSYSTEM": "1",
    "GIT_AUTHOR_NAME": "A Tester",
    "GIT_AUTHOR_EMAIL": "tester@example.com",
    "GIT_COMMITTER_NAME": "A Tester",
    "GIT_COMMITTER_EMAIL": "tester@example.com",
    "GIT_AUTHOR_DATE": "2026-01-01T00:00:00Z",
    "GIT_COMMITTER_DATE": "2026-01-01T00:00:00Z",
}


def environment_of_git() -> dict[str, str]:
    """The environment for git as a test's own tool, whatever the test has told git in its own."""
    return {name: value for name, value in os.environ.items() if not name.startswith("GIT_")} | ENVIRONMENT


class Repository:
    """A repository with a work tree at `folder`; the bare one that is served is the `.git` inside of it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir(parents=True)
        self.git("init", "--quiet", "--initial-branch=main")
        # A real host answers a request for any commit.
        self.git("config", "uploadpack.allowAnySHA1InWant", "true")

    def git(self, *arguments: str) -> str:
        command = ["git", "-C", str(self.folder), *arguments]
        done = subprocess.run(command, env=environment_of_git(), capture_output=True, text=True, check=True)
        return done.stdout.strip()

    def commit(self, files: Mapping[str, str]) -> str:
        """Write these files, commit everything, and give back the commit."""
        for name, text in files.items():
            (self.folder / name).parent.mkdir(parents=True, exist_ok=True)
            (self.folder / name).write_text(text, encoding="utf-8")
        self.git("add", "--all", "--force")
        self.git("commit", "--quiet", "--allow-empty", "--message=another")
        return self.git("rev-parse", "HEAD")


def tar_of(files: Mapping[str, str], kind: str = "gz") -> bytes:
    """A tar with these files, compressed by `kind` (gz, bz2, xz or none)."""
    return tar_with([(member(name, size=len(text)), text.encode()) for name, text in files.items()], kind)


def tar_with(members: list[tuple[tarfile.TarInfo, bytes]], kind: str = "gz") -> bytes:
    """A tar with exactly these members."""
    stream = io.BytesIO()
    modes = {"gz": "w:gz", "bz2": "w:bz2", "xz": "w:xz", "": "w"}
    with tarfile.open(fileobj=stream, mode=modes[kind]) as package:  # type: ignore[call-overload] # one of four modes
        for info, content in members:
            package.addfile(info, io.BytesIO(content))
    return stream.getvalue()


def member(name: str, kind: bytes = tarfile.REGTYPE, size: int = 0, link: str = "") -> tarfile.TarInfo:
    """One member of a tar."""
    info = tarfile.TarInfo(name)
    info.type, info.size, info.linkname = kind, size, link
    return info


def zip_of(files: Mapping[str, str], links: Mapping[str, str] | None = None) -> bytes:
    """A zip with these files and symbolic links."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as package:
        for name, text in files.items():
            package.writestr(zipfile.ZipInfo(name), text, zipfile.ZIP_DEFLATED)
        for name, target in (links or {}).items():
            info = zipfile.ZipInfo(name)
            info.create_system = 3
            info.external_attr = (stat.S_IFLNK | 0o777) << 16
            package.writestr(info, target)
    return stream.getvalue()
