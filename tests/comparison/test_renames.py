"""What a finding is called where its file or folder has another name."""

from dataclasses import replace
from pathlib import Path

import pytest

from scanner.comparison.renames import Renames
from scanner.core.finding import Finding, Status
from scanner.core.location import Location
from scanner.core.resource import Resource
from tests.builders import policy
from tests.comparison.histories import acl, known, new, start

RENAMES = Renames(
    files={"a/main.tf": "b/main.tf", "m/w.bin": "models/w.bin", "c/templates/x.yaml": "d/templates/x.yaml"},
    folders={"a": "b", "c": "d", "c/templates": "d/templates"},
    tracked=frozenset(("a/main.tf", "a/other.tf", "m/w.bin", "c/templates/x.yaml", "a/kept/x.tf")),
)


def found(path: str, address: str, format_: str, origin: str = "", evidence: str = "") -> Finding:
    resource = Resource(address, "t", format_, {}, Location(path, 3), origin=origin)
    return Finding(policy(), resource, Status.FAIL, "m", resource.location, evidence=evidence)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (found("a/main.tf", "bucket.a", "terraform", "a"), found("b/main.tf", "bucket.a", "terraform", "b")),
        (found("a/other.tf", "x.a", "terraform", "a"), found("b/other.tf", "x.a", "terraform", "b")),
        (found("a/kept/x.tf", "x.a", "terraform", "a/kept"), found("a/kept/x.tf", "x.a", "terraform", "a/kept")),
        (
            found("a/.terraform/modules/m/x.tf", "module.m.x.a", "terraform", "a"),
            found("b/.terraform/modules/m/x.tf", "module.m.x.a", "terraform", "b"),
        ),
        (
            found("m/w.bin", "model_file.m/w.bin", "model", "m/w.bin", "in m/w.bin, not in m/w.bin.old"),
            found(
                "models/w.bin",
                "model_file.models/w.bin",
                "model",
                "models/w.bin",
                "in models/w.bin, not in m/w.bin.old",
            ),
        ),
        (
            found("c/templates/x.yaml", "ns/Pod/c", "kubernetes", "c"),
            found("d/templates/x.yaml", "ns/Pod/c", "kubernetes", "d"),
        ),
        (found("z/main.tf", "a.a", "terraform", "z"), found("z/main.tf", "a.a", "terraform", "z")),
    ],
)
def test_a_finding_gets_its_new_name_and_nothing_else(before: Finding, after: Finding) -> None:
    moved = RENAMES.finding(before)
    assert moved.fingerprint == after.fingerprint
    assert (moved.location, moved.resource.key) == (after.location, after.resource.key)
    assert replace(before, fingerprint="").fingerprint == before.fingerprint


@pytest.mark.parametrize(
    ("now", "before"),
    [
        ("b/main.tf", "a/main.tf"),
        ("b", "a"),
        ("b/.terraform/modules/m/x.tf", "a/.terraform/modules/m/x.tf"),
        ("bb/main.tf", "bb/main.tf"),
        (".", "."),
    ],
)
def test_what_a_path_was_called(now: str, before: str) -> None:
    assert RENAMES.old(now) == before


def test_the_root_itself_can_move() -> None:
    renames = Renames({"main.tf": "infra/main.tf"}, {".": "infra"}, frozenset(("main.tf",)))
    moved = renames.finding(found("main.tf", "x.a", "terraform", "."))
    assert moved.fingerprint == found("infra/main.tf", "x.a", "terraform", "infra").fingerprint
    assert renames.new("override.tf") == "infra/override.tf"
    assert renames.new("k8s/pod.yaml") == "k8s/pod.yaml"


@pytest.mark.parametrize("add", [(), ("add", "-N", "."), ("add", ".")], ids=["not added", "intent", "added"])
def test_a_name_with_everything_in_it(tmp_path: Path, add: tuple[str, ...]) -> None:
    repository = start(tmp_path / "repository", {'sp ace/ü"\n\t.tf': acl("a")})
    (repository.folder / "sp ace").rename(repository.folder / "öther")
    if add:
        repository.git(*add)
    result = repository.scanned()
    assert (new(result), len(known(result))) == ([], 1)


def test_a_repository_inside_that_git_does_not_track_is_new(tmp_path: Path) -> None:
    repository = start(tmp_path / "repository", {"main.tf": acl("a")})
    start(repository.folder / "nested", {"main.tf": acl("b")})
    assert new(repository.scanned()) == ["nested/main.tf aws_s3_bucket_acl.b"]
