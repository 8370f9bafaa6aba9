"""What a linker is: a release in, links and notifications about uncertain ties out."""

from collections.abc import Callable, Iterator, Sequence

from scanner.core.location import Location
from scanner.core.notification import Level, Notification
from scanner.core.resource import Link, Release, Resource

Linker = Callable[[Release], Iterator[Link | Notification]]

_NAMED_AT_MOST = 5


def warning(message: str, location: Location) -> Notification:
    """A tie that may be there but cannot be shown: what depends on it is judged without it."""
    return Notification(Level.WARNING, message, "linking", location)


def note(message: str, location: Location) -> Notification:
    """A tie that leads out of the release."""
    return Notification(Level.NOTE, message, "linking", location)


def ambiguous(what: str, candidates: Sequence[Resource], location: Location) -> Notification:
    """More than one resource fits, so that none of them is linked."""
    return warning(f"{what} fits more than one resource, so none is linked: {named(candidates)}", location)


def named(resources: Sequence[Resource]) -> str:
    """The addresses for a message; with their origin where an address alone does not tell them apart."""
    addresses = [resource.address for resource in resources]
    repeated = len(set(addresses)) < len(addresses)
    words = sorted({f"{each.address} ({each.location.path})" if repeated else each.address for each in resources})
    more = len(words) - _NAMED_AT_MOST
    return ", ".join(words[:_NAMED_AT_MOST]) + (f" and {more} more" if more > 0 else "")
