"""Options of the Rego engine: what is chosen, and what is refused before a scan."""

from pathlib import Path

import pytest

from scanner.cli.rego_options import rego
from scanner.config import UsageError


def _opa(folder: Path, version: str, monkeypatch: pytest.MonkeyPatch) -> Path:
    program = folder / "opa"
    program.write_text(f'#!/bin/sh\necho "Version: {version}"\n')
    program.chmod(0o755)
    monkeypatch.setenv("PATH", str(folder))
    return program


def test_nothing_is_chosen_by_default() -> None:
    assert rego(None, None) == {"engine": None, "grants": ()}


def test_opa_is_found_on_path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    program = _opa(tmp_path, "1.22.2", monkeypatch)
    assert rego("opa", ["time.now_ns"]) == {"engine": "opa", "opa": program, "grants": ("time.now_ns",)}


def test_a_missing_or_old_opa_is_a_usage_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(UsageError, match="needs the program opa on PATH"):
        rego("opa", None)
    _opa(tmp_path, "0.68.0", monkeypatch)
    with pytest.raises(UsageError, match=r"is OPA 0\.68; 1\.17 or later is needed"):
        rego("opa", None)


def test_an_unknown_engine_or_function_is_a_usage_error() -> None:
    with pytest.raises(UsageError, match="unknown Rego engine 'opaa': expected regorus, opa; did you mean opa"):
        rego("opaa", None)
    with pytest.raises(UsageError, match=r"--grant http\.sned: expected http\.send"):
        rego(None, ["http.sned"])
