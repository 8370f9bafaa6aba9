# METADATA
# title: Files of models are those that manifests name by digest
# description: >-
#   A digest in a release manifest, a bill of materials, a provenance statement or a Git LFS pointer is a promise about
#   one file. Where the file has another one, it was swapped or damaged after it was documented, approved or built; where
#   two statements give different digests for one path, at least one of them is about another file.
# related_resources:
#   - https://slsa.dev/spec/v1.1/threats
#   - https://cyclonedx.org/capabilities/mlbom/
#   - https://cwe.mitre.org/data/definitions/353.html
# custom:
#   id: PRV-008
#   severity: critical
#   needs: [artifacts]
#   applies_to:
#     format: model
#     types: [model_artifact, attestation]
#   remediation: >-
#     Find out which of the two is right: compare both with the output of the training run. Put the right file back, or
#     correct the digest together with a new approval and signature; never correct the digest alone.
package releasegate.prv_008

import rego.v1

import data.lib.model_files
import data.lib.reading
import data.lib.releasegate as lib

# MD5 and SHA-1 find damage, but prove nothing: DVC's own files and older manifests are judged elsewhere.
proves(digest) if {
	is_string(digest)
	regex.match(`^(sha256|sha384|sha512|blake2b|blake3):[0-9A-Fa-f]+$`, digest)
}

# --- Declared digests against files -----------------------------------------------------------------

of_file contains {"artifact": artifact, "file": f, "compared": compared} if {
	some artifact in input.resources.model_artifact
	proves(artifact.attributes.digest)
	some f in lib.linked_from(artifact.key, "is_file")
	compared := model_files.compared(f, artifact.attributes.digest)
}

deny contains finding if {
	some each in of_file
	each.compared.is == "other"
	path := each.file.attributes.path
	digest := each.artifact.attributes.digest
	said := [each.artifact.path, path, model_files.short(digest), model_files.short(each.compared.found)]
	finding := {
		"resource": each.artifact.key,
		"attribute": "digest",
		"evidence": "file",
		"message": sprintf("%s names %s as %s, but the file is %s", said),
		"related": [{"resource": each.file.key, "message": sprintf("%s is %s", [path, each.compared.found])}],
	}
}

unknown contains finding if {
	some each in of_file
	each.compared.is == "open"
	finding := {
		"resource": each.artifact.key,
		"attribute": "digest",
		"message": sprintf("%s may not be what %s names: %s", [
			each.file.attributes.path, each.artifact.path, each.compared.cause,
		]),
		"cause": each.compared.cause,
	}
}

# --- Declared digests against one another -----------------------------------------------------------

# What an artifact is called by: its path in the repository, else its URI.
called(artifact) := model_files.repository_path(artifact)

called(artifact) := reading.text(artifact.attributes.uri) if not artifact.attributes.path

algorithm(digest) := split(digest, ":")[0]

by_name[name] contains artifact if {
	some artifact in input.resources.model_artifact
	proves(artifact.attributes.digest)
	name := called(artifact)
	name != ""
}

# A file that is here has decided already which of them is right.
conflicts contains {"one": one, "other": other} if {
	some name, artifacts in by_name
	count(artifacts) > 1
	not model_files.file(name)
	some one in artifacts
	some other in artifacts
	one.key < other.key
	one.path != other.path
	algorithm(one.attributes.digest) == algorithm(other.attributes.digest)
	lower(one.attributes.digest) != lower(other.attributes.digest)
}

deny contains finding if {
	some each in conflicts
	one := each.one.attributes.digest
	other := each.other.attributes.digest
	said := [each.one.path, called(each.one), model_files.short(one), each.other.path, model_files.short(other)]
	finding := {
		"resource": each.one.key,
		"attribute": "digest",
		"evidence": sprintf("conflict %s", [each.other.path]),
		"message": sprintf("%s names %s as %s, but %s as %s", said),
		"related": [{"resource": each.other.key, "attribute": "digest", "message": sprintf("here it is %s", [other])}],
	}
}

# --- Subjects of attestations -----------------------------------------------------------------------

# A subject that is named like a file beside the statement, or by its path from the repository root.
of_subject contains {"attestation": attestation, "index": index, "file": f, "compared": compared, "digest": digest} if {
	some attestation in input.resources.attestation
	some index, subject in reading.items(attestation.attributes.subjects)
	f := subject_file(attestation, reading.text(subject.name))
	some digest in reading.items(subject.digests)
	startswith(digest, "sha256:")
	compared := model_files.compared(f, digest)
}

subject_file(attestation, name) := beside(attestation, name)

subject_file(attestation, name) := model_files.file(name) if not beside(attestation, name)

beside(attestation, name) := f if {
	name != ""
	steps := split(attestation.path, "/")
	f := model_files.file(concat("/", array.concat(array.slice(steps, 0, count(steps) - 1), [name])))
}

deny contains finding if {
	some each in of_subject
	each.compared.is == "other"
	path := each.file.attributes.path
	said := [each.attestation.path, path, model_files.short(each.digest), model_files.short(each.compared.found)]
	finding := {
		"resource": each.attestation.key,
		"attribute": sprintf("subjects[%d].digests", [each.index]),
		"evidence": sprintf("subject %s", [path]),
		"message": sprintf("%s is about %s as %s, but the file is %s", said),
		"related": [{"resource": each.file.key, "message": sprintf("%s is %s", [path, each.compared.found])}],
	}
}

unknown contains finding if {
	some each in of_subject
	each.compared.is == "open"
	finding := {
		"resource": each.attestation.key,
		"attribute": sprintf("subjects[%d].digests", [each.index]),
		"message": sprintf("%s may not be about %s: %s", [
			each.attestation.path, each.file.attributes.path, each.compared.cause,
		]),
		"cause": each.compared.cause,
	}
}

# --- What is compared with nothing ------------------------------------------------------------------

skip contains artifact.key if {
	some artifact in input.resources.model_artifact
	not artifact.key in compared_artifacts
}

compared_artifacts := {each.artifact.key | some each in of_file} | {artifact.key |
	some artifacts in by_name
	count({artifact.path | some artifact in artifacts}) > 1
	some artifact in artifacts
}

skip contains attestation.key if {
	some attestation in input.resources.attestation
	not attestation.key in {each.attestation.key | some each in of_subject}
}
