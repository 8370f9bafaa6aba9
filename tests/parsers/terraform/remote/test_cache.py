"""The cache: what is reused without the network, what is asked for again, and several processes at once."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from scanner.parsers.terraform.remote.cache import MARKER
from tests.parsers.terraform.remote.fetching import entries, fetched, place, text, why_not
from tests.parsers.terraform.remote.repositories import Repository, zip_of
from tests.parsers.terraform.remote.serving import Server

MODULE = "acme/vpc/aws"
SCRIPT = """
import sys
from pathlib import Path
from scanner.parsers.terraform.remote.address import parse_address
from scanner.parsers.terraform.remote.download import fetch_module
source, version, cache = sys.argv[1:]
print(fetch_module(parse_address(source), version or None, Path(cache), 60.0))
"""


def offer(server: Server, *versions: str) -> str:
    server.put_registry(MODULE, {version: f"/archives/{version}.zip" for version in versions})
    for version in versions:
        server.put(f"/archives/{version}.zip", zip_of({"main.tf": f"# {version}\n"}))
    return f"{server.host}/{MODULE}"


def test_an_exact_version_is_taken_from_the_cache(server: Server, cache: Path) -> None:
    source = offer(server, "1.0.0")
    first = fetched(cache, source, "1.0.0")
    assert len(server.seen) == 4
    assert fetched(cache, source, "= 1.0") == first
    assert len(server.seen) == 4


def test_other_constraints_ask_for_the_versions_but_download_nothing_twice(server: Server, cache: Path) -> None:
    source = offer(server, "1.0.0")
    first = fetched(cache, source, "~> 1.0")
    assert fetched(cache, source) == first
    assert (server.count("/versions"), server.count("/download"), server.count("/archives")) == (2, 1, 1)
    offer(server, "1.0.0", "1.1.0")
    assert text(fetched(cache, source, "~> 1.0")) == "# 1.1.0\n"
    assert text(first) == "# 1.0.0\n"


def test_a_commit_is_taken_from_the_cache_without_git(
    server: Server, repository: Repository, cache: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    commit = repository.commit({"main.tf": "# ok\n"})
    source = f"git::{server.url}/git/vpc/.git?ref={commit}"
    first = fetched(cache, source)
    asked = len(server.seen)
    assert asked > 0
    monkeypatch.setenv("PATH", str(tmp_path))
    assert fetched(cache, source) == first
    assert len(server.seen) == asked


def test_a_signed_tag_comes_once(server: Server, repository: Repository, cache: Path) -> None:
    """What is looked up is the commit, and not the tag's own object."""
    repository.commit({"main.tf": "# 1\n"})
    repository.git("tag", "--annotate", "--message=signed", "v1")
    first = fetched(cache, f"git::{server.url}/git/vpc/.git?ref=v1")
    asked = len(server.seen)
    assert fetched(cache, f"git::{server.url}/git/vpc/.git?ref=v1") == first
    assert 0 < len(server.seen) - asked < asked


def test_a_branch_is_asked_for_again_but_comes_only_when_it_has_moved(
    server: Server, repository: Repository, cache: Path
) -> None:
    repository.commit({"main.tf": "# 1\n"})
    source = f"git::{server.url}/git/vpc/.git?ref=main"
    first = fetched(cache, source)
    asked = len(server.seen)
    assert fetched(cache, source) == first
    again = server.seen[asked:]
    assert again
    repository.commit({"main.tf": "# 2\n"})
    second = fetched(cache, source)
    assert (text(first), text(second)) == ("# 1\n", "# 2\n")
    assert len(server.seen) - asked - len(again) > len(again)


def test_an_archive_is_asked_for_again(server: Server, cache: Path) -> None:
    server.put("/vpc.zip", zip_of({"main.tf": "# 1\n"}))
    first = fetched(cache, f"{server.url}/vpc.zip")
    assert fetched(cache, f"{server.url}/vpc.zip") == first
    server.put("/vpc.zip", zip_of({"main.tf": "# 2\n"}))
    second = fetched(cache, f"{server.url}/vpc.zip")
    assert (text(first), text(second)) == ("# 1\n", "# 2\n")
    assert len(server.seen) == 3


def test_an_archive_with_a_digest_in_its_address_is_taken_from_the_cache(server: Server, cache: Path) -> None:
    server.put("/vpc.zip", zip_of({"main.tf": "# 1\n"}))
    digest = fetched(cache, f"{server.url}/vpc.zip").name.partition("@")[2]
    fetched(cache, f"{server.url}/vpc.zip?checksum=sha256:{digest}")
    assert len(server.seen) == 1


def test_what_is_not_whole_is_not_taken(server: Server, cache: Path) -> None:
    """A folder that somebody else has made there is neither read nor overwritten."""
    source = offer(server, "1.0.0")
    stray = cache / source / "1.0.0"
    stray.mkdir(parents=True)
    (stray / "stray.tf").write_text("# stray\n", encoding="utf-8")
    assert why_not(cache, source, "1.0.0").endswith(f"{stray} is in its way")
    assert text(stray, "stray.tf") == "# stray\n"


def test_no_module_gets_into_another(server: Server, cache: Path) -> None:
    source = offer(server, "1.0.0")
    fetched(cache, source, "1.0.0")
    server.put(f"/{MODULE}/1.0.0/evil.zip", zip_of({"main.tf": "# evil\n"}))
    assert "inside of another module" in why_not(cache, f"{server.url}/{MODULE}/1.0.0/evil.zip")
    assert entries(cache) == [f"{source}/1.0.0"]


def test_a_failure_leaves_nothing_and_the_next_attempt_works(server: Server, cache: Path) -> None:
    source = offer(server, "1.0.0")
    whole = server.replies["/archives/1.0.0.zip"]
    server.put("/archives/1.0.0.zip", b"PK torn")
    assert "damaged" in why_not(cache, source, "1.0.0")
    assert [each for each in cache.rglob("*") if each.is_file()] == []
    server.replies["/archives/1.0.0.zip"] = whole
    assert text(fetched(cache, source, "1.0.0")) == "# 1.0.0\n"


def test_a_cache_that_cannot_be_written(server: Server, cache: Path) -> None:
    cache.write_text("a file", encoding="utf-8")
    assert "the cache cannot be used: File exists" in why_not(cache, offer(server, "1.0.0"), "1.0.0")


def test_a_cache_at_a_relative_path(
    server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, repository: Repository
) -> None:
    monkeypatch.chdir(tmp_path)
    repository.commit({"main.tf": "# ok\n"})
    found = fetched(Path("here/cache"), f"git::{server.url}/git/vpc/.git")
    assert not found.is_absolute()
    assert text(found) == "# ok\n"


def test_the_cache_has_no_room_for_addresses_that_climb(server: Server, cache: Path) -> None:
    server.put("/%2e%2e/%2e%2e/vpc.zip", zip_of({"main.tf": "# ok\n"}))
    found = fetched(cache, f"{server.url}/%2e%2e/%2e%2e/vpc.zip")
    assert place(found, cache).startswith(f"{server.host}/%2e%2e/%2e%2e/vpc.zip@")


@pytest.mark.parametrize("kind", ["registry", "git"])
def test_processes_at_once(server: Server, repository: Repository, cache: Path, kind: str) -> None:
    """Each gets the whole module, and there is one copy of it in the end."""
    names = [f"part{number}.tf" for number in range(200)]
    commit = repository.commit(dict.fromkeys(names, "# ok\n"))
    server.put_registry(MODULE, {"1.0.0": "/vpc.zip"})
    server.put("/vpc.zip", zip_of(dict.fromkeys(names, "# ok\n")))
    source = f"{server.host}/{MODULE}" if kind == "registry" else f"git::{server.url}/git/vpc/.git?ref=main"
    command = [sys.executable, "-c", SCRIPT, source, "1.0.0" if kind == "registry" else "", str(cache)]
    environment = os.environ | {"PYTHONPATH": str(Path(__file__).parents[4])}
    running = [
        subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment)
        for _ in range(3)
    ]
    results = [(process.communicate(timeout=120), process.returncode) for process in running]
    assert [(errors, code) for (_, errors), code in results] == [("", 0)] * 3
    found = {Path(output.strip()) for (output, _), _ in results}
    expected = f"{server.host}/{MODULE}/1.0.0" if kind == "registry" else f"{server.host}/git/vpc/main@{commit}"
    assert found == {cache / expected}
    assert sorted(each.name for each in found.pop().iterdir()) == sorted([*names, MARKER])
    assert entries(cache) == [expected]
    assert list(cache.glob(".incoming-*")) == []
