# METADATA
# title: Image does not enable remote model code
# description: >-
#   An image with TRUST_REMOTE_CODE or `--trust-remote-code` in its variables or its command runs Python files that come
#   with the model, wherever it is started and whatever the manifest says. In a RUN the same code runs on the build
#   machine, with its credentials, and stays in the layer. Stages that are not built are not judged.
# related_resources:
#   - https://huggingface.co/docs/transformers/main/en/models#custom-models
#   - https://docs.vllm.ai/en/latest/usage/security/
#   - https://cwe.mitre.org/data/definitions/829.html
# custom:
#   id: IMG-007
#   severity: high
#   applies_to:
#     format: dockerfile
#     types: [dockerfile_stage]
#   remediation: >-
#     Remove the variable and the switch, and serve an architecture that the server knows itself. Where the model's own
#     code is needed, review it at one commit, copy it into the image and load it from there.
package releasegate.img_007

import rego.v1

import data.lib.reading
import data.lib.releasegate as lib
import data.lib.remote_code

# What the image itself says is that of its final stage, with what that one has from the stages below.
skip contains r.key if {
	some r in input.resources.dockerfile_stage
	r.attributes.final != true
	count(commands(r)) == 0
}

deny contains finding if {
	some r in input.resources.dockerfile_stage
	r.attributes.final == true
	some name, value in reading.mapping(object.get(r.attributes, "env", {}))
	lib.known(value)
	remote_code.sets(name, value)
	finding := {
		"resource": r.key,
		"attribute": reading.path(["env", name]),
		"evidence": name,
		"message": sprintf("%s runs code that comes with the model (%s)", [r.address, name]),
	}
}

unknown contains finding if {
	some r in input.resources.dockerfile_stage
	r.attributes.final == true
	some name, value in reading.mapping(object.get(r.attributes, "env", {}))
	lib.unresolved(value)
	may_set(name, value)
	finding := {
		"resource": r.key,
		"attribute": reading.path(["env", name]),
		"message": sprintf("%s may run code that comes with the model: %s", [r.address, lib.cause(value)]),
		"cause": lib.cause(value),
	}
}

may_set(name, _) if remote_code.is_named(name)

may_set(name, _) if remote_code.holds_arguments(name)

deny contains finding if {
	some r in input.resources.dockerfile_stage
	r.attributes.final == true
	some command in ["entrypoint", "cmd"]
	words := [word | some word in object.get(r.attributes, command, []); is_string(word)]
	remote_code.is_flag_in(concat(" ", words))
	finding := {
		"resource": r.key,
		"attribute": command,
		"message": sprintf("%s starts a server that runs code that comes with the model", [r.address]),
	}
}

# --- While it is built -----------------------------------------------------------------------------

commands(r) := {i |
	r.attributes.role != "unused"
	some i, text in r.attributes.run
	remote_code.is_flag_in(text)
}

deny contains finding if {
	some r in input.resources.dockerfile_stage
	some i in commands(r)
	finding := {
		"resource": r.key,
		"attribute": sprintf("run[%d]", [i]),
		"message": sprintf("%s runs code that comes with the model while it is built", [r.address]),
	}
}
