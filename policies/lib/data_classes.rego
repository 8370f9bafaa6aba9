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

# Whether the model works with data of people. Where no manifest of the release says anything of its data, what the
# configuration declares is about every model.
is_personal(model) if count(of_model(model) & personal) > 0

is_personal(_) if {
	count(models.declared_anywhere(["data", "classification"])) == 0
	count(models.declared_anywhere(["data", "personal_data"])) == 0
	some class in input.scope.data
	class in personal
}

# The data sets of all manifests of the model, with the place of each.
datasets(model) := {{"manifest": manifest, "index": i, "dataset": dataset} |
	some manifest in models.manifests(model)
	is_array(manifest.attributes.datasets)
	some i, dataset in manifest.attributes.datasets
	is_object(dataset)
}
