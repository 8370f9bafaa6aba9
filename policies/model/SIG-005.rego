# METADATA
# title: Signer of the model is on the approved list
# description: >-
#   Anybody can sign a model. What counts is that the signature verifies, and that the key, the authority of the
#   certificate or the identity behind it is one that you have named. All of it is checked offline; while nobody is named
#   it is not known whom the signature speaks for.
# related_resources:
#   - https://sigstore.github.io/model-transparency/
#   - https://docs.sigstore.dev/cosign/verifying/verify/
# custom:
#   id: SIG-005
#   severity: high
#   applies_to:
#     format: model
#     types: [signature]
#   remediation: >-
#     Name who may sign: `models.trusted_keys`, `trusted_certificates` or `trusted_identities` with `trust_root` in
#     releasegate.yaml, or --trust-key, --trust-certificate, --trust-identity and --trust-root. Where somebody else has
#     signed, have the model reviewed and signed by one of them.
package releasegate.sig_005

import rego.v1

# That a signature is broken is SIG-002.
skip contains signature.key if {
	some signature in input.resources.signature
	signature.attributes.verification == "invalid"
}

signer(signature) := sprintf("%s (%s)", [signature.attributes.identity, signature.attributes.issuer]) if {
	signature.attributes.kind == "identity"
}

signer(signature) := signature.attributes.identity if signature.attributes.kind == "certificate"

signer(signature) := sprintf("the key %s…", [substring(signature.attributes.key_hint, 0, 12)]) if {
	signature.attributes.kind == "key"
	signature.attributes.key_hint
}

signer(signature) := "a key that it does not name" if {
	signature.attributes.kind == "key"
	not signature.attributes.key_hint
}

deny contains finding if {
	some signature in input.resources.signature
	signature.attributes.verification == "untrusted"
	words := [signature.attributes.path, signer(signature), signature.attributes.reason]
	finding := {
		"resource": signature.key,
		"attribute": "verification",
		"message": sprintf("%s is signed by %s, who is not trusted: %s", words),
	}
}

unknown contains finding if {
	some signature in input.resources.signature
	signature.attributes.verification == "not_verified"
	finding := {
		"resource": signature.key,
		"attribute": "verification",
		"message": sprintf("%s is not verified: %s", [signature.attributes.path, signature.attributes.reason]),
		"cause": signature.attributes.reason,
	}
}
