"""Functions over ranges of IP addresses."""

import ipaddress
from collections.abc import Mapping

from scanner.parsers.terraform.conversion import whole_of
from scanner.parsers.terraform.functions.signature import Function
from scanner.parsers.terraform.value_types import NUMBER, STRING
from scanner.parsers.terraform.values import EvaluationError, ListOf, NotWorkedOutError, Value

_Network = ipaddress.IPv4Network | ipaddress.IPv6Network
_Address = ipaddress.IPv4Address | ipaddress.IPv6Address
_MOST_NEW_BITS = 32
_LARGEST = 1 << 63


def _network(text: str) -> _Network:
    """The range; Terraform reads `010.0.0.0/8` as decimal, as it stands, and drops the bits of the host."""
    address, slash, length = text.partition("/")
    if not slash or not length.isascii() or not length.isdigit() or "%" in address:
        raise EvaluationError(f"{text} is no range of addresses")
    try:
        return ipaddress.ip_network(f"{_plain(address)}/{int(length)}", strict=False)
    except ValueError:
        raise EvaluationError(f"{text} is no range of addresses") from None


def _plain(address: str) -> str:
    """An IPv4 address without the zeros that its numbers may begin with."""
    parts = address.split(".")
    is_decimal = ":" not in address and all(part.isascii() and part.isdigit() for part in parts)
    return ".".join(str(int(part)) for part in parts) if is_decimal else address


def _text(address: _Address) -> str:
    """An IPv4 address inside of IPv6 is written as IPv4, as Go writes it."""
    inner = address.ipv4_mapped if isinstance(address, ipaddress.IPv6Address) else None
    return str(address if inner is None else inner)


def _host(prefix: str, number: int | float) -> str:
    network = _network(prefix)
    if not isinstance(number, int):
        raise EvaluationError("the number of the host is not whole")
    if abs(number) >= _LARGEST:
        raise NotWorkedOutError("the number of the host is too large")
    if not -network.num_addresses <= number < network.num_addresses:
        raise EvaluationError(f"{prefix} has no host {number}")
    first = int(network.network_address)
    return _text(type(network.network_address)(first + number % network.num_addresses))


def _netmask(prefix: str) -> str:
    network = _network(prefix)
    if network.version != 4:
        raise EvaluationError("IPv6 has no netmasks")
    return str(network.netmask)


def _subnet(prefix: str, bits: int | float, number: int | float) -> str:
    network = _network(prefix)
    length = network.prefixlen + whole_of(bits)
    if not isinstance(number, int):
        raise EvaluationError("the number of the subnet is not whole")
    if length < network.prefixlen or not 0 <= number < _LARGEST:
        raise NotWorkedOutError("a number is negative or too large")
    if length > network.max_prefixlen or number >= 1 << length - network.prefixlen:
        raise EvaluationError(f"{prefix} has no such subnet")
    first = int(network.network_address) + (number << network.max_prefixlen - length)
    return f"{_text(type(network.network_address)(first))}/{length}"


def _subnets(prefix: str, *bits: int | float) -> Value:
    network = _network(prefix)
    found = []
    position = int(network.network_address)
    end = position + network.num_addresses
    for each in bits:
        extra = whole_of(each)
        length = network.prefixlen + extra
        if not 1 <= extra <= _MOST_NEW_BITS or length > network.max_prefixlen:
            raise EvaluationError("a subnet must be smaller than its range")
        size = 1 << network.max_prefixlen - length
        position = -(-position // size) * size
        # The address after the one before the range must not be zero: Terraform takes that for an overflow.
        if position + size > end or not position:
            raise EvaluationError("the range has no room for so many subnets")
        found.append(f"{_text(type(network.network_address)(position))}/{length}")
        position += size
    return ListOf(found, STRING)


def _contains(prefix: str, inner: str) -> bool:
    """OpenTofu's; an address counts as the range that holds only itself."""
    network = _network(prefix)
    try:
        other = _network(inner) if "/" in inner else ipaddress.ip_network(_plain(inner))
    except ValueError:
        raise EvaluationError(f"{inner} is neither an address nor a range") from None
    if network.version != other.version:
        raise EvaluationError("the two are of different versions of IP")
    return other.network_address in network and other.broadcast_address in network


FUNCTIONS: Mapping[str, Function] = {
    "cidrcontains": Function(_contains, (STRING, STRING)),
    "cidrhost": Function(_host, (STRING, NUMBER)),
    "cidrnetmask": Function(_netmask, (STRING,)),
    "cidrsubnet": Function(_subnet, (STRING, NUMBER, NUMBER)),
    "cidrsubnets": Function(_subnets, (STRING,), rest=NUMBER),
}
