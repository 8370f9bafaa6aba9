# METADATA
# title: The declared risk class fits the use case
# description: >-
#   A class that is too low switches off the duties that protect people, and a prohibited practice may not be released
#   under any class. The name, the task and the stated purpose of a model are searched for the words of Article 5 and of
#   Annex III. A sentence that says what the model is not for does not count, nor what stands under limitations. Words
#   that fit a use of Annex III and others too leave the answer open.
# related_resources:
#   - https://artificialintelligenceact.eu/article/5/
#   - https://artificialintelligenceact.eu/annex/3/
#   - https://eur-lex.europa.eu/eli/reg/2024/1689/oj
# custom:
#   id: GOV-003
#   severity: critical
#   applies_to:
#     format: model
#     types: [model]
#   parameters:
#     prohibited:
#       "5(1)(a)": [subliminal techniques, subliminal manipulation]
#       "5(1)(c)": [social scoring, social credit score, social credit scoring, citizen scoring]
#       "5(1)(d)": [criminal profiling, predict criminality, predicting criminality, crime prediction + individual]
#       "5(1)(e)": [face scraping, scrape faces, scraping faces]
#       "5(1)(f)":
#         - emotion recognition + workplace
#         - emotion recognition + employees
#         - emotion recognition + classroom
#         - emotion recognition + students
#         - emotions of employees
#         - emotions of students
#         - emotionserkennung + arbeitsplatz
#       "5(1)(g)":
#         - infer race
#         - infer ethnicity
#         - infer religion
#         - infer sexual orientation
#         - sexual orientation + face
#         - biometric categorisation + race
#         - biometric categorization + race
#       "5(1)(h)": [real time + remote biometric identification, live facial recognition]
#     annex_iii:
#       "1":
#         - biometric categorisation
#         - biometric categorization
#         - biometric identification
#         - facial emotion recognition
#         - speech emotion recognition
#         - emotion recognition + face
#         - emotion recognition + voice
#       "3":
#         - exam grading
#         - exam proctoring
#         - essay grading
#         - student admission
#         - university admission
#         - grade students
#         - admission of students
#       "4":
#         - applicant screening
#         - candidate screening
#         - candidate ranking
#         - rank candidates
#         - rank applicants
#         - screen applicants
#         - cv screening
#         - resume screening
#         - resume ranking
#         - screen resumes
#         - hiring decision
#         - employee performance evaluation
#         - bewerberauswahl
#       "5":
#         - credit scoring
#         - credit score
#         - creditworthiness
#         - credit decision
#         - loan approval
#         - loan default prediction
#         - benefit eligibility
#         - eligibility for benefits
#         - life insurance + pricing
#         - health insurance + pricing
#         - emergency triage
#         - patient triage
#         - emergency call
#         - kreditwürdigkeit
#         - bonitätsprüfung
#       "6": [recidivism, risk of reoffending, polygraph, evidence + reliability + criminal]
#       "7": [asylum application, visa application, border control + risk]
#       "8": [judicial decision, court decision + judge, sentencing + court, voting behaviour, voting behavior]
#     unclear:
#       "1": [face recognition, facial recognition, face identification, emotion recognition]
#       "3": [student assessment, dropout prediction]
#       "4": [cv parsing, resume parsing, job matching]
#       "5": [credit risk, default risk, fraud scoring + applicants]
#   remediation: >-
#     Correct `eu_ai_act.risk_class` and `annex_iii` of model-release.yaml. Where the use is none of those, or is not
#     high-risk by Article 6(3), reference the assessment in `art5` or `art6_3`; a system that profiles people is
#     high-risk all the same. A prohibited practice is not released.
package releasegate.gov_003

import rego.v1

import data.lib.models
import data.lib.reading
import data.lib.sentences
import data.lib.statements

skip contains key if some key in statements.others

# --- What is said of the use ----------------------------------------------------------------------

attributes := ["name", "task", "kind", "tags", "intended_use"]

# Every sentence about the use that does not deny it; in a bill of materials each line is a text of its own.
sentences_of(model) := {{"manifest": manifest, "attribute": attribute, "text": text} |
	some manifest in models.manifests(model)
	some attribute in attributes
	some written in reading.texts(object.get(manifest.attributes, attribute, []))
	some text in read(manifest, written)
	not sentences.is_denied(text)
}

read(manifest, text) := sentences.of_lines(text) if manifest.attributes.source in {"ml-bom", "spdx"}

read(manifest, text) := sentences.of_prose(text) if not manifest.attributes.source in {"ml-bom", "spdx"}

# --- Phrases --------------------------------------------------------------------------------------

wanted := [{"kind": kind, "point": point, "phrase": phrase, "parts": parts} |
	some kind in ["prohibited", "annex_iii", "unclear"]
	some point, phrases in input.parameters[kind]
	some phrase in phrases
	parts := split(phrase, " + ")
]

# The sentences with all parts of a phrase, which a plus joins. Most models have none, which their whole text shows.
hits[model.key] := {object.union(said, each) |
	count(likely) > 0
	some said in sentences_of(model)
	some each in likely
	has_all(said.text, each.parts)
} if {
	some model in statements.judged
	text := whole(model)
	likely := [each | some each in wanted; has_all(text, each.parts)]
}

whole(model) := sentences.plain(concat(" . ", [text |
	some manifest in models.manifests(model)
	some attribute in attributes
	text := concat(" . ", reading.texts(object.get(manifest.attributes, attribute, "")))
]))

has_all(text, parts) if {
	every part in parts {
		sentences.has_words(text, part)
	}
}

# --- What is declared -----------------------------------------------------------------------------

declared(model) := {lower(each.value) |
	some each in models.declared(model, ["eu_ai_act", "risk_class"])
	is_string(each.value)
}

is_cleared(model, key) if statements.is_said(model, [["eu_ai_act", key]])

is_profiling(model) if statements.is_declared(model, ["privacy", "profiling"])

# The assessment under Article 6(3) does not help who profiles people.
is_below_high(model) if {
	is_cleared(model, "art6_3")
	not is_profiling(model)
}

of_kind(model, kind) := {hit | some hit in hits[model.key]; hit.kind == kind}

prohibited(model) := of_kind(model, "prohibited") if {
	not "prohibited" in declared(model)
	not is_cleared(model, "art5")
} else := set()

uses(model, kind) := of_kind(model, kind) if {
	count(declared(model) & {"high", "prohibited"}) == 0
	not is_below_high(model)
} else := set()

in_words(phrase) := replace(phrase, " + ", " and ")

# --- Verdicts -------------------------------------------------------------------------------------

classes(model) := concat(" and ", sort(declared(model))) if count(declared(model)) > 0

classes(model) := "in no class" if count(declared(model)) == 0

finding(model, found, evidence, format) := {
	"resource": model.key,
	"attribute": "eu_ai_act.risk_class",
	"evidence": evidence,
	"message": sprintf(format, [model.address, classes(model), in_words(first.phrase), first.point]),
	"related": sort({{
		"resource": each.manifest.key,
		"attribute": each.attribute,
		"message": sprintf("%q stands here", [in_words(each.phrase)]),
	} |
		some each in found
	}),
} if {
	first := sort(found)[0]
}

deny contains finding(model, found, "prohibited", format) if {
	some model in statements.judged
	found := prohibited(model)
	count(found) > 0
	format := "%s is declared %s, but its purpose speaks of %s, which Article %s prohibits"
}

deny contains finding(model, found, "annex_iii", format) if {
	some model in statements.judged
	count(declared(model)) > 0
	found := uses(model, "annex_iii")
	count(found) > 0
	format := "%s is declared %s, but its purpose speaks of %s, a use of Annex III, point %s"
}

# A system of Annex III that profiles people is high-risk, whatever its assessment says.
deny contains result if {
	some model in statements.judged
	count(declared(model)) > 0
	count(declared(model) & {"high", "prohibited"}) == 0
	count(statements.annex_points(model)) > 0
	is_profiling(model)
	result := {
		"resource": model.key,
		"attribute": "eu_ai_act.risk_class",
		"evidence": "profiling",
		"message": sprintf(
			"%s is declared %s, but is a system of Annex III that profiles people, which is always high-risk",
			[model.address, classes(model)],
		),
		"related": [{"resource": each.manifest.key, "attribute": each.attribute, "message": "profiling"} |
			some each in models.declared(model, ["privacy", "profiling"])
		],
	}
}

unknown contains object.union(finding(model, found, "unclear", format), {"cause": cause}) if {
	some model in statements.judged
	count(declared(model)) > 0
	count(prohibited(model) | uses(model, "annex_iii")) == 0
	found := uses(model, "unclear")
	count(found) > 0
	format := "%s is declared %s; whether %s is here a use of Annex III, point %s, is not known"
	cause := "the words fit uses of Annex III and others; no assessment is referenced"
}

# Where no class is declared nothing can contradict it.
unknown contains object.union(finding(model, found, "undeclared", format), {"cause": cause}) if {
	some model in statements.judged
	count(declared(model)) == 0
	found := uses(model, "annex_iii")
	count(found) > 0
	format := "%s is declared %s, and its purpose speaks of %s, a use of Annex III, point %s"
	cause := "no document declares the risk class"
}
