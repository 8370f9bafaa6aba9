# Whether the release is meant for production, as it declares itself.
package lib.production

import rego.v1

# It says that it is something else; where it says nothing it may be production.
elsewhere(environments) if {
	count(_declared) > 0
	not is_declared(environments)
}

is_declared(environments) if {
	some name in _declared
	lower(name) in {lower(each) | some each in environments}
}

_declared := object.get(input, ["scope", "environment"], [])
