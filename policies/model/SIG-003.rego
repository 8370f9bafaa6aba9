# METADATA
# title: Signature covers code, configuration and the model card
# description: >-
#   Whoever signs can have files left out, and every verifier follows that list without a word: a changed README, chat
#   template, tokenizer or modeling_x.py still verifies. Files of git, signatures and attestations, and manifests that
#   name the signed digest themselves cannot be signed and may be on the list.
# related_resources:
#   - https://sigstore.github.io/model-transparency/
#   - https://huggingface.co/docs/transformers/main/en/models#custom-models
# custom:
#   id: SIG-003 # lint:ignore=missing-unknown-fixture (a folder of too many files)
#   severity: high
#   applies_to:
#     format: model
#     types: [signature]
#   parameters:
#     may_be_left_out:
#       - ^\.git(/|$)
#       - ^\.git(attributes|hub|ignore|modules)(/|$)
#       - \.(sig|sigstore|sigstore\.json|intoto\.jsonl)$
#       - (^|/)model-release\.(ya?ml|json)$
#       - \.(cdx|spdx)\.json$
#     matters: >-
#       (?i)(^|/)(readme[^/]*|license[^/]*\.py|tokenizer[^/]*|vocab[^/]*|merges\.txt|spiece\.model|modelfile|kitfile|mlmodel)$|\.(py|pyc|so|dll|dylib|js|lua|sh|ipynb|json|jsonl|ya?ml|toml|ini|cfg|jinja2?|j2|pbtxt|model|md|txt|whl|safetensors|gguf|onnx|keras|h5|hdf5|pb|bin|pt|pth|ckpt|pkl|pickle|joblib|dill|npz|npy)$
#   remediation: >-
#     Sign again without --ignore-paths for the files named here. What is not handed out with the model goes into another
#     folder instead of on the list.
package releasegate.sig_003

import rego.v1

import data.lib.model_files
import data.lib.releasegate as lib

may_be_left_out(name) if {
	some pattern in input.parameters.may_be_left_out
	regex.match(pattern, name)
}

matters(name) if {
	not may_be_left_out(name)
	regex.match(trim_space(input.parameters.matters), name)
}

# What the list names, and what lies in the folders that it names.
left_out(signature) := {name |
	some name in signature.attributes.ignore_paths
	matters(name)
} | {name |
	some path in signature.attributes.ignored
	name := trim_prefix(trim_prefix(path, signature.attributes.root), "/")
	matters(name)
} | {"every file" | some name in signature.attributes.ignore_paths; name in {".", "./", ""}}

deny contains finding if {
	some signature in input.resources.signature
	found := sort(left_out(signature))
	count(found) > 0
	finding := {
		"resource": signature.key,
		"attribute": "ignore_paths",
		"evidence": "left out",
		"message": sprintf("%s leaves out %s, which may change unnoticed", [signature.attributes.path, said(found)]),
		"related": [{"resource": f.key, "message": "no signature covers this file"} |
			some path in array.slice(sort(signature.attributes.ignored), 0, 20)
			f := model_files.file(path)
			trim_prefix(trim_prefix(path, signature.attributes.root), "/") in left_out(signature)
		],
	}
}

said(found) := concat(", ", found) if count(found) < 5

said(found) := sprintf("%s and %d more", [concat(", ", array.slice(found, 0, 4)), count(found) - 4]) if count(found) > 4

unknown contains finding if {
	some signature in input.resources.signature
	count(left_out(signature)) == 0
	not signature.attributes.ignored
	some name in signature.attributes.ignore_paths
	not may_be_left_out(name)
	cause := lib.cause(signature.attributes.unsigned)
	finding := {
		"resource": signature.key,
		"attribute": "ignore_paths",
		"message": sprintf("%s may leave out files that matter: %s", [signature.attributes.path, cause]),
		"cause": cause,
	}
}
