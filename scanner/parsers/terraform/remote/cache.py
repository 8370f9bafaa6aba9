"""The folder that keeps fetched modules: a package appears in it whole or not at all, and never changes afterwards.

So processes need not wait for one another: each makes its package beside the others and renames it into its place,
and whoever comes second takes what is there. A package's place names its content: the version of a registry's module,
the commit of a repository, the digest of an archive. What a process leaves behind when it is killed lies in a folder
`.incoming-…` and may be removed. The cache is trusted, and must not lie where a stranger's files do.
"""

import json
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote

from scanner.parsers.terraform.remote.limits import DownloadError, told

MARKER = ".releasegate-module.json"

_LETTERS = "-._~+%:[]"


def place(cache: Path, host: str, path: str, name: str, digest: str = "") -> Path:
    """Where the package called `name` of the repository, archive or module at `host` and `path` lies or will lie.

    `digest` says what is in it, when the name alone may mean something else tomorrow. Raises `DownloadError`.
    """
    *parts, last = (quote(part, safe=_LETTERS) for part in (host, *path.split("/"), name) if part)
    if any(part in (".", "..") for part in (*parts, last)):
        raise DownloadError("its address is no name for a folder")
    return cache.joinpath(*parts, f"{last}@{digest}" if digest else last)


def subfolder_of(entry: Path) -> str | None:
    """The folder of the package in which its modules begin, mostly ""; None when the package is not there whole."""
    try:
        found = json.loads((entry / MARKER).read_bytes())["subfolder"]
    except (OSError, ValueError, LookupError, TypeError):
        return None
    return found if isinstance(found, str) else None


@contextmanager
def incoming(cache: Path) -> Iterator[Path]:
    """An empty folder beside the packages, gone afterwards."""
    cache.mkdir(parents=True, exist_ok=True)
    folder = Path(tempfile.mkdtemp(prefix=".incoming-", dir=cache))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def publish(package: Path, entry: Path, cache: Path, subfolder: str = "") -> None:
    """Move a finished package to its place, unless another process was faster. Raises `DownloadError`."""
    above = next(
        (each for each in entry.parents if each.is_relative_to(cache) and subfolder_of(each) is not None), None
    )
    if above is not None:
        raise DownloadError(f"its place in the cache is inside of another module, {told(str(above))}")
    (package / MARKER).write_text(json.dumps({"subfolder": subfolder}) + "\n", encoding="utf-8")
    try:
        entry.parent.mkdir(parents=True, exist_ok=True)
        package.rename(entry)
    except OSError as error:
        if subfolder_of(entry) is None:
            why = f"{told(str(entry))} is in its way" if entry.exists() else str(error.strerror)
            raise DownloadError(f"it cannot be put into the cache: {why}") from None
