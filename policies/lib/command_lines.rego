# The command lines that start model servers or fetch their models: which models and revisions they name.
package lib.command_lines

import rego.v1

import data.lib.reading
import data.lib.releasegate as lib

# A command line: {"resource", "words": [{"at", "word", "option", "value"}], "environment", "environment_at"}.
of_container(r) := launch if {
	words := [_read(sprintf("arguments[%d]", [i]), word) | some i, word in reading.items(r.attributes.arguments)]
	environment := reading.mapping(r.attributes.env_values)
	launch := {"resource": r, "words": words, "environment": environment, "environment_at": "env_values"}
}

of_stage(r) := launch if {
	words := [_read(command, word) |
		some command in ["entrypoint", "cmd"]
		some text in reading.texts(reading.at(r.attributes, [command], []))
		some word in regex.split(`[ \t\n]+`, text)
	]
	environment := reading.mapping(reading.at(r.attributes, ["env"], {}))
	launch := {"resource": r, "words": words, "environment": environment, "environment_at": "env"}
}

# A word with the option that it starts with, and the value after `=`.
_read(at, word) := {"at": at, "word": word, "option": _flag(word), "value": _assigned(word)} if is_string(word)

# `--model=$(MODEL_ID)`: the value is the word as far as anyone knows.
_read(at, word) := {"at": at, "word": word, "option": _flag(word["$unresolved"]), "value": word} if {
	lib.unresolved(word)
}

_flag(text) := replace(split(text, "=")[0], "_", "-") if startswith(text, "-")

_flag(text) := "" if not startswith(text, "-")

_assigned(text) := substring(text, indexof(text, "=") + 1, -1) if contains(text, "=")

_assigned(text) := null if not contains(text, "=")

# A server, or what fetches the model before it.
loads_models(r) if r.attributes.serving == true

loads_models(r) if {
	r.attributes.role == "init"
	lib.resource(r.parent).attributes.serving == true
}

# What an option is given: `--model=x` or `--model x`.
given(launch, options) := [found |
	some i, each in launch.words
	each.option in options
	found := _value_of(launch.words, i)
]

_value_of(words, i) := {"at": words[i].at, "value": words[i].value} if words[i].value != null

_value_of(words, i) := {"at": words[i + 1].at, "value": words[i + 1].word} if words[i].value == null

# The models that it names, each {"at", "value", "revisions"}. For a container the parser has told whose option a flag
# is: the revision of a download is not that of the server behind it.
models_of(launch) := array.concat(_option(launch.resource, "model", "revision"), _fetched(launch.resource)) if {
	_is_read(launch)
}

models_of(launch) := [object.union(found, {"revisions": revisions_of(launch)}) |
	some found in array.concat(
		given(launch, {"--model", "--model-id", "--model-path", "--model-uri"}),
		array.concat(_positional(launch), _downloaded(launch)),
	)
] if {
	not _is_read(launch)
}

# The tokenizers that it names beside them.
tokenizers_of(launch) := _option(launch.resource, "tokenizer", "tokenizer_revision") if _is_read(launch)

tokenizers_of(launch) := [object.union(found, {"revisions": revisions}) |
	some found in given(launch, {"--tokenizer"})
	revisions := [each.value | some each in given(launch, {"--tokenizer-revision"})]
] if {
	not _is_read(launch)
}

_is_read(launch) if launch.resource.attributes.serving_options

_is_read(launch) if launch.resource.attributes.downloads

# What the container itself says of an option; a default or an image names no model of the release.
_option(r, name, revision) := [{"at": sprintf("serving_options.%s", [name]), "value": value, "revisions": revisions} |
	value := r.attributes.serving_options[name]
	r.attributes.serving_option_sources[name].by in {"argument", "file", "variable"}
	revisions := [each | each := r.attributes.serving_options[revision]]
]

# Models of the hub, by its own tool.
_fetched(r) := [{"at": sprintf("downloads[%d]", [i]), "value": _name(each.uri), "revisions": revisions} |
	each := r.attributes.downloads[i]
	each.tool in {"hf", "huggingface-cli"}
	revisions := [revision | revision := each.revision]
]

_name(uri) := trim_prefix(uri, "hf://") if is_string(uri)

_name(uri) := uri if lib.unresolved(uri)

# The commits that are checked out of a clone of this address.
checked_out(launch, uri) := [each.revision |
	some each in reading.items(launch.resource.attributes.downloads)
	each.tool == "git"
	each.uri == uri
	is_string(each.revision)
] if {
	_is_read(launch)
}

checked_out(launch, _) := [] if not _is_read(launch)

# `vllm serve owner/model`
_positional(launch) := [{"at": launch.words[i + 1].at, "value": launch.words[i + 1].word} |
	some i, each in launch.words
	each.word == "serve"
	i > 0
	regex.match(`(^|/)(vllm|sglang)$`, reading.text(launch.words[i - 1].word))
	not startswith(reading.text(launch.words[i + 1].word), "-")
]

# `hf download owner/model`
_downloaded(launch) := [{"at": launch.words[i + 1].at, "value": launch.words[i + 1].word} |
	some i, each in launch.words
	each.word == "download"
	i > 0
	regex.match(`(^|/)(hf|huggingface-cli)$`, reading.text(launch.words[i - 1].word))
]

revisions_of(launch) := array.concat(
	[found.value | some found in given(launch, {"--revision", "--model-revision"})],
	[launch.environment[name] |
		some name in ["REVISION", "HF_REVISION", "HF_MODEL_REVISION", "OPTION_REVISION"]
		launch.environment[name]
	],
)

# What a word says beside its option.
uri_in(each) := each.word if each.option == ""

uri_in(each) := each.value if each.option != ""
