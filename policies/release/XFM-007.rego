# METADATA
# title: A high-risk system in production has its operational evidence
# description: >-
#   The AI Act asks of a high-risk system that a person can step in, that its use is logged and the logs are kept for
#   at least six months, that it is monitored after deployment, and that somebody answers for it. All of that shows in
#   a release: who oversees the model and how they override or stop it, a log store with a long enough retention (or a
#   logger on the endpoint, where the release defines no log stores), the drift that is watched, the version to go
#   back to, the owner. Which log store an endpoint writes to is not visible, so one that keeps long enough suffices.
#   A manifest that names another environment than production, or another risk class, is left alone.
# related_resources:
#   - https://eur-lex.europa.eu/eli/reg/2024/1689/oj
#   - https://kserve.github.io/website/
#   - https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/Working-with-log-groups-and-streams.html
# custom:
#   id: XFM-007
#   severity: high
#   when:
#     risk_class: [high]
#   applies_to:
#     format: model
#     types: [model]
#   parameters:
#     environments: [prod, production]
#     minimum_log_days: 180
#   remediation: >-
#     In model-release.yaml fill in `human_oversight` (`role`, and `override` or `stop`), `monitoring.drift` with
#     metric and threshold, `rollback.previous` with version and digest, and `owner.name`. In Terraform set
#     `retention_in_days` of the log group that takes the endpoint's logs to 180 or more.
package releasegate.xfm_007

import rego.v1

import data.lib.decisions
import data.lib.manifests
import data.lib.models
import data.lib.reading
import data.lib.releasegate as lib
import data.lib.settings

# --- High-risk models in production -----------------------------------------------------------------

judged contains model if {
	some model in input.resources.model
	models.is_release(model)
	in_production(model)
	is_high_risk(model)
}

skip contains model.key if {
	some model in input.resources.model
	not model in judged
}

# Where nothing is said it may be production.
in_production(model) if not model.attributes.deployment.environment

in_production(model) if {
	lower(sprintf("%v", [model.attributes.deployment.environment])) in input.parameters.environments
}

risk_class := ["eu_ai_act", "risk_class"]

is_high_risk(model) if {
	some declared in models.declared(model, risk_class)
	lower(sprintf("%v", [declared.value])) == "high"
}

# Where no manifest of the release says it, its configuration does, and then of every model.
is_high_risk(_) if count(models.declared_anywhere(risk_class)) == 0

# --- What the manifests must say --------------------------------------------------------------------
# Of each group of places one has to be filled in.

required := {
	"owner": {
		"at": "owner",
		"places": [[["owner", "name"], ["owner", "email"]]],
		"lack": "nobody is named who owns it (owner.name)",
	},
	"human oversight": {
		"at": "human_oversight",
		"places": [[["human_oversight", "role"]], [["human_oversight", "override"], ["human_oversight", "stop"]]],
		"lack": "nobody is named who can override or stop it (human_oversight: role, and override or stop)",
	},
	"rollback": {
		"at": "rollback.previous",
		"places": [[["rollback", "previous", "version"], ["rollback", "previous", "digest"]]],
		"lack": "no version is named to go back to (rollback.previous)",
	},
	"monitoring": {
		"at": "monitoring.drift",
		"places": [[["monitoring", "drift"]]],
		"lack": "no drift of it is monitored (monitoring.drift)",
	},
}

deny contains finding if {
	some model in judged
	some name, piece in required
	some group in piece.places
	not is_filled(model, group)
	finding := {
		"resource": model.key,
		"attribute": piece.at,
		"evidence": name,
		"message": sprintf("%s is high-risk and in production, but %s", [model.address, piece.lack]),
		"related": endpoints(model),
	}
}

is_filled(model, group) if {
	some manifest in models.manifests(model)
	some path in group
	says_something(object.get(manifest.attributes, path, ""))
}

# A schedule of SageMaker's Model Monitor watches for drift, too.
is_filled(_, group) if {
	["monitoring", "drift"] in group
	count(object.get(input.resources, "aws_sagemaker_monitoring_schedule", [])) > 0
}

says_something(value) if manifests.said(value)

says_something(value) if {
	some each in reading.items(value)
	manifests.said(each.metric)
}

endpoints(model) := [{"resource": workload.key, "message": sprintf("%s serves it", [workload.address])} |
	some workload in models.servers(model)
]

# --- What the endpoint's logs need ------------------------------------------------------------------

# How long each kind of store keeps its logs where nothing is written; `0` stands for ever on AWS.
log_stores := {
	"aws_cloudwatch_log_group": {"attribute": "retention_in_days", "default": 0},
	"azurerm_log_analytics_workspace": {"attribute": "retention_in_days", "default": 30},
	"google_logging_folder_bucket_config": {"attribute": "retention_days", "default": 30},
	"google_logging_organization_bucket_config": {"attribute": "retention_days", "default": 30},
	"google_logging_project_bucket_config": {"attribute": "retention_days", "default": 30},
}

kept := [decisions.answer(store, retention.attribute, keeps(days)) |
	some type, retention in log_stores
	some store in input.resources[type]
	days := object.get(store.attributes, retention.attribute, retention["default"])
]

keeps(days) := days if lib.unresolved(days)

keeps(days) := is_long_enough(settings.number(days)) if not lib.unresolved(days)

is_long_enough(days) := true if days == 0

is_long_enough(days) := days >= input.parameters.minimum_log_days if days != 0

# Where the release has no store of logs, a logger on the endpoint has to do.
logged(_) := decisions.any_of(kept) if count(kept) > 0

logged(model) := decisions.any_of(array.concat(
	[decisions.answer(workload, "logger", true) |
		some workload in models.servers(model)
		workload.attributes.logger
	],
	[decisions.answer(model, "", false)],
)) if {
	count(kept) == 0
}

deny contains finding if {
	some model in judged
	count(models.servers(model)) > 0
	decisions.is_no(logged(model))
	said := [model.address, input.parameters.minimum_log_days]
	finding := {
		"resource": model.key,
		"evidence": "logging",
		"message": sprintf("%s is high-risk and in production, but no log of its endpoint is kept for %d days", said),
		"related": array.concat(endpoints(model), retentions(kept)),
	}
}

unknown contains finding if {
	some model in judged
	count(models.servers(model)) > 0
	decisions.is_open(logged(model))
	cause := lib.cause(logged(model).is)
	said := [model.address, input.parameters.minimum_log_days, cause]
	finding := {
		"resource": model.key,
		"evidence": "logging",
		"message": sprintf("%s is high-risk and in production; whether its logs are kept for %d days is open: %s", said),
		"cause": cause,
		"related": array.concat(endpoints(model), retentions(decisions.open(kept))),
	}
}

retentions(answers) := [{"resource": each.resource.key, "attribute": each.attribute, "message": each.resource.address} |
	some each in answers
]
