# METADATA
# title: Weights and scripts fetched at build are pinned and verified
# description: >-
#   What an image downloads while it is built is whatever the other side serves at that moment. A repository on a hub
#   can be changed, a bucket overwritten, a domain sold, and the new weights or script end up in an image with your name
#   on it. A commit or a checksum written in the Dockerfile makes the build break instead.
# related_resources:
#   - https://docs.docker.com/reference/dockerfile/#add---checksum
#   - https://huggingface.co/docs/huggingface_hub/guides/download
#   - https://cwe.mitre.org/data/definitions/494.html
# custom:
#   id: IMG-005
#   severity: high
#   applies_to:
#     format: dockerfile
#     types: [dockerfile_stage]
#   remediation: >-
#     `ADD --checksum=sha256:… https://…`; `hf download org/model --revision <40-digit commit>`, and the same as
#     `revision=` in Python; after curl or wget `echo "<sha256>  model.safetensors" | sha256sum -c -` in the same RUN.
#     Instead of piping into a shell, download the script, check it, then run it.
package releasegate.img_005

import rego.v1

import data.lib.releasegate as lib

commit := `^[0-9a-f]{40}$`

# --- Commands, with the variables put in place that are known ------------------------------------

# Continued lines inside of here-documents are one; `$NAME` is written `${NAME}`; quotes inside of quotes are quotes.
commands contains {"stage": r, "attribute": sprintf("run[%d]", [i]), "text": expanded} if {
	some r in input.resources.dockerfile_stage
	some i, written in r.attributes.run
	joined := replace(replace(replace(written, "\\\n", " "), `\"`, `"`), `\'`, `'`)
	braced := regex.replace(joined, `\$([A-Za-z_][A-Za-z0-9_]*)`, "$${$1}")
	expanded := strings.replace_n(variables(r, braced), braced)
}

# ENV goes before ARG, and what the command itself sets goes before both; what it sets twice is not known.
variables(r, text) := {sprintf("${%s}", [name]): value |
	some name, value in object.union_n([
		object.get(r.attributes, "build_args", {}),
		object.get(r.attributes, "env", {}),
		set_in(text),
	])
	is_string(value)
}

set_in(text) := {name: value |
	some name in {found[1] | some found in settings(text)}
	values := {trim(found[2], `"'`) | some found in settings(text); found[1] == name}
	value := only(values)
}

settings(text) := regex.find_all_string_submatch_n(`(?:^|[\s;&(])([A-Za-z_][A-Za-z0-9_]*)=([^\s;&)]*)`, text, -1)

# Another variable in it, or a second value: null, which is no text to put in place.
only(values) := value if {
	count(values) == 1
	some value in values
	not contains(value, "$")
} else := null

has_variable(text) if contains(text, "$")

# A finding of one command: {"stage", "attribute", "message"}, with "cause" where the answer is not known.
deny contains finding if {
	some problem in problems
	not problem.cause
	finding := {
		"resource": problem.stage.key,
		"attribute": problem.attribute,
		"message": sprintf("%s %s", [problem.stage.address, problem.message]),
	}
}

unknown contains finding if {
	some problem in problems
	finding := {
		"resource": problem.stage.key,
		"attribute": problem.attribute,
		"message": sprintf("%s %s: %s", [problem.stage.address, problem.message, problem.cause]),
		"cause": problem.cause,
	}
}

# --- ADD ----------------------------------------------------------------------------------------

remote contains {"stage": r, "attribute": sprintf("add[%d]", [i]), "source": source, "checksum": checksum} if {
	some r in input.resources.dockerfile_stage
	some i, entry in r.attributes.add
	checksum := object.get(entry, "checksum", "")
	some written in entry.sources
	source := text_of(written)
	regex.match(`^(https?://|git@|git://|ssh://)`, source)
}

text_of(written) := written if is_string(written)

text_of(written) := written["$unresolved"] if lib.unresolved(written)

problems contains {"stage": each.stage, "attribute": each.attribute, "message": message} if {
	some each in remote
	each.checksum == ""
	not is_pinned_repository(each.source)
	message := "adds a remote file without --checksum"
}

problems contains problem if {
	some each in remote
	lib.unresolved(each.checksum)
	not is_pinned_repository(each.source)
	problem := {
		"stage": each.stage,
		"attribute": sprintf("%s.checksum", [each.attribute]),
		"message": "adds a remote file with a checksum that is not known",
		"cause": lib.cause(each.checksum),
	}
}

# A git repository is pinned by a commit behind the number sign.
is_pinned_repository(source) if regex.match(`#[0-9a-f]{40}(:.*)?$`, source)

problems contains problem if {
	some r in input.resources.dockerfile_stage
	some i, entry in r.attributes.add
	not entry.checksum
	some j, source in entry.sources
	lib.unresolved(source)
	regex.match(`^["']?\$`, source["$unresolved"])
	problem := {
		"stage": r,
		"attribute": sprintf("add[%d].sources[%d]", [i, j]),
		"message": "adds something that may be a remote file, without --checksum",
		"cause": lib.cause(source),
	}
}

# --- Hugging Face's command line ----------------------------------------------------------------

hub_commands contains {"stage": command.stage, "attribute": command.attribute, "text": text} if {
	some command in commands
	some text in regex.find_n(`\b(?:hf|huggingface-cli)\s+(?:repo\s+)?download\b[^;&|\n]*`, command.text, -1)
}

revision_of(text) := trim(regex.find_all_string_submatch_n(`\s--revision[= ]\s*(\S+)`, text, 1)[0][1], `"'`)

problems contains {"stage": each.stage, "attribute": each.attribute, "message": message} if {
	some each in hub_commands
	not revision_of(each.text)
	message := sprintf("downloads %s without --revision", [repository_of(each.text)])
}

problems contains {"stage": each.stage, "attribute": each.attribute, "message": message} if {
	some each in hub_commands
	revision := revision_of(each.text)
	not regex.match(commit, revision)
	not has_variable(revision)
	message := sprintf("downloads %s at %s, which is no commit of 40 digits", [repository_of(each.text), revision])
}

problems contains problem if {
	some each in hub_commands
	revision := revision_of(each.text)
	has_variable(revision)
	problem := {
		"stage": each.stage,
		"attribute": each.attribute,
		"message": sprintf("downloads %s at a revision that is not known", [repository_of(each.text)]),
		"cause": sprintf("%s has no value in the Dockerfile", [revision]),
	}
}

repository_of(text) := found if {
	found := trim(regex.find_all_string_submatch_n(`download\s+([^\s-]\S*)`, text, 1)[0][1], `"'`)
	not has_variable(found)
} else := "a repository of the hub"

# --- Hugging Face's Python functions ------------------------------------------------------------

hub_calls contains {"stage": command.stage, "attribute": command.attribute, "name": found[1], "text": found[2]} if {
	some command in commands
	some found in regex.find_all_string_submatch_n(
		`\b(snapshot_download|hf_hub_download|from_pretrained)\s*\(([^()]*(?:\([^()]*\)[^()]*)*)\)`,
		command.text,
		-1,
	)
	not regex.match(`\blocal_files_only\s*=\s*True\b`, found[2])
	not is_local(found[1], found[2])
}

# A folder of the image.
is_local("from_pretrained", text) if regex.match(`^\s*["'](/|\.{1,2}/|~)`, text)

revision_argument(text) := regex.find_all_string_submatch_n(`\brevision\s*=\s*([^,\s]+)`, text, 1)[0][1]

is_pinned_call(call) if regex.match(`^["'][0-9a-f]{40}["']$`, revision_argument(call.text))

is_text(value) if {
	regex.match(`^["'][^"']*["']$`, value)
	not has_variable(value)
}

# `from_pretrained(path)` may load what is in the image already.
is_open(call) if {
	revision := revision_argument(call.text)
	not is_text(revision)
}

is_open(call) if {
	call.name == "from_pretrained"
	not revision_argument(call.text)
	not regex.match(`^\s*["']`, call.text)
}

problems contains {"stage": call.stage, "attribute": call.attribute, "message": message} if {
	some call in hub_calls
	not is_pinned_call(call)
	not is_open(call)
	message := sprintf("calls %s without a commit of 40 digits as revision", [call.name])
}

problems contains problem if {
	some call in hub_calls
	not is_pinned_call(call)
	is_open(call)
	problem := {
		"stage": call.stage,
		"attribute": call.attribute,
		"message": sprintf("calls %s with a revision that is not known", [call.name]),
		"cause": sprintf("what %s fetches is worked out when the image is built", [call.name]),
	}
}

# --- git ----------------------------------------------------------------------------------------

clones contains command if {
	some command in commands
	regex.match(`\bgit\s+(?:lfs\s+)?clone\b[^;&|\n]*\b(?:huggingface\.co|hf\.co)/`, command.text)
	not regex.match(`(checkout|reset|switch|--revision)\b[^;&|\n]*\b[0-9a-f]{40}\b`, command.text)
}

# The variable that is checked out.
checked_out(text) := regex.find_all_string_submatch_n(
	`(?:checkout|reset|switch|--revision)\b[^;&|\n]*(\$\{[^}]*\})`,
	text,
	1,
)[0][1]

problems contains {"stage": command.stage, "attribute": command.attribute, "message": message} if {
	some command in clones
	not checked_out(command.text)
	message := "clones a repository of the hub without checking out a commit of 40 digits"
}

problems contains problem if {
	some command in clones
	problem := {
		"stage": command.stage,
		"attribute": command.attribute,
		"message": "clones a repository of the hub at a revision that is not known",
		"cause": sprintf("%s has no value in the Dockerfile", [checked_out(command.text)]),
	}
}

# --- curl and wget ------------------------------------------------------------------------------

weight_files := concat("", [
	`(?i)(\.(safetensors|gguf|ggml|pt|pth|pt2|ckpt|bin|onnx|pkl|pickle|joblib|h5|hdf5|keras|tflite|npz|msgpack|nemo|mar`,
	`|llamafile)|\bmodels?[a-z0-9_.-]*\.(tar\.gz|tgz|tar|zip))(["'\s?#)]|$)`,
])

downloads contains {"stage": command.stage, "attribute": command.attribute, "text": text} if {
	some command in commands
	not is_verified(command.text)
	some text in regex.find_n(`\b(?:curl|wget|aria2c)\s(?:[^;&|\n]|&[^&\s])*`, command.text, -1)
	not regex.match(`\b(huggingface\.co|hf\.co)/\S*/(resolve|raw)/[0-9a-f]{40}/`, text)
	not contains(text, "--checksum=sha")
}

is_verified(text) if regex.match(`\b(sha(256|512)sum|shasum|b2sum)\b[^;&|\n]*\s(-[a-zA-Z]*c[a-zA-Z]*|--check)\b`, text)

is_verified(text) if regex.match(`\b(sha(256|512)sum|shasum|openssl\s+dgst\s+-sha(256|512))\b[\s\S]*(\]|\bgrep\b|\bcmp\b|\bdiff\b)`, text)

is_verified(text) if regex.match(`\[[^\n]*\b(sha(256|512)sum|shasum|openssl\s+dgst)\b`, text)

is_verified(text) if regex.match(`\b(cosign\s+verify-blob|gpgv?\s[^;&|\n]*--verify|gpgv\s|minisign\s[^;&|\n]*-V|model_signing\s+verify)`, text)

problems contains {"stage": each.stage, "attribute": each.attribute, "message": message} if {
	some each in downloads
	regex.match(weight_files, each.text)
	message := sprintf("downloads %s without checking its digest", [file_in(each.text)])
}

file_in(text) := name if {
	words := [regex.replace(split(word, "?")[0], `^.*/`, "") | some word in regex.split(`[\s"'#)]+`, text)]
	name := [word | some word in words; regex.match(weight_files, word)][0]
	not has_variable(name)
} else := "weights"

problems contains problem if {
	some each in downloads
	not regex.match(weight_files, each.text)
	some name in regex.find_n(`(?i)\$\{[a-z0-9_]*(model|weight|checkpoint)[a-z0-9_]*[^}]*\}`, each.text, 1)
	problem := {
		"stage": each.stage,
		"attribute": each.attribute,
		"message": "may download weights without checking their digest",
		"cause": sprintf("%s has no value in the Dockerfile", [name]),
	}
}

# --- Scripts that are run as they come ----------------------------------------------------------

piped := concat("|", [
	`\b(curl|wget)\s([^;&\n]|&[^&\s])*\|\s*(sudo\s+(-\S+\s+)*)?(env\s+)?([A-Za-z_]+=\S*\s+)*(/usr)?(/bin/)?((ba|z|da|k|a)?sh|python[0-9.]*|perl|ruby|node)(\s|$|;|\))`,
	`\b((ba|z|da|k|a)?sh|python[0-9.]*|source|eval)\s+(-\S+\s+)*["']?(<\(|\$\(|\x60)\s*(curl|wget)\b`,
])

problems contains {"stage": command.stage, "attribute": command.attribute, "message": message} if {
	some command in commands
	regex.match(piped, command.text)
	message := "runs a script from the network as it comes"
}
