# METADATA
# title: EU AI Act role and risk class are declared
# description: >-
#   What the AI Act asks for depends on two facts: what you are under it, and which class the system falls into. Until
#   both are declared nobody can say which duties apply, and no clause of the Act is judged. A class that contradicts the
#   point of Annex III beside it is no declaration, and a prohibited practice may not be released at all.
# related_resources:
#   - https://eur-lex.europa.eu/eli/reg/2024/1689/oj
#   - https://artificialintelligenceact.eu/annex/3/
# custom:
#   id: GOV-002
#   severity: high
#   applies_to:
#     types: [release, model]
#   remediation: >-
#     Write `eu_ai_act.role` (provider, deployer, importer, distributor) and `risk_class` (prohibited, high, limited,
#     minimal, gpai) into model-release.yaml. For high add the point of Annex III (`annex_iii: "5(d)"`) or the act of Annex
#     I; for a system of Annex III that is not high-risk reference the assessment in `art6_3`.
package releasegate.gov_002

import rego.v1

import data.lib.manifests

roles := ["provider", "deployer", "importer", "distributor"]

classes := ["prohibited", "high", "limited", "minimal", "gpai"]

# The letters that each point of Annex III has.
points := {"1": "abc", "2": "", "3": "abcd", "4": "ab", "5": "abcd", "6": "abcde", "7": "abcd", "8": "ab"}

skip contains key if some key in manifests.others

# Where there are manifests each of them has to say it; otherwise the release as a whole does.
skip contains r.key if {
	some r in input.resources.release
	count(manifests.releases) > 0
}

# --- Who declares what --------------------------------------------------------------------------

declarations contains declaration if {
	some r in input.resources.release
	count(manifests.releases) == 0
	declared := object.get(r.attributes, "declared", {})
	declaration := {
		"resource": r,
		"subject": "the release",
		"role": {"attribute": "declared.role", "values": object.get(declared, "role", [])},
		"risk_class": {"attribute": "declared.risk_class", "values": object.get(declared, "risk_class", [])},
		"has_route": count(object.get(declared, "annex", [])) > 0,
	}
}

declarations contains declaration if {
	some model in manifests.releases
	declaration := {
		"resource": model,
		"subject": model.address,
		"role": {"attribute": "eu_ai_act.role", "values": values(model, "role")},
		"risk_class": {"attribute": "eu_ai_act.risk_class", "values": values(model, "risk_class")},
		"has_route": has_route(model),
	}
}

stated(model, key) := manifests.stated(model, ["eu_ai_act", key])

values(model, key) := [lower(sprintf("%v", [value])) |
	value := stated(model, key)
	value != ""
]

has_route(model) := count([key | some key in ["annex_iii", "annex_i"]; manifests.said(stated(model, key))]) > 0

# --- Declared at all, in the words of the Act ---------------------------------------------------

dimensions := {"role": "role", "risk_class": "risk class"}

deny contains finding if {
	some declaration in declarations
	absent := [name | some name in ["role", "risk_class"]; count(declaration[name].values) == 0]
	count(absent) > 0
	words := concat(" and ", [dimensions[name] | some name in absent])
	finding := {
		"resource": declaration.resource.key,
		"attribute": declaration[absent[0]].attribute,
		"evidence": "missing",
		"message": sprintf("%s does not declare its %s under the EU AI Act", [declaration.subject, words]),
	}
}

deny contains finding if {
	some declaration in declarations
	some name, known in {"role": roles, "risk_class": classes}
	some value in declaration[name].values
	not value in known
	finding := {
		"resource": declaration.resource.key,
		"attribute": declaration[name].attribute,
		"evidence": "vocabulary",
		"message": sprintf(
			"%s declares the %s %s; it must be one of %s",
			[declaration.subject, dimensions[name], value, concat(", ", known)],
		),
	}
}

# --- What follows from it -----------------------------------------------------------------------

deny contains finding if {
	some declaration in declarations
	"prohibited" in declaration.risk_class.values
	finding := {
		"resource": declaration.resource.key,
		"attribute": declaration.risk_class.attribute,
		"evidence": "prohibited",
		"message": sprintf("%s declares a practice that Article 5 prohibits", [declaration.subject]),
	}
}

deny contains finding if {
	some declaration in declarations
	"high" in declaration.risk_class.values
	not declaration.has_route
	finding := {
		"resource": declaration.resource.key,
		"attribute": declaration.risk_class.attribute,
		"evidence": "route",
		"message": sprintf(
			"%s is high-risk, but names no point of Annex III and no act of Annex I",
			[declaration.subject],
		),
	}
}

deny contains finding if {
	some model in manifests.releases
	written := stated(model, "annex_iii")
	manifests.said(written)
	not is_point(written)
	finding := {
		"resource": model.key,
		"attribute": "eu_ai_act.annex_iii",
		"evidence": "point",
		"message": sprintf("%s: Annex III has no point %v; write it like 5(d)", [model.address, written]),
	}
}

# `5(d)`, `5 d`, `Annex III, point 5(d)`, and several of them with commas in between.
is_point(written) if {
	text := regex.replace(lower(sprintf("%v", [written])), `annex\s*iii|points?|no\.`, " ")
	parts := [trim_space(part) | some part in regex.split(`[,;/]|\band\b`, text); trim_space(part) != ""]
	count(parts) > 0
	every part in parts {
		found := regex.find_all_string_submatch_n(`^\(?([1-8])\)?\s*[.]?\s*\(?([a-h]?)\)?$`, part, 1)
		contains(points[found[0][1]], found[0][2])
	}
}

deny contains finding if {
	some model in manifests.releases
	some class in values(model, "risk_class")
	class in {"limited", "minimal"}
	manifests.said(stated(model, "annex_iii"))
	not manifests.said(stated(model, "art6_3"))
	finding := {
		"resource": model.key,
		"attribute": "eu_ai_act.risk_class",
		"evidence": "annex_iii",
		"message": sprintf(
			"%s names point %v of Annex III, but is declared %s without an assessment under Article 6(3)",
			[model.address, stated(model, "annex_iii"), class],
		),
	}
}
