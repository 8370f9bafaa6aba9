"""Files of a chart that its templates read: not a second time as manifests, and no templates of their own."""

from pathlib import Path

import pytest

from tests.parsers.kubernetes.rendering.charts_on_disk import needs_helm, read_folder, write_chart

ACCOUNT = "apiVersion: v1\nkind: ServiceAccount\nmetadata:\n  name: {name}\n"
PLAIN = ACCOUNT.format(name="plain")
TEMPLATED = ACCOUNT.format(name="{{ .Release.Name }}")


@needs_helm
class TestReadByTemplates:
    @pytest.mark.parametrize(
        "template",
        [
            '{{ .Files.Get "files/plain.yaml" }}',
            '{{ range $path, $_ := .Files.Glob "files/*.yaml" }}{{ $.Files.Get $path }}{{ end }}',
            '{{ .Files.Get (printf "files/%s.yaml" "plain") }}',
        ],
    )
    def test_what_the_chart_renders_is_not_read_again(self, tmp_path: Path, template: str) -> None:
        write_chart(tmp_path / "app", {"templates/all.yaml": template, "files/plain.yaml": PLAIN})
        reading = read_folder(tmp_path)
        assert reading.addresses() == ["default/ServiceAccount/plain"]
        assert [each.location.path for each in reading.parsed.resources] == ["app/templates/all.yaml"]

    def test_what_it_does_not_render_is_read_as_it_is(self, tmp_path: Path) -> None:
        template = '{{ if .Values.all }}{{ .Files.Get "files/plain.yaml" }}{{ end }}'
        write_chart(tmp_path / "app", {"templates/all.yaml": template, "files/plain.yaml": PLAIN})
        reading = read_folder(tmp_path)
        assert [each.location.path for each in reading.parsed.resources] == ["app/files/plain.yaml"]

    def test_a_part_with_actions_is_no_template_by_itself(self, tmp_path: Path) -> None:
        template = '{{ if .Values.all }}{{ tpl (.Files.Get "files/part.yaml") . }}{{ end }}'
        files = {"templates/all.yaml": template, "templates/plain.yaml": PLAIN, "files/part.yaml": TEMPLATED}
        write_chart(tmp_path / "app", files)
        reading = read_folder(tmp_path)
        assert [each.level.name for each in reading.parsed.notifications] == ["NOTE"]
        assert "all.yaml" in reading.parsed.notifications[0].message

    def test_actions_of_another_tool_in_a_plain_file(self, tmp_path: Path) -> None:
        template = '{{ if .Values.all }}{{ .Files.Get "files/plain.yaml" }}{{ end }}'
        plain = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: later}\ndata:\n  text: '{{ .Later }}'\n"
        write_chart(tmp_path / "app", {"templates/all.yaml": template, "files/plain.yaml": plain})
        assert read_folder(tmp_path).addresses() == ["default/ConfigMap/later"]

    @pytest.mark.parametrize("call", ["", '{{/* {{ .Files }} {{ printf "%s.%s" "*" "part" }} */}}'])
    def test_one_that_nothing_reads_is_still_named(self, tmp_path: Path, call: str) -> None:
        files = {"templates/all.yaml": f"{call}\n{PLAIN}", "files/part.yaml": TEMPLATED}
        write_chart(tmp_path / "app", files)
        (told,) = read_folder(tmp_path).parsed.notifications
        assert told.level.name == "ERROR"
        assert told.message.startswith("template not rendered: app/files/part.yaml")


def test_without_helm_the_chart_is_named_once(tmp_path: Path) -> None:
    template = '{{ tpl (.Files.Get "files/part.yaml") . }}'
    write_chart(tmp_path / "app", {"templates/all.yaml": template, "files/part.yaml": TEMPLATED})
    (told,) = read_folder(tmp_path, helm=None).parsed.notifications
    assert told.message.startswith("template not rendered: 1 file of the chart app")
