"""What of a release Checkov is given at once, on a project that has a little of everything."""

from pathlib import Path

from scanner.config import TerraformOptions
from scanner.core.location import Location
from scanner.core.resource import Release, Resource, SourceFile
from scanner.engines.checkov.units import units_of
from scanner.engines.checkov.units.folder import RESERVED, Folder, is_kept_inside
from tests.engines.checkov.units.divided import copied, divided, read, write


def test_every_resource_is_in_one_unit_with_the_file_it_is_written_in(tmp_path: Path) -> None:
    folder = copied("projects/triage-model", tmp_path)
    release = read(folder)
    units = units_of(release, TerraformOptions())
    assert [(unit.name, unit.framework, len(unit.files)) for unit in units] == [
        ("the Terraform root infra/terraform", "terraform", 20),
        ("the plain manifests", "kubernetes", 11),
        ("the Dockerfiles", "dockerfile", 1),
    ]
    judged = [each.key for unit in units for each in unit.resources]
    known = [each.key for each in release.resources if each.format in ("terraform", "kubernetes", "dockerfile")]
    assert len(known) > 100
    assert sorted(judged) == sorted(known)
    for unit in units:
        assert {each.location.path for each in unit.resources} <= {unit.path_of(f"/{path}") for path in unit.files}
        assert unit.path in unit.files


def test_the_same_release_has_the_same_units_in_whatever_order_it_was_read(tmp_path: Path) -> None:
    release = read(copied("projects/triage-model", tmp_path))
    other = Release(release.resources, source_files=tuple(reversed(release.source_files)))
    units, others = (units_of(each, TerraformOptions()) for each in (release, other))
    assert [(each, [*each.files.items()]) for each in units] == [(each, [*each.files.items()]) for each in others]


def test_what_has_no_resource_is_in_no_unit(tmp_path: Path) -> None:
    write(
        tmp_path,
        {
            "variables.tf": 'variable "unused" {}\n',
            "notes.yaml": "a: 1\n",
            "Dockerfile": "# no stage\n",
            "model/card.yaml": "apiVersion: v1\nkind: {{ .Values.kind }}\n",
        },
    )
    assert divided(tmp_path) == {}


def test_a_resource_whose_file_is_not_at_hand_makes_no_unit() -> None:
    made = [
        Resource("a.b", "a", format_, {"kind": "Pod"}, Location(path, 1), origin=path)
        for format_, path in (("terraform", "x/main.tf"), ("kubernetes", "pod.yaml"), ("dockerfile", "Dockerfile"))
    ]
    assert units_of(Release(tuple(made)), TerraformOptions()) == []


def test_every_path_of_a_folder_leads_inside_of_it() -> None:
    folder = Folder()
    hostile = [
        "/etc/passwd.yaml",
        "../up.yaml",
        "a/../../b.yaml",
        "a//b.yaml",
        "./c.yaml",
        "n\0l.yaml",
        "",
        "x/" + 256 * "y",
    ]
    for path in hostile:
        seen = folder.put(path, path)
        assert is_kept_inside(seen), path
        assert folder.paths[seen] == path
    assert len(folder.files) == len(hostile)
    assert all(path.startswith(f"{RESERVED}/") for path in folder.files)
    assert [folder.files[seen].decode() for seen in folder.files] == hostile


def test_an_odd_path_is_kept_as_it_is() -> None:
    odd = [
        "a b/größe.yaml",
        "[x]/$(id).yaml",
        "-rf.yaml",
        "..x/...yaml",
        "new\nline.yaml",
        "back\\slash.yaml",
        "C:.yaml",
    ]
    folder = Folder()
    assert [folder.put(path, "") for path in odd] == odd
    assert folder.paths == {}


def test_two_files_never_have_one_name() -> None:
    folder = Folder()
    folder.add(SourceFile("a.tf", "terraform", "one"))
    assert folder.add(SourceFile("b.tofu", "terraform", "two"), "a.tf") == "a-1.tf"
    assert folder.files == {"a.tf": b"one", "a-1.tf": b"two"}
    assert folder.paths == {"a-1.tf": "b.tofu"}


def test_a_byte_order_mark_is_left_out_and_what_is_no_text_does_no_harm() -> None:
    folder = Folder()
    folder.put("a.yaml", "\ufeffkind: Pod\n")
    folder.put("b.yaml", "\ud800")
    assert folder.files == {"a.yaml": b"kind: Pod\n", "b.yaml": b"?"}
