"""What the `source` of a module call means: the kind of place, where that is, and which part of it is asked for.

The rules are Terraform's own, shorthands included; the kinds that only OpenTofu has are recognised beside them.
"""

import ipaddress
import posixpath
import re
from dataclasses import dataclass, field, replace
from enum import StrEnum
from urllib.parse import SplitResult, parse_qsl, urlsplit

from scanner.parsers.terraform.remote.secret_parts import mask, secret_parts

DEFAULT_REGISTRY = "registry.terraform.io"

# How Terraform calls the archives it unpacks, by what their names end with, and what they are.
ARCHIVES = {
    "tar.tbz2": "bz2",
    "tar.bz2": "bz2",
    "tar.gz": "gz",
    "tar.xz": "xz",
    "tbz2": "bz2",
    "tgz": "gz",
    "txz": "xz",
    "zip": "zip",
}

_VENDOR_IT = "run terraform init or vendor it"
_REFUSALS = {
    "s3": f"is fetched with credentials of AWS; {_VENDOR_IT}",
    "gcs": f"is fetched with credentials of Google Cloud; {_VENDOR_IT}",
    "oci": f"is fetched with credentials of its OCI registry; {_VENDOR_IT}",
    "hg": f"is a Mercurial repository, which is not fetched; {_VENDOR_IT}",
    "file": "names a place on the machine itself, which is not read; vendor it",
}

_FORCED = re.compile(r"([A-Za-z0-9]+)::(.+)")
_SCHEME = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*):")
_SSH = re.compile(r"(?:([^@]+)@)?([^:/?]+):/?(.+)")
_SCP = re.compile(r"([^@:/?]+@)?([^@:/?]+):(?!//|:)/?([^@?]+(?:\?.*)?)")
_LABEL = r"[^\W_](?:[^\W_]|-(?=[^.:]))*"
_HOST = re.compile(rf"{_LABEL}(?:\.{_LABEL})+(?::[1-9][0-9]{{0,4}})?")
_REGISTRY_NAME = re.compile(r"[0-9A-Za-z](?:[0-9A-Za-z_-]{0,62}[0-9A-Za-z])?")
_REGISTRY_PROVIDER = re.compile(r"[0-9a-z]{1,64}")
_NETWORK_HOST = re.compile(r"(?:\w[\w-]*(?:\.\w[\w-]*)*|\[[0-9a-f:.]+\])(?::[1-9][0-9]{0,4})?")
_NO_REF = re.compile(r"-|/|\.|.*(?:\.\.|//|@\{|[\s\x00-\x1f\x7f~^:?*\[\\]|/$|\.lock$)")
_LONGEST = 4096


class Kind(StrEnum):
    """Where a module comes from."""

    REGISTRY = "registry"
    GIT = "git"
    HTTP = "http"
    MERCURIAL = "hg"
    S3 = "s3"
    GCS = "gcs"
    OCI = "oci"
    FILE = "file"


class AddressError(ValueError):
    """A source that means no place at all; `str()` says why, with all secrets masked."""


@dataclass(frozen=True)
class RemoteAddress:
    """One source, taken apart.

    `host` is in lower case, with the port when one is given. `path` has no slash at either end: that of a registry is
    `namespace/name/provider`, that of a repository has no `.git`. `subfolder` is what follows `//`, and may hold `*`.
    `ref` is the branch, tag or commit (the tag or digest of an OCI image), `archive` one of the values of `ARCHIVES`,
    `checksum` what `?checksum=` says. `url` is what git or http is asked for, with its secrets. `refusal` says why this
    address is never fetched, as the rest of a sentence, and is empty otherwise. `shown` is the source without secrets.
    """

    kind: Kind
    host: str
    path: str
    shown: str
    subfolder: str = ""
    ref: str | None = None
    depth: int | None = None
    archive: str | None = None
    checksum: str | None = None
    url: str = field(default="", repr=False)
    secrets: tuple[str, ...] = field(default=(), repr=False)
    refusal: str = ""


def parse_address(source: str) -> RemoteAddress:
    """What `source` means. Raises `AddressError` for a local path and for what Terraform cannot read either."""
    if len(source) > _LONGEST:
        raise AddressError(f"an address of more than {_LONGEST:,} characters means nothing")
    if not source.isprintable():
        printable = "".join(letter if letter.isprintable() else " " for letter in source)
        raise AddressError(f"{mask(printable)} holds characters that no address has")
    if source in (".", "..") or source.startswith(("./", "../", ".\\", "..\\")):
        raise AddressError(f"{mask(source)} is a local path")
    package, subfolder = split_subfolder(source)
    subfolder = _clean_subfolder(subfolder, source)
    found = _registry_address(package, subfolder, source)
    return found or _url_address(package, subfolder, source)


def is_loopback(host: str) -> bool:
    """Whether `host`, with or without a port, is this very machine."""
    try:
        name = urlsplit(f"//{host}").hostname or ""
        return name == "localhost" or ipaddress.ip_address(name).is_loopback
    except ValueError:
        return False


def join_subfolders(outer: str, inner: str) -> str:
    """`inner` as seen from the root of the package, when the package was named with `outer` itself."""
    return f"{outer}/{inner}" if outer and inner else outer or inner


def split_subfolder(text: str) -> tuple[str, str]:
    """The address of the package, query included, and what follows `//` behind the host."""
    name, question, query = text.partition("?")
    scheme = name.find("://")
    before, _, subfolder = name[scheme + 3 if scheme >= 0 else 0 :].partition("//")
    return (name[: scheme + 3] if scheme >= 0 else "") + before + question + query, subfolder


def _registry_address(package: str, subfolder: str, source: str) -> RemoteAddress | None:
    *given, namespace, name, provider = package.split("/") if package.count("/") in (2, 3) else ("", "", "", "", "")
    host = given[0].lower() if given else DEFAULT_REGISTRY
    # A host in punycode is none for Terraform: addresses are meant to be readable.
    is_host = _HOST.fullmatch(host) and "--" not in host and host not in ("github.com", "bitbucket.org")
    names = _REGISTRY_NAME.fullmatch(namespace) and _REGISTRY_NAME.fullmatch(name)
    if not is_host or not names or not _REGISTRY_PROVIDER.fullmatch(provider):
        return None
    return RemoteAddress(Kind.REGISTRY, host, f"{namespace}/{name}/{provider}", mask(source), subfolder)


def _url_address(package: str, subfolder: str, source: str) -> RemoteAddress:
    forced, rest = _split_forced(package)
    scp = _SCP.fullmatch(rest) if forced == "git" else None
    if scp:  # with any user, as documented, and with none, as git takes it
        rest = f"ssh://{scp[1] or ''}{scp[2]}/{scp[3]}"
    if _SCHEME.match(rest) is None:
        detected, expanded = _split_forced(_expand(rest, source))
        rest, inner = split_subfolder(expanded)
        subfolder = join_subfolders(_clean_subfolder(inner, source), subfolder)
        forced = forced or detected
    try:
        url = urlsplit(rest)
        _ = url.port
    except ValueError:
        raise AddressError(
            f"{mask(source)} has no valid host or port; an address like git@host:path has no scheme before it"
        ) from None
    kind = Kind.FILE if url.scheme == "file" else _KINDS.get((forced or url.scheme).lower())
    if kind is None:
        raise AddressError(f"{mask(source)} is of no kind that Terraform knows")
    host = url.netloc.rpartition("@")[2].lower()
    path = url.path.strip("/").removesuffix(".git" if kind is Kind.GIT else "").rstrip("/")
    if kind is Kind.FILE:
        return RemoteAddress(kind, "", "", mask(source), subfolder, refusal=_REFUSALS[kind])
    if _NETWORK_HOST.fullmatch(host) is None or url.netloc.startswith("-"):
        raise AddressError(f"{mask(source)} names no host")
    if kind is Kind.GIT and not path:
        raise AddressError(f"{mask(source)} names no repository")
    if any(part in (".", "..") for part in path.split("/")):
        raise AddressError(f"the path of {mask(source)} leads upwards")
    return _with_query(RemoteAddress(kind, host, path, mask(source), subfolder), url, source)


def _with_query(address: RemoteAddress, url: SplitResult, source: str) -> RemoteAddress:
    """`address` with what the query says, which for the most part is meant for Terraform and not for the server."""
    kind = address.kind
    query = dict(reversed(parse_qsl(url.query, keep_blank_values=True)))
    own = _OWN_PARAMETERS.get(kind, ())
    ref = next((query[name] for name in ("ref", "rev", "tag", "digest") if query.get(name) and name in own), None)
    if ref is not None and _NO_REF.match(ref):
        raise AddressError(f"the ref of {mask(source)} is no name of a branch, tag or commit")
    depth = query.get("depth", "")
    rest = "&".join(part for part in url.query.split("&") if part.partition("=")[0] not in own)
    return replace(
        address,
        ref=ref,
        depth=int(depth) if kind is Kind.GIT and re.fullmatch("[0-9]{1,9}", depth) else None,
        archive=_archive(url.path, query.get("archive", "")) if kind is Kind.HTTP else None,
        checksum=query.get("checksum") or None if kind is Kind.HTTP else None,
        url=url._replace(query=rest, fragment="").geturl(),
        secrets=secret_parts(source),
        refusal=_refusal(kind, url.scheme, address.host, query),
    )


def _refusal(kind: Kind, scheme: str, host: str, query: dict[str, str]) -> str:
    if kind.value in _REFUSALS:
        return _REFUSALS[kind.value]
    if query.get("sshkey") and kind is Kind.GIT:
        return f"carries a private key in its address, which is not used; {_VENDOR_IT}"
    if scheme == "http":
        return "" if is_loopback(host) else f"is asked for over http, which is not encrypted; {_VENDOR_IT}"
    if scheme not in (("https", "ssh") if kind is Kind.GIT else ("https",)):
        return f"is asked for over {scheme or 'no protocol'}, and only https and ssh are used; {_VENDOR_IT}"
    return ""


def _archive(path: str, named: str) -> str | None:
    """The archive that a URL names; Terraform asks any other URL where the module is."""
    if named:
        return ARCHIVES.get(named)
    return next((form for ending, form in ARCHIVES.items() if path.endswith(f".{ending}")), None)


def _expand(text: str, source: str) -> str:
    """The URL that a shorthand stands for, with the kind before it, in the order in which Terraform tries them."""
    name, question, query = text.partition("?")
    parts = name.split("/")
    ssh = _SSH.fullmatch(text)
    if text.startswith("github.com/"):
        if len(parts) < 3 or not parts[2]:
            raise AddressError(f"{mask(source)} names no repository of GitHub")
        repository = "/".join(parts[:3]).removesuffix(".git")
        return f"git::https://{repository}.git//{'/'.join(parts[3:])}".removesuffix("//") + question + query
    if ssh and ssh[1] == "git":
        return f"git::ssh://git@{ssh[2]}/{ssh[3]}"
    if text.startswith("bitbucket.org/"):
        return f"git::https://{name.removesuffix('.git')}.git{question}{query}"
    if "googleapis.com/" in text:
        return f"gcs::https://{text}"
    if ".amazonaws.com/" in text:
        return f"s3::https://{text}"
    if text.startswith("/"):
        return f"file://{text}"
    raise AddressError(
        f"{mask(source)} is no address of a registry, a repository or an archive; a local path begins with ./"
    )


def _split_forced(text: str) -> tuple[str, str]:
    match = _FORCED.fullmatch(text)
    return (match[1], match[2]) if match else ("", text)


def _clean_subfolder(text: str, source: str) -> str:
    clean = posixpath.normpath(text).lstrip("/") if text else ""
    if clean == ".." or clean.startswith("../"):
        raise AddressError(f"the part of {mask(source)} after // leads out of the module's package")
    return "" if clean == "." else clean


_KINDS = {kind.value: kind for kind in Kind if kind is not Kind.REGISTRY} | {"https": Kind.HTTP}
_OWN_PARAMETERS = {
    Kind.GIT: ("ref", "depth", "sshkey"),
    Kind.HTTP: ("archive", "checksum"),
    Kind.MERCURIAL: ("rev",),
    Kind.OCI: ("tag", "digest"),
}
