"""Releases read by the real parsers from files that a test writes."""

from collections.abc import Mapping
from pathlib import Path

from scanner.core.notification import Level
from scanner.core.resource import Release, SourceFile
from scanner.linking import link
from scanner.parsers import PARSERS, claim
from scanner.parsers.interface import ParseContext


def read(root: Path, files: Mapping[str, str]) -> Release:
    """The release of these files, written below `root`; none of them may have an error."""
    sources = []
    for path, text in files.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(text)
        format_ = claim(path, text.encode())
        assert format_ is not None, path
        sources.append(SourceFile(path, format_, text))
    parsed = [
        parser.parse([source for source in sources if source.format == parser.format], ParseContext(root))
        for parser in PARSERS
    ]
    errors = [each for one in parsed for each in one.notifications if each.level is Level.ERROR]
    assert errors == []
    return Release(
        tuple(resource for each in parsed for resource in each.resources),
        tuple(found for each in parsed for found in each.links),
    )


def tied(root: Path, files: Mapping[str, str], kind: str) -> set[tuple[str, str]]:
    """The links of this kind in a release of these files, as pairs of addresses."""
    release = read(root, files)
    found = [each for each in link(release)[0] if each.kind == kind]
    return {(release.by_key[each.source].address, release.by_key[each.target].address) for each in found}


def warned(root: Path, files: Mapping[str, str]) -> list[str]:
    """What linking says that it cannot know."""
    return [each.message for each in link(read(root, files))[1] if each.level is Level.WARNING]
