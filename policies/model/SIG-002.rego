# METADATA
# title: Signed digests match the files
# description: >-
#   A signature is worth something when the files are still those that were signed: one byte of a weight, a shard from
#   another model or a changed tokenizer gives another digest. Every file of the bundle is compared with what is here,
#   what its Git LFS pointer stands for, or, where the weights are kept elsewhere, with what the manifests declare. A
#   bundle whose own signature is broken proves nothing at all.
# related_resources:
#   - https://sigstore.github.io/model-transparency/
#   - https://slsa.dev/spec/v1.1/threats
#   - https://cwe.mitre.org/data/definitions/345.html
# custom:
#   id: SIG-002
#   severity: critical
#   needs: [artifacts]
#   applies_to:
#     format: model
#     types: [signature]
#   remediation: >-
#     Find out who changed the file and why: compare it with the one in the training run or the registry. Put the signed
#     file back; only where the change is meant, review it and sign the folder again.
package releasegate.sig_002

import rego.v1

import data.lib.model_files

verdicts[signature.key] := model_files.signed(signature) if some signature in input.resources.signature

wrong(signature) := [each | some each in verdicts[signature.key]; each.is == "other"]

open(signature) := [each | some each in verdicts[signature.key]; each.is == "open"]

grown(signature) := [{"entry": {"name": f.attributes.path}, "found": "more than the signed bytes", "resource": f} |
	some f in model_files.grown(signature)
]

is_broken(signature) if signature.attributes.verification == "invalid"

deny contains finding if {
	some signature in input.resources.signature
	found := array.concat(wrong(signature), grown(signature))
	count(found) > 0
	finding := {
		"resource": signature.key,
		"attribute": "files",
		"evidence": "digest",
		"message": sprintf("%s does not match %s", [signature.attributes.path, said(found)]),
		"related": [{"resource": each.resource.key, "attribute": at(each.resource), "message": there(each)} |
			some each in array.slice(found, 0, 20)
			each.resource
		],
	}
}

said(found) := sprintf("%s: %s", [found[0].entry.name, ends(found[0])]) if count(names(found)) == 1

said(found) := sprintf("%d of its files, such as %s: %s", [count(names(found)), found[0].entry.name, ends(found[0])]) if {
	count(names(found)) > 1
}

names(found) := {each.entry.name | some each in found}

ends(each) := sprintf("it signs %s, but there is %s", [signed(each), model_files.short(each.found)])

signed(each) := model_files.short(sprintf("%s:%s", [each.entry.algorithm, each.entry.digest])) if each.entry.digest

signed(each) := "a part of it" if not each.entry.digest

at(resource) := "digest" if resource.type == "model_artifact"

at(resource) := "path" if resource.type != "model_artifact"

there(each) := sprintf("%s is %s here, not the signed %s:%s", [
	each.entry.name, each.found, each.entry.algorithm, each.entry.digest,
]) if {
	each.entry.digest
}

there(each) := sprintf("%s has %s", [each.entry.name, each.found]) if not each.entry.digest

deny contains finding if {
	some signature in input.resources.signature
	count(wrong(signature)) + count(grown(signature)) == 0
	is_broken(signature)
	finding := {
		"resource": signature.key,
		"attribute": "verification",
		"evidence": "signature",
		"message": sprintf("%s is no valid signature: %s", [signature.attributes.path, signature.attributes.reason]),
	}
}

unknown contains finding if {
	some signature in input.resources.signature
	count(wrong(signature)) + count(grown(signature)) == 0
	not is_broken(signature)
	found := open(signature)
	count(found) > 0
	finding := {
		"resource": signature.key,
		"attribute": "files",
		"message": sprintf("%s may not match its files: %s", [signature.attributes.path, found[0].cause]),
		"cause": found[0].cause,
	}
}
