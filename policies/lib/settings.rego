# Settings that are switched on or off, and how a message speaks of them.
package lib.settings

import rego.v1

import data.lib.releasegate as lib

# HCL quotes freely: "true" is true. Undefined for an attribute that is not written and for one that is not known.
is_true(value) if value in {true, "true"}

is_false(value) if value in {false, "false"}

# A number that may be written as text.
number(value) := value if is_number(value)

number(value) := to_number(value) if {
	is_string(value)
	regex.match(`^-?[0-9]+$`, value)
}

# `storage_encrypted is false`, `storage_encrypted is not set`
said(attributes, name) := sprintf("%s is %v", [name, value]) if value := attributes[name]

said(attributes, name) := sprintf("%s is not set", [name]) if not name in object.keys(attributes)

# The nested blocks of that name by position; what is not known is none.
blocks(value) := {i: each |
	is_array(value)
	some i, each in value
	is_object(each)
	not lib.unresolved(each)
}

# Why it is not known which blocks there are, all of them or those that a dynamic block makes. Undefined where it is.
open_blocks(value) := lib.cause(value)

open_blocks(value) := [cause | some each in value; cause := lib.cause(each)][0] if is_array(value)

# What is not known inside of `attributes`, where the attribute's path matches the pattern: {"attribute", "value"}.
unknown_in(attributes, pattern) := {{"attribute": at, "value": value} |
	walk(attributes, [path, value])
	lib.unresolved(value)
	at := path_text(path)
	regex.match(pattern, at)
}

path_text(path) := trim_prefix(concat("", [step(part) | some part in path]), ".")

step(part) := sprintf("[%d]", [part]) if is_number(part)

step(part) := sprintf(".%s", [part]) if {
	is_string(part)
	not regex.match(`[.\[\]]`, part)
}

step(part) := sprintf(`["%s"]`, [part]) if {
	is_string(part)
	regex.match(`[.\[\]]`, part)
}

# --- What is known of an unknown value ------------------------------------------------------------

# The attribute of a resource or data source: whatever it will be, nobody has written `*` or 0.0.0.0/0 there.
is_attribute(value) if regex.match(
	`^"?(\$\{)?(data\.)?(aws|google|azurerm)_[a-z0-9_]+\.[A-Za-z0-9_-]+(\[[^\]]*\])?(\.[A-Za-z0-9_]+(\[[^\]]*\])?)+\}?"?$`,
	value["$unresolved"],
)

# The same by its cause, for a single value: a list may have other elements beside.
is_computed(value) if regex.match(
	`^(data\.)?(aws|google|azurerm)_[a-z0-9_]+\.[^ ]+ is known only after apply$`,
	value.reason,
)

# The text of a template without what is filled in.
fixed_text(value) := regex.replace(trim(value["$unresolved"], `"`), `\$\{[^}]*\}`, "") if {
	startswith(value["$unresolved"], `"`)
}
