"""What the source of a module call means, by the rules of Terraform's documentation and its own parser."""

import pytest

from scanner.core.secrets import MASK
from scanner.parsers.terraform.remote.address import (
    AddressError,
    Kind,
    RemoteAddress,
    is_loopback,
    join_subfolders,
    parse_address,
)

REGISTRY = "registry.terraform.io"


@pytest.mark.parametrize(
    ("source", "host", "path", "subfolder"),
    [
        ("hashicorp/consul/aws", REGISTRY, "hashicorp/consul/aws", ""),
        ("hashicorp/consul/aws//modules/server", REGISTRY, "hashicorp/consul/aws", "modules/server"),
        ("registry.terraform.io/hashicorp/consul/aws", REGISTRY, "hashicorp/consul/aws", ""),
        (
            "App.Terraform.io/Example-Corp/k8s_cluster/azurerm",
            "app.terraform.io",
            "Example-Corp/k8s_cluster/azurerm",
            "",
        ),
        ("example.com:8443/a/b/c//d", "example.com:8443", "a/b/c", "d"),
        ("gitlab.com/group/project/aws", "gitlab.com", "group/project/aws", ""),
        ("испытание.com/a/b/c", "испытание.com", "a/b/c", ""),
        ("127.0.0.1:5000/a/b/c", "127.0.0.1:5000", "a/b/c", ""),
    ],
)
def test_registry(source: str, host: str, path: str, subfolder: str) -> None:
    found = parse_address(source)
    assert (found.kind, found.host, found.path, found.subfolder) == (Kind.REGISTRY, host, path, subfolder)
    assert (found.shown, found.refusal, found.url) == (source, "", "")


@pytest.mark.parametrize(
    ("source", "url", "host", "path", "subfolder", "ref"),
    [
        ("github.com/o/r", "https://github.com/o/r.git", "github.com", "o/r", "", None),
        ("github.com/o/r.git", "https://github.com/o/r.git", "github.com", "o/r", "", None),
        ("github.com/o/r//sub?ref=v1", "https://github.com/o/r.git", "github.com", "o/r", "sub", "v1"),
        ("github.com/o/r/a/b//c?ref=v1", "https://github.com/o/r.git", "github.com", "o/r", "a/b/c", "v1"),
        ("github.com/o/r/", "https://github.com/o/r.git", "github.com", "o/r", "", None),
        ("bitbucket.org/o/r?ref=x/y", "https://bitbucket.org/o/r.git", "bitbucket.org", "o/r", "", "x/y"),
        ("git::https://h.com/a/.git", "https://h.com/a/.git", "h.com", "a", "", None),
        ("git@github.com:o/r.git", "ssh://git@github.com/o/r.git", "github.com", "o/r", "", None),
        ("git@gitlab.com:a/b/c.git//d?ref=v2", "ssh://git@gitlab.com/a/b/c.git", "gitlab.com", "a/b/c", "d", "v2"),
        ("git::https://example.com/vpc.git", "https://example.com/vpc.git", "example.com", "vpc", "", None),
        ("git::https://example.com/vpc.git?ref=a&ref=b", "https://example.com/vpc.git", "example.com", "vpc", "", "a"),
        ("git::https://example.com/vpc?ref=tags/1.0", "https://example.com/vpc", "example.com", "vpc", "", "tags/1.0"),
        (
            "git::ssh://git@example.com:2222/vpc.git",
            "ssh://git@example.com:2222/vpc.git",
            "example.com:2222",
            "vpc",
            "",
            None,
        ),
        ("git::git@github.com:o/r.git", "ssh://git@github.com/o/r.git", "github.com", "o/r", "", None),
        ("git::me@h.com:a/b.git//s?ref=v", "ssh://me@h.com/a/b.git", "h.com", "a/b", "s", "v"),
        ("git::h.com:/a/b.git", "ssh://h.com/a/b.git", "h.com", "a/b", "", None),
        ("git::github.com/o/r//s", "https://github.com/o/r.git", "github.com", "o/r", "s", None),
        (
            "git::https://h.example/a/_git/b%20c?x=1&ref=v",
            "https://h.example/a/_git/b%20c?x=1",
            "h.example",
            "a/_git/b%20c",
            "",
            "v",
        ),
    ],
)
def test_git(source: str, url: str, host: str, path: str, subfolder: str, ref: str | None) -> None:
    found = parse_address(source)
    assert (found.kind, found.url, found.host, found.path) == (Kind.GIT, url, host, path)
    assert (found.subfolder, found.ref, found.refusal) == (subfolder, ref, "")


@pytest.mark.parametrize(
    ("query", "depth"), [("?depth=1", 1), ("?ref=v1&depth=20", 20), ("", None), ("?depth=", None), ("?depth=-1", None)]
)
def test_depth(query: str, depth: int | None) -> None:
    assert parse_address(f"git::https://example.com/vpc.git{query}").depth == depth


@pytest.mark.parametrize(
    ("source", "url", "path", "subfolder", "archive"),
    [
        ("https://example.com/vpc.zip", "https://example.com/vpc.zip", "vpc.zip", "", "zip"),
        ("https://example.com/a/vpc.tar.gz//x", "https://example.com/a/vpc.tar.gz", "a/vpc.tar.gz", "x", "gz"),
        ("https://example.com/vpc.tgz", "https://example.com/vpc.tgz", "vpc.tgz", "", "gz"),
        ("https://example.com/vpc.tar.bz2", "https://example.com/vpc.tar.bz2", "vpc.tar.bz2", "", "bz2"),
        ("https://example.com/vpc.tbz2", "https://example.com/vpc.tbz2", "vpc.tbz2", "", "bz2"),
        ("https://example.com/vpc.tar.xz//*", "https://example.com/vpc.tar.xz", "vpc.tar.xz", "*", "xz"),
        ("https://example.com/vpc.txz", "https://example.com/vpc.txz", "vpc.txz", "", "xz"),
        ("https://example.com/vpc?archive=zip", "https://example.com/vpc", "vpc", "", "zip"),
        ("https://example.com/vpc//*?archive=tar.gz&v=2", "https://example.com/vpc?v=2", "vpc", "*", "gz"),
        ("https://example.com/vpc.zip?archive=false", "https://example.com/vpc.zip", "vpc.zip", "", None),
        ("https://example.com/vpc", "https://example.com/vpc", "vpc", "", None),
        (
            "https://example.com/vpc.zip?u=https://x//y.tgz",
            "https://example.com/vpc.zip?u=https://x//y.tgz",
            "vpc.zip",
            "",
            "zip",
        ),
    ],
)
def test_http(source: str, url: str, path: str, subfolder: str, archive: str | None) -> None:
    found = parse_address(source)
    assert (found.kind, found.host, found.url, found.path) == (Kind.HTTP, "example.com", url, path)
    assert (found.subfolder, found.archive, found.refusal) == (subfolder, archive, "")


def test_checksum() -> None:
    found = parse_address("https://example.com/vpc.zip?checksum=sha256:abc")
    assert (found.checksum, found.url) == ("sha256:abc", "https://example.com/vpc.zip")


@pytest.mark.parametrize(
    ("source", "kind", "says"),
    [
        (
            "s3::https://s3-eu-west-1.amazonaws.com/bucket/vpc.zip",
            Kind.S3,
            "credentials of AWS; run terraform init or vendor it",
        ),
        ("bucket.s3.amazonaws.com/vpc.zip", Kind.S3, "credentials of AWS"),
        ("gcs::https://www.googleapis.com/storage/v1/modules/vpc.zip", Kind.GCS, "credentials of Google Cloud"),
        ("www.googleapis.com/storage/v1/modules/vpc.zip", Kind.GCS, "credentials of Google Cloud"),
        ("oci://ghcr.io/acme/vpc?tag=1.0", Kind.OCI, "credentials of its OCI registry"),
        ("hg::https://example.com/vpc.hg?rev=1", Kind.MERCURIAL, "Mercurial"),
        ("file:///srv/modules/vpc", Kind.FILE, "the machine itself"),
        ("/srv/modules/vpc", Kind.FILE, "the machine itself"),
        ("git::file:///srv/vpc.git", Kind.FILE, "the machine itself"),
        ("git::git://example.com/vpc.git", Kind.GIT, "over git, and only https and ssh"),
        ("git::http://example.com/vpc.git", Kind.GIT, "over http, which is not encrypted"),
        ("http://example.com/vpc.zip", Kind.HTTP, "over http, which is not encrypted"),
        ("http::ssh://example.com/vpc.zip", Kind.HTTP, "over ssh"),
        ("git::ssh://git@example.com/vpc.git?sshkey=QUJD", Kind.GIT, "private key"),
    ],
)
def test_what_is_never_fetched_says_why(source: str, kind: Kind, says: str) -> None:
    found = parse_address(source)
    assert found.kind is kind
    assert says in found.refusal


def test_the_machine_itself_may_be_asked_without_encryption() -> None:
    for host in ("127.0.0.1:80", "localhost", "[::1]:8080"):
        assert parse_address(f"git::http://{host}/vpc.git").refusal == ""
    assert [is_loopback(host) for host in ("127.1.2.3", "localhost:1", "128.0.0.1", "localhost.example.com")] == [
        True,
        True,
        False,
        False,
    ]


@pytest.mark.parametrize(
    ("source", "says"),
    [
        ("./modules/vpc", "local path"),
        ("../vpc", "local path"),
        (".\\vpc", "local path"),
        ("..", "local path"),
        ("vpc", "a local path begins with ./"),
        ("modules/vpc", "a local path begins with ./"),
        ("a/b/c/d", "no address"),
        ("a/b/no-no", "no address"),
        ("", "no address"),
        ("github.com/o", "no repository of GitHub"),
        ("git::https://example.com", "no repository"),
        ("git::ssh://git@example.com:o/r.git", "no scheme before it"),
        ("ssh://git@example.com/o/r.git", "no kind that Terraform knows"),
        ("ftp://example.com/vpc.zip", "no kind that Terraform knows"),
        ("foo::https://example.com/vpc.zip", "no kind that Terraform knows"),
        ("git::ext::sh -c id", "names no host"),
        ("git::-oProxyCommand=id:x", "names no host"),
        ("git::ssh://-oProxyCommand=id/vpc.git", "names no host"),
        ("git::ssh://-oProxyCommand=id@example.com/vpc.git", "names no host"),
        ("https://../vpc.zip", "names no host"),
        ("git::https://example.com/vpc.git?ref=--upload-pack=id", "no name of a branch"),
        ("git::https://example.com/vpc.git?ref=a..b", "no name of a branch"),
        ("git::https://example.com/vpc.git?ref=../../x", "no name of a branch"),
        ("git::https://example.com/vpc.git?ref=a%0Ab", "no name of a branch"),
        ("git::https://example.com/vpc.git?ref=*", "no name of a branch"),
        ("git::https://example.com/a/../b.git", "leads upwards"),
        ("hashicorp/consul/aws//../x", "leads out"),
        ("github.com/o/r//a/../..", "leads out"),
        ("github.com/o/r\nx", "no address has"),
        ("github.com/o/\ud800", "no address has"),
        ("github.com/o/r\u202e", "no address has"),
        (f"github.com/o/{'r' * 5000}", "more than 4,096 characters"),
    ],
)
def test_what_means_no_place(source: str, says: str) -> None:
    with pytest.raises(AddressError, match=says):
        parse_address(source)


@pytest.mark.parametrize(
    ("source", "shown"),
    [
        ("git::https://user:hunter2@example.com/vpc.git?ref=v1", f"git::https://{MASK}@example.com/vpc.git?ref=v1"),
        ("git::https://hunter2@example.com/vpc.git", f"git::https://{MASK}@example.com/vpc.git"),
        ("git::HTTPS://hunter2@example.com/vpc.git", f"git::HTTPS://{MASK}@example.com/vpc.git"),
        ("git::https://a:hunter2%40@example.com/vpc.git", f"git::https://{MASK}@example.com/vpc.git"),
        ("git::ssh://git:hunter2@example.com/vpc.git", f"git::ssh://git:{MASK}@example.com/vpc.git"),
        ("git::ssh://git@example.com/vpc.git?sshkey=hunter2", f"git::ssh://git@example.com/vpc.git?sshkey={MASK}"),
        ("https://example.com/vpc.zip?sig=hunter2&archive=zip", f"https://example.com/vpc.zip?sig={MASK}&archive=zip"),
        ("hg::https://a:hunter2@example.com/vpc?rev=1", f"hg::https://{MASK}@example.com/vpc?rev=1"),
        ("git@github.com:o/r.git", "git@github.com:o/r.git"),
        ("git::SSH://git@example.com/vpc.git", "git::SSH://git@example.com/vpc.git"),
    ],
)
def test_secrets_are_masked(source: str, shown: str) -> None:
    found = parse_address(source)
    assert found.shown == shown
    assert "hunter2" not in repr(found)
    assert "hunter2" not in found.refusal
    if "hunter2" in source:
        assert any("hunter2" in secret for secret in found.secrets)


def test_secrets_are_known_as_they_are_written_and_as_they_are_meant() -> None:
    found = parse_address("git::https://user:hunter2%40@example.com/vpc.git")
    assert {"user:hunter2%40", "hunter2%40", "hunter2@"} < set(found.secrets)


@pytest.mark.parametrize(
    "source",
    [
        "git::https://user:hunter2@example.com/a/../b.git",
        "git::https://hunter2@-example.com/vpc.git",
        "git::https://example.com:x/vpc.git?token=hunter2",
        "hunter2@example.com:vpc.git",
        "git::user:hunter2@example.com/vpc?u=https://x//y",
        "ftp://user:hunter2@example.com/x",
        "https://user:hunter2@example.com/x\n",
    ],
)
def test_secrets_are_masked_in_errors(source: str) -> None:
    with pytest.raises(AddressError) as caught:
        parse_address(source)
    assert "hunter2" not in str(caught.value)
    assert MASK in str(caught.value)


def test_addresses_can_be_compared_and_kept_in_sets() -> None:
    first, second = parse_address("github.com/o/r"), parse_address("github.com/o/r")
    assert {first, second} == {first}
    assert isinstance(first, RemoteAddress)


@pytest.mark.parametrize(
    ("outer", "inner", "joined"), [("", "", ""), ("a", "", "a"), ("", "b", "b"), ("*", "b/c", "*/b/c")]
)
def test_joined_subfolders(outer: str, inner: str, joined: str) -> None:
    assert join_subfolders(outer, inner) == joined
