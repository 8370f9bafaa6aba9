# METADATA
# title: The declared data class is the strictest that is found
# description: >-
#   The class of the data is written in many places: the release manifest, the card and the bill of materials, the
#   data sets, the labels of what serves the model and the tags of the store that holds it. Rules look at each of
#   them, so that one place that says less switches its rules off. The manifest has to declare the strictest class of
#   the data sets; cards, workloads and stores have to say the same as the manifest, a store that several models share
#   the strictest of them. What says nothing is not judged here.
# related_resources:
#   - https://eur-lex.europa.eu/eli/reg/2016/679/oj
#   - https://cyclonedx.org/docs/1.6/json/
#   - https://docs.aws.amazon.com/whitepapers/latest/tagging-best-practices/tagging-best-practices.html
# custom:
#   id: CLS-006
#   severity: high
#   applies_to:
#     format: model
#     types: [model]
#   parameters:
#     # The mildest first.
#     order: [public, internal, confidential, restricted, personal, special, phi]
#     # Other words for them.
#     same:
#       pii: personal
#       personal-data: personal
#       sensitive-personal: special
#       hipaa: phi
#     keys: [data-classification, data-class, classification]
#   remediation: >-
#     Find out which of the two is right, then write it in both: `data.classification` in model-release.yaml and
#     `x-release` of the card, `classification` of the data set in the bill of materials, the label or tag
#     data-classification.
package releasegate.cls_006

import rego.v1

import data.lib.data_classes
import data.lib.labels
import data.lib.manifests
import data.lib.models
import data.lib.reading
import data.lib.releasegate as lib
import data.lib.stores

skip contains key if some key in manifests.others

# --- Classes ------------------------------------------------------------------------------------

order := [data_classes.word(each) | some each in input.parameters.order]

known_as(value) := object.get(input.parameters.same, said, said) if said := data_classes.word(value)

rank(class) := [i | some i, each in order; each == class][0]

strictest(classes) := [class | some class in classes; rank(class) == max({rank(each) | some each in classes})][0]

# What the manifest declares: in words, and with what its flags add.
declared_word(model) := known_as(model.attributes.data.classification)

declared(model) := strictest({class |
	some class in {declared_word(model)} | data_classes.flags(model)
	rank(class) >= 0
})

judged contains model if {
	some model in manifests.releases
	declared(model)
}

skip contains model.key if {
	some model in manifests.releases
	not model in judged
}

# --- What is found ------------------------------------------------------------------------------

# Data sets may be milder than the model; everything else says the class of the whole.
found(model) := array.concat(of_datasets(model), array.concat(of_manifests(model), of_deployment(model)))

of_datasets(model) := [{
	"kind": "data set",
	"resource": use.manifest,
	"attribute": sprintf("datasets[%d].classification", [use.index]),
	"value": use.dataset.classification,
	"name": sprintf("the data set %v", [object.get(use.dataset, "name", "that it was trained on")]),
} |
	some use in data_classes.datasets(model)
	use.dataset.classification
]

of_manifests(model) := [{
	"kind": "manifest",
	"resource": manifest,
	"attribute": "data.classification",
	"value": manifest.attributes.data.classification,
	"name": manifest.address,
} |
	some manifest in models.manifests(model)
	manifest.key != model.key
	manifest.attributes.data.classification
]

of_deployment(model) := array.concat(
	[label |
		some workload in models.servers(model)
		label := labels_of(workload)[0]
	],
	[tag |
		some store in stores_of[model.key]
		tag := tags_of(store)[0]
	],
)

is_class_key(key) if {
	some wanted in input.parameters.keys
	labels.is_key(key, wanted)
}

labels_of(workload) := [{
	"kind": "workload",
	"resource": workload,
	"attribute": reading.path([holder, key]),
	"value": value,
	"name": workload.address,
} |
	some holder in ["object_labels", "labels", "annotations"]
	some key, value in reading.mapping(object.get(workload.attributes, holder, {}))
	is_class_key(key)
]

tags_of(store) := [{
	"kind": "store",
	"resource": store,
	"attribute": reading.path([labels.attribute(store), key]),
	"value": value,
	"name": store.address,
} |
	some key, value in reading.mapping(labels.tags(store))
	is_class_key(key)
]

# Tags that are not known may say it.
tags_of(store) := [{
	"kind": "store",
	"resource": store,
	"attribute": labels.attribute(store),
	"value": labels.tags(store),
	"name": store.address,
}] if {
	labels.is_open(labels.tags(store))
}

# By the model's key; each is asked for several times.
stores_of[model.key] contains store if {
	some model in judged
	some holder in holders(model)
	some store in lib.linked_from(holder.key, "stores_in")
	stores.called(store)
}

holders(model) := models.servers(model) | {holder |
	some manifest in models.manifests(model)
	some holder in {manifest} | lib.children(manifest.key)
}

# The strictest of the models that lie in a store, by the store's key.
strictest_in[key] := strictest({declared(other) | some other in there}) if some key, there in tenants

tenants[store.key] contains model if {
	some model in judged
	some store in stores_of[model.key]
}

expected_in(model, each) := declared(model) if each.kind != "store"

expected_in(_, each) := strictest_in[each.resource.key] if each.kind == "store"

# --- Findings -----------------------------------------------------------------------------------

disagrees(model, each) if {
	each.kind == "data set"
	rank(known_as(each.value)) > rank(declared(model))
}

disagrees(model, each) if {
	each.kind != "data set"
	rank(known_as(each.value)) != rank(expected_in(model, each))
	not is_word_of(model, each)
}

# The flags may say more than the word, which is then the same in both.
is_word_of(model, each) if {
	each.kind != "store"
	known_as(each.value) == declared_word(model)
}

is_word_of(_, each) if {
	each.kind == "store"
	some other in tenants[each.resource.key]
	declared(other) == strictest_in[each.resource.key]
	known_as(each.value) == declared_word(other)
}

deny contains finding if {
	some model in judged
	some each in found(model)
	disagrees(model, each)
	finding := object.union(place(model, each), {"message": sprintf("%s is declared %s, but %s says %v", [
		model.address, declared(model), each.name, each.value,
	])})
}

unknown contains finding if {
	some model in judged
	some each in found(model)
	cause := doubt(each.value)
	finding := object.union(place(model, each), {
		"message": sprintf("%s is declared %s; whether %s says the same is not known: %s", [
			model.address, declared(model), each.name, cause,
		]),
		"cause": cause,
	})
}

doubt(value) := reading.cause(value)

doubt(value) := sprintf("%s is no class that could be compared; known are %s", [value, concat(", ", order)]) if {
	manifests.said(value)
	not reading.placeholder(value)
	not known_as(value) in order
}

place(model, each) := {
	"resource": model.key,
	"attribute": "data.classification",
	"evidence": sprintf("%s %s", [each.resource.key, each.attribute]),
	"related": [{
		"resource": each.resource.key,
		"attribute": each.attribute,
		"message": sprintf("%s says it", [each.name]),
	}],
}
