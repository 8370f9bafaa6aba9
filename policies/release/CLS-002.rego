# METADATA
# title: The deployment pattern is allowed for the classification
# description: >-
#   Where a model may run is the organisation's decision, and the class of its data is what it hangs on. The manifest
#   says both, the matrix says which go together. Neither GDPR nor HIPAA forbids the public cloud: they ask for
#   safeguards and contracts, so that by default every pattern is allowed and it only has to be said for sensitive
#   classes. An organisation that decided otherwise narrows the matrix. A model that is said to run on the premises
#   alone, and whose weights lie in a bucket of a cloud, contradicts itself.
# related_resources:
#   - https://eur-lex.europa.eu/eli/reg/2016/679/oj
#   - https://www.hhs.gov/hipaa/for-professionals/special-topics/health-information-technology/cloud-computing/index.html
#   - https://csrc.nist.gov/pubs/sp/800/145/final
# custom:
#   id: CLS-002
#   severity: high
#   applies_to:
#     format: model
#     types: [model]
#   parameters:
#     # Models with these classes have to say where they run.
#     declared_for: [restricted, personal, special, phi]
#     matrix:
#       public: [public_cloud, private_cloud, hybrid, on_premises, edge]
#       internal: [public_cloud, private_cloud, hybrid, on_premises, edge]
#       confidential: [public_cloud, private_cloud, hybrid, on_premises, edge]
#       restricted: [public_cloud, private_cloud, hybrid, on_premises, edge]
#       personal: [public_cloud, private_cloud, hybrid, on_premises, edge]
#       special: [public_cloud, private_cloud, hybrid, on_premises, edge]
#       phi: [public_cloud, private_cloud, hybrid, on_premises, edge]
#   remediation: >-
#     Write `deployment.pattern` into model-release.yaml (public_cloud, private_cloud, hybrid, on_premises, edge), and
#     move the model where its class may not be there. The matrix is the parameter of that name in releasegate.yaml.
package releasegate.cls_002

import rego.v1

import data.lib.data_classes
import data.lib.manifests
import data.lib.models
import data.lib.releasegate as lib

skip contains key if some key in manifests.others

# A model that says nothing of its data is CLS-001's.
judged contains model if {
	some model in manifests.releases
	count(data_classes.of_model(model)) > 0
}

skip contains model.key if {
	some model in manifests.releases
	not model in judged
}

pattern_at := ["deployment", "pattern"]

patterns(model) := {declared | some declared in models.declared(model, pattern_at); manifests.said(declared.value)}

# `On-Premises` is `on_premises`.
plain(value) := regex.replace(lower(sprintf("%v", [value])), `[^a-z0-9]+`, "_")

# --- Declared -----------------------------------------------------------------------------------

deny contains finding if {
	some model in judged
	sensitive := data_classes.of_model(model) & {each | some each in input.parameters.declared_for}
	count(sensitive) > 0
	count(patterns(model)) == 0
	said := [model.address, concat(", ", sort(sensitive))]
	finding := {
		"resource": model.key,
		"attribute": "deployment.pattern",
		"evidence": "missing",
		"message": sprintf("%s (%s) does not say in what kind of place it runs", said),
	}
}

# --- Allowed ------------------------------------------------------------------------------------

deny contains finding if {
	some model in judged
	some declared in patterns(model)
	some class in data_classes.of_model(model)
	allowed := input.parameters.matrix[class]
	not plain(declared.value) in {plain(each) | some each in allowed}
	finding := {
		"resource": model.key,
		"attribute": "deployment.pattern",
		"evidence": class,
		"message": sprintf("%s works with %s data and runs in a %s, which the matrix does not allow", [
			model.address, class, declared.value,
		]),
		"related": said_by(model, declared),
	}
}

unknown contains finding if {
	some model in judged
	some declared in patterns(model)
	some class in data_classes.of_model(model)
	not input.parameters.matrix[class]
	cause := sprintf("the matrix says nothing of the class %s", [class])
	finding := {
		"resource": model.key,
		"attribute": "deployment.pattern",
		"evidence": class,
		"message": sprintf("%s: whether it may run in a %v is not known: %s", [model.address, declared.value, cause]),
		"cause": cause,
	}
}

said_by(model, declared) := [place |
	declared.manifest.key != model.key
	place := {"resource": declared.manifest.key, "attribute": "deployment.pattern", "message": "says so"}
]

# --- True ---------------------------------------------------------------------------------------

# The stores of a cloud that hold the model.
stores_of(model) := {store |
	some manifest in models.manifests(model)
	some holder in {manifest} | lib.children(manifest.key)
	some store in lib.linked_from(holder.key, "stores_in")
	is_in_cloud(store)
} | {store |
	some workload in models.servers(model)
	some store in lib.linked_from(workload.key, "stores_in")
	is_in_cloud(store)
}

# The provider of AWS may be pointed at a store in the own computing centre.
is_in_cloud(store) if not startswith(store.type, "aws_")

is_in_cloud(store) if {
	startswith(store.type, "aws_")
	count([provider |
		some provider in input.resources.terraform_provider
		split(provider.key, "::")[0] == split(store.key, "::")[0]
		provider.attributes.endpoints
	]) == 0
}

deny contains finding if {
	some model in judged
	some declared in patterns(model)
	plain(declared.value) == "on_premises"
	found := stores_of(model)
	count(found) > 0
	names := concat(", ", sort({store.address | some store in found}))
	finding := {
		"resource": model.key,
		"attribute": "deployment.pattern",
		"evidence": "contradiction",
		"message": sprintf("%s is said to be on the premises, but lies in %s", [model.address, names]),
		"related": array.concat(
			said_by(model, declared),
			[{"resource": store.key, "message": "holds it"} | some store in found],
		),
	}
}
