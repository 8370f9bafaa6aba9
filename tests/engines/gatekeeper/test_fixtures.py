"""Templates and Constraints in their community's idioms give what is expected, and what Gatekeeper's gator says."""

import json
import re
import shutil
import subprocess
from pathlib import Path

import pytest
import yaml

from scanner.core.finding import Finding, Status
from scanner.core.resource import Release
from tests.engines.gatekeeper.judging import findings, policies, release_of

_FIXTURES = Path(__file__).parents[3] / "fixtures" / "gatekeeper"
_NAMES = sorted(path.name for path in _FIXTURES.iterdir())
_IMPLIED = re.compile(r"^\[Implied by [\w-]+\] ")
_GATOR = shutil.which("gator")


def _judged(name: str, root: Path) -> tuple[list[Finding], Release]:
    folder = _FIXTURES / name
    found = policies(*(file.read_text() for file in sorted((folder / "policies").iterdir())))
    manifests = {file.name: file.read_text() for file in sorted((folder / "manifests").iterdir())}
    release = release_of(manifests, root)
    return findings(found, release), release


def _expected(name: str) -> dict[str, list[dict[str, object]]]:
    found: dict[str, list[dict[str, object]]] = yaml.safe_load((_FIXTURES / name / "expected.yaml").read_text())
    return found


@pytest.mark.parametrize("name", _NAMES)
def test_a_fixture_gives_what_it_expects(name: str, tmp_path: Path) -> None:
    found, _ = _judged(name, tmp_path)
    said = [
        {
            "policy": each.policy.id,
            "severity": str(each.policy.severity),
            "status": str(each.status),
            "resource": each.resource.address,
            "line": each.location.start_line,
            "message": each.message,
        }
        for each in sorted(found, key=lambda each: each.sort_key)
    ]
    assert said == _expected(name)["findings"]


@pytest.mark.skipif(_GATOR is None, reason="Gatekeeper's gator is not on PATH")
@pytest.mark.parametrize("name", _NAMES)
def test_a_fixture_gives_what_gator_says(name: str, tmp_path: Path) -> None:
    """Per violation: the Constraint, the object and the message."""
    assert _GATOR is not None
    folder = _FIXTURES / name
    arguments = [_GATOR, "test", "-o", "json", "-f", str(folder / "policies"), "-f", str(folder / "manifests")]
    answer = subprocess.run(arguments, capture_output=True, text=True, check=False)
    theirs = {
        (
            f"{each['constraint']['kind']}.{each['constraint']['metadata']['name']}",
            each["violatingObject"]["kind"],
            each["violatingObject"]["metadata"]["name"],
            _IMPLIED.sub("", each["msg"]),
        )
        for each in json.loads(answer.stdout) or ()
    }
    found, release = _judged(name, tmp_path)
    ours = set()
    for each in found:
        top = each.resource
        while top.parent is not None:
            top = release.by_key[top.parent]
        if each.status is not Status.PASS and each.policy.id not in _expected(name).get("only_here", ()):
            ours.add((each.policy.id, top.attributes["kind"], top.attributes["metadata"]["name"], each.message))
    assert ours == theirs
