# METADATA
# title: License is declared and allowed for the environment
# description: >-
#   Weights come with licences that forbid more than those of programs do: commercial use, certain fields, more than so
#   many users. A model without a licence may not be used at all. Somebody who read the licence has named it, all manifests
#   of the model name the same, and it is allowed where the model runs. Where no environment is declared the rules of
#   production count. `other` and `unknown` name no licence.
# related_resources:
#   - https://huggingface.co/docs/hub/repositories-licenses
#   - https://spdx.org/licenses/
#   - https://cyclonedx.org/capabilities/mlbom/
# custom:
#   id: PRV-007
#   severity: medium
#   applies_to:
#     format: model
#     types: [model]
#   parameters:
#     allowed: {}
#     forbidden:
#       prod:
#         - "*-nc-*"
#         - "*-nc"
#         - "*noncommercial*"
#         - "*non-commercial*"
#         - "*research-license*"
#         - "*research-only*"
#         - apple-amlr
#         - mnpl*
#         - mrl*
#   remediation: >-
#     Name the licence in `license` of the model card, `model.license` of model-release.yaml or `licenses` of the ML-BOM:
#     its SPDX id, or `license: other` with `license_name` and `license_link`. Where the manifests differ, read the licence
#     of the weights themselves. The parameters `allowed` and `forbidden` map environments (`prod`, or `*` for all) to
#     licences; where `allowed` has nothing for an environment, everything is allowed there that is not forbidden.
package releasegate.prv_007

import rego.v1

import data.lib.licenses
import data.lib.models
import data.lib.provenance
import data.lib.reading
import data.lib.releasegate as lib

# --- What is declared -----------------------------------------------------------------------------

has_place := {"model-release", "model-card", "ml-bom", "spdx", "gguf", "kitfile", "modelpack"}

declared(model) := [{"manifest": manifest, "names": names(manifest)} |
	some manifest in models.manifests(model)
	count(names(manifest)) > 0
]

names(manifest) := {name |
	some text in reading.texts(manifest.attributes.license)
	some name in licenses.named(text)
	name != "unlicensed"
}

subjects contains {"model": model, "speaker": speaker(model)} if {
	some model in input.resources.model
	models.is_leading(model)
	is_asked(model)
}

is_asked(model) if count(provenance.sources(model) & has_place) > 0

# A configuration alone may be one of a training program; with weights it is a model that somebody hands out.
is_asked(model) if {
	"hugging-face" in provenance.sources(model)
	count(lib.linked_from(model.key, "has_file")) > 0
}

speaker(model) := provenance.speaker(model, {entry.manifest | some entry in declared(model)}) if {
	count(declared(model)) > 0
} else := model

speakers contains subject.speaker.key if some subject in subjects

skip contains model.key if {
	some model in input.resources.model
	not model.key in speakers
}

open(model) := [{"manifest": manifest, "cause": cause(manifest.attributes.license)} |
	some manifest in models.manifests(model)
]

cause(license) := lib.cause(license)

cause(license) := reading.placeholder(license)

deny contains finding if {
	some subject in subjects
	count(declared(subject.model)) == 0
	count(open(subject.model)) == 0
	finding := {
		"resource": subject.speaker.key,
		"attribute": "license",
		"evidence": "missing",
		"message": sprintf("%s does not name its licence", [subject.speaker.address]),
	}
}

unknown contains finding if {
	some subject in subjects
	count(declared(subject.model)) == 0
	doubt := open(subject.model)[0]
	finding := {
		"resource": subject.speaker.key,
		"attribute": "license",
		"message": sprintf("%s: its licence is not known", [subject.speaker.address]),
		"cause": doubt.cause,
	}
}

# --- Allowed where it runs ------------------------------------------------------------------------

environments(model) := own if {
	own := {lower(each.value) |
		some each in models.declared(model, ["deployment", "environment"])
		is_string(each.value)
	}
	count(own) > 0
} else := of_release if {
	of_release := {lower(each) | some each in object.get(input.scope, "environment", [])}
	count(of_release) > 0
} else := {"prod"}

# The rules of every environment of the model; `prod` is meant by `production` too.
rules(table, model) := {pattern |
	some environment in environments(model)
	some key, patterns in table
	is_meant(key, environment)
	some pattern in patterns
}

is_meant(key, _) if key == "*"

is_meant(key, environment) if startswith(environment, lower(key))

matches(patterns, name) if {
	some pattern in patterns
	lib.action_matches(pattern, name)
}

refused(model) := {name |
	some entry in declared(model)
	some name in entry.names
	is_refused(model, name)
}

is_refused(model, name) if matches(rules(input.parameters.forbidden, model), name)

is_refused(model, name) if {
	allowed := rules(input.parameters.allowed, model)
	count(allowed) > 0
	not matches({plain_pattern(pattern) | some pattern in allowed}, name)
}

plain_pattern(pattern) := lower(pattern)

deny contains finding if {
	some subject in subjects
	found := refused(subject.model)
	count(found) > 0
	where := concat(", ", sort(environments(subject.model)))
	finding := {
		"resource": subject.speaker.key,
		"attribute": "license",
		"evidence": "refused",
		"message": sprintf(
			"%s has the licence %s, which is not allowed in %s",
			[models.called(subject.model), concat(", ", sort(found)), where],
		),
		"related": provenance.others(
			subject.speaker,
			{entry.manifest | some entry in declared(subject.model); count(entry.names & found) > 0},
			"license",
			"the licence is named here too",
		),
	}
}

# --- The same everywhere --------------------------------------------------------------------------

agree(some_names, other_names) if {
	some one in some_names
	some other in other_names
	is_same(one, other)
}

is_same(one, other) if one == other

is_same(one, other) if startswith(one, sprintf("%s-", [other]))

is_same(one, other) if startswith(other, sprintf("%s-", [one]))

deny contains finding if {
	some subject in subjects
	own := names(subject.speaker)
	differing := {entry.manifest |
		some entry in declared(subject.model)
		entry.manifest.key != subject.speaker.key
		not agree(own, entry.names)
	}
	count(differing) > 0
	said := {name | some manifest in differing; some name in names(manifest)}
	finding := {
		"resource": subject.speaker.key,
		"attribute": "license",
		"evidence": "conflict",
		"message": sprintf(
			"%s: its manifests name different licences, %s and %s",
			[models.called(subject.model), concat(", ", sort(own)), concat(", ", sort(said))],
		),
		"related": provenance.others(subject.speaker, differing, "license", "another licence is named here"),
	}
}
