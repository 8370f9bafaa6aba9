# Helpers for policies about a release: values that may be unknown, links, IAM patterns, networks.
package lib.releasegate

import rego.v1

# --- Values -------------------------------------------------------------------------------------
# A value that cannot be known before deployment is {"$unresolved": <expression>, "reason": <why>}.
# Those of a value are all undefined for an attribute that is not written.

# METADATA
# description: Whether the value is known. `lib.known(r.attributes.acl)`.
known(v) if not v["$unresolved"]

# METADATA
# description: Whether the value cannot be known before deployment.
unresolved(v) if v["$unresolved"]

# METADATA
# description: Why the value is not known, such as "var.acl has no default".
unknown_cause(v) := cause(v)

cause(v) := v.reason if v["$unresolved"]

# METADATA
# description: >-
#   What is at a path of a resource's attributes, such as ["logging", "target_bucket"]; undefined where it is not
#   written and where it, or what it is in, is not known.
attribute(r, path) := value if {
	value := object.get(r.attributes, path, null)
	value != null
	known(value)
	not unknown_cause_at(r, path)
}

# METADATA
# description: Whether it is certain that nothing is written at the path; `not r.attributes.x` does not say that.
is_absent(r, path) if {
	object.get(r.attributes, path, null) == null
	not unknown_cause_at(r, path)
}

# METADATA
# description: Why it is not known what is at the path, because of the value itself or of one that it is in.
unknown_cause_at(r, path) := [cause(value) |
	some end in numbers.range(1, count(path))
	value := object.get(r.attributes, array.slice(path, 0, end), null)
	unresolved(value)
][0]

# --- Resources and links ------------------------------------------------------------------------
# The tables are built once for a policy, when one of the functions first needs them. They are for the functions
# alone: a table that is named through an import has the whole package evaluated.

_by_key := {r.key: r | r := input.resources[_][_]}

_part_of[parent] contains r if {
	r := input.resources[_][_]
	parent := r.parent
}

_link_from[link.source] contains link if some link in input.links

_link_to[link.target] contains link if some link in input.links

# OPA builds a rule with keys anew for every key that it is asked for; as a value it is built once.
_children_of := {parent: parts | some parent, parts in _part_of}

_links_from := {source: links | some source, links in _link_from}

_links_to := {target: links | some target, links in _link_to}

# METADATA
# description: The resource of that key, which links and `parent` refer to.
resource(key) := _by_key[key]

# METADATA
# description: The resources that are a part of this one, such as the statements of a policy.
children(key) := {r | some r in _children_of[key]}

# METADATA
# description: Where the links of this kind lead that start at the resource, such as `serves` of a workload at models.
linked_from(key, kind) := {r |
	some link in _links_from[key]
	link.kind == kind
	r := _by_key[link.target]
}

# METADATA
# description: Where the links of this kind start that lead to the resource, such as `serves` of a model at workloads.
linked_to(key, kind) := {r |
	some link in _links_to[key]
	link.kind == kind
	r := _by_key[link.source]
}

# --- IAM ----------------------------------------------------------------------------------------

# METADATA
# description: Whether the text has a wildcard of IAM, `*` or `?`.
has_wildcard(text) if {
	is_string(text)
	regex.match(`[*?]`, text)
}

# METADATA
# description: Whether a pattern such as `s3:Put*` takes in the action; `*` and `?` are wildcards, case does not count.
action_matches(pattern, action) if {
	is_string(pattern)
	regex.match(_expression(lower(pattern)), lower(action))
}

# METADATA
# description: Whether a pattern takes in the ARN; `*` and `?` are wildcards, and case counts.
arn_matches(pattern, arn) if {
	is_string(pattern)
	regex.match(_expression(pattern), arn)
}

_expression(pattern) := sprintf("^%s$", [wildcards]) if {
	literal := regex.replace(pattern, `[^A-Za-z0-9*?]`, `\$0`)
	wildcards := replace(replace(literal, "*", `[\s\S]*`), "?", `[\s\S]`)
}

# --- Networks -----------------------------------------------------------------------------------

# METADATA
# description: Whether it is every IPv4 or IPv6 address, by a prefix length of 0; see lib.cidr for more.
cidr_is_world(cidr) if {
	is_string(cidr)
	endswith(cidr, "/0")
}

# METADATA
# description: Whether the range includes the port; numbers may be written as text, and -1 means every port.
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
