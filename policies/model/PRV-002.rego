# METADATA
# title: Builder and verification level are acceptable
# description: >-
#   Provenance is worth as much as whoever writes it: a laptop or a runner that anybody may use can claim whatever it
#   likes. The builder is one that the organisation accepts, and a verification summary about the model, where there is
#   one, says that verification passed at a level that suffices. Statements about other things than a released model
#   are not judged.
# related_resources:
#   - https://slsa.dev/spec/v1.1/verifying-artifacts
#   - https://slsa.dev/spec/v1.1/verification_summary
# custom:
#   id: PRV-002
#   severity: medium
#   applies_to:
#     format: model
#     types: [attestation]
#   needs: [artifacts]
#   parameters:
#     accepted_builders:
#       - https://github.com/
#       - https://gitlab.com/
#       - https://cloudbuild.googleapis.com/
#       - https://tekton.dev/chains/
#       - https://slsa.dev/container-based-build/
#     refused_builders:
#       - https://github.com/actions/runner/self-hosted
#     accepted_levels:
#       - SLSA_BUILD_LEVEL_2
#       - SLSA_BUILD_LEVEL_3
#       - SLSA_BUILD_LEVEL_4
#       - SLSA_LEVEL_2
#       - SLSA_LEVEL_3
#       - SLSA_LEVEL_4
#     not_deployed: [archive, archived, dev, development, experiment, experimental, research, retired, sandbox]
#   remediation: >-
#     Build the model in a pipeline of a hosted builder and let that write the provenance. Narrow `accepted_builders` to
#     the beginnings of your own, such as https://github.com/acme/ml/.github/workflows/train.yml@refs/tags/. Ask the
#     verifier for a summary at one of `accepted_levels`.
package releasegate.prv_002

import rego.v1

import data.lib.attestations
import data.lib.manifests
import data.lib.reading

judged contains statement.key if {
	some model in input.resources.model
	attestations.judged(model, input.parameters.not_deployed)
	some kind in {"provenance", "verification_summary"}
	some statement in attestations.about(model, kind)
}

skip contains statement.key if {
	some statement in input.resources.attestation
	not statement.key in judged
}

builder(statement) := reading.text(object.get(statement.attributes, "builder", ""))

begins(text, beginnings) if {
	some beginning in beginnings
	startswith(text, beginning)
}

is_accepted(text) if {
	begins(text, input.parameters.accepted_builders)
	not begins(text, input.parameters.refused_builders)
}

faults(statement) := ["names no builder"] if {
	statement.attributes.kind == "provenance"
	not manifests.said(builder(statement))
}

faults(statement) := [sprintf("names the builder %s, which is not accepted", [builder(statement)])] if {
	statement.attributes.kind == "provenance"
	manifests.said(builder(statement))
	not is_accepted(builder(statement))
}

attribute(statement) := "builder" if statement.attributes.kind == "provenance"

attribute(statement) := "result" if {
	statement.attributes.kind == "verification_summary"
	not has_passed(statement)
}

attribute(statement) := "verified_levels" if {
	statement.attributes.kind == "verification_summary"
	has_passed(statement)
}

has_passed(statement) if statement.attributes.result == "PASSED"

levels(statement) := reading.texts(object.get(statement.attributes, "verified_levels", []))

faults(statement) := ["says that verification did not pass"] if {
	statement.attributes.kind == "verification_summary"
	not has_passed(statement)
}

faults(statement) := [sprintf("verified only %s, which does not suffice", [shown])] if {
	statement.attributes.kind == "verification_summary"
	has_passed(statement)
	count({level | some level in levels(statement); level in input.parameters.accepted_levels}) == 0
	shown := concat(", ", [level | some level in array.concat(levels(statement), ["no level"]); is_shown(level, statement)])
}

is_shown("no level", statement) if count(levels(statement)) == 0

is_shown(level, statement) if level in levels(statement)

deny contains finding if {
	some statement in input.resources.attestation
	statement.key in judged
	some fault in faults(statement)
	finding := {
		"resource": statement.key,
		"attribute": attribute(statement),
		"message": sprintf("%s %s", [statement.address, fault]),
	}
}

# Where others are trusted, a summary by somebody who is not is nobody's word; PRV-001 says so of provenance.
deny contains finding if {
	some statement in input.resources.attestation
	statement.key in judged
	statement.attributes.kind == "verification_summary"
	attestations.is_refuted(statement)
	finding := {
		"resource": statement.key,
		"attribute": "verification",
		"evidence": "signer",
		"message": sprintf("%s is signed by nobody who is trusted: %s", [statement.address, statement.attributes.reason]),
	}
}
