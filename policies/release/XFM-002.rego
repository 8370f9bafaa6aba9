# METADATA
# title: What is served is the version that the manifest approves
# description: >-
#   A release manifest records which bytes were tested and approved; the workload says which bytes are loaded. When
#   the two name different digests or versions, what runs was never approved, or the record of what runs is false, and
#   after an incident nobody can tell which. Compared are the model's URI and revision, labels, annotations and
#   variables for the model's digest and version, and images that the manifest lists among its artifacts; an image of
#   a model server alone has a digest that no model has. Cards and bills of materials of the same model are held
#   against its release manifest. What only one side states is not compared.
# related_resources:
#   - https://kserve.github.io/website/
#   - https://cyclonedx.org/capabilities/mlbom/
#   - https://cwe.mitre.org/data/definitions/345.html
# custom:
#   id: XFM-002
#   severity: critical
#   applies_to:
#     types: [workload, container, model]
#   remediation: >-
#     Deploy what was approved: set `storageUri` (or `--revision`, or the image's digest) and the labels
#     `model-version` and `model-digest` to the values of model-release.yaml. If the other version is meant to run,
#     have it approved and record it in `model.version`, `model.uri`, `model.digest` and `approval.digest`; then write
#     the card and the ML-BOM anew.
package releasegate.xfm_002

import rego.v1

import data.lib.decisions
import data.lib.models
import data.lib.reading
import data.lib.references
import data.lib.releasegate as lib
import data.lib.settings

# --- Who says something about a registered model --------------------------------------------------

all_speakers contains r if {
	some type in ["workload", "container", "model"]
	some r in input.resources[type]
}

# What a workload serves, and with it its containers, is held against what the models are registered by; so is every
# manifest of a model.
approved := object.union(by_workloads, by_manifests)

by_workloads := {r.key: registrations |
	some workload in input.resources.workload
	registrations := models.approved(workload)
	count(registrations) > 0
	some r in {workload} | models.containers(workload)
}

by_manifests := {model.key: registrations |
	some model in input.resources.model
	registrations := models.registrations(model)
}

said := {r.key: statements |
	some r in all_speakers
	approved[r.key]
	statements := [statement |
		some list in [places(r), mentions(r), images(r), revisions(r), digests(r), versions(r)]
		some statement in list
	]
}

skip contains r.key if {
	some r in all_speakers
	not said[r.key]
}

skip contains r.key if {
	some r in all_speakers
	every statement in said[r.key] {
		count(verdicts(r, statement)) == 0
		not is_open(r, statement)
	}
}

# --- What they say, the most telling first --------------------------------------------------------

places(r) := [{"kind": "place", "attribute": word.attribute, "value": as_text(word.value)} |
	r.type == "workload"
	some word in models.words(r)
]

# What else a container's words name may have nothing to do with the model.
mentions(r) := [{"kind": "mention", "attribute": word.attribute, "value": uri} |
	r.type == "container"
	some word in models.words(r)
	is_string(word.value)
	some uri in references.uris(word.value)
]

images(r) := [{"kind": "image", "attribute": "image.reference", "value": image} |
	image := r.attributes.image.reference
]

# The commit of a model that a server loads from a hub by its name.
revisions(r) := [{"kind": "revision", "attribute": revision.attribute, "value": revision.value, "of": model.value} |
	r.type == "container"
	some model in models.options(r, {"--model", "--model-id", "--model_id", "serve", "MODEL_ID", "HF_MODEL_ID"})
	is_string(model.value)
	some revision in models.options(r, {"--revision", "REVISION", "HF_REVISION"})
]

digests(r) := array.concat(
	marks(r, "digest", `(^|/|_)model[-_.]?(digest|sha256)$`),
	[{"kind": kind, "attribute": attribute, "value": value} |
		r.type == "model"
		[kind, attribute] := own_digest(r)
		value := object.get(r.attributes, split(attribute, "."), null)
		is_string(value)
	],
)

# A release manifest states what was approved beside what is released.
own_digest(model) := ["approval", "approval.digest"] if model in approved[model.key]

own_digest(model) := ["digest", "digest"] if not model in approved[model.key]

versions(r) := array.concat(
	marks(r, "version", `(^|/)model[-_.]?version$`),
	[{"kind": "version", "attribute": "version", "value": version} |
		r.type == "model"
		not r in approved[r.key]
		version := r.attributes.version
	],
)

# Labels, annotations and variables of such a name.
marks(r, kind, pattern) := [{"kind": kind, "attribute": settings.path_text([holder, name]), "value": as_text(value)} |
	some holder in ["annotations", "labels", "object_labels", "env_values"]
	some name, value in reading.mapping(r.attributes[holder])  # DVC's labels are a list of words
	regex.match(pattern, lower(name))
	not is_repeated(r, holder, name)
]

# YAML reads 7.10 and 20260130 as numbers.
as_text(value) := sprintf("%v", [value]) if not lib.unresolved(value)

as_text(value) := value if lib.unresolved(value)

# An InferenceService's labels are those of its pods as well.
is_repeated(r, "object_labels", name) if r.attributes.labels[name] == r.attributes.object_labels[name]

# --- What is approved -----------------------------------------------------------------------------

# What the registration says under these names, or where it says nothing the other manifests of the model.
approvals(model, names) := stated(model, names) if count(stated(model, names)) > 0

approvals(model, names) := [each | some manifest in models.manifests(model); some each in stated(manifest, names)] if {
	count(stated(model, names)) == 0
}

stated(model, names) := [{"resource": model.key, "attribute": each.attribute, "value": as_text(each.value)} |
	some name in names
	some each in decisions.reached(model.attributes, split(name, "."))
]

decided_by := {
	"place": ["uri", "version"],
	"mention": ["uri"],
	"revision": ["uri"],
	"digest": ["digest", "approval.digest", "artifact_digests"],
	"approval": ["digest", "artifact_digests"],
	"version": ["version"],
}

held_against(statement, model) := approvals(model, decided_by[statement.kind]) if statement.kind != "image"

held_against(statement, model) := approved_images(model) if statement.kind == "image"

# The images among the artifacts that the manifests list, by the URI and by the digest that stands beside it.
approved_images(model) := [{"resource": artifact.key, "attribute": "uri", "value": value} |
	some manifest in models.manifests(model)
	some artifact in lib.children(manifest.key)
	image := as_image(artifact.attributes.uri)
	some value in {image} | {sprintf("%s@%s", [references.place(image).base, digest]) |
		digest := artifact.attributes.digest
	}
]

as_image(uri) := uri if contains(uri, "://")

as_image(uri) := sprintf("oci://%s", [uri]) if not contains(uri, "://")

# --- Whether both agree ---------------------------------------------------------------------------

# What comes of holding a statement against all that is approved, each with `is` "same" or "other".
verdicts(r, statement) := [object.union(approval, {"is": is}) |
	not lib.unresolved(statement.value)
	some model in approved[r.key]
	some approval in held_against(statement, model)
	is := verdict(statement, approval)
]

verdict(statement, approval) := references.relation(statement.value, approval.value) if {
	statement.kind in {"place", "mention"}
	approval.attribute == "uri"
}

verdict(statement, approval) := "other" if {
	statement.kind == "place"
	approval.attribute == "uri"
	references.is_beside(statement.value, approval.value)
}

verdict(statement, approval) := references.version_in(statement.value, approval.value) if {
	statement.kind == "place"
	approval.attribute == "version"
}

verdict(statement, approval) := references.relation(image, approval.value) if {
	statement.kind == "image"
	image := as_image(statement.value)
	references.place(image).base == references.place(approval.value).base
}

verdict(statement, approval) := references.relation(revision, approval.value) if {
	statement.kind == "revision"
	revision := sprintf("hf://%s@%s", [statement.of, statement.value])
	references.place(revision).base == references.place(approval.value).base
}

verdict(statement, approval) := references.digest_relation(statement.value, approval.value) if {
	statement.kind in {"digest", "approval"}
}

verdict(statement, approval) := references.version_relation(statement.value, approval.value) if {
	statement.kind == "version"
}

# A statement that disagrees with one model may be about another one that is served beside it.
contradiction(r, statement) := others[0] if {
	found := verdicts(r, statement)
	count([each | some each in found; each.is == "same"]) == 0
	others := [each | some each in found; each.is == "other"]
}

is_open(r, statement) if {
	lib.unresolved(statement.value)
	some model in approved[r.key]
	count(held_against(statement, model)) > 0
}

contradictions := {r.key: found |
	some r in all_speakers
	found := [{"statement": statement, "approval": contradiction(r, statement)} | some statement in said[r.key]]
	count(found) > 0
}

deny contains finding if {
	some r in all_speakers
	all := contradictions[r.key]
	first := all[0]
	registration := lib.resource(first.approval.resource)
	finding := {
		"resource": r.key,
		"attribute": first.statement.attribute,
		"message": sprintf("%s: %s is %v, but %s has the %s %v", [
			r.address, first.statement.attribute, first.statement.value,
			registration.address, first.approval.attribute, first.approval.value,
		]),
		"related": array.concat(
			[related | some related in {approving(each.approval) | some each in all}],
			[{"resource": r.key, "attribute": each.statement.attribute, "message": says} |
				some each in array.slice(all, 1, count(all))
				says := sprintf("%s is %v", [each.statement.attribute, each.statement.value])
			],
		),
	}
}

approving(approval) := {
	"resource": approval.resource,
	"attribute": approval.attribute,
	"message": sprintf("here the %s is %v", [approval.attribute, approval.value]),
}

unknown contains finding if {
	some r in all_speakers
	not contradictions[r.key]
	open := [statement | some statement in said[r.key]; is_open(r, statement)]
	cause := lib.cause(open[0].value)
	finding := {
		"resource": r.key,
		"attribute": open[0].attribute,
		"message": sprintf("%s may serve another version than the approved one: %s", [r.address, cause]),
		"cause": cause,
		"related": [{"resource": model.key, "message": sprintf("%s is what is approved", [model.address])} |
			some model in approved[r.key]
		],
	}
}
