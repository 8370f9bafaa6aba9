"""Servers that do not hold a module themselves but say where it is."""

from html.parser import HTMLParser
from urllib.parse import urljoin, urlsplit

from scanner.parsers.terraform.remote.address import AddressError, Kind, RemoteAddress, parse_address, split_subfolder
from scanner.parsers.terraform.remote.limits import Allowance, DownloadError, told
from scanner.parsers.terraform.remote.transfer import ask, explain

_ASKING = "terraform-get=1"
_LONGEST_HEAD = 1 << 16  # bytes; the reader of HTML can take very long over more


def ask_for_module(address: RemoteAddress, allowance: Allowance) -> RemoteAddress:
    """Where the module of an https URL is that names no archive itself. Raises `DownloadError`.

    The server says it in the header `X-Terraform-Get` or in an element `meta` of the page's head.
    """
    url = urlsplit(address.url)
    query = f"{url.query}&{_ASKING}" if url.query else _ASKING
    answer = ask(url._replace(query=query).geturl(), allowance)
    if not 200 <= answer.status < 300:
        raise DownloadError(f"{address.host} {explain(answer.status)}")
    location = answer.headers.get("x-terraform-get") or _meta(answer.body)
    if not location:
        raise DownloadError(f"{address.host} answers with no archive and does not say where the module is")
    return follow(location, answer.url, address.host)


def follow(location: str, base: str, teller: str) -> RemoteAddress:
    """The address that `teller` gives in its answer from the URL `base`. Raises `DownloadError` for one of no use."""
    if location.startswith(("/", "./", "../")):
        package, subfolder = split_subfolder(location)  # which urljoin would make one path
        name, question, query = urljoin(base, package).partition("?")
        location = f"{name}//{subfolder}{question}{query}" if subfolder else name + question + query
    try:
        found = parse_address(location)
    except AddressError as error:
        raise DownloadError(f"{teller} sends it on, but {told(str(error))}") from None
    if found.kind is Kind.REGISTRY:
        raise DownloadError(f"{teller} sends it on to {told(found.shown)}, which is an address of a registry again")
    return found


def _meta(page: bytes) -> str:
    reader = _Head()
    reader.feed(page[:_LONGEST_HEAD].decode(errors="replace"))
    return reader.location


class _Head(HTMLParser):
    """Finds the first `<meta name="terraform-get" content="…">` before the body."""

    def __init__(self) -> None:
        super().__init__()
        self.location = ""
        self._is_over = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        self._is_over = self._is_over or tag == "body"
        if tag == "meta" and given.get("name") == "terraform-get" and not self._is_over and not self.location:
            self.location = given.get("content") or ""
