"""What one requirement of pip names: a package of an index, a repository, a URL or a path, and its pin."""

import re
from typing import Any

from scanner.core.values import Unresolved
from scanner.parsers.dockerfile.commands import ShellWord

_INDEXED = re.compile(
    r"(?P<name>[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?)(?:\[[^\]]*\])?\s*(?P<specifier>(?:[=<>!~].*)?)", re.DOTALL
)
_NAMED = re.compile(r"(?P<name>[A-Za-z0-9._-]+)(?:\[[^\]]*\])?\s*@\s*(?P<url>\S.*)", re.DOTALL)
_REPOSITORY = re.compile(r"(?:git|hg|svn|bzr)\+")
_URL = re.compile(r"[a-z][a-z0-9+.-]*://")
_COMMIT = re.compile(r"[0-9a-f]{40}")
_DIGEST = re.compile(r"sha(?:256|384|512)=[0-9a-f]{64,}")


def python_package(word: ShellWord) -> dict[str, Any]:
    """The package: `name`, its `source` (index, git, url or path) and what pins it.

    `version` is that of `==`, `specifier` any other condition, `revision` what is checked out of a repository,
    `has_digest` whether a URL carries one.
    """
    text = word.text
    named = _NAMED.fullmatch(text)
    url = named["url"] if named else text
    if _REPOSITORY.match(url):
        return {"name": _name(word, named["name"] if named else url), "source": "git", **_revision(word, url)}
    if url.startswith("file:"):
        return {"name": _name(word, named["name"] if named else url), "source": "path"}
    if _URL.match(url):
        name = _name(word, named["name"] if named else url.partition("#")[0])
        return {"name": name, "source": "url", "has_digest": _DIGEST.search(url.partition("#")[2]) is not None}
    if text.startswith((".", "/", "~")) or "/" in text or text.endswith((".whl", ".tar.gz", ".zip")):
        return {"name": _name(word, text), "source": "path"}
    found = _INDEXED.fullmatch(text)
    if found is None:
        return {"name": _name(word, text), "source": "index"} if not word.unknown else {"name": word.value()}
    package: dict[str, Any] = {"name": found["name"], "source": "index"}
    specifier = found["specifier"].partition(";")[0].strip()
    if specifier:
        exact = re.fullmatch(r"={2,3}\s*([^,*\s]+)", specifier)
        key, value = ("version", exact[1]) if exact else ("specifier", specifier)
        package[key] = Unresolved(value, word.unknown) if word.unknown and "$" in value else value
    return package


def _name(word: ShellWord, name: str) -> str | Unresolved:
    return Unresolved(name, word.unknown) if word.unknown and "$" in name else name


def _revision(word: ShellWord, url: str) -> dict[str, Any]:
    path = url.partition("#")[0].partition("://")[2]
    _, separator, revision = path.partition("/")[2].rpartition("@")
    if not separator:
        return {"is_commit": False}
    if "$" in revision and word.unknown:
        unknown = Unresolved(revision, word.unknown)
        return {"revision": unknown, "is_commit": unknown}
    return {"revision": revision, "is_commit": _COMMIT.fullmatch(revision) is not None}
