# METADATA
# title: Only approved versions of a model are released
# description: >-
#   A list of approved versions that those who change a model cannot change alone is what keeps an old, withdrawn or never
#   reviewed version from going live by an edited manifest. What the list denies is denied whatever else it says; a
#   version that it does not name, whose approval is over, or that has another digest than the approved one, is not
#   approved. Without any list there is nothing to hold a version against, and nothing is judged, unless `required`.
# related_resources:
#   - https://csrc.nist.gov/pubs/sp/800/218/a/final
#   - https://eur-lex.europa.eu/eli/reg/2024/1689/oj
#   - https://cwe.mitre.org/data/definitions/1328.html
# custom:
#   id: VER-003
#   severity: critical
#   applies_to:
#     format: model
#     types: [model]
#   parameters:
#     required: false
#   remediation: >-
#     Release a version that the list of approved versions (kind ApprovedModels) approves, with the digest that was
#     approved. To release this one, have it reviewed and let those who keep the list add an entry with `model`,
#     `version`, `digest`, `status: approved`, `by` and `ticket`. A list outside of the repository is given with
#     --approved-versions.
package releasegate.ver_003

import rego.v1

import data.lib.approvals
import data.lib.models
import data.lib.releasegate as lib

# --- Which models ---------------------------------------------------------------------------------
# Those that are released: by a release manifest, by a package made to be deployed, because a workload serves them, or
# because a list knows them. The card of a base model that lies beside is none of this.

judged contains model if {
	some model in input.resources.model
	models.is_leading(model)
	is_released(model)
	approvals.exists
}

is_released(model) if models.is_release(model)

is_released(model) if {
	model.attributes.source in {"kitfile", "modelpack"}
	model.attributes.name
}

is_released(model) if {
	model.attributes.source == "bentofile"
	count(model.attributes.models) == 1
}

is_released(model) if count(lib.linked_to(model.key, "approves")) > 0

is_released(model) if count(models.servers(model)) > 0

skip contains model.key if {
	some model in input.resources.model
	not model in judged
	not is_unlisted(model)
}

# --- Without a list -------------------------------------------------------------------------------

is_unlisted(model) if {
	input.parameters.required == true
	not approvals.exists
	models.is_release(model)
}

deny contains finding if {
	some model in input.resources.model
	is_unlisted(model)
	finding := {
		"resource": model.key,
		"attribute": "version",
		"evidence": "no list",
		"message": sprintf("%s: no list of approved versions is given", [model.address]),
	}
}

# --- Denied ---------------------------------------------------------------------------------------

deny contains finding if {
	some model in judged
	denials := approvals.denials(approvals.subject_of(model))
	count(denials) > 0
	finding := object.union(
		decided_by(model, denials[0]),
		{
			"evidence": "denied",
			"message": sprintf("%s is denied%s", [shown(model), reason(denials[0])]),
		},
	)
}

reason(entry) := sprintf(": %s", [entry.attributes.reason]) if entry.attributes.reason

reason(entry) := "" if not entry.attributes.reason

# --- Not approved ---------------------------------------------------------------------------------

is_denied(model) if count(approvals.denials(approvals.subject_of(model))) > 0

is_approved(model) if count(approvals.approvals(approvals.subject_of(model))) > 0

may_be_approved(model) if count(approvals.open_approvals(approvals.subject_of(model))) > 0

deny contains finding if {
	some model in judged
	not is_denied(model)
	not is_approved(model)
	not may_be_approved(model)
	finding := fault(model)
}

fault(model) := object.union(decided_by(model, over[0]), {"evidence": "expired", "message": message}) if {
	over := approvals.expired(approvals.subject_of(model))
	count(over) > 0
	message := sprintf("the approval of %s ended on %s", [shown(model), over[0].attributes.until])
}

fault(model) := object.union(found, {"attribute": others[0].key}) if {
	count(approvals.expired(approvals.subject_of(model))) == 0
	others := approvals.of_another_artifact(approvals.subject_of(model))
	count(others) > 0
	message := sprintf("%s was approved with another %s", [shown(model), others[0].key])
	found := object.union(decided_by(model, others[0].entry), {"evidence": "artifact", "message": message})
}

fault(model) := {
	"resource": model.key,
	"attribute": "version",
	"evidence": "not listed",
	"message": sprintf("%s is no version that a list approves", [shown(model)]),
	"related": [{"resource": list.key, "message": "the list of approved versions"} | some list in approvals.lists],
} if {
	count(approvals.expired(approvals.subject_of(model))) == 0
	count(approvals.of_another_artifact(approvals.subject_of(model))) == 0
}

# --- Not known ------------------------------------------------------------------------------------

unknown contains finding if {
	some model in judged
	not is_denied(model)
	not is_approved(model)
	open := approvals.open_approvals(approvals.subject_of(model))
	count(open) > 0
	finding := doubt(model, open[0])
}

unknown contains finding if {
	some model in judged
	not is_denied(model)
	is_approved(model)
	open := approvals.open_denials(approvals.subject_of(model))
	count(open) > 0
	finding := doubt(model, open[0])
}

doubt(model, open) := object.union(decided_by(model, open.entry), {"cause": open.cause, "message": message}) if {
	message := sprintf("whether %s is approved is not known: %s", [shown(model), open.cause])
}

# --- Places ---------------------------------------------------------------------------------------

decided_by(model, entry) := {
	"resource": model.key,
	"attribute": "version",
	"related": [{"resource": entry.key, "message": sprintf("%s by this decision", [entry.attributes.status])}],
}

shown(model) := sprintf("%s %v", [model.address, version]) if {
	version := model.attributes.version
	not lib.unresolved(version)
}

shown(model) := model.address if not model.attributes.version

shown(model) := model.address if lib.unresolved(model.attributes.version)
