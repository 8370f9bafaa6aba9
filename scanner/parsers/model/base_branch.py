"""The model manifests as they are at another revision of the repository, with which this release is compared.

They are read out of git's object store by the program `git`. Nothing is checked out, so that no hook and no filter of
the repository has any effect, and nothing is fetched.
"""

import subprocess
import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import PurePosixPath
from typing import IO

from scanner.core.notification import Notification
from scanner.core.resource import Parsed, Resource, SourceFile
from scanner.git_program import NOT_FOUND, git_command
from scanner.parsers.interface import ParseContext
from scanner.parsers.model.draft import FORMAT, Manifest, problem

_HEAD = 64 << 10
_LARGEST_FILE = 10 << 20
_LARGEST_TOTAL = 256 << 20
_LARGEST_LISTING = 64 << 20
_MOST_FILES = 20_000
_SUFFIXES = frozenset((".json", ".md", ".yaml", ".yml"))
_NAMES = frozenset(("MLmodel",))
_ENVIRONMENT = ("GIT_ALLOW_PROTOCOL=", "GIT_NO_REPLACE_OBJECTS=1")
_OPTIONS = ("--literal-pathspecs", "-c", "protocol.allow=never")

Reads = Callable[[SourceFile, bytes], Manifest | None]


class _BaseError(Exception):
    """The base cannot be read; `str()` says why and what to do."""


@dataclass(frozen=True)
class _Entry:
    path: str
    blob: str
    size: int


def previous_models(context: ParseContext, read: Reads) -> Parsed:
    """One `previous_model` for each model of a manifest at `context.models.base`.

    `read` gets a file and its head and gives what it holds, or None when it is no manifest. Of files that are here but
    not scanned (excluded, ignored) the base is left out as well. Where the revision cannot be read that is an error.
    """
    base = context.models.base
    if base is None:
        return Parsed()
    try:
        commit = _commit(context, base)
        entries = list(_sized(context, [each for each in _listed(context, commit) if _is_compared(each[0], context)]))
        if sum(each.size for each in entries) > _LARGEST_TOTAL:
            raise _BaseError(f"it holds more than {_LARGEST_TOTAL >> 20} MiB of files that may be some")
        resources: list[Resource] = []
        notifications: list[Notification] = []
        for entry, text in _texts(context, entries):
            file = SourceFile(entry.path, FORMAT, text)
            manifest = read(file, text.encode()[:_HEAD])
            if manifest is None:
                continue
            if manifest.notifications and not manifest.drafts:
                message = f"the manifest {entry.path} of {base} cannot be read: {manifest.notifications[0].message}"
                notifications.append(problem(message))
            resources.extend(_previous(manifest, base))
    except _BaseError as error:
        return Parsed(notifications=(problem(f"the models of the base {base[:100]} cannot be read: {error}"),))
    return Parsed(tuple(resources), (), tuple(notifications))


def _previous(manifest: Manifest, base: str) -> Iterator[Resource]:
    """The models alone: what is compared is a version. `at` is where git shows the line."""
    taken: dict[tuple[str, str], int] = {}
    for draft in manifest.drafts:
        for resource in draft.resources(taken):
            if resource.type != "model":
                continue
            line = resource.locate(("version",)).start_line
            attributes = {**resource.attributes, "base": base, "at": f"{base}:{resource.location.path}:{line}"}
            yield replace(
                resource,
                type="previous_model",
                address=f"previous_{resource.address}",
                attributes=attributes,
                origin=f"{base}:{resource.origin or resource.location.path}",
            )


def _is_compared(path: str, context: ParseContext) -> bool:
    pure = PurePosixPath(path)
    if pure.suffix.lower() not in _SUFFIXES and pure.name not in _NAMES:
        return False
    return path in context.listing or not (context.root / path).exists()


def _commit(context: ParseContext, base: str) -> str:
    if base.startswith("-") or not base.strip() or any(ord(each) < 32 for each in base):
        raise _BaseError("this is no name of a revision")
    if not (context.root / ".git").exists():
        raise _BaseError("what is scanned lies in no git repository")
    found = _git(context, ("rev-parse", "--verify", "--quiet", "--end-of-options", f"{base}^{{commit}}"))
    if found is not None:
        return found.decode().strip()
    if _git(context, ("rev-parse", "--git-dir")) is None:
        raise _BaseError("git does not read this repository; check who owns it (safe.directory)")
    if (_git(context, ("rev-parse", "--is-shallow-repository")) or b"").strip() == b"true":
        message = "this clone is shallow and has no such revision; fetch it first (actions/checkout: fetch-depth: 0)"
        raise _BaseError(message)
    raise _BaseError("there is no such revision; fetch it first (git fetch origin BRANCH)")


def _listed(context: ParseContext, commit: str) -> Iterator[tuple[str, str]]:
    """Path and object of every file, without links."""
    listed = _git(context, ("ls-tree", "-r", "-z", "--full-tree", commit))
    if listed is None:
        raise _BaseError("git does not list its files")
    for line in listed.decode(errors="replace").split("\0"):
        about, _, path = line.partition("\t")
        if path and about.split()[1] == "blob" and not about.startswith("120000"):
            yield path, about.split()[2]


def _sized(context: ParseContext, listed: Sequence[tuple[str, str]]) -> Iterator[_Entry]:
    """Those that are small enough to be manifests."""
    if len(listed) > _MOST_FILES:
        raise _BaseError(f"it holds more than {_MOST_FILES:,} files that may be some")
    sizes = _git(context, ("cat-file", "--batch-check"), "".join(f"{blob}\n" for _, blob in listed))
    if sizes is None or sizes.count(b"\n") != len(listed):  # of a partial clone git would have to fetch them
        raise _BaseError("files of it are missing from this clone; fetch them first (git fetch --refetch)")
    for (path, blob), line in zip(listed, sizes.decode().splitlines(), strict=True):
        words = line.split()
        if words[1:2] != ["blob"]:
            raise _BaseError(f"the file {path[:200]} of it is missing from this clone; fetch it first")
        if int(words[2]) <= _LARGEST_FILE:
            yield _Entry(path, blob, int(words[2]))


def _texts(context: ParseContext, entries: Sequence[_Entry]) -> Iterator[tuple[_Entry, str]]:
    """The files' texts; what is no text is no manifest."""
    wanted = "".join(f"{each.blob}\n" for each in entries)
    with tempfile.TemporaryFile() as output:
        if not _run(context, ("cat-file", "--batch"), wanted, output):
            raise _BaseError("git does not give its files")
        output.seek(0)
        for each in entries:
            if output.readline().split()[1:] != [b"blob", str(each.size).encode()]:
                raise _BaseError(f"git does not give its file {each.path[:200]}")
            content = output.read(each.size)
            output.read(1)
            try:
                yield each, content.decode("utf-8-sig")
            except UnicodeDecodeError:
                continue


def _git(context: ParseContext, arguments: Sequence[str], given: str = "") -> bytes | None:
    """What git prints, None where it ends with an error."""
    with tempfile.TemporaryFile() as output:
        if not _run(context, arguments, given, output):
            return None
        if output.seek(0, 2) > _LARGEST_LISTING:
            raise _BaseError("it has more files than any repository needs")
        output.seek(0)
        return output.read()


def _run(context: ParseContext, arguments: Sequence[str], given: str, output: IO[bytes]) -> bool:
    """Whether git ended well within the time limit; it has no terminal to ask at."""
    command = git_command(("-C", str(context.root), *_OPTIONS, *arguments), _ENVIRONMENT)
    try:
        done = subprocess.run(  # noqa: S603 - the revision stands behind --end-of-options, and is none that begins so
            command,
            input=given.encode(),
            stdout=output,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
            timeout=context.time_limit,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise _BaseError(f"git took longer than {context.time_limit:.0f} s") from None
    if done.returncode == NOT_FOUND:
        raise _BaseError("the program git is not installed")
    return done.returncode == 0
