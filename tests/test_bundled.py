"""Where shipped files are found."""

from pathlib import Path

import pytest

from scanner import bundled


def test_a_checkout_uses_the_policies_of_the_repository() -> None:
    assert bundled.bundled_path("schemas", "model-release.schema.json").is_file()
    assert bundled.bundled_path() == Path(bundled.__file__).parents[1] / "policies"


def test_an_installation_uses_what_lies_inside_the_package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "_policies").mkdir()
    monkeypatch.setattr(bundled, "_PACKAGE", tmp_path)
    assert bundled.bundled_path("schemas") == tmp_path / "_policies" / "schemas"
