# METADATA
# title: Kubernetes credentials come from a secret store
# description: >-
#   What stands in a manifest stands in the repository, in every clone and in its history, in the CI logs and in
#   `kubectl describe`: a key that was committed once has to be changed, not deleted. A Secret object does not help
#   when it is committed itself, for base64 hides nothing. ExternalSecret, SealedSecret and files encrypted with SOPS
#   are fine, and so are paths, ARNs, references to a vault and the fillers that clients without authentication want
#   (EMPTY, none).
# related_resources:
#   - https://kubernetes.io/docs/concepts/security/secrets-good-practices/
#   - https://external-secrets.io/latest/
#   - https://cwe.mitre.org/data/definitions/798.html
# custom:
#   id: SEC-002
#   severity: high
#   applies_to:
#     format: kubernetes
#     types: [container, Secret, Kustomization]
#   remediation: >-
#     Change the credential first, it counts as known. Then keep it in a secret manager, bring it into the cluster
#     with an ExternalSecret (or commit it as SealedSecret or with SOPS) and read it by env[].valueFrom.secretKeyRef;
#     pass options as --api-key=$(API_KEY).
package releasegate.sec_002

import rego.v1

import data.lib.reading
import data.lib.releasegate as lib

# --- Names and values -----------------------------------------------------------------------------

_name := concat("", [
	`(^|[^a-z])pwd$|(password|passwd|passphrase|secret|token|credentials?|apikey|access[_-]?key[_-]?id`,
	`|(api|access|private|account|secret|signing|encryption|master|admin|auth|client)[_-]?key`,
	`|(secret|connection)[_-]?string)$`,
])

secret_name(name) if {
	some part in ["key", "pass", "pwd", "secret", "string", "token", "credential"]
	contains(lower(name), part)
	regex.match(_name, lower(name))
	not regex.match(`(pull|image|registry|tls)[_-]?secret$`, lower(name))
}

# Values that are no credential, whatever the variable is called.
_harmless := concat("", [
	`^(|true|false|yes|no|on|off|none|null|nil|empty|dummy|unused|n/?a|not[-_ ]?(needed|required|used|set)`,
	`|(sk-)?no[-_]?key([-_]required)?|x{3,}|\*+|<[^<>]*>|\.{0,2}/[a-z0-9_.-]+(/[a-z0-9_.-]+)*/?`,
	`|file:.*|arn:.*|projects/[^/]+/secrets/.*`,
	`|(vault|op|awssm|gcpsm|azkv|akv|sm|secretref|ref\+[a-z0-9_]+):.*|https?://[^@]*|enc\[.*)$`,
])

_placeholder := `\$\{[^}]*\}|\$\([^)]*\)|\{\{.*\}\}|^\$[A-Za-z_][A-Za-z0-9_]*$`

_known_form := concat("", [
	`A(KIA|SIA)[0-9A-Z]{16}|hf_[A-Za-z0-9]{30,}|sk-[A-Za-z0-9_-]{20,}|gh[pousr]_[A-Za-z0-9]{36,}|glpat-[A-Za-z0-9_-]{20,}`,
	`|xox[abprs]-[A-Za-z0-9-]{10,}|eyJ[A-Za-z0-9_-]{10,}\.[A-Za-z0-9_-]{10,}\.[A-Za-z0-9_-]{5,}`,
	`|BEGIN [A-Z ]*PRIVATE KEY-----`,
])

# A password in a URL.
_in_url := `^[a-z][a-z0-9+.-]*://[^/\s:@]*:[^/\s@${<]+@`

# An option with its value, inside a longer text.
_in_text := `--[a-z0-9_-]*(api[-_]?key|token|password|secret)[= ]+[^\s"'$<-]`

literal(value) if {
	is_string(value)
	not regex.match(_placeholder, value)
	not regex.match(_harmless, lower(value))
	not value in secret_objects
}

# The number of tokens is no token.
counts(name, value) if {
	endswith(lower(name), "token")
	regex.match(`^[0-9]{1,7}$`, value)
}

# Names of the release's own secrets.
secret_objects := {reading.name(r) |
	some type in ["Secret", "ExternalSecret", "SealedSecret", "ClusterExternalSecret"]
	some r in input.resources[type]
	reading.name(r) != ""
}

# Expressions cost more than a look for what they start with.
speaks(value) if {
	is_string(value)
	some mark in ["AKIA", "ASIA", "hf_", "sk-", "gh", "glpat-", "xox", "eyJ", "PRIVATE KEY"]
	contains(value, mark)
	regex.match(_known_form, value)
}

speaks(value) if {
	is_string(value)
	contains(value, "://")
	contains(value, "@")
	regex.match(_in_url, value)
}

# --- Variables ------------------------------------------------------------------------------------

holds_literal(name, value) if {
	secret_name(name)
	literal(value)
	not counts(name, value)
}

holds_literal(_, value) if speaks(value)

holds_literal(_, value) if {
	contains(value, "--")
	regex.match(_in_text, lower(value))
}

text_of(value) := sprintf("%v", [value]) if {
	not is_object(value)
	not is_array(value)
}

deny contains finding if {
	some r in input.resources.container
	entry := r.attributes.env[i]
	is_string(entry.name)
	holds_literal(entry.name, text_of(entry.value))
	finding := {
		"resource": r.key,
		"attribute": sprintf("env[%d].value", [i]),
		"evidence": entry.name,
		"message": sprintf("%s has a credential in the manifest: the value of %s", [r.address, entry.name]),
	}
}

unknown contains finding if {
	some r in input.resources.container
	entry := r.attributes.env[i]
	is_string(entry.name)
	secret_name(entry.name)
	cause := reading.placeholder(text_of(entry.value))
	not holds_literal(entry.name, text_of(entry.value))
	finding := {
		"resource": r.key,
		"attribute": sprintf("env[%d].value", [i]),
		"evidence": entry.name,
		"message": sprintf("%s: the value of %s is %s", [r.address, entry.name, cause]),
		"cause": cause,
	}
}

# --- Arguments ------------------------------------------------------------------------------------
# The options or variables that are given a credential: `--api-key=x`, `API_KEY=x`, `--api-key x`.

given(r) := {{"at": i, "name": name} |
	some i, word in reading.items(r.attributes.arguments)
	some name in names_of(r, i, word)
}

names_of(r, i, word) := with_value(word) | before_value(r, i, word) | {"a value of a known form" | speaks(word)}

with_value(word) := {name |
	is_string(word)
	contains(word, "=")
	name := trim_left(split(word, "=")[0], "-")
	regex.match(`^[A-Za-z][A-Za-z0-9_-]*$`, name)
	holds_literal(name, after(word))
}

before_value(r, i, word) := {name |
	i > 0
	is_string(word)
	not startswith(word, "-")
	before := r.attributes.arguments[i - 1]
	is_string(before)
	startswith(before, "-")
	not contains(before, "=")
	name := trim_left(before, "-")
	secret_name(name)
	literal(word)
	not counts(name, word)
}

after(word) := substring(word, indexof(word, "=") + 1, -1)

deny contains finding if {
	some r in input.resources.container
	found := given(r)
	some place in {each.at | some each in found}
	names := sort({each.name | some each in found; each.at == place})
	finding := {
		"resource": r.key,
		"attribute": sprintf("arguments[%d]", [place]),
		"evidence": concat(", ", names),
		"message": sprintf("%s has a credential in the manifest, in an argument: %s", [r.address, names[count(names) - 1]]),
	}
}

unknown contains finding if {
	some r in input.resources.container
	some i, word in reading.items(r.attributes.arguments)
	lib.unresolved(word)
	contains(lib.cause(word), "placeholder")
	startswith(word["$unresolved"], "-")
	contains(word["$unresolved"], "=")
	name := trim_left(split(word["$unresolved"], "=")[0], "-")
	secret_name(name)
	finding := {
		"resource": r.key,
		"attribute": sprintf("arguments[%d]", [i]),
		"message": sprintf("%s: the argument %s has %s", [r.address, name, lib.cause(word)]),
		"cause": lib.cause(word),
	}
}

# --- Secrets that are committed -------------------------------------------------------------------

encrypted(r) if r.attributes.sops

# Argo CD's vault plugin and Bank-Vaults put the values in later.
encrypted(r) if {
	some name, _ in reading.annotations(r)
	regex.match(`^(avp\.kubernetes\.io/|vault\.security\.banzaicloud\.io/)`, name)
}

public(key) if regex.match(`(^|[._-])ca([._-]?(bundle|cert))?\.(crt|pem)$|\.pub$`, lower(key))

filled(r) := {{"group": group, "key": key, "open": regex.match(_placeholder, text)} |
	not encrypted(r)
	not r.attributes.type == "kubernetes.io/service-account-token"
	some group in ["data", "stringData"]
	some key, value in reading.mapping(r.attributes[group])
	not public(key)
	text := sprintf("%v", [value])
	not regex.match(_harmless, lower(text))
	not startswith(text, "dmF1bHQ6") # vault: in base64
}

deny contains finding if {
	some r in input.resources.Secret
	entries := sort([entry | some entry in filled(r); not entry.open])
	count(entries) > 0
	finding := {
		"resource": r.key,
		"attribute": reading.path([entries[0].group, entries[0].key]),
		"message": sprintf("%s is committed with its values (%s)", [
			r.address, concat(", ", sort([entry.key | some entry in entries])),
		]),
	}
}

unknown contains finding if {
	some r in input.resources.Secret
	entries := sort([entry | some entry in filled(r)])
	count(entries) > 0
	count([entry | some entry in entries; not entry.open]) == 0
	cause := "a placeholder that is filled in before deployment"
	finding := {
		"resource": r.key,
		"attribute": reading.path([entries[0].group, entries[0].key]),
		"message": sprintf("%s: %s holds %s", [r.address, entries[0].key, cause]),
		"cause": cause,
	}
}

deny contains finding if {
	some r in input.resources.Kustomization
	written := r.attributes.secretGenerator[i].literals[j]
	some match in regex.find_all_string_submatch_n(`^([^=]+)=([\s\S]*)$`, reading.text(written), 1)
	literal(match[2])
	finding := {
		"resource": r.key,
		"attribute": sprintf("secretGenerator[%d].literals[%d]", [i, j]),
		"evidence": match[1],
		"message": sprintf("%s has a credential in the manifest: the literal %s", [r.address, match[1]]),
	}
}

skip contains r.key if {
	some r in input.resources.Kustomization
	not r.attributes.secretGenerator
}
