"""Says of what RUN installs how requirement files and locks hold it: which packages are pinned and have a hash."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from posixpath import dirname, join, normpath
from typing import Any

from scanner.core.location import Location
from scanner.core.values import Unresolved
from scanner.parsers.dockerfile.context_files import LARGEST_LOCK, LARGEST_REQUIREMENTS
from scanner.parsers.dockerfile.events import LOCKS, Moment
from scanner.parsers.dockerfile.lock_files import LockError, misfits, read_lock
from scanner.parsers.dockerfile.origins import Origins
from scanner.parsers.dockerfile.requirement_lines import Requirements, RequirementsError, read_requirements
from scanner.parsers.dockerfile.stage import Stage

_MOST_SHOWN = 100
_MOST_FILES = 50
_MOST_READ = 64 << 20  # characters, of all requirement files and locks of one Dockerfile
_OTHER_FORMAT = re.compile(r".*\.(toml|cfg|py|ya?ml|json|tf)", re.IGNORECASE)
_URL = re.compile(r"[a-z][a-z0-9+.-]*://")
_LISTS = ("extra_index_urls", "trusted_hosts", "find_links")


@dataclass
class Pins:
    """What the installs of one Dockerfile read of files; `characters` counts how much of it was read."""

    origins: Origins
    characters: int = 0
    parsed: dict[tuple[str, int], "Requirements | Unresolved"] = field(default_factory=dict)

    def complete(self, stage: Stage) -> None:
        """Put what the files say beside what the commands say, with lines in the files."""
        for number, entry in enumerate(stage.attributes.get("installs", ())):
            moment = stage.moments.get(number)
            if moment is None:
                continue
            if entry["manager"] in ("pip", "uv") and ("requirements" in entry or "constraints" in entry):
                self._requirements(stage, number, entry, moment)
            elif entry["manager"] in LOCKS and entry["command"] in ("sync", "install"):
                self._lock(stage, number, entry, moment)

    # --- Requirement files ---

    def _requirements(self, stage: Stage, number: int, entry: dict[str, Any], moment: Moment) -> None:
        files: list[dict[str, Any] | Unresolved] = []
        unread = False
        for path, found, constraint in self._files(stage, entry, moment):
            if isinstance(found, Unresolved):
                unread = unread or not constraint
                files.append(found)
                continue
            at = ("installs", number, "files", len(files))
            files.append(_described(found, path, constraint))
            stage.locations[at] = Location(path, 1)
            for position, each in enumerate(found.loose(_MOST_SHOWN) if not constraint else ()):
                stage.locations[*at, "packages", position] = Location(path, each.line)
            for name in ("index_url", *_LISTS):
                for position, option in enumerate(each for each in found.options if each.name == name):
                    where = (*at, name) if name == "index_url" else (*at, name, position)
                    stage.locations[where] = Location(path, option.line)
        entry["files"] = files
        read = [each for each in files if isinstance(each, dict)]
        listing = [each for each in read if not each["constraint"]]
        cause = next((each for each in files if isinstance(each, Unresolved)), None)
        for name in ("pinned", "hashed"):
            entry[name] = cause if unread and all(each[name] for each in listing) else all(e[name] for e in listing)
        entry["hash_checked"] = _is_checked(entry, read, cause)

    def _files(
        self, stage: Stage, entry: Mapping[str, Any], moment: Moment
    ) -> Iterator[tuple[str, Requirements | Unresolved, bool]]:
        """Each file that pip reads for the command: its path, its content, and whether it only restricts."""
        waiting = [(each, moment, False) for each in entry.get("requirements", ())]
        waiting += [(each, moment, True) for each in entry.get("constraints", ())]
        seen: set[str] = set()
        while waiting:
            written, here, constraint = waiting.pop(0)
            path = self._path(stage, here, written)
            if isinstance(path, Unresolved):
                yield "", path, constraint
                continue
            if path in seen:
                continue
            seen.add(path)
            if len(seen) > _MOST_FILES:
                yield path, Unresolved(path, f"the command reads more than {_MOST_FILES} files"), constraint
                return
            found = self._read(stage, path)
            yield path, found, constraint
            if isinstance(found, Requirements):
                inner = Moment(here.events, _folder(here, str(written)), here.mounts)
                waiting += [(each, inner, constraint) for each in found.values("requirements")]
                waiting += [(each, inner, True) for each in found.values("constraints")]

    def _path(self, stage: Stage, moment: Moment, written: str | Unresolved) -> str | Unresolved:
        if isinstance(written, Unresolved):
            return written
        if _URL.match(written):
            return Unresolved(written, "it is fetched while the image is built")
        if written in ("-", "/dev/stdin"):
            return Unresolved(written, "it is what another command writes")
        if _OTHER_FORMAT.fullmatch(written):
            return Unresolved(written, "it is no list of requirements")
        found = self.origins.find(stage, moment, written)
        if found is None:
            return Unresolved(written, "it is not seen to come from the build context")
        return found if isinstance(found, str) else Unresolved(written, found.reason)

    def _read(self, stage: Stage, path: str) -> Requirements | Unresolved:
        key = path, stage.index
        if key not in self.parsed:
            text = self._text(path, LARGEST_REQUIREMENTS)
            try:
                self.parsed[key] = text if isinstance(text, Unresolved) else read_requirements(text, stage.variables)
            except RequirementsError as error:
                self.parsed[key] = Unresolved(path, str(error))
        return self.parsed[key]

    def _text(self, path: str, largest: int) -> str | Unresolved:
        if self.characters > _MOST_READ:
            return Unresolved(path, "the Dockerfile has too many files to read them all")
        text = self.origins.context.text(path, largest)
        self.characters += len(text) if isinstance(text, str) else 0
        return text

    # --- Locks ---

    def _lock(self, stage: Stage, number: int, entry: dict[str, Any], moment: Moment) -> None:
        manager = entry["manager"]
        name = LOCKS[manager]
        directory = entry.get("directory", ".")
        if isinstance(directory, Unresolved):
            entry["lock"] = directory
            return
        path, project = (
            self.origins.find(stage, moment, join(directory, each))
            for each in (name, "Pipfile" if manager == "pipenv" else "pyproject.toml")
        )
        at = ("installs", number, "lock")
        if path is None and isinstance(project, str) and (beside := self.origins.context.beside(project, name)):
            text = self._text(beside, LARGEST_LOCK)
            if isinstance(text, str):
                entry["lock"] = {"path": beside, "copied": False}
                stage.locations[at] = Location(beside, 1)
                return
            path = text
        if not isinstance(path, str):
            reason = "it is not seen to come from the build context" if path is None else path.reason
            entry["lock"] = Unresolved(name, reason)
            return
        text = self._text(path, LARGEST_LOCK)
        if isinstance(text, Unresolved):
            entry["lock"] = text
            return
        try:
            packages = read_lock(manager, text)
        except LockError as error:
            entry["lock"] = Unresolved(path, str(error))
            return
        loose = [package for package in packages if not package.held]
        entry["lock"] = {
            "path": path,
            "copied": True,
            "hashed": not loose,
            "packages": [package.name for package in loose[:_MOST_SHOWN]],
            "misfits": self._misfits(manager, text, project),
        }
        stage.locations[at] = Location(path, 1)
        for position, package in enumerate(loose[:_MOST_SHOWN]):
            stage.locations[*at, "packages", position] = Location(path, package.line)

    def _misfits(self, manager: str, lock: str, project: str | Unresolved | None) -> list[str] | Unresolved:
        if manager == "poetry":
            return misfits(manager, lock, "")
        name = "Pipfile" if manager == "pipenv" else "pyproject.toml"
        if not isinstance(project, str):
            return Unresolved(name, f"{name} is not seen to come from the build context" if project is None
                              else f"of {name}, {project.reason}")  # fmt: skip
        text = self._text(project, LARGEST_REQUIREMENTS)
        if isinstance(text, Unresolved):
            return text
        try:
            return misfits(manager, lock, text)
        except LockError as error:
            return Unresolved(name, f"of {name}, {error}")


def _folder(moment: Moment, written: str) -> str | Unresolved | None:
    """The folder that names in a file are relative to, which is its own."""
    above = dirname(written)
    if not above:
        return moment.folder
    if above.startswith("/") or isinstance(moment.folder, str):
        return normpath(join(str(moment.folder), above))
    return Unresolved(f"{moment.folder or ''}/{above}", "it is relative to the WORKDIR of the base image")


def _described(found: Requirements, path: str, constraint: bool) -> dict[str, Any]:
    """The file as an entry of `files`: of its requirements those that no hash holds."""
    loose = sum(not each.hashed for each in found.requirements)
    entry: dict[str, Any] = {
        "path": path,
        "constraint": constraint,
        "requirements": len(found.requirements),
        "pinned": found.pinned,
        "hashed": found.hashed,
        "any_hash": any(each.hashed for each in found.requirements),
        "generated": found.generated,
    }
    if loose and not constraint:
        entry["packages"] = [dict(each.package) for each in found.loose(_MOST_SHOWN)]
        if loose > _MOST_SHOWN:
            entry["rest"] = Unresolved(path, f"{path} has more than {_MOST_SHOWN} requirements without a hash")
    for name in ("index_url", *_LISTS):
        values = found.values(name)
        if values:
            entry[name] = values[-1] if name == "index_url" else values
    for name in ("no_index", "require_hashes"):
        if found.values(name):
            entry[name] = True
    return entry


def _is_checked(entry: Mapping[str, Any], read: list[dict[str, Any]], cause: Unresolved | None) -> bool | Unresolved:
    """Whether nothing is installed without a hash that fits.

    One hash in any of its files is enough for pip to ask for all; uv checks those that are there.
    """
    if entry["require_hashes"] is True:
        return True
    if entry["manager"] == "pip":
        if any(each["any_hash"] or each.get("require_hashes") for each in read):
            return True
        return False if cause is None else cause
    listing = [each for each in read if not each["constraint"]]
    if "packages" in entry or not all(each["hashed"] for each in listing):
        return False
    if cause is not None:
        return cause
    if entry["command"] == "pip sync" or entry.get("no_dependencies") or all(each["generated"] for each in listing):
        return True
    return Unresolved(listing[0]["path"] if listing else "", "uv takes what the file does not list without a hash")
