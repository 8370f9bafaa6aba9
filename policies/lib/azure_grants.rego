# Which roles of Azure a managed identity has on a storage account, in three values.
package lib.azure_grants

import rego.v1

import data.lib.decisions
import data.lib.reading
import data.lib.releasegate as lib

# The assignments of one of the roles to the identity that reach the storage account.
taken(identity, account, roles) := [found |
	some r in input.resources.azurerm_role_assignment
	identity in lib.linked_from(r.key, "references")
	found := decisions.all_of([role(r, roles), scope(r, account), is_unconditional(r)])
	not decisions.is_no(found)
]

role(r, roles) := decisions.accepts(r, found, roles) if {
	found := {"attribute": "role_definition_name", "value": r.attributes.role_definition_name}
}

role(r, _) := decisions.answer(r, "role_definition_id", decisions.not_evaluated(what)) if {
	not r.attributes.role_definition_name
	what := sprintf("the role of %s by its id", [r.address])
}

# A scope is told by what of the configuration it refers to, or by what it spells out.
scope(r, account) := decisions.answer(r, "scope", spells_out(r.attributes.scope, account)) if {
	is_string(r.attributes.scope)
	not may_be_its_group(r.attributes.scope, account)
}

scope(r, account) := decisions.answer(r, "scope", account.attributes.resource_group_name) if {
	is_string(r.attributes.scope)
	may_be_its_group(r.attributes.scope, account)
}

# A resource group, and in which the account is, is not known.
may_be_its_group(scope, account) if {
	lib.unresolved(account.attributes.resource_group_name)
	regex.match(`(?i)^/subscriptions/[^/]+/resourcegroups/[^/]+/?$`, scope)
}

scope(r, account) := decisions.answer(r, "scope", count(places(r) & holders(account)) > 0) if {
	lib.unresolved(r.attributes.scope)
	count(places(r)) > 0
}

scope(r, _) := decisions.answer(r, "scope", r.attributes.scope) if {
	lib.unresolved(r.attributes.scope)
	count(places(r)) == 0
}

# The account or something in it, all of its group, or all of a subscription.
spells_out(scope, account) := count([end |
	some end in [
		sprintf("/storageaccounts/%s/", [reading.text(account.attributes.name)]),
		sprintf("/resourcegroups/%s/end", [reading.text(object.get(account.attributes, "resource_group_name", "?"))]),
		concat("/", array.concat(array.slice(split(scope, "/"), 0, 3), ["end"])),
	]
	contains(sprintf("%s/end", [lower(scope)]), lower(end))
]) > 0

# What the assignment refers to beside the identity and the role.
places(r) := {place |
	some place in lib.linked_from(r.key, "references")
	not place.type in {"azurerm_role_definition", "azurerm_user_assigned_identity", "data.azurerm_role_definition"}
}

# What the account is in, and the containers in it.
holders(account) := (({account} | {container |
	some container in lib.linked_to(account.key, "configures")
	container.type == "azurerm_storage_container"
}) | {group |
	some group in lib.linked_from(account.key, "references")
	group.type in {"azurerm_resource_group", "data.azurerm_resource_group"}
}) | {subscription | some subscription in input.resources["data.azurerm_subscription"]}

is_unconditional(r) := decisions.answer(r, "scope", true) if not r.attributes.condition

is_unconditional(r) := decisions.answer(r, "condition", decisions.not_evaluated(what)) if {
	r.attributes.condition
	what := sprintf("the condition of %s", [r.address])
}
