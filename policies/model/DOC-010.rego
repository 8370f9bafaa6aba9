# METADATA
# title: Card, bill of materials and release manifest agree
# description: >-
#   Name, version, license, task, base model, class of data, risk class and role are written in several documents of one
#   model. Where two of them contradict each other one is wrong, and whoever reads that one relies on another model than
#   the one that is served. Different spellings of the same thing, and a shorter version or name, are no contradiction.
# related_resources:
#   - https://huggingface.co/docs/hub/model-cards
#   - https://cyclonedx.org/capabilities/mlbom/
#   - https://spdx.org/licenses/
# custom:
#   id: DOC-010
#   severity: medium
#   applies_to:
#     format: model
#     types: [model]
#   parameters:
#     tasks:
#       - any-to-any
#       - audio-classification
#       - automatic-speech-recognition
#       - depth-estimation
#       - document-question-answering
#       - feature-extraction
#       - fill-mask
#       - image-classification
#       - image-feature-extraction
#       - image-segmentation
#       - image-text-to-text
#       - image-to-image
#       - image-to-text
#       - image-to-video
#       - object-detection
#       - question-answering
#       - reinforcement-learning
#       - sentence-similarity
#       - summarization
#       - tabular-classification
#       - tabular-regression
#       - text-classification
#       - text-generation
#       - text-ranking
#       - text-to-audio
#       - text-to-image
#       - text-to-speech
#       - text-to-video
#       - time-series-forecasting
#       - token-classification
#       - translation
#       - video-classification
#       - visual-question-answering
#       - zero-shot-classification
#   remediation: >-
#     Find out which document is right, correct the other one, and have both written by the step that releases the
#     model. A card or ML-BOM of another model belongs into a folder of its own.
package releasegate.doc_010

import rego.v1

import data.lib.manifests
import data.lib.models
import data.lib.reading
import data.lib.statements

skip contains key if some key in statements.others

skip contains model.key if {
	some model in statements.judged
	count(documents(model)) == 1
}

# --- What is compared -----------------------------------------------------------------------------

sources := ["model-release", "model-card", "ml-bom", "spdx", "mlmodel"]

# The documents of the model, the one that is judged first.
documents(model) := array.concat([model], sort([other |
	some other in papers(model)
	other.key != model.key
	other.attributes.source in sources
]))

papers(model) := models.manifests(model) if models.is_release(model)

papers(model) := {other |
	some other in input.resources.model
	models.same_name(models.called(other), models.called(model))
} if {
	not models.is_release(model)
}

fields := {
	"name": ["name"],
	"version": ["version"],
	"license": ["license"],
	"task": ["task"],
	"base model": ["base_model"],
	"class of data": ["data", "classification"],
	"risk class": ["eu_ai_act", "risk_class"],
	"role": ["eu_ai_act", "role"],
}

# What the documents say of the field, in their order.
said(model, field) := [{"manifest": document, "attribute": concat(".", fields[field]), "value": value} |
	some document in documents(model)
	value := object.get(document.attributes, fields[field], null)
	value != null
]

# The first statement that others contradict, with those.
conflict(model, field) := {"one": one, "others": others} if {
	all := said(model, field)
	conflicts := [[one, others] |
		some i, one in all
		others := [other | some j, other in all; j > i; contradicts(field, one.value, other.value)]
		count(others) > 0
	]
	[one, others] := conflicts[0]
}

# --- When two statements contradict each other ----------------------------------------------------

contradicts("name", one, other) if not overlap(models.bare(one), models.bare(other))

overlap(one, other) if contains(one, other)

overlap(one, other) if contains(other, one)

contradicts("version", one, other) if {
	x := number_of(one)
	y := number_of(other)
	x != y
	not startswith(x, concat("", [y, "."]))
	not startswith(y, concat("", [x, "."]))
}

# Other versions, such as a commit, are of another kind.
number_of(version) := trim_prefix(lower(version), "v") if {
	is_string(version)
	regex.match(`^[vV]?[0-9]+(\.[0-9]+)*([-+][0-9A-Za-z.+-]+)?$`, version)
}

contradicts("license", one, other) if {
	xs := licenses(one)
	ys := licenses(other)
	count(xs) > 0
	count(ys) > 0
	count([x | some x in xs; some y in ys; is_same_license(x, y)]) == 0
}

licenses(value) := [text | some text in reading.texts(value); says_which(text)]

says_which(text) if {
	manifests.said(text)
	not lower(text) in {"other", "custom", "noassertion"}
	not reading.placeholder(text)
}

is_same_license(one, other) if words(one) == words(other)

# A name in words may be longer: `Apache License 2.0` and apache-2.0, `Llama 3.1 Community License` and llama3.1.
is_same_license(one, other) if {
	contains(trim_space(concat("", [one, other])), " ")
	x := {word | some word in words(one)}
	y := {word | some word in words(other)}
	count(x & y) == min([count(x), count(y)])
}

words(license) := [word |
	spaced := regex.replace(lower(license), `([a-z])([0-9])`, "$1 $2")
	some word in split(trim_space(regex.replace(spaced, `[^a-z0-9]+`, " ")), " ")
	not word in {"the", "license", "licence", "version", "v", "only", "or", "later"}
]

contradicts("task", one, other) if {
	x := task(one)
	y := task(other)
	x != y
	not ({x, y} & {"text-generation", "summarization", "translation"} == {x, y})
}

# Only the tasks of the Hub are names; anything else is a description.
task(value) := name if {
	is_string(value)
	name := regex.replace(lower(trim_space(value)), `[\s_]+`, "-")
	name in input.parameters.tasks
}

contradicts("base model", one, other) if {
	xs := bases(one)
	ys := bases(other)
	count(xs) > 0
	count(ys) > 0
	count([x | some x in xs; some y in ys; overlap(x, y)]) == 0
}

bases(value) := {models.bare(name) |
	some each in array.concat(reading.items(value), [each | each := value; is_object(value)])
	is_object(each)
	name := object.get(each, "name", "")
	manifests.said(name)
}

contradicts(field, one, other) if {
	field in {"class of data", "risk class", "role"}
	is_string(one)
	is_string(other)
	not reading.placeholder(one)
	not reading.placeholder(other)
	lower(one) != lower(other)
}

# --- Verdicts -------------------------------------------------------------------------------------

shown(value) := value if is_string(value)

shown(value) := concat(", ", [name(each) | some each in reading.items(value)]) if is_array(value)

shown(value) := name(value) if is_object(value)

name(entry) := sprintf("%v", [entry]) if not is_object(entry)

name(entry) := reading.text(object.get(entry, "name", "")) if is_object(entry)

deny contains finding if {
	some model in statements.judged
	some field, path in fields
	found := conflict(model, field)
	other := found.others[0]
	sides := [shown(found.one.value), found.one.manifest.path, shown(other.value), other.manifest.path]
	ends := [end | some end in array.concat([found.one], found.others); end.manifest.key != model.key]
	finding := {
		"resource": model.key,
		"attribute": concat(".", path),
		"evidence": field,
		"message": sprintf("%s: its %s is %s in %s, but %s in %s", array.concat([model.address, field], sides)),
		"related": [{
			"resource": end.manifest.key,
			"attribute": end.attribute,
			"message": sprintf("%s: %s", [field, shown(end.value)]),
		} |
			some end in ends
		],
	}
}

unknown contains finding if {
	some model in statements.judged
	some field, path in fields
	not conflict(model, field)
	all := said(model, field)
	count(all) > 1
	open := [each | some each in all; reading.cause(each.value)]
	finding := {
		"resource": model.key,
		"attribute": concat(".", path),
		"evidence": field,
		"message": sprintf("%s: whether its documents agree on the %s is not known", [model.address, field]),
		"cause": reading.cause(open[0].value),
		"related": [{"resource": each.manifest.key, "attribute": each.attribute, "message": field} |
			some each in all
			each.manifest.key != model.key
		],
	}
}
