# METADATA
# title: No secrets in image layers
# description: >-
#   Whoever can pull the image can read its configuration, its history and every layer, deleted files and build
#   arguments of the build record included. A token that was in there once has to be counted as lost. Paths, switches
#   and special tokens of a vocabulary (`PAD_TOKEN`) are no secrets, and secret mounts leave nothing behind.
# related_resources:
#   - https://docs.docker.com/build/building/secrets/
#   - https://docs.docker.com/reference/build-checks/secrets-used-in-arg-or-env/
#   - https://cwe.mitre.org/data/definitions/798.html
# custom:
#   id: IMG-004
#   severity: critical
#   applies_to:
#     format: dockerfile
#     types: [dockerfile_stage]
#   parameters:
#     harmless_names:
#       - BOS_TOKEN
#       - CLS_TOKEN
#       - EOS_TOKEN
#       - IMAGE_TOKEN
#       - MASK_TOKEN
#       - PAD_TOKEN
#       - SEP_TOKEN
#       - SPECIAL_TOKEN
#       - START_TOKEN
#       - STOP_TOKEN
#       - UNK_TOKEN
#   remediation: >-
#     Revoke what stood here, removing the line does not take it back. What the build needs comes in with
#     `RUN --mount=type=secret,id=hf_token,env=HF_TOKEN …` and `docker build --secret`; what the server needs comes at
#     run time, from a Kubernetes Secret or the cloud's secret store. Put .env, .netrc and keys into .dockerignore.
package releasegate.img_004

import rego.v1

import data.lib.reading
import data.lib.releasegate as lib
import data.lib.settings

# --- Variables and labels -----------------------------------------------------------------------

is_secret_name(name) if {
	regex.match(secret_names, name)
	every harmless in input.parameters.harmless_names {
		not endswith(upper(name), upper(harmless))
	}
}

secret_names := concat("", [
	`(?i)(password|passwd|passphrase|[_.-]pwd|(^|[_.-])pass|secret|token|credentials?|kaggle_key|[_.-]pat`,
	`|(api|access|private|account|secret|signing|encryption)[_.-]?key([_.-]?id)?|(secret|connection)[_.-]?string)$`,
])

# What is written after ENV, ARG and LABEL, also behind ONBUILD, as {"at", "keyword", "name", "value"}.
pairs(r) := {pair |
	some i, instruction in r.attributes.instructions
	statement := object.get(instruction, "trigger", instruction)
	statement.instruction in {"ARG", "ENV", "LABEL"}
	some found in assignments(statement)
	pair := object.union(found, {
		"at": sprintf("instructions[%d]", [i]),
		"keyword": statement.instruction,
		"is_trigger": instruction.instruction == "ONBUILD",
	})
}

assignments(statement) := {{"name": name, "value": unquoted(concat("=", array.slice(parts, 1, count(parts))))} |
	some word in statement.arguments
	parts := split(word, "=")
	name := trim(parts[0], `"'`)
} if {
	is_list_of_pairs(statement)
}

assignments(statement) := {{"name": words[0], "value": unquoted(concat(" ", array.slice(words, 1, count(words))))}} if {
	words := statement.arguments
	not is_list_of_pairs(statement)
}

is_list_of_pairs(statement) if statement.instruction == "ARG"

is_list_of_pairs(statement) if contains(statement.arguments[0], "=")

unquoted(text) := trim(text, `"'`)

# Something that opens a door: not empty, no switch, no path or URL, no element of a vocabulary, no stand-in.
is_literal(value) if {
	is_string(value)
	not regex.match(`[$]`, value)
	not regex.match(`(?i)^(true|false|yes|no|on|off|none|null|empty|n/?a|[01]?)$`, value)
	not regex.match(`^([A-Za-z][A-Za-z0-9+.-]*://.*|[<\[{].*)$`, value)
	not is_path(value)
	not is_dummy(value)
}

is_path(value) if regex.match(`^(\.{0,2}|~)(/[A-Za-z0-9._-]+){2,}/?$`, value)

is_path(value) if regex.match(`^[A-Za-z0-9._/~-]+\.(json|ya?ml|toml|txt|pem|key|crt|cfg|conf|ini|env|p12)$`, value)

is_dummy(value) if regex.match(`(?i)dummy|placeholder|fake|example|unused|not.?(a.?)?(real|secret|needed|used|required)|build.?(time|only)`, value)

# Texts that are credentials by their form: tokens of well-known services, private keys, and URLs with a password.
has_credential(text) if regex.match(concat("|", [
	`\bA(KIA|SIA)[0-9A-Z]{16}\b`,
	`\bhf_[A-Za-z0-9]{30,}`,
	`\bsk-[A-Za-z0-9_-]{20,}`,
	`\b(gh[pousr]_[A-Za-z0-9]{36,}|github_pat_[A-Za-z0-9_]{30,}|glpat-[A-Za-z0-9_-]{20,})`,
	`\bxox[abprs]-[A-Za-z0-9-]{10,}`,
	`\beyJ[A-Za-z0-9_-]{10,}\.[A-Za-z0-9_-]{10,}\.[A-Za-z0-9_-]{5,}`,
	`-----BEGIN [A-Z ]*PRIVATE KEY-----`,
]), text)

has_credential(text) if regex.match(`[a-z][a-z0-9+.-]*://[^/\s:@'"]*:[^/\s@$'"{}<>]{3,}@`, text)

# The value as the builder sees it, where that is known.
effective(r, pair) := pair.value if not contains(pair.value, "$")

effective(r, pair) := r.attributes.env[pair.name] if {
	contains(pair.value, "$")
	pair.keyword == "ENV"
}

leaks(r, pair) if {
	pair.keyword in {"ENV", "LABEL"}
	is_secret_name(pair.name)
	is_literal(effective(r, pair))
}

leaks(r, pair) if {
	not lib.unresolved(effective(r, pair))
	has_credential(effective(r, pair))
}

# Who declares an argument with such a name means to pass a secret in it.
leaks(_, pair) if {
	pair.keyword == "ARG"
	is_secret_name(pair.name)
	is_empty_or_literal(pair.value)
}

is_empty_or_literal(value) if value == ""

is_empty_or_literal(value) if contains(value, "$")

is_empty_or_literal(value) if is_literal(value)

# The line of the name itself, where the builder's last word on it is the one that is judged.
place(r, pair) := settings.path_text([holder, pair.name]) if {
	holder := {"ENV": "env", "LABEL": "labels"}[pair.keyword]
	is_string(r.attributes[holder][pair.name])
	r.attributes[holder][pair.name] == effective(r, pair)
} else := pair.at

how(pair) := "takes %s as a build argument, which the record of the build keeps" if pair.keyword == "ARG"

how(pair) := "sets %s to a value that stays in the image" if pair.keyword == "ENV"

how(pair) := "has a secret in the label %s" if pair.keyword == "LABEL"

deny contains finding if {
	some r in input.resources.dockerfile_stage
	some pair in pairs(r)
	leaks(r, pair)
	finding := {
		"resource": r.key,
		"attribute": argument_or(r, pair),
		"evidence": pair.name,
		"message": sprintf(concat(" ", ["%s", how(pair)]), [r.address, pair.name]),
	}
}

argument_or(r, pair) := settings.path_text(["build_args", pair.name]) if {
	pair.keyword == "ARG"
	not pair.is_trigger
	not lib.unresolved(r.attributes.build_args[pair.name])
} else := place(r, pair)

# Arguments before the first FROM reach a stage only where it names them again, but a literal one is in the file.
deny contains finding if {
	some r in input.resources.dockerfile_stage
	some name, value in r.attributes.global_args
	is_string(value)
	is_leaking_default(name, value)
	finding := {
		"resource": r.key,
		"attribute": settings.path_text(["global_args", name]),
		"evidence": name,
		"message": sprintf("%s: the build argument %s has a secret as its default", [r.address, name]),
	}
}

is_leaking_default(name, value) if {
	is_secret_name(name)
	is_literal(value)
}

is_leaking_default(_, value) if has_credential(value)

# Where it is filled from an argument with such a name, that argument has been told of.
unknown contains finding if {
	some r in input.resources.dockerfile_stage
	some pair in pairs(r)
	pair.keyword == "ENV"
	is_secret_name(pair.name)
	value := effective(r, pair)
	lib.unresolved(value)
	not is_told_already(r, pair)
	finding := {
		"resource": r.key,
		"attribute": settings.path_text(["env", pair.name]),
		"message": sprintf("%s may set %s to a secret: %s", [r.address, pair.name, lib.cause(value)]),
		"cause": lib.cause(value),
	}
}

is_told_already(r, pair) if {
	some argument in pairs(r)
	argument.keyword == "ARG"
	is_secret_name(argument.name)
	argument.name in regex.find_n(`[A-Za-z_][A-Za-z0-9_]*`, pair.value, -1)
}

# --- Files --------------------------------------------------------------------------------------

is_secret_file(path) if {
	regex.match(secret_files, path)
	not regex.match(`(?i)\.(example|sample|template|tmpl|dist|pub)$`, path)
	not regex.match(`^[A-Za-z][A-Za-z0-9+.-]*://`, path)
}

secret_files := concat("", [
	`(?i)(^|[/\\])(`,
	`\.env(\.[a-z0-9_-]+)*|(prod|production|staging|secrets?)\.env|[._]netrc|\.(pypirc|pgpass|dockercfg|git-credentials)`,
	`|id_(rsa|dsa|ecdsa|ed25519)|\.ssh|kubeconfig([._-][a-z0-9_-]+)*(\.ya?ml)?|[a-z0-9_.-]+\.kubeconfig|\.kube(/config)?`,
	`|\.aws(/credentials)?|\.docker/config\.json|credentials|[a-z0-9_.-]*(credentials?|client_?secrets?)\.(json|ya?ml|txt|csv|ini)`,
	`|[a-z0-9_.-]*service[_-]?account([_-]?key)?\.json|secrets?\.(ya?ml|json|toml|txt)`,
	`|(tls|ssl|server|client|signing|cosign)([._-][a-z0-9._-]*)?\.key|[a-z0-9_.-]*private[_-]?key(\.(pem|key|der))?`,
	`|[a-z0-9_.-]+\.(p12|pfx)`,
	`)/?$`,
])

# What COPY and ADD bring in, with what lies in the folders that they copy. A build stage keeps what it does not pass on.
sources(r) := {source |
	some i, entry in r.attributes.copied
	may_ship(entry)
	some path in array.concat([file(entry)], brought(entry))
	source := {"entry": sprintf("copied[%d]", [i]), "keyword": keyword(entry), "path": path}
}

may_ship(entry) if object.get(entry, "reaches_final", true) != false

keyword(entry) := "ADD" if entry.remote

keyword(entry) := "COPY" if not entry.remote

# A here-document has the name of the file that it becomes.
file(entry) := entry.destination if entry.inline

file(entry) := entry.source if not entry.inline

brought(entry) := [each.path | some each in reading.items(object.get(entry, "brings", []))]

deny contains finding if {
	some r in input.resources.dockerfile_stage
	some source in sources(r)
	is_secret_file(as_written(source.path))
	finding := {
		"resource": r.key,
		"attribute": source.entry,
		"evidence": as_written(source.path),
		"message": sprintf("%s puts %s into the image (%s)", [r.address, as_written(source.path), source.keyword]),
	}
}

# The path as written; a variable at its start does not hide the name of the file.
as_written(path) := path if is_string(path)

as_written(path) := path["$unresolved"] if lib.unresolved(path)

unknown contains finding if {
	some r in input.resources.dockerfile_stage
	some source in sources(r)
	lib.unresolved(source.path)
	may_be_anything(as_written(source.path))
	finding := {
		"resource": r.key,
		"attribute": source.entry,
		"message": sprintf("%s may put a secret into the image: %s", [r.address, lib.cause(source.path)]),
		"cause": lib.cause(source.path),
	}
}

unknown contains finding if {
	some r in input.resources.dockerfile_stage
	some i, entry in r.attributes.copied
	may_ship(entry)
	lib.unresolved(entry.brings)
	cause := lib.cause(entry.brings)
	finding := {
		"resource": r.key,
		"attribute": sprintf("copied[%d]", [i]),
		"message": sprintf("%s copies all of its build context and may put a secret into the image: %s", [r.address, cause]),
		"cause": cause,
	}
}

# A private key and a certificate may have the same name, and what is in the files is not read.
unknown contains finding if {
	some r in input.resources.dockerfile_stage
	some i, entry in r.attributes.copied
	may_ship(entry)
	some each in entry.brings
	each.kind == "key"
	not is_secret_file(each.path)
	cause := sprintf("whether %s is a private key is not read", [each.path])
	finding := {
		"resource": r.key,
		"attribute": sprintf("copied[%d]", [i]),
		"message": sprintf("%s may put a key into the image: %s", [r.address, cause]),
		"cause": cause,
	}
}

# The name of the file begins with a variable, and no ending follows it.
may_be_anything(path) if {
	name := regex.replace(path, `^.*/`, "")
	regex.match(`^["']?\$`, name)
	not regex.match(`\.[A-Za-z][A-Za-z0-9]{0,7}["']?$`, regex.replace(name, `\$(\{[^}]*\}|\w+)`, ""))
}

# --- Commands -----------------------------------------------------------------------------------

# The text of an instruction as words, with its here-document; ONBUILD is about the instruction behind it.
text_of(instruction) := concat("\n", [concat(" ", statement.arguments), object.get(instruction, "heredoc", "")]) if {
	statement := object.get(instruction, "trigger", instruction)
	not statement.instruction in {"ARG", "ENV", "LABEL"}
}

deny contains finding if {
	some r in input.resources.dockerfile_stage
	some i, instruction in r.attributes.instructions
	shows_secret(text_of(instruction))
	finding := {
		"resource": r.key,
		"attribute": sprintf("instructions[%d]", [i]),
		"evidence": instruction.instruction,
		"message": sprintf("%s shows a secret in a %s instruction", [r.address, instruction.instruction]),
	}
}

shows_secret(text) if has_credential(text)

# `--token abcdef`, `HF_TOKEN=abcdef`, `Authorization: Bearer abcdef`, `curl -u name:abcdef`, each with a literal value.
shows_secret(text) if {
	some found in regex.find_all_string_submatch_n(concat("|", [
		`(?:^|\s)--(?:[a-z]+-)*(?:api-key|token|password|passwd|secret|access-key|secret-key)(?:=|\s+)['"]?([A-Za-z0-9/+_.:!%^*~][A-Za-z0-9/+_.:!%^*~-]{5,})`,
		`\b[A-Z][A-Z0-9_]*(?:TOKEN|PASSWORD|PASSWD|SECRET|API_KEY|ACCESS_KEY|SECRET_KEY|PRIVATE_KEY)=['"]?([A-Za-z0-9+_!%^*~][A-Za-z0-9/+_.:!%^*~-]{5,})`,
		`(?i:authorization:\s*(?:bearer|basic|token))\s+([A-Za-z0-9._~+/=-]{12,})`,
		`\bcurl\b[^;&|\n]*\s(?:-u|--user)[ =]?['"]?[^\s:'"$]+:([^\s'"$]{4,})`,
	]), text, -1)
	some value in array.slice(found, 1, count(found))
	value != ""
	is_literal(value)
	not is_harmless_assignment(found[0])
}

is_harmless_assignment(text) if {
	name := trim_space(split(text, "=")[0])
	some harmless in input.parameters.harmless_names
	endswith(name, upper(harmless))
}
