# METADATA
# title: A provenance statement exists and its subject is this model
# description: >-
#   Weights do not show what they were made from. A provenance statement says which pipeline built which digest; one about
#   another digest says nothing of what is released. One statement, or several together, name the model's digest, or each
#   of its artifacts. Where the configuration trusts keys or identities, a statement that none of them signed counts as
#   none.
# related_resources:
#   - https://slsa.dev/spec/v1.1/provenance
#   - https://github.com/in-toto/attestation/blob/main/spec/README.md
# custom:
#   id: PRV-001
#   severity: high
#   applies_to:
#     format: model
#     types: [model]
#   needs: [artifacts]
#   parameters:
#     not_deployed: [archive, archived, dev, development, experiment, experimental, research, retired, sandbox]
#   remediation: >-
#     Have the training pipeline write an in-toto statement with the predicate https://slsa.dev/provenance/v1 whose
#     `subject[].digest.sha256` is `model.digest`, sign it (`cosign attest-blob`, GitHub's attest-build-provenance), and
#     keep it with the release as `<model>.intoto.jsonl`. Name the key that signs it with --trust-key.
package releasegate.prv_001

import rego.v1

import data.lib.attestations
import data.lib.releasegate as lib

skip contains model.key if {
	some model in input.resources.model
	not attestations.judged(model, input.parameters.not_deployed)
}

believed := {statement |
	some statement in attestations.statements("provenance")
	not attestations.is_refuted(statement)
}

refuted(model) := {statement |
	some statement in attestations.about(model, "provenance")
	attestations.is_refuted(statement)
}

# Statements that may be about the model for all that is known.
why_open(model) := attestations.open(model) if count(believed) > 0

why_open(model) := sprintf("%s states no digest that a provenance statement could name", [model.address]) if {
	count(believed) > 0
	count(attestations.wanted(model)) == 0
	not attestations.open(model)
}

why_open(model) := sprintf("the digests are by %s, those of the provenance statements by %s", words) if {
	count(believed) > 0
	ours := attestations.algorithms({digest | some found in attestations.wanted(model); some digest in found})
	count(ours) > 0
	theirs := attestations.algorithms({digest |
		some statement in believed
		some digest in attestations.subjects(statement)
	})
	count(ours & theirs) == 0
	words := [concat(", ", sort(ours)), concat(", ", sort(theirs))]
	not attestations.open(model)
}

deny contains finding if {
	some model in input.resources.model
	attestations.judged(model, input.parameters.not_deployed)
	not attestations.cover(model, "provenance")
	not why_open(model)
	related := array.concat(
		[{"resource": key, "attribute": "verification", "message": sprintf("its signature: %s", [reason])} |
			some key in sort([statement.key | some statement in refuted(model)])
			reason := lib.resource(key).attributes.reason
		],
		[{"resource": key, "attribute": "subjects", "message": "is about another digest"} |
			some key in sort([statement.key | some statement in believed])
		],
	)
	finding := {
		"resource": model.key,
		"attribute": "digest",
		"message": message(model),
		"related": array.slice(related, 0, 5),
	}
}

message(model) := sprintf("%s has no provenance: no statement says how it was built", [model.address]) if {
	count(refuted(model)) == 0
	count(believed) == 0
}

message(model) := sprintf("%s has no provenance: the statements are about other digests", [model.address]) if {
	count(refuted(model)) == 0
	count(believed) > 0
}

message(model) := sprintf("%s has no provenance that is signed by somebody who is trusted", [model.address]) if {
	count(refuted(model)) > 0
}

unknown contains finding if {
	some model in input.resources.model
	attestations.judged(model, input.parameters.not_deployed)
	not attestations.cover(model, "provenance")
	finding := {
		"resource": model.key,
		"attribute": "digest",
		"message": sprintf("%s: whether a provenance statement is about it is not known", [model.address]),
		"cause": why_open(model),
	}
}
