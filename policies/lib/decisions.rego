# Answers in three values that remember what gave them: {"resource": r, "attribute": "a.b", "is": …}, where `is` is
# true, false, or the value that is not known.
package lib.decisions

import rego.v1

import data.lib.releasegate as lib
import data.lib.settings

# --- One answer ---------------------------------------------------------------------------------

# Whether the value is one of the accepted ones.
accepts(r, found, _) := answer(r, found.attribute, found.value) if lib.unresolved(found.value)

accepts(r, found, accepted) := answer(r, found.attribute, found.value in accepted) if {
	not lib.unresolved(found.value)
}

answer(r, attribute, is) := {"resource": r, "attribute": attribute, "is": is}

# The value of what could be known but is not looked into.
not_evaluated(what) := {"$unresolved": what, "reason": sprintf("%s is not evaluated", [what])}

# One answer for each value that the names lead to; where nothing is written, one that is the default.
setting(r, names, accepted, _) := [accepts(r, each, accepted) | some each in reached(r.attributes, names)] if {
	is_written(r, names)
}

setting(r, names, _, default_is) := [answer(r, concat(".", names), default_is)] if not is_written(r, names)

is_written(r, names) if count(reached(r.attributes, names)) > 0

# Every value that the names lead to, through the lists that nested blocks are; what is not known on the way ends it.
reached(attributes, names) := [{"attribute": settings.path_text(path), "value": value} |
	walk(attributes, [path, value])
	steps := [step | some step in path; is_string(step)]
	ends(steps, names, value)
]

ends(steps, names, value) if {
	steps == names
	not is_array(value)
}

ends(steps, names, value) if {
	lib.unresolved(value)
	count(steps) > 0
	count(steps) < count(names)
	array.slice(names, 0, count(steps)) == steps
}

# --- Several answers ----------------------------------------------------------------------------

is_yes(answer) if answer.is == true

is_no(answer) if answer.is == false

is_open(answer) if lib.unresolved(answer.is)

# The answer that decides whether any of them holds; of none at all it is not defined.
any_of(answers) := array.concat(yes(answers), array.concat(open(answers), no(answers)))[0]

# The answer that decides whether all of them hold; of none at all it is not defined.
all_of(answers) := array.concat(no(answers), array.concat(open(answers), yes(answers)))[0]

yes(answers) := [each | some each in answers; is_yes(each)]

open(answers) := [each | some each in answers; is_open(each)]

no(answers) := [each | some each in answers; is_no(each)]
