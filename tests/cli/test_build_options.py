"""Options of charts, overlays and images: which programs are found, and what is refused."""

from pathlib import Path

import pytest

from scanner.cli.build_options import build_args, renderers
from scanner.config import UsageError


def _program(folder: Path, name: str) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / name
    file.write_text("#!/bin/sh\n")
    file.chmod(0o755)
    return file


def test_the_first_on_path_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    helm = _program(tmp_path / "first", "helm")
    _program(tmp_path / "second", "helm")
    kustomize = _program(tmp_path / "second", "kustomize")
    monkeypatch.setenv("PATH", f"{tmp_path / 'first'}:{tmp_path / 'second'}")
    assert renderers() == {"helm": helm, "kustomize": kustomize, "kubectl": None}


@pytest.mark.parametrize("entry", [".", "", "bin", "./bin", "../tree/bin"])
def test_folders_relative_to_the_working_directory_are_passed_over(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, entry: str
) -> None:
    tree = tmp_path / "tree"
    _program(tree, "helm")
    _program(tree / "bin", "helm")
    helm = _program(tmp_path / "outside", "helm")
    monkeypatch.chdir(tree)
    monkeypatch.setenv("PATH", f"{entry}:{tmp_path / 'outside'}")
    assert renderers()["helm"] == helm
    monkeypatch.setenv("PATH", entry)
    assert renderers()["helm"] is None


def test_build_args() -> None:
    assert build_args(["A=1", "B=x=y", "C="]) == {"A": "1", "B": "x=y", "C": ""}
    assert build_args(None) == {}


@pytest.mark.parametrize("word", ["A", "=1", ""])
def test_a_build_arg_without_name_or_value_is_refused(word: str) -> None:
    with pytest.raises(UsageError, match="expected NAME=VALUE"):
        build_args([word])
