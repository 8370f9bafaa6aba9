# METADATA
# title: Base image is minimal or approved
# description: >-
#   Every program in the image that serving does not need is one more that can have a hole and that an intruder finds
#   ready: compilers, package managers, shells. Distroless, Chainguard, slim and runtime images leave most of it out;
#   what else an organisation trusts, it says in `approved`. Compilers that the final image installs count as well, as
#   long as the same RUN does not remove them.
# related_resources:
#   - https://docs.docker.com/build/building/best-practices/#choose-the-right-base-image
#   - https://docs.docker.com/build/building/multi-stage/
#   - https://cwe.mitre.org/data/definitions/1104.html
# custom:
#   id: IMG-003
#   severity: medium
#   applies_to:
#     format: dockerfile
#     types: [dockerfile_stage]
#   parameters:
#     approved: []
#     minimal: "(?i)(^(gcr\\.io/distroless|cgr\\.dev)/|[/:._-](alpine|busybox|chiseled|distroless|micro|minimal|nanoserver|slim|static|wolfi)([0-9.:_-]|$)|/cuda:.*-(base|runtime)-)"
#     full: "(?i)([:._-]dev|[:._-]devel|[:._-]debug|[:._-]sdk)([._-]|$)"
#     build_tools:
#       - build-base
#       - build-essential
#       - cargo
#       - clang
#       - cmake
#       - cuda-toolkit
#       - g++
#       - gcc
#       - gcc-c++
#       - golang
#       - make
#       - ninja-build
#       - rustc
#   remediation: >-
#     Build in a stage of its own and start the final stage from a small image: gcr.io/distroless/python3, a Chainguard
#     image, python:…-slim, or nvidia/cuda:…-runtime-… instead of -devel-. Name the images that your organisation has
#     approved in the parameter `approved`, as regular expressions over the full name such as
#     ^registry\.acme\.example/base/.
package releasegate.img_003

import rego.v1

import data.lib.releasegate as lib

final contains r if {
	some r in input.resources.dockerfile_stage
	r.attributes.final == true
}

skip contains r.key if {
	some r in input.resources.dockerfile_stage
	not r.attributes.in_final_image == true
}

# A stage that the final one starts from is judged by what it installs alone.
skip contains r.key if {
	some r in input.resources.dockerfile_stage
	r.attributes.role == "base"
	count(tools(r)) == 0
}

base(r) := r.attributes.external_base

# --- The image that it starts from ----------------------------------------------------------------

# The full name with its tag, as far as it is written.
full_name(image) := sprintf("%s:%s", [image.name, image.tag]) if {
	lib.known(image.name)
	lib.known(image.tag)
} else := image.name if {
	lib.known(image.name)
	not image.tag
}

is_approved(image) if {
	some pattern in input.parameters.approved
	regex.match(pattern, image.name)
}

is_minimal(image) if {
	name := full_name(image)
	regex.match(input.parameters.minimal, name)
	not regex.match(input.parameters.full, name)
}

is_minimal(image) if image.scratch == true

is_fit(image) if is_approved(image)

is_fit(image) if is_minimal(image)

# A name that is known and not approved, while its tag is not: the tag decides whether it is slim.
open_end(image) := image.name if {
	lib.unresolved(image.name)
} else := image.tag if {
	lib.unresolved(image.tag)
	not is_approved(image)
}

deny contains finding if {
	some r in final
	image := base(r)
	full_name(image)
	not is_fit(image)
	finding := {
		"resource": r.key,
		"attribute": "external_base",
		"evidence": full_name(image),
		"message": sprintf("%s starts from %s, which is neither minimal nor approved", [r.address, full_name(image)]),
	}
}

unknown contains finding if {
	some r in final
	value := open_end(base(r))
	finding := {
		"resource": r.key,
		"attribute": "external_base",
		"message": sprintf("%s: whether its base image is minimal or approved is not known", [r.address]),
		"cause": lib.cause(value),
	}
}

# --- Compilers in the final image ------------------------------------------------------------------

tools(r) := {{"at": i, "name": wanted.name} |
	some i, entry in r.attributes.installs
	entry.manager in {"apk", "apt", "conda", "dnf", "yum"}
	some wanted in entry.packages
	wanted.name in input.parameters.build_tools
	not is_removed(r.attributes.run[entry.run], wanted.name)
}

# `apk del .build`, `apt-get purge --auto-remove gcc` in the same layer.
is_removed(text, name) if {
	some removal in regex.find_n(`\b(apt-get|apt|apk|yum|dnf|microdnf)\s+([^;&|\n]*\s)?(purge|remove|autoremove|del|erase)\b[^;&|\n]*`, text, -1)
	removes(removal, name)
}

removes(removal, name) if contains(removal, sprintf(" %s", [name]))

removes(removal, _) if regex.match(`\sdel\b.*\s\.|--auto-remove|autoremove`, removal)

deny contains finding if {
	some r in input.resources.dockerfile_stage
	r.attributes.in_final_image == true
	some place in {tool.at | some tool in tools(r)}
	names := sort({tool.name | some tool in tools(r); tool.at == place})
	finding := {
		"resource": r.key,
		"attribute": sprintf("installs[%d]", [place]),
		"evidence": concat(", ", names),
		"message": sprintf("%s leaves build tools in the image: %s", [r.address, concat(", ", names)]),
	}
}
