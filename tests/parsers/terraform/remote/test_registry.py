"""Modules from a registry: discovery, versions, where a version is, and what it leads to."""

import json
from pathlib import Path

import pytest

from tests.parsers.terraform.remote.fetching import entries, fetched, place, text, why_not
from tests.parsers.terraform.remote.repositories import Repository, tar_of, zip_of
from tests.parsers.terraform.remote.serving import Server

MODULE = "acme/vpc/aws"


def offer(server: Server, *versions: str) -> str:
    """A registry with these versions of one module, each an archive that tells its version; gives back the source."""
    server.put_registry(MODULE, {version: f"/archives/{version}.zip" for version in versions})
    for version in versions:
        server.put(f"/archives/{version}.zip", zip_of({"main.tf": f"# {version}\n", "modules/a/main.tf": "# a\n"}))
    return f"{server.host}/{MODULE}"


@pytest.mark.parametrize(
    ("version", "expected"),
    [(None, "2.1.0"), ("~> 1.2", "1.10.0"), ("1.2.0", "1.2.0"), ("= 1.2", "1.2.0"), ("3.0.0-beta1", "3.0.0-beta1")],
)
def test_versions(server: Server, cache: Path, version: str | None, expected: str) -> None:
    source = offer(server, "1.10.0", "3.0.0-beta1", "2.1.0", "1.2.0")
    found = fetched(cache, source, version)
    assert text(found) == f"# {expected}\n"
    assert place(found, cache) == f"{source}/{expected}"


def test_a_subfolder(server: Server, cache: Path) -> None:
    found = fetched(cache, offer(server, "1.0.0") + "//modules/a", "1.0.0")
    assert text(found) == "# a\n"
    assert text(found / "../..") == "# 1.0.0\n"


def test_a_subfolder_of_the_archive_and_one_of_the_module(server: Server, cache: Path) -> None:
    server.put_registry(MODULE, {"1.0.0": "/vpc//*?archive=tar.gz"})
    server.put("/vpc", tar_of({"vpc-1.0.0/main.tf": "# top\n", "vpc-1.0.0/modules/a/main.tf": "# a\n"}))
    source = f"{server.host}/{MODULE}"
    for _ in range(2):  # the second time it is the cache that knows where the module begins
        assert text(fetched(cache, source, "1.0.0")) == "# top\n"
        assert text(fetched(cache, f"{source}//modules/a", "1.0.0")) == "# a\n"
    assert server.seen.count("/vpc") == 1


def test_a_repository(server: Server, repository: Repository, cache: Path) -> None:
    commit = repository.commit({"main.tf": "# ok\n", "modules/a/main.tf": "# a\n"})
    server.put_registry(MODULE, {"1.0.0": f"git::{server.url}/git/vpc/.git?ref={commit}"})
    found = fetched(cache, f"{server.host}/{MODULE}//modules/a", "1.0.0")
    assert text(found) == "# a\n"
    assert place(found, cache) == f"{server.host}/{MODULE}/1.0.0/modules/a"


@pytest.mark.parametrize("location", ["/vpc.tgz", "./vpc.tgz", "../../../../../../../vpc.tgz", "{url}/vpc.tgz"])
def test_locations(server: Server, cache: Path, location: str) -> None:
    server.put_registry(MODULE, {"1.0.0": location.format(url=server.url)})
    server.put(f"/v1/modules/{MODULE}/1.0.0/vpc.tgz", tar_of({"main.tf": "# ok\n"}))
    server.put("/vpc.tgz", tar_of({"main.tf": "# ok\n"}))
    assert text(fetched(cache, f"{server.host}/{MODULE}", "1.0.0")) == "# ok\n"


def test_a_location_in_the_body(server: Server, cache: Path) -> None:
    source = offer(server, "1.0.0")
    server.put_json(f"/v1/modules/{MODULE}/1.0.0/download", {"location": "/archives/1.0.0.zip"})
    assert text(fetched(cache, source, "1.0.0")) == "# 1.0.0\n"


@pytest.mark.parametrize("service", ["/api/registry/", "/api/registry", "{url}/api/registry/"])
def test_discovery(server: Server, cache: Path, service: str) -> None:
    source = offer(server, "1.0.0")
    for path in list(server.replies):
        if path.startswith("/v1/modules"):
            server.replies[path.replace("/v1/modules", "/api/registry")] = server.replies.pop(path)
    server.put_json("/.well-known/terraform.json", {"modules.v1": service.format(url=server.url)})
    assert text(fetched(cache, source)) == "# 1.0.0\n"


@pytest.mark.parametrize(
    ("path", "body", "says"),
    [
        ("/.well-known/terraform.json", None, "does not have it (404)"),
        ("/.well-known/terraform.json", b"<html>", "does not answer in JSON"),
        ("/.well-known/terraform.json", b"[" * 100_000, "does not answer in JSON"),
        ("/.well-known/terraform.json", b'{"providers.v1": "/"}', "is no registry of modules"),
        ("/.well-known/terraform.json", b'["modules.v1"]', "is no registry of modules"),
        ("/.well-known/terraform.json", b'{"modules.v1": "ftp://h.com/"}', "over ftp; only https is used"),
        ("/.well-known/terraform.json", b'{"modules.v1": "http://h.com/"}', "over http; only https is used"),
        (f"/v1/modules/{MODULE}/versions", None, "does not have it (404)"),
        (f"/v1/modules/{MODULE}/versions", b'{"modules": []}', "does not list its versions"),
        (f"/v1/modules/{MODULE}/versions", b'{"modules": [{"versions": {"1.0.0": 1}}]}', "does not list its versions"),
        (f"/v1/modules/{MODULE}/versions", b'{"modules": [{"versions": []}]}', "has no version that is no pre-release"),
        (f"/v1/modules/{MODULE}/1.0.0/download", None, "does not have it (404)"),
        (f"/v1/modules/{MODULE}/1.0.0/download", b"{}", "does not say where version 1.0.0 is"),
        (f"/v1/modules/{MODULE}/1.0.0/download", b'{"location": "a/b/aws"}', "address of a registry again"),
        (f"/v1/modules/{MODULE}/1.0.0/download", b'{"location": "vpc"}', "no address of a registry, a repository"),
        (f"/v1/modules/{MODULE}/1.0.0/download", b'{"location": "file:///etc"}', "the machine itself"),
        (f"/v1/modules/{MODULE}/1.0.0/download", b'{"location": "git::http://h.com/x.git"}', "not encrypted"),
        (f"/v1/modules/{MODULE}/1.0.0/download", b'{"location": "s3::https://h.com/x.zip"}', "credentials of AWS"),
        (f"/v1/modules/{MODULE}/1.0.0/download", b'{"location": "https://u:hunter2@h..com/x"}', "names no host"),
    ],
)
def test_answers_of_no_use(server: Server, cache: Path, path: str, body: bytes | None, says: str) -> None:
    source = offer(server, "1.0.0")
    del server.replies[path]
    if body is not None:
        server.put(path, body)
    told = why_not(cache, source, "1.0.0")
    assert told.startswith(f"module {source} 1.0.0 was not fetched: ")
    assert says in told
    assert "hunter2" not in told
    assert entries(cache) == []


@pytest.mark.parametrize(
    ("version", "says"),
    [
        ("~> 2.0", "has no version of it that satisfies '~> 2.0'; the newest is 1.9.0"),
        ("newest", "'newest' is no version constraint"),
    ],
)
def test_a_version_that_is_not_there(server: Server, cache: Path, version: str, says: str) -> None:
    assert says in why_not(cache, offer(server, "1.0.0", "1.9.0"), version)


def test_a_registry_that_wants_credentials(server: Server, cache: Path) -> None:
    source = offer(server, "1.0.0")
    server.put(f"/v1/modules/{MODULE}/versions", b"{}", status=401)
    assert "refuses it without credentials (401); run terraform init or vendor it" in why_not(cache, source)
    assert all("Authorization" not in headers for headers in server.sent)


def test_secrets_of_a_location_are_in_no_message(server: Server, cache: Path) -> None:
    """git names the user, which may be a token, when it has no password for it."""
    server.put("/git/vpc/info/refs", status=401, WWW_Authenticate='Basic realm="x"')
    server.put_registry(MODULE, {"1.0.0": f"git::http://hunter2@{server.host}/git/vpc"})
    told = why_not(cache, f"{server.host}/{MODULE}", "1.0.0")
    assert "could not read Password" in told
    assert "hunter2" not in told


def test_nothing_of_an_answer_gets_into_a_message_as_it_is(server: Server, cache: Path) -> None:
    source = offer(server, "1.0.0")
    location = json.dumps({"location": "file:///a\u202e\u001b[31m" + "x" * 3000}).encode()
    server.put(f"/v1/modules/{MODULE}/1.0.0/download", location)
    assert len(why_not(cache, source, "1.0.0")) < 600
