"""Modules by URL: archives, servers that say where the module is, and servers that mean no good."""

import hashlib
import shutil
import socket
import ssl
import subprocess
import time
from contextlib import suppress
from http.server import BaseHTTPRequestHandler
from pathlib import Path

import pytest

from scanner.core.secrets import MASK
from scanner.parsers.terraform.remote.limits import Allowance, DownloadError, Limits
from scanner.parsers.terraform.remote.transfer import ask
from tests.parsers.terraform.remote.fetching import entries, fetched, place, text, why_not
from tests.parsers.terraform.remote.repositories import Repository, tar_of, zip_of
from tests.parsers.terraform.remote.serving import Server, serving

ZIP = zip_of({"main.tf": "# ok\n", "a/main.tf": "# a\n"})
SHA256 = hashlib.sha256(ZIP).hexdigest()


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("vpc.zip", ZIP),
        ("vpc.tar.gz", tar_of({"main.tf": "# ok\n"})),
        ("vpc.tgz", tar_of({"main.tf": "# ok\n"})),
        ("vpc.tar.bz2", tar_of({"main.tf": "# ok\n"}, "bz2")),
        ("vpc.tar.xz", tar_of({"main.tf": "# ok\n"}, "xz")),
        ("vpc?archive=zip", ZIP),
    ],
)
def test_archives(server: Server, cache: Path, name: str, content: bytes) -> None:
    path = name.partition("?")[0]
    server.put(f"/m/{path}", content)
    found = fetched(cache, f"{server.url}/m/{name}")
    assert text(found) == "# ok\n"
    assert place(found, cache) == f"{server.host}/m/{path}@{hashlib.sha256(content).hexdigest()}"
    assert server.seen == [f"/m/{path}"]


def test_the_top_folder_of_an_archive_is_part_of_the_path(server: Server, cache: Path) -> None:
    server.put("/vpc.zip", zip_of({"vpc-1.0/main.tf": "# ok\n", "vpc-1.0/a/main.tf": "# a\n"}))
    assert text(fetched(cache, f"{server.url}/vpc.zip"), "vpc-1.0/main.tf") == "# ok\n"
    assert text(fetched(cache, f"{server.url}/vpc.zip//vpc-1.0/a")) == "# a\n"
    assert text(fetched(cache, f"{server.url}/vpc.zip//*")) == "# ok\n"
    assert text(fetched(cache, f"{server.url}/vpc.zip//*/a")) == "# a\n"
    assert why_not(cache, f"{server.url}/vpc.zip//a").endswith("it has no folder a")


@pytest.mark.parametrize(
    "checksum",
    [f"sha256:{SHA256}", SHA256.upper(), f"md5:{hashlib.md5(ZIP, usedforsecurity=False).hexdigest()}"],
)
def test_a_checksum(server: Server, cache: Path, checksum: str) -> None:
    server.put("/vpc.zip", ZIP)
    assert text(fetched(cache, f"{server.url}/vpc.zip?checksum={checksum}")) == "# ok\n"


@pytest.mark.parametrize(
    ("checksum", "says"),
    [
        (f"md5:{'0' * 32}", "and the address demands 00000000000000000000000000000000"),
        (f"sha256:{'0' * 64}", f"its sha256 is {SHA256}, and the address demands {'0' * 64}"),
        ("sha256:../../../evil", "and the address demands ../../../evil"),
        ("file:https://example.com/sums", "is of no kind that is known here"),
        ("crc:1234", "is of no kind that is known here"),
    ],
)
def test_a_checksum_that_is_wrong(server: Server, cache: Path, checksum: str, says: str) -> None:
    server.put("/vpc.zip", ZIP)
    assert says in why_not(cache, f"{server.url}/vpc.zip?checksum={checksum}")
    assert entries(cache) == []


@pytest.mark.parametrize("how", ["header", "page"])
@pytest.mark.parametrize("where", ["/m/vpc.zip", "./vpc.zip", "{url}/m/vpc.zip"])
def test_a_server_that_says_where_the_module_is(server: Server, cache: Path, how: str, where: str) -> None:
    location = where.format(url=server.url)
    page = f'<!DOCTYPE html><html><head><META name="terraform-get" content="{location}"></head><body></body></html>'
    if how == "header":
        server.put("/m/vpc", X_Terraform_Get=location)
    else:
        server.put("/m/vpc", page.encode())
    server.put("/m/vpc.zip", ZIP)
    assert text(fetched(cache, f"{server.url}/m/vpc//a?x=1")) == "# a\n"
    assert server.seen == ["/m/vpc?x=1&terraform-get=1", "/m/vpc.zip"]


@pytest.mark.parametrize("where", ["./vpc.zip//a?archive=zip", "/m/vpc.zip//*", "{url}/m/vpc.zip//a"])
def test_a_server_that_says_which_part_is_the_module(server: Server, cache: Path, where: str) -> None:
    server.put("/m/vpc", X_Terraform_Get=where.format(url=server.url))
    server.put("/m/vpc.zip", zip_of({"a/main.tf": "# a\n", "a/b/main.tf": "# b\n"}))
    assert text(fetched(cache, f"{server.url}/m/vpc")) == "# a\n"
    assert text(fetched(cache, f"{server.url}/m/vpc//b")) == "# b\n"


def test_a_server_that_sends_on_to_a_repository(server: Server, repository: Repository, cache: Path) -> None:
    repository.commit({"x/a/main.tf": "# a\n"})
    server.put("/vpc", X_Terraform_Get=f"git::{server.url}/git/vpc/.git//x")
    assert text(fetched(cache, f"{server.url}/vpc//a")) == "# a\n"


@pytest.mark.parametrize(
    ("body", "location", "says"),
    [
        (b"<html><body>hello", "", "does not say where the module is"),
        (b'<html><body><meta name="terraform-get" content="/vpc.zip">', "", "does not say where the module is"),
        (b"", "/loop", "it is sent on more than 5 times"),
        (b"", "a/b/aws", "an address of a registry again"),
        (b"", "oci://ghcr.io/a/b", "credentials of its OCI registry"),
    ],
)
def test_a_server_that_does_not_say_it(server: Server, cache: Path, body: bytes, location: str, says: str) -> None:
    for path in ("/m", "/loop"):
        server.put(path, body, X_Terraform_Get=location)
    assert says in why_not(cache, f"{server.url}/m")
    assert len(server.seen) <= 6


def test_redirects(server: Server, cache: Path) -> None:
    for number in range(5):
        server.put(f"/{number}.zip", status=302, Location=f"{number + 1}.zip")
    server.put("/5.zip", ZIP)
    assert text(fetched(cache, f"{server.url}/0.zip")) == "# ok\n"


@pytest.mark.parametrize(
    ("location", "says"),
    [
        ("/0.zip", "redirects more than 5 times"),
        ("http://example.com/vpc.zip", "it is sent to example.com over http; only https is used"),
        ("ftp://example.com/vpc.zip", "over ftp; only https is used"),
        ("file:///etc/passwd", "it is sent to nowhere over file; only https is used"),
        ("https:///vpc.zip", "a URL without a host"),
        ("https://example.com:x/vpc.zip", "without a valid host or port"),
    ],
)
def test_redirects_that_are_not_followed(server: Server, cache: Path, location: str, says: str) -> None:
    server.put("/0.zip", status=301, Location=location)
    assert says in why_not(cache, f"{server.url}/0.zip")


def test_https_is_never_exchanged_for_http(server: Server, cache: Path) -> None:
    server.put("/vpc.zip", ZIP)
    told = why_not(cache, f"https://{server.host}/vpc.zip", time_limit=10.0)
    assert f"{server.host} cannot be reached" in told
    assert server.seen == []


def test_plain_http_elsewhere_is_refused_before_anything_is_asked(cache: Path) -> None:
    told = why_not(cache, "http://example.com/vpc.zip")
    assert told.startswith("module http://example.com/vpc.zip was not fetched: it is asked for over http")


def test_a_server_elsewhere_does_not_lead_to_this_machine(server: Server, cache: Path) -> None:
    """What an address may do depends on where it began, so a stranger's registry cannot ask a service here."""
    server.put("/x", b"secret")
    with pytest.raises(DownloadError, match="over http; only https is used"):
        ask(f"{server.url}/x", Allowance(10.0))
    assert ask(f"{server.url}/x", Allowance(10.0, plain_http=True)).body == b"secret"
    assert len(server.seen) == 1


def test_credentials_of_an_address_go_to_its_host_alone(server: Server, cache: Path, tmp_path: Path) -> None:
    with serving() as other:
        server.put("/vpc.zip", status=302, Location=f"{other.url}/vpc.zip")
        other.put("/vpc.zip", ZIP)
        fetched(cache, f"http://robot:hunter2%21@{server.host}/vpc.zip")
        assert server.sent[0]["Authorization"] == "Basic cm9ib3Q6aHVudGVyMiE="
        assert "Authorization" not in other.sent[0]


def test_no_credentials_of_the_user_are_sent(
    server: Server, cache: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / ".netrc").write_text("machine 127.0.0.1 login a password hunter2\n", encoding="utf-8")
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
    monkeypatch.setenv("TF_TOKEN_127_0_0_1", "hunter2")
    server.put("/vpc.zip", ZIP)
    fetched(cache, f"{server.url}/vpc.zip")
    assert "hunter2" not in str(server.sent)
    assert "Authorization" not in server.sent[0]


def test_secrets_are_in_no_message(server: Server, cache: Path) -> None:
    told = why_not(cache, f"http://robot:hunter2@{server.host}/none.zip?sig=hunter3")
    assert told == (
        f"module http://{MASK}@{server.host}/none.zip?sig={MASK} was not fetched: {server.host} does not have it (404)"
    )
    assert server.seen == ["/none.zip?sig=hunter3"]


def test_a_download_that_is_too_large(server: Server, cache: Path) -> None:
    def endless(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(200)
        handler.end_headers()
        with suppress(OSError):
            for _ in range(1000):
                handler.wfile.write(b"\0" * (1 << 16))

    server.replies["/vpc.zip"] = endless
    told = why_not(cache, f"{server.url}/vpc.zip", limits=Limits(download=1 << 20))
    assert told.endswith(f"{server.host} sends more than 1 MiB")


def test_a_download_that_ends_too_early(server: Server, cache: Path) -> None:
    server.put("/vpc.tgz", tar_of({"main.tf": "# ok\n"}), Content_Length="5000")
    assert why_not(cache, f"{server.url}/vpc.tgz").endswith("has ended the connection too early")


@pytest.mark.parametrize("part", ["headers", "body", "nothing"])
def test_a_server_that_takes_its_time(server: Server, cache: Path, part: str) -> None:
    """One byte at a time, so that no single wait is long."""

    def slow(handler: BaseHTTPRequestHandler) -> None:
        if part == "body":
            handler.wfile.write(b"HTTP/1.0 200 OK\r\nContent-Length: 1000\r\n\r\n")
        if part == "headers":
            handler.wfile.write(b"HTTP/1.0 200 OK\r\nX-Long: ")
        with suppress(OSError):
            for _ in range(300):
                if server.stopped.wait(0.1):
                    break
                if part != "nothing":
                    handler.wfile.write(b"x")

    server.replies["/vpc.zip"] = slow
    begun = time.monotonic()
    assert why_not(cache, f"{server.url}/vpc.zip", time_limit=0.7).endswith("it took longer than 0.7 s")
    assert time.monotonic() - begun < 20


def test_a_server_that_takes_its_time_before_it_is_known(cache: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        begun = time.monotonic()
        told = why_not(cache, f"https://127.0.0.1:{silent.getsockname()[1]}/vpc.zip", time_limit=0.7)
        assert told.endswith("it took longer than 0.7 s")
        assert time.monotonic() - begun < 20


@pytest.fixture
def certificate(tmp_path: Path) -> Path:
    """A certificate of this machine that signs itself, with its key."""
    if shutil.which("openssl") is None:
        pytest.skip("needs openssl to make a certificate")
    file = tmp_path / "certificate.pem"
    command = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=localhost"]
    command += ["-addext", "subjectAltName=IP:127.0.0.1", "-keyout", str(tmp_path / "key.pem"), "-out", str(file)]
    subprocess.run(command, check=True, capture_output=True)
    file.write_bytes(file.read_bytes() + (tmp_path / "key.pem").read_bytes())
    return file


def test_https(cache: Path, certificate: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    with serving(tls=context) as server:
        server.put("/vpc.zip", ZIP)
        source = f"https://{server.host}/vpc.zip"
        assert f"the certificate of {server.host} is not trusted: self" in why_not(cache, source)
        assert server.seen == []
        monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
        assert text(fetched(cache, source)) == "# ok\n"
        assert server.sent[0]["Host"] == server.host


def test_a_server_that_is_not_there(cache: Path) -> None:
    with serving() as gone:
        source = f"{gone.url}/vpc.zip"
    assert "cannot be reached: Connection refused" in why_not(cache, source)


def test_a_server_that_does_not_speak_http(server: Server, cache: Path) -> None:
    def garble(handler: BaseHTTPRequestHandler) -> None:
        handler.wfile.write(b"\x16\x03\x01\x02garbage\r\n\r\n")

    server.replies["/vpc.zip"] = garble
    assert "cannot be reached" in why_not(cache, f"{server.url}/vpc.zip")
