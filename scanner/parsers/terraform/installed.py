"""What `terraform init` has put on disk, by its own record, and whether that is what a call asks for now."""

import json
from collections.abc import Mapping
from dataclasses import dataclass

from scanner.parsers.terraform.remote.address import DEFAULT_REGISTRY, AddressError, Kind, RemoteAddress, parse_address
from scanner.parsers.terraform.remote.versions import VersionError, newest


@dataclass(frozen=True)
class Installed:
    """One module: its `folder`, relative to that of the root, and what was asked for, where the record says it."""

    folder: str
    source: str = ""
    version: str = ""


def installed(text: str) -> Mapping[str, Installed]:
    """The modules of a `modules.json` by the names of the calls that lead to them, none where it is damaged."""
    try:
        return {
            str(each["Key"]): Installed(str(each["Dir"]), str(each.get("Source") or ""), str(each.get("Version") or ""))
            for each in json.loads(text)["Modules"]
        }
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError):
        return {}


def is_of(module: Installed, source: str, version: str | None) -> bool:
    """Whether a module is what a call names, as far as its record says; Terraform itself would install it anew."""
    if not module.source:
        return True
    try:
        asked, have = parse_address(source), parse_address(module.source)
    except AddressError:
        return module.source == source
    places = ((each.kind, _host(each), each.path, each.subfolder, each.ref) for each in (asked, have))
    if len(set(places)) > 1:
        return False
    if asked.kind is not Kind.REGISTRY or not version or not module.version:
        return True
    try:
        return newest([module.version], version) is not None
    except VersionError:
        return True  # said where the call is read


def _host(address: RemoteAddress) -> str:
    """Where no registry is named, each of the two programs means its own."""
    return DEFAULT_REGISTRY if address.host == "registry.opentofu.org" else address.host
