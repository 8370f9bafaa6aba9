# METADATA
# title: A named owner and a security contact exist
# description: >-
#   When the model misbehaves or somebody reports a hole in it, the first hours go into finding out whose it is. The
#   manifest names who answers for the model and where security findings go; a mailbox such as info@ that nobody in
#   particular reads is neither.
# related_resources:
#   - https://www.rfc-editor.org/rfc/rfc9116
#   - https://eur-lex.europa.eu/eli/reg/2024/1689/oj
# custom:
#   id: GOV-001
#   severity: high
#   applies_to:
#     format: model
#     types: [model]
#   parameters:
#     generic_mailboxes:
#       - contact
#       - hello
#       - info
#       - kontakt
#       - mail
#       - no-reply
#       - noreply
#       - office
#       - postmaster
#       - reception
#       - webmaster
#   remediation: >-
#     Fill in `owner.name`, `owner.email` and `owner.security_contact` in model-release.yaml. A team with its own address
#     is fine; write the one that is read by the people who can act on it.
package releasegate.gov_001

import rego.v1

import data.lib.manifests

skip contains key if some key in manifests.others

wanted := [
	{"key": "name", "words": "the owner"},
	{"key": "email", "words": "the owner's e-mail address"},
	{"key": "security_contact", "words": "a security contact"},
]

missing(model) := [each |
	some each in wanted
	not manifests.said(manifests.stated(model, ["owner", each.key]))
]

deny contains finding if {
	some model in manifests.releases
	absent := missing(model)
	count(absent) > 0
	finding := {
		"resource": model.key,
		"attribute": sprintf("owner.%s", [absent[0].key]),
		"evidence": "missing",
		"message": sprintf("%s does not name %s", [model.address, concat(", ", [each.words | some each in absent])]),
	}
}

deny contains finding if {
	some model in manifests.releases
	some key in ["email", "security_contact"]
	address := manifests.stated(model, ["owner", key])
	is_generic(address)
	finding := {
		"resource": model.key,
		"attribute": sprintf("owner.%s", [key]),
		"evidence": "generic",
		"message": sprintf("%s: %s is a mailbox of nobody in particular (owner.%s)", [model.address, address, key]),
	}
}

is_generic(address) if {
	is_string(address)
	contains(address, "@")
	mailbox := split(split(trim_prefix(lower(trim_space(address)), "mailto:"), "@")[0], "+")[0]
	mailbox in {lower(generic) | some generic in input.parameters.generic_mailboxes}
}
