"""Asks a registry which versions of a module there are and where one of them is, by Terraform's own protocol."""

import json
from typing import Any
from urllib.parse import urljoin

from scanner.parsers.terraform.remote.address import RemoteAddress, is_loopback
from scanner.parsers.terraform.remote.limits import Allowance, DownloadError, told
from scanner.parsers.terraform.remote.pointers import follow
from scanner.parsers.terraform.remote.transfer import Answer, ask, explain
from scanner.parsers.terraform.remote.versions import newest, parse_version

_SERVICE = "modules.v1"


def discover(host: str, allowance: Allowance) -> str:
    """The URL below which `host` keeps its modules, with a slash at the end. Raises `DownloadError`."""
    scheme = "http" if is_loopback(host) else "https"
    answer = ask(f"{scheme}://{host}/.well-known/terraform.json", allowance)
    services = _json(answer, host)
    service = services.get(_SERVICE) if isinstance(services, dict) else None
    if not isinstance(service, str) or not service:
        raise DownloadError(f"{host} is no registry of modules")
    return urljoin(answer.url, service).rstrip("/") + "/"


def choose_version(service: str, address: RemoteAddress, constraint: str | None, allowance: Allowance) -> str:
    """The newest version of the module at `address` that satisfies `constraint`, in its full form.

    Raises `DownloadError` when there is none, and `VersionError` for a constraint that cannot be read.
    """
    listed = _json(ask(f"{service}{address.path}/versions", allowance), address.host)
    try:
        # The modules that this one depends on may follow, but the first is the one that was asked for.
        versions = [str(each["version"]) for each in listed["modules"][0]["versions"]]
    except (LookupError, TypeError):
        raise DownloadError(f"{address.host} does not list its versions in the form of the protocol") from None
    found = newest(versions, constraint)
    if found is None:
        latest = newest(versions, None)
        there = f"the newest is {told(latest)}" if latest else "it has no version that is no pre-release"
        raise DownloadError(f"{address.host} has no version of it that satisfies {told(constraint or '')!r}; {there}")
    return str(parse_version(found))


def locate(service: str, address: RemoteAddress, version: str, allowance: Allowance) -> RemoteAddress:
    """Where the package of one version is, which is never a registry again. Raises `DownloadError`."""
    answer = ask(f"{service}{address.path}/{version}/download", allowance)
    location = answer.headers.get("x-terraform-get") if answer.status in (200, 204) else None
    if location is None:
        body = _json(answer, address.host)
        location = body.get("location") if isinstance(body, dict) else None
    if not isinstance(location, str) or not location:
        raise DownloadError(f"{address.host} does not say where version {version} is")
    return follow(location, answer.url, address.host)


def _json(answer: Answer, host: str) -> Any:
    if answer.status != 200:
        raise DownloadError(f"{host} {explain(answer.status)}")
    try:
        return json.loads(answer.body)
    except (ValueError, RecursionError):
        raise DownloadError(f"{host} does not answer in JSON") from None
