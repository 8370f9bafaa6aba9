"""OPA as an engine: one run for all questions, trouble that stays with its question, nothing left behind."""

import os
import shutil
import time
from pathlib import Path

import pytest

from scanner.engines.rego.interface import Asked
from scanner.engines.rego.opa_engine import OpaEngine
from scanner.engines.rego.opa_program import OpaError, check_version
from scanner.isolation import Worker, WorkerError
from scanner.rego_source import Problem, RegoError

_PROGRAM = shutil.which("opa") or ""
with_opa = pytest.mark.skipif(not _PROGRAM, reason="there is no opa on PATH")

_ENDLESS = "loop := count([1 | some i in numbers.range(1, 20000); some j in numbers.range(1, 20000); i * j == -1])"


def engine(body: str = "", *, lenient: bool = False, grants: tuple[str, ...] = (), time_limit: float = 20) -> OpaEngine:
    made = OpaEngine(_PROGRAM, grants, lenient=lenient, time_limit=time_limit)
    made.load([("some folder/a.rego", f"package a\n{body}\n")], {})
    return made


def problem(made: OpaEngine) -> Problem:
    with pytest.raises(RegoError) as caught:
        made.read(["{}"], {"x": Asked("data.a.x")})
    return caught.value.problem


@with_opa
def test_every_document_has_its_own_answer() -> None:
    made = engine("x := input.v + 1")
    made.read(['{"v": 1}', '{"v": "a"}', '{"v": 3}'], {"one": Asked("data.a.x", [2]), "all": Asked("data.a.x", [0, 2])})
    assert made.evaluate("one") == [[4]]
    assert made.evaluate("all") == [[2], [4]]


@with_opa
def test_integers_are_exact_and_undefined_is_no_value() -> None:
    made = engine("x := input.v\ny := x + 1")
    made.read(['{"v": 123456789012345678901234567890}'], {"x": Asked("data.a.y"), "u": Asked("data.a.nope")})
    assert made.evaluate("x") == [[123456789012345678901234567891]]
    assert made.evaluate("u") == [[]]


@with_opa
def test_parameters_from_data_are_put_in_place_for_each_question() -> None:
    made = OpaEngine(_PROGRAM)
    made.load([("a.rego", "package a\nx := input.parameters.k")], {"all": {"p": {"k": 1}, "q": {"k": 2}}})
    made.read(["{}"], {name: Asked(f'data.a.x with input.parameters as data.all["{name}"]') for name in ("p", "q")})
    assert (made.evaluate("p"), made.evaluate("q")) == ([[1]], [[2]])


@with_opa
def test_a_question_that_fails_costs_itself_alone() -> None:
    made = engine('x := to_number("x")\ny := 2')
    made.read(["{}"], {"x": Asked("data.a.x"), "y": Asked("data.a.y")})
    assert made.evaluate("y") == [[2]]
    with pytest.raises(RegoError, match="to_number") as caught:
        made.evaluate("x")
    assert (caught.value.problem.path, caught.value.problem.line) == ("some folder/a.rego", 2)


@with_opa
def test_a_lenient_engine_takes_what_fails_as_undefined() -> None:
    made = engine('x := to_number("x")', lenient=True)
    made.read(["{}"], {"x": Asked("data.a.x")})
    assert made.evaluate("x") == [[]]


@with_opa
@pytest.mark.slow
def test_a_question_that_takes_too_long_costs_itself_alone() -> None:
    made = engine(f"{_ENDLESS}\ny := 2", time_limit=3)
    made.read(["{}"], {"loop": Asked("data.a.loop"), "y": Asked("data.a.y")})
    assert made.evaluate("y") == [[2]]
    with pytest.raises(RegoError, match="without a result"):
        made.evaluate("loop")


@with_opa
def test_not_means_what_it_means_to_the_built_in_engine() -> None:
    assert _holds(engine('x if not startswith(input.none, "a")')) == [[True]]
    assert _holds(engine('x if not startswith(input.none, "a")', lenient=True)) == [[]]


def _holds(made: OpaEngine) -> list[list[object]]:
    made.read(["{}"], {"x": Asked("data.a.x")})
    return made.evaluate("x")


@with_opa
def test_modules_of_both_versions_run_together() -> None:
    made = OpaEngine(_PROGRAM, lenient=True)
    old = "package old\ndeny[msg] { msg := data.new.names[_] }"
    made.load([("old.rego", old), ("new.rego", 'package new\nnames contains "n" if true')], {})
    made.read(["{}"], {"x": Asked("data.old.deny")})
    assert made.evaluate("x") == [[["n"]]]


@with_opa
@pytest.mark.parametrize(
    ("body", "message"),
    [
        ("x := http.send({})", "http.send is refused: a policy may not use the network"),
        ("x := time.now_ns()", "time.now_ns is refused: its result depends on the clock"),
        ("x := opa.runtime().env", "opa.runtime is refused: its result depends on the machine"),
        ("x := nope(1)", "the Rego engine has no function nope"),
        ("x := y", "var y is unsafe"),
        ("x := }", "unexpected } token"),
    ],
)
def test_what_cannot_be_loaded_is_named_with_its_place(body: str, message: str) -> None:
    found = problem(engine(body))
    assert found.message == message
    assert (found.path, found.line) == ("some folder/a.rego", 2)


@with_opa
def test_what_is_granted_may_be_called() -> None:
    made = engine("x if time.now_ns() > 0", grants=("time.now_ns",))
    assert _holds(made) == [[True]]


@with_opa
def test_the_program_is_new_enough() -> None:
    check_version(_PROGRAM)


def _fake(folder: Path, version: str, evaluating: str = "") -> Path:
    program = folder / "opa"
    program.write_text(
        "#!/bin/sh\n"
        f'if [ "$1" = version ]; then echo "Version: {version}"; exit; fi\n'
        """if [ "$1" = capabilities ]; then echo '{"builtins": []}'; exit; fi\n"""
        f"{evaluating}\n"
    )
    program.chmod(0o755)
    return program


@pytest.mark.parametrize("version", ["0.70.0", "1.0.0", "1.16.2"])
def test_an_old_program_is_refused(tmp_path: Path, version: str) -> None:
    with pytest.raises(OpaError, match=r"is OPA \d+\.\d+; 1\.17 or later is needed"):
        check_version(str(_fake(tmp_path, version)))


def test_what_is_no_opa_is_refused(tmp_path: Path) -> None:
    with pytest.raises(OpaError, match="does not say which version"):
        check_version(str(_fake(tmp_path, "x")))
    with pytest.raises(OpaError, match="cannot be run"):
        check_version(str(tmp_path / "none"))


@pytest.mark.skipif(not Path("/proc/self").exists(), reason="only Linux ends the children of a process that is killed")
def test_the_program_dies_with_its_worker(tmp_path: Path) -> None:
    pid_file = tmp_path / "pid"
    program = _fake(tmp_path, "1.20.0", f'echo $$ > "{pid_file}"; exec sleep 60')
    argument = {
        "modules": [["a.rego", "package a"]],
        "data": {},
        "documents": ["{}"],
        "asked": {"x": {"expression": "data.a.x"}},
        "engine": {"name": "opa", "program": str(program), "grants": [], "time_limit": 60, "lenient": True},
    }
    with Worker(2 << 30) as worker, pytest.raises(WorkerError, match="stopped after 5 s"):
        worker.call("scanner.engines.rego.worker:load_program", argument, 5)
    pid = int(pid_file.read_text())
    until = time.monotonic() + 5
    while _runs(pid) and time.monotonic() < until:
        time.sleep(0.05)
    assert not _runs(pid)


def _runs(pid: int) -> bool:
    try:
        os.kill(pid, 0)
        return "Z" not in Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2][:3]
    except (ProcessLookupError, FileNotFoundError):
        return False


@with_opa
def test_nothing_is_left_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    assert _holds(engine("x := 1")) == [[1]]
    assert list(tmp_path.iterdir()) == []
