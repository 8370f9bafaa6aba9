"""A shorter way to fetch a module in the tests of this folder, and to look at what came."""

from pathlib import Path

import pytest

from scanner.parsers.terraform.remote.address import parse_address
from scanner.parsers.terraform.remote.download import DownloadError, Limits, fetch_module


def fetched(
    cache: Path, source: str, version: str | None = None, time_limit: float = 60.0, limits: Limits | None = None
) -> Path:
    """The folder of the module, which must be below the cache."""
    found = fetch_module(parse_address(source), version, cache, time_limit, limits)
    assert found.is_relative_to(cache)
    return found


def why_not(
    cache: Path, source: str, version: str | None = None, time_limit: float = 60.0, limits: Limits | None = None
) -> str:
    """The one line that says why the module was not fetched; nothing is left of the attempt."""
    with pytest.raises(DownloadError) as caught:
        fetch_module(parse_address(source), version, cache, time_limit, limits)
    assert list(cache.glob(".incoming-*")) == []
    told = str(caught.value)
    assert told.isprintable()
    assert told.startswith("module ")
    return told


def text(folder: Path, name: str = "main.tf") -> str:
    return (folder / name).read_text(encoding="utf-8")


def place(folder: Path, cache: Path) -> str:
    """Where a module lies in the cache."""
    return folder.relative_to(cache).as_posix()


def entries(cache: Path) -> list[str]:
    """The packages that are in the cache whole."""
    return sorted(place(marker.parent, cache) for marker in cache.rglob(".releasegate-module.json"))
