# METADATA
# title: Model references are pinned to an immutable revision
# description: >-
#   A model that is named without a revision is whatever lies there at the next start of a pod: the owner of the
#   repository, or whoever took it over, changes what is served, two replicas may serve different weights, and nobody
#   can say later which model gave an answer. Only a commit, a digest or a path that is never written twice is the
#   model that was tested. Local paths are left to the image or volume they come from. Vertex Model Garden has no
#   field for a revision.
# related_resources:
#   - https://docs.vllm.ai/en/latest/cli/serve/
#   - https://kserve.github.io/website/docs/model-serving/storage/overview
#   - https://huggingface.co/docs/hub/repositories-getting-started
#   - https://cwe.mitre.org/data/definitions/494.html
# custom:
#   id: VER-001
#   severity: high
#   applies_to:
#     types:
#       - workload
#       - container
#       - dockerfile_stage
#       - model
#       - Model
#       - TrainedModel
#       - LocalModelCache
#       - aws_sagemaker_model
#       - google_vertex_ai_endpoint_with_model_garden_deployment
#   parameters:
#     floating: [latest, current, main, master, head, stable, newest, nightly]
#   remediation: >-
#     Hugging Face: hf://owner/model:<40-hex commit>, or --revision=<commit> beside --model (and --tokenizer-revision
#     beside --tokenizer; REVISION beside MODEL_ID). OCI: oci://registry/repository@sha256:<digest>. Buckets: a path
#     with the version in place of latest/. SageMaker: HF_MODEL_REVISION beside HF_MODEL_ID. Model Garden: deploy a
#     copy from your own bucket.
package releasegate.ver_001

import rego.v1

import data.lib.command_lines
import data.lib.reading
import data.lib.releasegate as lib

# --- What is wrong with a reference ---------------------------------------------------------------

is_commit(text) if regex.match(`^[0-9a-f]{40}$`, text)

fault(uri) := revision_fault(revision) if {
	some match in regex.find_all_string_submatch_n(`^(?:hf://|pkg:huggingface/)[^:@?#]+(?:[:@]([^/?#]*))?`, uri, 1)
	revision := match[1]
	not is_commit(revision)
}

fault(uri) := "names no commit" if {
	regex.match(`^https?://(huggingface\.co|hf\.co)/`, uri)
	not regex.match(`/[0-9a-f]{40}(/|$)`, uri)
}

fault(uri) := "names no digest" if {
	startswith(uri, "oci://")
	not regex.match(`@sha(256|512):[0-9a-f]{32,}`, uri)
}

fault(uri) := sprintf("has the floating path /%s", [part]) if {
	regex.match(`^[a-z][a-z0-9+.-]*://`, uri)
	not regex.match(`^(hf|oci|models)://|^https?://(huggingface\.co|hf\.co)/`, uri)
	part := floating_part(uri)
}

fault(uri) := "names an alias or a stage of the registry" if {
	startswith(uri, "models:/")
	regex.match(`@[^/]+$|/[A-Za-z][A-Za-z0-9_-]*$`, uri)
	count(split(trim_left(trim_prefix(uri, "models:"), "/"), "/")) + count(split(uri, "@")) > 2
}

revision_fault("") := "names no revision"

revision_fault(revision) := sprintf("names the revision %s, which is no commit", [revision]) if revision != ""

floating_part(uri) := parts[0] if {
	path := regex.replace(uri, `^[a-z][a-z0-9+.-]*://[^/]*`, "")
	parts := [part |
		some part in split(split(path, "?")[0], "/")
		lower(part) in {lower(name) | some name in reading.texts(input.parameters.floating)}
	]
}

# `owner/model` of the hub, which is no directory.
is_hub_id(text) if {
	regex.match(`^[A-Za-z0-9][A-Za-z0-9_.-]*/[A-Za-z0-9][A-Za-z0-9_.-]*$`, text)
	not split(text, "/")[0] in {
		"app", "checkpoints", "data", "home", "mnt", "model", "models", "opt", "srv", "tmp", "volumes", "weights",
		"workspace",
	}
}

is_uri(text) if regex.match(`^([a-z][a-z0-9+.-]*://|models:/|pkg:huggingface/)`, text)

# --- References, each with the line where it is written --------------------------------------------
# {"resource", "at", "value", "revisions"}: `revisions` are those given beside it, for an id of the hub.

references contains item if {
	some r in input.resources.workload
	not r.attributes.storage_uris
	not repeats(r)
	item := {"resource": r, "at": "storage_uri", "value": r.attributes.storage_uri, "revisions": []}
}

references contains item if {
	some r in input.resources.workload
	value := r.attributes.storage_uris[i]
	item := {"resource": r, "at": sprintf("storage_uris[%d]", [i]), "value": value, "revisions": []}
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
	item := {"resource": r, "at": reading.path(place), "value": value, "revisions": []}
}

references contains item if {
	some r in input.resources.model
	r.attributes.source == "model-release"
	item := {"resource": r, "at": "uri", "value": r.attributes.uri, "revisions": []}
}

references contains item if {
	some r in input.resources.aws_sagemaker_model
	some block in ["primary_container", "container"]
	environment := r.attributes[block][i].environment
	value := environment.HF_MODEL_ID
	at := sprintf("%s[%d].environment.HF_MODEL_ID", [block, i])
	revisions := [environment[name] |
		some name in ["HF_MODEL_REVISION", "HF_REVISION", "OPTION_REVISION", "REVISION", "SM_VLLM_REVISION"]
		environment[name]
	]
	item := {"resource": r, "at": at, "value": value, "revisions": revisions}
}

references contains item if {
	some r in input.resources.aws_sagemaker_model
	some block in ["primary_container", "container"]
	value := r.attributes[block][i].model_data_url
	at := sprintf("%s[%d].model_data_url", [block, i])
	item := {"resource": r, "at": at, "value": value, "revisions": []}
}

references contains item if {
	some r in input.resources.aws_sagemaker_model
	some block in ["primary_container", "container"]
	value := r.attributes[block][i].model_data_source[j].s3_data_source[k].s3_uri
	at := sprintf("%s[%d].model_data_source[%d].s3_data_source[%d].s3_uri", [block, i, j, k])
	item := {"resource": r, "at": at, "value": value, "revisions": []}
}

# The pods of a language model share one reference.
repeats(r) if {
	startswith(reading.text(r.attributes.kind), "LLMInferenceService")
	r.attributes.component != "pod"
}

# --- Command lines --------------------------------------------------------------------------------

launches := array.concat(
	[command_lines.of_container(r) |
		some r in input.resources.container
		command_lines.loads_models(r)
	],
	[command_lines.of_stage(r) |
		some r in input.resources.dockerfile_stage
		r.attributes.final == true
	],
)

references contains item if {
	some launch in launches
	some found in command_lines.models_of(launch)
	item := object.union(found, {"resource": launch.resource})
}

references contains item if {
	some launch in launches
	some found in command_lines.tokenizers_of(launch)
	not found.value in {model.value | some model in command_lines.models_of(launch)}
	item := object.union(found, {"resource": launch.resource})
}

# Servers that take the model from a variable, where no argument names it.
references contains item if {
	some launch in launches
	count(command_lines.models_of(launch)) == 0
	some name in ["MODEL_ID", "HF_MODEL_ID", "OPTION_MODEL_ID"]
	value := launch.environment[name]
	at := reading.path([launch.environment_at, name])
	revisions := command_lines.revisions_of(launch)
	item := {"resource": launch.resource, "at": at, "value": value, "revisions": revisions}
}

# Other URIs of models, wherever they are passed.
references contains item if {
	some launch in launches
	some each in launch.words
	contains(reading.text(each.word), ":/")
	uri := command_lines.uri_in(each)
	is_model_uri(uri)
	count([found | some found in command_lines.models_of(launch); found.value == uri]) == 0
	commits := command_lines.checked_out(launch, uri)
	item := {"resource": launch.resource, "at": each.at, "value": uri, "revisions": commits}
}

references contains item if {
	some launch in launches
	some name, uri in launch.environment
	regex.match(`MODEL|STORAGE_URI|WEIGHT|CHECKPOINT|ADAPTER|LORA`, upper(name))
	is_string(uri)
	is_model_uri(uri)
	not name == "STORAGE_URI" # the workload's own
	at := reading.path([launch.environment_at, name])
	item := {"resource": launch.resource, "at": at, "value": uri, "revisions": []}
}

# Blocks that a dynamic block makes.
references contains {"resource": r, "at": sprintf("%s[%d]", [block, i]), "value": made, "revisions": []} if {
	some r in input.resources.aws_sagemaker_model
	some block in ["primary_container", "container"]
	some i, made in r.attributes[block]
	lib.unresolved(made)
}

is_model_uri(uri) if regex.match(`^(hf|oci|s3|s3a|gs|gcs|abfss?|wasbs?|az|adl|models)://?[^/]`, uri)

is_model_uri(uri) if regex.match(`^https?://(huggingface\.co|hf\.co)/`, uri)

is_model_uri(uri) if regex.match(`^https?://.*\.(safetensors|gguf|bin|pt|pth|onnx)($|\?)`, uri)

# --- Findings -------------------------------------------------------------------------------------

# What is wrong, of a reference that is known.
wrong(reference) := fault(reference.value) if {
	is_string(reference.value)
	is_uri(reference.value)
	not is_cloned(reference)
}

# A clone of the hub's repository with the commit checked out.
is_cloned(reference) if {
	startswith(reference.value, "https://")
	is_commit(reference.revisions[0])
}

wrong(reference) := "names no revision" if {
	is_string(reference.value)
	is_hub_id(reference.value)
	count(reference.revisions) == 0
}

wrong(reference) := revision_fault(reference.revisions[0]) if {
	is_string(reference.value)
	is_hub_id(reference.value)
	is_string(reference.revisions[0])
	not is_commit(reference.revisions[0])
}

deny contains finding if {
	some reference in references
	what := wrong(reference)
	finding := {
		"resource": reference.resource.key,
		"attribute": reference.at,
		"evidence": reference.value,
		"message": sprintf("%s: the model %s %s", [reference.resource.address, reference.value, what]),
	}
}

doubt(reference) := lib.cause(reference.value) if lib.unresolved(reference.value)

doubt(reference) := lib.cause(reference.revisions[0]) if {
	is_string(reference.value)
	is_hub_id(reference.value)
	lib.unresolved(reference.revisions[0])
}

unknown contains finding if {
	some reference in references
	cause := doubt(reference)
	finding := {
		"resource": reference.resource.key,
		"attribute": reference.at,
		"message": sprintf("%s may not pin its model: %s", [reference.resource.address, cause]),
		"cause": cause,
	}
}

# --- Model Garden ---------------------------------------------------------------------------------

deny contains finding if {
	some r in input.resources.google_vertex_ai_endpoint_with_model_garden_deployment
	r.attributes.hugging_face_model_id
	finding := {
		"resource": r.key,
		"attribute": "hugging_face_model_id",
		"message": sprintf("%s takes a model from the hub, whose revision cannot be named here", [r.address]),
	}
}

deny contains finding if {
	some r in input.resources.google_vertex_ai_endpoint_with_model_garden_deployment
	name := r.attributes.publisher_model_name
	not contains(reading.text(name), "@")
	finding := {
		"resource": r.key,
		"attribute": "publisher_model_name",
		"message": sprintf("%s: publisher_model_name names no version (@version)", [r.address]),
	}
}

# --- What names no model --------------------------------------------------------------------------

_types := [
	"workload", "container", "dockerfile_stage", "model", "Model", "TrainedModel", "LocalModelCache",
	"aws_sagemaker_model",
]

skip contains r.key if {
	some type in _types
	some r in input.resources[type]
	not r.key in with_reference
}

with_reference := {reference.resource.key | some reference in references; names_model(reference.value)}

names_model(value) if lib.unresolved(value)

names_model(value) if {
	is_string(value)
	is_uri(value)
}

names_model(value) if {
	is_string(value)
	is_hub_id(value)
}
