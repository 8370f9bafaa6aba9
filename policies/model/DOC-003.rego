# METADATA
# title: Results of the evaluation are declared, also for parts of the data
# description: >-
#   A single figure over all the data hides the group, site or language for which the model is much worse. Whoever
#   relies on it has to see how good it is, and how good it is for people like theirs. A slice, or the same metric on
#   several data sets, counts; `all` is no slice.
# related_resources:
#   - https://huggingface.co/docs/hub/model-cards#evaluation-results
#   - https://cyclonedx.org/capabilities/mlbom/
#   - https://eur-lex.europa.eu/eli/reg/2024/1689/oj
# custom:
#   id: DOC-003
#   severity: medium
#   applies_to:
#     format: model
#     types: [model]
#   parameters:
#     whole: [aggregate, all, everything, full, overall, test, total, train, validation, whole]
#   remediation: >-
#     List the results under `metrics` of model-release.yaml with `type`, `value`, `dataset` and `slice` (80 years and
#     older), or under `quantitativeAnalysis.performanceMetrics` of the ML-BOM, at least one of them for a slice.
package releasegate.doc_003

import rego.v1

import data.lib.manifests
import data.lib.models
import data.lib.reading
import data.lib.statements

skip contains key if some key in statements.others

metrics(model) := {{"manifest": manifest, "attribute": sprintf("metrics[%d]", [i]), "metric": metric} |
	some manifest in models.manifests(model)
	some i, metric in reading.items(object.get(manifest.attributes, "metrics", []))
	is_object(metric)
}

figures(model) := {each | some each in metrics(model); is_figure(each.metric.value)}

is_figure(value) if is_number(value)

is_figure(value) if {
	is_string(value)
	regex.match(`[0-9]`, value)
	not reading.placeholder(value)
}

open(model) := [each | some each in metrics(model); reading.cause(each.metric.value)]

is_sliced(model) if {
	some each in figures(model)
	manifests.said(each.metric.slice)
	not lower(sprintf("%v", [each.metric.slice])) in input.parameters.whole
}

is_sliced(model) if {
	some one in figures(model)
	some other in figures(model)
	one.metric.type == other.metric.type
	manifests.said(one.metric.dataset)
	manifests.said(other.metric.dataset)
	one.metric.dataset != other.metric.dataset
}

deny contains finding if {
	some model in statements.judged
	count(figures(model)) == 0
	count(open(model)) == 0
	finding := {
		"resource": model.key,
		"attribute": "metrics",
		"evidence": "missing",
		"message": sprintf("%s declares no result of an evaluation", [model.address]),
	}
}

deny contains finding if {
	some model in statements.judged
	count(figures(model)) > 0
	not is_sliced(model)
	finding := {
		"resource": model.key,
		"attribute": "metrics",
		"evidence": "slices",
		"message": sprintf("%s declares its quality on all data together, and for no part of it", [model.address]),
		"related": [{"resource": each.manifest.key, "attribute": each.attribute, "message": "result on all data"} |
			some each in figures(model)
			each.manifest.key != model.key
		],
	}
}

unknown contains finding if {
	some model in statements.judged
	count(figures(model)) == 0
	unsure := open(model)
	finding := object.union(
		{
			"resource": model.key,
			"message": sprintf("%s: the results of its evaluation are not known", [model.address]),
			"cause": reading.cause(unsure[0].metric.value),
		},
		statements.spot(model, unsure[0]),
	)
}
