"""Where a copy of a module lies that somebody has put into a folder."""

import re
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

from scanner.core.terraform_files import is_configuration
from scanner.parsers.terraform.remote.address import ARCHIVES, DEFAULT_REGISTRY, Kind, RemoteAddress
from scanner.parsers.terraform.remote.subfolders import SubfolderError, find_subfolder, is_inside
from scanner.parsers.terraform.remote.versions import VersionError, newest, parse_version

_ARCHIVE_ENDING = re.compile(rf"\.(?:{'|'.join(re.escape(each) for each in ARCHIVES)})$")


class VendoredError(Exception):
    """A copy that must not be read, or a question that has no answer; `str()` says why in one line."""


def find_vendored(address: RemoteAddress, version: str | None, folder: Path) -> Path | None:
    """The folder of the module at `address` below `folder`, None when there is no copy of it.

    `version` is the constraint of the module call. The first of these that holds Terraform files is it:

    - a registry's module: `<host>/<namespace>/<name>/<provider>/<version>/` with the newest version that satisfies the
      constraint, then the same without the version; then both without the host, when that is the public registry.
      Where there are folders of versions, a constraint that none of them satisfies leads to nothing.
    - any other: `<host>/<path>/<ref>/`, with `HEAD` for an address without a ref, then `<host>/<path>/`. The path has
      neither `.git` nor the ending of an archive. A slash in a ref is a folder of its own or written `%2F`.

    Below that the address's own `//subfolder` is taken, as everywhere. Raises `VendoredError` for a copy that leads out
    of `folder` with all links followed, and for a constraint that cannot be read or is not meant for a registry.
    """
    if version is not None and address.kind is not Kind.REGISTRY:
        raise VendoredError(f"module {address.shown} takes no version; only a registry knows versions")
    try:
        for package in _packages(address, version, folder):
            found = _module(package, address, folder)
            if found is not None:
                return found
    except VersionError as error:
        raise VendoredError(f"module {address.shown}: {error}") from None
    except OSError as error:
        raise VendoredError(f"module {address.shown} cannot be looked for in {folder}: {error.strerror}") from None
    return None


def _packages(address: RemoteAddress, version: str | None, folder: Path) -> Iterator[Path]:
    if address.kind is Kind.FILE:
        return
    if address.kind is not Kind.REGISTRY:
        path = _ARCHIVE_ENDING.sub("", address.path)
        for base in dict.fromkeys((folder / address.host / path, folder / address.host / address.path)):
            ref = address.ref or "HEAD"
            if ".." not in ref.split("/"):
                yield from dict.fromkeys((base / ref, base / quote(ref, safe="")))
            yield base
        return
    bases = [folder / address.host / address.path]
    if address.host == DEFAULT_REGISTRY:
        bases.append(folder / address.path)
    for base in bases:
        versions = [each.name for each in sorted(base.iterdir()) if _is_version(each)] if base.is_dir() else []
        best = newest(versions, version)
        if best is not None:
            yield base / best
        if not versions:
            yield base


def _is_version(path: Path) -> bool:
    try:
        parse_version(path.name)
    except VersionError:
        return False
    return path.is_dir()


def _module(package: Path, address: RemoteAddress, folder: Path) -> Path | None:
    if not package.is_dir():
        return None
    try:
        found = find_subfolder(package, address.subfolder)
    except SubfolderError:
        return None
    if not is_inside(found, folder):
        raise VendoredError(f"the copy of module {address.shown} leads out of the folder it lies in; it was not read")
    return found if any(is_configuration(each.name) for each in found.iterdir()) else None
