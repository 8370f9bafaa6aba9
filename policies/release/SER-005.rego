# METADATA
# title: Remote code execution switches are off
# description: >-
#   With trust_remote_code the server downloads Python files from the model's repository and runs them, with the
#   rights of the pod, its tokens and its network. Whoever can push to that repository, or to one that its auto_map
#   names, decides what runs at the next start; pickle scanners and checksums of the weights do not look there.
#   Arguments, variables (also those that hold more arguments), Ray Serve configurations and config maps are read; what
#   an image says by itself is IMG-007.
# related_resources:
#   - https://huggingface.co/docs/transformers/main/en/models#custom-models
#   - https://docs.vllm.ai/en/latest/usage/security/
#   - https://cwe.mitre.org/data/definitions/829.html
# custom:
#   id: SER-005
#   severity: critical
#   applies_to:
#     types: [container, RayService, RayJob, ConfigMap]
#   remediation: >-
#     Remove --trust-remote-code (TRUST_REMOTE_CODE, trust_remote_code: true) and serve an architecture that the
#     server knows itself. Where the model's own code is needed, review it, package it with the image and load it from
#     there, in a sandbox without egress.
package releasegate.ser_005

import rego.v1

import data.lib.decisions
import data.lib.pods
import data.lib.reading
import data.lib.releasegate as lib
import data.lib.remote_code

# --- Containers -----------------------------------------------------------------------------------
# The first that says so is enough.

said[r.key] := remote_code.own(r) if some r in input.resources.container

evidence(r) := decisions.yes(said[r.key])

deny contains finding if {
	some r in input.resources.container
	found := evidence(r)[0]
	finding := {
		"resource": r.key,
		"attribute": found.attribute,
		"message": sprintf("%s runs code that comes with the model (%s)", [r.address, found.what]),
	}
}

# What is filled in where the container runs may say so, too.
doubts(r) := decisions.open(said[r.key])

# A template is judged where it is used, with the variables that are set there.
unknown contains finding if {
	some r in input.resources.container
	r.attributes.serving == true
	not pods.is_template(r)
	count(evidence(r)) == 0
	doubt := doubts(r)[0]
	cause := lib.cause(doubt.is)
	finding := {
		"resource": r.key,
		"attribute": doubt.attribute,
		"message": sprintf("%s may run code that comes with the model: %s", [r.address, cause]),
		"cause": cause,
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
	remote_code.is_flag_in(each.text)
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

# A config map that never speaks of it says nothing about servers either.
skip contains r.key if {
	some r in input.resources.ConfigMap
	count([text | text := r.attributes.data[_]; mentions(text)]) == 0
}

mentions(text) if {
	is_string(text)
	regex.match(`trust[-_]remote[-_]code`, lower(text))
}
