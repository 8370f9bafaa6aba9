# METADATA
# title: A sensitive model lies in a store with the safeguards that its data ask for
# description: >-
#   The manifest says that the model was made from, or works on, personal or health data; the workload says where its
#   weights lie; only the configuration of that store says whether they are safe there. Weights can be made to give
#   training records away, so the store of such a model gets the protection of its data: a key of your own, no public
#   access, no plain HTTP, earlier versions to compare with, and a log of who read them. Where no manifest of the
#   release says anything of its data, what the configuration declares is taken to be about every model.
# related_resources:
#   - https://docs.aws.amazon.com/AmazonS3/latest/userguide/security-best-practices.html
#   - https://cloud.google.com/storage/docs/best-practices
#   - https://learn.microsoft.com/azure/storage/blobs/security-recommendations
# custom:
#   id: XFM-001
#   severity: critical
#   when:
#     data: [personal, phi, special]
#   applies_to:
#     format: terraform
#     types: [aws_s3_bucket, google_storage_bucket, azurerm_storage_account]
#   remediation: >-
#     S3: an aws_s3_bucket_server_side_encryption_configuration with `aws:kms` and a key of your own, an
#     aws_s3_bucket_public_access_block with all four switches on, a bucket policy that denies `s3:*` when
#     `aws:SecureTransport` is false, aws_s3_bucket_versioning with status Enabled, and aws_s3_bucket_logging or data
#     events of a CloudTrail. Google Cloud: `encryption`, `public_access_prevention = "enforced"`, `versioning`,
#     `logging`. Azure: `customer_managed_key`, `allow_nested_items_to_be_public = false`, `https_traffic_only_enabled
#     = true`, `blob_properties { versioning_enabled = true }`. Or move the model to a store that has them.
package releasegate.xfm_001

import rego.v1

import data.lib.decisions
import data.lib.models
import data.lib.releasegate as lib
import data.lib.stores

# --- Stores of sensitive models -----------------------------------------------------------------

all_stores contains store if {
	some type in ["aws_s3_bucket", "azurerm_storage_account", "google_storage_bucket"]
	some store in input.resources[type]
}

judged contains store if {
	some store in all_stores
	tenants[store.key]
}

skip contains store.key if some store in all_stores - judged

# What names the store as the place of a sensitive model, each with all the manifests of that model.
tenants[store.key] contains {"resource": r, "manifests": about(r)} if {
	some store in all_stores
	some r in lib.linked_to(store.key, "stores_in")
	count(sensitive_classes(about(r))) > 0
}

about(r) := models.manifests(r) if r.type == "model"

about(r) := models.manifests(lib.resource(r.parent)) if r.type == "model_artifact"

about(r) := models.served(r) if r.type == "workload"

sensitive := {"personal", "phi", "special"}

sensitive_classes(manifests) := {class | some manifest in manifests; some class in classes(manifest)} & sensitive if {
	models_declare
}

sensitive_classes(_) := {class | some class in input.scope.data} & sensitive if not models_declare

models_declare if {
	some model in input.resources.model
	count(classes(model)) > 0
}

classes(manifest) := {lower(sprintf("%v", [manifest.attributes.data.classification]))} | {class |
	some name, class in {"personal_data": "personal", "special_categories": "special"}
	manifest.attributes.data[name] == true
}

# --- Their safeguards ---------------------------------------------------------------------------

deny contains finding if {
	some store in judged
	some safeguard in stores.safeguards(store)
	off := decisions.no(safeguard.parts)
	count(off) > 0
	finding := object.union(
		place(store, safeguard, off),
		{"message": sprintf("%s, where %s lies, has no %s", [store.address, contents(store), safeguard.name])},
	)
}

unknown contains finding if {
	some store in judged
	some safeguard in stores.safeguards(store)
	count(decisions.no(safeguard.parts)) == 0
	open := decisions.open(safeguard.parts)
	count(open) > 0
	cause := lib.cause(open[0].is)
	said := [store.address, contents(store), safeguard.name, cause]
	finding := object.union(
		place(store, safeguard, open),
		{"message": sprintf("%s, where %s lies, may have no %s: %s", said), "cause": cause},
	)
}

# The store, at its own attribute where that decided; beside it the sidecars that decided, and both ends of the link.
place(store, safeguard, deciding) := object.union(
	{
		"resource": store.key,
		"evidence": safeguard.name,
		"related": array.concat(
			[{"resource": each.resource.key, "attribute": each.attribute, "message": said} |
				some each in deciding
				each.resource.key != store.key
				said := sprintf("%s of %s", [each.attribute, each.resource.address])
			],
			ends(store),
		),
	},
	{"attribute": each.attribute |
		some each in [deciding[0]]
		each.resource.key == store.key
		each.attribute != ""
	},
)

# `triage-risk (phi)`
contents(store) := sprintf("%s (%s)", [concat(", ", sort(names)), concat(", ", sort(words))]) if {
	manifests := {manifest | some tenant in tenants[store.key]; some manifest in tenant.manifests}
	words := sensitive_classes(manifests)
	names := named(store, manifests)
}

named(_, manifests) := {models.called(registration) |
	some manifest in manifests
	some registration in models.registrations(manifest)
} if {
	count(manifests) > 0
}

named(store, manifests) := {sprintf("the model of %s", [tenant.resource.address]) |
	some tenant in tenants[store.key]
} if {
	count(manifests) == 0
}

ends(store) := array.concat(
	[{"resource": manifest.key, "attribute": "data.classification", "message": sprintf("says that it is %s", [said])} |
		some manifest in speaking(store)
		said := concat(", ", sort(sensitive_classes({manifest})))
	],
	[{"resource": each.resource.key, "attribute": each.attribute, "message": said} |
		some tenant in tenants[store.key]
		some each in naming(tenant.resource, store)
		said := sprintf("%s names the store", [each.resource.address])
	],
)

# Of the manifests that declare their data the release, or where it does not the others.
speaking(store) := releases if {
	releases := {manifest | some manifest in declaring(store); models.is_release(manifest)}
	count(releases) > 0
}

speaking(store) := declaring(store) if {
	every manifest in declaring(store) {
		not models.is_release(manifest)
	}
}

declaring(store) := {manifest |
	some tenant in tenants[store.key]
	some manifest in tenant.manifests
	count(classes(manifest)) > 0
}

# Where the store is named. An artifact need not repeat what its model says already.
naming(r, _) := [{"resource": r, "attribute": "uri"}] if r.type == "model"

naming(r, store) := [{"resource": r, "attribute": "uri"} | not r.parent in named_by(store)] if {
	r.type == "model_artifact"
}

naming(r, store) := models.mentions(r, stores.called(store)) if r.type == "workload"

named_by(store) := {tenant.resource.key | some tenant in tenants[store.key]}
