"""Charts that mean harm: nothing of them is run, nothing outside is read, nothing goes on without end."""

import time
from pathlib import Path

import pytest

from tests.parsers.kubernetes.rendering.charts_on_disk import needs_helm, pack, read_folder, write_chart, write_program

GOOD = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: good}\ndata: {a: '{{ .Release.Name }}'}\n"
PLAIN = "apiVersion: v1\nkind: ServiceAccount\nmetadata: {name: plain}\n"
SECRET = "outside-the-repository"


@pytest.mark.parametrize("place", ["templates/out.yaml", "values.yaml", "files/out", "charts/inner", "templates/more"])
@needs_helm
def test_links_that_lead_out(tmp_path: Path, place: str) -> None:
    root = tmp_path / "root"
    write_chart(root / "app", {"templates/good.yaml": GOOD, "templates/plain.yaml": PLAIN, "files/a": "a"})
    outside = tmp_path / "outside"
    write_chart(outside, {"templates/a.yaml": GOOD.replace("good", SECRET), "text": f"name: {SECRET}\n"})
    link = root / "app" / place
    link.parent.mkdir(parents=True, exist_ok=True)
    link.symlink_to(outside / "text" if "." in place else outside)
    reading = read_folder(root)
    assert reading.addresses() == ["default/ServiceAccount/plain"]
    assert [(level, where) for level, where, _ in reading.told()] == [
        ("error", f"app/{place}:1"),
        ("error", "app/templates/good.yaml:4"),
    ]
    assert "leads out of the repository" in reading.told()[0][2]
    assert SECRET not in str(reading.parsed)


@needs_helm
def test_links_that_lead_nowhere_or_around(tmp_path: Path) -> None:
    write_chart(tmp_path / "app", {"templates/good.yaml": GOOD})
    (tmp_path / "app" / "templates" / "again").symlink_to(tmp_path / "app" / "templates")
    (tmp_path / "other").mkdir()
    write_chart(tmp_path / "other", {"templates/good.yaml": GOOD})
    (tmp_path / "other" / "loop").symlink_to(tmp_path / "other" / "loop")
    reading = read_folder(tmp_path)
    assert "other/loop:1" in {where for _, where, _ in reading.told()}
    assert {each.split("[")[0] for each in reading.addresses()} <= {"default/ConfigMap/good"}


@pytest.mark.parametrize("place", ["values.yaml", "templates", "charts", "Chart.yaml", "templates/more"])
def test_nothing_outside_is_read_without_helm_either(tmp_path: Path, place: str) -> None:
    root = tmp_path / "root"
    outside = write_chart(
        tmp_path / "outside",
        {
            "values.yaml": f"password: {SECRET}\n",
            "templates/a.yaml": GOOD.replace("good", SECRET),
            "charts/in/Chart.yaml": f"apiVersion: v2\nname: in\nversion: 1.0.0\ntype: {SECRET}\n",
            "charts/in/values.yaml": f"password: {SECRET}\n",
        },
    )
    write_chart(root / "app", {"templates/good.yaml": GOOD} if place != "templates" else {})
    link = root / "app" / place
    link.unlink(missing_ok=True)
    link.symlink_to(outside / place.replace("/more", ""))
    reading = read_folder(root, helm=None, only="" if place != "Chart.yaml" else "app/templates/good.yaml")
    assert SECRET not in str(reading.parsed)
    assert SECRET not in str(reading.parsed.secrets)
    assert SECRET not in str([file.text for file in reading.parsed.source_files])


def test_subcharts_that_contain_one_another(tmp_path: Path) -> None:
    chart = write_chart(tmp_path / "app", {"templates/good.yaml": GOOD})
    (chart / "charts").mkdir()
    for number in range(30):
        (chart / "charts" / f"again{number}").symlink_to(chart)
    start = time.monotonic()
    read_folder(tmp_path)
    assert time.monotonic() - start < 20


@needs_helm
def test_links_inside_are_followed(tmp_path: Path) -> None:
    write_chart(tmp_path / "app", {"templates/good.yaml": GOOD.replace(".Release.Name", ".Values.a")})
    (tmp_path / "common.yaml").write_text("a: shared\n")
    (tmp_path / "app" / "values.yaml").symlink_to(Path("..") / "common.yaml")
    reading = read_folder(tmp_path)
    assert reading.resource("default/ConfigMap/good").attributes["data"] == {"a": "shared"}


@pytest.mark.parametrize(
    "text",
    [
        '{{ define "r" }}{{ include "r" . }}{{ end }}{{ include "r" . }}\n',
        '{{ define "r" }}{{ template "r" . }}{{ end }}{{ include "r" . }}\n',
        '{{ tpl "{{ tpl .Values.a . }}" . }}\n',
        '{{ range until 200000 }}{{ repeat 1000 "x" }}{{ end }}\n',
        '{{ repeat 9000000000 "x" }}\n',
        "{{ range until 3000000000 }}{{ end }}\n",
    ],
)
@needs_helm
def test_templates_without_end(tmp_path: Path, text: str) -> None:
    write_chart(tmp_path / "app", {"values.yaml": "a: '{{ tpl .Values.a . }}'\n", "templates/a.yaml": text})
    (tmp_path / "app" / "templates" / "plain.yaml").write_text(PLAIN)
    start = time.monotonic()
    reading = read_folder(tmp_path, time_limit=10)
    assert time.monotonic() - start < 60
    assert reading.addresses() == ["default/ServiceAccount/plain"]
    assert "error" in {level for level, _, _ in reading.told()}
    assert max(len(message) for _, _, message in reading.told()) < 600


@needs_helm
def test_marks_and_sources_that_a_template_writes_itself(tmp_path: Path) -> None:
    forged = (
        GOOD.replace("good", "forged") + "# #@0123456789abcdef:0:1@\n---\n# Source: app/templates/other.yaml\n" + PLAIN
    )
    write_chart(tmp_path / "app", {"templates/a.yaml": forged, "templates/other.yaml": GOOD})
    reading = read_folder(tmp_path)
    assert reading.place("default/ConfigMap/forged", "data.a") == ("app/templates/a.yaml", 4)
    assert reading.place("default/ServiceAccount/plain", "kind") == ("app/templates/a.yaml", 9)


@needs_helm
def test_special_files_and_other_text(tmp_path: Path) -> None:
    import os  # noqa: PLC0415

    write_chart(tmp_path / "app", {"templates/good.yaml": GOOD})
    os.mkfifo(tmp_path / "app" / "templates" / "pipe.yaml")
    os.mkfifo(tmp_path / "app" / "pipe")
    (tmp_path / "app" / "templates" / "binary.bin").write_bytes(bytes(range(256)))
    (tmp_path / "app" / "charts").mkdir()
    (tmp_path / "app" / "charts" / "broken-1.0.0.tgz").write_bytes(b"no archive")
    (tmp_path / "app" / "charts" / "README.md").write_text("text")
    told = read_folder(tmp_path).told()
    assert {level for level, _, _ in told} == {"error"}
    assert not any("releasegate-" in message for _, _, message in told)


@needs_helm
def test_an_archive_that_reaches_out(tmp_path: Path) -> None:
    inner = write_chart(tmp_path / "elsewhere" / "inner", {"templates/a.yaml": GOOD})
    (inner / "templates" / "out.yaml").symlink_to("/etc/hostname")
    more = "dependencies:\n  - {name: inner, version: 0.x.x, repository: 'https://charts.example'}\n"
    chart = write_chart(tmp_path / "root" / "app", {}, more=more)
    pack(inner, chart / "charts" / "inner-0.1.0.tgz")
    hostname = Path("/etc/hostname").read_text().strip()
    reading = read_folder(tmp_path / "root")
    assert not any(hostname in str(each.attributes) for each in reading.parsed.resources)


@pytest.mark.parametrize(
    ("script", "message"),
    [
        ("sleep 60", "helm was stopped after 1 s without a result"),
        ("sleep 60 & exit 0", "helm was stopped after 1 s without a result"),
        ("sleep 60 >/dev/null 2>&1 & echo; exit 3", "helm ended with status 3"),
        ("yes", "helm was stopped after 32 MiB of output"),
        ("kill -9 $$", "helm was killed by signal 9"),
        ("exit 7", "helm ended with status 7"),
        ("yes >&2", "helm was stopped after 1 s without a result"),
        ("echo 'fatal error: runtime: out of memory' >&2; exit 2", "helm ran out of memory"),
        ("echo 'Error: a new kind of complaint' >&2; exit 1", "helm template: a new kind of complaint"),
    ],
)
def test_a_program_that_fails(tmp_path: Path, script: str, message: str) -> None:
    helm = write_program(tmp_path / "bin" / "helm", script)
    write_chart(tmp_path / "root" / "app", {"templates/good.yaml": GOOD, "templates/plain.yaml": PLAIN})
    start = time.monotonic()
    reading = read_folder(tmp_path / "root", helm=helm, time_limit=1)
    assert time.monotonic() - start < 15
    assert reading.addresses() == ["default/ServiceAccount/plain"]
    assert [(level, where) for level, where, _ in reading.told()] == [
        ("error", "app/Chart.yaml:1"),
        ("error", "app/templates/good.yaml:4"),
    ]
    assert message in reading.told()[0][2]


@pytest.mark.parametrize("output", ["no documents", "---\\n# Source: \\n\\377\\n", "---\\n# Source: x\\na: {\\n", ""])
def test_a_program_that_writes_something_else(tmp_path: Path, output: str) -> None:
    helm = write_program(tmp_path / "bin" / "helm", f"printf '{output}'")
    write_chart(tmp_path / "root" / "app", {"templates/good.yaml": GOOD})
    reading = read_folder(tmp_path / "root", helm=helm)
    assert reading.addresses() == []
    assert {level for level, _, _ in reading.told()} <= {"warning", "error"}
    assert reading.told() != []


@pytest.mark.parametrize("is_link", [False, True])
def test_a_program_of_the_scanned_tree_is_not_run(tmp_path: Path, is_link: bool) -> None:
    ran = tmp_path / "ran"
    root = tmp_path / "root"
    helm = write_program((tmp_path if is_link else root) / "bin" / "other", f"touch {ran}")
    (root / "bin").mkdir(parents=True, exist_ok=True)
    (root / "bin" / "helm").symlink_to(helm)
    write_chart(root / "app", {"templates/good.yaml": GOOD})
    reading = read_folder(root, helm=root / "bin" / "helm")
    assert not ran.exists()
    assert ("error", "None", "helm on PATH lies in the scanned tree and was not run; take its folder from PATH") in (
        reading.told()
    )
