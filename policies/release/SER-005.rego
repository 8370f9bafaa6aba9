# METADATA
# title: Remote code execution switches are off
# description: >-
#   With trust_remote_code the server downloads Python files from the model's repository and runs them, with the
#   rights of the pod, its tokens and its network. Whoever can push to that repository, or to one that its auto_map
#   names, decides what runs at the next start; pickle scanners and checksums of the weights do not look there.
#   Arguments, variables (also those that hold more arguments), images, Ray Serve configurations and config maps are
#   read.
# related_resources:
#   - https://huggingface.co/docs/transformers/main/en/models#custom-models
#   - https://docs.vllm.ai/en/latest/usage/security/
#   - https://cwe.mitre.org/data/definitions/829.html
# custom:
#   id: SER-005
#   severity: critical
#   applies_to:
#     types: [container, dockerfile_stage, RayService, RayJob, ConfigMap]
#   remediation: >-
#     Remove --trust-remote-code (TRUST_REMOTE_CODE, trust_remote_code: true) and serve an architecture that the
#     server knows itself. Where the model's own code is needed, review it, package it with the image and load it from
#     there, in a sandbox without egress.
package releasegate.ser_005

import rego.v1

import data.lib.pods
import data.lib.reading
import data.lib.releasegate as lib

_in_text := concat("", [
	`(?m)^[^#\n]*(--trust[-_]remote[-_]code($|[\s"',\])]|=["']?(true|1|yes))`,
	`|trust_remote_code["']?\s*[:=]\s*["']?(true|1|yes)($|[^a-z0-9_]))`,
])

says_so(text) if {
	is_string(text)
	contains(lower(text), "remote")
	regex.match(_in_text, lower(text))
}

off(value) if lower(sprintf("%v", [value])) in {"", "false", "0", "no", "off"}

# --- Containers -----------------------------------------------------------------------------------
# What says so, in the order in which it is looked for; the first one is enough.

evidence(r) := array.concat(array.concat(in_arguments(r), in_variables(r)), in_config_maps(r))

arguments(r) := reading.items(r.attributes.arguments)

next_word(r, i) := arguments(r)[i + 1] if i + 1 < count(arguments(r))

next_word(r, i) := "" if i + 1 >= count(arguments(r))

in_arguments(r) := [{"at": sprintf("arguments[%d]", [i]), "what": "trust-remote-code"} |
	some i, word in arguments(r)
	says_so(word)
	not followed_by_no(r, i)
]

followed_by_no(r, i) if {
	regex.match(`^--trust[-_]remote[-_]code$`, lower(arguments(r)[i]))
	next_word(r, i) != ""
	off(next_word(r, i))
}

named(name) if endswith(lower(name), "trust_remote_code")

in_variables(r) := [{"at": reading.path(["env_values", name]), "what": name} |
	some name, value in reading.mapping(r.attributes.env_values)
	allows(name, value)
]

allows(name, value) if {
	named(name)
	not off(value)
	not lib.unresolved(value)
}

allows(name, value) if {
	not named(name)
	says_so(value)
}

# A value from a config map that is in the release.
in_config_maps(r) := [{"at": sprintf("env[%d].valueFrom.configMapKeyRef", [i]), "what": entry.name} |
	entry := r.attributes.env[i]
	is_string(entry.name)
	passes_on(entry.name)
	some value in configured(r, entry)
	allows(entry.name, value)
]

configured(r, entry) := {value |
	reference := entry.valueFrom.configMapKeyRef
	some map in input.resources.ConfigMap
	reading.name(map) == reference.name
	reading.namespace(map) == pods.namespace(r)
	value := map.attributes.data[reference.key]
}

# Variables that are the switch, or that hold more arguments.
passes_on(name) if named(name)

passes_on(name) if {
	some ending in ["_args", "_flags", "_options", "_opts"]
	endswith(sprintf("_%s", [lower(name)]), ending)
}

deny contains finding if {
	some r in input.resources.container
	found := evidence(r)[0]
	finding := {
		"resource": r.key,
		"attribute": found.at,
		"message": sprintf("%s runs code that comes with the model (%s)", [r.address, found.what]),
	}
}

# What is filled in where the container runs may say so, too.
doubts(r) := array.concat(
	[{"at": sprintf("arguments[%d]", [i]), "cause": lib.cause(word)} |
		some i, word in arguments(r)
		lib.unresolved(word)
		regex.match(`^[^=]*(args|opts|options|flags)|trust[-_]remote[-_]code`, lower(word["$unresolved"]))
	],
	array.concat(
		[{"at": reading.path(["env_values", name]), "cause": lib.cause(value)} |
			some name, value in reading.mapping(r.attributes.env_values)
			passes_on(name)
			lib.unresolved(value)
		],
		[{"at": sprintf("env[%d]", [i]), "cause": cause} |
			entry := r.attributes.env[i]
			is_string(entry.name)
			passes_on(entry.name)
			is_object(entry.valueFrom)
			count(configured(r, entry)) == 0
			cause := sprintf("%s is filled in where the container runs", [entry.name])
		],
	),
)

# A template is judged where it is used, with the variables that are set there.
unknown contains finding if {
	some r in input.resources.container
	r.attributes.serving == true
	not pods.is_template(r)
	count(evidence(r)) == 0
	doubt := doubts(r)[0]
	finding := {
		"resource": r.key,
		"attribute": doubt.at,
		"message": sprintf("%s may run code that comes with the model: %s", [r.address, doubt.cause]),
		"cause": doubt.cause,
	}
}

# --- Images ---------------------------------------------------------------------------------------

deny contains finding if {
	some r in input.resources.dockerfile_stage
	r.attributes.final == true
	some name, value in reading.mapping(r.attributes.env)
	allowed_by_image(name, value)
	finding := {
		"resource": r.key,
		"attribute": reading.path(["env", name]),
		"message": sprintf("%s starts servers that run code that comes with the model (%s)", [r.address, name]),
	}
}

# One that is not known makes the verdict unknown by itself.
allowed_by_image(name, value) if allows(name, value)

allowed_by_image(name, value) if {
	named(name)
	lib.unresolved(value)
}

deny contains finding if {
	some r in input.resources.dockerfile_stage
	r.attributes.final == true
	some command in ["entrypoint", "cmd"]
	says_so(concat(" ", reading.texts(r.attributes[command])))
	finding := {
		"resource": r.key,
		"attribute": command,
		"message": sprintf("%s starts a server that runs code that comes with the model", [r.address]),
	}
}

# --- Configurations -------------------------------------------------------------------------------

configurations contains item if {
	some r in input.resources.RayService
	item := {"resource": r, "at": "spec.serveConfigV2", "text": r.attributes.spec.serveConfigV2}
}

configurations contains item if {
	some r in input.resources.RayJob
	item := {"resource": r, "at": "spec.entrypoint", "text": r.attributes.spec.entrypoint}
}

configurations contains item if {
	some r in input.resources.ConfigMap
	some name, text in reading.mapping(r.attributes.data)
	item := {"resource": r, "at": reading.path(["data", name]), "text": text}
}

deny contains finding if {
	some each in configurations
	says_so(each.text)
	finding := {
		"resource": each.resource.key,
		"attribute": each.at,
		"message": sprintf("%s switches on code that comes with the model (%s)", [each.resource.address, each.at]),
	}
}

# --- What is none of this policy's business -------------------------------------------------------

skip contains r.key if {
	some r in input.resources.container
	not r.attributes.serving == true
	count(evidence(r)) == 0
}

skip contains r.key if {
	some r in input.resources.dockerfile_stage
	not r.attributes.final == true
}

# A config map that never speaks of it says nothing about servers either.
skip contains r.key if {
	some r in input.resources.ConfigMap
	count([text | text := r.attributes.data[_]; mentions(text)]) == 0
}

mentions(text) if {
	is_string(text)
	regex.match(`trust[-_]remote[-_]code`, lower(text))
}
