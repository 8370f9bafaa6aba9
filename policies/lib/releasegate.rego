# Helpers for policies about a release: values that may be unknown, links, IAM patterns, networks.
package lib.releasegate

import rego.v1

# --- Values -------------------------------------------------------------------------------------
# A value that cannot be known before deployment is {"$unresolved": <expression>, "reason": <why>}.
# All three are undefined for an attribute that is not written.

known(v) if not v["$unresolved"]

unresolved(v) if v["$unresolved"]

cause(v) := v.reason if v["$unresolved"]

# --- Resources and links ------------------------------------------------------------------------
# The tables are built once for a policy, when one of the functions first needs them. They are for the functions
# alone: a table that is named through an import has the whole package evaluated.

_by_key := {r.key: r | r := input.resources[_][_]}

_children_of[parent] contains r if {
	r := input.resources[_][_]
	parent := r.parent
}

_links_from[link.source] contains link if some link in input.links

_links_to[link.target] contains link if some link in input.links

resource(key) := _by_key[key]

# The resources that are a part of this one, such as the statements of a policy or the containers of a workload.
children(key) := {r | some r in _children_of[key]}

# Where the links of this kind lead that start at the resource: linked_from(workload, "serves") are models.
linked_from(key, kind) := {r |
	some link in _links_from[key]
	link.kind == kind
	r := _by_key[link.target]
}

# Where the links of this kind start that lead to the resource: linked_to(model, "serves") are workloads.
linked_to(key, kind) := {r |
	some link in _links_to[key]
	link.kind == kind
	r := _by_key[link.source]
}

# --- IAM ----------------------------------------------------------------------------------------

has_wildcard(text) if {
	is_string(text)
	regex.match(`[*?]`, text)
}

# `s3:Put*` matches `s3:PutObject`, whatever the case; `*` and `?` are the only wildcards.
action_matches(pattern, action) if {
	is_string(pattern)
	regex.match(_expression(lower(pattern)), lower(action))
}

# As for actions, but case counts.
arn_matches(pattern, arn) if {
	is_string(pattern)
	regex.match(_expression(pattern), arn)
}

_expression(pattern) := sprintf("^%s$", [wildcards]) if {
	literal := regex.replace(pattern, `[^A-Za-z0-9*?]`, `\$0`)
	wildcards := replace(replace(literal, "*", `[\s\S]*`), "?", `[\s\S]`)
}

# --- Networks -----------------------------------------------------------------------------------

# Every IPv4 or IPv6 address: 0.0.0.0/0, ::/0, and any other network of prefix length 0.
cidr_is_world(cidr) if {
	is_string(cidr)
	endswith(cidr, "/0")
}

# Whether the range includes the port; numbers may be written as text, and -1 means every port.
port_range_covers(first, last, port) if {
	_number(first) <= port
	port <= _number(last)
}

port_range_covers(first, _, _) if _number(first) == -1

_number(value) := value if is_number(value)

_number(value) := to_number(value) if {
	is_string(value)
	regex.match(`^-?[0-9]+$`, value)
}
