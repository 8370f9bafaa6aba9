# Files of models against what is said of them: declared digests, signatures and attestations.
# Other modules use the functions alone: for a table that is named through an import the whole package is evaluated.
package lib.model_files

import rego.v1

import data.lib.models
import data.lib.reading
import data.lib.releasegate as lib

# --- Files ----------------------------------------------------------------------------------------

_files[path] := f if {
	some f in input.resources.model_file
	path := f.attributes.path
}

# The file at a path relative to the repository root; undefined where none is.
file(path) := _files[path]

# A file that holds weights, or may, by its content or by its name.
is_weights(f) if f.attributes.format

is_weights(f) if f.attributes.format_by_name

# A pickle that its name gives out for something else.
is_disguised(f) if not object.get(f.attributes, "format_by_name", "pickle") in {"pickle", "keras"}

# What a message that shows the first of several adds.
more(found) := "" if found == 1

more(found) := sprintf(" (and %d more)", [found - 1]) if found > 1

# The weights of a model that are here, by all of its manifests.
weights(model) := {f |
	some manifest in models.manifests(model)
	some f in lib.linked_from(manifest.key, "has_file")
	is_weights(f)
}

# The bundles that cover the model, by its files, its folder or a digest.
signatures(model) := {signature |
	some manifest in models.manifests(model)
	some signature in lib.linked_to(manifest.key, "signs")
}

# The first dozen digits say which one is meant; both are written out where they stand.
short(digest) := sprintf("%s…", [substring(digest, 0, indexof(digest, ":") + 13)]) if _is_digest(digest)

short(digest) := digest if not _is_digest(digest)

_is_digest(text) if regex.match(`^[a-z0-9_]+:[0-9A-Fa-f]{16,}$`, text)

# --- A digest against a file ------------------------------------------------------------------------

# How `algorithm:hexadecimal` compares with the file: {"is": "same"}, {"is": "other", "found": …} or {"is": "open",
# "cause": …}.
compared(f, digest) := _settled(f, split(digest, ":")[0], digest)

_settled(f, algorithm, digest) := {"is": "open", "cause": lib.cause(found)} if {
	found := _found(f, algorithm)
	lib.unresolved(found)
}

_settled(f, algorithm, digest) := {"is": "same"} if lower(digest) == _found(f, algorithm)

_settled(f, algorithm, digest) := {"is": "other", "found": found} if {
	found := _found(f, algorithm)
	lib.known(found)
	lower(digest) != found
}

# The file's own digest, written in the same way, or why it is not known.
_found(f, "sha256") := f.attributes.digest

_found(f, algorithm) := sprintf("%s:%s", [algorithm, found]) if {
	algorithm != "sha256"
	found := f.attributes.digests[algorithm]
}

_found(f, algorithm) := f.attributes.digest if {
	not f.attributes.digests[algorithm]
	lib.unresolved(f.attributes.digest)
}

_found(f, algorithm) := {"$unresolved": algorithm, "reason": reason} if {
	algorithm != "sha256"
	not f.attributes.digests[algorithm]
	lib.known(object.get(f.attributes, "digest", ""))
	reason := sprintf("%s is compared by SHA-256 alone, not by %s", [f.attributes.path, algorithm])
}

_found(f, "sha256") := {"$unresolved": "digest", "reason": sprintf("%s has no digest", [f.attributes.path])} if {
	not f.attributes.digest
}

# --- Signed files -----------------------------------------------------------------------------------

# How each signed file, or part of one, stands: {"entry", "is", "found" | "cause", "resource"}.
signed(signature) := [object.union(_verdict(signature, entry), {"entry": entry}) |
	some entry in signature.attributes.files
]

_verdict(_, entry) := {"is": "other", "found": "a name that leads out of the signed folder"} if not entry.path

_verdict(_, entry) := {"is": "open", "cause": cause} if {
	entry.path
	not entry.compared_by
	cause := sprintf("%s is signed by %s, which is not computed here", [entry.name, entry.algorithm])
}

_verdict(_, entry) := object.union(_part(f, entry), {"resource": f}) if {
	entry.compared_by
	f := _files[entry.path]
}

_verdict(signature, entry) := _elsewhere(signature, entry) if {
	entry.compared_by
	not _files[entry.path]
}

_part(f, entry) := _of_digest(f, entry) if not entry.end

_part(f, entry) := {"is": "open", "cause": lib.cause(f.attributes.digest)} if {
	entry.end
	lib.unresolved(f.attributes.digest)
}

_part(f, entry) := {"is": "open", "cause": sprintf("only the Git LFS pointer of %s is here", [entry.name])} if {
	entry.end
	f.attributes.pointer
}

_part(f, entry) := {"is": "same"} if f.attributes.digests[entry.compared_by] == entry.digest

_part(f, entry) := {"is": "other", "found": sprintf("%s:%s", [entry.algorithm, found])} if {
	entry.end
	found := f.attributes.digests[entry.compared_by]
	found != entry.digest
}

_part(f, entry) := {"is": "other", "found": sprintf("only %d bytes", [f.attributes.size])} if {
	entry.end > f.attributes.size
	not f.attributes.pointer
	lib.known(f.attributes.digest)
}

_of_digest(f, entry) := compared(f, sprintf("%s:%s", [entry.algorithm, entry.digest]))

# Signed weights that nobody keeps here, such as those in a bucket: what the manifests say of them is compared.
_elsewhere(signature, entry) := _by_manifest(declared, entry) if {
	declared := _declared(signature, entry)
	count(declared) > 0
}

_elsewhere(signature, entry) := {"is": "other", "found": "no such file"} if {
	count(_declared(signature, entry)) == 0
	_is_here(signature)
}

_elsewhere(signature, entry) := {"is": "open", "cause": cause} if {
	count(_declared(signature, entry)) == 0
	not _is_here(signature)
	cause := sprintf("%s is not here, and no manifest declares its %s", [entry.name, entry.algorithm])
}

# Weights are here, so that a signed file that is not has been taken away.
_is_here(signature) if signature.key in _with_weights

_with_weights contains signature.key if {
	some signature in input.resources.signature
	some entry in signature.attributes.files
	is_weights(_files[entry.path])
}

_declared(signature, entry) := {artifact |
	not entry.end
	some model in lib.linked_from(signature.key, "signs")
	model.type == "model"
	some manifest in models.manifests(model)
	some artifact in lib.children(manifest.key)
	artifact.type == "model_artifact"
	startswith(reading.text(artifact.attributes.digest), sprintf("%s:", [entry.algorithm]))
	_is_named(signature, artifact, entry)
}

_is_named(_, artifact, entry) if repository_path(artifact) == entry.path

# Of the signed names that the address ends with the longest one is meant: encoder/model.onnx is no model.onnx.
_is_named(signature, artifact, entry) if {
	uri := reading.text(artifact.attributes.uri)
	endswith(uri, sprintf("/%s", [entry.name]))
	count([other |
		some other in signature.attributes.files
		count(other.name) > count(entry.name)
		endswith(uri, sprintf("/%s", [other.name]))
	]) == 0
}

_by_manifest(declared, entry) := {"is": "same"} if {
	every artifact in declared {
		lower(artifact.attributes.digest) == sprintf("%s:%s", [entry.algorithm, entry.digest])
	}
}

_by_manifest(declared, entry) := {"is": "other", "found": others[0].attributes.digest, "resource": others[0]} if {
	others := [artifact |
		some artifact in declared
		lower(artifact.attributes.digest) != sprintf("%s:%s", [entry.algorithm, entry.digest])
	]
	count(others) > 0
}

# Files that have grown beyond their signed parts.
grown(signature) := {f |
	some path, ends in object.get(_ends, signature.key, {})
	f := _files[path]
	not f.attributes.pointer
	f.attributes.size > max(ends)
}

_ends[signature.key][entry.path] contains entry.end if {
	some signature in input.resources.signature
	some entry in signature.attributes.files
	entry.end
}

# --- Declared artifacts -----------------------------------------------------------------------------

# Where a declared path leads, relative to the repository root.
repository_path(artifact) := path if {
	artifact.attributes.path
	path := _normal(array.concat(split(reading.folder(artifact.path), "/"), split(reading.text(artifact.attributes.path), "/")))
}

# `a/./b` and `a//b` are `a/b`; a path with `..` is left to the link to its file.
_normal(steps) := concat("/", [step | some step in steps; not step in {"", "."}])
