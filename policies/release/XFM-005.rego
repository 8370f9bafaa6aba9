# METADATA
# title: A serving identity cannot change the model that it serves
# description: >-
#   A model server that is taken over (a crafted request, a pickle, a hole in its runtime) acts with the rights of its
#   pod. If those let it write to the bucket it loads from, or push to the repository of its image, the intruder
#   replaces the model, and every replica and every restart loads the replacement; if they let it change the bucket's
#   policy, others can. The way from the pod to such a right leads through three formats: the pod's ServiceAccount,
#   its annotation or association, and the statements of the role. Deny statements, also of the bucket's policy, are
#   heeded; what a permissions boundary or a condition takes away is not known. Jobs, which may be there to write, are
#   left alone.
# related_resources:
#   - https://docs.aws.amazon.com/eks/latest/userguide/iam-roles-for-service-accounts.html
#   - https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html
#   - https://cloud.google.com/kubernetes-engine/docs/how-to/workload-identity
# custom:
#   id: XFM-005
#   severity: critical
#   applies_to:
#     format: kubernetes
#     types: [workload]
#   parameters:
#     object_actions: ["s3:DeleteObject", "s3:DeleteObjectVersion", "s3:PutObject", "s3:PutObjectAcl"]
#     bucket_actions:
#       - s3:DeleteBucket
#       - s3:DeleteBucketPolicy
#       - s3:PutBucketAcl
#       - s3:PutBucketPolicy
#       - s3:PutBucketVersioning
#       - s3:PutLifecycleConfiguration
#     repository_actions: ["ecr:BatchDeleteImage", "ecr:DeleteRepository", "ecr:PutImage", "ecr:SetRepositoryPolicy"]
#     bucket_policies: [AdministratorAccess, AmazonS3FullAccess, PowerUserAccess]
#     repository_policies:
#       - AdministratorAccess
#       - AmazonEC2ContainerRegistryFullAccess
#       - AmazonEC2ContainerRegistryPowerUser
#       - PowerUserAccess
#     google_roles:
#       - roles/editor
#       - roles/owner
#       - roles/storage.admin
#       - roles/storage.folderAdmin
#       - roles/storage.legacyBucketOwner
#       - roles/storage.legacyBucketWriter
#       - roles/storage.legacyObjectOwner
#       - roles/storage.objectAdmin
#       - roles/storage.objectCreator
#       - roles/storage.objectUser
#     azure_roles:
#       - Contributor
#       - Owner
#       - Storage Account Contributor
#       - Storage Blob Data Contributor
#       - Storage Blob Data Owner
#   remediation: >-
#     Give the serving identity `s3:GetObject` on the model's prefix and `s3:ListBucket` on its bucket, and nothing
#     that writes (Google Cloud: `roles/storage.objectViewer`; Azure: Storage Blob Data Reader). Publish models with
#     another identity, that of the release pipeline; let caches and logs have a bucket of their own.
package releasegate.xfm_005

import rego.v1

import data.lib.aws_grants
import data.lib.azure_grants
import data.lib.decisions
import data.lib.google_grants
import data.lib.models
import data.lib.pods
import data.lib.reading
import data.lib.releasegate as lib
import data.lib.settings
import data.lib.stores

# --- What is loaded, and by whom --------------------------------------------------------------------

serving contains r if {
	some r in input.resources.workload
	pods.serves(r)
	not r.attributes.kind in {"Job", "CronJob"}
}

# The store that the workload loads its model from, and the repository of its image.
sources := {key: value | some key, value in sources_entries}

sources_entries[r.key] contains source if {
	some r in serving
	some source in lib.linked_from(r.key, "stores_in")
	clouds[source.type]
}

sources_entries[r.key] contains source if {
	some r in serving
	some container in models.containers(r)
	container.attributes.serving == true
	some source in lib.linked_from(container.key, "runs_image")
	clouds[source.type]
}

# For each kind of source the attribute with its name, the kind of identity that can have rights on it, and the
# annotation by which a ServiceAccount takes one on.
clouds := {
	"aws_s3_bucket": {
		"name": "bucket",
		"identity": "aws_iam_role",
		"annotation": "eks.amazonaws.com/role-arn",
	},
	"aws_ecr_repository": {
		"name": "name",
		"identity": "aws_iam_role",
		"annotation": "eks.amazonaws.com/role-arn",
	},
	"google_storage_bucket": {
		"name": "name",
		"identity": "google_service_account",
		"annotation": "iam.gke.io/gcp-service-account",
	},
	"azurerm_storage_account": {
		"name": "name",
		"identity": "azurerm_user_assigned_identity",
		"annotation": "azure.workload.identity/client-id",
	},
}

# Who the workload is towards a source.
cases contains {"workload": r, "account": account, "source": source, "identity": identity} if {
	some r in serving
	some source in sources[r.key]
	some account in lib.linked_from(r.key, "uses_account")
	some identity in lib.linked_from(account.key, "assumes")
	identity.type == clouds[source.type].identity
}

# Google Cloud also gives rights to a ServiceAccount itself, as a principal of a workload identity pool.
cases contains {"workload": r, "account": account, "source": source, "identity": account} if {
	some r in serving
	some source in sources[r.key]
	source.type == "google_storage_bucket"
	some account in lib.linked_from(r.key, "uses_account")
}

# The ServiceAccount names somebody who is not in the release.
strangers contains {"workload": r, "account": account, "source": source, "annotation": annotation} if {
	some r in serving
	some source in sources[r.key]
	some account in lib.linked_from(r.key, "uses_account")
	annotation := clouds[source.type].annotation
	reading.annotation(account, annotation) != ""
	every identity in lib.linked_from(account.key, "assumes") {
		identity.type != clouds[source.type].identity
	}
}

skip contains r.key if {
	some r in input.resources.workload
	not r.key in judged
}

judged contains each.workload.key if some each in cases

judged contains each.workload.key if some each in strangers

# --- What the identity can do to it -----------------------------------------------------------------
# {"action": "s3:PutObject", "answer": …}, of which the answer is yes or not known.

held contains {"case": each, "rights": rights(each)} if some each in cases

rights(each) := aws_grants.taken(each.identity, bucket_asset(each)) if each.source.type == "aws_s3_bucket"

rights(each) := aws_grants.taken(each.identity, repository_asset(each)) if each.source.type == "aws_ecr_repository"

rights(each) := [{"action": named_role(answer.resource.attributes.role), "answer": answer} |
	some answer in google_grants.taken(google_identity(each), each.source, input.parameters.google_roles)
] if {
	each.source.type == "google_storage_bucket"
}

rights(each) := [{"action": azure_role(answer.resource), "answer": answer} |
	some answer in azure_grants.taken(each.identity, each.source, input.parameters.azure_roles)
] if {
	each.source.type == "azurerm_storage_account"
}

azure_role(r) := named_role(object.get(r.attributes, "role_definition_name", {}))

named_role(role) := role if is_string(role)

named_role(role) := "a role that is not known" if not is_string(role)

google_identity(each) := {
	"account": each.identity,
	"subject": sprintf("%s/%s", [reading.namespace(each.account), reading.name(each.account)]),
}

bucket_asset(each) := {
	"resource": each.source,
	"managed_policies": input.parameters.bucket_policies,
	"targets": array.concat(
		[{"actions": input.parameters.object_actions, "arn": arn, "is_prefix": true, "of": each.source} |
			some arn in model_prefixes(each.workload, stores.called(each.source))
		],
		[{"actions": input.parameters.bucket_actions, "arn": arn, "is_prefix": false, "of": each.source} |
			arn := sprintf("arn:aws:s3:::%s", [stores.called(each.source)])
		],
	),
}

# Only what lies below the model's own path is the model.
model_prefixes(r, bucket) := named if {
	named := named_prefixes(r, bucket)
	count(named) > 0
}

model_prefixes(r, bucket) := {sprintf("arn:aws:s3:::%s/", [bucket])} if count(named_prefixes(r, bucket)) == 0

named_prefixes(r, bucket) := {sprintf("arn:aws:s3:::%s/%s", [bucket, found[1]]) |
	some word in models.mentions(r, bucket)
	pattern := sprintf(`s3[an]?://%s/([^\s"',;|<>?]*)`, [replace(bucket, ".", `\.`)])
	some found in regex.find_all_string_submatch_n(pattern, word.value, -1)
}

repository_asset(each) := {
	"resource": each.source,
	"managed_policies": input.parameters.repository_policies,
	"targets": [{"actions": input.parameters.repository_actions, "arn": arn, "is_prefix": false, "of": each.source} |
		some arn in repository_arns(each)
	],
}

# The registry's host says account and region.
repository_arns(each) := {sprintf("arn:aws:ecr:%s:%s:repository/%s", [host[2], host[1], image.repository]) |
	some container in models.containers(each.workload)
	each.source in lib.linked_from(container.key, "runs_image")
	image := container.attributes.image
	host := regex.find_all_string_submatch_n(`^([0-9]{12})\.dkr[.-]ecr(?:-fips)?\.([a-z0-9-]+)\.`, image.registry, 1)[0]
}

# --- Findings ---------------------------------------------------------------------------------------

deny contains finding if {
	some {"case": each, "rights": found} in held
	sure := [right | some right in found; decisions.is_yes(right.answer)]
	count(sure) > 0
	actions := listing({right.action | some right in sure})
	said := [each.workload.address, actions, each.source.address, role_of(each.source)]
	finding := object.union(place(each, sure), {"message": sprintf("%s has %s on %s, %s", said)})
}

listing(actions) := concat(", ", sort(actions)) if count(actions) < 5

listing(actions) := sprintf("%s and %d more", [concat(", ", array.slice(sort(actions), 0, 3)), count(actions) - 3]) if {
	count(actions) >= 5
}

unknown contains finding if {
	some {"case": each, "rights": found} in held
	every right in found {
		not decisions.is_yes(right.answer)
	}
	cause := lib.cause(found[0].answer.is)
	said := [each.workload.address, each.source.address, role_of(each.source), cause]
	finding := object.union(
		place(each, [found[0]]),
		{"message": sprintf("%s may have rights to change %s, %s: %s", said), "cause": cause},
	)
}

unknown contains finding if {
	some each in strangers
	name := reading.annotation(each.account, each.annotation)
	cause := sprintf("%s, which %s takes on, is not in the release", [name, each.account.address])
	said := [each.workload.address, each.source.address, role_of(each.source), cause]
	finding := {
		"resource": each.workload.key,
		"attribute": "service_account",
		"evidence": each.source.address,
		"message": sprintf("%s may have rights to change %s, %s: %s", said),
		"cause": cause,
		"related": [
			naming(each.account, ["metadata", "annotations", each.annotation]),
			naming(each.source, [clouds[each.source.type].name]),
		],
	}
}

role_of(source) := "where its model lies" if source.type != "aws_ecr_repository"

role_of(source) := "where its image lies" if source.type == "aws_ecr_repository"

# At the pod's account; beside it the whole way from there to the source.
place(each, found) := {
	"resource": each.workload.key,
	"attribute": "service_account",
	"evidence": sprintf("%s %s", [each.identity.address, each.source.address]),
	"related": array.concat(
		[
			naming(each.account, ["metadata", "annotations", clouds[each.source.type].annotation]),
			naming(each.identity, ["name"]),
			naming(each.source, [clouds[each.source.type].name]),
		],
		[{"resource": key, "attribute": attribute, "message": said} |
			some [key, attribute] in {[right.answer.resource.key, right.answer.attribute] | some right in found}
			actions := {right.action |
				some right in found
				[right.answer.resource.key, right.answer.attribute] == [key, attribute]
			}
			said := sprintf("%s: %s", [lib.resource(key).address, listing(actions)])
		],
	),
}

naming(r, path) := {"resource": r.key, "attribute": settings.path_text(path), "message": r.address}
