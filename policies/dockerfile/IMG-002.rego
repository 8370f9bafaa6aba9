# METADATA
# title: Base images are pinned by digest
# description: >-
#   A tag is a name that its owner may point somewhere else at any time: the image built tomorrow is not the one that
#   was reviewed and scanned today, and whoever takes over the registry account is inside every new build. Images that
#   files are copied from count as well. Stages that start from an earlier stage or from scratch have nothing to pin.
# related_resources:
#   - https://docs.docker.com/build/building/best-practices/#pin-base-image-versions
#   - https://cwe.mitre.org/data/definitions/829.html
# custom:
#   id: IMG-002
#   severity: high
#   applies_to:
#     format: dockerfile
#     types: [dockerfile_stage]
#   remediation: >-
#     Write the digest behind the tag, `FROM python:3.11.10-slim@sha256:…`; `docker buildx imagetools inspect
#     python:3.11.10-slim` shows it. The same goes for `COPY --from=` and `RUN --mount=from=`. Let Renovate or Dependabot
#     propose new digests, so that the pin does not go stale.
package releasegate.img_002

import rego.v1

import data.lib.releasegate as lib

digest_shape := `^(sha256:[0-9a-f]{64}|sha512:[0-9a-f]{128})$`

pinned(reference) if regex.match(digest_shape, split(reference, "@")[1])

# --- What a stage takes from outside ------------------------------------------------------------

outside contains {"stage": r, "attribute": "base.digest", "image": r.attributes.base.reference} if {
	some r in input.resources.dockerfile_stage
	not r.attributes.base.stage
	not r.attributes.base.scratch
	lib.known(r.attributes.base.reference)
}

outside contains {"stage": r, "attribute": sprintf("copy[%d].from", [i]), "image": entry.from} if {
	some r in input.resources.dockerfile_stage
	some i, entry in r.attributes.copy
	is_image(r, entry.from)
}

outside contains {"stage": r, "attribute": sprintf("instructions[%d]", [i]), "image": image} if {
	some r in input.resources.dockerfile_stage
	some i, instruction in r.attributes.instructions
	some mount in mounts(instruction)
	some option in split(mount, ",")
	startswith(option, "from=")
	image := trim_prefix(option, "from=")
	is_image(r, image)
}

mounts(instruction) := [mount | some mount in instruction.flags.mount; is_string(mount)] if {
	is_array(instruction.flags.mount)
}

mounts(instruction) := [instruction.flags.mount] if is_string(instruction.flags.mount)

# The name of a stage of the file, or its number, is no image.
is_image(r, name) if {
	is_string(name)
	name != "scratch"
	not contains(name, "$")
	not regex.match(`^[0-9]+$`, name)
	not lower(name) in stages_beside(r)
}

stages_beside(r) := {lower(other.attributes.name) |
	some other in input.resources.dockerfile_stage
	other.path == r.path
	other.attributes.name
}

has_outside(r) if {
	some each in outside
	each.stage.key == r.key
}

# --- What is not known --------------------------------------------------------------------------

open_ends contains {"stage": r, "attribute": "base.digest", "what": "base image", "cause": lib.cause(base.digest)} if {
	some r in input.resources.dockerfile_stage
	base := r.attributes.base
	lib.unresolved(base.digest)
}

# The registry or the path is not known, but that no digest follows is.
deny contains finding if {
	some r in input.resources.dockerfile_stage
	lib.unresolved(r.attributes.base.reference)
	not r.attributes.base.digest
	finding := {
		"resource": r.key,
		"attribute": "base.digest",
		"message": sprintf("%s starts from an image that is not pinned by digest", [r.address]),
	}
}

open_ends contains {"stage": r, "attribute": attribute, "what": "image it copies from", "cause": lib.cause(entry.from)} if {
	some r in input.resources.dockerfile_stage
	some i, entry in r.attributes.copy
	lib.unresolved(entry.from)
	attribute := sprintf("copy[%d].from", [i])
}

open_ends contains {"stage": r, "attribute": attribute, "what": "image it mounts", "cause": cause} if {
	some r in input.resources.dockerfile_stage
	some i, instruction in r.attributes.instructions
	some mount in mounts(instruction)
	some option in split(mount, ",")
	startswith(option, "from=")
	contains(option, "$")
	attribute := sprintf("instructions[%d]", [i])
	cause := sprintf("%s is put in place by the builder", [trim_prefix(option, "from=")])
}

# --- Verdicts -----------------------------------------------------------------------------------

skip contains r.key if {
	some r in input.resources.dockerfile_stage
	self_contained(r)
	not has_outside(r)
	count([each | some each in open_ends; each.stage.key == r.key]) == 0
}

self_contained(r) if r.attributes.base.stage

self_contained(r) if r.attributes.base.scratch

verb("base.digest") := "starts from"

verb(attribute) := "copies files from" if startswith(attribute, "copy")

verb(attribute) := "mounts files of" if startswith(attribute, "instructions")

deny contains finding if {
	some each in outside
	not pinned(each.image)
	r := each.stage
	finding := {
		"resource": r.key,
		"attribute": each.attribute,
		"evidence": each.image,
		"message": sprintf("%s %s %s, which is not pinned by digest", [r.address, verb(each.attribute), each.image]),
	}
}

unknown contains finding if {
	some each in open_ends
	finding := {
		"resource": each.stage.key,
		"attribute": each.attribute,
		"message": sprintf("%s: whether the %s is pinned by digest is not known", [each.stage.address, each.what]),
		"cause": each.cause,
	}
}
