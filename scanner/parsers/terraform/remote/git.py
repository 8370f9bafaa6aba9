"""Fetches one commit of a repository with the program `git`, and reads its files out of the object store.

Nothing is checked out: so no hook, no filter (LFS among them), no submodule and no attribute of the repository has any
effect. git takes the user's own configuration and environment, and with them the credentials; all that would have it
ask a question, act on another repository or use another protocol is taken away.
"""

import os
import re
import signal
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from scanner.git_program import NOT_FOUND, git_command
from scanner.parsers.terraform.remote.address import RemoteAddress, is_loopback
from scanner.parsers.terraform.remote.limits import Allowance, DownloadError, told
from scanner.parsers.terraform.remote.secret_parts import mask
from scanner.parsers.terraform.remote.tree import Tree

_FULL_COMMIT = re.compile(r"[0-9a-f]{40}|[0-9a-f]{64}")
_COMMIT = re.compile(r"[0-9a-f]{7,64}")
_POLL = 0.2  # seconds between two looks at what git has written so far
_LARGEST_LISTING = 32 << 20
_LARGEST_COMPLAINT = 1 << 20
_LONGEST_COMPLAINT = 4000  # of which a part is shown
_WANTED = "refs/wanted"
_LONGEST_LINK = 4096

_OPTIONS = ("-c", "fetch.recurseSubmodules=false", "-c", "submodule.recurse=false")


@dataclass(frozen=True)
class Commit:
    """What an address means today: the full id, and the reference that leads to it unless the address has the id."""

    id: str
    reference: str = ""


@dataclass(frozen=True)
class Repository:
    """A remote repository, and the folder into which git writes what it fetches of it."""

    address: RemoteAddress
    scratch: Path
    allowance: Allowance

    @property
    def store(self) -> Path:
        return self.scratch / "store.git"


def open_repository(address: RemoteAddress, scratch: Path, allowance: Allowance) -> Repository:
    """Make the repository at `address` ready to be asked; `scratch` is a folder of its own. Raises `DownloadError`."""
    found = Repository(address, scratch, allowance)
    with _temporary(found) as output:
        _run(found, ("init", "--bare", "--quiet", "--template=", str(found.store)), None, output)
    return found


def is_pinned(address: RemoteAddress) -> bool:
    """Whether the address names a commit by its full id, and so will always mean the same."""
    return _FULL_COMMIT.fullmatch(address.ref or "") is not None


def find_commit(repository: Repository) -> Commit | None:
    """The commit that the address means today; None for an abbreviated id, of which only a full fetch can tell.

    Raises `DownloadError`.
    """
    ref = repository.address.ref
    if ref is not None and is_pinned(repository.address):
        return Commit(ref)
    # In the order of `git checkout` in a clone, which Terraform uses: there the branches are those of `origin`.
    names = [f"refs/tags/{ref}", f"refs/heads/{ref}", f"refs/{ref}", str(ref)]
    if ref is not None and ref.startswith("origin/"):
        names.append(f"refs/heads/{ref.removeprefix('origin/')}")
    names = ["HEAD"] if ref in (None, "HEAD") else names
    patterns = [pattern for name in names for pattern in (name, f"{name}^{{}}")]
    listed = _git(repository, "ls-remote", "--", repository.address.url, *patterns)
    found = {name: commit for commit, _, name in (line.partition("\t") for line in listed.splitlines())}
    for name in names:
        if name in found:
            return Commit(found.get(f"{name}^{{}}", found[name]), name)
    if ref is not None and _COMMIT.fullmatch(ref):
        return None
    raise DownloadError(f"there is no branch, tag or commit {told(ref)}" if ref else "the repository is empty")


def fetch_commit(repository: Repository, commit: Commit | None, tree: Tree) -> str:
    """Write the files of a commit into `tree`; give back its full id. Raises `DownloadError`."""
    fetch = ("fetch", "--quiet", "--no-tags", "--no-write-fetch-head", "--no-recurse-submodules")
    url = repository.address.url
    name = str(repository.address.ref)
    everything = ["+refs/heads/*:refs/heads/*", "+refs/tags/*:refs/tags/*"]
    if commit is not None and commit.reference:
        name, everything = _WANTED, [f"+{commit.reference}:{_WANTED}"]
    try:
        if commit is None:
            raise _ServerError("an abbreviated id cannot be asked for")
        _git(repository, *fetch, "--depth=1", "--", url, f"+{commit.reference or commit.id}:{_WANTED}")
    except _ServerError:
        # Some servers give no single commits, and others no shallow ones: then the history has to come along.
        _git(repository, *fetch, "--", url, *everything)
    try:
        found = _git(repository, "rev-parse", "--verify", "--quiet", "--end-of-options", f"{name}^{{commit}}").strip()
    except _ServerError:
        raise DownloadError(f"there is no commit {told(repository.address.ref or name)}") from None
    _write(repository, found, tree)
    return found


class _ServerError(DownloadError):
    """git did not get what it asked for; another way of asking may help."""


@dataclass(frozen=True)
class _Entry:
    """One file or link of a commit."""

    name: str
    id: str
    size: int
    is_link: bool


def _write(repository: Repository, commit: str, tree: Tree) -> None:
    limits = repository.allowance.limits
    entries = list(_entries(_git(repository, "ls-tree", "-r", "-z", "-l", "--full-tree", commit)))
    if len(entries) > limits.files:
        raise DownloadError(f"it holds more than {limits.files:,} files and folders")
    if sum(each.size for each in entries) > limits.unpacked:
        raise DownloadError(f"it is larger than {limits.unpacked >> 20} MiB when unpacked")
    with _temporary(repository) as wanted, _temporary(repository) as content:
        wanted.write("".join(f"{each.id}\n" for each in entries).encode())
        wanted.seek(0)
        _run(repository, (f"--git-dir={repository.store}", "cat-file", "--batch"), wanted, content)
        content.seek(0)
        for each in entries:
            if content.readline().split()[1:] != [b"blob", str(each.size).encode()]:
                raise DownloadError(f"git does not give its file {told(each.name)}")
            if not each.is_link:
                tree.file(each.name, each.size, content)
            elif each.size <= _LONGEST_LINK:
                tree.link(each.name, os.fsdecode(content.read(each.size)))
            else:
                raise DownloadError(f"its link {told(each.name)} is too long")
            content.read(1)
    tree.finish()


def _entries(listed: str) -> Iterator[_Entry]:
    for line in listed.split("\0"):
        about, _, name = line.partition("\t")
        if not name:
            continue
        mode, kind, blob, size = about.split()
        if kind == "blob":  # a submodule is a commit of another repository, and is not fetched
            yield _Entry(name, blob, int(size), mode == "120000")


def _git(repository: Repository, *arguments: str) -> str:
    """What git prints. It is given a store always: else it would take the configuration of a repository around it."""
    with _temporary(repository) as output:
        _run(repository, (f"--git-dir={repository.store}", *arguments), None, output, _LARGEST_LISTING)
        output.seek(0)
        return os.fsdecode(output.read())


def _temporary(repository: Repository) -> IO[bytes]:
    return tempfile.TemporaryFile(dir=repository.scratch)


def _run(
    repository: Repository,
    arguments: tuple[str, ...],
    given: IO[bytes] | None,
    output: IO[bytes],
    largest: int | None = None,
) -> None:
    """Run git in a session of its own, which has no terminal to ask at, and end it when it takes too much."""
    allowance = repository.allowance
    is_plain = allowance.plain_http and is_loopback(repository.address.host)
    protocols = f"GIT_ALLOW_PROTOCOL=https:ssh{':http' if is_plain else ''}"
    command = git_command((*_OPTIONS, *arguments), (protocols,))
    with _temporary(repository) as errors:
        process = subprocess.Popen(  # noqa: S603 - options and separators stand before all that is from an address
            command, stdin=given or subprocess.DEVNULL, stdout=output, stderr=errors, cwd="/", start_new_session=True
        )
        try:
            while process.poll() is None:
                with suppress(subprocess.TimeoutExpired):
                    process.wait(min(_POLL, allowance.left()))
                _watch(repository, output, errors, largest)
        finally:
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()
        if process.returncode == NOT_FOUND:
            raise DownloadError("the program git is not installed")
        if process.returncode != 0:
            raise _ServerError(_said(errors, repository))


def _watch(repository: Repository, output: IO[bytes], errors: IO[bytes], largest: int | None) -> None:
    fetched = _size(repository.store)
    if fetched > repository.allowance.limits.download:
        raise DownloadError(f"the repository is larger than {repository.allowance.limits.download >> 20} MiB")
    listed = os.fstat(output.fileno()).st_size
    if (largest is not None and listed > largest) or os.fstat(errors.fileno()).st_size > _LARGEST_COMPLAINT:
        raise DownloadError("the server says more than any repository needs")


def _size(folder: Path) -> int:
    """The bytes in a folder in which another process is at work, so that files may go while they are looked at."""
    size = 0
    for where, _, names in os.walk(folder):
        for name in names:
            with suppress(FileNotFoundError):
                size += Path(where, name).lstat().st_size
    return size


def _said(errors: IO[bytes], repository: Repository) -> str:
    """What git complains of, up to the line that ends it; the advice that follows is for people at a terminal."""
    errors.seek(max(0, os.fstat(errors.fileno()).st_size - _LONGEST_COMPLAINT))
    lines = errors.read().decode(errors="replace").splitlines()
    end = next((number for number, line in enumerate(lines) if line.startswith("fatal:")), len(lines))
    said = [line.strip() for line in lines[: end + 1] if line.strip() and not line.startswith("warning:")]
    return told(mask("git says: " + " ".join(said)), repository.address.secrets)
