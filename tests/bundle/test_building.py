"""What `bundle build` writes: the same bytes for the same files, and what this program and OPA read again."""

import gzip
import io
import json
import os
import shutil
import subprocess
import tarfile
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from scanner.bundle import load_bundle
from scanner.bundle.archive import read_archive
from scanner.bundle.building import Signing, build, troubles
from scanner.bundle.errors import BundleError
from scanner.bundle.keys import private_key, public_key
from scanner.bundle.layout import open_source
from scanner.bundle.signatures import Claims, Trust
from tests.bundle.archives import folder, module, policy
from tests.bundle.key_files import KEY_OF, write_all

POLICIES = Path(__file__).parents[2] / "policies"
OPA = shutil.which("opa") or ""
WITH_OPA = pytest.mark.skipif(not OPA, reason="opa is not on PATH")
V0 = 'package acme.old\n\ndeny[message] {\n\tinput.kind == "Pod"\n\tmessage := "no pods"\n}\n'
FILES = {
    "s3/TST-001.yaml": policy(),
    "acme/pods.rego": module("acme.pods"),
    "acme/old.rego": V0,
    "acme/limits/data.yaml": "containers: 3\ncountry: no\n",
    "data.json": '{"team": "x"}',
    "frameworks/own.yaml": "id: own\ntitle: Own\ncontrols:\n  - {id: OWN-1, title: One, policies: {TST-001: direct}}\n",
    "acme/pods_test.rego": "package acme.pods_test\n",
    "tests/data.json": "?",
    "fixtures/x/data.json": "?",
    "README.md": "# ours",
}


@pytest.fixture(scope="module")
def keys(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_all(tmp_path_factory.mktemp("keys"))


def members(content: bytes) -> list[tarfile.TarInfo]:
    with tarfile.open(fileobj=io.BytesIO(content)) as archive:
        return archive.getmembers()


def manifest(content: bytes) -> dict[str, Any]:
    with tarfile.open(fileobj=io.BytesIO(content)) as archive:
        file = archive.extractfile(".manifest")
        assert file is not None
        found: dict[str, Any] = json.load(file)
        return found


def refusal(path: Path, **options: Any) -> str:
    with pytest.raises(BundleError) as error:
        build(path, **options)
    return str(error.value)


def test_the_same_files_give_the_same_bytes(tmp_path: Path) -> None:
    one = folder(tmp_path / "one", FILES)
    other = folder(tmp_path / "other", dict(reversed(FILES.items())))
    for number, file in enumerate(sorted(other.rglob("*"))):
        os.utime(file, (number, number))
        if file.is_file():
            file.chmod(0o600)
    assert build(one) == build(other) == build(one)


def test_what_goes_in_and_how(tmp_path: Path) -> None:
    content = build(folder(tmp_path / "p", FILES), revision="r7")
    found = members(content)
    assert [member.name for member in found] == [
        ".manifest",
        "acme/limits/data.yaml",
        "acme/old.rego",
        "acme/pods.rego",
        "data.json",
        "frameworks/own.yaml",
        "s3/TST-001.yaml",
    ]
    assert {(each.mtime, each.uid, each.gid, each.uname, each.gname, each.mode) for each in found} == {
        (0, 0, 0, "", "", 0o644)
    }
    assert content[3:10] == bytes([0, 0, 0, 0, 0, 2, 255])  # neither name nor time nor system
    assert manifest(content) == {
        "file_rego_versions": {"acme/old.rego": 0},
        "rego_version": 1,
        "revision": "r7",
        "roots": ["acme/limits", "acme/old", "acme/pods", "team"],
    }


def test_a_manifest_that_is_there_is_kept(tmp_path: Path) -> None:
    said = '{"roots": ["/acme/", "team"], "revision": "r1", "metadata": {"b": 1.50, "a": "ü"}, "wasm": []}'
    path = folder(tmp_path / "p", {**FILES, ".manifest": said})
    assert manifest(build(path)) == {
        "file_rego_versions": {"acme/old.rego": 0},
        "metadata": {"a": "ü", "b": 1.5},
        "rego_version": 1,
        "revision": "r1",
        "roots": ["acme", "team"],
    }
    again = manifest(build(path, revision="r2", roots=("team", "acme")))
    assert (again["revision"], again["roots"]) == ("r2", ["acme", "team"])


def test_an_archive_is_built_again_with_other_words(tmp_path: Path) -> None:
    first = build(folder(tmp_path / "p", FILES), revision="r1")
    (tmp_path / "p.tar.gz").write_bytes(first)
    assert build(tmp_path / "p.tar.gz") == first
    assert manifest(build(tmp_path / "p.tar.gz", revision="r2"))["revision"] == "r2"


@pytest.mark.parametrize("algorithm", ["RS256", "ES384", "EdDSA", "HS256"])
def test_a_signed_bundle_is_the_same_and_holds(algorithm: str, keys: Path, tmp_path: Path) -> None:
    signing = Signing(private_key(keys / f"{KEY_OF[algorithm]}.pem", algorithm), Claims("k1", "write", "acme"))
    path = folder(tmp_path / "p", FILES)
    content = build(path, signing=signing)
    assert content == build(path, signing=signing)
    (tmp_path / "p.tar.gz").write_bytes(content)
    key = public_key(keys / f"{KEY_OF[algorithm]}.pub", algorithm)
    opened = open_source(tmp_path / "p.tar.gz", Trust((key,), "write", "k1"))
    assert opened.signature is not None
    assert opened.signature.files == 7


def test_what_cannot_be_a_bundle_is_refused(tmp_path: Path) -> None:
    assert "holds no policy" in refusal(folder(tmp_path / "a", {"README.md": ""}))
    assert "b/x.json:1:1: is nothing that a bundle holds" in refusal(folder(tmp_path / "b", {"x.json": "{}"}))
    assert "differ only in the case" in refusal(folder(tmp_path / "c", {"A.yaml": "", "a.yaml": ""}))
    assert "has control characters in its name" in refusal(folder(tmp_path / "d", {"a\n.yaml": ""}))
    twice = {"a/d/data.json": "{}", "a/data.json": '{"d": 1}'}
    assert "e/a/data.json:1:1: data.a.d is given by another" in refusal(folder(tmp_path / "e", twice))
    assert "f/e.rego:3:1: expecting expression" in refusal(folder(tmp_path / "f", {"e.rego": "package e\n\ndeny if {"}))
    outside = {"x.rego": module("other"), "y.yaml": policy()}
    assert "the package other does not lie below" in refusal(
        folder(tmp_path / "g", {".manifest": '{"roots": ["acme"]}', **outside})
    )
    assert "the package other does not lie below" in refusal(folder(tmp_path / "h", outside), roots=("acme",))
    assert "the roots 'a' and 'a/b' overlap" in refusal(folder(tmp_path / "i", FILES), roots=("a", "a/b"))
    (tmp_path / "i" / "out.yaml").symlink_to("/etc/hostname")
    assert "leads out of the folder" in refusal(tmp_path / "i")


def test_policies_that_do_not_load_are_told(tmp_path: Path) -> None:
    shipped = folder(tmp_path / "shipped", {"frameworks/own.yaml": "id: own\ncontrols: [{id: OWN-1, title: One}]\n"})
    extension = "extends: own\ncontrols:\n  - {id: OWN-1, policies: {TST-001: direct}}\n"
    good = folder(tmp_path / "good", {"a.yaml": policy(), "frameworks/own.yaml": extension})
    assert troubles(good, shipped) == ()
    bad = folder(tmp_path / "bad", {"a.yaml": policy().replace("high", "hihg")})
    assert [str(note.location) for note in troubles(bad, shipped)] == ["bad/a.yaml:3"]


def test_the_shipped_policies_are_the_same_as_an_archive(tmp_path: Path) -> None:
    path = tmp_path / "policies.tar.gz"
    path.write_bytes(build(POLICIES))
    there, packed = load_bundle([POLICIES], {}), load_bundle([path], {})
    assert packed.digest == there.digest
    assert packed.notifications == ()
    assert [(each, each.rule) for each in _nowhere(packed.policies)] == [
        (each, each.rule) for each in _nowhere(there.policies)
    ]
    assert [text for _, text in packed.libraries] == [text for _, text in there.libraries]
    assert packed.frameworks == there.frameworks


def _nowhere(policies: Any) -> list[Any]:
    return [replace(each, location=None) for each in policies]


def test_what_is_built_is_gzip_and_tar(tmp_path: Path) -> None:
    path = tmp_path / "p.tar.gz"
    path.write_bytes(build(folder(tmp_path / "p", FILES)))
    assert gzip.decompress(path.read_bytes())[-1024:] == bytes(1024)
    assert read_archive(path)["s3/TST-001.yaml"] == policy().encode()


def opa(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run([OPA, *map(str, arguments)], capture_output=True, text=True, check=False)


@WITH_OPA
@pytest.mark.parametrize("algorithm", ["RS256", "RS512", "PS256", "ES256", "ES384", "ES512", "EdDSA", "HS256", "HS512"])
def test_opa_takes_what_is_built_and_signed_here(algorithm: str, keys: Path, tmp_path: Path) -> None:
    signing = Signing(private_key(keys / f"{KEY_OF[algorithm]}.pem", algorithm), Claims("k1", "write"))
    path = tmp_path / "p.tar.gz"
    path.write_bytes(build(folder(tmp_path / "p", FILES), signing=signing))
    checked = opa("eval", "-b", path, "--format", "raw", "[data.acme.limits, data.team, data.acme.old.deny]")
    assert json.loads(checked.stdout) == [{"containers": 3, "country": "no"}, "x", []]

    key, other = keys / f"{KEY_OF[algorithm]}.pub", keys / ("p521.pub" if algorithm != "ES512" else "p256.pub")
    options = ("--signing-alg", algorithm, "--verification-key-id", "k1", "-o", tmp_path / "out.tar.gz")
    assert opa("build", "-b", path, "--verification-key", key, "--scope", "write", *options).returncode == 0
    assert opa("build", "-b", path, "--verification-key", key, "--scope", "read", *options).returncode != 0
    assert opa("build", "-b", path, "--verification-key", other, "--scope", "write", *options).returncode != 0


@WITH_OPA
@pytest.mark.parametrize("algorithm", ["RS256", "PS512", "ES256", "ES384", "EdDSA", "HS256"])
def test_what_opa_builds_and_signs_holds_here(algorithm: str, keys: Path, tmp_path: Path) -> None:
    source = folder(
        tmp_path / "p", {name: text for name, text in FILES.items() if name.endswith(("s.rego", "data.yaml"))}
    )
    (source / ".manifest").write_text('{"roots": ["acme"], "metadata": {"n": 1.0}}')
    path, key = tmp_path / "p.tar.gz", keys / f"{KEY_OF[algorithm]}.pem"
    done = opa("build", "-b", source, "--signing-key", key, "--signing-alg", algorithm, "-o", path)
    assert done.returncode == 0, done.stderr
    trusted = Trust((public_key(keys / f"{KEY_OF[algorithm]}.pub", algorithm),))
    opened = open_source(path, trusted)
    assert opened.signature is not None
    assert opened.signature.files == 3

    made = subprocess.run(
        [OPA, "sign", "-b", ".", "--signing-key", key, "--signing-alg", algorithm, "-o", "."],
        cwd=source,
        capture_output=True,
        check=False,
    )
    assert made.returncode == 0, made.stdout
    signed = open_source(source, trusted)
    assert signed.signature is not None
    assert signed.signature.files == len([file for file in source.rglob("*") if file.is_file()]) - 1


@WITH_OPA
def test_opa_takes_the_shipped_policies(tmp_path: Path) -> None:
    path = tmp_path / "policies.tar.gz"
    path.write_bytes(build(POLICIES))
    done = opa("check", "-b", path)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
