"""What a program that renders sees of the machine, and what it may cost."""

import sys
from pathlib import Path

import pytest

from scanner.parsers.kubernetes.rendering.programs import Failure, Limits, run
from tests.parsers.kubernetes.rendering.charts_on_disk import write_program

LIMITS = Limits(time=20, memory=2 << 30)


def test_the_environment_is_empty_but_for_what_is_needed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("AWS_SECRET_ACCESS_KEY", "HELM_PLUGINS", "KUBECONFIG", "HTTPS_PROXY", "HELM_KUBETOKEN"):
        monkeypatch.setenv(name, "of the user")
    output = run(write_program(tmp_path / "bin" / "helm", "pwd; env"), (), tmp_path, LIMITS)
    assert isinstance(output, str)
    folder, *lines = output.splitlines()
    seen = dict(line.split("=", 1) for line in lines)
    assert folder == str(tmp_path)
    assert "of the user" not in seen.values()
    assert "AWS_SECRET_ACCESS_KEY" not in seen
    assert seen["PATH"].split(":")[0] == str(tmp_path / "bin")
    assert seen["https_proxy"] == seen["HTTPS_PROXY"] == "http://127.0.0.1:9"
    assert "NO_PROXY" not in seen
    home = Path(seen["HOME"])
    assert all(Path(seen[name]).is_relative_to(home) for name in ("KUBECONFIG", "HELM_PLUGINS", "XDG_CONFIG_HOME"))
    assert not home.exists()


def test_nothing_is_on_its_input_and_its_words_are_kept(tmp_path: Path) -> None:
    program = write_program(tmp_path / "helm", 'test -z "$(cat)" && echo "$1|$2" && printf "\\303\\251\\377"')
    assert run(program, ("a b", "$(c)"), tmp_path, LIMITS) == "a b|$(c)\né\ufffd"


def test_a_complaint_is_cut_in_its_middle(tmp_path: Path) -> None:
    script = "echo first >&2; head -c 300000 /dev/zero | tr '\\0' 'x' >&2; echo Error: last >&2; exit 1"
    failure = run(write_program(tmp_path / "helm", script), (), tmp_path, LIMITS)
    assert isinstance(failure, Failure)
    assert failure.reason == "helm ended with status 1"
    assert failure.complaint.startswith("first\n")
    assert failure.complaint.endswith("Error: last\n")
    assert len(failure.complaint) < 70_000


def test_a_program_that_cannot_be_started(tmp_path: Path) -> None:
    (tmp_path / "helm").write_text("text")
    assert run(tmp_path / "helm", (), tmp_path, LIMITS) == Failure("helm could not be started: Permission denied")


@pytest.mark.skipif(sys.platform != "linux", reason="memory is limited on Linux alone")
def test_memory_is_limited(tmp_path: Path) -> None:
    script = f"sleep 0.2; exec {sys.executable} -c 'x = bytearray(3 << 30)'"
    failure = run(write_program(tmp_path / "helm", script), (), tmp_path, LIMITS)
    assert isinstance(failure, Failure)
    assert "MemoryError" in failure.complaint
