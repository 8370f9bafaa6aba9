"""The files that overlays are made of: those of the scan, and those beside them that an overlay reaches."""

import re
from collections.abc import Mapping, Sequence
from functools import cached_property
from pathlib import Path
from posixpath import dirname, join, normpath

from scanner.core.resource import SourceFile
from scanner.parsers.kubernetes.manifests import KUSTOMIZATIONS, Manifest, is_kustomization, manifests_of
from scanner.parsers.kubernetes.rendering.kustomization import Kustomization, kustomization_of
from scanner.yaml_source import Document, SourceError, load_documents_leniently

LARGEST_FILE = 10 << 20

_OUTSIDE = re.compile(r"\.\.(/|\Z)|/")


class NotReadError(Exception):
    """A file that an overlay refers to cannot be used; `str()` completes "<what is written> …"."""


class NotThereError(NotReadError):
    """There is no such file or folder."""


class Files:
    """Reads files below the repository root by their path in it, each once."""

    def __init__(self, given: Sequence[SourceFile], root: Path) -> None:
        self.given: Mapping[str, SourceFile] = {file.path: file for file in given}
        self._root = root
        self._contents: dict[str, bytes | None] = {}
        self._documents: dict[str, tuple[tuple[Document, ...], tuple[SourceError, ...]]] = {}
        self._manifests: dict[str, tuple[Manifest, ...]] = {}

    @cached_property
    def _top(self) -> Path:
        return self._root.resolve()

    def resolve(self, folder: str, written: str) -> str:
        """The path that `written` in a file of `folder` leads to. Raises `NotReadError` for one outside the root."""
        path = normpath(join(folder, written))
        if _OUTSIDE.match(path):
            raise NotReadError("leads outside the repository; scan a folder that holds both")
        if path in self.given:
            return path
        real = (self._root / path).resolve()
        if not real.is_relative_to(self._top):
            raise NotReadError("leads outside the repository through a symbolic link, which is not followed")
        return real.relative_to(self._top).as_posix()

    def link(self, folder: str, written: str, target: str) -> str:
        """The path by which `written` is reached when a symbolic link stands between it and `target`, else ""."""
        path = normpath(join(folder, written))
        return "" if path == normpath(target) else path

    def kustomization_in(self, folder: str) -> str | None:
        """The file that makes the folder a Kustomization."""
        paths = (normpath(join(folder, name)) for name in KUSTOMIZATIONS)
        return next((path for path in paths if path in self.given or self.is_file(path)), None)

    def is_file(self, path: str) -> bool:
        return path in self.given or (self._root / path).is_file()

    def is_folder(self, path: str) -> bool:
        return (self._root / path).is_dir() or any(other.startswith(f"{path}/") for other in self.given)

    def content(self, path: str) -> bytes:
        """The bytes of a file. Raises `NotReadError`."""
        if path in self.given:
            return self.given[path].text.encode(errors="surrogatepass")
        if path not in self._contents:
            try:
                with (self._root / path).open("rb") as file:
                    self._contents[path] = file.read(LARGEST_FILE + 1)
            except OSError:
                self._contents[path] = None
        content = self._contents[path]
        if content is None:
            raise NotReadError("cannot be read")
        if len(content) > LARGEST_FILE:
            raise NotReadError(f"is larger than {LARGEST_FILE >> 20} MiB")
        return content

    def text(self, path: str) -> str:
        """The text of a file, empty for one that cannot be read or is no text."""
        if path in self.given:
            return self.given[path].text
        try:
            return self.content(path).decode("utf-8-sig")
        except (NotReadError, UnicodeDecodeError):
            return ""

    def documents(self, path: str) -> tuple[Document, ...]:
        """The readable documents of a file."""
        return self._loaded(path)[0]

    def errors(self, path: str) -> tuple[SourceError, ...]:
        """Why the other documents of a file cannot be read."""
        return self._loaded(path)[1]

    def _loaded(self, path: str) -> tuple[tuple[Document, ...], tuple[SourceError, ...]]:
        if path not in self._documents:
            documents, errors = load_documents_leniently(self.text(path), path)
            self._documents[path] = tuple(documents), tuple(errors)
        return self._documents[path]

    def manifests(self, path: str) -> tuple[Manifest, ...]:
        """The objects of a file."""
        if path not in self._manifests:
            found = (each for document in self.documents(path) for each in manifests_of(document))
            self._manifests[path] = tuple(each for each in found if isinstance(each, Manifest))
        return self._manifests[path]

    def kustomization(self, path: str) -> Kustomization | None:
        """What the file says, when it is a Kustomization."""
        documents = self.documents(path)
        return kustomization_of(documents[0], path, self.text(path)) if len(documents) == 1 else None

    def given_kustomizations(self) -> list[str]:
        return sorted(path for path in self.given if is_kustomization(path) and self.kustomization(path) is not None)


def folder_of(path: str) -> str:
    """The folder of a file, "." for the repository root."""
    return dirname(path) or "."
