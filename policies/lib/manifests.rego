# What the manifests of a release say: which of them are the organisation's own, and whether anything is really said.
package lib.manifests

import rego.v1

# The release manifests; every other manifest of a model only describes it.
releases contains model if {
	some model in input.resources.model
	model.attributes.source == "model-release"
}

# Every other model is none of the business of a policy about release manifests.
others contains model.key if {
	some model in input.resources.model
	not model in releases
}

# What stands at the path, such as ["owner", "name"]; empty text for what is not written.
stated(model, path) := object.get(model.attributes, path, "")

# A text that says something: not empty, and no filler.
said(value) if {
	is_string(value)
	words := regex.replace(lower(value), `[\s.,:;!?()<>\[\]{}*_-]+`, " ")
	not trim_space(words) in fillers
}

said(value) if is_number(value)

fillers := {
	"", "tbd", "tba", "todo", "fixme", "xx", "xxx", "n/a", "na", "none", "null", "nobody", "unknown", "pending", "change me",
	"changeme", "to be added", "to be completed", "to be decided", "to be defined", "to be determined",
	"more information needed",
}
