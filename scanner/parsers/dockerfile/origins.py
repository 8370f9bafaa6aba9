"""Where a file of a stage comes from: which file of the build context is at a place when a command runs."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from fnmatch import fnmatchcase
from posixpath import basename, dirname, join, normpath

from scanner.core.values import Unresolved
from scanner.parsers.dockerfile.context_files import ContextFiles, excluded
from scanner.parsers.dockerfile.events import Brought, Changed, Moment, place
from scanner.parsers.dockerfile.stage import Stage
from scanner.parsers.dockerfile.tree import Tree

_WILDCARD = re.compile(r"[*?\[]")
_MOST_STEPS = 200_000
_MOST_STAGES = 20


@dataclass(frozen=True)
class _Perhaps:
    """A step that may bring the file, but nobody knows; an earlier one that surely does not makes no difference."""

    cause: Unresolved


@dataclass
class Origins:
    """The ways of files into the stages of `tree`; `steps` counts what was looked at, so that it comes to an end."""

    tree: Tree
    context: ContextFiles
    steps: int = 0

    def find(self, stage: Stage, moment: Moment, path: str) -> str | Unresolved | None:
        """The path from the root of the file that `path` means to a command at that moment.

        `Unresolved` where it is changed on the way or may come from elsewhere; None where nothing is seen to bring it.
        """
        goal = place(moment.folder, path)
        for mount in reversed(moment.mounts):
            target = mount.get("target")
            if mount["type"] == "bind" and isinstance(target, str):
                entry = {"source": ".", **mount}
                lent = Brought(entry, place(stage.attributes.get("workdir"), target))
                found = self._through(lent, goal, 0)
                if isinstance(found, _Perhaps):
                    return found.cause
                if found is not None:
                    return found
        return self._at(stage, moment.events, goal, 0)

    def _at(self, stage: Stage, upto: int, goal: str, depth: int) -> str | Unresolved | None:
        doubt: Unresolved | None = None
        here: Stage | None = stage
        while here is not None:
            for event in reversed(here.events[:upto]):
                self.steps += 1
                if self.steps > _MOST_STEPS:
                    return Unresolved(basename(goal), "the file has too many steps to follow them all")
                if isinstance(event, Changed):
                    if basename(goal) in event.names:
                        return Unresolved(basename(goal), "a command may change it while the image is built")
                    continue
                found = self._through(event, goal, depth)
                if isinstance(found, _Perhaps):
                    doubt = doubt or found.cause
                elif found is not None:
                    return found
            here = here.base
            upto = len(here.events) if here is not None else 0
        return doubt

    def _through(self, event: Brought, goal: str, depth: int) -> str | Unresolved | _Perhaps | None:
        """What one copy makes of the place: the file, that it is unknown, that it may be, or that it is another."""
        if isinstance(event.place, Unresolved):
            return _Perhaps(event.place)
        inside = _below(goal, event.place)
        if inside is None:
            return None
        source = event.entry["source"]
        if isinstance(source, Unresolved):
            return _Perhaps(source)
        name = basename(goal)
        if event.entry.get("inline"):
            return Unresolved(name, "it is written in the Dockerfile") if not inside else None
        if event.entry.get("remote"):
            is_it = inside in ("", basename(source)) or source.endswith(".git")
            return Unresolved(name, "it is fetched while the image is built") if is_it else None
        candidates = list(_sources(source, inside, event))
        wanted = event.entry.get("from")
        if wanted is not None:
            return self._from_stage(wanted, candidates, name, depth)
        if source.endswith((".tar", ".tar.gz", ".tgz", ".tar.bz2", ".tar.xz")):
            return _Perhaps(Unresolved(source, "what is packed in it is not read"))
        excludes = excluded(event.entry.get("exclude"))
        for candidate in candidates:
            found = self.context.find(candidate, excludes, inside)
            if found is not None:
                return found
        return None

    def _from_stage(
        self, wanted: str | Unresolved, candidates: list[str], name: str, depth: int
    ) -> str | Unresolved | _Perhaps | None:
        if isinstance(wanted, Unresolved):
            return _Perhaps(wanted)
        stage = self.tree.source(wanted)
        if stage is None:
            return _Perhaps(Unresolved(name, f"it may come from the image {wanted[:80]}"))
        if depth >= _MOST_STAGES:
            return Unresolved(name, "it is copied through too many stages")
        for candidate in candidates:
            found = self._at(stage, len(stage.events), normpath("/" + candidate), depth + 1)
            if found is not None:
                return found
        return _Perhaps(Unresolved(name, f"what the stage {wanted[:80]} makes is not known"))


def _below(goal: str, folder: str) -> str | None:
    """`goal` relative to `folder`: "" for the same place, None for one elsewhere."""
    if goal == folder:
        return ""
    start = folder if folder.endswith("/") else folder + "/"
    return goal[len(start) :] if goal.startswith(start) else None


def _sources(source: str, inside: str, event: Brought) -> Iterator[str]:
    """The files that the copy may take for the place `inside` its destination, the likeliest first."""
    clean = normpath(source.replace("\\", "/").lstrip("/") or ".")
    if event.parents:
        if inside.startswith("" if clean == "." else clean):
            yield inside
        return
    if not inside:
        if not event.into:
            yield clean
        return
    if _WILDCARD.search(clean):
        if "/" not in inside and not _WILDCARD.search(dirname(clean)) and fnmatchcase(inside, basename(clean)):
            yield join(dirname(clean), inside)
        return
    if inside == basename(clean):
        yield clean
    yield join(clean, inside)
