# Address ranges of IPv4 and IPv6, as `10.0.0.0/8` or `2001:db8::/32`. What is no such text, and so what is not known,
# makes every helper undefined: ask lib.releasegate.unknown_cause first.
package lib.cidr

import rego.v1

# METADATA
# description: Whether the value is an address range at all.
is_range(range) if {
	is_string(range)
	net.cidr_is_valid(range)
}

# METADATA
# description: Whether the range is every address, such as 0.0.0.0/0 and ::/0.
is_world(range) if {
	is_range(range)
	endswith(range, "/0")
}

# METADATA
# description: Whether the range has one address alone, such as 192.0.2.7/32.
is_single(range) if {
	is_range(range)
	contains(range, ".")
	endswith(range, "/32")
}

is_single(range) if {
	is_range(range)
	endswith(range, "/128")
}

# METADATA
# description: Whether all of `inner`, a range or an address, lies in the range `outer`.
holds(outer, inner) if {
	is_range(outer)
	_is_range_or_address(inner)
	_family(outer) == _family(inner)
	net.cidr_contains(outer, inner)
}

# METADATA
# description: Whether the two ranges have an address in common, which they do where one lies in the other.
overlap(one, other) if holds(one, other)

overlap(one, other) if holds(other, one)

# METADATA
# description: Whether all of the range is private (RFC 1918, unique local IPv6), or the machine itself.
is_private(range) if {
	some private in _private
	holds(private, range)
}

_private := ["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "127.0.0.0/8", "fc00::/7", "::1/128"]

_is_range_or_address(value) if is_range(value)

_is_range_or_address(value) if {
	is_string(value)
	not contains(value, "/")
	net.cidr_is_valid(concat("", [value, _whole[_family(value)]]))
}

_whole := {"IPv4": "/32", "IPv6": "/128"}

_family(range) := "IPv6" if contains(range, ":")

_family(range) := "IPv4" if not contains(range, ":")
