# Names of licences, which every tool spells in its own way.
package lib.licenses

import rego.v1

import data.lib.manifests
import data.lib.reading

# The licences that a text or an expression such as `MIT OR Apache-2.0` names.
named(text) := {name |
	manifests.said(text)
	not reading.placeholder(text)
	some part in regex.split(`(?i)\s+(?:or|and|with)\s+`, trim(reading.text(text), "() "))
	name := plain(part)
	not name in {"", "other", "unknown", "noassertion", "none"}
}

# `Apache License 2.0`, `apache-2.0` and `Apache-2.0` are one.
plain(name) := trim(regex.replace(
	regex.replace(trim_prefix(lower(name), "licenseref-"), `[^\p{L}\p{N}.+]+`, "-"),
	`(^|-)(the|licen[sc]e|agreement|version|v)(-(licen[sc]e|agreement|version|v))*(-|$)`,
	"-",
), "-")
