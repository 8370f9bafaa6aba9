# METADATA
# title: Every deployable model has a signature bundle
# description: >-
#   A digest in a manifest says which file is meant; only a signature says who vouches for it, so that whoever can write
#   to the bucket or to the registry cannot bring in a model of their own. A bundle covers a model by its files, by the
#   folder of its manifest, or by the digest of an artifact that is kept elsewhere.
# related_resources:
#   - https://sigstore.github.io/model-transparency/
#   - https://openssf.org/projects/model-signing/
#   - https://slsa.dev/spec/v1.1/threats
# custom:
#   id: SIG-001
#   severity: high
#   applies_to:
#     format: model
#     types: [model]
#   parameters:
#     not_deployed: [archive, archived, dev, development, experiment, experimental, research, retired, sandbox]
#   remediation: >-
#     Sign the folder with OpenSSF model signing (`model_signing sign key --private_key … --signature model.sig
#     --ignore-paths model.sig .`) and keep model.sig beside the manifest. For weights that are kept elsewhere sign them
#     there, put the bundle beside model-release.yaml, and declare each artifact with its digest.
package releasegate.sig_001

import rego.v1

import data.lib.attestations
import data.lib.model_files
import data.lib.models
import data.lib.releasegate as lib

# One model is judged once, by the manifest that leads the others.
skip contains model.key if {
	some model in input.resources.model
	not is_judged(model)
}

is_judged(model) if {
	models.is_leading(model)
	is_released(model)
	not attestations.is_put_aside(model, input.parameters.not_deployed)
}

# What only mentions a model of somebody else releases nothing.
is_released(model) if models.is_release(model)

is_released(model) if count(model_files.weights(model)) > 0

is_covered(model) if {
	count(model_files.weights(model)) == 0
	count(model_files.signatures(model)) > 0
}

is_covered(model) if {
	some f in model_files.weights(model)
	count(lib.linked_to(f.key, "signs")) > 0
}

deny contains finding if {
	some model in input.resources.model
	is_judged(model)
	not is_covered(model)
	unsigned := sort([f.attributes.path | some f in model_files.weights(model)])
	finding := {
		"resource": model.key,
		"attribute": "name",
		"message": sprintf("%s has no signature: no model.sig covers %s", [model.address, what(unsigned)]),
		"related": [{"resource": model_files.file(path).key, "message": "these weights are not signed"} |
			some path in array.slice(unsigned, 0, 5)
		],
	}
}

what(unsigned) := "its folder or one of its digests" if count(unsigned) == 0

what(unsigned) := unsigned[0] if count(unsigned) == 1

what(unsigned) := sprintf("%s or any of its other %d files", [unsigned[0], count(unsigned) - 1]) if count(unsigned) > 1
