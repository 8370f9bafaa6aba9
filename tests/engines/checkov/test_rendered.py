"""What Checkov finds in rendered objects stands where somebody wrote it, for each overlay by itself."""

from datetime import date
from pathlib import Path

import pytest

from scanner import Config, scan
from scanner.config import KubernetesOptions
from scanner.core.finding import Finding, Status
from tests.engines.checkov.units.divided import copied
from tests.parsers.kubernetes.rendering.charts_on_disk import HELM, needs_helm
from tests.parsers.kubernetes.rendering.overlays_on_disk import any_program

pytestmark = pytest.mark.xdist_group("checkov")

HOST_NETWORK, DIGEST = "CKV_K8S_19", "CKV_K8S_43"


def failures(folder: Path, options: KubernetesOptions) -> list[Finding]:
    config = Config(
        paths=(folder,),
        as_of=date(2026, 11, 22),
        engines=("checkov",),
        checks=(HOST_NETWORK, DIGEST),
        kubernetes=options,
    )
    result = scan(config)
    assert not [note for note in result.notifications if "Checkov" in note.message]
    return [each for each in result.findings if each.status is Status.FAIL]


def places(findings: list[Finding], check: str) -> list[tuple[str, str, int]]:
    found = [each for each in findings if each.policy.id == check]
    return [(each.resource.address, each.location.path, each.location.start_line) for each in found]


def test_of_an_overlay_it_is_the_base_or_the_patch(tmp_path: Path) -> None:
    found = failures(copied("parsers/kubernetes/overlays", tmp_path), any_program())
    assert places(found, HOST_NETWORK) == [("prod/Deployment/prod-api-eu", "prod/account.json", 3)]
    assert places(found, DIGEST) == [
        ("dev/Deployment/api/pod/api", "dev/kustomization.yaml", 7),
        ("prod/Deployment/prod-api-eu/pod/proxy", "prod-eu/sidecar.yaml", 10),
    ]
    assert {each.resource.world for each in found} == {"dev", "prod-eu"}
    named = {each.message for one in found for each in one.related_locations}
    assert named == {"the overlay dev is put together here", "the overlay prod-eu is put together here"}


@needs_helm
def test_of_a_chart_it_is_the_template(tmp_path: Path) -> None:
    found = failures(copied("parsers/kubernetes/charts", tmp_path), KubernetesOptions(helm=HELM))
    template = "vllm/charts/gateway/templates/deployment.yaml"
    assert ("default/Deployment/vllm-edge", template, 9) in places(found, HOST_NETWORK)
    assert all((tmp_path / "repository" / each.location.path).is_file() for each in found)
