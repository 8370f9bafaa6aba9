"""What a URI points at: an object store, a model hub, an OCI registry or any other place."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import SplitResult, parse_qs, unquote, urlsplit

_BUCKET_SCHEMES = {"s3": "s3", "s3a": "s3", "s3n": "s3", "gs": "gcs", "gcs": "gcs"}
_AZURE_SCHEMES = frozenset({"abfs", "abfss", "wasb", "wasbs"})
_S3_HOST = re.compile(
    r"(?:(?P<bucket>.+)\.)?s3(?:-fips|-accelerate|-website)?(?:[.-](?:dualstack|[a-z]{2,4}(?:-[a-z]+)+-\d))*\.amazonaws\.com(?:\.cn)?"
)
_GCS_HOST = re.compile(r"(?:(?P<bucket>.+)\.)?storage\.(?:googleapis|cloud\.google)\.com")
_AZURE_HOST = re.compile(
    r"(?P<account>[^.]+)\.(?:blob|dfs|file)\.core\.(?:windows\.net|usgovcloudapi\.net|chinacloudapi\.cn)"
)
_S3_ARN = re.compile(r"arn:aws[a-z-]*:s3:::(?P<bucket>[^/*]+)/?(?P<path>.*)")
_HUB_HOSTS = frozenset({"huggingface.co", "www.huggingface.co", "hf.co"})
_HUB_PATH = re.compile(r"(?P<name>[^/]+/[^/]+)(?:/(?:tree|resolve|blob|raw)/(?P<revision>[^/]+)(?:/(?P<path>.*))?)?")
_IN_TEXT = re.compile(r"(?:[a-z][a-z0-9+.-]*://|arn:aws[a-z-]*:s3:::)[^\s\"'`,;|<>]+", re.IGNORECASE)
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")
_TEMPLATE = re.compile(r"\$|\{\{|^<|^%")

STORES = frozenset({"s3", "gcs", "azure"})


@dataclass(frozen=True)
class Place:
    """Where a URI points, the same for every spelling of it.

    `service` is `s3`, `gcs`, `azure`, `hf`, `oci` or the scheme; `name` the bucket, storage account,
    `owner/model`, `registry/repository` or host; `path` has no slashes at its ends (on Azure it starts
    with the container); `revisions` are the commit, version, tag or digest written in the URI.
    """

    service: str
    name: str
    path: str = ""
    revisions: frozenset[str] = frozenset()

    @property
    def container(self) -> str:
        """The Azure container, `""` elsewhere."""
        return self.path.partition("/")[0] if self.service == "azure" else ""

    @property
    def is_store(self) -> bool:
        """Whether this is a bucket or account with a name that can be looked up."""
        return self.service in STORES and _NAME.fullmatch(self.name) is not None

    @property
    def is_templated(self) -> bool:
        """Whether the bucket's name is a placeholder that somebody else fills in."""
        return self.service in STORES and _TEMPLATE.search(self.name) is not None

    def __str__(self) -> str:
        """The bucket or account alone: without path, query and credentials."""
        if self.service == "azure":
            return f"https://{self.name}.blob.core.windows.net/{self.container}".rstrip("/")
        return f"{'gs' if self.service == 'gcs' else self.service}://{self.name}"

    @property
    def full(self) -> str:
        """The same with its path."""
        inside = self.path.partition("/")[2] if self.service == "azure" else self.path
        return "/".join(filter(None, (str(self), inside)))


def place_of(uri: str) -> Place | None:
    """The place of `uri`, or None when it names none (no URI, or an endpoint of another vendor)."""
    uri = uri.strip()
    arn = _S3_ARN.fullmatch(uri)
    if arn:
        return Place("s3", arn["bucket"], arn["path"].strip("/"))
    scheme, separator, rest = uri.partition("://")
    scheme = scheme.lower()
    if scheme in _BUCKET_SCHEMES:
        return _bucket(_BUCKET_SCHEMES[scheme], rest)
    if scheme in {"oci", "oci+native", "oci+fetch", "docker"}:
        return _image(rest)
    if scheme in {"hf", "huggingface"}:
        return hub_model(rest)
    try:
        parts = urlsplit(uri)
    except ValueError:
        return None
    if scheme in _AZURE_SCHEMES:
        account = _AZURE_HOST.fullmatch(parts.hostname or "")
        return Place("azure", account["account"], _joined(parts.username or "", parts.path)) if account else None
    if scheme in {"http", "https"}:
        return _web(parts)
    if not separator and parts.scheme not in {"models", "runs"}:
        return None
    return Place(parts.scheme, parts.netloc.lower(), _joined(parts.path))


def hub_model(reference: str, revision: str = "") -> Place | None:
    """`owner/model[:revision]` (or `@revision`) on the Hugging Face hub."""
    match = re.fullmatch(r"([\w.-]+/[\w.-]+?)(?:[:@]([^/]+))?/?", reference)
    if match is None:
        return None
    return Place("hf", match[1].lower(), "", frozenset(filter(None, (match[2], revision))))


def uris_in(text: str) -> Iterator[str]:
    """Every URI in a command line argument or the value of a variable."""
    for match in _IN_TEXT.finditer(text):
        yield match.group().rstrip(").]}") if "${" not in match.group() else match.group()


def _bucket(service: str, rest: str) -> Place | None:
    rest, _, query = rest.partition("?")
    name, _, path = rest.partition("/")
    # With a port it is the address of a store of another vendor (Triton writes s3://host:9000/bucket).
    if not name or re.search(r":\d*$", name):
        return None
    version = parse_qs(query).get("versionId", []) + parse_qs(query).get("generation", [])
    return Place(service, name, path.strip("/"), frozenset(version))


def _image(rest: str) -> Place | None:
    name, _, digest = rest.strip("/").partition("@")
    repository, colon, tag = name.rpartition(":")
    if not colon or "/" in tag:
        repository, tag = name, ""
    return Place("oci", repository.lower(), "", frozenset(filter(None, (digest.lower(), tag)))) if repository else None


def _web(parts: SplitResult) -> Place | None:
    host = parts.hostname or ""
    path = unquote(parts.path).strip("/")
    for service, pattern in (("s3", _S3_HOST), ("gcs", _GCS_HOST)):
        match = pattern.fullmatch(host)
        if match:
            name, path = (match["bucket"], path) if match["bucket"] else path.partition("/")[::2]
            version = parse_qs(parts.query).get("versionId", []) + parse_qs(parts.query).get("generation", [])
            return Place(service, name, path.strip("/"), frozenset(version)) if name else None
    azure = _AZURE_HOST.fullmatch(host)
    if azure:
        return Place("azure", azure["account"], path)
    hub = _HUB_PATH.fullmatch(path) if host in _HUB_HOSTS else None
    if hub:
        revisions = frozenset({hub["revision"]} if hub["revision"] else ())
        return Place("hf", hub["name"].lower(), (hub["path"] or "").strip("/"), revisions)
    return Place("https", host, path) if host else None


def _joined(*parts: str) -> str:
    return "/".join(filter(None, (unquote(part).strip("/") for part in parts)))
