"""The worked example of CONTRIBUTING.md, run as it stands there."""

import re
import shlex
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
_FILE = re.compile(r"^`([^`\n]+)`\n```\w+\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_CONSOLE = re.compile(r"^```console\n\$ (.+?)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def test_adding_a_policy_touches_no_python(tmp_path: Path) -> None:
    text = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    files = _FILE.findall(text)
    assert [name for name, _ in files] == [
        "house-rules/TAG-001.yaml",
        "house-rules/frameworks/soc2.yaml",
        "example/main.tf",
    ]
    for name, content in files:
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content, encoding="utf-8")
    ((command, expected),) = _CONSOLE.findall(text)
    arguments = shlex.split(command)
    assert arguments[0] == "releasegate"
    done = subprocess.run(
        [Path(sys.executable).parent / "releasegate", *arguments[1:]],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (1, "")
    shown = " ".join(done.stdout.split())
    for line in expected.splitlines():
        assert line in shown, line
    assert "SOC2" in shown
    assert "CC1.3" in shown
