# METADATA
# title: Inference workloads use a dedicated service account without needless tokens
# description: >-
#   The account `default` is shared by everything in the namespace, so that whatever it is once given all pods have,
#   and nobody can tell in the audit log who used it. A token that is mounted into a pod that never talks to the
#   cluster's API is a key left in the lock. Cloud identities do not need it: IRSA, EKS Pod Identity and Azure project
#   a token of their own, GKE uses its metadata server. Workloads whose account is bound to a role in the release
#   evidently use the API.
# related_resources:
#   - https://kubernetes.io/docs/tasks/configure-pod-container/configure-service-account/
#   - https://kubernetes.io/docs/concepts/security/service-accounts/
# custom:
#   id: IAM-008
#   severity: medium
#   applies_to:
#     format: kubernetes
#     types: [workload]
#   parameters:
#     api_users: []
#   remediation: >-
#     Create a ServiceAccount for the workload, name it in serviceAccountName and set automountServiceAccountToken:
#     false on the pod or on the account. A runtime that does talk to the API is named in the parameter api_users as
#     namespace/account.
package releasegate.iam_008

import rego.v1

import data.lib.entrances
import data.lib.pods
import data.lib.reading
import data.lib.releasegate as lib

# --- Model servers, and the gateways that stand before them ----------------------------------------

inference(r) if pods.serves(r)

inference(r) if entrances.is_gateway(r)

skip contains r.key if {
	some r in input.resources.workload
	not inference(r)
}

account(r) := reading.text(reading.at(r.attributes, ["service_account"], ""))

shared(r) if account(r) in {"", "default"}

# What an operator puts into the pods is written outside of the release.
filled_in(r) if r.attributes.filled_in

deny contains finding if {
	some r in input.resources.workload
	inference(r)
	shared(r)
	not account_is_open(r)
	finding := {
		"resource": r.key,
		"attribute": "service_account",
		"message": sprintf("%s runs under the account default of its namespace", [r.address]),
	}
}

account_is_open(r) if {
	filled_in(r)
	account(r) == ""
}

# --- The token ------------------------------------------------------------------------------------

mounts(r) := r.attributes.automount_token if is_boolean(r.attributes.automount_token)

mounts(r) := said_by_account(r) if not is_boolean(r.attributes.automount_token)

# Kubernetes mounts the token unless someone says no.
said_by_account(r) := false if {
	some service_account in accounts(r)
	service_account.attributes.automountServiceAccountToken == false
}

said_by_account(r) := true if {
	count([each | some each in accounts(r); each.attributes.automountServiceAccountToken == false]) == 0
}

accounts(r) := lib.linked_from(r.key, "uses_account")

uses_api(r) if sprintf("%s/%s", [pods.namespace(r), account(r)]) in reading.texts(input.parameters.api_users)

uses_api(r) if {
	not shared(r)
	some binding in lib.linked_from(r.key, "granted_by")
	some subject in reading.items(binding.attributes.subjects)
	subject.name in {account(r), sprintf("system:serviceaccount:%s:%s", [pods.namespace(r), account(r)])}
}

# The head of a Ray cluster that scales itself starts pods.
uses_api(r) if {
	startswith(reading.text(r.attributes.kind), "Ray")
	r.attributes.component == "head"
	walk(lib.resource(r.parent).attributes.spec, [path, value])
	path[count(path) - 1] == "enableInTreeAutoscaling"
	value == true
}

deny contains finding if {
	some r in input.resources.workload
	inference(r)
	not shared(r)
	mounts(r)
	not uses_api(r)
	not token_is_open(r)
	finding := {
		"resource": r.key,
		"attribute": "automount_token",
		"message": sprintf("%s mounts a token for the cluster's API that nothing shows it needs", [r.address]),
		"related": [{"resource": each.key} | some each in accounts(r)],
	}
}

token_is_open(r) if {
	filled_in(r)
	not is_boolean(r.attributes.automount_token)
}

token_is_open(r) if reading.placeholder(r.attributes.automount_token)

# An account outside of the release may say no itself.
token_is_open(r) if {
	not is_boolean(r.attributes.automount_token)
	count(accounts(r)) == 0
}

unknown contains finding if {
	some r in input.resources.workload
	inference(r)
	cause := open_end(r)
	finding := {
		"resource": r.key,
		"attribute": "automount_token",
		"message": sprintf("%s may mount a needless token: %s", [r.address, cause]),
		"cause": cause,
	}
}

open_end(r) := lib.cause(r.attributes.filled_in) if {
	filled_in(r)
	account_is_open(r)
}

open_end(r) := lib.cause(r.attributes.filled_in) if {
	filled_in(r)
	not account_is_open(r)
	not shared(r)
	mounts(r)
	token_is_open(r)
	not uses_api(r)
}

open_end(r) := reading.placeholder(r.attributes.automount_token) if {
	not filled_in(r)
	not shared(r)
	not uses_api(r)
}

open_end(r) := sprintf("the account %s is not part of the release and may switch it off", [account(r)]) if {
	not filled_in(r)
	not shared(r)
	not reading.placeholder(r.attributes.automount_token)
	mounts(r)
	token_is_open(r)
	not uses_api(r)
}
