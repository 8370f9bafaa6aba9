# METADATA
# title: TensorFlow and Keras models hold no code
# description: >-
#   A Lambda layer is Python bytecode inside the model, and an operation such as ReadFile or PyFunc is run by TensorFlow
#   when the model is called: who can change the file acts with the rights of the model server. Classes from other
#   modules, and objects that somebody registered, are code that is not in the file and that nobody reviewed with it.
# related_resources:
#   - https://keras.io/api/models/model_saving_apis/model_saving_and_loading/
#   - https://github.com/tensorflow/tensorflow/blob/master/SECURITY.md
#   - https://cwe.mitre.org/data/definitions/502.html
# custom:
#   id: SER-006
#   severity: high
#   needs: [artifacts]
#   applies_to:
#     format: model
#     types: [model_file]
#   parameters:
#     reviewed: []
#   remediation: >-
#     Replace Lambda layers by layers of Keras or by a registered class whose code is reviewed and released with the model,
#     and leave reading and writing of files to the server. Name classes that were reviewed in the parameter `reviewed`,
#     as the finding names them (`acme>Scale`).
package releasegate.ser_006

import rego.v1

import data.lib.model_files
import data.lib.releasegate as lib

formats := {"keras", "hdf5", "saved-model"}

files := object.get(input.resources, "model_file", [])

skip contains file.key if {
	some file in files
	not file.attributes.code
	not file.attributes.format in formats
	not is_unread_keras(file)
}

is_unread_keras(file) if {
	file.attributes.format_by_name == "keras"
	lib.unresolved(file.attributes.contents)
}

code(file) := [each |
	some each in object.get(file.attributes, "code", [])
	not each.name in input.parameters.reviewed
]

deny contains finding if {
	some file in files
	found := code(file)
	count(found) > 0
	finding := {
		"resource": file.key,
		"attribute": "code",
		"message": sprintf("%s: %s%s", [file.attributes.path, found[0].message, model_files.more(count(found))]),
	}
}

# A file that is not a whole one of its kind may hold more than was seen.
unknown contains finding if {
	some file in files
	not file.key in skip
	count(code(file)) == 0
	cause := unseen(file)
	finding := {
		"resource": file.key,
		"attribute": "contents",
		"message": sprintf("%s: whether it holds code is not known", [file.attributes.path]),
		"cause": cause,
	}
}

unseen(file) := lib.cause(file.attributes.contents)

unseen(file) := problem.message if {
	not lib.unresolved(file.attributes.contents)
	problem := file.attributes.problems[0]
}
