"""OPA's `net.cidr_…` functions that regorus lacks; they reckon with addresses and look nothing up."""

from collections.abc import Callable, Iterator, Mapping
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, collapse_addresses, ip_address, ip_network
from typing import Any

from scanner.rego_source.arguments import collection, text

_Network = IPv4Network | IPv6Network


def _network(value: Any) -> _Network:
    """A block as Go reads one: the prefix is asked for, and bits behind it are cut off."""
    if "/" not in text(value) or not value.rpartition("/")[2].isdecimal():
        raise ValueError(f"{value[:80]!r} is no CIDR block")
    return ip_network(value, strict=False)


def _address_or_network(value: Any) -> _Network | IPv4Address | IPv6Address:
    return _network(value) if "/" in text(value) else ip_address(value)


def _intersect(left: Any, right: Any) -> bool:
    one, other = _network(left), _network(right)
    return one.version == other.version and one.overlaps(other)


def _contains(block: Any, inner: Any) -> bool:
    network, other = _network(block), _address_or_network(inner)
    first = other if isinstance(other, IPv4Address | IPv6Address) else other[0]
    last = other if isinstance(other, IPv4Address | IPv6Address) else other[-1]
    return first in network and last in network


def _merged(value: Any) -> _Network:
    """As `_network`, but an IPv4 address without a prefix stands for its class, as it did before there were blocks."""
    if "/" in text(value):
        return _network(value)
    first = IPv4Address(value).packed[0]
    if first >= 224:  # no class from here on has a prefix
        raise ValueError(f"{value} has no prefix")
    return IPv4Network(f"{value}/{8 if first < 128 else 16 if first < 192 else 24}", strict=False)


def _merge(values: Any) -> set[str]:
    networks = [_merged(value) for value in collection(values)]
    four = collapse_addresses(network for network in networks if isinstance(network, IPv4Network))
    six = collapse_addresses(network for network in networks if isinstance(network, IPv6Network))
    return {str(network) for network in (*four, *six)}


def _matches(blocks: Any, inner: Any) -> set[tuple[Any, Any]]:
    others = list(_entries(inner))
    return {(key, other) for key, block in _entries(blocks) for other, each in others if _contains(block, each)}


def _entries(value: Any) -> Iterator[tuple[Any, Any]]:
    """Each block with what names it in the result: its key, its index, or itself."""
    if isinstance(value, str):
        yield value, value
    elif isinstance(value, Mapping):
        yield from ((key, _first(item)) for key, item in value.items())
    elif isinstance(value, list):
        yield from ((number, _first(item)) for number, item in enumerate(value))
    else:
        yield from ((item, _first(item)) for item in collection(value))


def _first(value: Any) -> Any:
    """The block itself, or the first of an array that has more to say about it."""
    if isinstance(value, list):
        if not value:
            raise ValueError("an empty array has no CIDR block")
        return value[0]
    return value


EXTENSIONS: Mapping[str, tuple[int, Callable[..., Any]]] = {
    "net.cidr_contains_matches": (2, _matches),
    "net.cidr_intersects": (2, _intersect),
    "net.cidr_merge": (1, _merge),
    "net.cidr_overlap": (2, _contains),
}
