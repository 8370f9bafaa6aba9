# METADATA
# title: Models that DVC or Triton know by an MD5 are covered by a SHA-256 as well
# description: >-
#   DVC and Triton's checksum agent recognise a file by its MD5. That finds a file that was damaged on the way, but not
#   one that was exchanged: for MD5 two files with one digest are made in seconds. A SHA-256 or SHA-512 of the same file
#   in a manifest, or a signature over it, is needed besides.
# related_resources:
#   - https://dvc.org/doc/user-guide/project-structure/dvc-files
#   - https://github.com/triton-inference-server/checksum_repository_agent
#   - https://cwe.mitre.org/data/definitions/328.html
#   - https://www.rfc-editor.org/rfc/rfc6151
# custom:
#   id: VER-009
#   severity: medium
#   applies_to:
#     format: model
#     types: [dvc_output, model_artifact]
#   remediation: >-
#     List the file with its digest (`sha256sum FILE`) under `model.artifacts` of model-release.yaml or in the ML-BOM, or
#     sign the folder of the model (`model_signing sign`) and put model.sig beside it. Renew it when DVC tracks another
#     content.
package releasegate.ver_009

import rego.v1

import data.lib.reading
import data.lib.releasegate as lib

is_strong(digest) if regex.match(`^sha(256|384|512):[0-9a-f]{64,}$`, lower(digest))

is_weak(digest) if regex.match(`^(md5|md5-dos2unix|etag|checksum):`, digest)

# --- What is judged -------------------------------------------------------------------------------

# A tracked file that is a model by its ending, by what is said of it, or because a manifest lists it.
judged contains output if {
	some output in input.resources.dvc_output
	is_model(output)
	object.get(output.attributes, "cache", true) == true
}

is_model(output) if output.attributes.format

is_model(output) if output.attributes.type == "model"

is_model(output) if count(lib.linked_from(output.key, "tracks")) > 0

# A folder in which there are some.
is_model(output) if {
	output.attributes.is_directory == true
	some file in input.resources.model_file
	startswith(file.attributes.path, sprintf("%s/", [output.attributes.path]))
}

# An artifact that Triton compares by MD5. DVC's own are judged as what it tracks.
judged contains artifact if {
	some artifact in input.resources.model_artifact
	is_string(artifact.attributes.digest)
	is_weak(artifact.attributes.digest)
	lib.resource(artifact.parent).attributes.source == "triton"
}

skip contains r.key if {
	some type in ["dvc_output", "model_artifact"]
	some r in input.resources[type]
	not r in judged
}

# --- What covers it -------------------------------------------------------------------------------

signed_paths contains file.path if {
	some signature in input.resources.signature
	not object.get(signature.attributes, "verification", "not_verified") in {"invalid", "untrusted"}
	some file in signature.attributes.files
	file.algorithm in {"sha256", "sha384", "sha512"}
}

is_covered(r) if place(r) in signed_paths

# A folder: what is signed lies below it.
is_covered(r) if {
	r.attributes.is_directory == true
	some path in signed_paths
	startswith(path, sprintf("%s/", [place(r)]))
}

# Of a folder every file that a manifest lists.
is_covered(r) if {
	listed := lib.linked_from(r.key, "tracks")
	strong := {place(artifact) | some artifact in listed; is_strong(artifact.attributes.digest)}
	count(strong) > 0
	every artifact in listed {
		place(artifact) in strong
	}
}

is_covered(r) if {
	some artifact in input.resources.model_artifact
	artifact.key != r.key
	place(artifact) == place(r)
	is_strong(artifact.attributes.digest)
}

# The digest of a model that consists of this file alone.
is_covered(r) if {
	some artifact in input.resources.model_artifact
	place(artifact) == place(r)
	model := lib.resource(artifact.parent)
	count([each | some each in lib.children(model.key); each.type == "model_artifact"]) == 1
	is_strong(model.attributes.digest)
}

# Where the file lies, from the root of the repository.
place(r) := r.attributes.path if r.type == "dvc_output"

place(r) := joined(reading.folder(r.path), r.attributes.path) if r.type == "model_artifact"

joined("", path) := trim_prefix(path, "./")

joined(base, path) := sprintf("%s/%s", [base, trim_prefix(path, "./")]) if {
	base != ""
	not startswith(path, "../")
}

# As many folders up as the path says.
joined(base, path) := concat("/", array.concat(array.slice(parts, 0, count(parts) - ups), rest)) if {
	base != ""
	startswith(path, "../")
	parts := split(base, "/")
	steps := split(path, "/")
	ups := count([step | some step in steps; step == ".."])
	rest := array.slice(steps, ups, count(steps))
}

deny contains finding if {
	some r in judged
	not is_covered(r)
	finding := {
		"resource": r.key,
		"attribute": "digest",
		"message": sprintf("%s is known by %s alone, and no manifest and no signature covers it", [r.address, by(r)]),
		"related": [{"resource": artifact.key, "message": "listed here without a SHA-256"} |
			some artifact in lib.linked_from(r.key, "tracks")
		],
	}
}

by(r) := "no digest" if not r.attributes.digest

by(r) := "an MD5" if startswith(r.attributes.digest, "md5")

by(r) := sprintf("a tag of its store (%s)", [split(r.attributes.digest, ":")[0]]) if {
	not startswith(r.attributes.digest, "md5")
}
