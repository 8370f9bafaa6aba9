# The classes of data that the manifests of a model declare.
package lib.data_classes

import rego.v1

import data.lib.models

personal := {"personal", "special", "phi"}

# A class as it is compared: `Personal_Data` is `personal-data`.
word(value) := regex.replace(lower(trim_space(value)), `[\s_]+`, "-") if is_string(value)

# What one manifest says of the data that its model works with.
of_manifest(manifest) := {word(manifest.attributes.data.classification)} | flags(manifest)

flags(manifest) := {class |
	some name, class in {"personal_data": "personal", "special_categories": "special"}
	manifest.attributes.data[name] == true
}

# Nothing is said but the flags.
of_manifest(manifest) := flags(manifest) if not word(manifest.attributes.data.classification)

# What all manifests of the model say together.
of_model(model) := {class | some manifest in models.manifests(model); some class in of_manifest(manifest)}

# The classes that count for the model: where none of its manifests says anything of its data, those of the release.
judged_by(model) := own if {
	own := of_model(model)
	count(own) > 0
} else := {word(class) | some class in object.get(input.scope, "data", [])}

# Whether the model works with data of people.
is_personal(model) if count(judged_by(model) & personal) > 0

# The data sets of all manifests of the model, with the place of each.
datasets(model) := {{"manifest": manifest, "index": i, "dataset": dataset} |
	some manifest in models.manifests(model)
	is_array(manifest.attributes.datasets)
	some i, dataset in manifest.attributes.datasets
	is_object(dataset)
}
