# Where a model comes from: which manifest speaks for it, what it is made from, what it was trained on, who looked at it.
package lib.provenance

import rego.v1

import data.lib.models
import data.lib.reading
import data.lib.releasegate as lib

# --- One model, several manifests -----------------------------------------------------------------

# The kinds of manifest that the model has.
sources(model) := {manifest.attributes.source | some manifest in models.manifests(model)}

# The manifest that a finding is about: the leading one where it is among them, else the first of them.
speaker(model, manifests) := model if model in manifests

speaker(model, manifests) := [manifest |
	some key in sort([manifest.key | some manifest in manifests])
	some manifest in manifests
	manifest.key == key
][0] if {
	count(manifests) > 0
	not model in manifests
}

# The related places of a finding: the other manifests, each with what it says.
others(speaking, manifests, attribute, message) := [{"resource": each.key, "attribute": attribute, "message": message} |
	some key in sort([manifest.key | some manifest in manifests; manifest.key != speaking.key])
	some each in manifests
	each.key == key
]

# --- Names ----------------------------------------------------------------------------------------

# The names in words, each thing once and by its longest name.
listed(names) := concat(", ", sort({name |
	some name in names
	count([other | some other in names; models.same_name(other, name); count(other) > count(name)]) == 0
}))

# A path of the machine where the model was made, which means nothing elsewhere.
is_local(name) if regex.match(`^(/|\.{1,2}/|~|[A-Za-z]:[\\/])`, reading.text(name))

# --- Pins -----------------------------------------------------------------------------------------

is_commit(text) if regex.match(`^[0-9a-f]{40}([0-9a-f]{24})?$`, lower(reading.text(text)))

is_digest(text) if regex.match(`^sha(256|384|512):[0-9a-f]{64,}$`, lower(reading.text(text)))

holds_pin(uri) if regex.match(`[0-9a-f]{40}|[?&]versionId=[^&]+`, reading.text(uri))

# --- Who looked at it -----------------------------------------------------------------------------

# The files that a trusted signature covers, or that a manifest lists with a digest.
vouched contains file.path if {
	some file in signed("trusted")
}

signed(verification) := {file |
	some signature in object.get(input.resources, "signature", [])
	signature.attributes.verification == verification
	some file in lib.linked_from(signature.key, "signs")
	file.type == "model_file"
}

vouched contains file.path if {
	some artifact in object.get(input.resources, "model_artifact", [])
	is_digest(artifact.attributes.digest)
	some file in lib.linked_from(artifact.key, "is_file")
}

unvouched(files) := [file | some file in files; not file in vouched; not file in claimed]

# Those that only a signature covers which could not be verified: it may be anybody's.
claimed contains file.path if {
	some file in signed("not_verified")
	not file.path in vouched
}

# Why it is not known whether somebody looked at the files; undefined where it is.
doubt(files) := reasons[0] if {
	count(unvouched(files)) == 0
	reasons := sort([reason |
		some signature in object.get(input.resources, "signature", [])
		signature.attributes.verification == "not_verified"
		some file in lib.linked_from(signature.key, "signs")
		file.path in files
		file.path in claimed
		reason := sprintf("%s was not verified: %s", [signature.attributes.path, object.get(signature.attributes, "reason", "")])
	])
}
