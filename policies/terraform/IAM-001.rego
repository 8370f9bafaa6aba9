# METADATA
# title: No wildcard actions or resources on AI services
# description: >-
#   Whoever may do everything on an AI service may also replace the model behind an endpoint, read its training
#   data, turn logging off and run any model at the owner's cost. A wildcard grants that without anybody having
#   decided it, and it grows with every action that the provider adds.
# related_resources:
#   - https://docs.aws.amazon.com/IAM/latest/UserGuide/best-practices.html
#   - https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonbedrock.html
#   - https://cloud.google.com/vertex-ai/docs/general/access-control
# custom:
#   id: IAM-001
#   severity: critical
#   applies_to:
#     format: terraform
#     types:
#       - iam_statement
#       - google_project_iam_member
#       - google_project_iam_binding
#       - google_folder_iam_member
#       - google_folder_iam_binding
#       - google_organization_iam_member
#       - google_organization_iam_binding
#       - google_vertex_ai_endpoint_iam_member
#       - google_vertex_ai_endpoint_iam_binding
#       - data.google_iam_policy
#   parameters:
#     aws_services: [bedrock, bedrock-agentcore, sagemaker]
#     google_roles: [roles/owner, roles/editor, roles/aiplatform.admin]
#   remediation: >-
#     Name the actions that the identity needs (`sagemaker:InvokeEndpoint`, `bedrock:InvokeModel`) and the ARNs of the
#     endpoints and models it needs them on. On Google Cloud grant `roles/aiplatform.user` or a custom role in
#     place of owner, editor and Vertex AI administrator.
package releasegate.iam_001

import rego.v1

import data.lib.releasegate as lib

# What it takes to run a model, for wildcards in the middle of a name (`bedrock:*Model`).
invocations := {
	"bedrock:InvokeModel", "bedrock:InvokeModelWithResponseStream", "bedrock:InvokeAgent", "bedrock:InvokeFlow",
	"bedrock:InvokeInlineAgent", "bedrock-agentcore:InvokeAgentRuntime", "bedrock-agentcore:InvokeGateway",
	"sagemaker:InvokeEndpoint", "sagemaker:InvokeEndpointAsync", "sagemaker:InvokeEndpointWithResponseStream",
}

# --- AWS: the statements that may allow something on an AI service -------------------------------

statements contains r if {
	some r in input.resources.iam_statement
	not denies(r)
	not r.attributes.attribute == "assume_role_policy"
	may_touch_ai(r)
}

# Everything else is none of this policy's business.
skip contains r.key if {
	some r in input.resources.iam_statement
	not r in statements
}

denies(r) if {
	is_string(r.attributes.effect)
	lower(r.attributes.effect) == "deny"
}

may_touch_ai(r) if {
	some pattern in listed(r, "actions")
	some service in input.parameters.aws_services
	startswith(lower(pattern), sprintf("%s:", [service]))
}

may_touch_ai(r) if {
	leaves_actions_open(r)
	not speaks_of_one_resource(r)
	not elsewhere(r)
}

leaves_actions_open(r) if names_everything(r)

leaves_actions_open(r) if count(unknown_in(r, "actions")) > 0

leaves_actions_open(r) if is_written(r, "not_actions")

names_everything(r) if {
	some pattern in listed(r, "actions")
	regex.match(`^\*+$`, pattern)
}

# A policy with principals stands on a resource and is about that alone, however wide it is written.
speaks_of_one_resource(r) if {
	is_array(r.attributes.principals)
	count(r.attributes.principals) > 0
}

# All that it allows is allowed on resources of other services.
elsewhere(r) if {
	is_array(r.attributes.resources)
	count(r.attributes.resources) > 0
	every resource in r.attributes.resources {
		of_another_service(resource)
	}
}

elsewhere(r) if of_another_service(r.attributes.resources)

of_another_service(resource) if {
	service := split(resource_arn(resource), ":")[2]
	not lib.has_wildcard(service)
	not service in input.parameters.aws_services
}

of_another_service(resource) if {
	names_one_resource(resource)
	every service in input.parameters.aws_services {
		not contains(resource["$unresolved"], sprintf("aws_%s", [replace(service, "-", "")]))
	}
}

# --- AWS: what they must not allow ----------------------------------------------------------------
# Where the effect is not known it is named as the deciding attribute, and the finding is UNKNOWN.

deciding(r, _) := "effect" if lib.unresolved(r.attributes.effect)

deciding(r, attribute) := attribute if not lib.unresolved(r.attributes.effect)

deny contains finding if {
	some r in statements
	some i, pattern in listed(r, "actions")
	some service in input.parameters.aws_services
	covers_service(pattern, service)
	finding := {
		"resource": r.key,
		"attribute": deciding(r, sprintf("actions[%d]", [i])),
		"evidence": pattern,
		"message": sprintf("%s allows every action of %s", [r.address, service]),
	}
}

deny contains finding if {
	some r in statements
	not speaks_of_one_resource(r)
	names_everything(r)
	some resource in wide_resources(r)
	finding := {
		"resource": r.key,
		"attribute": deciding(r, "actions"),
		"evidence": resource,
		"message": sprintf("%s allows every action, those of AI services among them, on %s", [r.address, resource]),
	}
}

deny contains finding if {
	some r in statements
	not speaks_of_one_resource(r)
	is_written(r, "not_actions")
	services := [service | some service in input.parameters.aws_services; not excludes_service(r, service)]
	count(services) > 0
	some resource in wide_resources(r)
	names := concat(", ", services)
	finding := {
		"resource": r.key,
		"attribute": deciding(r, "not_actions"),
		"evidence": resource,
		"message": sprintf("%s allows all actions but a few, and so those of %s, on %s", [r.address, names, resource]),
	}
}

deny contains finding if {
	some r in statements
	some pattern in invoking(r)
	some i, resource in listed(r, "resources")
	is_wide(resource)
	finding := {
		"resource": r.key,
		"attribute": deciding(r, sprintf("resources[%d]", [i])),
		"evidence": pattern,
		"message": sprintf("%s allows %s on %s", [r.address, pattern, resource]),
	}
}

deny contains finding if {
	some r in statements
	some pattern in invoking(r)
	is_written(r, "not_resources")
	finding := {
		"resource": r.key,
		"attribute": deciding(r, "not_resources"),
		"evidence": pattern,
		"message": sprintf("%s allows %s on all resources but a few", [r.address, pattern]),
	}
}

unknown contains open_question(r, found) if {
	some r in statements
	some found in unknown_in(r, "actions")
	not speaks_of_one_resource(r)
	not elsewhere(r)
}

unknown contains open_question(r, found) if {
	some r in statements
	resources_decide(r)
	some found in unknown_in(r, "resources")
	not names_one_resource(found.value)
}

open_question(r, found) := {
	"resource": r.key,
	"attribute": found.attribute,
	"message": sprintf("%s may allow a wildcard on an AI service: %s", [r.address, lib.cause(found.value)]),
	"cause": lib.cause(found.value),
}

resources_decide(r) if count(invoking(r)) > 0

resources_decide(r) if names_everything(r)

resources_decide(r) if is_written(r, "not_actions")

covers_service(pattern, service) if regex.match(sprintf(`^%s:\*+$`, [service]), lower(pattern))

# What is not known among `not_actions` does not count as an exception.
excludes_service(r, service) if {
	some pattern in listed(r, "not_actions")
	covers_service(pattern, service)
}

excludes_service(r, _) if {
	some pattern in listed(r, "not_actions")
	regex.match(`^\*+$`, pattern)
}

# The action patterns that name an invocation without naming the whole service.
invoking(r) := {pattern |
	some pattern in listed(r, "actions")
	some service in input.parameters.aws_services
	startswith(lower(pattern), sprintf("%s:", [service]))
	not covers_service(pattern, service)
	invokes(pattern)
}

invokes(pattern) if regex.match(`^[^:]+:invoke`, lower(pattern))

invokes(pattern) if {
	some action in invocations
	lib.action_matches(pattern, action)
}

wide_resources(r) := {resource |
	some resource in listed(r, "resources")
	is_wide(resource)
} | {"all resources but a few" | is_written(r, "not_resources")}

# `*`, or an ARN that may be of an AI service and leaves the resource open.
is_wide(resource) if regex.match(`^\*+$`, resource)

is_wide(resource) if {
	parts := split(resource_arn(resource), ":")
	may_be_ai(parts[2])
	regex.match(`^[*/]+$`, concat("", array.slice(parts, 5, count(parts))))
}

may_be_ai(service) if service in input.parameters.aws_services

may_be_ai(service) if lib.has_wildcard(service)

resource_arn(resource) := resource if {
	is_string(resource)
	regex.match(`^arn(:[^:]*){4}:`, resource)
}

# The texts of a list, by position; what is not known is left out.
listed(r, name) := {i: text |
	is_array(r.attributes[name])
	some i, text in r.attributes[name]
	is_string(text)
}

unknown_in(r, name) := {{"attribute": name, "value": r.attributes[name]} |
	lib.unresolved(r.attributes[name])
} | {{"attribute": sprintf("%s[%d]", [name, i]), "value": value} |
	is_array(r.attributes[name])
	some i, value in r.attributes[name]
	lib.unresolved(value)
}

is_written(r, name) if count(r.attributes[name]) > 0

# The ARN of one resource of the configuration is no wildcard, whatever it will be.
names_one_resource(value) if regex.match(
	`^(\$\{)?([a-z0-9_]+\.)*aws_[a-z0-9_]+\.[A-Za-z0-9_-]+(\[[^\]]*\])*\.arn(\}[^*?$]*)?$`,
	value["$unresolved"],
)

# --- Google Cloud -------------------------------------------------------------------------------

grants contains {"resource": r, "attribute": "role", "role": r.attributes.role} if {
	some type, resources in input.resources
	regex.match(`^google_(project|folder|organization|vertex_ai_endpoint)_iam_(member|binding)$`, type)
	some r in resources
}

grants contains {"resource": r, "attribute": sprintf("binding[%d].role", [i]), "role": binding.role} if {
	some r in input.resources["data.google_iam_policy"]
	some i, binding in r.attributes.binding
}

deny contains finding if {
	some grant in grants
	grant.role in input.parameters.google_roles
	finding := {
		"resource": grant.resource.key,
		"attribute": grant.attribute,
		"evidence": grant.role,
		"message": sprintf("%s grants %s, which covers every AI service", [grant.resource.address, grant.role]),
	}
}

unknown contains finding if {
	some grant in grants
	lib.unresolved(grant.role)
	finding := {
		"resource": grant.resource.key,
		"attribute": grant.attribute,
		"message": sprintf("%s may grant too wide a role: %s", [grant.resource.address, lib.cause(grant.role)]),
		"cause": lib.cause(grant.role),
	}
}

# A binding that is made by a dynamic block, of which nothing is known.
unknown contains finding if {
	some r in input.resources["data.google_iam_policy"]
	some i, binding in r.attributes.binding
	cause := lib.unknown_cause(binding)
	finding := {
		"resource": r.key,
		"attribute": sprintf("binding[%d]", [i]),
		"message": sprintf("%s may grant too wide a role: %s", [r.address, cause]),
		"cause": cause,
	}
}
