# METADATA
# title: Data classification is declared from a fixed vocabulary
# description: >-
#   The class of the data decides which encryption, logging and access rules are due, and whether GDPR and HIPAA are
#   judged at all. A release that does not say it gets the rules of harmless data. Data sets in an ML-BOM are asked too,
#   because that is where a model trained on patients' records shows; model cards have no place for it.
# related_resources:
#   - https://eur-lex.europa.eu/eli/reg/2016/679/oj
#   - https://cyclonedx.org/docs/1.6/json/
# custom:
#   id: CLS-001
#   severity: high
#   applies_to:
#     types: [release, model]
#   parameters:
#     vocabulary: [public, internal, confidential, restricted, personal, special, phi]
#     personal: [personal, special, phi]
#   remediation: >-
#     Write `data.classification` into model-release.yaml: public, internal, confidential, restricted, personal, special
#     (GDPR Article 9) or phi, the most sensitive that applies. In a CycloneDX ML-BOM give every entry of
#     `modelParameters.datasets` its `classification`.
package releasegate.cls_001

import rego.v1

import data.lib.manifests
import data.lib.releasegate as lib

# --- Who is asked -------------------------------------------------------------------------------

skip contains r.key if {
	some r in input.resources.release
	count(manifests.releases) > 0
}

skip contains model.key if {
	some model in input.resources.model
	not model in manifests.releases
	not model in bills
}

# Bills of materials with data sets that are about this release, and not about a model from elsewhere.
bills contains model if {
	some model in input.resources.model
	model.attributes.source == "ml-bom"
	count(object.get(model.attributes, "datasets", [])) > 0
	is_ours(model)
}

is_ours(_) if count(manifests.releases) == 0

is_ours(model) if {
	some described in lib.linked_from(model.key, "describes")
	described in manifests.releases
}

# --- Declared at all ----------------------------------------------------------------------------

declared(r) := object.get(r.attributes, ["declared", "data"], [])

deny contains finding if {
	some r in input.resources.release
	count(declared(r)) == 0
	finding := {
		"resource": r.key,
		"attribute": "declared.data",
		"evidence": "missing",
		"message": "nothing in the release says what kind of data the model works with",
	}
}

classification(model) := manifests.stated(model, ["data", "classification"])

deny contains finding if {
	some model in manifests.releases
	not manifests.said(classification(model))
	finding := {
		"resource": model.key,
		"attribute": "data.classification",
		"evidence": "missing",
		"message": sprintf("%s does not say what kind of data the model works with", [model.address]),
	}
}

deny contains finding if {
	some model in bills
	some i, dataset in model.attributes.datasets
	not manifests.said(object.get(dataset, "classification", ""))
	finding := {
		"resource": model.key,
		"attribute": sprintf("datasets[%d].classification", [i]),
		"evidence": "missing",
		"message": sprintf("%s does not classify the data set %s", [model.address, name(dataset)]),
	}
}

name(dataset) := dataset.name

name(dataset) := "it was trained on" if not dataset.name

# --- In the words of the vocabulary -------------------------------------------------------------

is_known(value) if {
	is_string(value)
	lower(value) in {lower(word) | some word in input.parameters.vocabulary}
}

said_where contains {"resource": r, "attribute": "declared.data", "value": value} if {
	some r in input.resources.release
	some value in declared(r)
}

said_where contains {"resource": model, "attribute": "data.classification", "value": classification(model)} if {
	some model in manifests.releases
}

said_where contains {"resource": model, "attribute": attribute, "value": dataset.classification} if {
	some model in manifests.releases | bills
	some i, dataset in model.attributes.datasets
	attribute := sprintf("datasets[%d].classification", [i])
}

deny contains finding if {
	some each in said_where
	manifests.said(each.value)
	not is_known(each.value)
	finding := {
		"resource": each.resource.key,
		"attribute": each.attribute,
		"evidence": "vocabulary",
		"message": sprintf(
			"%s: %v is no class of data; known are %s",
			[each.resource.address, each.value, concat(", ", input.parameters.vocabulary)],
		),
	}
}

# --- And not below what the model was trained on ------------------------------------------------

is_personal(value) if {
	is_string(value)
	lower(value) in input.parameters.personal
}

admits_personal_data(model) if is_personal(classification(model))

admits_personal_data(model) if manifests.stated(model, ["data", "personal_data"]) == true

admits_personal_data(model) if manifests.stated(model, ["data", "special_categories"]) == true

trained_on(model) := {{"resource": other, "index": i, "dataset": dataset} |
	some other in {model} | lib.linked_to(model.key, "describes")
	some i, dataset in other.attributes.datasets
}

deny contains finding if {
	some model in manifests.releases
	is_known(classification(model))
	not admits_personal_data(model)
	some use in trained_on(model)
	is_personal(use.dataset.classification)
	finding := {
		"resource": model.key,
		"attribute": "data.classification",
		"evidence": "understated",
		"message": sprintf(
			"%s is classified %s, but was trained on %s data (%s)",
			[model.address, classification(model), use.dataset.classification, name(use.dataset)],
		),
		"related": [{
			"resource": use.resource.key,
			"attribute": sprintf("datasets[%d].classification", [use.index]),
			"message": sprintf("%s data", [use.dataset.classification]),
		}],
	}
}
