# What firewalls let in: the rules of every provider in one shape, and whether one of them opens a port to the world.
package lib.openings

import rego.v1

import data.lib.releasegate as lib
import data.lib.settings

# One item for each rule that lets traffic in. `sources` and `ports` are lists, because a rule may have several;
# wherever a value is not known, the unresolved value stands in its place.

# --- AWS ----------------------------------------------------------------------------------------

rules contains aws_rule(r, sprintf("ingress[%d].", [i]), ingress) if {
	some type in ["aws_security_group", "aws_default_security_group"]
	some r in input.resources[type]
	is_array(r.attributes.ingress)
	some i, ingress in r.attributes.ingress
	not lib.unresolved(ingress)
}

rules contains blank(r, sprintf("ingress[%d]", [i]), ingress) if {
	some type in ["aws_security_group", "aws_default_security_group"]
	some r in input.resources[type]
	is_array(r.attributes.ingress)
	some i, ingress in r.attributes.ingress
	lib.unresolved(ingress)
}

rules contains blank(r, "ingress", r.attributes.ingress) if {
	some type in ["aws_security_group", "aws_default_security_group"]
	some r in input.resources[type]
	lib.unresolved(r.attributes.ingress)
}

rules contains aws_rule(r, "", r.attributes) if {
	some r in input.resources.aws_security_group_rule
	not outgoing(r)
}

rules contains aws_rule(r, "", r.attributes) if some r in input.resources.aws_vpc_security_group_ingress_rule

aws_rule(r, prefix, written) := {
	"resource": r.key,
	"address": r.address,
	"sources": [source |
		some name in ["cidr_blocks", "ipv6_cidr_blocks", "cidr_ipv4", "cidr_ipv6"]
		some source in listed(written, prefix, name)
	],
	"protocol": protocol,
	"ports": aws_ports(written, prefix, protocol),
	"undecided": undecided(written, prefix, ["type"]),
} if {
	protocol := first_of(written, prefix, ["protocol", "ip_protocol"])
}

# Without a protocol that has ports, AWS takes no notice of them.
aws_ports(_, _, protocol) := [every_port(protocol.attribute)] if transport(protocol.value) == "all"

# The ports 0 to 0 are written for every protocol at once.
aws_ports(written, _, protocol) := [every_port(protocol.attribute)] if is_every_protocol_perhaps(written, protocol)

aws_ports(written, prefix, protocol) := [{
	"first": {"attribute": sprintf("%sfrom_port", [prefix]), "value": object.get(written, "from_port", "none")},
	"last": {"attribute": sprintf("%sto_port", [prefix]), "value": object.get(written, "to_port", "none")},
}] if {
	transport(protocol.value) != "all"
	not is_every_protocol_perhaps(written, protocol)
}

is_every_protocol_perhaps(written, protocol) if {
	transport(protocol.value) == "unknown"
	every name in ["from_port", "to_port"] { object.get(written, name, 0) in {0, "0", -1, "-1"} }
}

# --- Azure --------------------------------------------------------------------------------------

rules contains azure_rule(r, "", r.attributes) if {
	some r in input.resources.azurerm_network_security_rule
	not outgoing(r)
}

rules contains azure_rule(r, sprintf("security_rule[%d].", [i]), rule) if {
	some r in input.resources.azurerm_network_security_group
	is_array(r.attributes.security_rule)
	some i, rule in r.attributes.security_rule
	not lib.unresolved(rule)
	not stays_shut(rule)
}

rules contains blank(r, sprintf("security_rule[%d]", [i]), rule) if {
	some r in input.resources.azurerm_network_security_group
	is_array(r.attributes.security_rule)
	some i, rule in r.attributes.security_rule
	lib.unresolved(rule)
}

rules contains blank(r, "security_rule", r.attributes.security_rule) if {
	some r in input.resources.azurerm_network_security_group
	lib.unresolved(r.attributes.security_rule)
}

azure_rule(r, prefix, written) := {
	"resource": r.key,
	"address": r.address,
	"sources": [source |
		some name in ["source_address_prefix", "source_address_prefixes"]
		some source in listed(written, prefix, name)
	],
	"protocol": first_of(written, prefix, ["protocol"]),
	"ports": [range |
		some name in ["destination_port_range", "destination_port_ranges"]
		some each in listed(written, prefix, name)
		range := port_range(each)
	],
	"undecided": undecided(written, prefix, ["direction", "access"]),
}

# What decides whether a rule lets anything in at all, where it is not known.
undecided(written, prefix, names) := [{"attribute": sprintf("%s%s", [prefix, name]), "value": written[name]} |
	some name in names
	lib.unresolved(written[name])
]

stays_shut(rule) if {
	is_string(rule.direction)
	lower(rule.direction) == "outbound"
}

stays_shut(rule) if {
	is_string(rule.access)
	lower(rule.access) == "deny"
}

# --- Google Cloud -------------------------------------------------------------------------------

rules contains rule if {
	some r in input.resources.google_compute_firewall
	not outgoing(r)
	is_array(r.attributes.allow)
	some i, allow in r.attributes.allow
	not lib.unresolved(allow)
	prefix := sprintf("allow[%d].", [i])
	rule := {
		"resource": r.key,
	"address": r.address,
		"sources": listed(r.attributes, "", "source_ranges"),
		"protocol": first_of(allow, prefix, ["protocol"]),
		"ports": google_ports(allow, prefix),
		"undecided": undecided(r.attributes, "", ["direction", "disabled"]),
	}
}

rules contains blank(r, "allow", r.attributes.allow) if {
	some r in input.resources.google_compute_firewall
	not outgoing(r)
	lib.unresolved(r.attributes.allow)
}

rules contains blank(r, sprintf("allow[%d]", [i]), allow) if {
	some r in input.resources.google_compute_firewall
	not outgoing(r)
	is_array(r.attributes.allow)
	some i, allow in r.attributes.allow
	lib.unresolved(allow)
}

# No ports means all of them.
google_ports(allow, prefix) := [every_port(sprintf("%sprotocol", [prefix]))] if {
	object.get(allow, "ports", []) == []
}

google_ports(allow, prefix) := [port_range(each) | some each in listed(allow, prefix, "ports")] if {
	object.get(allow, "ports", []) != []
}

# --- Rules that let nothing in ------------------------------------------------------------------

outgoing(r) if {
	r.type == "aws_security_group_rule"
	r.attributes.type == "egress"
}

outgoing(r) if {
	r.type == "azurerm_network_security_rule"
	stays_shut(r.attributes)
}

outgoing(r) if {
	r.type == "google_compute_firewall"
	r.attributes.direction == "EGRESS"
}

outgoing(r) if {
	r.type == "google_compute_firewall"
	r.attributes.disabled in {true, "true"}
}

none_in contains r.key if {
	some type in ["aws_security_group_rule", "azurerm_network_security_rule", "google_compute_firewall"]
	some r in input.resources[type]
	outgoing(r)
}

# --- Parts of a rule ----------------------------------------------------------------------------

# A rule of which nothing is known.
blank(r, attribute, value) := {
	"resource": r.key,
	"address": r.address,
	"sources": [{"attribute": attribute, "value": value}],
	"protocol": {"attribute": attribute, "value": value},
	"ports": [{"first": {"attribute": attribute, "value": value}, "last": {"attribute": attribute, "value": value}}],
}

# The elements of a list, or the one value that is written in its place.
listed(written, prefix, name) := [{"attribute": sprintf("%s%s[%d]", [prefix, name, i]), "value": value} |
	some i, value in written[name]
] if {
	is_array(written[name])
}

listed(written, prefix, name) := [{"attribute": sprintf("%s%s", [prefix, name]), "value": written[name]}] if {
	not is_array(written[name])
	written[name]
}

listed(written, _, name) := [] if not written[name]

# The attribute that is written of those; a rule without a protocol is about all of them.
first_of(written, prefix, names) := object.get(found, 0, {"attribute": nowhere, "value": "-1"}) if {
	nowhere := trim_suffix(prefix, ".")
	found := {i: {"attribute": sprintf("%s%s", [prefix, name]), "value": written[name]} |
		some i, name in [each | some each in names; written[each]]
	}
}

# A range has a first and a last port, each with the attribute that says so.
every_port(attribute) := {
	"first": {"attribute": attribute, "value": 0},
	"last": {"attribute": attribute, "value": 65535},
}

port_range(each) := {"first": each, "last": each} if lib.unresolved(each.value)

port_range(each) := every_port(each.attribute) if each.value == "*"

port_range(each) := {
	"first": {"attribute": each.attribute, "value": ends[0]},
	"last": {"attribute": each.attribute, "value": ends[count(ends) - 1]},
} if {
	not lib.unresolved(each.value)
	each.value != "*"
	ends := split(sprintf("%v", [each.value]), "-")
}

covers(range, port) if lib.port_range_covers(range.first.value, range.last.value, port)

# all, tcp, udp, or another protocol, which has no ports.
transport(protocol) := "unknown" if lib.unresolved(protocol)

transport(protocol) := name if {
	not lib.unresolved(protocol)
	written := lower(sprintf("%v", [protocol]))
	name := object.get({"-1": "all", "*": "all", "6": "tcp", "17": "udp"}, written, written)
}

# --- Questions ----------------------------------------------------------------------------------

is_world(value) if lib.cidr_is_world(value)

is_world(value) if {
	is_string(value)
	lower(value) in {"*", "any", "internet"}
}

# Not known, and neither a network of the cloud's own nor a text like `"${…}/32"`.
may_be_world(source) if {
	lib.unresolved(source.value)
	not settings.is_attribute(source.value)
	not regex.match(`/[1-9][0-9]*$`, settings.fixed_text(source.value))
	not is_single_and_computed(source)
}

is_single_and_computed(source) if {
	settings.is_computed(source.value)
	regex.match(`(blocks|prefixes|ranges)\[[0-9]+\]$|cidr_ipv[46]$|prefix$`, source.attribute)
}

# The first source that is everyone.
world(rule) := [source | some source in rule.sources; is_world(source.value)][0]

reached(rule, ports) := [port |
	transport(rule.protocol.value) in {"all", "tcp"}
	some port in ports
	within(rule, port)
]

within(rule, port) if {
	some range in rule.ports
	covers(range, port)
}

everything(rule) if {
	transport(rule.protocol.value) in {"all", "tcp"}
	some range in rule.ports
	covers(range, 1)
	covers(range, 65535)
}

# What a rule opens to the world, in words: `port 22 (SSH)`.
opened(rule, _) := "every port" if {
	is_decided(rule)
	world(rule)
	everything(rule)
}

opened(rule, ports) := listing(reached(rule, ports)) if {
	is_decided(rule)
	world(rule)
	not everything(rule)
}

listing(found) := sprintf("port %s", [named(found[0])]) if count(found) == 1

listing(found) := sprintf("ports %s", [concat(", ", [named(port) | some port in found])]) if count(found) in {2, 3}

listing(found) := sprintf("%d ports such as %s", [count(found), named(found[0])]) if count(found) > 3

is_decided(rule) if count(object.get(rule, "undecided", [])) == 0

named(port) := sprintf("%d (%s)", [port, names[port]])

named(port) := sprintf("%d", [port]) if not names[port]

names := {
	22: "SSH", 23: "Telnet", 445: "SMB", 3389: "Remote Desktop", 5985: "WinRM", 5986: "WinRM",
	1433: "SQL Server", 1521: "Oracle", 3306: "MySQL", 5432: "PostgreSQL", 5439: "Redshift", 7687: "Neo4j",
	9042: "Cassandra", 9200: "OpenSearch", 11211: "memcached", 27017: "MongoDB",
	5000: "MLflow", 6333: "Qdrant", 6334: "Qdrant", 6379: "Ray, Redis", 8265: "Ray dashboard", 8888: "Jupyter",
	10001: "Ray client", 11434: "Ollama", 19530: "Milvus",
}

# What keeps the answer from being known, where the rule may open one of the ports to the world and does not for sure.
doubt(rule, ports) := doubts[0] if {
	not opened(rule, ports)
	sources := doubtful_sources(rule)
	protocols := doubtful_protocol(rule)
	ranges := doubtful_ports(rule, ports)
	doubts := [each |
		some list in [sources, protocols, ranges, object.get(rule, "undecided", [])]
		some each in list
	]
}

# Each is undefined where the part rules the question out, and empty where it is settled.
doubtful_sources(rule) := [] if world(rule)

doubtful_sources(rule) := found if {
	not world(rule)
	found := [source | some source in rule.sources; may_be_world(source)]
	count(found) > 0
}

doubtful_protocol(rule) := [] if transport(rule.protocol.value) in {"all", "tcp"}

doubtful_protocol(rule) := [rule.protocol] if lib.unresolved(rule.protocol.value)

doubtful_ports(rule, ports) := [] if within_any(rule, ports)

doubtful_ports(rule, ports) := found if {
	not within_any(rule, ports)
	found := [end |
		some range in rule.ports
		some end in [range.first, range.last]
		lib.unresolved(end.value)
	]
	count(found) > 0
}

within_any(rule, ports) if {
	some port in ports
	within(rule, port)
}
