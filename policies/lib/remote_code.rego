# Whether a container runs Python code that comes with the model (trust_remote_code), and what says so.
package lib.remote_code

import rego.v1

import data.lib.decisions
import data.lib.pods
import data.lib.reading
import data.lib.releasegate as lib
import data.lib.settings

# The answer that decides: of the container's words and variables, or of the image it starts.
switch(container) := decisions.any_of([each |
	some answers in [
		own(container),
		of_image(container),
		[decisions.answer(container, "", false)],
	]
	some each in answers
])

# What the container itself says; a yes names in `what` the variable or the switch.
own(container) := array.concat(
	array.concat(arguments(container), hidden(container)),
	array.concat(variables(container), variables_from_elsewhere(container)),
)

# --- What switches it on --------------------------------------------------------------------------

is_flag(word) if {
	is_string(word)
	contains(lower(word), "remote")
	regex.match(`(--|(^|[\s"'=])-)trust[-_]remote[-_]code($|[\s"',\])]|=["']?(true|1|yes|on))`, lower(word))
}

is_flag(word) if {
	is_string(word)
	contains(lower(word), "remote")
	regex.match(`trust_remote_code["']?\s*[:=]\s*["']?(true|1|yes|on)($|[^a-z0-9_])`, lower(word))
}

# As `is_flag`, of a file or a script: comments do not count.
is_flag_in(text) if {
	is_string(text)
	contains(lower(text), "remote")
	is_flag(regex.replace(text, `(?m)(^|\s)#.*$`, ""))
}

is_off(value) if lower(sprintf("%v", [value])) in {"", "0", "false", "no", "off"}

is_named(variable) if endswith(lower(variable), "trust_remote_code")

# Variables that hold more arguments.
holds_arguments(variable) if regex.match(`(^|_)(args|flags|options|opts)$`, lower(variable))

sets(variable, value) if {
	is_named(variable)
	not is_off(value)
}

sets(variable, value) if {
	not is_named(variable)
	is_flag(value)
}

# --- Who says so ----------------------------------------------------------------------------------

said(r, path, is, what) := object.union(decisions.answer(r, settings.path_text(path), is), {"what": what})

arguments(r) := [said(r, ["arguments", i], is, "trust-remote-code") |
	words := reading.items(r.attributes.arguments)
	some i, word in words
	is := flag(word, array.concat(words, ["on"])[i + 1])
]

flag(word, following) := true if {
	is_flag(word)
	not takes_off(word, following)
}

# The value apart from the switch: `--trust-remote-code false`.
takes_off(word, following) if {
	regex.match(`^--?trust[-_]remote[-_]code$`, lower(word))
	following != ""
	is_off(following)
}

# Of a word that is filled in later often the name is known: `--max-model-len=$(LENGTH)` is something else.
flag(word, _) := word if {
	lib.unresolved(word)
	regex.match(`^[^=]*(args|flags|options|opts)|trust[-_]remote[-_]code`, lower(word["$unresolved"]))
}

# What the parser knows of the server's option and no word says: a configuration file switches it on, or an operator, a
# file or an image outside of the release may. An image of the release speaks for itself.
hidden(r) := [said(r, ["serving_options", "trust_remote_code"], value, name) |
	value := r.attributes.serving_options.trust_remote_code
	source := r.attributes.serving_option_sources.trust_remote_code
	name := object.get(source, "name", "trust-remote-code")
	is_hidden(r, value, source.by)
]

is_hidden(_, value, by) if {
	value == true
	by == "file"
}

is_hidden(_, value, by) if {
	lib.unresolved(value)
	by == "unknown"
}

is_hidden(r, value, by) if {
	lib.unresolved(value)
	by == "image"
	count([stage | some stage in lib.linked_from(r.key, "runs_image"); stage.type == "dockerfile_stage"]) == 0
}

variables(r) := [said(r, ["env_values", variable], is, variable) |
	some variable, value in reading.mapping(r.attributes.env_values)
	is := variable_sets(variable, value)
]

variable_sets(variable, value) := true if {
	not lib.unresolved(value)
	sets(variable, value)
}

variable_sets(variable, value) := value if {
	lib.unresolved(value)
	relevant(variable)
}

# A value from elsewhere: that of a config map may be in the release.
variables_from_elsewhere(r) := [said(r, array.concat(["env", i], rest), is, entry.name) |
	some i, entry in reading.items(r.attributes.env)
	is_object(entry.valueFrom)
	is_string(entry.name)
	is := taken(r, entry)
	rest := [step | some step in ["valueFrom", "configMapKeyRef"]; is == true]
]

taken(r, entry) := true if {
	some value in config_map_values(r, entry)
	sets(entry.name, value)
}

taken(r, entry) := {"$unresolved": entry.name, "reason": reason} if {
	count(config_map_values(r, entry)) == 0
	relevant(entry.name)
	reason := sprintf("%s is filled in where the container runs", [entry.name])
}

relevant(variable) if is_named(variable)

relevant(variable) if holds_arguments(variable)

config_map_values(r, entry) := {value |
	reference := entry.valueFrom.configMapKeyRef
	some map in input.resources.ConfigMap
	reading.name(map) == reference.name
	reading.namespace(map) == pods.namespace(r)
	value := map.attributes.data[reference.key]
}

# The pod's command replaces entrypoint and command of the image, its arguments the command alone.
of_image(r) := [decisions.answer(stage, attribute, true) |
	some stage in lib.linked_from(r.key, "runs_image")
	stage.type == "dockerfile_stage"
	some attribute in speaking(r, stage)
]

speaking(r, stage) := {command |
	some command in {"entrypoint", "cmd"} - replaced(r)
	some word in reading.items(stage.attributes[command])
	is_flag(word)
} | {settings.path_text(["env", variable]) |
	some variable, value in reading.mapping(stage.attributes.env)
	not lib.unresolved(value)
	sets(variable, value)
	not variable in object.keys(reading.mapping(r.attributes.env_values))
}

replaced(r) := {"entrypoint", "cmd"} if r.attributes.command

replaced(r) := {"cmd"} if {
	not r.attributes.command
	r.attributes.args
}

replaced(r) := set() if {
	not r.attributes.command
	not r.attributes.args
}
