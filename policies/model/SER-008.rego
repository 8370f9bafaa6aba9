# METADATA
# title: MLflow models do not execute packaged code unreviewed
# description: >-
#   MLflow imports the module that `loader_module` names, puts the folder `code` on Python's path, runs the file of
#   `model_code_path`, unpickles `python_model`, and first installs what the requirements ask for. Each of these is code
#   of whoever wrote the artifact. A flavor of MLflow itself with a format that only holds numbers needs none of it; code
#   that is needed is held by a signature or a digest, and each package has one version.
# related_resources:
#   - https://mlflow.org/docs/latest/ml/model/
#   - https://mlflow.org/docs/latest/ml/model/models-from-code/
#   - https://cwe.mitre.org/data/definitions/502.html
# custom:
#   id: SER-008
#   severity: high
#   applies_to:
#     format: model
#     types: [model]
#   parameters:
#     loaders: ["mlflow.*"]
#     pickling: [cloudpickle, dill, joblib, pickle]
#   remediation: >-
#     Log the model with a flavor of its library (`mlflow.sklearn.log_model(…, serialization_format="skops")`,
#     `mlflow.onnx`, `mlflow.xgboost`), or as models-from-code instead of a pickled PythonModel. Sign the folder, or list
#     the files of `code` with their sha256 in `model.artifacts` of model-release.yaml. Log with `pip_requirements` of
#     `name==version`, and keep requirements.txt beside MLmodel. A loader of your own goes into the parameter `loaders`.
package releasegate.ser_008

import rego.v1

import data.lib.provenance
import data.lib.reading
import data.lib.releasegate as lib

packaged contains model if {
	some model in input.resources.model
	model.attributes.source == "mlmodel"
}

skip contains model.key if {
	some model in input.resources.model
	not model in packaged
}

# --- What loads it --------------------------------------------------------------------------------

deny contains finding if {
	some model in packaged
	loader := model.attributes.loader_module
	not is_known(loader)
	finding := {
		"resource": model.key,
		"attribute": "loader_module",
		"evidence": loader,
		"message": sprintf("%s is loaded by %s, which is no part of MLflow", [model.address, loader]),
	}
}

is_known(loader) if {
	some pattern in input.parameters.loaders
	lib.arn_matches(pattern, loader)
}

# --- What comes with it ---------------------------------------------------------------------------

deny contains finding if {
	some model in packaged
	some i, code in model.attributes.code
	what := fault(code)
	finding := {
		"resource": model.key,
		"attribute": sprintf("code[%d]", [i]),
		"evidence": code.kind,
		"message": sprintf("%s runs the code in %s, %s", [model.address, code.path, what]),
	}
}

fault(code) := "which is not in the release" if not code.is_present

fault(code) := sprintf("which no signature covers and no manifest lists with its digest (%s)", [list]) if {
	code.is_present
	open := provenance.unvouched(code.files)
	count(open) > 0
	list := concat(", ", sort(open))
}

unknown contains finding if {
	some model in packaged
	some i, code in model.attributes.code
	code.is_present
	cause := provenance.doubt(code.files)
	finding := {
		"resource": model.key,
		"attribute": sprintf("code[%d]", [i]),
		"message": sprintf("%s runs the code in %s; whether somebody trusted holds it is not known", [model.address, code.path]),
		"cause": cause,
	}
}

deny contains finding if {
	some model in packaged
	some i, each in model.attributes.serialization
	each.format in input.parameters.pickling
	finding := {
		"resource": model.key,
		"attribute": sprintf("serialization[%d]", [i]),
		"evidence": each.format,
		"message": sprintf("%s is unpickled when it is loaded (%s by %s)", [model.address, each.flavor, each.format]),
	}
}

# --- What it is served with -----------------------------------------------------------------------

deny contains finding if {
	some model in packaged
	open := [i | some i, each in reading.items(model.attributes.requirements); not each.is_pinned]
	count(open) > 0
	first := model.attributes.requirements[open[0]]
	finding := {
		"resource": model.key,
		"attribute": sprintf("requirements[%d]", [open[0]]),
		"evidence": "requirements",
		"message": sprintf(
			"%s is served with packages of no fixed version: %s%s",
			[model.address, first.requirement, more(count(open) - 1)],
		),
	}
}

more(0) := ""

more(n) := sprintf(" and %d more", [n]) if n > 0

unknown contains finding if {
	some model in packaged
	lib.unresolved(model.attributes.requirements)
	finding := {
		"resource": model.key,
		"attribute": "requirements",
		"message": sprintf("which packages %s is served with is not known", [model.address]),
		"cause": lib.cause(model.attributes.requirements),
	}
}
