# METADATA
# title: An evaluation of bias is documented
# description: >-
#   A model that judges people, or has learnt from data about them, may be worse for some of them without anybody having
#   wanted it. Whether somebody looked, at which groups, and what came out has to stand in the card, the ML-BOM or the
#   release manifest. A report that is named but not there counts as none.
# related_resources:
#   - https://cyclonedx.org/capabilities/mlbom/
#   - https://eur-lex.europa.eu/eli/reg/2024/1689/oj
# custom:
#   id: DOC-004
#   severity: high
#   applies_to:
#     format: model
#     types: [model]
#   remediation: >-
#     Compare the error rates between the groups that the model meets, and write the result into the card's section on
#     bias, `considerations.fairnessAssessments` of the ML-BOM, or `fairness` (`statement`, `report`, `groups`) of
#     model-release.yaml.
package releasegate.doc_004

import rego.v1

import data.lib.data_classes
import data.lib.statements

skip contains key if some key in statements.others

# The question is asked where a model is high-risk or works with data about people.
skip contains model.key if {
	some model in statements.judged
	not "high" in statements.classes(model)
	not data_classes.is_personal(model)
}

wanted := [{
	"names": [["fairness", "report"], ["fairness", "statement"], ["fairness", "groups"]],
	"words": "evaluation of bias",
}]

deny contains finding if {
	some model in statements.judged
	finding := statements.complaint(model, statements.missing(model, wanted), "documents no")
}

unknown contains finding if {
	some model in statements.judged
	finding := statements.question(model, wanted, "documents an")
}
