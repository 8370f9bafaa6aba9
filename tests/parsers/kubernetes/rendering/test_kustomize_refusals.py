"""Overlays that cannot be rendered, or not as a whole: each is told with its line, nothing foreign is run or read."""

import stat
import time
from pathlib import Path

import pytest

from scanner.config import KubernetesOptions
from tests.parsers.kubernetes.rendering.overlays_on_disk import OVERLAYS, PROGRAMS, any_program, program, read, write

POD = "apiVersion: v1\nkind: Pod\nmetadata:\n  name: p\nspec:\n  containers:\n    - name: c\n      image: x:1\n"
OTHER = POD.replace("name: p", "name: elsewhere").replace("x:1", "x:2")
ADVICE = "; render the overlays that use it with kustomize build and scan the output"
NOT_WHOLE = "overlay not rendered as a whole: "


def script(tmp_path: Path, text: str) -> KubernetesOptions:
    """A program called kustomize, outside of the scanned folder."""
    path = tmp_path / "bin" / "kustomize"
    write(tmp_path, {"bin/kustomize": f"#!/bin/sh\n{text}\n"})
    path.chmod(path.stat().st_mode | stat.S_IXUSR)
    return KubernetesOptions(kustomize=path)


def test_without_a_program_every_overlay_that_changes_something_is_told() -> None:
    found = read(OVERLAYS, KubernetesOptions())
    message = (
        "overlay not rendered: it needs kustomize or kubectl, so what it changes was not checked; let one of them be "
        "found on PATH, or render it with kustomize build {} and scan the output"
    )
    assert found.errors() == [
        ("dev/kustomization.yaml:2", message.format("dev")),
        ("prod-eu/kustomization.yaml:3", message.format("prod-eu")),
    ]
    # what is plain is read, the fragments that patches are is not
    assert "default/Deployment/api/pod/api" in found.addresses("base/deployment.yaml")
    assert "default/NetworkPolicy/closed" in found.addresses("components/hardened/network_policy.yaml")
    assert not {"prod-eu/sidecar.yaml", "components/hardened/read_only.yaml"} & set(found.origins())
    assert "literal-token-value" in found.parsed.secrets


def test_without_a_program_a_list_of_files_is_nothing_to_render(tmp_path: Path) -> None:
    write(tmp_path, {"a/kustomization.yaml": "resources: [pod.yaml]\n", "a/pod.yaml": POD})
    found = read(tmp_path, KubernetesOptions())
    assert found.errors() == []
    assert found.addresses("a/pod.yaml", "Pod") == ["default/Pod/p"]


@pytest.mark.parametrize(
    "address",
    [
        "https://github.com/kserve/kserve//config/default?ref=v0.15.0",
        "https://example.com/manifest.yaml",
        "github.com/kserve/kserve/config/default",
        "git@github.com:kserve/kserve.git",
        "git::https://example.com/x",
        "ssh://git@example.com/x/y.git",
        "oci://registry.example/x",
        "example.com/org/repo?ref=main",
        "file:///etc",
    ],
)
def test_remote_resources_are_never_fetched(tmp_path: Path, address: str) -> None:
    text = f"namespace: prod\nresources:\n  - pod.yaml\n  - {address}\n"
    write(tmp_path, {"a/kustomization.yaml": text, "a/pod.yaml": POD})
    found = read(tmp_path, any_program())
    shown = address.replace("//git@", "//")
    assert found.errors() == [
        (
            "a/kustomization.yaml:4",
            f"{NOT_WHOLE}{shown} is remote and never fetched, so what it brings and what changes that was not checked"
            f"{ADVICE}",
        )
    ]
    assert found.addresses("a", "Pod") == ["prod/Pod/p"]


def test_what_changes_only_remote_objects_is_left_out(tmp_path: Path) -> None:
    text = (
        "resources:\n  - pod.yaml\n  - https://user:pass@example.com/base?ref=v1\n"
        "namePrefix: x-\n"
        "patchesStrategicMerge:\n  - gone.yaml\n"
        "patches:\n  - path: here.yaml\n"
        "configMapGenerator:\n  - {name: settings, behavior: merge, literals: [a=b]}\n"
        "replacements:\n  - source: {kind: Service, name: s}\n"
        "    targets: [{select: {kind: Pod}, fieldPaths: [spec]}]\n"
    )
    here = POD.replace("image: x:1", "image: x:3")
    write(tmp_path, {"a/kustomization.yaml": text, "a/pod.yaml": POD, "a/gone.yaml": OTHER, "a/here.yaml": here})
    found = read(tmp_path, any_program())
    ((place, message),) = found.errors()
    assert place == "a/kustomization.yaml:3"
    assert "pass@" not in message
    assert "https://example.com/base?ref=v1 is remote" in message
    assert found.place("default/Pod/x-p/pod/c", "a", "image") == "a/here.yaml:8"


@pytest.mark.parametrize(
    ("extra", "line", "said"),
    [
        ("helmCharts:\n  - {name: c, repo: https://charts.example}\n", 3, "helmCharts is not inflated here"),
        ("generators: [run.yaml]\n", 3, "the plugin Runner of run.yaml is not run"),
        ("transformers: [run.yaml]\n", 3, "the plugin Runner of run.yaml is not run"),
        ("validators:\n  - |\n    apiVersion: x/v1\n    kind: Inline\n", 4, "the plugin Inline is not run"),
        ("generators: [helm.yaml]\n", 3, "the plugin HelmChartInflationGenerator of helm.yaml is not run"),
        ("transformers: [folder]\n", 3, "the plugin in the folder of folder is not run"),
        ("resources: [pod.yaml, gone.yaml]\n", 3, "gone.yaml is not there"),
        ("resources: [pod.yaml, ../../../etc]\n", 3, "../../../etc leads outside the repository"),
        ("resources: [pod.yaml, /etc/passwd]\n", 3, "/etc/passwd leads outside the repository"),
        ("components: [part.yaml]\n", 3, "part.yaml is not there"),
        ("configMapGenerator:\n  - name: s\n    envs: [plain.env]\n", 5, "plain.env is not there"),
        ("patches:\n  - path: missing.yaml\n", 4, "missing.yaml is not there"),
        ("resources: [pod.yaml, empty]\n", 3, "empty is a folder without a kustomization.yaml"),
    ],
)
def test_what_is_not_run_or_not_there(tmp_path: Path, extra: str, line: int, said: str) -> None:
    head = "" if extra.startswith("resources") else "resources: [pod.yaml]\n"
    function = "{config.kubernetes.io/function: 'exec: {path: ./x}'}"
    plugin = f"apiVersion: acme/v1\nkind: Runner\nmetadata:\n  annotations: {function}\n"
    write(
        tmp_path / "top",
        {
            "a/kustomization.yaml": f"namespace: prod\n{head or '# -' + chr(10)}{extra}",
            "a/pod.yaml": POD,
            "a/run.yaml": plugin,
            "a/helm.yaml": "apiVersion: builtin\nkind: HelmChartInflationGenerator\nmetadata: {name: x}\n",
            "a/folder/kustomization.yaml": "resources: [run.yaml]\n",
            "a/folder/run.yaml": plugin,
            "a/empty/pod.yaml": OTHER,
        },
    )
    found = read(tmp_path / "top", any_program())
    errors = [(place, message) for place, message in found.errors() if message.startswith(NOT_WHOLE)]
    assert [place for place, _ in errors] == [f"a/kustomization.yaml:{line}"]
    assert errors[0][1].removeprefix(NOT_WHOLE).startswith(said)
    assert found.addresses("a", "Pod") == ["prod/Pod/p"]


def test_a_secret_that_is_kept_elsewhere_is_no_trouble(tmp_path: Path) -> None:
    text = "secretGenerator:\n  - name: s\n    envs:\n      - secret.env\n    literals: [a=literal-value]\n"
    write(tmp_path, {"a/kustomization.yaml": text})
    found = read(tmp_path, any_program())
    assert found.errors() == []
    assert [(str(each.location), each.message) for each in found.parsed.notifications] == [
        ("a/kustomization.yaml:4", "secret.env is not there, so it was not checked")
    ]
    assert [each.rpartition("-")[0] for each in found.addresses("a", "Secret")] == ["default/Secret/s"]


def test_built_in_plugins_are_part_of_kustomize(tmp_path: Path) -> None:
    label = (
        "apiVersion: builtin\nkind: LabelTransformer\nmetadata: {name: l}\n"
        "labels: {team: ml}\nfieldSpecs: [{path: metadata/labels, create: true}]\n"
    )
    patch = "apiVersion: builtin\nkind: PatchTransformer\nmetadata: {name: p}\npath: fix.yaml\ntarget: {kind: Pod}\n"
    write(
        tmp_path,
        {
            "a/kustomization.yaml": "resources: [pod.yaml]\ntransformers: [label.yaml, patch.yaml]\n",
            "a/pod.yaml": POD,
            "a/label.yaml": label,
            "a/patch.yaml": patch,
            "a/fix.yaml": POD.replace("x:1", "x:9"),
        },
    )
    found = read(tmp_path, any_program())
    assert found.errors() == []
    pod = found.resource("default/Pod/p", "a")
    assert pod.attributes["metadata"]["labels"] == {"team": "ml"}
    assert pod.attributes["spec"]["containers"][0]["image"] == "x:9"
    assert found.origins() == ["a"]


def test_links_that_lead_out_are_refused_and_others_followed(tmp_path: Path) -> None:
    write(tmp_path / "outside", {"kustomization.yaml": "resources: [pod.yaml]\n", "pod.yaml": OTHER})
    top = write(
        tmp_path / "top",
        {
            "base/kustomization.yaml": "resources: [pod.yaml]\n",
            "base/pod.yaml": POD,
            "a/kustomization.yaml": "namespace: prod\nresources:\n  - inside\n  - outside\n  - leaf.yaml\n",
        },
    )
    (top / "a" / "inside").symlink_to("../base")
    (top / "a" / "outside").symlink_to(tmp_path / "outside")
    (top / "a" / "leaf.yaml").symlink_to(tmp_path / "outside" / "pod.yaml")
    found = read(top, any_program())
    assert [place for place, _ in found.errors()] == ["a/kustomization.yaml:4", "a/kustomization.yaml:5"]
    assert all("through a symbolic link, which is not followed" in message for _, message in found.errors())
    assert found.addresses("a", "Pod") == ["prod/Pod/p"]
    assert found.place("prod/Pod/p/pod/c", "a", "image") == "base/pod.yaml:8"


def test_a_circle_is_cut_and_told(tmp_path: Path) -> None:
    write(
        tmp_path,
        {
            "a/kustomization.yaml": "namespace: prod\nresources: [pod.yaml, ../b]\n",
            "a/pod.yaml": POD,
            "b/kustomization.yaml": "resources: [pod.yaml, ../a]\n",
            "b/pod.yaml": OTHER,
            "c/kustomization.yaml": "namePrefix: c-\nresources: [../c]\n",
        },
    )
    found = read(tmp_path, any_program())
    back = "leads back to a Kustomization that refers to this one"
    assert [(place, back in message) for place, message in found.errors()][:2] == [
        ("b/kustomization.yaml:1", True),
        ("c/kustomization.yaml:2", True),
    ]
    assert found.addresses("a", "Pod") == ["prod/Pod/elsewhere", "prod/Pod/p"]


def test_a_maze_is_not_walked_to_its_end(tmp_path: Path) -> None:
    files = {"root/kustomization.yaml": "namespace: prod\nresources: [../a0, ../b0]\n"}
    for level in range(17):
        for side in "ab":
            after = f"resources: [../a{level + 1}, ../b{level + 1}]\n"
            files[f"{side}{level}/kustomization.yaml"] = f"namePrefix: {side}-\n{after}"
    for side in "ab":
        files |= {f"{side}17/kustomization.yaml": "resources: [pod.yaml]\n", f"{side}17/pod.yaml": POD}
    ((place, message),) = read(write(tmp_path, files), any_program()).errors()
    assert place == "root/kustomization.yaml:1"
    assert message.startswith("overlay not rendered: more than 10,000 ways lead through its Kustomizations;")


def test_a_component_that_nobody_uses(tmp_path: Path) -> None:
    component = "apiVersion: kustomize.config.k8s.io/v1alpha1\nkind: Component\npatches: [{path: fix.yaml}]\n"
    write(tmp_path, {"c/kustomization.yaml": component, "c/fix.yaml": POD})
    found = read(tmp_path, any_program())
    assert [place for place, _ in found.errors()] == ["c/kustomization.yaml:1"]
    assert found.errors()[0][1].startswith("component not rendered: no overlay of the scan uses it")
    assert "c/fix.yaml" not in found.origins()


@pytest.mark.parametrize("name", PROGRAMS)
def test_a_patch_without_an_object(tmp_path: Path, name: str) -> None:
    text = "resources: [pod.yaml]\npatches:\n  - path: fix.yaml\n"
    write(tmp_path, {"a/kustomization.yaml": text, "a/pod.yaml": POD, "a/fix.yaml": OTHER})
    found = read(tmp_path, program(name))
    ((place, message),) = found.errors()
    assert place == "a/fix.yaml:4"
    assert message.startswith(f"overlay not rendered: {name} ended with status 1: ")
    assert "no matches for Id" in message
    assert str(tmp_path) not in message
    assert "releasegate-" not in message
    assert found.addresses("a/pod.yaml", "Pod") == ["default/Pod/p"]
    assert "a/fix.yaml" not in found.origins()


def test_a_message_does_not_quote_a_patch(tmp_path: Path) -> None:
    text = "resources: [pod.yaml]\npatches:\n  - target: {kind: Pod}\n    patch: 'hunter2 is no patch'\n"
    write(tmp_path, {"a/kustomization.yaml": text, "a/pod.yaml": POD})
    ((place, message),) = read(tmp_path, any_program()).errors()
    assert place.startswith("a/kustomization.yaml:")
    assert "hunter2" not in message


@pytest.mark.parametrize("name", PROGRAMS)
def test_a_field_that_the_program_does_not_know(tmp_path: Path, name: str) -> None:
    write(
        tmp_path,
        {"a/kustomization.yaml": "resources: [pod.yaml]\nnamespace: prod\nofTomorrow: [x]\n", "a/pod.yaml": POD},
    )
    ((place, message),) = read(tmp_path, program(name)).errors()
    assert place == "a/kustomization.yaml:3"
    assert 'unknown field "ofTomorrow"' in message
    assert message.endswith("so correct it, or use a newer kustomize, and scan again")


def test_an_unreadable_resource(tmp_path: Path) -> None:
    write(
        tmp_path, {"a/kustomization.yaml": "namespace: prod\nresources: [pod.yaml]\n", "a/pod.yaml": f"{POD}  x: [\n"}
    )
    errors = read(tmp_path, any_program()).errors()
    assert ("overlay not rendered" in errors[0][1], errors[0][0].split(":")[0]) == (True, "a/pod.yaml")
    assert any("not YAML" in message for _, message in errors)


def test_a_program_that_hangs_is_stopped(tmp_path: Path) -> None:
    top = write(tmp_path / "top", {"kustomization.yaml": "namespace: prod\nresources: [pod.yaml]\n", "pod.yaml": POD})
    options = script(tmp_path, "sleep 60")
    start = time.monotonic()
    found = read(top, options, time_limit=1.0)
    assert time.monotonic() - start < 20
    ((place, message),) = found.errors()
    assert place == "kustomization.yaml:1"
    assert "kustomize was stopped after 1 s without a result" in message
    assert found.addresses("pod.yaml", "Pod") == ["default/Pod/p"]


def test_a_program_that_answers_nonsense(tmp_path: Path) -> None:
    top = write(tmp_path / "top", {"kustomization.yaml": "namespace: prod\nresources: [pod.yaml]\n", "pod.yaml": POD})
    found = read(top, script(tmp_path, "printf 'a: [\\n---\\nkind: Pod\\nmetadata: {}\\n'"))
    assert len(found.errors()) == 1
    assert found.errors()[0][1].startswith("the rendered overlay: not YAML")


def test_the_program_sees_a_copy_with_nothing_else_in_it(tmp_path: Path) -> None:
    files = {"a/kustomization.yaml": "namespace: prod\nresources: [pod.yaml]\n", "a/pod.yaml": POD, "a/other.txt": "x"}
    top = write(tmp_path / "top", files)
    found = read(top, script(tmp_path, 'find "$2" -type f | sed "s|^.*/||" | sort | tr "\\n" " " >&2; exit 3'))
    assert "status 3: kustomization.yaml pod.yaml;" in found.errors()[0][1]


@pytest.mark.parametrize(
    "text",
    [
        "[]\n",
        "resources: 3\npatches: x\nimages: {a: b}\nnamespace: prod\n",
        "resources: [null, 3, {a: b}, '']\nnamespace: prod\n",
        "patches: [{path: [a]}, {patch: 3}, null]\n",
        "configMapGenerator: [null, {name: 3, literals: [3, null], files: [[]]}]\n",
        "replacements: [{path: 3}, {targets: [null, {fieldPaths: [3]}]}]\n",
        "labels: [{pairs: 3}]\ncommonLabels: []\nnamePrefix: [x]\n",
        "kind: Kustomization\nkind: Component\nresources: [.]\n",
        "apiVersion: kustomize.toolkit.fluxcd.io/v1\nkind: Kustomization\nspec: {path: ./x}\n",
        "resources: [pod.yaml]\n---\nresources: [pod.yaml]\n",
        "resources: [\n",
        "transformers: ['', 3, 'a: b']\nhelmCharts: 3\n",
    ],
)
def test_odd_kustomizations_are_no_crash(tmp_path: Path, text: str) -> None:
    write(tmp_path, {"a/kustomization.yaml": text, "a/pod.yaml": POD})
    read(tmp_path, any_program())
    read(tmp_path, KubernetesOptions())
