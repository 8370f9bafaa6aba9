"""Reads commits and files out of a repository's object store by the program `git`, without changing anything there.

Nothing is checked out, so that no hook and no filter of the repository has any effect, and nothing is fetched.
"""

import os
import re
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import IO

from scanner.git_program import NOT_FOUND, git_command

LINK = "120000"
SUBMODULE = "160000"
_LARGEST_LISTING = 64 << 20
_PLACES = ("refs/", "refs/tags/", "refs/heads/", "refs/remotes/")  # where git looks for a short name
_ENVIRONMENT = ("GIT_ALLOW_PROTOCOL=", "GIT_NO_REPLACE_OBJECTS=1")
_OPTIONS = ("--literal-pathspecs", "-c", "protocol.allow=never")


class GitError(Exception):
    """Something cannot be read; `str()` is one line that says why and what to do."""


@dataclass(frozen=True)
class TreeEntry:
    """A file, link or submodule of a commit: its path in the repository, and its object.

    `mode` is git's own, such as `LINK`.
    """

    path: str
    mode: str
    id: str


@dataclass(frozen=True)
class GitRepository:
    """The repository whose work tree is `folder`; one run of git may take `time_limit` seconds.

    `environment` has more variables for git, as `NAME=value`.
    """

    folder: Path
    time_limit: float
    environment: tuple[str, ...] = ()

    def with_environment(self, *environment: str) -> "GitRepository":
        return replace(self, environment=(*self.environment, *environment))

    def ask(self, arguments: Sequence[str], given: bytes = b"") -> bytes | None:
        """What git prints when it is `given` something to read, None where it ends with an error. Raises `GitError`."""
        with tempfile.TemporaryFile() as output:
            if not self.run(arguments, given, output):
                return None
            if output.seek(0, 2) > _LARGEST_LISTING:
                raise GitError("it has more files than any repository needs")
            output.seek(0)
            return output.read()

    def run(self, arguments: Sequence[str], given: bytes, output: IO[bytes]) -> bool:
        """Whether git ended well; it has no terminal to ask at. Raises `GitError` where it is missing or too slow."""
        # of a work tree that is inside of another one git would see the outer, were it not told where to stop
        ceiling = f"GIT_CEILING_DIRECTORIES={self.folder.parent}"
        command = git_command(
            ("-C", str(self.folder), *_OPTIONS, *arguments), (*_ENVIRONMENT, ceiling, *self.environment)
        )
        try:
            done = subprocess.run(  # noqa: S603 - revisions stand behind --end-of-options, and none begins with a dash
                command,
                input=given,
                stdout=output,
                stderr=subprocess.DEVNULL,
                start_new_session=True,
                timeout=self.time_limit,
                check=False,
            )
        except subprocess.TimeoutExpired:
            raise GitError(f"git took longer than {self.time_limit:.0f} s") from None
        except FileNotFoundError:
            raise GitError("the program env, by which git is started, is not on PATH") from None
        if done.returncode == NOT_FOUND:
            raise GitError("the program git is not installed")
        return done.returncode == 0

    def commit(self, revision: str) -> str:
        """The full id of the commit that a revision names. Raises `GitError` where there is none."""
        if revision.startswith("-") or not revision.strip() or any(ord(each) < 32 for each in revision):
            raise GitError("this is no name of a revision")
        if not (self.folder / ".git").exists():
            raise GitError("what is scanned lies in no git repository")
        found = self.ask(("rev-parse", "--verify", "--quiet", "--end-of-options", f"{revision}^{{commit}}"))
        if found is not None:
            self._check_meaning(revision)
            return found.decode().strip()
        if self.ask(("rev-parse", "--git-dir")) is None:
            raise GitError("git does not read this repository; check who owns it (safe.directory)")
        if self.is_shallow:
            raise GitError(
                "this clone is shallow and has no such revision; fetch it first (actions/checkout: fetch-depth: 0)"
            )
        raise GitError("there is no such revision; fetch it first (git fetch origin BRANCH)")

    def _check_meaning(self, revision: str) -> None:
        """Raise `GitError` for a name of several things: of `origin/main` git takes a tag before the branch."""
        name = re.split(r"[~^@:]", revision)[0]
        if not name or re.fullmatch(r"[0-9a-f]{40}|[0-9a-f]{64}", name):
            return  # all of a commit's id is that commit, whatever else is called so
        commits: dict[bytes, str] = {}
        for place in _PLACES:
            found = self.ask(("rev-parse", "--verify", "--quiet", "--end-of-options", f"{place}{name}^{{commit}}"))
            if found is not None:
                commits.setdefault(found.strip(), f"{place}{name}")
        if len(commits) > 1:
            raise GitError(f"this is the name of different commits; write one of {', '.join(commits.values())}")

    @property
    def is_shallow(self) -> bool:
        return (self.ask(("rev-parse", "--is-shallow-repository")) or b"").strip() == b"true"

    def entries(self, commit: str) -> Iterator[TreeEntry]:
        """Every file, link and submodule of a commit, in the order of git. Raises `GitError`."""
        listed = self.ask(("ls-tree", "-r", "-z", "--full-tree", commit))
        if listed is None:  # of a partial clone git would have to fetch its folders
            raise GitError("folders of it are missing from this clone; fetch them first (git fetch --refetch)")
        for line in listed.split(b"\0"):
            about, _, path = line.partition(b"\t")
            if path:
                mode, _, object_ = about.decode().split()
                yield TreeEntry(os.fsdecode(path), mode, object_)

    def sizes(self, entries: Sequence[TreeEntry]) -> list[int]:
        """The size in bytes of each file. Raises `GitError` for one that is not in this clone."""
        asked = "".join(f"{each.id}\n" for each in entries).encode()
        found = self.ask(("cat-file", "--batch-check"), asked)
        if found is None or found.count(b"\n") != len(entries):  # of a partial clone git would have to fetch them
            raise GitError("files of it are missing from this clone; fetch them first (git fetch --refetch)")
        sizes = []
        for entry, line in zip(entries, found.decode().splitlines(), strict=True):
            words = line.split()
            if words[1:2] != ["blob"]:
                raise GitError(f"the file {entry.path[:200]} of it is missing from this clone; fetch it first")
            sizes.append(int(words[2]))
        return sizes

    def contents(
        self, entries: Sequence[TreeEntry], sizes: Sequence[int]
    ) -> Iterator[tuple[TreeEntry, int, IO[bytes]]]:
        """Each file with its size and a stream that stands at its beginning. Raises `GitError`."""
        wanted = "".join(f"{each.id}\n" for each in entries).encode()
        with tempfile.TemporaryFile() as output:
            if not self.run(("cat-file", "--batch"), wanted, output):
                raise GitError("git does not give its files")
            position = 0
            for entry, size in zip(entries, sizes, strict=True):
                output.seek(position)
                if output.readline().split()[1:] != [b"blob", str(size).encode()]:
                    raise GitError(f"git does not give its file {entry.path[:200]}")
                position = output.tell() + size + 1
                yield entry, size, output
