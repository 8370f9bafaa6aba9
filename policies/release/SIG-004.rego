# METADATA
# title: No unsigned files and no lenient verification
# description: >-
#   A file that was put into a signed folder afterwards is handed out with the model, and some loaders run what they find
#   there. Verification fails on it unless it is told not to: with --ignore_unsigned_files an added modeling_x.py
#   verifies. A symbolic link that the signature does not allow lets somebody else decide what is read.
# related_resources:
#   - https://sigstore.github.io/model-transparency/
#   - https://huggingface.co/docs/transformers/main/en/models#custom-models
# custom:
#   id: SIG-004 # lint:ignore=missing-unknown-fixture (a folder of too many files)
#   severity: critical
#   applies_to:
#     types: [signature, container, dockerfile_stage]
#   remediation: >-
#     Remove the file from the signed folder or, once it is reviewed, sign the folder again. Verify without
#     --ignore_unsigned_files; what must lie in the folder without being signed goes on the signed ignore list.
package releasegate.sig_004

import rego.v1

import data.lib.model_files
import data.lib.reading
import data.lib.releasegate as lib

# --- Beside the signed files ------------------------------------------------------------------------

extra(signature) := array.concat(
	[{"path": path, "what": "is not signed"} |
		lib.known(signature.attributes.unsigned)
		some path in signature.attributes.unsigned
	],
	[{"path": path, "what": "is a symbolic link, which the signature does not allow"} |
		some path in object.get(signature.attributes, "symlinks", [])
	],
)

deny contains finding if {
	some signature in input.resources.signature
	found := extra(signature)
	count(found) > 0
	finding := {
		"resource": signature.key,
		"attribute": "unsigned",
		"evidence": "unsigned",
		"message": sprintf("in the folder that %s signs, %s", [signature.attributes.path, said(found)]),
		"related": [{"resource": f.key, "message": sprintf("this file %s", [each.what])} |
			some each in array.slice(found, 0, 20)
			f := model_files.file(each.path)
		],
	}
}

said(found) := sprintf("%s %s", [found[0].path, found[0].what]) if count(found) == 1

said(found) := sprintf("%s %s, and so are %d more", [found[0].path, found[0].what, count(found) - 1]) if {
	count(found) > 1
}

unknown contains finding if {
	some signature in input.resources.signature
	count(extra(signature)) == 0
	cause := lib.cause(signature.attributes.unsigned)
	finding := {
		"resource": signature.key,
		"attribute": "unsigned",
		"message": sprintf("beside the files that %s signs there may be others: %s", [signature.attributes.path, cause]),
		"cause": cause,
	}
}

# --- Verification that lets them pass ---------------------------------------------------------------

is_lenient(text) if {
	is_string(text)
	contains(text, "unsigned")
	without_comments := regex.replace(text, `(?m)(^|\s)#.*$`, "")
	regex.match(`(^|[^\w-])--ignore[_-]unsigned[_-]files($|[^\w-])|ignore_unsigned_files\s*[(=]\s*True`, without_comments)
}

lenient contains {"resource": r, "at": sprintf("%s[%d]", [list, i])} if {
	some r in input.resources.container
	some list in ["arguments"]
	some i, word in reading.items(r.attributes[list])
	is_lenient(word)
}

lenient contains {"resource": r, "at": sprintf("run[%d]", [i])} if {
	some r in input.resources.dockerfile_stage
	r.attributes.role != "unused"
	some i, text in r.attributes.run
	is_lenient(text)
}

lenient contains {"resource": r, "at": command} if {
	some r in input.resources.dockerfile_stage
	r.attributes.final == true
	some command in ["entrypoint", "cmd"]
	some word in reading.texts(object.get(r.attributes, command, []))
	is_lenient(word)
}

deny contains finding if {
	some each in lenient
	finding := {
		"resource": each.resource.key,
		"attribute": each.at,
		"evidence": "lenient",
		"message": sprintf("%s verifies a model, but lets unsigned files pass", [each.resource.address]),
	}
}

# --- What verifies nothing --------------------------------------------------------------------------

verifies(r) if {
	some list in ["arguments", "run", "entrypoint", "cmd"]
	some word in reading.texts(object.get(r.attributes, list, []))
	regex.match(`model[_-]signing`, word)
}

skip contains r.key if {
	some type in ["container", "dockerfile_stage"]
	some r in input.resources[type]
	not verifies(r)
	not r.key in {each.resource.key | some each in lenient}
}
