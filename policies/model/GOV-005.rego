# METADATA
# title: DPIA, FRIA and the record of processing are referenced where they are due
# description: >-
#   Personal data belong into the record of processing activities. Special categories, profiling or large-scale
#   processing call for a data protection impact assessment, and some deployers of high-risk systems owe one for
#   fundamental rights: public services, and whoever scores credit or prices life and health insurance. A release
#   without the reference was made without the assessment, or by people who do not know of it.
# related_resources:
#   - https://gdpr-info.eu/art-35-gdpr/
#   - https://gdpr-info.eu/art-30-gdpr/
#   - https://artificialintelligenceact.eu/article/27/
# custom:
#   id: GOV-005
#   severity: high
#   applies_to:
#     format: model
#     types: [model]
#   remediation: >-
#     Write the references into `privacy.ropa_ref`, `dpia_ref` and `fria_ref` of model-release.yaml. A deployer says
#     with `eu_ai_act.public_service` whether it is a public body or provides a public service.
package releasegate.gov_005

import rego.v1

import data.lib.data_classes
import data.lib.manifests
import data.lib.models
import data.lib.statements

skip contains key if some key in manifests.others

skip contains model.key if {
	some model in manifests.releases
	count(wanted(model)) == 0
	not may_owe_fria(model)
}

wanted(model) := array.concat(array.concat(records(model), protection(model)), rights(model))

records(model) := [{
	"names": [["privacy", "ropa_ref"]],
	"words": "its entry in the record of processing activities",
}] if {
	data_classes.is_personal(model)
} else := []

protection(model) := [{
	"names": [["privacy", "dpia_ref"]],
	"words": "a data protection impact assessment",
}] if {
	data_classes.is_personal(model)
	is_risky(model)
} else := []

# Health data are a special category.
is_risky(model) if count(data_classes.judged_by(model) & {"special", "phi"}) > 0

is_risky(model) if {
	some key in ["profiling", "large_scale", "automated_decisions"]
	statements.is_declared(model, ["privacy", key])
}

# --- Fundamental rights ---------------------------------------------------------------------------

fria := {"names": [["privacy", "fria_ref"]], "words": "a fundamental rights impact assessment"}

rights(model) := [fria] if {
	is_deployed(model)
	owes_fria(model)
} else := []

is_deployed(model) if {
	"high" in statements.classes(model)
	"deployer" in statements.roles(model)
	statements.is_about_people(model)
}

owes_fria(model) if count(statements.annex_points(model) & {"5b", "5c"}) > 0

owes_fria(model) if statements.is_declared(model, ["eu_ai_act", "public_service"])

may_owe_fria(model) if {
	is_deployed(model)
	not owes_fria(model)
	count(models.declared(model, ["eu_ai_act", "public_service"])) == 0
	not statements.is_said(model, fria.names)
}

deny contains finding if {
	some model in manifests.releases
	finding := statements.complaint(model, statements.missing(model, wanted(model)), "does not reference")
}

unknown contains finding if {
	some model in manifests.releases
	finding := statements.question(model, wanted(model), "references")
}

unknown contains finding if {
	some model in manifests.releases
	may_owe_fria(model)
	finding := {
		"resource": model.key,
		"attribute": "privacy.fria_ref",
		"evidence": "fria",
		"message": sprintf("%s: whether it needs %s is not known", [model.address, fria.words]),
		"cause": "eu_ai_act.public_service does not say whether the deployer provides a public service",
	}
}
