# METADATA
# title: Pickles import nothing that runs code
# description: >-
#   A pickle names the functions that are called while it is loaded. One that names `os.system`, `eval` or a download is no
#   set of weights but an attack, or as good as one, and it runs with the rights of the model server before a single number
#   is used. The opcodes are followed and never executed, whatever the file is called and whatever it is packed into. A
#   function or class that is not known to be harmless is for a person to look at, and so is a pickle that cannot be read to
#   its end.
# related_resources:
#   - https://docs.python.org/3/library/pickle.html#restricting-globals
#   - https://huggingface.co/docs/hub/security-pickle
#   - https://cwe.mitre.org/data/definitions/502.html
# custom:
#   id: SER-002
#   severity: critical
#   needs: [artifacts]
#   applies_to:
#     format: model
#     types: [model_file]
#   parameters:
#     reviewed_imports: []
#   remediation: >-
#     Do not load the file, and find out who put it there. Take the weights from their source again, as safetensors, GGUF or
#     ONNX. Where a class of your own is needed, have its code reviewed and name it in the configuration:
#     `parameters: {SER-002: {reviewed_imports: [triage.settings.Settings]}}`, by module or by full name.
package releasegate.ser_002

import rego.v1

import data.lib.model_files
import data.lib.releasegate as lib

files := object.get(input.resources, "model_file", [])

imports(file, verdict) := [each | some each in file.attributes.pickle.imports; each.verdict == verdict]

called(each) := sprintf("%s.%s%s", [each.module, each.name, inside(each)])

inside(each) := sprintf(" (in %s)", [each.member]) if each.member

inside(each) := "" if not each.member

# The first few by name.
listed(found) := sprintf("%s%s", [concat(", ", [called(each) | some i, each in found; i < 5]), rest]) if {
	rest := more(count(found) - 5)
}

more(left) := "" if left <= 0

more(left) := sprintf(" and %d more", [left]) if left > 0

# --- Dangerous ----------------------------------------------------------------------------------

is_dangerous(file) if count(imports(file, "dangerous")) > 0

deny contains finding if {
	some file in files
	is_dangerous(file)
	finding := {
		"resource": file.key,
		"attribute": "pickle",
		"message": sprintf("%s%s runs code when it is loaded: it imports %s", [
			file.attributes.path, disguise(file), listed(imports(file, "dangerous")),
		]),
		"related": [{"resource": artifact.key, "attribute": "path", "message": said} |
			some artifact in lib.linked_to(file.key, "is_file")
			said := sprintf("%s declares the file", [artifact.address])
		],
	}
}

disguise(file) := sprintf(", which is named as %s,", [file.attributes.format_by_name]) if model_files.is_disguised(file)

disguise(file) := "" if not model_files.is_disguised(file)

# --- Not known ----------------------------------------------------------------------------------

is_reviewed(each) if {
	some name in input.parameters.reviewed_imports
	full := sprintf("%s.%s", [each.module, each.name])
	startswith(sprintf("%s.", [full]), sprintf("%s.", [name]))
}

suspicious(file) := [each | some each in imports(file, "suspicious"); not is_reviewed(each)]

causes(file) := array.concat(
	[sprintf("it imports what is not known to be harmless: %s", [listed(found)]) |
		found := suspicious(file)
		count(found) > 0
	],
	array.concat(
		[said |
			file.attributes.pickle.complete == false
			said := file.attributes.pickle.cause
		],
		[lib.cause(file.attributes.contents) | may_hold_pickle(file)],
	),
)

# What could not be looked into, and may have a pickle in it.
may_hold_pickle(file) if {
	lib.unresolved(file.attributes.contents)
	object.get(file.attributes, "format", "") in packed
	not file.attributes.pickle.complete
}

may_hold_pickle(file) if {
	lib.unresolved(file.attributes.contents)
	object.get(file.attributes, "format", "lfs-pointer") == "lfs-pointer"
	file.attributes.format_by_name == "pickle"
}

packed := {
	"7z", "bzip2", "gzip", "keras", "lzma", "nemo", "npz", "numpy", "pickle", "tar", "torch", "torch-model-archive", "xz",
	"zip", "zlib", "zstandard",
}

unknown contains finding if {
	some file in files
	not is_dangerous(file)
	found := causes(file)
	count(found) > 0
	finding := {
		"resource": file.key,
		"attribute": "pickle",
		"message": sprintf("whether %s runs code when it is loaded is not known", [file.attributes.path]),
		"cause": concat("; ", found),
	}
}

skip contains file.key if {
	some file in files
	not file.attributes.pickle
	count(causes(file)) == 0
}
