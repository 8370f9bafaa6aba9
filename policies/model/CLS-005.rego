# METADATA
# title: De-identification or differential privacy of personal training data is declared
# description: >-
#   A model that was trained on people's data can give it away again, and the law asks for as little of it as the
#   purpose needs. How people were made unrecognisable before training, or how large the privacy budget of the
#   training was, is known to those who trained it only; the manifest keeps it. A budget so large that it protects
#   nobody counts as none: by default epsilon up to 10 and delta up to 0.00001. Models whose data sets are all
#   classified, and none of them personal, are left out.
# related_resources:
#   - https://eur-lex.europa.eu/eli/reg/2016/679/oj
#   - https://csrc.nist.gov/pubs/sp/800/226/final
#   - https://opacus.ai/docs/introduction
# custom:
#   id: CLS-005
#   severity: medium
#   when:
#     data: [personal, phi]
#   applies_to:
#     format: model
#     types: [model]
#   parameters:
#     maximum_epsilon: 10
#     maximum_delta: 0.00001
#   remediation: >-
#     Write `data.deidentification.method` (safe_harbor, expert_determination, pseudonymisation …) into
#     model-release.yaml, and where the training was differentially private `data.deidentification.dp` with the
#     `epsilon` and `delta` that the accountant of Opacus or TensorFlow Privacy printed.
package releasegate.cls_005

import rego.v1

import data.lib.data_classes
import data.lib.manifests
import data.lib.models

skip contains key if some key in manifests.others

judged contains model if {
	some model in manifests.releases
	data_classes.is_personal(model)
	not is_trained_on_harmless_data(model)
}

skip contains model.key if {
	some model in manifests.releases
	not model in judged
}

is_trained_on_harmless_data(model) if {
	uses := data_classes.datasets(model)
	count(uses) > 0
	every use in uses {
		class := data_classes.word(use.dataset.classification)
		not class in data_classes.personal
		manifests.said(class)
	}
}

# --- Declared at all ----------------------------------------------------------------------------

budgets(model) := {declared |
	some declared in models.declared(model, ["data", "deidentification", "dp"])
	is_object(declared.value)
	"epsilon" in object.keys(declared.value)
}

has_method(model) if {
	some declared in models.declared(model, ["data", "deidentification", "method"])
	manifests.said(declared.value)
}

deny contains finding if {
	some model in judged
	not has_method(model)
	count(budgets(model)) == 0
	finding := {
		"resource": model.key,
		"attribute": "data.deidentification.method",
		"evidence": "missing",
		"message": sprintf("%s does not say how the people in its training data were made unrecognisable", [model.address]),
	}
}

# --- Within the budget --------------------------------------------------------------------------

limits := {"epsilon": input.parameters.maximum_epsilon, "delta": input.parameters.maximum_delta}

deny contains finding if {
	some model in judged
	some budget in budgets(model)
	some name, limit in limits
	value := budget.value[name]
	is_number(value)
	value > limit
	finding := object.union(
		place(model, budget, name),
		{"message": sprintf("%s: %s %v of its training protects nobody; %v is the most", [
			model.address, name, value, limit,
		])},
	)
}

unknown contains finding if {
	some model in judged
	some budget in budgets(model)
	some name in object.keys(limits)
	not is_number(budget.value[name])
	cause := doubt(budget.value, name)
	finding := object.union(
		place(model, budget, name),
		{
			"message": sprintf("%s: whether its training protects anybody is not known: %s", [model.address, cause]),
			"cause": cause,
		},
	)
}

doubt(value, name) := sprintf("%s is not written", [name]) if not name in object.keys(value)

doubt(value, name) := sprintf("%s is written as text; write a number", [name]) if name in object.keys(value)

# In the release manifest itself, or beside it where another manifest says it.
place(model, budget, name) := {"resource": model.key, "evidence": name, "attribute": at(name)} if {
	budget.manifest.key == model.key
}

place(model, budget, name) := {
	"resource": model.key,
	"evidence": sprintf("%s of %s", [name, budget.manifest.key]),
	"related": [{"resource": budget.manifest.key, "attribute": at(name), "message": "says the budget"}],
} if {
	budget.manifest.key != model.key
}

at(name) := sprintf("data.deidentification.dp.%s", [name])
