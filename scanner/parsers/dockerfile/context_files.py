"""The files of one Dockerfile's build context that have to be read: where they stand, and their text."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from posixpath import dirname, join, normpath

from scanner.core.resource import SourceFile
from scanner.core.values import Unresolved
from scanner.parsers.dockerfile.context import Contexts
from scanner.parsers.dockerfile.ignore import Patterns, patterns

_CREDENTIALS = re.compile(r"://(?P<user>[^/\s:@\"'$]*)(?P<password>:[^/\s@\"'$]*)?@")
_SHORTEST_TOKEN = 16  # a user without password that is longer is a token, and no name
LARGEST_REQUIREMENTS = 1 << 20
LARGEST_LOCK = 4 << 20


@dataclass
class ContextFiles:
    """The context of `dockerfile`, out of which `sources` are copied. `read` are the files that were read, by path."""

    contexts: Contexts
    dockerfile: str
    sources: Sequence[str]
    read: dict[str, SourceFile] = field(default_factory=dict)

    @cached_property
    def is_on_disk(self) -> bool:
        """Whether the Dockerfile itself is there, without which no folder is its context."""
        return self.contexts.is_file(self.dockerfile)

    @cached_property
    def _folder(self) -> str | None:
        return self.contexts.folder(self.dockerfile, self.sources)

    def find(self, path: str, excludes: Patterns | None = None, below: str = "") -> str | Unresolved | None:
        """The file that `path` names in the context, by its path from the root; None when the context has none.

        `excludes` are the patterns of --exclude, which see it as `below`. Where the folder of the context is not
        known, the file counts when it stands in one folder alone of those that may be the context.
        """
        clean = normpath(path.replace("\\", "/").lstrip("/") or ".")
        if clean.startswith(".."):
            return None
        folders = [self._folder] if self._folder is not None else self._holding(clean)
        if len(folders) > 1:
            return Unresolved(path, "the folder that the image is built from is not known")
        found = normpath(join(folders[0], clean)) if folders else ""
        if not folders or not self.contexts.is_file(found):
            return None
        if self.contexts.dockerignore(folders[0], self.dockerfile).match(clean):
            return None
        if excludes is not None and below and excludes.match(below):
            return None
        return found

    def beside(self, path: str, name: str) -> str | None:
        """The file of this name in the folder of `path`, whether it gets into the context or not."""
        found = join(dirname(path), name)
        return found if self.contexts.is_file(found) else None

    def text(self, path: str, largest: int) -> str | Unresolved:
        """The text of a file that was found, of at most `largest` bytes."""
        if path in self.read:
            return self.read[path].text
        text = self._text(self.contexts.root / path, path, largest)
        if isinstance(text, str):
            self.read[path] = SourceFile(path, "dockerfile", text)
        return text

    def _text(self, file: Path, path: str, largest: int) -> str | Unresolved:
        try:
            if not file.resolve().is_relative_to(self.contexts.root.resolve()):
                return Unresolved(path, "it is a symbolic link that leads out of the repository")
            if self.contexts.is_ignored(file):
                return Unresolved(path, "git leaves it out, so that it is on this machine only")
            with file.open("rb") as opened:
                content = opened.read(largest + 1)
        except (OSError, ValueError) as error:
            return Unresolved(path, f"it cannot be read ({type(error).__name__})")
        if len(content) > largest:
            return Unresolved(path, f"it is larger than {largest >> 20} MiB")
        try:
            return content.decode("utf-8-sig")
        except UnicodeDecodeError:
            return Unresolved(path, "it is not UTF-8")

    def _holding(self, path: str) -> list[str]:
        """The folders from the Dockerfile's own upwards that have the file."""
        found: list[str] = []
        folder = dirname(self.dockerfile)
        while True:
            if self.contexts.is_file(join(folder, path)):
                found.append(folder)
            if not folder:
                return found
            folder = dirname(folder)


def index_secrets(text: str) -> frozenset[str]:
    """The passwords and tokens in the URLs of a file, `${VARIABLES}` aside."""
    found = set()
    for match in _CREDENTIALS.finditer(text):
        secret = match["user"] if match["password"] is None else match["password"][1:]
        if match["password"] or len(secret) >= _SHORTEST_TOKEN:
            found.add(secret)
    return frozenset(found - {""})


def excluded(written: object) -> Patterns | None:
    """The patterns of --exclude as they stand in an entry of `copied`."""
    texts = [written] if isinstance(written, str) else written if isinstance(written, list) else []
    return patterns([each for each in texts if isinstance(each, str)]) if texts else None
