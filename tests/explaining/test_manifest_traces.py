"""Where the values of charts, overlays, manifests and Dockerfiles come from."""

import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from scanner.config import Config
from scanner.explaining.steps import EndKind
from scanner.explaining.trace import Tracer
from tests.explaining.conftest import FIXTURES, config_for, lines, places, traced, way_of

helm = pytest.mark.skipif(shutil.which("helm") is None, reason="helm is not on PATH")
kustomize = pytest.mark.skipif(shutil.which("kustomize") is None, reason="kustomize is not on PATH")

TEMPLATE = "chart/templates/deployment.yaml"
SERVER = "default/Deployment/serving/pod/server"
Write = Callable[..., Tracer]


@pytest.fixture(scope="module")
def chart() -> Tracer:
    config = config_for(FIXTURES / "chart")
    options = replace(config.kubernetes, helm_values=(FIXTURES / "values.prod.yaml",))
    return traced(replace(config, kubernetes=options))


@pytest.fixture(scope="module")
def overlay() -> Tracer:
    return traced(config_for(FIXTURES / "overlay"))


@helm
def test_a_file_of_values_wins_over_the_charts_own(chart: Tracer) -> None:
    way = way_of(chart, "default/Deployment/serving/pod", "replicas")
    assert lines(way) == [
        ("template", f"{TEMPLATE}:6", "the template writes replicas of default/Deployment/serving/pod"),
        ("values", "values.prod.yaml:1", ".Values.replicas is given by --helm-values"),
        ("overridden", "chart/values.yaml:2", "which wins over the chart's own defaults"),
    ]


@helm
def test_a_named_template_is_entered(chart: Tracer) -> None:
    way = way_of(chart, SERVER, "image")
    assert places(way) == [
        ("template", f"{TEMPLATE}:12"),
        ("include", "chart/templates/_helpers.tpl:1"),
        ("values", "chart/values.yaml:1"),
    ]


@helm
def test_a_tree_that_is_put_in_as_a_whole_is_followed_to_the_part(chart: Tracer) -> None:
    privileged = way_of(chart, SERVER, "security_context.privileged")
    assert places(privileged) == [("template", f"{TEMPLATE}:18"), ("values", "chart/values.yaml:5")]
    assert privileged.origin is not None
    assert privileged.origin.name == ".Values.security.privileged"
    of_file = way_of(chart, SERVER, "security_context.runAsNonRoot")
    assert places(of_file)[1] == ("values", "values.prod.yaml:3")


@helm
def test_a_default_of_the_template_counts_where_no_file_gives_a_value(chart: Tracer) -> None:
    way = way_of(chart, "default/Deployment/serving/pod", "host_network")
    assert lines(way)[-1] == (
        "default",
        f"{TEMPLATE}:9",
        "no file gives .Values.hostNetwork: the template's default false counts",
    )


@helm
def test_a_parent_chart_gives_values_to_its_subchart_by_its_alias(chart: Tracer) -> None:
    way = way_of(chart, "default/Pod/cache/pod", "host_network")
    assert lines(way) == [
        (
            "template",
            "chart/charts/cache/templates/pod.yaml:6",
            "the template writes host_network of default/Pod/cache/pod",
        ),
        ("values", "chart/values.yaml:7", ".Values.hostNetwork is given by the parent chart chart"),
        ("overridden", "chart/charts/cache/values.yaml:1", "which wins over the chart's own defaults"),
    ]


@helm
def test_conditions_and_ranges_around_a_line(written: Write) -> None:
    template = (
        "{{- range $name, $each := .Values.apps }}\n{{- if $each.enabled }}\n---\napiVersion: v1\nkind: Pod\n"
        "metadata:\n"
        '  name: {{ $name }}\nspec:\n  hostPID: {{ $each.pid }}\n  hostIPC: {{ eq (toString $.Values.nothing) "y" }}\n'
        "  containers:\n    - name: a\n      image: x\n{{- end }}\n{{- end }}\n"
    )
    tracer = written(
        {
            "c/Chart.yaml": "apiVersion: v2\nname: c\nversion: 1.0.0\n",
            "c/templates/pod.yaml": template,
            "c/values.yaml": "apps:\n  one:\n    enabled: true\n    pid: true\n",
        }
    )
    way = way_of(tracer, "default/Pod/one/pod", "host_pid")
    assert [(each.kind, str(each.location), each.depth) for each in way.steps] == [
        ("template", "c/templates/pod.yaml:9", 0),
        ("values", "c/values.yaml:4", 0),
        ("condition", "c/templates/pod.yaml:2", 1),
        ("values", "c/values.yaml:3", 2),
    ]
    unknown = way_of(tracer, "default/Pod/one/pod", "host_ipc")
    end = next(each for each in unknown.ends if each.kind is EndKind.UNKNOWN)
    assert end.name == ".Values.nothing"
    assert end.settled_by == ("--helm-values FILE", "nothing in c/values.yaml")


@kustomize
def test_a_patch_is_told_with_the_base_that_it_changes(overlay: Tracer) -> None:
    way = way_of(overlay, "default/Deployment/api/pod/api", "security_context.privileged")
    assert places(way) == [
        ("base", "overlay/base/deployment.yaml:13"),
        ("patch", "overlay/prod/debug.yaml:11"),
        ("overlay", "overlay/prod/kustomization.yaml:1"),
    ]
    assert way.origin is not None
    assert str(way.origin.location) == "fixtures/explain/overlay/prod/debug.yaml:11"


@kustomize
def test_a_setting_of_the_overlay_is_told_too(overlay: Tracer) -> None:
    way = way_of(overlay, "default/Deployment/api/pod/api", "image")
    assert places(way)[:2] == [
        ("base", "overlay/base/deployment.yaml:11"),
        ("patch", "overlay/prod/kustomization.yaml:7"),
    ]


@kustomize
def test_what_no_patch_changes_is_the_bases(overlay: Tracer) -> None:
    way = way_of(overlay, "default/Deployment/api/pod", "replicas")
    assert places(way) == [("base", "overlay/base/deployment.yaml:6"), ("overlay", "overlay/prod/kustomization.yaml:1")]


def test_a_plain_manifest_has_its_line(written: Write) -> None:
    text = "apiVersion: v1\nkind: Service\nmetadata:\n  name: a\nspec:\n  type: LoadBalancer\n"
    tracer = written({"service.yaml": text})
    way = way_of(tracer, "default/Service/a", "spec.type")
    assert [(each.kind, str(each.location), each.message) for each in way.steps] == [
        ("manifest", "service.yaml:6", "spec.type is written here")
    ]
    absent = way_of(tracer, "default/Service/a", "spec.externalTrafficPolicy")
    assert absent.steps[0].message == "default/Service/a does not write spec.externalTrafficPolicy"
    assert absent.origin is None


def test_an_instruction_of_an_earlier_stage_is_led_to_its_argument(image: Tracer) -> None:
    way = way_of(image, "fixtures/explain/image/Dockerfile#runtime", "user.root")
    assert places(way) == [
        ("instruction", "image/Dockerfile:4"),
        ("stage", "image/Dockerfile:6"),
        ("default", "image/Dockerfile:3"),
    ]


def test_from_sees_what_stands_before_it(image: Tracer) -> None:
    way = way_of(image, "fixtures/explain/image/Dockerfile#build", "base.reference")
    assert places(way) == [("instruction", "image/Dockerfile:2"), ("default", "image/Dockerfile:1")]


def test_an_argument_without_a_value_says_what_would_give_one(image: Tracer) -> None:
    way = way_of(image, "fixtures/explain/image/Dockerfile#runtime", "labels.revision")
    assert places(way) == [("instruction", "image/Dockerfile:8"), ("argument", "image/Dockerfile:7")]
    (end,) = [each for each in way.ends if each.kind is EndKind.UNKNOWN]
    assert "--build-arg REVISION=…" in end.settled_by


def test_a_build_argument_wins_and_only_its_name_is_told() -> None:
    def config() -> Config:
        made = config_for(FIXTURES / "image")
        return replace(made, dockerfile=replace(made.dockerfile, build_args={"RUNNER": "hunter2-hunter2"}))

    way = way_of(traced(config()), "fixtures/explain/image/Dockerfile#build", "user.root")
    assert lines(way)[-1] == ("option", "", "--build-arg RUNNER gives its value")
    assert not any("hunter2" in each.message for each in way.steps)


def test_a_model_manifest_has_its_line(written: Write) -> None:
    text = "apiVersion: releasegate/v1\nkind: ModelRelease\nmodel:\n  id: triage\n  version: 1.0.0\n"
    tracer = written({"model-release.yaml": text})
    way = way_of(tracer, "model.triage[model-release]", "version")
    assert [(each.kind, str(each.location)) for each in way.steps] == [("line", "model-release.yaml:5")]


def test_a_value_of_a_folder_outside_is_called_by_its_name(tmp_path: Path) -> None:
    if shutil.which("helm") is None:
        pytest.skip("helm is not on PATH")
    outside = tmp_path / "elsewhere.yaml"
    outside.write_text("replicas: 7\n")
    config = config_for(FIXTURES / "chart")
    config = replace(config, kubernetes=replace(config.kubernetes, helm_values=(outside,)))
    way = way_of(traced(config), "default/Deployment/serving/pod", "replicas")
    assert str(way.steps[1].location) == "elsewhere.yaml:1"
