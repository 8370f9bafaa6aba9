"""Bad input as users have it: one clear line each, the rest goes on, never green and never a traceback."""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests import command

COMMAND = Path(sys.executable).parent / "releasegate"
GOOD = 'resource "aws_ecr_repository" "good" {\n  name                 = "a"\n  image_tag_mutability = "IMMUTABLE"\n}\n'
USAGE, INCOMPLETE = 2, 3


def scan(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    done = subprocess.run(
        [COMMAND, "scan", ".", "--check", "VER-005,WKL-001,IMG-001,GOV-001", *arguments],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert "Traceback" not in done.stdout + done.stderr
    return done


def write(name: str, content: str | bytes) -> Callable[[Path], None]:
    def put(folder: Path) -> None:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode() if isinstance(content, str) else content)

    return put


def link_loop(folder: Path) -> None:
    (folder / "loop").symlink_to(folder / "loop")


MANIFEST = "apiVersion: v1\nkind: Pod\n"
BOMB = (
    MANIFEST
    + "a: &a [x, x, x, x, x, x, x, x, x, x]\n"
    + "".join(f"{chr(98 + n)}: &{chr(98 + n)} [{', '.join(['*' + chr(97 + n)] * 10)}]\n" for n in range(9))
)
DEEP = 50_000

CASES = {
    "unparsable HCL": (write("broken/main.tf", 'resource "x" {\n  a = \n'), "broken/main.tf:2"),
    "unparsable YAML": (write("pod.yaml", MANIFEST + "metadata: {name: [\n"), "pod.yaml:"),
    "unparsable JSON": (write("pod.json", '{"apiVersion": "v1", "kind": "Pod",\n "metadata": }'), "pod.json:2"),
    "unparsable Dockerfile": (write("Dockerfile", "THIS IS NOT\nA DOCKERFILE\n"), "Dockerfile:1"),
    "binary Dockerfile": (write("Dockerfile", b"\x7fELF\x00\x01\x02"), "Dockerfile:1"),
    "binary MLmodel": (write("MLmodel", b"\x80\x05\x00\x01"), "MLmodel:1"),
    "empty Dockerfile": (write("Dockerfile", ""), "Dockerfile:1"),
    "empty MLmodel": (write("MLmodel", ""), "MLmodel:1"),
    "50 MB YAML": (write("big.yaml", MANIFEST + "#" * (50 << 20)), "big.yaml:1"),
    "alias bomb": (write("bomb.yaml", BOMB), "bomb.yaml:"),
    "deep YAML": (write("deep.yaml", MANIFEST + "a: " + "[" * DEEP + "]" * DEEP), "deep.yaml:"),
    "deep JSON": (
        write("deep.json", '{"apiVersion": "v1", "kind": "Pod", "a": ' + "[" * DEEP + "]" * DEEP + "}"),
        "deep.json:",
    ),
    "deep HCL": (write("deep/main.tf", "locals {\n  a = " + "[" * DEEP + "]" * DEEP + "\n}\n"), "deep"),
    "template": (write("chart/pod.yaml", MANIFEST + "metadata:\n  name: {{ .Values.name }}\n"), "chart"),
}


@pytest.mark.parametrize(("put", "said"), CASES.values(), ids=CASES.keys())
def test_trouble_is_said_and_the_rest_goes_on(tmp_path: Path, put: Callable[[Path], None], said: str) -> None:
    write("good/main.tf", GOOD)(tmp_path)
    put(tmp_path)
    done = scan(tmp_path, "-v")
    assert done.returncode == INCOMPLETE, done.stdout
    assert said in done.stdout
    assert "aws_ecr_repository.good" in done.stdout
    assert "INCOMPLETE" in done.stdout


def test_a_link_loop_is_said_and_harms_nothing(tmp_path: Path) -> None:
    write("good/main.tf", GOOD)(tmp_path)
    link_loop(tmp_path)
    done = command.run("scan", ".", "--check", "VER-005", cwd=tmp_path)
    assert done.returncode == 0, done.stdout
    assert "loop" in done.stdout


@pytest.mark.skipif(
    os.geteuid() == 0 and shutil.which("setpriv") is None, reason="as root, a folder can only be shut with setpriv"
)
def test_a_folder_without_read_permission(tmp_path: Path) -> None:
    write("good/main.tf", GOOD)(tmp_path)
    write("shut/main.tf", GOOD)(tmp_path)
    (tmp_path / "shut").chmod(0)
    real = [str(COMMAND), "scan", ".", "--check", "VER-005"]
    if os.geteuid() == 0:
        # Root reads everything because of two capabilities; without them it is a user like others.
        dropped = "-dac_override,-dac_read_search"
        real = ["setpriv", f"--bounding-set={dropped}", f"--inh-caps={dropped}", *real]
    done = subprocess.run(real, cwd=tmp_path, capture_output=True, text=True, check=False)
    (tmp_path / "shut").chmod(0o700)
    assert done.returncode == INCOMPLETE, done.stdout + done.stderr
    assert "shut:1" in done.stdout
    assert "cannot be read" in done.stdout


def test_nothing_to_read_is_no_pass(tmp_path: Path) -> None:
    write("notes.txt", "hello")(tmp_path)
    done = scan(tmp_path)
    assert (done.returncode, "nothing was read" in done.stdout) == (INCOMPLETE, True)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["nowhere"], "nowhere does not exist"),
        (["--check", "ENC-0002"], "unknown policy 'ENC-0002'; did you mean ENC-002?"),
        (["--compliance", "gdrp"], "unknown framework 'gdrp'; did you mean gdpr?"),
        (["-f", "sarf"], "unknown format 'sarf'"),
        (["--fail-on", "hihg"], "unknown severity 'hihg'"),
        (["--policy", "nowhere"], "nowhere does not exist"),
        (["--config", "nowhere.yaml"], "nowhere.yaml does not exist"),
        (["--as-of", "soon"], "--as-of soon is no date"),
        (["-f", "json", "-f", "sarif"], "only one report can go to standard output"),
        (["-f", "json", "-o", "/nowhere/at/all.json"], "cannot be written"),
    ],
)
def test_a_wrong_option_is_one_line_and_exit_2(tmp_path: Path, arguments: list[str], said: str) -> None:
    write("good/main.tf", GOOD)(tmp_path)
    done = command.run("scan", *(["."] if arguments[0].startswith("-") else []), *arguments, cwd=tmp_path)
    assert done.returncode == USAGE, done.stdout
    assert said in done.stderr
    assert len(done.stderr.splitlines()) == 1
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("A-001.yaml", "id: A-001\ntitle: [\n", "rules/A-001.yaml:"),
        ("A-001.yaml", "id: A-001\ntitle: A title that is long\n", "A-001.yaml:1"),
        ("A-001.rego", "package a\n\ndeny contains x if {\n", "rules/A-001.rego:"),
    ],
)
def test_a_policy_with_an_error_is_named_with_its_line(tmp_path: Path, name: str, text: str, said: str) -> None:
    write("infra/main.tf", GOOD)(tmp_path)
    write(f"rules/{name}", text)(tmp_path)
    done = command.run("scan", "infra", "--policy", "rules", "--check", "VER-005", "-v", cwd=tmp_path)
    assert done.returncode == INCOMPLETE, done.stdout + done.stderr
    assert said in done.stdout
    assert "aws_ecr_repository.good" in done.stdout
    assert "Traceback" not in done.stdout + done.stderr
