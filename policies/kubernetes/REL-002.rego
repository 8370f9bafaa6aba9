# METADATA
# title: Kubernetes model rollouts are gradual and reversible
# description: >-
#   A new model that passes its tests can still be wrong about real requests. When a small part of the traffic meets
#   it first, the mistake is small, and when the version before is still there it is short. KServe and Knative send
#   all traffic to a new revision as soon as it is ready unless a share is written; a Deployment is replaced pod by
#   pod unless its strategy is Recreate; without a history there is nothing to go back to. Whether a KServe service is
#   run by Knative is the cluster's setting where no annotation says it. Releases that declare another environment
#   than production are left alone.
# related_resources:
#   - https://kserve.github.io/website/docs/model-serving/predictive-inference/rollout-strategies/canary
#   - https://knative.dev/docs/serving/rolling-out-latest-revision/
#   - https://kubernetes.io/docs/concepts/workloads/controllers/deployment/
#   - https://argo-rollouts.readthedocs.io/en/stable/features/bluegreen/
# custom:
#   id: REL-002
#   severity: medium
#   applies_to:
#     format: kubernetes
#     types: [InferenceService, KnativeService, Deployment, StatefulSet, DaemonSet, Rollout, RayService]
#   parameters:
#     environments: [prod, production]
#   remediation: >-
#     KServe: `canaryTrafficPercent` of the predictor below 100, raised step by step, or `spec.canary`. Knative: two
#     entries in `spec.traffic`, or the annotation serving.knative.dev/rollout-duration. Deployment: strategy
#     RollingUpdate with maxUnavailable below 100%, and a revisionHistoryLimit above 0. Argo Rollouts: canary steps,
#     or blueGreen with an analysis or `autoPromotionEnabled: false`.
package releasegate.rel_002

import rego.v1

import data.lib.production
import data.lib.reading
import data.lib.served_objects
import data.lib.settings

types := [
	"InferenceService", "KnativeService", "Deployment", "StatefulSet", "DaemonSet", "Rollout", "RayService",
]

judged contains r if {
	some type in types
	some r in input.resources[type]
	served_objects.serves(r)
	not is_shared_server(r)
	not production.elsewhere(input.parameters.environments)
}

skip contains r.key if {
	some type in types
	some r in input.resources[type]
	not r in judged
}

# ModelMesh loads models into pods that are there already.
is_shared_server(r) if {
	r.type == "InferenceService"
	mode(r) == "modelmesh"
}

at(r, path) := reading.at(r.attributes, path, null)

# --- Settings that make it abrupt or final ------------------------------------------------------

# What is written of them, with the values that are wrong.
written contains {"resource": r, "path": path, "value": value, "wrong": each.wrong, "says": each.says} if {
	some r in judged
	some each in settings_of[r.type]
	path := each.path
	value := at(r, path)
	value != null
}

abrupt := "replaces all pods at once"

final := "keeps no earlier revision to go back to"

settings_of := {
	"Deployment": [
		{"path": ["spec", "strategy", "type"], "wrong": ["Recreate"], "says": abrupt},
		{"path": ["spec", "strategy", "rollingUpdate", "maxUnavailable"], "wrong": ["100%"], "says": abrupt},
		{"path": ["spec", "revisionHistoryLimit"], "wrong": [0], "says": final},
	],
	"StatefulSet": [{"path": ["spec", "revisionHistoryLimit"], "wrong": [0], "says": final}],
	"DaemonSet": [
		{"path": ["spec", "updateStrategy", "rollingUpdate", "maxUnavailable"], "wrong": ["100%"], "says": abrupt},
		{"path": ["spec", "revisionHistoryLimit"], "wrong": [0], "says": final},
	],
	"Rollout": [{"path": ["spec", "revisionHistoryLimit"], "wrong": [0], "says": final}],
	"RayService": [{
		"path": ["spec", "upgradeStrategy", "type"],
		"wrong": ["None"],
		"says": "is changed in place, without a new cluster beside the old one",
	}],
	"InferenceService": [{
		"path": ["spec", "predictor", "deploymentStrategy", "type"],
		"wrong": ["Recreate"],
		"says": abrupt,
	}],
	"KnativeService": [],
}

deny contains finding if {
	some each in written
	each.value in each.wrong
	finding := {
		"resource": each.resource.key,
		"attribute": reading.path(each.path),
		"message": sprintf("%s %s (%s is %v)", [each.resource.address, each.says, reading.path(each.path), each.value]),
	}
}

unknown contains finding if {
	some each in written
	finding := open_finding(each.resource, reading.path(each.path), reading.cause(each.value))
}

open_finding(r, attribute, cause) := {
	"resource": r.key,
	"attribute": attribute,
	"message": sprintf("%s: whether it is rolled out gradually is not known: %s", [r.address, cause]),
	"cause": cause,
}

# --- Argo Rollouts ------------------------------------------------------------------------------

deny contains finding if {
	some r in judged
	r.type == "Rollout"
	strategy := at(r, ["spec", "strategy", "blueGreen"])
	is_object(strategy)
	object.get(strategy, "autoPromotionEnabled", true) == true
	not strategy.prePromotionAnalysis
	not strategy.postPromotionAnalysis
	finding := {
		"resource": r.key,
		"attribute": "spec.strategy.blueGreen.autoPromotionEnabled",
		"message": sprintf("%s moves all traffic at once, without an analysis or a person in between", [r.address]),
	}
}

unknown contains finding if {
	some r in judged
	r.type == "Rollout"
	cause := reading.cause(at(r, ["spec", "strategy", "blueGreen", "autoPromotionEnabled"]))
	finding := open_finding(r, "spec.strategy.blueGreen.autoPromotionEnabled", cause)
}

# --- Knative ------------------------------------------------------------------------------------

has_duration(r) if {
	some name in ["rollout-duration", "rolloutDuration"]
	reading.annotation(r, sprintf("serving.knative.dev/%s", [name])) != ""
}

shares(r) := [entry.percent |
	some entry in reading.items(at(r, ["spec", "traffic"]))
	is_object(entry)
	"percent" in object.keys(entry)
]

is_split(r) if {
	some share in shares(r)
	settings.number(share) < 100
}

deny contains finding if {
	some r in judged
	r.type == "KnativeService"
	not is_split(r)
	not has_duration(r)
	count([share | some share in shares(r); reading.cause(share)]) == 0
	finding := {
		"resource": r.key,
		"attribute": "spec.traffic",
		"message": sprintf("%s sends all traffic to a new revision at once", [r.address]),
	}
}

unknown contains finding if {
	some r in judged
	r.type == "KnativeService"
	not is_split(r)
	not has_duration(r)
	some share in shares(r)
	finding := open_finding(r, "spec.traffic", reading.cause(share))
}

# --- KServe -------------------------------------------------------------------------------------

# How KServe runs it: by its annotation, or by the configuration of KServe in the release; "" where nobody says it.
mode(r) := lower(said) if {
	said := reading.annotation(r, "serving.kserve.io/deploymentMode")
	said != ""
}

mode(r) := object.get(default_modes, "", "") if reading.annotation(r, "serving.kserve.io/deploymentMode") == ""

# Under one key, for there is one configuration or none that can be told.
default_modes := {"": said |
	some said in {lower(found[0][1]) |
		some map in input.resources.ConfigMap
		reading.name(map) == "inferenceservice-config"
		text := reading.text(at(map, ["data", "deploy"]))
		found := regex.find_all_string_submatch_n(`"defaultDeploymentMode"\s*:\s*"(\w+)"`, text, 1)
		count(found) > 0
	}
}

# Pods of a plain Deployment are replaced one after the other.
by_deployment := {"rawdeployment", "standard"}

by_knative := {"serverless", "knative"}

share_path := ["spec", "predictor", "canaryTrafficPercent"]

# The share of the traffic decides, and nothing else that would.
judged_by_share contains r if {
	some r in judged
	r.type == "InferenceService"
	not mode(r) in by_deployment
	not has_duration(r)
	count(canaries(r)) == 0
}

canaries(r) := [each | some each in reading.items(at(r, ["spec", "canary"]))]

canaries(r) := [at(r, ["spec", "canary"])] if is_object(at(r, ["spec", "canary"]))

share_place(r) := reading.path(share_path) if at(r, share_path) != null

share_place(r) := "spec.canaryTrafficPercent" if {
	at(r, share_path) == null
	at(r, ["spec", "canaryTrafficPercent"]) != null
}

share_of(r) := at(r, share_path) if at(r, share_path) != null

share_of(r) := at(r, ["spec", "canaryTrafficPercent"]) if at(r, share_path) == null

deny contains finding if {
	some r in judged_by_share
	settings.number(share_of(r)) >= 100
	finding := {
		"resource": r.key,
		"attribute": share_place(r),
		"message": sprintf("%s sends all traffic to a new revision at once (canaryTrafficPercent is 100)", [r.address]),
	}
}

deny contains finding if {
	some r in judged_by_share
	share_of(r) == null
	mode(r) in by_knative
	finding := {
		"resource": r.key,
		"attribute": "spec.predictor.canaryTrafficPercent",
		"message": sprintf("%s sends all traffic to a new revision at once (no canaryTrafficPercent)", [r.address]),
	}
}

unknown contains finding if {
	some r in judged_by_share
	share_of(r) == null
	not mode(r) in by_knative
	finding := open_finding(r, "spec.predictor.canaryTrafficPercent", concat(" ", [
		"no canaryTrafficPercent is written, and the cluster's configuration of KServe says whether all traffic moves",
		"at once (serving.kserve.io/deploymentMode is not set)",
	]))
}

unknown contains finding if {
	some r in judged_by_share
	finding := open_finding(r, share_place(r), reading.cause(share_of(r)))
}
