# METADATA
# title: Admission control verifies models and images
# description: >-
#   A signature protects only where somebody refuses what has none. The one place that everything passes is admission:
#   there sigstore's policy controller, Kyverno, Ratify with Gatekeeper or Google's Binary Authorization compare
#   images with their signatures, and the model validation operator does so for model files in volumes. Each of them
#   that is in the release has to refuse, and not merely warn. A release with other admission policies, of which none
#   verifies, fails; one that says it is production and holds none at all leaves it open whether its cluster verifies;
#   a plain chart is not asked. That namespaces take part (policy.sigstore.dev/include) is not judged.
# related_resources:
#   - https://docs.sigstore.dev/policy-controller/overview
#   - https://kyverno.io/docs/policy-types
#   - https://ratify.dev/docs/what-is-ratify
#   - https://docs.cloud.google.com/binary-authorization/docs/overview
#   - https://github.com/sigstore/model-validation-operator
# custom:
#   id: SIG-008
#   severity: high
#   applies_to:
#     types:
#       - release
#       - ClusterImagePolicy
#       - ClusterPolicy
#       - Policy
#       - ImageValidatingPolicy
#       - NamespacedImageValidatingPolicy
#       - RatifyVerification
#       - google_container_cluster
#       - google_binary_authorization_policy
#   parameters:
#     environments: [prod, production]
#   remediation: >-
#     Write `mode: enforce` (ClusterImagePolicy), `failureAction: Enforce` (Kyverno's verifyImages),
#     `validationActions: [Deny]` (ImageValidatingPolicy), `enforcementAction: deny` (Gatekeeper), or
#     PROJECT_SINGLETON_POLICY_ENFORCE with a default_admission_rule of REQUIRE_ATTESTATION (GKE). Where another team
#     keeps the policies of the cluster, put a copy of the one that applies into the release, or waive with its place.
package releasegate.sig_008

import rego.v1

import data.lib.decisions
import data.lib.pods
import data.lib.production
import data.lib.reading
import data.lib.releasegate as lib
import data.lib.settings

at(r, path) := reading.at(r.attributes, path, null)

of_group(r, group) if startswith(reading.text(r.attributes.apiVersion), sprintf("%s/", [group]))

# --- What verifies ------------------------------------------------------------------------------

sigstore contains r if {
	some r in input.resources.ClusterImagePolicy
	of_group(r, "policy.sigstore.dev")
}

# Kyverno's policies with rules that verify images.
kyverno contains r if {
	some type in ["ClusterPolicy", "Policy"]
	some r in input.resources[type]
	of_group(r, "kyverno.io")
	count(verified(r)) > 0
}

# Each of its statements, with its place.
verified(r) := [{"path": ["spec", "rules", i, "verifyImages", j], "statement": statement} |
	some i, rule in reading.items(at(r, ["spec", "rules"]))
	some j, statement in reading.items(reading.mapping(rule).verifyImages)
	is_object(statement)
]

kyverno_images contains r if {
	some type in ["ImageValidatingPolicy", "NamespacedImageValidatingPolicy"]
	some r in input.resources[type]
	of_group(r, "policies.kyverno.io")
}

ratify contains r if {
	some r in input.resources.RatifyVerification
	of_group(r, "constraints.gatekeeper.sh")
}

model_validation contains r if some r in input.resources.ModelValidation

clusters contains r if {
	some r in input.resources.google_container_cluster
	asks(r)
}

asks(r) if count(settings.blocks(r.attributes.binary_authorization)) > 0

asks(r) if settings.open_blocks(r.attributes.binary_authorization)

asks(r) if r.attributes.enable_binary_authorization

google_policies contains r if some r in input.resources.google_binary_authorization_policy

verifiers := (((((sigstore | kyverno) | kyverno_images) | ratify) | model_validation) | clusters) | google_policies

skip contains r.key if {
	some type in [
		"ClusterImagePolicy", "ClusterPolicy", "Policy", "ImageValidatingPolicy", "NamespacedImageValidatingPolicy",
		"RatifyVerification", "google_container_cluster", "google_binary_authorization_policy",
	]
	some r in input.resources[type]
	not r in verifiers
}

# --- Whether it refuses -------------------------------------------------------------------------

# Each setting that could take the teeth out of it: what stands there, or what it means that nothing does.
switches contains {"resource": r, "at": "spec.mode", "value": value, "bad": {"warn"}} if {
	some r in sigstore
	value := reading.at(r.attributes, ["spec", "mode"], "enforce")
}

# An authority that always says yes, without another one beside it.
switches contains {"resource": r, "at": "spec.authorities[0].static.action", "value": "pass", "bad": {"pass"}} if {
	some r in sigstore
	authorities := reading.items(at(r, ["spec", "authorities"]))
	count(authorities) > 0
	every authority in authorities {
		reading.at(authority, ["static", "action"], "") == "pass"
	}
}

switches contains {"resource": r, "at": place.at, "value": place.value, "bad": {"audit"}} if {
	some r in kyverno
	some each in verified(r)
	place := action_of(r, each)
}

switches contains {"resource": r, "at": path, "value": value, "bad": {"ignore"}} if {
	some r in kyverno | kyverno_images
	path := [each |
		some each in ["spec.webhookConfiguration.failurePolicy", "spec.failurePolicy"]
		at(r, split(each, ".")) != null
	][0]
	value := at(r, split(path, "."))
}

action_of(r, each) := {"at": reading.path(array.concat(each.path, ["failureAction"])), "value": value} if {
	value := each.statement.failureAction
}

action_of(r, each) := {
	"at": "spec.validationFailureAction",
	"value": reading.at(r.attributes, ["spec", "validationFailureAction"], "Audit"),
} if {
	not each.statement.failureAction
}

switches contains {"resource": r, "at": "spec.validationActions", "value": value, "bad": {"audit", "warn"}} if {
	some r in kyverno_images
	actions := {lower(each) | some each in reading.texts(at(r, ["spec", "validationActions"]))}
	count(actions) > 0
	not "deny" in actions
	value := sort(actions)[0]
}

switches contains {"resource": r, "at": "spec.evaluation.admission.enabled", "value": "false", "bad": {"false"}} if {
	some r in kyverno_images
	at(r, ["spec", "evaluation", "admission", "enabled"]) == false
}

switches contains {"resource": r, "at": "spec.enforcementAction", "value": value, "bad": {"dryrun", "warn"}} if {
	some r in ratify
	value := reading.at(r.attributes, ["spec", "enforcementAction"], "deny")
}

# Platform policies alone only report.
switches contains {"resource": r, "at": each.attribute, "value": each.value, "bad": bad} if {
	bad := {"disabled", "policy_bindings"}
	some r in clusters
	some each in decisions.reached(r.attributes, ["binary_authorization", "evaluation_mode"])
}

switches contains {"resource": r, "at": "binary_authorization[0].evaluation_mode", "value": "", "bad": {""}} if {
	some r in clusters
	some block in settings.blocks(r.attributes.binary_authorization)
	not "evaluation_mode" in object.keys(block)
	not block.enabled in {true, "true"}
	not lib.unresolved(block.enabled)
}

switches contains {"resource": r, "at": each.attribute, "value": each.value, "bad": {"always_allow"}} if {
	some r in google_policies
	some each in decisions.reached(r.attributes, ["default_admission_rule", "evaluation_mode"])
}

switches contains {"resource": r, "at": each.attribute, "value": each.value, "bad": {"dryrun_audit_log_only"}} if {
	some r in google_policies
	some each in decisions.reached(r.attributes, ["default_admission_rule", "enforcement_mode"])
}

is_off(each) if {
	is_string(each.value)
	lower(each.value) in each.bad
}

# Something else of the same cluster may refuse: of Google's switch that is enough.
others_refuse(r) if {
	r.type == "google_container_cluster"
	some other in (((sigstore | kyverno) | kyverno_images) | ratify)
	count([each | some each in switches; each.resource.key == other.key; is_off(each)]) == 0
}

deny contains finding if {
	some each in switches
	is_off(each)
	not others_refuse(each.resource)
	finding := {
		"resource": each.resource.key,
		"attribute": each.at,
		"message": sprintf("%s verifies, but does not refuse what fails (%s)", [each.resource.address, each.at]),
	}
}

unknown contains finding if {
	some each in switches
	not others_refuse(each.resource)
	cause := reading.cause(each.value)
	finding := {
		"resource": each.resource.key,
		"attribute": each.at,
		"message": sprintf("%s: whether it refuses what fails is not known: %s", [each.resource.address, cause]),
		"cause": cause,
	}
}

unknown contains finding if {
	some r in clusters
	cause := lib.cause(r.attributes.binary_authorization)
	finding := {
		"resource": r.key,
		"attribute": "binary_authorization",
		"message": sprintf("%s: whether it refuses what fails is not known: %s", [r.address, cause]),
		"cause": cause,
	}
}

# A cluster enforces the policy of its project, which allows everything until somebody writes one.
unknown contains finding if {
	some r in clusters
	count([each | some each in switches; each.resource.key == r.key; is_off(each)]) == 0
	count(google_policies) == 0
	not others_refuse(r)
	cause := "the release has no google_binary_authorization_policy, so that what the project's policy asks is not known"
	finding := {
		"resource": r.key,
		"attribute": "binary_authorization",
		"message": sprintf("%s enforces a policy that is not in the release", [r.address]),
		"cause": cause,
	}
}

# --- Nothing that verifies ----------------------------------------------------------------------

# Where nothing of a cluster is served, or something verifies, nothing is to be said of the release as a whole.
skip contains r.key if {
	some r in input.resources.release
	not is_asked
}

is_asked if {
	count(verifiers) == 0
	count(served) > 0
	is_of_cluster
}

served contains workload if {
	some workload in input.resources.workload
	pods.serves(workload)
}

is_of_cluster if count(admission) > 0

is_of_cluster if production.is_declared(input.parameters.environments)

# What else decides what may run, so that the policies of the cluster seem to be here.
admission contains r if {
	some type in ["ClusterPolicy", "Policy", "ValidatingPolicy"]
	some r in input.resources[type]
	regex.match(`^(policies\.)?kyverno\.io/`, reading.text(r.attributes.apiVersion))
}

admission contains r if some r in input.resources.ConstraintTemplate

admission contains r if some r in input.resources.ValidatingAdmissionPolicy

deny contains finding if {
	some r in input.resources.release
	is_asked
	count(admission) > 0
	finding := {
		"resource": r.key,
		"message": "the release has admission policies, but none that verifies the signatures of images or models",
		"related": [{"resource": each.key, "message": sprintf("%s verifies none", [each.address])} | some each in admission],
	}
}

unknown contains finding if {
	some r in input.resources.release
	is_asked
	count(admission) == 0
	finding := {
		"resource": r.key,
		"message": "whether the cluster refuses images and models without a valid signature is not known",
		"cause": "the release is for production and holds no admission policy of its cluster",
	}
}
