# Versions of models: which of two is the newer one, and whether one lies in a range.
package lib.versions

import rego.v1

# -1, 0 or 1 for an older, equal or newer first version; undefined for two that have no order, such as names.
# Numbers with points and hyphens as in semantic versioning, of any number of parts; 7.2 is 7.2.0, and v7 is 7.
compare(a, b) := 0 if text(a) == text(b)

compare(a, b) := order if {
	text(a) != text(b)
	[x, y] := [parsed(a), parsed(b)]
	order := first_difference([number_order(x.numbers, y.numbers), prerelease_order(x.prerelease, y.prerelease)])
}

is_older(a, b) if compare(a, b) < 0

# Whether the version is one that the text means: a version, one with a wildcard (7.1.*), or bounds such as
# ">=7.1.0 <8.0.0". Undefined where that cannot be decided.
fits(version, range) := false if {
	some bound in bounds(range)
	meets(version, bound) == false
}

fits(version, range) := true if {
	count(bounds(range)) > 0
	every bound in bounds(range) {
		meets(version, bound) == true
	}
}

bounds(range) := regex.find_n(`[<>=!]+[\s]*[^\s,<>=!]+|[^\s,<>=!]+`, text(range), -1)

meets(version, bound) := holds if {
	parts := regex.find_all_string_submatch_n(`^([<>=!]+)\s*(.+)$`, bound, 1)[0]
	holds := holds_for(parts[1], compare(version, parts[2]))
}

# A text that is another one is another version, whatever its order.
meets(version, bound) := text(version) == bound if {
	is_one(bound)
	not compare(version, bound)
}

meets(version, bound) := compare(version, bound) == 0 if {
	is_one(bound)
	is_number(compare(version, bound))
}

meets(version, bound) := startswith(sprintf("%s.", [trim_left(text(version), "vV")]), beginning) if {
	regex.match(`^[vV]?[0-9][0-9.]*\.[*xX]$`, bound)
	beginning := trim_left(regex.replace(bound, `[*xX]$`, ""), "vV")
}

meets(_, "*") := true

# A version, and no way of writing a range; of one that is not known here (^7, ~7) nothing can be told.
is_one(bound) if not regex.match(`[<>=!^~|*]|\.[xX]$`, bound)

holds_for(">=", order) := order >= 0

holds_for(">", order) := order > 0

holds_for("<=", order) := order <= 0

holds_for("<", order) := order < 0

holds_for(sign, order) := order == 0 if sign in {"=", "=="}

holds_for("!=", order) := order != 0

text(version) := trim_space(version) if is_string(version)

text(version) := sprintf("%d", [version]) if is_number(version)

parsed(version) := {"numbers": split(found[1], "."), "prerelease": found[2]} if {
	found := regex.find_all_string_submatch_n(
		`^[vV]?([0-9]+(?:\.[0-9]+)*)(?:-([0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)*))?(?:\+[0-9A-Za-z.-]+)?$`,
		text(version),
		1,
	)[0]
}

first_difference(orders) := different[0] if {
	different := [each | some each in orders; each != 0]
	count(different) > 0
}

first_difference(orders) := 0 if count([each | some each in orders; each != 0]) == 0

number_order(a, b) := first_difference([digits_order(part(a, i), part(b, i)) |
	some i in numbers.range(0, max([count(a), count(b)]) - 1)
])

part(list, i) := list[i] if i < count(list)

part(list, i) := "0" if i >= count(list)

# Of any length: without zeros in front the longer one is the greater one.
digits_order(a, b) := first_difference([
	sign(count(plain(a)) - count(plain(b))),
	text_order(plain(a), plain(b)),
])

plain(digits) := trim_left(digits, "0")

sign(number) := -1 if number < 0

sign(0) := 0

sign(number) := 1 if number > 0

text_order(a, b) := 0 if a == b

text_order(a, b) := -1 if a < b

text_order(a, b) := 1 if a > b

# What comes before a release is older than it.
prerelease_order(a, b) := 0 if a == b

prerelease_order("", b) := 1 if b != ""

prerelease_order(a, "") := -1 if a != ""

prerelease_order(a, b) := order if {
	a != ""
	b != ""
	a != b
	[x, y] := [split(a, "."), split(b, ".")]
	shared := min([count(x), count(y)])
	orders := [identifier_order(x[i], y[i]) | some i in numbers.range(0, shared - 1)]
	order := first_difference(array.concat(orders, [sign(count(x) - count(y))]))
}

identifier_order(a, b) := digits_order(a, b) if {
	is_digits(a)
	is_digits(b)
}

identifier_order(a, b) := -1 if {
	is_digits(a)
	not is_digits(b)
}

identifier_order(a, b) := 1 if {
	not is_digits(a)
	is_digits(b)
}

identifier_order(a, b) := text_order(a, b) if {
	not is_digits(a)
	not is_digits(b)
}

is_digits(word) if regex.match(`^[0-9]+$`, word)
