# What the documents of one model state together, in three values, and which of its statements are missing.
package lib.statements

import rego.v1

import data.lib.manifests
import data.lib.models
import data.lib.reading

# --- Whom a policy about documentation asks -------------------------------------------------------

# The release manifests; where there are none, each model card, and each bill of materials about one model alone.
judged contains model if some model in manifests.releases

judged contains model if {
	count(manifests.releases) == 0
	some model in input.resources.model
	is_document(model)
}

is_document(model) if model.attributes.source == "model-card"

is_document(model) if {
	model.attributes.source in {"ml-bom", "spdx"}
	count([each | some each in input.resources.model; each.path == model.path]) == 1
	count([card | some card in input.resources.model; is_card_of(card, model)]) == 0
}

is_card_of(card, model) if {
	card.attributes.source == "model-card"
	models.same_name(models.called(card), models.called(model))
}

others contains model.key if {
	some model in input.resources.model
	not model in judged
}

# --- One statement --------------------------------------------------------------------------------

# Every answer of the model's documents under any of the names, such as [["fairness", "report"], ["fairness"]].
answers(model, names) := {each | some path in names; some each in models.declared(model, path)}

is_said(model, names) if {
	some each in answers(model, names)
	says(each.value)
	not is_broken(each)
}

says(value) if {
	manifests.said(value)
	not reading.placeholder(value)
}

says(value) if {
	some each in reading.items(value)
	manifests.said(each)
	not reading.placeholder(each)
}

# The statement is a path to a document, and no document is there, or an empty one.
is_broken(answer) if {
	some file in named_files(answer)
	not stands(file)
}

named_files(answer) := [file |
	some file in object.get(answer.manifest.attributes, "named_files", [])
	file.attribute == answer.attribute
]

stands(file) if {
	file.exists == true
	object.get(file, "size", 1) > 0
}

# --- Several statements ---------------------------------------------------------------------------

# Of the wanted {"names", "words"} those that no document states, in words that name a document that is not there.
missing(model, wanted) := [object.union(each, {"words": concat("", [each.words, lost(model, each.names)])}) |
	some each in wanted
	not is_said(model, each.names)
	count(open_answers(model, each.names)) == 0
]

lost(model, names) := sprintf(" (%s does not exist or is empty)", [sort(paths)[0]]) if {
	paths := {file.path |
		some each in answers(model, names)
		some file in named_files(each)
		not stands(file)
	}
	count(paths) > 0
} else := ""

# Of the wanted those that are stated by something that is not known, with what it is.
undecided(model, wanted) := [{"words": each.words, "answer": open[0], "cause": reading.cause(open[0].value)} |
	some each in wanted
	not is_said(model, each.names)
	open := open_answers(model, each.names)
	count(open) > 0
]

open_answers(model, names) := [each |
	some each in answers(model, names)
	reading.cause(each.value)
]

# The finding about what is absent, at the first of it. Undefined where nothing is.
complaint(model, absent, says_what) := {
	"resource": model.key,
	"attribute": place(model, absent[0].names),
	"evidence": "missing",
	"message": sprintf("%s %s %s", [model.address, says_what, in_words(absent)]),
} if {
	count(absent) > 0
}

# The finding about what is not known, where nothing is missing.
question(model, wanted, says_what) := object.union(
	{
		"resource": model.key,
		"message": sprintf("%s: whether it %s %s is not known", [model.address, says_what, in_words(open)]),
		"cause": open[0].cause,
	},
	spot(model, open[0].answer),
) if {
	count(missing(model, wanted)) == 0
	open := undecided(model, wanted)
	count(open) > 0
}

in_words(items) := concat(", ", [each.words | some each in items])

# The first of the names that is written, else the first.
place(model, names) := written[0] if {
	written := [concat(".", path) | some path in names; object.get(model.attributes, path, null) != null]
	count(written) > 0
} else := concat(".", names[0])

# Where the answer stands: an attribute of the model itself, or a related place in another of its documents.
spot(model, answer) := {"attribute": answer.attribute} if answer.manifest.key == model.key

spot(model, answer) := {"related": [{
	"resource": answer.manifest.key,
	"attribute": answer.attribute,
	"message": sprintf("stated in %s", [answer.manifest.address]),
}]} if {
	answer.manifest.key != model.key
}

# --- What the model is held to --------------------------------------------------------------------

# Its class under the AI Act; where its documents do not say, that of the release.
classes(model) := own if {
	own := {lower(each.value) | some each in models.declared(model, ["eu_ai_act", "risk_class"]); is_string(each.value)}
	count(own) > 0
} else := {lower(class) | some class in object.get(input.scope, "risk_class", [])}

# The same for its role.
roles(model) := own if {
	own := {lower(each.value) | some each in models.declared(model, ["eu_ai_act", "role"]); is_string(each.value)}
	count(own) > 0
} else := {lower(role) | some role in object.get(input.scope, "role", [])}

# Whoever says nothing of its role may be one.
is_provider(model) if "provider" in roles(model)

is_provider(model) if count(roles(model)) == 0

# Whether a document says yes.
is_declared(model, names) if {
	some each in models.declared(model, names)
	each.value == true
}

# The points of Annex III that its documents name: {"5d"} for `Annex III, point 5(d)`, {"2"} for 2.
annex_points(model) := {concat("", [found[1], found[2]]) |
	some each in models.declared(model, ["eu_ai_act", "annex_iii"])
	text := regex.replace(lower(sprintf("%v", [each.value])), `annex\s*iii`, " ")
	some found in regex.find_all_string_submatch_n(`([1-8])\s*\.?\s*\(?\s*([a-h]\b)?`, text, -1)
}

# Whether one of them is about people: all but the second, which is about infrastructure.
is_about_people(model) if {
	some point in annex_points(model)
	not startswith(point, "2")
}
