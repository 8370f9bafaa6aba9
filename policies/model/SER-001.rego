# METADATA
# title: Weights use a format that cannot run code
# description: >-
#   A pickle is a program: whoever can change the file, in the bucket or on the way, runs code in the model server the next
#   time it starts, and scanners are known to miss crafted ones. PyTorch's .pt, .pth, .ckpt and .bin, joblib and cloudpickle
#   are pickles too. A file that is here is judged by its content, whatever it is called; one that a manifest only names,
#   by its name. Folders whose files are not listed are not judged.
# related_resources:
#   - https://docs.python.org/3/library/pickle.html
#   - https://huggingface.co/docs/hub/security-pickle
#   - https://cwe.mitre.org/data/definitions/502.html
# custom:
#   id: SER-001
#   severity: high
#   applies_to:
#     format: model
#     types: [model_file, model_artifact, model]
#   reads: [loader_module]
#   parameters:
#     pickling_loaders: [mlflow.fastai, mlflow.pmdarima, mlflow.pytorch, mlflow.statsmodels]
#   remediation: >-
#     Export to a format that holds numbers only: safetensors or GGUF for networks (`save_pretrained(…,
#     safe_serialization=True)`), ONNX or skops for scikit-learn, the native format for XGBoost and LightGBM. Then delete
#     the pickle, name the new file in MLmodel or the ML-BOM, and update its digest.
package releasegate.ser_001

import rego.v1

import data.lib.model_files
import data.lib.reading
import data.lib.releasegate as lib

# --- Files that are here ------------------------------------------------------------------------

files := object.get(input.resources, "model_file", [])

# What else lies with a model, such as a library or a text, is none of its weights.
weights := {"ggml", "gguf", "hdf5", "keras", "npz", "numpy", "onnx", "safetensors", "saved-model"}

# What may hold anything; where it is not opened, only its name is known.
containers := {"7z", "bzip2", "gzip", "lzma", "nemo", "tar", "torch-model-archive", "xz", "zip", "zlib", "zstandard"}

is_pickle(file) if file.attributes.format in {"pickle", "torch"}

is_pickle(file) if file.attributes.pickle

# Nobody has looked into it, or nobody could.
is_unread(file) if lib.unresolved(file.attributes.contents)

is_unread(file) if {
	file.attributes.format in containers
	not file.attributes.digest
}

may_be_pickle(file) if {
	is_unread(file)
	object.get(file.attributes, "format", "") in (containers | {"lfs-pointer", ""})
}

is_called_pickle(file) if {
	file.attributes.format_by_name == "pickle"
	not is_named_otherwise(file.attributes.path)
}

# A container counts as a pickle only for what was seen to be one in it.
is_here(file) if {
	is_pickle(file)
	not is_only_unopened(file)
}

is_here(file) if {
	may_be_pickle(file)
	is_called_pickle(file)
}

is_only_unopened(file) if {
	not file.attributes.format in {"pickle", "torch"}
	count(file.attributes.pickle.imports) == 0
	not file.attributes.pickle.complete
}

deny contains finding if {
	some file in files
	is_here(file)
	finding := {
		"resource": file.key,
		"attribute": "format",
		"message": sprintf("%s is a pickle%s, and loading it runs whatever code is in it", [
			file.attributes.path, disguise(file),
		]),
		"related": [{"resource": artifact.key, "attribute": "path", "message": said} |
			some artifact in lib.linked_to(file.key, "is_file")
			said := sprintf("%s declares the file", [artifact.address])
		],
	}
}

disguise(file) := sprintf(" under a name of %s", [file.attributes.format_by_name]) if model_files.is_disguised(file)

disguise(file) := "" if not model_files.is_disguised(file)

unknown contains finding if {
	some file in files
	is_open(file)
	finding := {
		"resource": file.key,
		"attribute": "format",
		"message": sprintf("whether there is a pickle in %s is not known", [file.attributes.path]),
		"cause": why(file),
	}
}

is_open(file) if {
	not is_here(file)
	is_only_unopened(file)
}

is_open(file) if {
	not is_here(file)
	not is_only_unopened(file)
	may_be_pickle(file)
	not is_pointer_to_others(file)
}

# The name of what Git LFS keeps elsewhere says what it is, as that of a file in a bucket does.
is_pointer_to_others(file) if {
	file.attributes.format == "lfs-pointer"
	object.get(file.attributes, "format_by_name", "pickle") != "pickle"
}

why(file) := file.attributes.pickle.cause if is_only_unopened(file)

why(file) := lib.cause(file.attributes.contents) if {
	not is_only_unopened(file)
	lib.unresolved(file.attributes.contents)
}

why(file) := "it was not opened" if {
	not is_only_unopened(file)
	not lib.unresolved(file.attributes.contents)
}

skip contains file.key if {
	some file in files
	not is_here(file)
	not is_open(file)
	not file.attributes.format in weights
}

# --- Files that a manifest names ----------------------------------------------------------------

artifacts := object.get(input.resources, "model_artifact", [])

# What OpenVINO and GGML call .bin is no pickle.
is_named_otherwise(where) if regex.match(`(?i)(^|/)(openvino_|ggml)[^/]*\.bin$`, where)

skip contains artifact.key if {
	some artifact in artifacts
	not is_judged(artifact)
	not is_vague(artifact)
}

is_judged(artifact) if {
	artifact.attributes.format
	not is_named_otherwise(reading.text(object.get(artifact.attributes, "path", "")))
	not is_named_otherwise(reading.text(object.get(artifact.attributes, "uri", "")))
	count(lib.linked_from(artifact.key, "is_file")) == 0
}

deny contains finding if {
	some artifact in artifacts
	is_judged(artifact)
	artifact.attributes.format == "pickle"
	finding := {"resource": artifact.key, "attribute": "format", "message": as_pickle(artifact)}
}

unknown contains finding if {
	some artifact in artifacts
	is_judged(artifact)
	cause := lib.cause(artifact.attributes.format)
	finding := {
		"resource": artifact.key,
		"attribute": "format",
		"message": sprintf("whether %s is a pickle is not known", [artifact.address]),
		"cause": cause,
	}
}

as_pickle(r) := sprintf("%s is a pickle, and loading it runs whatever code is in it", [r.address])

# Weights of many kinds are called so, PyTorch's pickles among them.
is_vague(artifact) if count(vague(artifact)) > 0

# By which attribute of an artifact that is not here it is called so.
vague(artifact) := [attribute |
	not artifact.attributes.format
	count(lib.linked_from(artifact.key, "is_file")) == 0
	some attribute in ["path", "uri"]
	where := reading.text(object.get(artifact.attributes, attribute, ""))
	regex.match(`(?i)\.bin(\?|$)`, where)
	not is_named_otherwise(where)
]

unknown contains finding if {
	some artifact in artifacts
	is_vague(artifact)
	finding := {
		"resource": artifact.key,
		"attribute": vague(artifact)[0],
		"message": sprintf("whether %s is a pickle is not known", [artifact.address]),
		"cause": "a file called .bin may be of any format, and its manifest names none",
	}
}

# --- Loaders ------------------------------------------------------------------------------------

# MLmodel files whose loader alone says how a folder of files is read.
skip contains model.key if {
	some model in input.resources.model
	not is_known_by_loader(model)
}

is_known_by_loader(model) if {
	model.attributes.loader_module
	count([1 | some part in lib.children(model.key); part.attributes.format]) == 0
	count([1 | some file in lib.linked_from(model.key, "has_file"); is_here(file)]) == 0
}

deny contains finding if {
	some model in input.resources.model
	is_known_by_loader(model)
	model.attributes.loader_module in input.parameters.pickling_loaders
	finding := {"resource": model.key, "attribute": "loader_module", "message": as_pickle(model)}
}
