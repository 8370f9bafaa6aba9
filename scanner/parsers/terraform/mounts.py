"""Folders outside of the repository that modules are read from, under paths inside of it that are nowhere else."""

from dataclasses import dataclass, field
from pathlib import Path

# Reports name files below it; nothing is ever written there.
PREFIX = ".releasegate"


@dataclass
class Mounts:
    """Paths relative to the repository root, and where they lie on disk."""

    root: Path
    _folders: dict[str, Path] = field(default_factory=dict)

    def path_of(self, place: Path, folder: Path) -> str:
        """The path of `place`, which lies in `folder`: relative to the repository, or below the mount of `folder`."""
        if place.resolve().is_relative_to(self.root.resolve()):
            return place.resolve().relative_to(self.root.resolve()).as_posix()
        mount = f"{PREFIX}/{folder.name}"
        while self._folders.get(mount, folder) != folder:
            mount += "_"
        self._folders[mount] = folder
        return f"{mount}/{place.relative_to(folder).as_posix()}"

    def absolute(self, path: str) -> Path:
        """Where `path` lies on disk."""
        base, rest = self._split(path)
        return base / rest

    def holds(self, path: str) -> bool:
        """Whether `path`, with all links followed, stays inside of the repository or of the folder it is in."""
        base, rest = self._split(path)
        try:
            return (base / rest).resolve().is_relative_to(base.resolve())
        except (OSError, RuntimeError):
            return False

    def is_elsewhere(self, path: str) -> bool:
        """Whether `path` lies in a folder outside of the repository."""
        return self._split(path)[0] != self.root

    def _split(self, path: str) -> tuple[Path, str]:
        for mount, folder in self._folders.items():
            if path == mount or path.startswith(f"{mount}/"):
                return folder, path[len(mount) + 1 :]
        return self.root, path
