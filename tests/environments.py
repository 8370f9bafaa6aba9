"""Environments like the one that the tests run in, some of whose packages are not installed."""

import re
import sysconfig
import venv
from collections.abc import Iterable
from importlib.metadata import Distribution, distributions
from pathlib import Path

_PROJECT = Path(__file__).resolve().parent.parent
_NAME = re.compile(r"[\w.-]+")


def environment(folder: Path, without: str = "") -> Path:
    """Make an environment in `folder`, of links to what is installed here; gives its Python.

    `without` is a package that it is to lack, with all that nothing else needs.
    """
    venv.create(folder, symlinks=True)
    installed = Path(sysconfig.get_path("purelib"))
    (target,) = folder.glob("lib/python*/site-packages")
    missing = _entries(_only_for(without)) if without else set()
    for entry in installed.iterdir():
        if entry.name not in missing and entry.suffix != ".pth":
            (target / entry.name).symlink_to(entry)
    (target / "project.pth").write_text(f"{_PROJECT}\n", encoding="utf-8")
    return folder / "bin" / "python"


def _only_for(name: str) -> list[Distribution]:
    """The distribution of that name and those that are needed for nothing else, as far as packages say."""
    known = {_plain(each.metadata["Name"]): each for each in distributions()}
    needs = {each: _needs(found) & known.keys() for each, found in known.items()}
    below = _reached([name], needs)
    roots = known.keys() - below
    kept = _reached(roots, {each: needed - {name} for each, needed in needs.items()})
    return [known[each] for each in sorted(below - kept)]


def _reached(names: Iterable[str], needs: dict[str, set[str]]) -> set[str]:
    reached: set[str] = set()
    waiting = list(names)
    while waiting:
        each = waiting.pop()
        if each not in reached:
            reached.add(each)
            waiting += needs[each]
    return reached


def _needs(distribution: Distribution) -> set[str]:
    """What it needs in some case or other."""
    found = (_NAME.match(each) for each in distribution.requires or ())
    return {_plain(each[0]) for each in found if each}


def _plain(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def _entries(missing: Iterable[Distribution]) -> set[str]:
    """The names of their files and folders in `site-packages`, except those that they share with others."""
    names = {_plain(each.metadata["Name"]) for each in missing}
    theirs: set[str] = set()
    others: set[str] = set()
    for each in distributions():
        found = {file.parts[0] for file in each.files or () if file.parts[0] != ".."}
        (theirs if _plain(each.metadata["Name"]) in names else others).update(found)
    return theirs - others
