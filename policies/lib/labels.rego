# Tags and labels: what a resource or an object carries, and keys that are spelled in many ways.
package lib.labels

import rego.v1

import data.lib.reading
import data.lib.releasegate as lib

# --- Keys ---------------------------------------------------------------------------------------

# `Data_Classification`, `dataClassification` and `acme.example/data-classification` are one.
plain(key) := regex.replace(lower(last), `[^a-z0-9]`, "") if {
	parts := regex.split(`[/:]`, key)
	last := parts[count(parts) - 1]
}

# A wanted key may name its alternatives: `environment|env`.
is_key(key, wanted) if {
	is_string(key)
	some each in split(wanted, "|")
	plain(key) == plain(each)
}

# How a message calls it.
called(wanted) := split(wanted, "|")[0]

# --- Tags in Terraform --------------------------------------------------------------------------

# The attribute that holds all tags of the resource, those of its provider included.
attribute(r) := [name |
	some name in ["tags_all", "effective_labels", "terraform_labels", "tags", "labels", "user_labels", "resource_labels"]
	name in object.keys(r.attributes)
][0]

tags(r) := r.attributes[attribute(r)]

# --- Labels in Kubernetes -----------------------------------------------------------------------

# The labels and annotations of an object, with those of the pods that it starts.
of_object(named) := object.union(
	reading.mapping(reading.at(named.attributes, ["metadata", "annotations"], {})),
	reading.mapping(reading.at(named.attributes, ["metadata", "labels"], {})),
)

of_pods(workload) := object.union(
	reading.mapping(object.get(workload.attributes, "annotations", {})),
	object.union(
		reading.mapping(object.get(workload.attributes, "labels", {})),
		reading.mapping(object.get(workload.attributes, "object_labels", {})),
	),
)

# --- Both ---------------------------------------------------------------------------------------

# Whether the key is there with a value; one that is not known yet is a value.
has(written, wanted) if {
	some key, value in written
	is_key(key, wanted)
	not is_empty(value)
}

is_empty(value) if {
	is_string(value)
	trim_space(value) == ""
}

# The tags as a whole are not known.
is_open(written) if lib.unresolved(written)
