# METADATA
# title: No mutable tag, alias or stage names the model that is deployed
# description: >-
#   `latest`, `main`, the alias @champion or the stage Production mean another model tomorrow without any change in this
#   repository: what was reviewed and approved is not what a pod loads at its next start, and a rollback goes to wherever
#   the tag points by then.
# related_resources:
#   - https://mlflow.org/docs/latest/ml/model-registry/
#   - https://docs.ollama.com/modelfile
#   - https://docs.bentoml.com/en/latest/reference/bentoml/bento-build-options.html
#   - https://kserve.github.io/website/docs/model-serving/storage/overview
# custom:
#   id: VER-002
#   severity: high
#   applies_to:
#     types: [workload, container, model, Model, TrainedModel, LocalModelCache]
#   parameters:
#     floating:
#       [latest, current, main, master, head, stable, newest, nightly, prod, production, staging, champion, challenger]
#   remediation: >-
#     Name the version: models:/name/7 in place of models:/name@champion or models:/name/Production, name:7.2.0 in a
#     bentofile, repository@sha256:<digest> for ModelKits and other OCI artifacts, owner/model:<40-hex commit> for the
#     hub. Ollama: a tag with size and quantisation (llama3.2:3b-instruct-q4_K_M), or better FROM a GGUF file with a
#     digest in the manifest.
package releasegate.ver_002

import rego.v1

import data.lib.models
import data.lib.reading
import data.lib.releasegate as lib

floating := {lower(word) | some word in reading.texts(input.parameters.floating)}

is_floating(word) if lower(word) in floating

# --- What floats in a reference -------------------------------------------------------------------

# MLflow's registry: models:/name/7 and models:/m-<id> of one logged model stay what they are.
fault(uri) := sprintf("names the alias @%s of the registry", [alias]) if {
	found := registered(uri)
	contains(found, "@")
	alias := split(found, "@")[1]
}

fault(uri) := sprintf("names the stage %s of the registry", [stage]) if {
	found := registered(uri)
	not contains(found, "@")
	[_, stage] := split(found, "/")
	not regex.match(`^[0-9]+$`, stage)
}

fault(uri) := "names no version of the registry" if {
	found := registered(uri)
	not contains(found, "@")
	not contains(found, "/")
	not regex.match(`^m-[0-9a-f]{32}$`, found)
}

registered(uri) := trim_right(trim_left(trim_prefix(uri, "models:"), "/"), "/") if startswith(uri, "models:/")

# OCI artifacts, ModelKits among them.
fault(uri) := tag_fault(found.tag) if {
	regex.match(`^(oci|oci\+native|oci\+fetch|kit|docker)://`, uri)
	found := image(regex.replace(uri, `^[a-z+]+://`, ""))
	not found.digest
}

# Ollama's library, where the tag may be left out.
fault(uri) := tag_fault(found.tag) if {
	startswith(uri, "ollama://")
	found := image(trim_prefix(uri, "ollama://"))
	not found.digest
}

fault(uri) := sprintf("names the revision %s", [revision]) if {
	some match in regex.find_all_string_submatch_n(`^(?:hf|modelscope)://[^:@?#]+[:@]([^/?#]+)`, uri, 1)
	revision := match[1]
	is_floating(revision)
}

tag_fault("") := "names no tag, which means latest"

tag_fault(tag) := sprintf("names the tag %s", [tag]) if is_floating(tag)

image(reference) := {"digest": split(reference, "@")[1]} if contains(reference, "@")

image(reference) := {"tag": tag} if {
	not contains(reference, "@")
	parts := split(reference, "/")
	last := split(parts[count(parts) - 1], ":")
	tag := concat(":", array.slice(last, 1, count(last)))
}

# --- References, each with the line where it is written -------------------------------------------

references contains item if {
	some r in input.resources.workload
	not r.attributes.storage_uris
	item := {"resource": r, "at": "storage_uri", "value": r.attributes.storage_uri}
}

references contains item if {
	some r in input.resources.workload
	value := r.attributes.storage_uris[i]
	item := {"resource": r, "at": sprintf("storage_uris[%d]", [i]), "value": value}
}

references contains item if {
	some type, place in {
		"Model": ["spec", "storageUri"],
		"TrainedModel": ["spec", "model", "storageUri"],
		"LocalModelCache": ["spec", "sourceModelUri"],
	}
	some r in input.resources[type]
	value := reading.at(r.attributes, place, null)
	value != null
	item := {"resource": r, "at": reading.path(place), "value": value}
}

# URIs that a server or what fetches its model is given.
references contains item if {
	some r in input.resources.container
	some i, word in reading.items(r.attributes.arguments)
	is_string(word)
	uri := regex.find_n(`(models:/|oci://|kit://|ollama://|hf://)[^\s"',;]+`, word, 1)[0]
	item := {"resource": r, "at": sprintf("arguments[%d]", [i]), "value": uri}
}

references contains item if {
	some r in input.resources.container
	some name, word in reading.mapping(r.attributes.env_values)
	is_string(word)
	uri := regex.find_n(`^(models:/|oci://|kit://|ollama://|hf://)[^\s"',;]+`, word, 1)[0]
	not name == "STORAGE_URI" # the workload's own
	item := {"resource": r, "at": reading.path(["env_values", name]), "value": uri}
}

references contains item if {
	some r in input.resources.container
	some i, each in reading.items(r.attributes.downloads)
	each.tool in {"ollama", "kit"}
	item := {"resource": r, "at": sprintf("downloads[%d]", [i]), "value": each.uri}
}

# --- Those of manifests ---------------------------------------------------------------------------

references contains item if {
	some r in input.resources.model
	r.attributes.source == "model-release"
	item := {"resource": r, "at": "uri", "value": r.attributes.uri}
}

references contains item if {
	some r in input.resources.model
	some base in bases(r)
	scheme := {"modelfile": "ollama", "kitfile": "kit", "modelpack": "kit"}[r.attributes.source]
	item := {"resource": r, "at": base.at, "value": sprintf("%s://%s", [scheme, base.reference])}
}

bases(r) := [{"at": at, "reference": reference(base)} |
	some i, base in listed(r.attributes.base_model)
	at := {true: sprintf("base_model[%d]", [i]), false: "base_model"}[is_array(r.attributes.base_model)]
]

listed(value) := value if is_array(value)

listed(value) := [value] if is_object(value)

reference(base) := sprintf("%s@%s", [base.name, base.digest]) if base.digest

reference(base) := sprintf("%s:%s", [base.name, base.revision]) if {
	not base.digest
	base.revision
}

reference(base) := base.name if {
	not base.digest
	not base.revision
}

# A model that a Bento is built with; without a version BentoML takes the latest.
references contains item if {
	some r in input.resources.model
	r.attributes.source == "bentofile"
	each := r.attributes.models[i]
	each.tag
	item := {"resource": r, "at": sprintf("models[%d]", [i]), "value": sprintf("kit://%s", [each.tag])}
}

references contains item if {
	some r in input.resources.model
	r.attributes.source == "modelpack"
	not r.attributes.digest
	item := {"resource": r, "at": "tag", "value": sprintf("kit://%s:%s", [r.attributes.name, r.attributes.tag])}
}

# --- Findings -------------------------------------------------------------------------------------

deny contains finding if {
	some each in references
	is_string(each.value)
	what := fault(each.value)
	finding := {
		"resource": each.resource.key,
		"attribute": each.at,
		"evidence": each.value,
		"message": sprintf("%s: the model %s %s", [each.resource.address, plain(each.value), what]),
	}
}

# The way in which it is written in manifests that name no scheme.
plain(value) := regex.replace(value, `^(ollama|kit)://`, "")

# A release whose version is a word that moves.
deny contains finding if {
	some r in input.resources.model
	states_version(r)
	is_string(r.attributes.version)
	is_floating(r.attributes.version)
	finding := {
		"resource": r.key,
		"attribute": "version",
		"evidence": "version",
		"message": sprintf("%s: %s is no version, but whatever is called so", [r.address, r.attributes.version]),
	}
}

states_version(r) if {
	r.attributes.source in {"model-release", "kitfile", "modelpack"}
	models.is_leading(r)
	r.attributes.version
}

unknown contains finding if {
	some each in references
	lib.unresolved(each.value)
	may_name_tag(each.value)
	cause := lib.cause(each.value)
	finding := {
		"resource": each.resource.key,
		"attribute": each.at,
		"message": sprintf("%s may name its model by a tag that moves: %s", [each.resource.address, cause]),
		"cause": cause,
	}
}

# A path of a bucket has no tags, whatever is filled in behind.
may_name_tag(value) if not regex.match(`^"?(s3a?|gs|gcs|abfss?|wasbs?|pvc|file|https?)://`, value["$unresolved"])

# --- What names no model by a tag -----------------------------------------------------------------

skip contains r.key if {
	some type in ["workload", "container", "model", "Model", "TrainedModel", "LocalModelCache"]
	some r in input.resources[type]
	not r.key in with_reference
	not states_version(r)
}

with_reference := {each.resource.key | some each in references; names_model(each.value)}

names_model(value) if {
	lib.unresolved(value)
	may_name_tag(value)
}

names_model(value) if {
	is_string(value)
	regex.match(`^(models:/|(oci|oci\+native|oci\+fetch|kit|docker|ollama|hf|modelscope)://)`, value)
}
