"""What Checkov is given of Kubernetes: plain manifests as they are, charts and overlays as they were rendered."""

import json
from pathlib import Path

import yaml

from scanner.config import KubernetesOptions
from scanner.core.location import Location
from scanner.core.resource import Release, Resource, SourceFile
from scanner.core.values import Unresolved
from scanner.engines.checkov.interface import Unit
from scanner.engines.checkov.units.kubernetes import UNRESOLVED, kubernetes_units
from tests.engines.checkov.units.divided import FIXTURES, addresses, copied, divided, lines, write
from tests.parsers.kubernetes.rendering.charts_on_disk import HELM, needs_helm
from tests.parsers.kubernetes.rendering.overlays_on_disk import any_program

POD = "apiVersion: v1\nkind: Pod\nmetadata:\n  name: {}\nspec:\n  containers: [{{name: c, image: i}}]\n"
PLAIN = "the plain manifests"


def objects(unit: Unit) -> list[dict[str, object]]:
    """What Checkov reads of a rendered unit."""
    return [yaml.safe_load(content) for content in unit.files.values()]


def test_plain_manifests_are_one_unit_without_what_only_changes_others(tmp_path: Path) -> None:
    write(
        tmp_path,
        {
            "a.yaml": POD.format("a"),
            "b.json": '{"apiVersion": "v1", "kind": "Service", "metadata": {"name": "b"}}\n',
            "c/D.YAML": POD.format("c"),
            "values.yaml": "image: x\n",
            "kustomization.yaml": "resources: [a.yaml]\n",
            "broken.yaml": "apiVersion: v1\nkind: [\n",
        },
    )
    unit = divided(tmp_path)[PLAIN]
    assert sorted(unit.files) == ["a.yaml", "b.json", "c/D.YAML.yaml"]
    assert unit.paths == {"c/D.YAML.yaml": "c/D.YAML"}
    assert "default/Pod/a/pod/c" in addresses(unit)
    assert unit.files["a.yaml"] == POD.format("a").encode()


def test_a_part_that_is_written_in_another_file_makes_no_unit_of_its_own() -> None:
    units = divided(FIXTURES / "parsers/kubernetes/runtimes")
    assert [*units] == [PLAIN]
    assert any(each.origin != each.location.path for each in units[PLAIN].resources)


def test_an_action_in_a_comment_hides_no_file(tmp_path: Path) -> None:
    text = "# was: {{ .Values.image }} and {{- .Release.Name }}\n" + POD.format("a")
    unit = divided(write(tmp_path, {"a.yaml": text}))[PLAIN]
    assert lines(unit, "a.yaml") == [
        "# was: {  .Values.image }} and { - .Release.Name }}",
        *POD.format("a").split("\n"),
    ]


def test_of_the_definition_of_a_resource_the_schema_is_left_out_and_every_line_stays_where_it_is(
    tmp_path: Path,
) -> None:
    definition = (
        "apiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\n"
        "metadata:\n  name: x.acme.io\n\nspec:\n"
        + "".join(f"  field{number}:\n\n    description: text\n" for number in range(200))
        + "status: {}\n"
    )
    text = f"{POD.format('a')}---\n{definition}---\n{POD.format('b')}"
    unit = divided(write(tmp_path, {"all.yaml": text}))[PLAIN]
    kept, before = lines(unit, "all.yaml"), text.split("\n")
    assert len(kept) == len(before)
    assert {line for line, old in zip(kept, before, strict=True) if line != old} == {""}
    first, second, third = yaml.safe_load_all("\n".join(kept))
    assert (first, third) == (yaml.safe_load(POD.format("a")), yaml.safe_load(POD.format("b")))
    assert second == {
        "apiVersion": "apiextensions.k8s.io/v1",
        "kind": "CustomResourceDefinition",
        "metadata": {"name": "x.acme.io"},
        "status": {},
    }


def test_overlays_are_units_of_their_own_with_what_was_rendered(tmp_path: Path) -> None:
    options = any_program()
    units = divided(copied("parsers/kubernetes/overlays", tmp_path), kubernetes=options)
    assert [*units] == ["the overlay dev", "the overlay prod-eu"]
    for name, unit in units.items():
        folder = name.removeprefix("the overlay ")
        assert unit.path == f"{folder}/kustomization.yaml"
        assert {each.world for each in unit.resources} == {folder}
        tops = [each for each in unit.resources if each.parent is None]
        assert [*unit.files] == [f"{folder}/rendered-{number:04}.yaml" for number in range(len(tops))]
        assert objects(unit) == [each.attributes for each in tops]
        assert [*unit.objects.values()] == tops
    images = {name: {str(each) for each in objects(unit)} for name, unit in units.items()}
    assert images["the overlay dev"] != images["the overlay prod-eu"]


@needs_helm
def test_a_chart_is_a_unit_with_what_was_rendered(tmp_path: Path) -> None:
    folder = copied("parsers/kubernetes/charts", tmp_path)
    units = divided(folder, kubernetes=KubernetesOptions(helm=HELM))
    assert [*units] == [PLAIN, "the chart vllm"]
    assert [*units[PLAIN].files] == ["vllm/crds/models.yaml"]  # which Helm installs as it is
    unit = units["the chart vllm"]
    assert unit.path == "vllm/Chart.yaml"
    tops = [each for each in unit.resources if each.parent is None]
    assert [each["kind"] for each in objects(unit)] == [each.attributes["kind"] for each in tops]
    assert all("{{" not in content.decode() for content in unit.files.values())
    # Nothing of it is a file of the repository, in whose lines something could be found.
    assert dict(unit.objects) == dict(zip(unit.files, tops, strict=True))


def test_of_a_chart_that_nobody_renders_only_what_needs_no_rendering_is_judged(tmp_path: Path) -> None:
    units = divided(copied("parsers/kubernetes/charts/vllm", tmp_path), kubernetes=KubernetesOptions())
    assert {name: [*unit.files] for name, unit in units.items()} == {
        PLAIN: ["crds/models.yaml", "templates/static.yaml"]
    }


def rendered(*bodies: object, origin: str = "charts/app") -> Unit:
    made = [
        Resource(
            f"ConfigMap/{number}",
            "ConfigMap",
            "kubernetes",
            {"body": body},
            Location(f"{origin}/t.yaml", 1),
            origin=origin,
        )
        for number, body in enumerate(bodies)
    ]
    (unit,) = kubernetes_units(
        Release(tuple(made), source_files=(SourceFile("charts/app/Chart.yaml", "kubernetes", ""),))
    )
    return unit


def test_what_is_not_known_says_so_and_every_other_value_comes_back_as_it_was() -> None:
    shared = {"a": [1]}
    values: list[object] = [
        True,
        None,
        1.5,
        "yes",
        "1e3",
        "0x1f",
        "2026-01-01",
        "a: b\n# c\n",
        " \t",
        "ä😀\x07\u2028",
        {},
        [],
        shared,
        shared,
    ]
    unit = rendered(values, Unresolved("{{ … }}", "made anew"), {"key": [Unresolved("x", "y")]})
    assert unit.name == "the chart charts/app"
    assert objects(unit) == [{"body": values}, {"body": UNRESOLVED}, {"body": {"key": [UNRESOLVED]}}]


def test_a_text_with_an_action_hides_no_rendered_object() -> None:
    assert objects(rendered("see {{ .Values.x }} and {{ $labels.y }}")) == [
        {"body": "see {  .Values.x }} and {{ $labels.y }}"}
    ]


def test_half_a_character_is_told_by_who_reads_it() -> None:
    (content,) = rendered({"a": "\ud800", "b": Unresolved("x", "y")}).files.values()
    assert json.loads(content) == {"body": {"a": "\ud800", "b": UNRESOLVED}}


def test_many_objects_keep_their_order() -> None:
    unit = rendered(*range(12))
    assert [each["body"] for each in objects(unit)] == [*range(12)]
    assert sorted(unit.files) == [*unit.files]


def test_a_chart_or_overlay_at_the_top_is_named_without_its_folder() -> None:
    assert rendered(1, origin=".").name == "the overlay"
    assert [*rendered(1, origin=".").files] == ["rendered-0000.yaml"]
