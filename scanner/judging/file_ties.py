"""Which folders of a release are made of which others, as far as their files say so by a path.

The parsers know more exactly; but a folder without resources, or one that is gone, is in no result of theirs.
"""

import re
from collections.abc import Collection
from posixpath import basename, dirname, join, normpath

from scanner.core.resource import Release

CONFIGURATION = (".tf", ".tf.json", ".tofu", ".tofu.json", ".tfvars", ".tfvars.json")
_SOURCE = re.compile(r'"?source"?\s*[=:]\s*"(\.{1,2}/[^"\n]*)"')
_KUSTOMIZATIONS = frozenset(("kustomization.yaml", "kustomization.yml", "Kustomization"))
_WORD = re.compile(r"[^\s\"'#,\[\]{}=]+")


def callers(folders: set[str], release: Release) -> set[str]:
    """The Terraform directories among `folders`, with all that call them, directly or through others."""
    calling: dict[str, set[str]] = {}
    for folder, targets in _calls(release).items():
        for target in targets:
            calling.setdefault(target, set()).add(folder)
    return _closure(folders, calling)


def callees(folders: Collection[str], release: Release) -> set[str]:
    """The directories with all that they call, directly or through others."""
    return _closure(folders, _calls(release))


def overlays_with(files: Collection[str], release: Release) -> set[str]:
    """The folders of the Kustomizations that are made of one of the files, directly or through others."""
    using: dict[str, set[str]] = {}
    for folder, parts in _kustomizations(release).items():
        for part in parts:
            using.setdefault(part, set()).add(folder)
    direct = {folder for path in files for folder in using.get(path, ())}
    direct |= {dirname(path) or "." for path in files if basename(path) in _KUSTOMIZATIONS}
    return _closure(direct, using)


def parts_of_overlays(folders: Collection[str], release: Release) -> set[str]:
    """The files that the Kustomizations in these folders are made of, and the folders of those that they use."""
    return _closure(folders, _kustomizations(release))


def _kustomizations(release: Release) -> dict[str, set[str]]:
    """What each folder with a Kustomization names: every word of it that may be a path."""
    found: dict[str, set[str]] = {}
    for file in release.source_files:
        if basename(file.path) in _KUSTOMIZATIONS:
            folder = dirname(file.path) or "."
            found.setdefault(folder, set()).update(normpath(join(folder, word)) for word in _WORD.findall(file.text))
    return found


def _calls(release: Release) -> dict[str, set[str]]:
    """The folders that each Terraform directory calls as modules by a relative path."""
    found: dict[str, set[str]] = {}
    for file in release.source_files:
        if file.format == "terraform" and file.path.endswith(CONFIGURATION):
            folder = dirname(file.path) or "."
            targets = {normpath(join(folder, source.partition("//")[0])) for source in _SOURCE.findall(file.text)}
            found.setdefault(folder, set()).update(targets)
    return found


def _closure(start: Collection[str], edges: dict[str, set[str]]) -> set[str]:
    found: set[str] = set()
    waiting = list(start)
    while waiting:
        current = waiting.pop()
        if current not in found:
            found.add(current)
            waiting.extend(edges.get(current, ()))
    return found
