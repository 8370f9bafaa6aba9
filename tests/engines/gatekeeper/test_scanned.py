"""Templates and Constraints among the scanned manifests judge the release, as they would in the cluster."""

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from scanner.bundle.gatekeeper import scanned_policies
from scanner.config import build
from scanner.core.finding import Status
from scanner.core.notification import Level
from scanner.core.resource import Release
from scanner.core.result import ScanResult
from scanner.core.values import Unresolved
from scanner.pipeline import run
from tests.engines.gatekeeper.judging import constraint, findings, release_of, template

_RULE = 'violation[{"msg": "it is open"}] { input.review.object.spec.open == "yes" }'
_SERVICES = constraint("{kinds: [{kinds: [Service]}]}")
_SERVICE = """
apiVersion: v1
kind: Service
metadata: {name: api, namespace: web}
spec:
  open: "yes" # releasegate:ignore=%s until=2030-01-01 reason="until the gateway is there"
"""


def _scanned(root: Path, policies: dict[str, str], manifests: dict[str, str]) -> ScanResult:
    for folder, files in (("house", policies), ("release", manifests)):
        (root / folder).mkdir()
        for name, text in files.items():
            (root / folder / name).write_text(text)
    options = {"policy_directories": (root / "house",)} if policies else {}
    return run(build([root / "release"], date(2026, 1, 1), options, None))


def test_scanned_constraints_judge_the_release_and_can_be_waived(tmp_path: Path) -> None:
    manifests = {"policies.yaml": f"{template(_RULE)}---{_SERVICES}", "api.yaml": _SERVICE % "Tested.one"}
    result = _scanned(tmp_path, {}, manifests)
    (found,) = [each for each in result.findings if each.policy.engine == "gatekeeper"]
    assert (found.status, found.message, found.waiver is not None) == (Status.FAIL, "it is open", True)
    assert (found.location.path.rpartition("/")[2], found.location.start_line) == ("api.yaml", 6)
    assert [policy.id for policy in result.policies if policy.engine == "gatekeeper"] == ["Tested.one"]
    assert not [note for note in result.notifications if note.level is Level.ERROR]


def test_the_constraint_of_a_policy_folder_wins_over_a_scanned_one(tmp_path: Path) -> None:
    weak = template('violation[{"msg": "never"}] { input.review.object.spec.never }')
    manifests = {"policies.yaml": f"{weak}---{_SERVICES}", "api.yaml": _SERVICE % "Tested.one"}
    result = _scanned(tmp_path, {"template.yaml": template(_RULE), "constraint.yaml": _SERVICES}, manifests)
    (found,) = [each for each in result.findings if each.policy.engine == "gatekeeper"]
    assert (found.status, found.message) == (Status.FAIL, "it is open")


def test_a_scanned_config_does_not_weaken_the_policies_of_a_folder(tmp_path: Path) -> None:
    config = """
apiVersion: config.gatekeeper.sh/v1alpha1
kind: Config
metadata: {name: config, namespace: gatekeeper-system}
spec: {match: [{excludedNamespaces: [web], processes: ["*"]}]}
"""
    manifests = {"config.yaml": config, "api.yaml": _SERVICE % "Tested.one"}
    result = _scanned(tmp_path, {"template.yaml": template(_RULE), "constraint.yaml": _SERVICES}, manifests)
    assert [each.status for each in result.findings if each.policy.engine == "gatekeeper"] == [Status.FAIL]


@pytest.mark.parametrize(
    ("manifests", "message", "level"),
    [
        ({"a.yaml": _SERVICES}, "Tested.one was not evaluated: no ConstraintTemplate is here", Level.ERROR),
        ({"a.yaml": template(_RULE)}, "no Constraint uses the template Tested", Level.WARNING),
        (
            {
                "a.yaml": "apiVersion: admissionregistration.k8s.io/v1\nkind: ValidatingAdmissionPolicy\n"
                "metadata: {name: replicas}\n"
            },
            "the ValidatingAdmissionPolicy replicas is written in CEL and was not evaluated",
            Level.WARNING,
        ),
    ],
)
def test_what_the_cluster_would_judge_by_and_the_scan_cannot_is_said(
    manifests: dict[str, str], message: str, level: Level, tmp_path: Path
) -> None:
    policies, (note,) = scanned_policies(release_of(manifests, tmp_path).resources, ())
    assert not policies
    assert (note.level, note.message[: len(message)]) == (level, message)


def test_overlays_bring_one_policy_for_both_or_two_where_they_differ(tmp_path: Path) -> None:
    base = release_of({"policies.yaml": f"{template(_RULE)}---{_SERVICES}", "api.yaml": _SERVICE % "x"}, tmp_path)
    worlds = [
        replace(each, world=world, origin=world)
        for world in ("overlays/prod", "overlays/test")
        for each in base.resources
    ]
    policies, notes = scanned_policies(worlds, ())
    assert not notes
    assert [(each.id, each.rule.worlds) for each in policies] == [("Tested.one", ("overlays/prod", "overlays/test"))]
    assert [each.status for each in findings(list(policies), Release(tuple(worlds)))] == [Status.FAIL] * 2
    changed = [
        replace(each, attributes={**each.attributes, "spec": {"match": {"kinds": [{"kinds": ["Pod"]}]}}})
        if each.type.startswith("Tested") and each.world == "overlays/test"
        else each
        for each in worlds
    ]
    policies, _ = scanned_policies(changed, ())
    assert [each.id for each in policies] == ["Tested.one", "Tested.one.overlays-test"]
    found = findings(list(policies), Release(tuple(changed)))
    assert [(each.policy.id, each.resource.world) for each in found] == [("Tested.one", "overlays/prod")]


def test_a_constraint_that_is_not_known_as_a_whole_is_refused(tmp_path: Path) -> None:
    release = release_of({"policies.yaml": f"{template(_RULE)}---{_SERVICES}"}, tmp_path)
    open_ended = [
        replace(each, attributes={**each.attributes, "spec": Unresolved("{{ … }}", "it is random")})
        if each.type.startswith("Tested")
        else each
        for each in release.resources
    ]
    policies, (note,) = scanned_policies(open_ended, ())
    assert not policies
    assert (note.level, note.message) == (Level.ERROR, "Tested.one is not known as a whole: it is random")
