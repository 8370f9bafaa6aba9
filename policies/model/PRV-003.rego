# METADATA
# title: Training inputs are recorded with digests
# description: >-
#   Poisoned data or a base model that was swapped is found only by whoever can say exactly what went in. The base model
#   and every data set that the model declares are recorded with a digest or a commit: in a manifest, in the bill of
#   materials, or among the resolved dependencies of the provenance. A model that records no input at all fails too.
# related_resources:
#   - https://slsa.dev/spec/v1.1/provenance
#   - https://cyclonedx.org/capabilities/mlbom/
#   - https://owasp.org/www-project-machine-learning-security-top-10/
# custom:
#   id: PRV-003
#   severity: medium
#   applies_to:
#     format: model
#     types: [model]
#   parameters:
#     not_deployed: [archive, archived, dev, development, experiment, experimental, research, retired, sandbox]
#   remediation: >-
#     Write `digest: sha256:…` or the commit as `revision` to each entry of `model.datasets` and to `model.base_model` of
#     model-release.yaml, or have the pipeline list them in `buildDefinition.resolvedDependencies` of the provenance with
#     `digest`. For data that grows, record the commit of the version control that holds its list.
package releasegate.prv_003

import rego.v1

import data.lib.attestations
import data.lib.models
import data.lib.provenance
import data.lib.reading
import data.lib.releasegate as lib

skip contains model.key if {
	some model in input.resources.model
	not judged[model.key]
}

# Tables by the key of the model, so that each is made once.
judged[model.key] := model if {
	some model in input.resources.model
	attestations.judged(model, input.parameters.not_deployed)
}

# --- What went in -----------------------------------------------------------------------------------

nouns := {"base_model": "base model", "datasets": "data set"}

# Every input that a manifest names, with its place.
inputs[key] := [found |
	some each in sort([manifest.key | some manifest in models.manifests(model)])
	manifest := lib.resource(each)
	some kind in ["base_model", "datasets"]
	some i, entry in listed(manifest.attributes[kind])
	name := reading.text(object.get(entry, "name", ""))
	name != ""
	found := {
		"manifest": manifest,
		"attribute": path(kind, manifest.attributes[kind], i),
		"entry": entry,
		"name": name,
		"bare": models.bare(name),
		"noun": nouns[kind],
	}
] if {
	some key, model in judged
}

listed(value) := [named(each) | some each in value] if is_array(value)

listed(value) := [named(value)] if not is_array(value)

named(each) := each if is_object(each)

named(each) := {"name": each} if not is_object(each)

path(kind, value, i) := sprintf("%s[%d]", [kind, i]) if is_array(value)

path(kind, value, _) := kind if not is_array(value)

# What provenance records about the model.
dependencies[key] := [dependency |
	some statement in attestations.about(model, "provenance")
	not attestations.is_refuted(statement)
	some dependency in reading.items(object.get(statement.attributes, "dependencies", []))
	is_pinned(dependency.digest)
] if {
	some key, model in judged
}

is_pinned(value) if provenance.is_digest(value)

is_pinned(value) if provenance.is_commit(value)

is_pinned(value) if regex.match(`^(gitCommit|sha1|sha256|sha512|sha384|gitTree):[0-9a-fA-F]{40,}$`, reading.text(value))

# The names of what is pinned somewhere: by a manifest, or as a dependency whose name or address has it.
pinned[key] := by_manifest | by_statement if {
	some key, found in inputs
	by_manifest := {each.bare | some each in found; some at in ["digest", "revision"]; is_pinned(each.entry[at])}
	by_statement := {models.bare(regex.replace(part, `[@?#].*$`, "")) |
		some dependency in dependencies[key]
		some at in ["name", "uri"]
		some part in split(reading.text(dependency[at]), "/")
	}
}

# What is filled in later may pin it.
open[key] := {each.bare: cause |
	some each in found
	not each.bare in pinned[key]
	cause := [why | some at in ["digest", "revision"]; why := reading.cause(each.entry[at])][0]
} if {
	some key, found in inputs
}

# The first place where each input is named that nothing pins: the numbers of all places, sorted by name.
missing[key] := [found[place[1]] |
	places := sort([[each.bare, i] | some i, each in found; not each.bare in pinned[key]])
	some n, place in places
	is_first(places, n)
] if {
	some key, found in inputs
}

is_first(_, n) if n == 0

is_first(places, n) if {
	n > 0
	places[n - 1][0] != places[n][0]
}

# --- Findings ---------------------------------------------------------------------------------------

deny contains finding if {
	some key, model in judged
	some each in missing[key]
	not open[key][each.bare]
	finding := {
		"resource": key,
		"evidence": each.bare,
		"attribute": attribute(model, each),
		"message": sprintf("%s records neither digest nor commit of the %s %s", [model.address, each.noun, each.name]),
		"related": related(model, each),
	}
}

attribute(model, each) := each.attribute if each.manifest.key == model.key

attribute(model, each) := "name" if each.manifest.key != model.key

related(model, each) := [] if each.manifest.key == model.key

related(model, each) := [{"resource": each.manifest.key, "attribute": each.attribute, "message": "is named here"}] if {
	each.manifest.key != model.key
}

deny contains finding if {
	some key, model in judged
	count(inputs[key]) == 0
	count(dependencies[key]) == 0
	finding := {
		"resource": key,
		"attribute": "datasets",
		"evidence": "none",
		"message": sprintf("%s records neither a data set nor a base model that it was trained from", [model.address]),
	}
}

unknown contains finding if {
	some key, model in judged
	some each in missing[key]
	finding := {
		"resource": key,
		"attribute": attribute(model, each),
		"evidence": each.bare,
		"message": sprintf("%s: whether %s is pinned is not known", [model.address, each.name]),
		"cause": open[key][each.bare],
	}
}
