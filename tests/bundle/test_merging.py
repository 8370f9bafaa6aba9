"""Folders, bundles and archives are loaded together: who owns what, what data they bring, and what is left aside."""

from collections.abc import Mapping
from pathlib import Path

import pytest

from scanner.bundle import load_bundle
from scanner.bundle.errors import BundleError
from scanner.bundle.roots import is_below, narrowest, overlap, package_of
from scanner.core.bundle import Bundle
from scanner.core.notification import Level
from tests.bundle.archives import bundle, folder, module, policy

RULE = """\
# METADATA
# title: Ours
# custom: {{id: {id}, severity: high, applies_to: {{types: [aws_s3_bucket]}}}}
package releasegate.{package}

deny contains {{"resource": r}} if some r in input.resources.aws_s3_bucket
"""


FRAMEWORK = """id: own
prefix: OWN
title: Own
version: "2024"
url: https://a.example
controls:
  - id: OWN-9
    title: Nine
    citation: Art. 9
    paraphrase: Nothing that anybody would have to do or leave undone.
    url: https://a.example
    evidence: manual
"""


def rule(id_: str) -> str:
    return RULE.format(id=id_, package=id_.lower().replace("-", "_"))


def load(*sources: Path) -> Bundle:
    """Beside an empty folder, which stands for what ships with the package."""
    empty = sources[0].parent / "shipped"
    empty.mkdir(exist_ok=True)
    return load_bundle([empty, *sources], {})


def said(loaded: Bundle, level: Level = Level.ERROR) -> dict[str, str]:
    return {str(note.location): note.message for note in loaded.notifications if note.level is level}


FILES = {"s3/TST-001.yaml": policy(), "TST-002.rego": rule("TST-002"), "data.json": '{"limits": {"a": 1}}'}


def test_an_archive_is_loaded_like_its_folder(tmp_path: Path) -> None:
    there = load(folder(tmp_path / "p", FILES))
    packed = load(bundle(tmp_path / "p.tar.gz", {f"/{name}": text for name, text in FILES.items()}))
    assert [each.id for each in packed.policies] == [each.id for each in there.policies] == ["TST-001", "TST-002"]
    assert packed.digest == there.digest
    assert packed.data == there.data == {"limits": {"a": 1}}
    assert packed.notifications == there.notifications == ()
    assert str(packed.policies[0].location) == "p.tar.gz/s3/TST-001.yaml:1"


def test_the_digest_is_over_what_is_judged_by(tmp_path: Path) -> None:
    plain = load(folder(tmp_path / "p", FILES)).digest
    beside = {"a_test.rego": "package a\n", "tests/x.yaml": "?", "README.md": "?", ".manifest": "{}", "plan.json": "{}"}
    assert load(folder(tmp_path / "q", {**FILES, **beside})).digest == plain
    assert load(folder(tmp_path / "r", {**FILES, "s3/TST-001.yaml": policy("TST-003")})).digest != plain


def test_packages_lie_below_the_roots(tmp_path: Path) -> None:
    files = {".manifest": '{"roots": ["acme/rules"]}', "x.rego": "# who\n\n" + module("acme.other")}
    with pytest.raises(BundleError) as error:
        load(bundle(tmp_path / "p.tar.gz", files))
    assert error.value.message == "the package acme.other does not lie below the root 'acme/rules' of the bundle"
    assert str(error.value.location) == "p.tar.gz/x.rego:3"


@pytest.mark.parametrize(
    ("files", "message", "where"),
    [
        ({"data.json": '{"acme": {"rules": 1},\n "other": 2}'}, "data.other does not lie below", "p/data.json:2"),
        ({"acme/data.json": '{"rules": 1,\n\n "x": 2}'}, "data.acme.x does not lie below", "p/acme/data.json:3"),
        ({"other/data.yaml": "a: 1"}, "data.other does not lie below", "p/other/data.yaml:1"),
        ({"acme/data.json": "1"}, "data.acme does not lie below", "p/acme/data.json:1"),
        ({"data.json": "{"}, "not JSON", "p/data.json:1"),
        ({"x.rego": "deny := 1\n"}, "a Rego module starts with its package", "p/x.rego:1"),
        ({"x.rego": 'package acme["rules.x"]\n'}, "the package acme.rules.x does not lie below", "p/x.rego:1"),
        ({"a/.manifest": "{}"}, "a bundle has its .manifest at the top", "p/a/.manifest:1"),
        ({"a/.signatures.json": "{}"}, "a bundle has its .signatures.json at the top", "p/a/.signatures.json:1"),
        ({".manifest.pb": ""}, "OPA reads it as the manifest", "p/.manifest.pb:1"),
        ({"patch.json": '{"data": []}'}, "makes this a delta bundle", "p/patch.json:1"),
    ],
)
def test_a_bundle_keeps_to_its_roots(files: Mapping[str, str], message: str, where: str, tmp_path: Path) -> None:
    path = folder(tmp_path / "p", {".manifest": '{"roots": ["acme/rules"]}', "TST-001.yaml": policy(), **files})
    with pytest.raises(BundleError) as error:
        load(path)
    assert message in error.value.message
    assert str(error.value.location) == where


def test_what_lies_below_the_roots_is_taken(tmp_path: Path) -> None:
    files = {
        ".manifest": '{"roots": ["acme/rules", "releasegate/tst_002"]}',
        "TST-002.rego": rule("TST-002"),
        "x_test.rego": module("acme.rules.x_test"),
        "data.json": '{"acme": {"rules": {"a": 1}}}',
        "acme/rules/more/data.yaml": "b: 2",
    }
    loaded = load(folder(tmp_path / "p", files))
    assert said(loaded) == {}
    assert loaded.data == {"acme": {"rules": {"a": 1, "more": {"b": 2}}}}


@pytest.mark.parametrize(
    ("one", "other", "both"),
    [
        ('["acme"]', '["acme"]', "data.acme"),
        ('["acme/rules"]', '["x", "acme"]', "data.acme.rules"),
        ('["acme"]', '["acme/rules/x"]', "data.acme.rules.x"),
        ('[""]', '["acme"]', "data.acme"),
    ],
)
def test_two_bundles_do_not_own_the_same(one: str, other: str, both: str, tmp_path: Path) -> None:
    first = bundle(tmp_path / "one.tar.gz", {".manifest": f'{{"roots": {one}}}', "TST-001.yaml": policy()})
    second = folder(tmp_path / "two", {".manifest": f'{{"roots": {other}}}', "TST-002.yaml": policy("TST-002")})
    with pytest.raises(BundleError) as error:
        load(first, second)
    assert f"the bundles {first} and {second} both own {both} (roots" in error.value.message


def test_archives_without_a_manifest_own_everything(tmp_path: Path) -> None:
    paths = [bundle(tmp_path / f"{n}.tar.gz", {f"TST-00{n}.yaml": policy(f"TST-00{n}")}) for n in (1, 2)]
    assert [each.id for each in load(paths[0]).policies] == ["TST-001"]
    with pytest.raises(BundleError, match="both own all of data"):
        load(*paths)


def test_bundles_that_own_different_things_are_merged(tmp_path: Path) -> None:
    one = {".manifest": '{"roots": ["releasegate/tst_001", "a"]}', "r.rego": rule("TST-001"), "a/data.json": '{"x": 1}'}
    two = {".manifest": '{"roots": ["releasegate/tst_002", "b"]}', "r.rego": rule("TST-002"), "b/data.json": '{"x": 2}'}
    loaded = load(bundle(tmp_path / "1.tar.gz", one), folder(tmp_path / "2", two))
    assert [each.id for each in loaded.policies] == ["TST-001", "TST-002"]
    assert loaded.data == {"a": {"x": 1}, "b": {"x": 2}}
    assert loaded.notifications == ()


def test_folders_without_a_manifest_are_merged_by_ids(tmp_path: Path) -> None:
    one = folder(tmp_path / "one", {"r.rego": rule("TST-001")})
    two = folder(tmp_path / "two", {"r.rego": rule("TST-002"), "again.yaml": policy("TST-001")})
    loaded = load(one, two)
    assert [each.id for each in loaded.policies] == ["TST-001", "TST-002"]
    assert list(said(loaded)) == ["two/again.yaml:1"]


def test_a_folder_does_not_define_what_a_bundle_owns(tmp_path: Path) -> None:
    owner = bundle(tmp_path / "o.tar.gz", {".manifest": '{"roots": ["acme"]}', "a.yaml": policy()})
    with pytest.raises(BundleError) as error:
        load(owner, folder(tmp_path / "p", {"lib/x.rego": "package acme.lib\n"}))
    assert str(error.value.location) == "p/lib/x.rego:1"
    assert (
        error.value.message == f"the package acme.lib lies below data.acme, which the bundle {owner} owns by its roots"
    )
    with pytest.raises(BundleError, match="what it holds lies below"):
        load(owner, folder(tmp_path / "q", {"acme/data.json": "{}"}))
    assert said(load(owner, folder(tmp_path / "r", {"lib/x.rego": "package acmes.lib\n", "data.json": "{}"}))) == {}


def test_data_do_not_stand_where_a_policy_is(tmp_path: Path) -> None:
    files = {"r.rego": rule("TST-001"), "releasegate/tst_001/data.json": '{"deny": []}'}
    loaded = load(folder(tmp_path / "p", files))
    message = "data.releasegate is where policies and libraries lie; give the data another name"
    assert said(loaded) == {"p/releasegate/tst_001/data.json:1": message}
    assert loaded.data == {}


def test_what_is_not_used_is_said(tmp_path: Path) -> None:
    manifest = '{"roots": [],\n "wasm": [{"module": "/policy.wasm"}],\n "rots": []}'
    files: dict[str, str | bytes] = {
        ".manifest": manifest,
        "policy.wasm": b"\0asm",
        "plan.json": "{}",
        "a.yaml": policy(),
    }
    loaded = load(bundle(tmp_path / "p.tar.gz", files))
    assert said(loaded) == {}
    assert said(loaded, Level.WARNING) == {"p.tar.gz/.manifest:3": "unknown key 'rots'; did you mean roots?"}
    assert said(loaded, Level.NOTE) == {
        "p.tar.gz/plan.json:1": "is not used: Rego is evaluated from its text",
        "p.tar.gz/policy.wasm:1": "is not used: Rego is evaluated from its text",
        "p.tar.gz/.manifest:2": "WebAssembly is not used: Rego is evaluated from its text",
    }


def test_a_bundle_without_policies_is_an_error(tmp_path: Path) -> None:
    loaded = load(bundle(tmp_path / "p.tar.gz", {"README.md": "", "policy.wasm": b"\0asm"}))
    assert said(loaded) == {"p.tar.gz:1": "holds no policy, framework, library or data"}


def test_versions_of_rego_are_held_against_the_modules(tmp_path: Path) -> None:
    old = 'package acme.old\n\ndeny[message] {\n\tinput.kind == "Pod"\n\tmessage := "no pods"\n}\n'
    files = {"old.rego": old, "both.rego": "package acme.both\n\ndeny := []\n", "new.rego": module("acme.new")}

    said_new = load(folder(tmp_path / "a", {".manifest": '{"roots": ["acme"], "rego_version": 1}', **files}))
    message = "is Rego v0, but the manifest says v1; say 0 for it under file_rego_versions"
    assert said(said_new).get("a/old.rego:1") == message

    versions = '{"roots": ["acme"], "rego_version": 0, "file_rego_versions": {"/new.rego": 1}}'
    said_old = load(bundle(tmp_path / "b.tar.gz", {".manifest": versions, **files}))
    assert message not in said(said_old).values()
    assert said(said_old, Level.NOTE) == {
        "b.tar.gz/both.rego:1": "the manifest says that it is Rego v0; it reads as v1 too, and is read so"
    }


def test_roots_contain_whole_names() -> None:
    assert overlap("a/b", "a")
    assert overlap("", "a")
    assert not overlap("a/b", "a/bc")
    assert not overlap("a/b", "b")
    assert is_below("a", ("a", "b"))
    assert not is_below("a/b", ("a",))


def test_the_package_is_found_in_any_layout() -> None:
    text = '\ufeff# a\n\n#b\n  package  a.b["c-d/e"].f # why\n'
    package, where = package_of(text, "x.rego")
    assert (package, where.start_line) == (("a", "b", "c-d/e", "f"), 4)


def test_the_narrowest_roots() -> None:
    assert narrowest([("a", "bc"), ("a", "b", "c"), ("a", "b"), ("d",)]) == ["a/b", "a/bc", "d"]


def test_a_later_source_takes_nothing_back_of_an_earlier_one(tmp_path: Path) -> None:
    control = "  - {id: OWN-1, title: One, policies: {TST-001: direct, TST-002: supporting}}\n"
    shipped = folder(
        tmp_path / "shipped",
        {
            "a.yaml": policy("TST-001"),
            "b.yaml": policy("TST-002"),
            "lib/doors.rego": module("lib.doors"),
            "frameworks/own.yaml": f"id: own\ncontrols:\n{control}",
        },
    )
    weaker = "extends: own\ncontrols:\n  - {id: OWN-1, policies: {TST-001: supporting}}\n"
    stronger = "extends: own\ncontrols:\n  - {id: OWN-1, policies: {TST-001: direct, TST-002: direct}}\n"
    house = folder(
        tmp_path / "house",
        {
            "lib/more.rego": module("lib.doors"),
            "lib/own.rego": module("lib.windows"),
            "lib/own_too.rego": module("lib.windows"),
            "frameworks/1.yaml": FRAMEWORK,
            "frameworks/2.yaml": weaker,
            "frameworks/3.yaml": stronger,
        },
    )
    loaded = load_bundle([shipped, house], {})
    errors = {str(note.location): note.message for note in loaded.notifications if note.level is Level.ERROR}
    assert errors["house/lib/more.rego:1"] == "the package lib.doors is one of shipped; give it another name"
    assert errors["house/frameworks/2.yaml:3"] == "OWN-1: TST-001 is direct evidence already, and stays that"
    assert errors.keys() == {"house/lib/more.rego:1", "house/frameworks/1.yaml:1", "house/frameworks/2.yaml:3"}
    (framework,) = loaded.frameworks
    assert [(control.id, {*map(str, control.policies.values())}) for control in framework.controls] == [
        ("OWN-1", {"direct"})
    ]
    assert [path for path, _ in loaded.libraries] == [
        "shipped/lib/doors.rego",
        "house/lib/own.rego",
        "house/lib/own_too.rego",
    ]
