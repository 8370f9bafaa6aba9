# Which roles of Google Cloud an identity has on a bucket, in three values.
package lib.google_grants

import rego.v1

import data.lib.decisions
import data.lib.releasegate as lib

# The grants of one of the roles that the identity can, or may, use on the bucket. The identity is {"account",
# "subject"}: a service account of Google's or of Kubernetes', and `namespace/name` of the latter.
taken(identity, bucket, roles) := [found |
	some r in grants(bucket)
	found := decisions.all_of([
		decisions.accepts(r, {"attribute": "role", "value": r.attributes.role}, roles),
		is_member(r, identity),
		is_unconditional(r),
	])
	not decisions.is_no(found)
]

grants(bucket) := {r |
	some r in lib.linked_to(bucket.key, "configures")
	r.type in {"google_storage_bucket_iam_binding", "google_storage_bucket_iam_member"}
} | {r |
	some type in ["google_project_iam_binding", "google_project_iam_member"]
	some r in input.resources[type]
	split(r.key, "::")[0] == split(bucket.key, "::")[0]
	may_be_same(r.attributes, bucket.attributes)
}

# Where one of the two leaves the project to the provider's default they are taken to be in the same one.
may_be_same(one, other) if object.get(one, "project", "") == object.get(other, "project", "")

may_be_same(one, other) if "" in {object.get(one, "project", ""), object.get(other, "project", "")}

is_member(r, identity) := decisions.any_of(array.concat(
	[decisions.answer(r, each.attribute, means(r, each.value, identity)) |
		some list in ["member", "members"]
		some each in decisions.reached(r.attributes, [list])
	],
	[decisions.answer(r, "member", false)],
))

means(_, member, identity) := names(member, identity) if is_string(member)

# A member that is known only after apply is told by what it refers to.
means(r, member, identity) := true if {
	lib.unresolved(member)
	identity.account in lib.linked_from(r.key, "references")
}

means(r, member, identity) := false if {
	lib.unresolved(member)
	not identity.account in lib.linked_from(r.key, "references")
	refers_to_account(r)
}

means(r, member, _) := member if {
	lib.unresolved(member)
	not refers_to_account(r)
}

refers_to_account(r) if {
	some target in lib.linked_from(r.key, "references")
	target.type == "google_service_account"
}

names(member, identity) := count([name |
	some name in [
		sprintf("serviceAccount:%v@", [object.get(identity.account.attributes, "account_id", "\n")]),
		sprintf("[%s]", [identity.subject]),
		sprintf("/ns/%s", [replace(identity.subject, "/", "/sa/")]),
	]
	contains(member, name)
]) > 0

is_unconditional(r) := decisions.answer(r, "role", true) if not r.attributes.condition

is_unconditional(r) := decisions.answer(r, "condition", decisions.not_evaluated(what)) if {
	r.attributes.condition
	what := sprintf("the condition of %s", [r.address])
}
