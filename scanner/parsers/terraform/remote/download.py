"""Fetches one module from wherever it is, into the cache: the one way to the network, and only when it is called."""

from dataclasses import replace
from pathlib import Path
from urllib.parse import quote

from scanner.parsers.terraform.remote import git
from scanner.parsers.terraform.remote.address import Kind, RemoteAddress, is_loopback, join_subfolders
from scanner.parsers.terraform.remote.archives import unpack
from scanner.parsers.terraform.remote.cache import incoming, place, publish, subfolder_of
from scanner.parsers.terraform.remote.checksums import pinned_sha256, sha256_of, verify
from scanner.parsers.terraform.remote.limits import Allowance, DownloadError, Limits, told
from scanner.parsers.terraform.remote.pointers import ask_for_module
from scanner.parsers.terraform.remote.registry import choose_version, discover, locate
from scanner.parsers.terraform.remote.subfolders import SubfolderError, find_subfolder, is_inside
from scanner.parsers.terraform.remote.transfer import save
from scanner.parsers.terraform.remote.tree import Tree
from scanner.parsers.terraform.remote.versions import VersionError, exact_version

__all__ = ["DownloadError", "Limits", "fetch_module"]

_MOST_POINTERS = 5
_PACKAGE = "package"


def fetch_module(
    address: RemoteAddress, version: str | None, cache: Path, time_limit: float, limits: Limits | None = None
) -> Path:
    """The folder below `cache` that holds the module at `address`, fetched unless it is there.

    `version` is the constraint of the module call, for a registry alone; `time_limit` is in seconds for everything but
    the look-up of a host's name. An exact version, a full commit and an archive with a SHA-256 in its address are taken
    from the cache without any network; otherwise their today's version, commit or content is asked for, and taken from
    the cache when it is there. The folders, none of which ever changes:

    - `<cache>/<host>/<namespace>/<name>/<provider>/<version>/` of a registry,
    - `<cache>/<host>/<path>/<commit>/` of a full commit, and `<cache>/<host>/<path>/<ref>@<commit>/` of any other ref,
      which is `HEAD` when there is none,
    - `<cache>/<host>/<path>@<SHA-256>/` of an archive.

    Raises `DownloadError`.
    """
    try:
        if address.refusal:
            raise DownloadError(f"it {address.refusal}")
        if version is not None and address.kind is not Kind.REGISTRY:
            raise DownloadError("it takes no version; only a registry knows versions")
        allowance = Allowance(time_limit, limits or Limits(), plain_http=is_loopback(address.host))
        found = _fetch(address, version, cache.absolute(), allowance)
        if not is_inside(found, cache):
            raise DownloadError(f"its folder {address.subfolder} leads out of the cache")
        return cache / found.relative_to(cache.absolute())
    except (DownloadError, VersionError) as error:
        why = str(error)
    except SubfolderError as error:
        why = f"it {error}"
    except OSError as error:
        why = f"the cache cannot be used: {error.strerror or error}"
    called = f"{address.shown} {told(version)}" if version else address.shown
    raise DownloadError(f"module {called} was not fetched: {told(why, address.secrets)}") from None


def _fetch(address: RemoteAddress, version: str | None, cache: Path, allowance: Allowance) -> Path:
    if address.kind is Kind.REGISTRY:
        return _from_registry(address, version, cache, allowance)
    direct = _direct(address, allowance)
    fetch = _git_entry if direct.kind is Kind.GIT else _archive_entry
    return find_subfolder(fetch(direct, cache, allowance), direct.subfolder)


def _from_registry(address: RemoteAddress, version: str | None, cache: Path, allowance: Allowance) -> Path:
    exact = exact_version(version)
    entry = place(cache, address.host, address.path, exact) if exact else None
    if entry is None or subfolder_of(entry) is None:
        service = discover(address.host, allowance)
        chosen = choose_version(service, address, version, allowance)
        entry = place(cache, address.host, address.path, chosen)
        if subfolder_of(entry) is None:
            where = _direct(locate(service, address, chosen, allowance), allowance)
            with incoming(cache) as scratch:
                tree = Tree(scratch / _PACKAGE, allowance)
                if where.kind is Kind.GIT:
                    repository = git.open_repository(where, scratch, allowance)
                    git.fetch_commit(repository, git.find_commit(repository), tree)
                else:
                    unpack(_archive(where, scratch, allowance), str(where.archive), tree, allowance)
                publish(scratch / _PACKAGE, entry, cache, where.subfolder)
    return find_subfolder(entry, join_subfolders(subfolder_of(entry) or "", address.subfolder))


def _direct(address: RemoteAddress, allowance: Allowance) -> RemoteAddress:
    """The repository or archive to which `address` leads in the end."""
    for _ in range(_MOST_POINTERS + 1):
        if address.refusal:
            raise DownloadError(f"it is sent on to {address.shown}, which {address.refusal}")
        if address.kind is Kind.GIT or address.archive:
            return address
        target = ask_for_module(address, allowance)
        address = replace(target, subfolder=join_subfolders(target.subfolder, address.subfolder))
    raise DownloadError(f"it is sent on more than {_MOST_POINTERS} times")


def _git_entry(address: RemoteAddress, cache: Path, allowance: Allowance) -> Path:
    def at(commit: str) -> Path:
        if git.is_pinned(address):
            return place(cache, address.host, address.path, str(address.ref))
        return place(cache, address.host, address.path, quote(address.ref or "HEAD", safe=""), commit)

    if git.is_pinned(address) and subfolder_of(at("")) is not None:
        return at("")
    with incoming(cache) as scratch:
        repository = git.open_repository(address, scratch, allowance)
        commit = git.find_commit(repository)
        if commit is None or subfolder_of(at(commit.id)) is None:
            commit = git.Commit(git.fetch_commit(repository, commit, Tree(scratch / _PACKAGE, allowance)))
            publish(scratch / _PACKAGE, at(commit.id), cache)
    return at(commit.id)


def _archive_entry(address: RemoteAddress, cache: Path, allowance: Allowance) -> Path:
    path, _, name = address.path.rpartition("/")
    pinned = pinned_sha256(address.checksum)
    if pinned and subfolder_of(place(cache, address.host, path, name, pinned)) is not None:
        return place(cache, address.host, path, name, pinned)
    with incoming(cache) as scratch:
        archive = _archive(address, scratch, allowance)
        entry = place(cache, address.host, path, name, sha256_of(archive))
        if subfolder_of(entry) is None:
            unpack(archive, str(address.archive), Tree(scratch / _PACKAGE, allowance), allowance)
            publish(scratch / _PACKAGE, entry, cache)
    return entry


def _archive(address: RemoteAddress, scratch: Path, allowance: Allowance) -> Path:
    file = scratch / "archive"
    save(address.url, file, allowance)
    if address.checksum is not None:
        verify(file, address.checksum)
    return file
