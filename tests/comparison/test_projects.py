"""A whole release, against itself: what nobody has touched is never new, wherever it lies."""

import shutil
from pathlib import Path
from typing import Any

import pytest

from scanner.cli.build_options import renderers
from scanner.config import KubernetesOptions
from tests.comparison.histories import fixed, known, new, start

PROJECTS = Path(__file__).parents[2] / "fixtures/projects"


@pytest.mark.slow
@pytest.mark.parametrize("project", ["triage-model", "triage-model-fixed"])
def test_nothing_is_new_in_a_release_that_stays_or_moves(tmp_path: Path, project: str) -> None:
    repository = start(tmp_path / "repository", {"notes.txt": "x\n"})
    shutil.copytree(PROJECTS / project, repository.folder / "app", symlinks=True)
    repository.git("add", "-A", "-f")
    repository.git("commit", "-q", "-m", "the release")
    repository.git("branch", "-f", "main", "change")
    programs: dict[str, Any] = renderers()
    options: dict[str, Any] = {"checks": (), "kubernetes": KubernetesOptions(**programs)}
    repository.change({"notes.txt": "y\n"})
    result = repository.scanned(**options)
    assert (new(result), fixed(result)) == ([], [])
    there = len(known(result))
    assert there
    (repository.folder / "app").rename(repository.folder / "service")
    repository.commit()
    result = repository.scanned(**options)
    assert (new(result), fixed(result), len(known(result))) == ([], [], there)
