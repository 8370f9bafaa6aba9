# METADATA
# title: Signing keys are HSM-backed
# description: >-
#   Whoever holds the key that signs models can sign another one. A key that was made in an HSM and never leaves it
#   can be misused only while somebody has access, and not copied. Keys of AWS KMS are in HSMs always; Google Cloud
#   makes them in software unless told otherwise, Azure by the type of the key. On Azure, keys that also encrypt or
#   wrap are taken for other keys, unless they are called after signing.
# related_resources:
#   - https://docs.aws.amazon.com/kms/latest/developerguide/symmetric-asymmetric.html
#   - https://docs.cloud.google.com/kms/docs/algorithms
#   - https://learn.microsoft.com/azure/key-vault/keys/about-keys
# custom:
#   id: SIG-007
#   severity: medium
#   applies_to:
#     format: terraform
#     types:
#       - aws_kms_key
#       - google_kms_crypto_key
#       - azurerm_key_vault_key
#       - azurerm_key_vault_managed_hardware_security_module_key
#   parameters:
#     google_levels: [HSM, HSM_SINGLE_TENANT, EXTERNAL, EXTERNAL_VPC]
#     azure_types: [EC-HSM, RSA-HSM, OCT-HSM]
#   remediation: >-
#     Google Cloud: `version_template { protection_level = "HSM" }` (a key cannot be moved there later: make a new
#     one, sign anew). Azure: `key_type = "EC-HSM"` or `"RSA-HSM"` in a vault of the Premium tier. Then revoke the old
#     key.
package releasegate.sig_007

import rego.v1

import data.lib.decisions
import data.lib.reading
import data.lib.releasegate as lib
import data.lib.settings

# --- AWS: always in an HSM ------------------------------------------------------------------------

skip contains r.key if {
	some r in input.resources.aws_kms_key
	r.attributes.key_usage != "SIGN_VERIFY"
}

skip contains r.key if {
	some r in input.resources.aws_kms_key
	not "key_usage" in object.keys(r.attributes)
}

# --- Google Cloud ---------------------------------------------------------------------------------

google contains r if some r in input.resources.google_kms_crypto_key

skip contains r.key if {
	some r in google
	not may_sign(r)
}

may_sign(r) if r.attributes.purpose == "ASYMMETRIC_SIGN"

may_sign(r) if lib.unresolved(r.attributes.purpose)

level := ["version_template", "protection_level"]

in_hsm(r) := decisions.any_of(decisions.setting(r, level, {each | some each in input.parameters.google_levels}, false))

deny contains finding if {
	some r in google
	r.attributes.purpose == "ASYMMETRIC_SIGN"
	decisions.is_no(in_hsm(r))
	finding := {
		"resource": r.key,
		"attribute": in_hsm(r).attribute,
		"message": sprintf("%s signs with a key that is kept in software", [r.address]),
	}
}

unknown contains finding if {
	some r in google
	may_sign(r)
	decisions.is_open(in_hsm(r))
	finding := open_finding(r, in_hsm(r).attribute, lib.cause(in_hsm(r).is))
}

unknown contains finding if {
	some r in google
	lib.unresolved(r.attributes.purpose)
	decisions.is_no(in_hsm(r))
	finding := open_finding(r, "purpose", lib.cause(r.attributes.purpose))
}

open_finding(r, attribute, cause) := {
	"resource": r.key,
	"attribute": attribute,
	"message": sprintf("%s may sign with a key that is kept in software: %s", [r.address, cause]),
	"cause": cause,
}

# --- Azure ----------------------------------------------------------------------------------------

azure contains r if some r in input.resources.azurerm_key_vault_key

options(r) := {lower(each) | some each in reading.texts(r.attributes.key_opts)}

other_uses := {"encrypt", "decrypt", "wrapkey", "unwrapkey"}

is_for_signing(r) if {
	"sign" in options(r)
	count(options(r) & other_uses) == 0
	count(open_options(r)) == 0
}

is_for_signing(r) if {
	"sign" in options(r)
	is_called_so(r)
}

is_called_so(r) if regex.match(`(?i)sign|cosign|attest`, reading.text(r.attributes.name))

# What is not known of the options.
open_options(r) := settings.unknown_in(r.attributes, `^key_opts(\[\d+\])?$`)

may_be_for_signing(r) if {
	not is_for_signing(r)
	count(open_options(r)) > 0
	may_be_alone(r)
}

may_be_alone(r) if count(options(r) & other_uses) == 0

may_be_alone(r) if is_called_so(r)

skip contains r.key if {
	some r in azure
	not is_for_signing(r)
	not may_be_for_signing(r)
}

is_hardware(r) := decisions.accepts(r, found, {each | some each in input.parameters.azure_types}) if {
	found := {"attribute": "key_type", "value": object.get(r.attributes, "key_type", "")}
}

deny contains finding if {
	some r in azure
	is_for_signing(r)
	decisions.is_no(is_hardware(r))
	finding := {
		"resource": r.key,
		"attribute": "key_type",
		"message": sprintf("%s signs with a key that is kept in software", [r.address]),
	}
}

unknown contains finding if {
	some r in azure
	is_for_signing(r)
	decisions.is_open(is_hardware(r))
	finding := open_finding(r, "key_type", lib.cause(is_hardware(r).is))
}

unknown contains finding if {
	some r in azure
	may_be_for_signing(r)
	not decisions.is_yes(is_hardware(r))
	some part in open_options(r)
	finding := open_finding(r, part.attribute, lib.cause(part.value))
}

# In a managed HSM every key is in hardware.
managed contains r if some r in input.resources.azurerm_key_vault_managed_hardware_security_module_key

skip contains r.key if {
	some r in managed
	not "sign" in options(r)
	count(open_options(r)) == 0
}
