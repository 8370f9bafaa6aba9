"""Modules from repositories, served over http by git's own program and as plain files."""

import os
import shutil
import time
from http.server import BaseHTTPRequestHandler
from pathlib import Path

import pytest

from scanner.parsers.terraform.remote.download import Limits
from tests.parsers.terraform.remote.fetching import entries, fetched, place, text, why_not
from tests.parsers.terraform.remote.repositories import Repository
from tests.parsers.terraform.remote.serving import Server


def source(server: Server, query: str = "", subfolder: str = "") -> str:
    return f"git::{server.url}/git/vpc/.git{subfolder}{query}"


@pytest.mark.parametrize(
    "ref",
    ["v1", "tags/v1", "refs/tags/v1", "signed", "feature/x", "heads/feature/x", "origin/feature/x", "HEAD", "main"],
)
def test_refs(server: Server, repository: Repository, cache: Path, ref: str) -> None:
    commit = repository.commit({"main.tf": "# wanted\n", "modules/a/main.tf": "# a\n"})
    repository.git("tag", "v1")
    repository.git("tag", "--annotate", "--message=signed", "signed")
    repository.git("branch", "feature/x")
    if ref not in ("HEAD", "main"):
        repository.commit({"main.tf": "# later\n"})
    found = fetched(cache, source(server, f"?ref={ref}"))
    assert text(found) == "# wanted\n"
    assert place(found, cache) == f"{server.host}/git/vpc/{ref.replace('/', '%2F')}@{commit}"
    assert not (found / ".git").exists()


def test_without_a_ref(server: Server, repository: Repository, cache: Path) -> None:
    repository.commit({"main.tf": "# first\n"})
    first = fetched(cache, source(server))
    commit = repository.commit({"main.tf": "# second\n"})
    second = fetched(cache, source(server))
    assert (text(first), text(second)) == ("# first\n", "# second\n")
    assert place(second, cache) == f"{server.host}/git/vpc/HEAD@{commit}"


def test_a_tag_is_meant_where_a_branch_has_the_same_name(server: Server, repository: Repository, cache: Path) -> None:
    repository.commit({"main.tf": "# tag\n"})
    repository.git("tag", "v1")
    repository.git("checkout", "--quiet", "-b", "v1")
    repository.commit({"main.tf": "# branch\n"})
    assert text(fetched(cache, source(server, "?ref=v1"))) == "# tag\n"
    assert text(fetched(cache, source(server, "?ref=heads/v1"))) == "# branch\n"


@pytest.mark.parametrize("allowed", ["true", "false"])
def test_a_commit(server: Server, repository: Repository, cache: Path, allowed: str) -> None:
    """Also from a server that gives no commits which no branch leads to directly."""
    repository.git("config", "uploadpack.allowAnySHA1InWant", allowed)
    repository.git("config", "uploadpack.allowReachableSHA1InWant", allowed)
    commit = repository.commit({"main.tf": "# wanted\n"})
    repository.commit({"main.tf": "# later\n"})
    found = fetched(cache, source(server, f"?ref={commit}"))
    assert text(found) == "# wanted\n"
    assert place(found, cache) == f"{server.host}/git/vpc/{commit}"


def test_an_abbreviated_commit(server: Server, repository: Repository, cache: Path) -> None:
    commit = repository.commit({"main.tf": "# wanted\n"})
    repository.commit({"main.tf": "# later\n"})
    found = fetched(cache, source(server, f"?ref={commit[:8]}"))
    assert text(found) == "# wanted\n"
    assert place(found, cache) == f"{server.host}/git/vpc/{commit[:8]}@{commit}"


def test_the_history_does_not_come_along(server: Server, repository: Repository, cache: Path) -> None:
    for number in range(3):
        repository.commit({"big.bin": os.urandom(300_000).hex() + str(number)})
    repository.commit({"main.tf": "# small\n", "big.bin": ""})
    assert text(fetched(cache, source(server), limits=Limits(download=200_000))) == "# small\n"


def test_a_subfolder_and_the_rest_beside_it(server: Server, repository: Repository, cache: Path) -> None:
    repository.commit({"main.tf": "# root\n", "modules/a/main.tf": "# a\n", "shared/main.tf": "# shared\n"})
    found = fetched(cache, source(server, subfolder="//modules/a"))
    assert text(found) == "# a\n"
    assert text(found / "../../shared") == "# shared\n"
    assert text(fetched(cache, source(server, subfolder="//mod*/[a-c]"))) == "# a\n"


@pytest.mark.parametrize(("name", "says"), [("none", "it has no folder none"), ("*", "it has more than one folder *")])
def test_a_subfolder_that_is_not_one(server: Server, repository: Repository, cache: Path, name: str, says: str) -> None:
    repository.commit({"a/main.tf": "", "b/main.tf": ""})
    assert why_not(cache, source(server, subfolder=f"//{name}")).endswith(says)


@pytest.mark.parametrize(
    ("query", "says"),
    [
        ("?ref=none", "there is no branch, tag or commit none"),
        ("?ref=abcdef0", "there is no commit abcdef0"),
        (f"?ref={'ab' * 20}", f"there is no commit {'ab' * 20}"),
    ],
)
def test_a_ref_that_is_not_there(server: Server, repository: Repository, cache: Path, query: str, says: str) -> None:
    repository.commit({"main.tf": ""})
    told = why_not(cache, source(server, query))
    assert told == f"module {source(server, query)} was not fetched: {says}"
    assert entries(cache) == []


def test_a_repository_that_is_not_there(server: Server, cache: Path) -> None:
    told = why_not(cache, f"git::{server.url}/git/none.git")
    assert f"module git::{server.url}/git/none.git was not fetched: git says: " in told
    assert "not found" in told


def test_an_empty_repository(server: Server, repository: Repository, cache: Path) -> None:
    assert why_not(cache, source(server)).endswith("the repository is empty")
    repository.commit({})
    assert why_not(cache, source(server)).endswith("it is empty")


def test_secrets_go_to_the_server_and_into_no_message(server: Server, repository: Repository, cache: Path) -> None:
    repository.commit({"main.tf": "# ok\n"})
    secret = source(server).replace("//", "//robot:hunter2%21@", 1)
    found = fetched(cache, secret)
    assert "hunter2" not in str(found)
    assert not any("hunter2" in each.read_text(errors="replace") for each in cache.rglob("*") if each.is_file())
    shutil.rmtree(repository.folder / ".git")
    told = why_not(cache, secret)
    assert "********@127.0.0.1" in told
    assert "hunter2" not in told
    assert "robot" not in told


def test_links_arrive_unless_they_lead_out(server: Server, repository: Repository, cache: Path) -> None:
    repository.commit({"main.tf": "# ok\n", "a/x.tf": ""})
    (repository.folder / "a" / "main.tf").symlink_to("../main.tf")
    repository.commit({})
    assert text(fetched(cache, source(server)) / "a") == "# ok\n"
    (repository.folder / "a" / "secrets").symlink_to("/etc")
    repository.commit({})
    assert why_not(cache, source(server)).endswith("its link a/secrets leads out of it")


def test_nothing_of_the_repository_runs(
    server: Server, repository: Repository, cache: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Neither hooks nor filters, though the user has some that a checkout would use, nor submodules."""
    trace = tmp_path / "ran"
    hook = tmp_path / "hooks" / "post-checkout"
    hook.parent.mkdir()
    for name in ("post-checkout", "post-index-change", "reference-transaction"):
        (hook.parent / name).write_text(f"#!/bin/sh\necho {name} >> {trace}\n", encoding="utf-8")
        (hook.parent / name).chmod(0o755)
    config = tmp_path / "gitconfig"
    config.write_text(
        f"[core]\n\thooksPath = {hook.parent}\n[init]\n\ttemplateDir = {tmp_path / 'template'}\n"
        f'[filter "lfs"]\n\tsmudge = "touch {trace}; cat"\n\trequired = true\n[submodule]\n\trecurse = true\n',
        encoding="utf-8",
    )
    shutil.copytree(hook.parent, tmp_path / "template" / "hooks")
    inner = Repository(tmp_path / "served" / "inner")
    inner.commit({"inner.tf": ""})
    repository.commit(
        {".gitattributes": "*.tf filter=lfs\n*.txt export-ignore\n", "main.tf": "pointer\n", "a.txt": "a"}
    )
    repository.git(
        "-c", "protocol.file.allow=always", "submodule", "--quiet", "add", f"{server.url}/git/inner/.git", "sub"
    )
    repository.commit({})
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(config))
    found = fetched(cache, source(server))
    assert text(found) == "pointer\n"
    assert (found / "a.txt").exists()
    assert not (found / "sub").exists()
    assert not trace.exists()


def test_the_repository_of_a_hook_that_runs_the_scan_is_left_alone(
    server: Server, repository: Repository, cache: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    repository.commit({"main.tf": "# ok\n"})
    mine = Repository(tmp_path / "mine")
    mine.commit({"x": "x"})
    before = sorted(each.as_posix() for each in mine.folder.rglob("*"))
    for name in ("GIT_DIR", "GIT_COMMON_DIR"):
        monkeypatch.setenv(name, str(mine.folder / ".git"))
    monkeypatch.setenv("GIT_WORK_TREE", str(mine.folder))
    monkeypatch.setenv("GIT_INDEX_FILE", str(mine.folder / ".git" / "index"))
    monkeypatch.setenv("GIT_OBJECT_DIRECTORY", str(mine.folder / ".git" / "objects"))
    found = fetched(cache, source(server))
    assert text(found) == "# ok\n"
    assert sorted(each.as_posix() for each in mine.folder.rglob("*")) == before


def test_the_configuration_of_a_repository_around_the_cache_has_no_say(
    server: Server, repository: Repository, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    repository.commit({"main.tf": "# ok\n"})
    scanned = Repository(tmp_path / "scanned")
    scanned.git("config", f"url.{server.url}/elsewhere/.insteadOf", f"{server.url}/git/")
    monkeypatch.chdir(scanned.folder)
    assert text(fetched(scanned.folder / "cache", source(server))) == "# ok\n"


def test_no_question_is_asked(server: Server, cache: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A server that wants a password gets none, and no program is started to ask for one."""
    asking = tmp_path / "ask"
    asking.write_text(f"#!/bin/sh\ntouch {tmp_path / 'asked'}\necho secret\n", encoding="utf-8")
    asking.chmod(0o755)
    monkeypatch.setenv("GIT_ASKPASS", str(asking))
    monkeypatch.setenv("SSH_ASKPASS", str(asking))
    server.put("/git/vpc/.git/info/refs", status=401, WWW_Authenticate='Basic realm="x"')
    assert "could not read Username" in why_not(cache, source(server), time_limit=20.0)
    assert not (tmp_path / "asked").exists()


def test_a_server_that_only_has_files(server: Server, repository: Repository, cache: Path) -> None:
    """The plain protocol knows no shallow fetches."""
    commit = repository.commit({"main.tf": "# ok\n"})
    repository.git("update-server-info")
    for file in (repository.folder / ".git").rglob("*"):
        if file.is_file():
            server.put(f"/plain/{file.relative_to(repository.folder / '.git').as_posix()}", file.read_bytes())
    server.put("/plain/HEAD", b"ref: refs/heads/main\n")
    for query, name in (("?ref=main", f"main@{commit}"), (f"?ref={commit}", commit)):
        found = fetched(cache, f"git::{server.url}/plain{query}")
        assert text(found) == "# ok\n"
        assert found.name == name


def test_no_other_protocol(server: Server, cache: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Not even when the user's own configuration turns an address into one."""
    local = Repository(tmp_path / "local")
    local.commit({"main.tf": "# local\n"})
    config = tmp_path / "gitconfig"
    config.write_text(
        f'[url "{local.folder}"]\n\tinsteadOf = {server.url}/git/vpc\n[protocol]\n\tallow = always\n', encoding="utf-8"
    )
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(config))
    monkeypatch.setenv("GIT_ALLOW_PROTOCOL", "file:http:https:ssh:ext")
    assert "transport 'file' not allowed" in why_not(cache, f"git::{server.url}/git/vpc")


def test_a_server_that_says_nothing(server: Server, cache: Path) -> None:
    def wait(_: BaseHTTPRequestHandler) -> None:
        server.stopped.wait(30)

    server.replies["/git/vpc/.git/info/refs"] = wait
    begun = time.monotonic()
    assert why_not(cache, source(server), time_limit=1.0).endswith("it took longer than 1 s")
    assert time.monotonic() - begun < 20


@pytest.mark.parametrize(
    ("limits", "says"),
    [
        (Limits(download=100_000), "the repository is larger than 0 MiB"),
        (Limits(unpacked=100_000), "it is larger than 0 MiB when unpacked"),
        (Limits(files=3), "it holds more than 3 files and folders"),
    ],
)
def test_limits(server: Server, repository: Repository, cache: Path, limits: Limits, says: str) -> None:
    repository.commit({f"{number}.bin": os.urandom(100_000).hex() for number in range(4)})
    assert why_not(cache, source(server), limits=limits).endswith(says)
    assert entries(cache) == []


def test_without_git(server: Server, cache: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    programs = tmp_path / "bin"
    programs.mkdir()
    (programs / "env").symlink_to(str(shutil.which("env")))
    monkeypatch.setenv("PATH", str(programs))
    assert why_not(cache, source(server)).endswith("the program git is not installed")


def test_a_version_is_for_registries(server: Server, repository: Repository, cache: Path) -> None:
    repository.commit({"main.tf": ""})
    assert why_not(cache, source(server), "1.0.0").endswith("it takes no version; only a registry knows versions")
    assert server.seen == []
