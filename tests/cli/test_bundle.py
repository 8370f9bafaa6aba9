"""`bundle build`, `bundle verify`, and a scan by a bundle, as a user runs them."""

import subprocess
import sys
from functools import partial
from pathlib import Path

import pytest

from tests.bundle.archives import bundle, folder, policy
from tests.bundle.key_files import write_all
from tests.command import run

COMMAND = Path(sys.executable).parent / "releasegate"
USAGE = 2


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Keys, a release that breaks TST-001 and nothing else that is asked for, and the policy in a folder."""
    path = write_all(tmp_path_factory.mktemp("place"))
    folder(path / "house", {"TST-001.yaml": policy().replace("exists: true", 'equals: "acme"')})
    folder(path / "release", {"main.tf": 'resource "aws_s3_bucket" "models" {\n  bucket = "other"\n}\n'})
    return path


def test_a_bundle_is_built_checked_and_judged_by(place: Path) -> None:
    key = ("--signing-key", place / "p256.pem", "--signing-alg", "ES256", "--key-id", "k1", "--scope", "scan")
    one, other = place / "one.tar.gz", place / "other.tar.gz"
    for file in (one, other):
        done = run("bundle", "build", place / "house", "-o", file, "--revision", "r1", *key)
        assert (done.returncode, done.stdout) == (0, "")
        assert done.stderr == f"releasegate: wrote {file} ({file.stat().st_size} bytes, signed)\n"
    assert one.read_bytes() == other.read_bytes()

    done = run("bundle", "verify", one, "--key", place / "p256.pub", "--scope", "scan", "--key-id", "k1")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == (
        f"{one}: 2 files as signed with p256.pub (ES256)\nkey id    k1\nscope     scan\nrevision  r1\nroots     none\n"
    )

    asked = ("scan", place / "release", "--check", "TST-001", "--no-progress")
    trusted = ("--policy-key", place / "p256.pub", "--policy-scope", "scan")
    real = partial(subprocess.run, capture_output=True, text=True, check=False)
    by_bundle = real([COMMAND, *asked, "--policy", one, *trusted])
    by_folder = run(*asked, "--policy", place / "house")
    assert (by_bundle.returncode, by_bundle.stderr) == (1, "")
    assert by_bundle.stdout == by_folder.stdout
    assert "aws_s3_bucket.models has no name" in by_bundle.stdout
    unchecked = run(*asked, "--policy", one)
    assert unchecked.returncode == 1
    assert "is signed, but no key was given to check it by (--policy-key)" in " ".join(unchecked.stdout.split())


def test_a_scan_with_a_key_uses_nothing_that_is_not_signed(place: Path) -> None:
    run("bundle", "build", place / "house", "-o", place / "unsigned.tar.gz")
    signing = ("--signing-key", place / "rsa.pem")
    assert run("bundle", "build", place / "house", "-o", place / "rsa.tar.gz", *signing).returncode == 0
    asked = ("scan", place / "release", "--policy-key", place / "p256.pub", "--policy")
    for name, message in (
        ("unsigned.tar.gz", "is not signed: it has no .signatures.json"),
        ("house", "is not signed: it has no .signatures.json"),
        ("rsa.tar.gz", "the signature does not hold"),
    ):
        done = run(*asked, place / name)
        assert (done.returncode, done.stdout) == (USAGE, "")
        assert message in done.stderr
        assert len(done.stderr.splitlines()) == 1
        checked = run("bundle", "verify", place / name, "--key", place / "p256.pub")
        assert (checked.returncode, checked.stdout) == (USAGE, "")
        assert message in checked.stderr


def test_wrong_bundles_are_usage_errors(place: Path, tmp_path: Path) -> None:
    evil = bundle(tmp_path / "evil.tar.gz", {"../evil.yaml": policy()})
    cut = tmp_path / "cut.tar.gz"
    cut.write_bytes(bundle(tmp_path / "x.tar.gz", {"a.yaml": policy()}).read_bytes()[:-9])
    owner = bundle(tmp_path / "owner.tar.gz", {".manifest": '{"roots": ["a"]}', "a.yaml": policy()})
    also = bundle(tmp_path / "also.tar.gz", {".manifest": '{"roots": ["a/b"]}', "b.yaml": policy("TST-002")})
    for policies, message in (
        ([evil], "evil.tar.gz:1:1: the member '../evil.yaml' leads out of the bundle"),
        ([cut], "cut.tar.gz:1:1: ends in the middle of its compressed data"),
        ([owner, also], f"the bundles {owner} and {also} both own data.a.b"),
        ([tmp_path / "none.tar.gz"], "the policy folder or bundle"),
        ([place / "release" / "main.tf"], "is no tar archive"),
    ):
        done = run("scan", place / "release", *(each for path in policies for each in ("--policy", path)))
        assert (done.returncode, done.stdout) == (USAGE, "")
        assert message in done.stderr
        assert "Traceback" not in done.stderr
    listed = run("policies", "list", "--policy", owner)
    assert "TST-001" in listed.stdout


def test_what_does_not_load_is_not_built(place: Path, tmp_path: Path) -> None:
    wrong = folder(tmp_path / "wrong", {"TST-001.yaml": policy().replace("high", "hihg")})
    done = run("bundle", "build", wrong, "-o", tmp_path / "b.tar.gz")
    assert done.returncode == USAGE
    assert "wrong/TST-001.yaml:3" in done.stderr
    assert "cannot be loaded; nothing was written" in done.stderr
    assert not (tmp_path / "b.tar.gz").exists()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("nowhere",), "nowhere does not exist"),
        (("house", "--key-id", "k1"), "give --signing-key too"),
        (("house", "--signing-key", "p256.pem"), "is for ES256, not for RS256"),
        (("house", "--signing-key", "p256.pub", "--signing-alg", "ES256"), "holds no private key"),
        (("house", "--signing-key", "none.pem"), "cannot be read: No such file"),
        (("house", "--signing-key", "rsa.pem", "--signing-alg", "RS255"), "unknown algorithm 'RS255'"),
        (("house", "-o", "no/folder/b.tar.gz"), "cannot be written: No such file"),
        (("house", "--root", "a", "--root", "a/b"), "the roots 'a' and 'a/b' overlap"),
    ],
)
def test_wrong_options_of_build(arguments: tuple[str, ...], message: str, place: Path) -> None:
    done = run("bundle", "build", *arguments, cwd=place)
    assert done.returncode == USAGE
    assert message in done.stderr
    assert not (place / "bundle.tar.gz").exists()


def test_a_scope_needs_a_key(place: Path) -> None:
    done = run("scan", place / "release", "--policy", place / "house", "--policy-scope", "scan")
    assert (done.returncode, done.stdout) == (USAGE, "")
    assert "give --policy-key too" in done.stderr
