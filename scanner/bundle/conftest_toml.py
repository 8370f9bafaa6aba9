"""`conftest.toml`: what a repository itself asks Conftest to be told."""

import tomllib
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

import re2

from scanner.bundle.conftest import conftest_policies
from scanner.bundle.errors import PolicyError
from scanner.bundle.names import is_data
from scanner.bundle.rego_metadata import is_ours
from scanner.bundle.sources import read_source
from scanner.config import ConftestOptions
from scanner.core.location import Location
from scanner.core.notification import Notification
from scanner.core.policy import Policy

FILE_NAME = "conftest.toml"

_LARGEST = 1 << 20
# What changes Conftest's own output, or is given to it from elsewhere, is of no matter here.
_REFUSED = {
    "capabilities": "restricted functions",
    "parser": "a parser for all files",
    "proto-file-dirs": "Protocol Buffers",
    "strict": "strict mode",
    "update": "policies from the network",
}


@dataclass(frozen=True)
class ConftestFile:
    """The folders of policies, the options, and the regular expression of paths that are not judged."""

    policies: tuple[Path, ...]
    options: ConftestOptions
    ignore: str = ""


def conftest_file(root: Path) -> tuple[ConftestFile | None, list[PolicyError]]:
    """What the `conftest.toml` in the root of a repository says, None without one, and what in it cannot be done.

    Whoever proposes a change may have written it, so that it may name nothing outside of the repository.
    """
    file = root / FILE_NAME
    if file.is_symlink() or not file.is_file():
        return None, []
    at = Location(FILE_NAME, 1)
    try:
        if file.stat().st_size > _LARGEST:
            return None, [PolicyError("too large for a configuration", at)]
        settings = tomllib.loads(file.read_text(encoding="utf-8-sig"))
    except OSError as error:
        return None, [PolicyError(f"cannot be read: {error.strerror}", at)]
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, RecursionError) as error:
        return None, [PolicyError(f"not TOML: {error}", at)]
    reading = _Reading(root.resolve(), {str(key).lower(): value for key, value in settings.items()})
    found = ConftestFile(
        policies=reading.paths("policy", ("policy",)),
        options=ConftestOptions(
            namespaces=reading.words("namespace", ("main",)),
            all_namespaces=reading.switch("all-namespaces"),
            data=reading.paths("data", ()),
            combine=reading.switch("combine"),
        ),
        ignore=reading.pattern("ignore"),
    )
    reading.refuse()
    return found, reading.errors


def conftest_in(root: Path, given: Collection[Path] = ()) -> tuple[list[Policy], list[Notification]]:
    """The policies that the `conftest.toml` in the root of a repository names, and what is wrong with them.

    Of folders that are `given` by somebody (absolute paths) it says nothing. Nothing but rules for Conftest is taken
    from there: a change may add findings with them, and take none away.
    """
    found, errors = conftest_file(root)
    policies: list[Policy] = []
    told: list[Notification] = []
    for path in found.policies if found else ():
        if path in given:
            continue
        if path.is_file():
            errors.append(PolicyError(f"policy names the file {path.name}; name its folder", Location(FILE_NAME, 1)))
            continue
        source = read_source(path)
        told += source.notifications
        name = path.relative_to(root.resolve()).as_posix()
        modules: list[tuple[str, str]] = []
        data: list[tuple[str, str]] = []
        for file, content in source.files.items():
            try:
                text = (f"{name}/{file}", content.decode())
            except UnicodeDecodeError:
                errors.append(PolicyError("cannot be read: it is not UTF-8 text", Location(f"{name}/{file}", 1)))
                continue
            if is_data(PurePosixPath(file).name):
                data.append(text)
            elif file.endswith(".rego") and not file.endswith("_test.rego") and not is_ours(text[1]):
                modules.append(text)
        made, wrong = conftest_policies(modules, data, found.options, found.ignore) if found else ([], [])
        policies += made
        errors += wrong
    return policies, [*told, *(Notification(each.level, each.message, "bundle", each.location) for each in errors)]


class _Reading:
    """The settings of one file, read as Conftest reads them."""

    def __init__(self, root: Path, settings: dict[str, Any]) -> None:
        self._root, self._settings = root, settings
        self.errors: list[PolicyError] = []

    def words(self, name: str, default: tuple[str, ...]) -> tuple[str, ...]:
        """One word, several with commas, or a list."""
        value = self._settings.get(name)
        if value is None:
            return default
        values = value.split(",") if isinstance(value, str) else value
        if not isinstance(values, list) or not all(isinstance(each, str) for each in values):
            self._error(f"{name} is a text or a list of texts")
            return default
        return tuple(each.strip() for each in values)

    def switch(self, name: str) -> bool:
        value = self._settings.get(name, False)
        if not isinstance(value, bool):
            self._error(f"{name} is true or false")
        return value is True

    def pattern(self, name: str) -> str:
        value = self._settings.get(name, "")
        try:
            re2.compile(value)
        except (re2.error, TypeError):
            self._error(f"{name} is no regular expression")
            return ""
        return str(value)

    def paths(self, name: str, default: tuple[str, ...]) -> tuple[Path, ...]:
        """Folders or files that exist in the repository."""
        found: list[Path] = []
        for word in self.words(name, default):
            path = (self._root / word).resolve()
            if not path.is_relative_to(self._root):
                self._error(f"{name} names {word}, which lies outside of the repository; name it on the command line")
            elif not path.exists():
                self._error(f"{name} names {word}, which does not exist")
            else:
                found.append(path)
        return tuple(found)

    def refuse(self) -> None:
        """Say what Conftest would do and this program does not."""
        for name, what in _REFUSED.items():
            if self._settings.get(name):
                self._error(f"{name} asks for {what}, which releasegate does not do")

    def _error(self, message: str) -> None:
        self.errors.append(PolicyError(message, Location(FILE_NAME, 1)))
