"""Reads the lock files of uv, Poetry, PDM and Pipenv: which packages have no hash, and whether the project fits."""

import hashlib
import json
import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from scanner.core.values import Unresolved

_HEADER = re.compile(r"^\[\[package\]\][ \t\r]*$", re.MULTILINE)
_PIPFILE_ENTRY = re.compile(r'^ {8}"([^"\n]+)": \{', re.MULTILINE)
_COMMIT = re.compile(r"[0-9a-f]{40}")
_LOCAL = ("virtual", "editable", "directory", "path", "file")


class LockError(Exception):
    """A lock that its tool could not have written; `str()` says why."""


@dataclass(frozen=True)
class Locked:
    """One package of a lock: its name, the line it begins at, and whether it is held by a hash, commit or folder."""

    name: str
    line: int
    held: bool


def read_lock(manager: str, text: str) -> list[Locked]:
    """The packages of the lock that `manager` writes. Raises `LockError`."""
    if manager == "pipenv":
        return list(_of_pipenv(text))
    content = _toml(text)
    packages = content.get("package", [])
    if not isinstance(packages, list) or not all(isinstance(each, dict) for each in packages):
        raise LockError("it has no list of packages")
    lines = [line for _, line in _lines(_HEADER, text)]
    if len(lines) != len(packages):
        lines = [1] * len(packages)
    files = _mapping(_mapping(content.get("metadata")).get("files"))
    return [
        Locked(str(package.get("name", "")), line, _is_held(manager, package, files))
        for package, line in zip(packages, lines, strict=True)
    ]


def misfits(manager: str, lock: str, project: str) -> list[str] | Unresolved:
    """The dependencies of the project that its lock was not made for: none when it is taken as it is.

    Raises `LockError` for a project or lock that cannot be read.
    """
    if manager == "poetry":
        return []  # it installs what the lock says, or refuses
    if manager == "pipenv":
        wanted = _mapping(_mapping(_json(lock).get("_meta")).get("hash")).get("sha256")
        if wanted == _pipfile_hash(_toml(project)):
            return []
        return Unresolved("Pipfile.lock", "it may not be that of this Pipfile, and is written anew then")
    if manager == "uv":
        return _misfits_of_uv(_toml(lock), _toml(project))
    return Unresolved("pdm.lock", "it is written anew where it does not fit pyproject.toml")


def _lines(pattern: re.Pattern[str], text: str) -> Iterator[tuple[re.Match[str], int]]:
    """Each match with its line."""
    line, position = 1, 0
    for match in pattern.finditer(text):
        line += text.count("\n", position, match.start())
        position = match.start()
        yield match, line


def _is_held(manager: str, package: Mapping[str, Any], files: Mapping[str, Any]) -> bool:
    source = _mapping(package.get("source"))
    if manager == "uv":
        if any(kind in source for kind in _LOCAL):
            return True
        if "git" in source:
            return _COMMIT.fullmatch(str(source["git"]).partition("#")[2]) is not None
        archives = [*_items(package.get("wheels")), *_items(package.get("sdist"))]
        return bool(archives) and all(_has_hash(each) for each in archives)
    kind = source.get("type")
    if kind in ("directory", "file") or "path" in package:
        return True
    if kind == "git" or "git" in package:
        revision = source.get("resolved_reference", package.get("revision", ""))
        return _COMMIT.fullmatch(str(revision)) is not None
    name, version = str(package.get("name")), str(package.get("version"))
    listed = _items(package.get("files")) or _items(files.get(name)) or _items(files.get(f"{name} {version}"))
    return bool(listed) and all(_has_hash(each) for each in listed)


def _has_hash(archive: Any) -> bool:
    return isinstance(archive, dict) and bool(archive.get("hash"))


def _of_pipenv(text: str) -> Iterator[Locked]:
    content = _json(text)
    places = {match[1]: line for match, line in _lines(_PIPFILE_ENTRY, text)}
    for section, packages in content.items():
        if section == "_meta":
            continue
        for name, package in _mapping(packages).items():
            entry = _mapping(package)
            held = bool(entry.get("hashes")) or "path" in entry or _COMMIT.fullmatch(str(entry.get("ref"))) is not None
            yield Locked(name, places.get(name, 1), held)


def _pipfile_hash(pipfile: Mapping[str, Any]) -> str:
    """The digest that Pipenv keeps in a lock, of the Pipfile that it was made from."""
    others = {name: value for name, value in pipfile.items() if name not in _PIPFILE_SECTIONS}
    data = {
        "_meta": {"sources": pipfile.get("source", []), "requires": pipfile.get("requires", {})},
        "default": pipfile.get("packages", {}),
        "develop": pipfile.get("dev-packages", {}),
        **others,
    }
    text = json.dumps(data, sort_keys=True, separators=(",", ":"), default=str)
    return hashlib.sha256(text.encode()).hexdigest()


_PIPFILE_SECTIONS = ("source", "packages", "dev-packages", "requires", "scripts", "pipfile", "pipenv")


def _misfits_of_uv(lock: Mapping[str, Any], project: Mapping[str, Any]) -> list[str] | Unresolved:
    table = _mapping(project.get("project"))
    name = _normal(str(table.get("name", "")))
    own = next((each for each in _items(lock.get("package")) if _is_project(each, name)), None)
    if own is None:
        return Unresolved("uv.lock", f"it has no {name or 'project'}, whose dependencies could be compared")
    metadata = _mapping(own.get("metadata"))
    groups = _mapping(project.get("dependency-groups"))
    wanted = _texts(table.get("dependencies"))
    for listed in (*_mapping(table.get("optional-dependencies")).values(), *groups.values()):
        wanted += _texts(listed)
    wanted += _texts(_mapping(_mapping(project.get("tool")).get("uv")).get("dev-dependencies"))
    had = list(_items(metadata.get("requires-dist")))
    for group in _mapping(metadata.get("requires-dev")).values():
        had += _items(group)
    known = {
        (_normal(str(each.get("name"))), _specifier(str(each.get("specifier", "")))) for each in map(_mapping, had)
    }
    wishes = {_wish(text): text for text in wanted}
    names = {name for name, _ in known}
    missing = sorted(text for (wish, _), text in wishes.items() if wish not in names)
    python = (_specifier(str(each.get("requires-python", ""))) for each in (table, lock))
    if missing or (wishes.keys() == known and len(set(python)) == 1):
        return missing
    return Unresolved("uv.lock", "it may not fit pyproject.toml, and is written anew then")


def _is_project(package: Any, name: str) -> bool:
    source = _mapping(_mapping(package).get("source"))
    return _normal(str(package.get("name"))) == name and any(kind in source for kind in ("virtual", "editable"))


def _wish(text: str) -> tuple[str, str]:
    """Name and condition of a dependency as uv writes them into its lock."""
    found = re.match(r"\s*([A-Za-z0-9._-]+)\s*(?:\[[^\]]*\])?\s*\(?([^;@)]*)", text)
    return ("", text) if found is None else (_normal(found[1]), _specifier(found[2]))


def _specifier(text: str) -> str:
    return ",".join(sorted(re.sub(r"\s", "", text).split(",")))


def _normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


@lru_cache(maxsize=8)  # several things are asked of a lock, often by several Dockerfiles in a row
def _toml(text: str) -> dict[str, Any]:
    try:
        return tomllib.loads(text)
    except (ValueError, RecursionError):
        raise LockError("it is no TOML") from None


def _json(text: str) -> dict[str, Any]:
    try:
        content = json.loads(text)
    except (ValueError, RecursionError):
        raise LockError("it is no JSON") from None
    if not isinstance(content, dict):
        raise LockError("it is no JSON object")
    return content


def _mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}


def _items(value: Any) -> Sequence[Any]:
    return value if isinstance(value, list) else [value] if isinstance(value, dict) else []


def _texts(value: Any) -> list[str]:
    return [each for each in value if isinstance(each, str)] if isinstance(value, list) else []
