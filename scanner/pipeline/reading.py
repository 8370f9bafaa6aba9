"""Reads a release: which files there are, what they hold, what ties that together, and what it declares of itself."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace

from scanner.config import Config, UsageError
from scanner.core.notification import Notification
from scanner.core.resource import Parsed, Release
from scanner.core.result import RootSummary
from scanner.core.scope import Scope
from scanner.core.secrets import redact
from scanner.discovery import Discovered, DiscoveryOptions, discover, repository_root
from scanner.judging.scope import declared_scope, release_resource
from scanner.linking import link
from scanner.parsers import PARSERS, claim, opener
from scanner.parsers.interface import ParseContext, context_of

Progress = Callable[[str], None]


@dataclass(frozen=True)
class Reading:
    """The files that were found, what they hold as one system, and what that declares about itself."""

    discovered: Discovered
    release: Release
    scope: Scope

    @property
    def paths(self) -> frozenset[str]:
        """Every file that was looked at, and those from elsewhere that were read with them."""
        return frozenset(self.discovered.listing) | {file.path for file in self.release.source_files}

    @property
    def roots(self) -> tuple[RootSummary, ...]:
        """A summary of each scanned path."""
        return tuple(_with_documents(root, self.discovered, self.release) for root in self.discovered.roots)

    def told(self, notifications: Iterable[Notification]) -> tuple[Notification, ...]:
        """The notifications sorted, each once, without what is secret in the release."""
        redacted = {replace(note, message=redact(note.message, self.release.secrets)) for note in notifications}
        return tuple(sorted(redacted, key=lambda note: note.sort_key))


def check_paths(config: Config) -> None:
    """Raise `UsageError` for a path that does not exist."""
    for path in config.paths:
        if not path.exists():
            raise UsageError(f"{path} does not exist")


def read_release(config: Config, progress: Progress, wants_documents: bool = False) -> Reading:
    """What there is; `wants_documents` asks for every file that a policy for Conftest could judge."""
    progress("looking for files")
    root = repository_root(config.paths)
    options = DiscoveryOptions(config.excludes, config.use_gitignore, config.max_file_size)
    discovered = discover(root, config.paths, claim, options, opener)
    progress(f"reading {len(discovered.files)} files")
    context = replace(
        context_of(config, root),
        wants_documents=wants_documents,
        listing=discovered.listing,
        progress=progress,
    )
    release = _release(discovered, context)
    scope = declared_scope(release, config.scope)
    itself = release_resource(release, scope)
    if itself is not None:
        release = replace(release, resources=(*release.resources, itself))
    return Reading(discovered, release, scope)


def _release(discovered: Discovered, context: ParseContext) -> Release:
    parsed: list[Parsed] = []
    for parser in PARSERS:
        files = [file for file in discovered.files if file.format == parser.format]
        if files or parser.is_asked(context):
            parsed.append(parser.parse(files, context))
    claimed = {file.path for file in discovered.files}
    more = [file for part in parsed for file in part.source_files if file.path not in claimed]
    release = Release(
        resources=tuple(resource for part in parsed for resource in part.resources),
        links=tuple(edge for part in parsed for edge in part.links),
        notifications=(*discovered.notifications, *(note for part in parsed for note in part.notifications)),
        source_files=(*discovered.files, *more),
        secrets=frozenset().union(*(part.secrets for part in parsed)),
        moves=tuple(move for part in parsed for move in part.moves),
        plans=tuple(plan for part in parsed for plan in part.plans),
    )
    links, notifications = link(release)
    return replace(release, links=(*release.links, *links), notifications=(*release.notifications, *notifications))


def _with_documents(root: RootSummary, discovered: Discovered, release: Release) -> RootSummary:
    """The summary of a scanned path with the files that no parser claims, but policies for Conftest have judged."""
    claimed = {file.path for file in discovered.files}
    below = "" if root.path == "." else f"{root.path}/"
    number = sum(
        file.format == "conftest" and file.path not in claimed and f"{file.path}/".startswith(below)
        for file in release.source_files
    )
    if not number:
        return root
    formats = {**root.files_by_format, "conftest": number}
    return replace(root, files_by_format=formats, files_not_claimed=root.files_not_claimed - number)
