# Which manifests are about one model, what serves it, and what they declare of it together.
package lib.models

import rego.v1

import data.lib.releasegate as lib
import data.lib.settings

# --- One model, several manifests ---------------------------------------------------------------

# What the model is registered by: its release manifest, or where there is none the manifest itself.
registrations(model) := releases if {
	releases := lib.linked_from(model.key, "describes")
	count(releases) > 0
}

registrations(model) := {model} if is_leading(model)

# The manifest that the others of the same model describe; a manifest alone leads itself.
is_leading(model) if count(lib.linked_from(model.key, "describes")) == 0

# All manifests of the model: the registration, and every card, MLmodel file and bill of materials that describes it.
manifests(model) := registrations(model) | {other |
	some registration in registrations(model)
	some other in lib.linked_to(registration.key, "describes")
}

is_release(model) if model.attributes.source == "model-release"

# What people call the model.
called(model) := object.get(model.attributes, "name", model.address)

# `acme/Claims_Triage` and `claims-triage` are one.
same_name(one, other) if bare(one) == bare(other)

bare(name) := regex.replace(lower(regex.replace(sprintf("%v", [name]), `^.*[/\\]`, "")), `[^\p{L}\p{N}]+`, "")

# --- What serves it -----------------------------------------------------------------------------

# The manifests of every model that the workload serves.
served(workload) := {manifest |
	some model in lib.linked_from(workload.key, "serves")
	some manifest in manifests(model)
}

# What the models that the workload serves are registered by.
approved(workload) := {registration |
	some model in lib.linked_from(workload.key, "serves")
	some registration in registrations(model)
}

# The workloads that serve the model.
servers(model) := {workload |
	some manifest in manifests(model)
	some workload in lib.linked_to(manifest.key, "serves")
}

containers(workload) := {part | some part in lib.children(workload.key); part.type == "container"}

# The words of a workload or of a container that may name a model; what is not known is among them.
words(r) := array.concat(
	[{"resource": r, "attribute": "storage_uri", "value": uri} | uri := r.attributes.storage_uri],
	[{"resource": r, "attribute": settings.path_text([list, key]), "value": value} |
		some list in ["storage_uris", "arguments", "env_values"]
		not lib.unresolved(r.attributes[list])
		some key, value in r.attributes[list]
	],
)

# Those of a workload with all its containers that mention the text.
mentions(workload, text) := [word |
	is_string(text) # a name that is not known yet is mentioned nowhere
	some r in array.concat([workload], [container | some container in containers(workload)])
	some word in words(r)
	is_string(word.value)
	contains(word.value, text)
]

# What a container's options or variables of these names are set to: `--revision=x`, `--revision x` or REVISION=x.
options(container, names) := [{"attribute": settings.path_text(found.path), "value": found.value} |
	some name in names
	some found in array.concat(
		[option | some i, word in container.attributes.arguments; option := option_at(container, i, word, name)],
		[{"path": ["env_values", name], "value": value} | value := container.attributes.env_values[name]],
	)
]

option_at(container, i, word, name) := {"path": ["arguments", i + 1], "value": value} if {
	word == name
	value := container.attributes.arguments[i + 1]
}

option_at(_, i, word, name) := {"path": ["arguments", i], "value": trim_prefix(word, sprintf("%s=", [name]))} if {
	is_string(word)
	startswith(word, sprintf("%s=", [name]))
}

option_at(_, i, word, name) := {"path": ["arguments", i], "value": word} if {
	lib.unresolved(word)
	startswith(word["$unresolved"], sprintf("%s=", [name]))
}

# --- What is declared ---------------------------------------------------------------------------

# The answers of the model's manifests under these names, such as ["eu_ai_act", "risk_class"].
declared(model, names) := {{"manifest": manifest, "attribute": concat(".", names), "value": value} |
	some manifest in manifests(model)
	value := object.get(manifest.attributes, names, null)
	value != null
}

# The same for every model of the release.
declared_anywhere(names) := {value |
	some model in object.get(input.resources, "model", [])
	value := object.get(model.attributes, names, null)
	value != null
}
