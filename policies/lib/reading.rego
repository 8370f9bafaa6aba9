# Reading attributes that nobody has checked: a value of another type than expected is as good as none.
package lib.reading

import rego.v1

import data.lib.releasegate as lib

# The elements of a list, none for anything else.
items(value) := value if is_array(value)

items(value) := [] if not is_array(value)

# The text elements of a list, or the text that stands in its place; none of what is not known.
texts(value) := [each | some each in items(value); is_string(each)] if not is_string(value)

texts(value) := [value] if is_string(value)

# The text, "" for anything else.
text(value) := value if is_string(value)

text(value) := "" if not is_string(value)

# The mapping, an empty one for anything else.
mapping(value) := value if is_object(value)

mapping(value) := {} if not is_object(value)

# What the path leads to, the default where it ends early.
at(value, path, default_) := object.get(mapping(value), path, default_)

# Why the text is not what will be deployed: another tool fills something in. Undefined for every other value.
placeholder(value) := "a placeholder that is filled in before deployment" if {
	is_string(value)
	regex.match(`\$\{[^}]*\}|\{\{.*\}\}|^\$[A-Za-z_][A-Za-z0-9_]*$`, value)
}

# Why the value is not known, now or before another tool has filled it in. Undefined for every other value.
cause(value) := placeholder(value)

cause(value) := lib.cause(value)

# The folder of a path, "" for a path without one.
folder(place) := concat("/", array.slice(steps, 0, count(steps) - 1)) if steps := split(place, "/")

# Name and namespace of a Kubernetes object.
name(r) := text(at(r.attributes, ["metadata", "name"], ""))

namespace(r) := found if {
	found := at(r.attributes, ["metadata", "namespace"], "")
	is_string(found)
	found != ""
}

namespace(r) := "default" if text(at(r.attributes, ["metadata", "namespace"], "")) == ""

# The overlay that the object is rendered by; "" where it is in every one of them.
world(r) := object.get(r, "world", "")

# Whether both can be in one cluster at once: overlays stand in each other's place.
share_a_world(a, b) if world(a) in {"", world(b)}

share_a_world(_, b) if world(b) == ""

annotations(r) := mapping(at(r.attributes, ["metadata", "annotations"], {}))

# The annotation as text, "" where it is not written.
annotation(r, key) := text(object.get(annotations(r), key, ""))

# An attribute's path out of its steps: ["data", "tls.key", 0] is `data["tls.key"][0]`.
path(steps) := trim_prefix(concat("", [_step(each) | some each in steps]), ".")

_step(step) := sprintf("[%d]", [step]) if is_number(step)

_step(step) := sprintf(".%s", [step]) if {
	is_string(step)
	regex.match(`^[^.\[\]]+$`, step)
}

_step(step) := sprintf(`["%s"]`, [step]) if {
	is_string(step)
	not regex.match(`^[^.\[\]]+$`, step)
}
