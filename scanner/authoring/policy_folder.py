"""Finds out which bundle of policies a path belongs to, what of it is meant, and where its examples lie."""

import re
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from scanner.bundled import bundled_path
from scanner.config import UsageError

_NAMED_LIKE_A_POLICY = re.compile(r"[A-Z][A-Z0-9]*(-[A-Z0-9]+)*-[0-9]{3,}\.ya?ml")
_USUAL_NAMES = ("policies", "policy")
# Below a policy folder, what lies in these is no module of it.
_NOT_MODULES = ("fixtures", "schemas")
TEST_SUFFIX = "_test.rego"


@dataclass(frozen=True)
class PolicyFolder:
    """A bundle by its folder `root`, and the file or folder `chosen` of it that is asked about; both are absolute."""

    root: Path
    chosen: Path

    @property
    def is_bundled(self) -> bool:
        """Whether it is the one that ships with the package."""
        return self.root == bundled_path().resolve()

    @property
    def directories(self) -> tuple[Path, ...]:
        """What has to be loaded beside the bundle that ships."""
        return () if self.is_bundled else (self.root,)

    @property
    def fixtures(self) -> tuple[Path, ...]:
        """The folders whose folders are named after policies and hold examples for them."""
        beside = self.root.parent / "fixtures" / "policies"
        return tuple(folder for folder in (self.root / "fixtures", beside) if folder.is_dir())

    def label(self, file: Path) -> str:
        """What the file is called in every location: it begins with the name of the folder, or with `fixtures`."""
        return file.relative_to(self.root.parent).as_posix()

    def is_chosen(self, label: str) -> bool:
        """Whether the file of that label is, or lies below, what is asked about."""
        if not label.startswith(f"{self.root.name}/"):
            return False
        path = self.root / label.removeprefix(f"{self.root.name}/")
        return (path == self.chosen or self.chosen in path.parents) and path.is_file()

    def is_module(self, relative: str) -> bool:
        """Whether the path, relative to the root, is that of Rego which belongs to the bundle."""
        path = PurePosixPath(relative)
        return path.suffix == ".rego" and path.parts[0] not in _NOT_MODULES


def policy_folder(path: Path) -> PolicyFolder:
    """The bundle that `path`, a folder or a file of it, belongs to. Raises `UsageError` where there is nothing."""
    if not path.exists():
        raise UsageError(f"{path} does not exist")
    chosen = path.resolve()
    below = chosen if chosen.is_dir() else chosen.parent
    for folder in (below, *below.parents):
        if _is_root(folder):
            return PolicyFolder(folder, chosen)
    return PolicyFolder(below, chosen)


def policy_folder_here(folder: Path) -> PolicyFolder:
    """The bundle that is meant where nobody has named one: this folder, its `policies`, or the one that ships."""
    here = folder.resolve()
    if _holds_policies(here) or any(_is_root(each) for each in (here, *here.parents)):
        return policy_folder(here)
    for name in _USUAL_NAMES:
        if (here / name).is_dir():
            return policy_folder(here / name)
    return policy_folder(bundled_path())


def _is_root(folder: Path) -> bool:
    """Whether it has a part that only the top of a bundle has."""
    return (
        folder == bundled_path().resolve()
        or any(folder.glob("lib/*.rego"))
        or any(folder.glob("fixtures/*/expected.yaml"))
        or (folder / ".manifest").is_file()
    )


def _holds_policies(folder: Path) -> bool:
    return any(
        file.suffix == ".rego" or _NAMED_LIKE_A_POLICY.fullmatch(file.name)
        for file in folder.iterdir()
        if file.is_file()
    )
