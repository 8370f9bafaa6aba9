"""Asks servers over https for short answers and for files, within the limits of a fetch.

Written on `http.client`, because `urllib.request` takes proxies from the environment, opens other protocols than http
and cannot be stopped while a server sends its headers one byte at a time. No credentials are looked for anywhere; those
that stand in an address go to its own host alone.
"""

import base64
import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException, HTTPResponse
from pathlib import Path
from urllib.parse import SplitResult, quote, unquote, urljoin, urlsplit

from scanner.parsers.terraform.remote.address import is_loopback
from scanner.parsers.terraform.remote.limits import Allowance, DownloadError, told
from scanner.version import VERSION

_MOST_REDIRECTS = 5
_REDIRECTS = (301, 302, 303, 307, 308)
_LARGEST_ANSWER = 20 << 20
_CHUNK = 1 << 16
_URL_LETTERS = "/%:@!$&'()*+,;=~-._?"


@dataclass(frozen=True)
class Answer:
    """The answer to one request; `url` is the one that gave it, after all redirects."""

    url: str
    status: int
    headers: dict[str, str]
    body: bytes


def ask(url: str, allowance: Allowance) -> Answer:
    """A short answer with whatever status; header names in lower case. Raises `DownloadError`."""
    with _open(url, allowance) as (found, response):
        body = b"".join(_chunks(response, found, _LARGEST_ANSWER, allowance))
        headers = {name.lower(): value for name, value in response.getheaders()}
        return Answer(found, response.status, headers, body)


def save(url: str, file: Path, allowance: Allowance) -> None:
    """Download `url` to the new file `file`. Raises `DownloadError`, also for any status but 200."""
    with _open(url, allowance) as (found, response):
        if response.status != 200:
            raise DownloadError(f"{_host(found)} {explain(response.status)}")
        with file.open("xb") as stream:
            for chunk in _chunks(response, found, allowance.limits.download, allowance):
                try:
                    stream.write(chunk)
                except OSError as error:
                    raise DownloadError(f"it cannot be written: {error.strerror}") from None


def explain(status: int) -> str:
    """What a status other than success says about a module, as the rest of a sentence about the server."""
    if status in (401, 403):
        return f"refuses it without credentials ({status}); run terraform init or vendor it"
    return f"does not have it ({status})" if status in (404, 410) else f"answered with status {status}"


def _host(url: str) -> str:
    return told(urlsplit(url).netloc.rpartition("@")[2])


@contextmanager
def _open(url: str, allowance: Allowance) -> Iterator[tuple[str, HTTPResponse]]:
    """The response to a request, after redirects, and the URL that gave it; it ends with the time that is allowed."""
    first = urlsplit(url)
    for _ in range(_MOST_REDIRECTS + 1):
        target = _checked(url, allowance)
        same = (target.scheme, target.hostname, target.port) == (first.scheme, first.hostname, first.port)
        with _failures(target, allowance), _connection(target, allowance) as connection:
            connection.request("GET", _path(target), headers=_headers(first if same else None))
            response = connection.getresponse()
            location = response.headers.get("Location")
            if response.status not in _REDIRECTS or location is None:
                yield url, response
                return
        url = urljoin(url, location)
    raise DownloadError(f"{_host(url)} redirects more than {_MOST_REDIRECTS} times")


def _checked(url: str, allowance: Allowance) -> SplitResult:
    try:
        target = urlsplit(url)
        _ = target.port
    except ValueError:
        raise DownloadError("it is sent to a URL without a valid host or port") from None
    if target.scheme != "https" and not (
        target.scheme == "http" and allowance.plain_http and is_loopback(target.netloc.rpartition("@")[2])
    ):
        raise DownloadError(f"it is sent to {_host(url) or 'nowhere'} over {told(target.scheme)}; only https is used")
    if not target.hostname:
        raise DownloadError("it is sent to a URL without a host")
    return target


@contextmanager
def _failures(target: SplitResult, allowance: Allowance) -> Iterator[None]:
    host = _host(target.geturl())
    try:
        yield
    except DownloadError:
        raise
    except ssl.SSLCertVerificationError as error:
        raise DownloadError(f"the certificate of {host} is not trusted: {told(error.verify_message)}") from None
    except (OSError, HTTPException, ValueError) as error:
        allowance.left()  # the connection is cut when the time is over, which looks like any other failure
        reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
        raise DownloadError(f"{host} cannot be reached: {told(reason) or type(error).__name__}") from None


@contextmanager
def _connection(target: SplitResult, allowance: Allowance) -> Iterator[HTTPConnection]:
    """A connection that is cut off when the time is over, whatever is being waited for then."""
    host = (target.hostname or "").encode("idna").decode()
    is_plain = target.scheme == "http"
    port = target.port or (80 if is_plain else 443)
    with _connected(host, port, allowance) as raw, raw.dup() as handle:
        alarm = threading.Timer(allowance.left(), _cut, [handle])
        alarm.daemon = True
        alarm.start()
        connection = HTTPConnection(host, port)
        try:
            # HTTPConnection alone would write the port of https into the Host header.
            connection.default_port = 80 if is_plain else 443
            connection.sock = raw if is_plain else ssl.create_default_context().wrap_socket(raw, server_hostname=host)
            yield connection
        finally:
            alarm.cancel()
            connection.close()


def _connected(host: str, port: int, allowance: Allowance) -> socket.socket:
    """A connection to the first address of `host` that takes one; `create_connection` would wait for each as long."""
    failure = OSError("it has no address")
    for family, kind, protocol, _, place in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM):
        found = socket.socket(family, kind, protocol)
        try:
            found.settimeout(allowance.left())
            found.connect(place)
        except OSError as error:
            found.close()
            failure = error
        except DownloadError:
            found.close()
            raise
        else:
            return found
    raise failure


def _cut(handle: socket.socket) -> None:
    with suppress(OSError):
        handle.shutdown(socket.SHUT_RDWR)


def _path(target: SplitResult) -> str:
    path = quote(target.path or "/", safe=_URL_LETTERS)
    return path + (f"?{quote(target.query, safe=_URL_LETTERS)}" if target.query else "")


def _headers(credentials: SplitResult | None) -> dict[str, str]:
    headers = {"User-Agent": f"releasegate/{VERSION}", "Accept-Encoding": "identity"}
    if credentials is not None and credentials.username is not None:
        user = f"{unquote(credentials.username)}:{unquote(credentials.password or '')}"
        headers["Authorization"] = f"Basic {base64.b64encode(user.encode()).decode()}"
    return headers


def _chunks(response: HTTPResponse, url: str, largest: int, allowance: Allowance) -> Iterator[bytes]:
    size = 0
    while chunk := response.read(_CHUNK):
        allowance.left()
        size += len(chunk)
        if size > largest:
            raise DownloadError(f"{_host(url)} sends more than {largest >> 20} MiB")
        yield chunk
    allowance.left()  # a connection that was cut off looks like one that has ended
    if response.length:
        raise DownloadError(f"{_host(url)} has ended the connection too early")
