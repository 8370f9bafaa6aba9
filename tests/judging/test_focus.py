"""What of a whole repository concerns changed files: the roots that these belong to, and nothing else."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from scanner import pipeline
from scanner.config import Config, TerraformOptions, UsageError
from scanner.core.control import Standing
from scanner.core.finding import Finding, RelatedLocation, Status
from scanner.core.location import Location
from scanner.core.notification import Level, Notification
from scanner.core.resource import Resource
from scanner.core.result import Decision, ScanResult
from scanner.judging.focus import focus_on, narrowed
from scanner.judging.gate import GateRules, decide
from tests.builders import finding, resource
from tests.comparison.histories import AS_OF, CHECK, POD_CHECK, acl, pod

pytestmark = pytest.mark.xdist_group("focus")  # so that the scan is made once
FILES = {
    ".git/HEAD": "",
    "live/a/main.tf": 'module "m" {\n  source = "../../modules/bucket"\n  name   = var.name\n}\n' + acl("a"),
    "live/a/variables.tf": 'variable "name" { default = "x" }\n',
    "live/a/terraform.tfvars": 'name = "y"\n',
    "live/b/main.tf": acl("b") + 'locals { policy = file("${path.module}/policy.json") }\n',
    "live/b/policy.json": "{}",
    "live/c/main.tf": 'module "n" {\n  source = "../../modules/names"\n}\n' + acl("c"),
    "modules/bucket/main.tf": 'variable "name" {}\n' + acl("inner"),
    "modules/names/main.tf": 'output "name" { value = "n" }\n',
    "k8s/api.yaml": pod("api"),
    "k8s/web.yaml": pod("web"),
    "overlays/base/kustomization.yaml": "resources: [pod.yaml]\n",
    "overlays/base/pod.yaml": pod("base"),
    "overlays/prod/kustomization.yaml": "resources: [../base, extra.yaml]\nnamePrefix: p-\n",
    "overlays/prod/extra.yaml": pod("extra"),
    "charts/api/Chart.yaml": "apiVersion: v2\nname: api\nversion: 1.0.0\n",
    "charts/api/values.yaml": "x: 1\n",
    "charts/api/crds/pod.yaml": pod("chart"),
    "prod.tfvars": "",
    "notes.txt": "",
}


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> tuple[ScanResult, Path]:
    """Everything, scanned once."""
    root = tmp_path_factory.mktemp("repository").resolve()
    for name, text in FILES.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text)
    return pipeline.run(Config((root,), AS_OF, checks=(CHECK, POD_CHECK))), root


Focused = Callable[..., ScanResult]


@pytest.fixture
def focused(whole: tuple[ScanResult, Path]) -> Focused:
    result, root = whole

    def on(*changed: str, notes: tuple[Notification, ...] = (), **options: Any) -> ScanResult:
        config = Config((root,), AS_OF, changed=tuple(root / name for name in changed), **options)
        given = replace(result, notifications=(*result.notifications, *notes))
        return narrowed(given, focus_on(result.release, config, root), gate)

    return on


def gate(found: list[Finding], told: list[Notification]) -> Any:
    return decide(found, told, 1, GateRules())


def places(result: ScanResult) -> set[str]:
    return {f"{finding.location.path}" for finding in result.findings}


@pytest.mark.parametrize(
    ("changed", "expected"),
    [
        ("live/a/main.tf", {"live/a/main.tf", "modules/bucket/main.tf"}),
        ("live/a/variables.tf", {"live/a/main.tf", "modules/bucket/main.tf"}),
        ("live/a/terraform.tfvars", {"live/a/main.tf", "modules/bucket/main.tf"}),
        ("live/a/gone.tf", {"live/a/main.tf", "modules/bucket/main.tf"}),
        ("live/b/main.tf", {"live/b/main.tf"}),
        ("live/b/policy.json", {"live/b/main.tf"}),
        ("modules/bucket/main.tf", {"live/a/main.tf", "modules/bucket/main.tf"}),
        ("modules/names/main.tf", {"live/c/main.tf"}),
        ("k8s/api.yaml", {"k8s/api.yaml"}),
        ("k8s", {"k8s/api.yaml", "k8s/web.yaml"}),
        ("overlays/prod/extra.yaml", {"overlays/base/pod.yaml", "overlays/prod/extra.yaml"}),
        ("overlays/base/pod.yaml", {"overlays/base/pod.yaml", "overlays/prod/extra.yaml"}),
        ("charts/api/values.yaml", {"charts/api/crds/pod.yaml"}),
        ("notes.txt", set()),
        ("nowhere/at/all.tf", set()),
    ],
)
def test_the_roots_of_a_changed_file(
    focused: Focused, whole: tuple[ScanResult, Path], changed: str, expected: set[str]
) -> None:
    result = focused(changed)
    assert places(result) == expected & places(whole[0])
    left = sum(finding.is_open for finding in whole[0].findings) - sum(each.is_open for each in result.findings)
    assert any(note.message.startswith(f"{left} open finding") for note in result.notifications)


def test_a_file_of_variables_is_of_every_root(focused: Focused, whole: tuple[ScanResult, Path]) -> None:
    options = TerraformOptions(var_files=(whole[1] / "prod.tfvars",))
    assert places(focused("prod.tfvars", terraform=options)) >= {"live/a/main.tf", "live/b/main.tf", "live/c/main.tf"}


def test_what_lies_elsewhere_blocks_nothing_and_is_judged_all_the_same(
    focused: Focused, whole: tuple[ScanResult, Path]
) -> None:
    assert whole[0].verdict.decision is Decision.BLOCKED
    result = focused("notes.txt")
    assert (result.findings, result.verdict.decision) == ((), Decision.PASSED)
    standings = {control.standing for each in result.frameworks for control in each.controls}
    assert Standing.NOT_MET in standings
    assert not [control for each in result.frameworks for control in each.controls if control.findings]
    assert focused("live/b/main.tf").verdict.decision is Decision.BLOCKED


@pytest.mark.parametrize(
    ("note", "decision"),
    [
        (Notification(Level.ERROR, "broken", "parser", Location("live/b/other.tf", 1)), Decision.PASSED),
        (Notification(Level.ERROR, "broken", "parser", Location("k8s/web.yaml", 1)), Decision.INCOMPLETE),
        (Notification(Level.ERROR, "crashed", "engine"), Decision.INCOMPLETE),
        (Notification(Level.ERROR, "crashed", "engine", Location("live/b/other.tf", 1)), Decision.INCOMPLETE),
    ],
)
def test_an_error_elsewhere_is_told_and_does_not_count(
    focused: Focused, note: Notification, decision: Decision
) -> None:
    result = focused("k8s/web.yaml", notes=(note,))
    assert result.verdict.decision is (Decision.BLOCKED if places(result) else decision)
    assert not result.verdict.is_complete
    [told] = [each for each in result.notifications if each.message.startswith(note.message)]
    assert (told.level is Level.ERROR) == (decision is Decision.INCOMPLETE)


def test_an_error_in_a_module_that_a_root_is_made_of_counts(focused: Focused) -> None:
    note = Notification(Level.ERROR, "broken", "parser", Location("modules/bucket/other.tf", 1))
    told = focused("live/a/variables.tf", notes=(note,)).notifications
    assert note in told
    assert note not in focused("live/b/main.tf", notes=(note,)).notifications


def test_an_overlay_that_is_rendered_is_a_root(whole: tuple[ScanResult, Path]) -> None:
    release = whole[0].release
    there = Resource("pod", "pod", "kubernetes", {}, Location("overlays/base/pod.yaml", 1), origin="overlays/prod")
    release = replace(release, resources=(*release.resources, there))
    for changed, expected in (
        ("overlays/prod/extra.yaml", True),
        ("overlays/base/pod.yaml", True),
        ("k8s/api.yaml", False),
    ):
        focus = focus_on(release, Config((whole[1],), AS_OF, changed=(whole[1] / changed,)), whole[1])
        assert focus.has(finding(Status.FAIL, on=there)) is expected


def test_a_place_that_a_finding_speaks_of_counts(whole: tuple[ScanResult, Path]) -> None:
    release, root = whole[0].release, whole[1]
    found = replace(
        finding(Status.FAIL, on=resource("workload.w", path="elsewhere/pod.yaml")),
        related_locations=(RelatedLocation(Location("live/b/main.tf", 1), "the bucket"),),
    )
    for changed, expected in (("live/b/new.tf", True), ("live/a/new.tf", False)):
        assert focus_on(release, Config((root,), AS_OF, changed=(root / changed,)), root).has(found) is expected


def test_a_file_outside_of_the_repository_is_an_error(focused: Focused) -> None:
    with pytest.raises(UsageError, match="outside of the repository"):
        focused("../other.tf")
