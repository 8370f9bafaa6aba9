"""What the tests of this folder share: a server, a folder of repositories that it serves, and an empty cache."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.parsers.terraform.remote.repositories import Repository
from tests.parsers.terraform.remote.serving import Server, serving


@pytest.fixture(autouse=True)
def _git_of_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", "/dev/null")
    monkeypatch.setenv("GIT_CONFIG_NOSYSTEM", "1")


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    with serving(tmp_path / "served") as running:
        yield running


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    """The repository that the server has at /git/vpc/.git, without a commit."""
    return Repository(tmp_path / "served" / "vpc")


@pytest.fixture
def cache(tmp_path: Path) -> Path:
    return tmp_path / "cache"
