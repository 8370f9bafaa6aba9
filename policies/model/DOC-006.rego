# METADATA
# title: Adversarial and security testing is recorded and recent
# description: >-
#   Attacks on models get better by the month, so that a test of last year says little. model-release.yaml names the day
#   of the last exercise, or an in-toto test result that passed names the model's digest and its day: at most a quarter
#   ago for a high-risk model, a year for any other. A test that failed, or a day that is yet to come, is no test.
# related_resources:
#   - https://github.com/in-toto/attestation/blob/main/spec/predicates/test-result.md
#   - https://www.nist.gov/itl/ai-risk-management-framework
#   - https://eur-lex.europa.eu/eli/reg/2024/1689/oj
# custom:
#   id: DOC-006
#   severity: medium
#   applies_to:
#     format: model
#     types: [model]
#   parameters:
#     high_risk_days: 90
#     other_days: 365
#     not_deployed: [archive, archived, dev, development, experiment, experimental, research, retired, sandbox]
#   remediation: >-
#     Attack the model on purpose (prompt injection, evasion, extraction, with garak, PyRIT or by hand), and write the day
#     to `security_testing.last_red_team` of model-release.yaml with the `report`; or have the pipeline attest the result
#     with the predicate https://in-toto.io/attestation/test-result/v0.1 for the model's digest.
package releasegate.doc_006

import rego.v1

import data.lib.attestations
import data.lib.days
import data.lib.models
import data.lib.reading

skip contains model.key if {
	some model in input.resources.model
	not attestations.judged(model, input.parameters.not_deployed)
}

is_high_risk(model) if {
	some each in models.declared(model, ["eu_ai_act", "risk_class"])
	is_string(each.value)
	lower(each.value) == "high"
}

limit(model) := input.parameters.high_risk_days if is_high_risk(model)

limit(model) := input.parameters.other_days if not is_high_risk(model)

# --- What is recorded -----------------------------------------------------------------------------

declared(model) := [{"resource": each.manifest, "attribute": each.attribute, "value": each.value} |
	some each in models.declared(model, ["security_testing", "last_red_team"])
	each.value != ""
]

results(model) := {statement |
	some statement in attestations.about(model, "test_result")
	not attestations.is_refuted(statement)
}

passed(model) := [{"resource": statement, "attribute": "time", "value": statement.attributes.time} |
	some statement in results(model)
	statement.attributes.result == "PASSED"
	statement.attributes.time
]

dated(model) := array.concat(declared(model), passed(model))

is_recent(model) if {
	some each in dated(model)
	age := days.age(each.value)
	age >= 0
	age <= limit(model)
}

# --- What is not known ----------------------------------------------------------------------------

why_open(model) := [cause | some each in dated(model); cause := reading.cause(each.value)][0]

why_open(model) := "the test result does not say when the test was" if {
	count([each | some each in dated(model); reading.cause(each.value)]) == 0
	count(dated(model)) == 0
	some statement in results(model)
	statement.attributes.result == "PASSED"
	not statement.attributes.time
}

why_open(model) := "the scan has no day to compare it with" if {
	count(dated(model)) > 0
	not days.today
	count([each | some each in dated(model); reading.cause(each.value)]) == 0
}

# --- Findings -------------------------------------------------------------------------------------

failed contains {"model": model, "statement": statement} if {
	some model in input.resources.model
	attestations.judged(model, input.parameters.not_deployed)
	some statement in results(model)
	statement.attributes.result == "FAILED"
	not is_outdated(model, statement)
}

# A later result that passed, of the same model, takes the place of one that failed.
is_outdated(model, statement) if {
	some each in passed(model)
	days.day(each.value) > days.day(statement.attributes.time)
}

deny contains finding if {
	some each in failed
	finding := {
		"resource": each.model.key,
		"attribute": "digest",
		"evidence": "failed",
		"message": sprintf("%s failed its security test", [each.model.address]),
		"related": [{"resource": each.statement.key, "attribute": "result", "message": "is what the test came to"}],
	}
}

deny contains finding if {
	some model in input.resources.model
	attestations.judged(model, input.parameters.not_deployed)
	not is_recent(model)
	not why_open(model)
	count([each | some each in failed; each.model.key == model.key]) == 0
	finding := object.union(
		{"resource": model.key, "evidence": "recent", "message": sprintf("%s %s", [model.address, words(model)])},
		place(model),
	)
}

words(model) := "records no security test" if count(dated(model)) == 0

words(model) := sprintf("records a security test %s", [how(model)]) if count(dated(model)) > 0

# Of several the latest that has been.
how(model) := sprintf("of %d days ago; at most %d are allowed", [min(ages(model)), limit(model)]) if {
	count(ages(model)) > 0
}

how(model) := "on a day that is yet to come, or is none" if count(ages(model)) == 0

ages(model) := {age | some each in dated(model); age := days.age(each.value); age >= 0}

place(model) := {"attribute": "security_testing"} if count(dated(model)) == 0

place(model) := {"attribute": each.attribute} if {
	each := latest(model)
	each.resource.key == model.key
}

place(model) := {"attribute": "security_testing", "related": [related]} if {
	each := latest(model)
	each.resource.key != model.key
	related := {"resource": each.resource.key, "attribute": each.attribute, "message": "is the last test"}
}

latest(model) := [each | some value in reverse_sorted(model); some each in dated(model); each.value == value][0]

reverse_sorted(model) := array.reverse(sort([each.value | some each in dated(model)]))

unknown contains finding if {
	some model in input.resources.model
	attestations.judged(model, input.parameters.not_deployed)
	not is_recent(model)
	count([each | some each in failed; each.model.key == model.key]) == 0
	finding := {
		"resource": model.key,
		"attribute": "security_testing",
		"message": sprintf("%s: whether its security test is recent is not known", [model.address]),
		"cause": why_open(model),
	}
}
