"""The model manifests as they are at another revision of the repository, with which this release is compared.

They are read out of git's object store by the program `git`. Nothing is checked out, so that no hook and no filter of
the repository has any effect, and nothing is fetched.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import PurePosixPath

from scanner.core.notification import Notification
from scanner.core.resource import Parsed, Resource, SourceFile
from scanner.git_objects import LINK, SUBMODULE, GitError, GitRepository, TreeEntry
from scanner.parsers.interface import ParseContext
from scanner.parsers.model.draft import FORMAT, Manifest, problem

_HEAD = 64 << 10
_LARGEST_FILE = 10 << 20
_LARGEST_TOTAL = 256 << 20
_MOST_FILES = 20_000
_SUFFIXES = frozenset((".json", ".md", ".yaml", ".yml"))
_NAMES = frozenset(("MLmodel",))

Reads = Callable[[SourceFile, bytes], Manifest | None]


@dataclass(frozen=True)
class _Sized:
    """Files that may be manifests, with their sizes in bytes."""

    entries: Sequence[TreeEntry]
    sizes: Sequence[int]


def previous_models(context: ParseContext, read: Reads) -> Parsed:
    """One `previous_model` for each model of a manifest at `context.models.base`.

    `read` gets a file and its head and gives what it holds, or None when it is no manifest. Of files that are here but
    not scanned (excluded, ignored) the base is left out as well. Where the revision cannot be read that is an error.
    """
    base = context.models.base
    if base is None:
        return Parsed()
    repository = GitRepository(context.root, context.time_limit)
    try:
        commit = repository.commit(base)
        candidates = _sized(
            repository, [each for each in _files(repository, commit) if _is_compared(each.path, context)]
        )
        if sum(candidates.sizes) > _LARGEST_TOTAL:
            raise GitError(f"it holds more than {_LARGEST_TOTAL >> 20} MiB of files that may be some")
        resources: list[Resource] = []
        notifications: list[Notification] = []
        for entry, text in _texts(repository, candidates):
            file = SourceFile(entry.path, FORMAT, text)
            manifest = read(file, text.encode()[:_HEAD])
            if manifest is None:
                continue
            if manifest.notifications and not manifest.drafts:
                message = f"the manifest {entry.path} of {base} cannot be read: {manifest.notifications[0].message}"
                notifications.append(problem(message))
            resources.extend(_previous(manifest, base))
    except GitError as error:
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


def _files(repository: GitRepository, commit: str) -> Iterator[TreeEntry]:
    """Every file, without links."""
    return (entry for entry in repository.entries(commit) if entry.mode not in (LINK, SUBMODULE))


def _sized(repository: GitRepository, listed: Sequence[TreeEntry]) -> _Sized:
    """Those that are small enough to be manifests."""
    if len(listed) > _MOST_FILES:
        raise GitError(f"it holds more than {_MOST_FILES:,} files that may be some")
    kept = [each for each in zip(listed, repository.sizes(listed), strict=True) if each[1] <= _LARGEST_FILE]
    return _Sized([entry for entry, _ in kept], [size for _, size in kept])


def _texts(repository: GitRepository, found: _Sized) -> Iterator[tuple[TreeEntry, str]]:
    """The files' texts; what is no text is no manifest."""
    for entry, size, stream in repository.contents(found.entries, found.sizes):
        try:
            yield entry, stream.read(size).decode("utf-8-sig")
        except UnicodeDecodeError:
            continue
