# METADATA
# title: Signature format is current and logged
# description: >-
#   The first format of model signing lists no ignored paths and says nothing of how the files were hashed, so that what
#   it covers cannot be told. A digest by MD5 or SHA-1 can be met by another file. A certificate that Sigstore gave out
#   lives for minutes: only the entry in the transparency log shows that it was valid when the model was signed.
# related_resources:
#   - https://github.com/sigstore/model-transparency/blob/main/CHANGELOG.md
#   - https://docs.sigstore.dev/logging/overview/
#   - https://csrc.nist.gov/projects/hash-functions
# custom:
#   id: SIG-006
#   severity: medium
#   applies_to:
#     format: model
#     types: [signature]
#   parameters:
#     algorithms: [sha256, sha384, sha512, blake2b, blake3]
#   remediation: >-
#     Sign the model again with model-signing 1.0 or later. Without a key of your own (`model_signing sign sigstore`) the
#     entry in the log is made by itself; keep the bundle as it is written.
package releasegate.sig_006

import rego.v1

deny contains finding if {
	some signature in input.resources.signature
	found := faults(signature)
	count(found) > 0
	finding := {
		"resource": signature.key,
		"attribute": found[0].attribute,
		"message": sprintf("%s %s", [signature.attributes.path, concat(", and ", [each.what | some each in found])]),
	}
}

faults(signature) := array.concat(
	[{"attribute": "predicate_type", "what": sprintf("has the old format %s", [kind])} |
		not signature.attributes.is_current
		kind := signature.attributes.predicate_type
	],
	array.concat(
		[{"attribute": "files", "what": sprintf("signs by %s, which proves too little", [concat(", ", weak)])} |
			weak := sort({entry.algorithm |
				some entry in signature.attributes.files
				not lower(entry.algorithm) in input.parameters.algorithms
			})
			count(weak) > 0
		],
		[{"attribute": "logged", "what": "has no entry in a transparency log"} |
			signature.attributes.kind == "identity"
			not signature.attributes.logged
		],
	),
)
