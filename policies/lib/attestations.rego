# Which models owe proofs of where they come from, and which statements are about them by digest.
package lib.attestations

import rego.v1

import data.lib.manifests
import data.lib.model_files
import data.lib.models
import data.lib.reading
import data.lib.releasegate as lib

# --- Models ---------------------------------------------------------------------------------------

# The manifest that leads the others of its model, where the model is released: an organisation says so, its weights are
# here, or it is served. `aside` are the environments that are said of a model which is not deployed.
judged(model, aside) if {
	models.is_leading(model)
	is_released(model)
	not is_put_aside(model, aside)
}

is_released(model) if models.is_release(model)

is_released(model) if count(model_files.weights(model)) > 0

is_released(model) if count(models.servers(model)) > 0

is_put_aside(model, aside) if {
	environment := manifests.stated(model, ["deployment", "environment"])
	is_string(environment)
	lower(environment) in aside
	count(models.servers(model)) == 0
}

# --- Digests --------------------------------------------------------------------------------------

# What a statement has to name to be about the model: its own digest; or else every declared artifact, or every file.
wanted(model) := [found | some found in [own(model), declared(model), computed(model)]; count(found) > 0]

own(model) := {lower(model.attributes.digest) | is_string(model.attributes.digest)}

declared(model) := {lower(digest) | some digest in reading.texts(object.get(model.attributes, "artifact_digests", []))}

computed(model) := {lower(f.attributes.digest) | some f in model_files.weights(model); is_string(f.attributes.digest)} if {
	every f in model_files.weights(model) {
		is_string(f.attributes.digest)
	}
} else := set()

# Every digest that a manifest of the model states, or that one of its files has.
digests(model) := stated | {lower(f.attributes.digest) |
	some f in model_files.weights(model)
	is_string(f.attributes.digest)
} if {
	stated := {lower(digest) |
		some manifest in models.manifests(model)
		some digest in array.concat(
			reading.texts(object.get(manifest.attributes, "artifact_digests", [])),
			reading.texts(object.get(manifest.attributes, "digest", [])),
		)
	}
}

algorithms(digests_) := {split(digest, ":")[0] | some digest in digests_}

# Why the digest of a file of the model is not known; undefined where each is.
open(model) := lib.cause(f.attributes.digest) if {
	paths := sort([f.attributes.path | some f in model_files.weights(model); lib.unresolved(f.attributes.digest)])
	f := model_files.file(paths[0])
}

# --- Statements -----------------------------------------------------------------------------------

statements(kind) := {statement |
	some statement in object.get(input.resources, "attestation", [])
	statement.attributes.kind == kind
}

# What is signed by nobody whom the configuration trusts proves nothing.
is_refuted(statement) if statement.attributes.verification in {"invalid", "untrusted"}

subjects(statement) := {lower(digest) | some subject in statement.attributes.subjects; some digest in subject.digests}

# Which statements name a digest.
_naming[digest] contains statement if {
	some statement in object.get(input.resources, "attestation", [])
	some digest in subjects(statement)
}

# The statements of the kind that name the model, or one of its files.
about(model, kind) := {statement |
	some digest in digests(model)
	some statement in _naming[digest]
	statement.attributes.kind == kind
}

# Whether statements of the kind that nothing refutes are, together, about the model as a whole.
cover(model, kind) if {
	some digests_ in wanted(model)
	every digest in digests_ {
		some statement in _naming[digest]
		statement.attributes.kind == kind
		not is_refuted(statement)
	}
}
