# METADATA
# title: Function and task environments hold no literal secrets
# description: >-
#   A password in an environment variable is in the repository, in the Terraform state, in the console of everyone who
#   may look at the function, and often in crash reports; it is never rotated because that takes a deployment. Names
#   that end like a secret and values in the form of a key or of a URL with a password count. References to Key Vault,
#   Secrets Manager, Parameter Store or a file are left alone, and so are values taken from other resources.
# related_resources:
#   - https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars-encryption.html
#   - https://docs.aws.amazon.com/AmazonECS/latest/developerguide/specifying-sensitive-data.html
#   - https://cwe.mitre.org/data/definitions/798.html
# custom:
#   id: SEC-007
#   severity: high
#   applies_to:
#     format: terraform
#     types:
#       - aws_lambda_function
#       - aws_ecs_task_definition
#       - aws_batch_job_definition
#       - google_cloud_run_service
#       - google_cloud_run_v2_service
#       - google_cloud_run_v2_job
#       - google_cloudfunctions_function
#       - google_cloudfunctions2_function
#       - azurerm_function_app
#       - azurerm_linux_function_app
#       - azurerm_windows_function_app
#       - azurerm_container_group
#       - azurerm_container_app
#       - azurerm_container_app_job
#   parameters:
#     secret_names: # how the name of a variable ends that holds a secret, in any case
#       - password
#       - passwd
#       - passphrase
#       - pwd
#       - secret
#       - token
#       - credentials?
#       - (api|access|private|account|signing|encryption|master)_?key
#       - connection_?string
#   remediation: >-
#     Store the value in Secrets Manager, Secret Manager or Key Vault and hand over a reference: the secret's ARN for
#     Lambda, `secrets` with `valueFrom` for ECS, `value_source.secret_key_ref` for Cloud Run,
#     `@Microsoft.KeyVault(…)` for Azure. Then rotate the value: it is in the history of the repository.
package releasegate.sec_007

import rego.v1

import data.lib.releasegate as lib
import data.lib.settings

types := {
	"aws_lambda_function", "google_cloud_run_service", "google_cloud_run_v2_service", "google_cloud_run_v2_job",
	"google_cloudfunctions_function", "google_cloudfunctions2_function", "azurerm_function_app",
	"azurerm_linux_function_app", "azurerm_windows_function_app", "azurerm_container_group", "azurerm_container_app",
	"azurerm_container_app_job",
}

# Where an environment is a mapping, and where it is a list of names and values.
mappings := {
	`^environment\[\d+\]\.variables$`,
	`^app_settings$`,
	`^((service_config|build_config|container|init_container)\[\d+\]\.)?(build_)?environment_variables$`,
}

lists := `(^|\.)env$`

# --- What an environment holds --------------------------------------------------------------------

# The name of a variable, the attribute it stands in, and its value.
entries contains {"resource": r, "attribute": attribute, "name": name, "value": value} if {
	some type in types
	some r in input.resources[type]
	walk(r.attributes, [path, variables])
	is_object(variables)
	not lib.unresolved(variables)
	at := settings.path_text(path)
	some mapping in mappings
	regex.match(mapping, at)
	some name, value in variables
	attribute := sprintf("%s%s", [at, settings.step(name)])
}

entries contains {"resource": r, "attribute": attribute, "name": variable.name, "value": value} if {
	some type in types
	some r in input.resources[type]
	walk(r.attributes, [path, variables])
	is_array(variables)
	at := settings.path_text(path)
	regex.match(lists, at)
	some i, variable in variables
	is_string(variable.name)
	value := variable.value
	attribute := sprintf("%s[%d].value", [at, i])
}

# A value whose name is not known, which may be that of a secret.
nameless contains {"resource": r, "variable": at_variable, "name": variable.name, "value": variable.value} if {
	some type in types
	some r in input.resources[type]
	walk(r.attributes, [path, variables])
	is_array(variables)
	at := settings.path_text(path)
	regex.match(lists, at)
	some i, variable in variables
	lib.unresolved(variable.name)
	at_variable := sprintf("%s[%d]", [at, i])
}

# ECS and Batch keep theirs in a JSON text.
documents := {"aws_ecs_task_definition": "container_definitions", "aws_batch_job_definition": "container_properties"}

entries contains {"resource": r, "attribute": attribute, "name": variable.name, "value": variable.value} if {
	some type, attribute in documents
	some r in input.resources[type]
	is_string(r.attributes[attribute])
	json.is_valid(r.attributes[attribute])
	walk(json.unmarshal(r.attributes[attribute]), [path, variables])
	path[count(path) - 1] == "environment"
	some variable in variables
	is_string(variable.name)
}

# --- Verdict --------------------------------------------------------------------------------------

secret_name := sprintf("(?i)(%s)$", [concat("|", input.parameters.secret_names)])

deny contains finding if {
	some entry in entries
	is_string(entry.value)
	is_secret(entry)
	finding := {
		"resource": entry.resource.key,
		"attribute": entry.attribute,
		"message": sprintf("%s writes the secret %s into its environment", [entry.resource.address, entry.name]),
	}
}

is_secret(entry) if {
	regex.match(secret_name, entry.name)
	trim_space(entry.value) != ""
	not is_harmless(trim_space(entry.value))
}

is_secret(entry) if {
	not regex.match(secret_name, entry.name)
	has_form_of_secret(entry.value)
}

deny contains finding if {
	some entry in nameless
	is_string(entry.value)
	has_form_of_secret(entry.value)
	finding := {
		"resource": entry.resource.key,
		"attribute": sprintf("%s.value", [entry.variable]),
		"message": sprintf("%s writes a secret into its environment", [entry.resource.address]),
	}
}

is_harmless(value) if {
	some pattern in harmless
	regex.match(pattern, value)
}

harmless := {
	# switches and small numbers
	`^(?i:true|false|yes|no|on|off|none|null|enabled|disabled|[0-9]{1,4})$`,
	# references to where the secret is kept
	`^@Microsoft\.KeyVault\(`,
	`^\{\{resolve:`,
	`^arn:aws`,
	`^projects/[^/]+/secrets/`,
	`^https://[^/]+\.vault\.azure\.net/`,
	`^(?i:vault|awssm|gcpsm|gsm|sm|ssm|secretsmanager|secret|ref\+[a-z0-9]+|op|akv|azurekv|env|file):`,
	# a file, or the name of a parameter
	`^(/[A-Za-z0-9_.-]+){2,}$`,
}

has_form_of_secret(value) if {
	some pattern in forms
	regex.match(pattern, value)
}

forms := {
	`-----BEGIN [A-Z ]*PRIVATE KEY-----`,
	`\b(AKIA|ASIA)[0-9A-Z]{16}\b`,
	`\bhf_[A-Za-z0-9]{30,}`,
	`\bsk-[A-Za-z0-9_-]{20,}`,
	`\bgh[pousr]_[A-Za-z0-9]{36,}`,
	`\bglpat-[A-Za-z0-9_-]{20,}`,
	`\bxox[abprs]-[A-Za-z0-9-]{10,}`,
	`(?i:AccountKey|SharedAccessKey)=[A-Za-z0-9+/]{20,}`,
	# a URL with a password
	`://[^/\s:@]+:[^/\s:@<{$*]+@`,
}

unknown contains finding if {
	some entry in entries
	lib.unresolved(entry.value)
	regex.match(secret_name, entry.name)
	may_be_literal(entry.value)
	finding := {
		"resource": entry.resource.key,
		"attribute": entry.attribute,
		"message": sprintf("%s may have a literal secret in %s: %s", [
			entry.resource.address,
			entry.name,
			lib.cause(entry.value),
		]),
		"cause": lib.cause(entry.value),
	}
}

unknown contains finding if {
	some entry in nameless
	may_be_secret(entry.value)
	name := sprintf("%s.name", [entry.variable])
	finding := open_question(entry.resource, {"attribute": name, "value": entry.name})
}

may_be_secret(value) if {
	is_string(value)
	not has_form_of_secret(value)
	trim_space(value) != ""
	not is_harmless(trim_space(value))
}

may_be_secret(value) if {
	lib.unresolved(value)
	may_be_literal(value)
}

# What is known only after apply comes from a resource, so nobody has written it down here.
may_be_literal(value) if not regex.match(`known only after apply`, lib.cause(value))

unknown contains finding if {
	some type in types
	some r in input.resources[type]
	some pattern in environments
	some part in settings.unknown_in(r.attributes, pattern)
	finding := open_question(r, part)
}

# An environment of which nothing is known, or a block that it stands in.
environments := {
	`^(template|service_config|build_config|container|init_container)(\[\d+\])?$`,
	`^template\[\d+\](\.(template|spec)\[\d+\])?\.(template|spec|containers?|init_container)(\[\d+\])?$`,
	`^environment(\[\d+\](\.variables)?)?$`,
	`^app_settings$`,
	`^((service_config|build_config|container|init_container)\[\d+\]\.)?(build_)?environment_variables$`,
	`^(.*\.)?env(\[\d+\])?$`,
}

unknown contains finding if {
	some type, attribute in documents
	some r in input.resources[type]
	lib.unresolved(r.attributes[attribute])
	finding := open_question(r, {"attribute": attribute, "value": r.attributes[attribute]})
}

open_question(r, part) := {
	"resource": r.key,
	"attribute": part.attribute,
	"message": sprintf("%s may have a literal secret in its environment: %s", [r.address, lib.cause(part.value)]),
	"cause": lib.cause(part.value),
}
