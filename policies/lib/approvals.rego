# What the lists of approved versions say about a version of a model.
package lib.approvals

import rego.v1

import data.lib.releasegate as lib
import data.lib.versions

# A subject is {"name", "version", "digests", "uri"}, where the version may be unknown or absent, and so may the uri.

lists := object.get(input.resources, "approval_list", [])

exists if count(lists) > 0

decisions := object.get(input.resources, "approved_version", [])

# The last day counts. Without a day of the scan every decision holds.
holds(entry) if not entry.attributes.until

holds(entry) if entry.attributes.until >= object.get(input, "as_of", "")

is_about(entry, subject) if lower(entry.attributes.model) == lower(object.get(subject, "name", ""))

# --- One decision and one subject -----------------------------------------------------------------
# Each of version, digest and uri that the decision names: {"key", "is"}, where `is` is true, false or why it is not
# known.

answers(entry, subject) := [answer |
	some key in ["version", "digest", "uri"]
	answer := {"key": key, "is": answer_of(key, entry.attributes, subject)}
]

answer_of("version", entry, subject) := version_answer(entry.versions, object.get(subject, "version", null))

answer_of("digest", entry, subject) := digest_answer(entry.digest, object.get(subject, "digests", []))

answer_of("uri", entry, subject) := uri_answer(entry.uri, object.get(subject, "uri", null))

version_answer(_, version) := {"unknown": "it states no version"} if version == null

version_answer(_, version) := {"unknown": lib.cause(version)} if lib.unresolved(version)

version_answer(listed, version) := true if {
	is_plain(version)
	some each in listed
	versions.fits(version, each) == true
}

version_answer(listed, version) := false if {
	is_plain(version)
	every each in listed {
		versions.fits(version, each) == false
	}
}

version_answer(listed, version) := {"unknown": cause} if {
	is_plain(version)
	count([each | some each in listed; versions.fits(version, each) == true]) == 0
	some each in listed
	not is_decided(version, each)
	cause := sprintf("whether %v is a version of %v cannot be told", [version, said(each)])
}

version_answer(_, version) := {"unknown": "its version is no text"} if {
	version != null
	not lib.unresolved(version)
	not is_plain(version)
}

said(each) := each if not lib.unresolved(each)

said(each) := lib.cause(each) if lib.unresolved(each)

is_decided(version, each) if is_boolean(versions.fits(version, each))

is_plain(value) if is_string(value)

is_plain(value) if is_number(value)

digest_answer(_, digests) := {"unknown": "it states no digest"} if count(digests) == 0

digest_answer(listed, digests) := true if listed in digests

digest_answer(listed, digests) := false if {
	count(digests) > 0
	not listed in digests
	algorithm(listed) in {algorithm(each) | some each in digests}
}

digest_answer(listed, digests) := {"unknown": cause} if {
	count(digests) > 0
	not algorithm(listed) in {algorithm(each) | some each in digests}
	cause := sprintf("the decision names a digest by %s, the model another one", [algorithm(listed)])
}

algorithm(digest) := split(digest, ":")[0]

uri_answer(_, uri) := {"unknown": "it states no uri"} if uri == null

uri_answer(_, uri) := {"unknown": lib.cause(uri)} if lib.unresolved(uri)

uri_answer(_, uri) := {"unknown": "its uri is no text"} if {
	uri != null
	not lib.unresolved(uri)
	not is_string(uri)
}

uri_answer(listed, uri) := trim_right(listed, "/") == trim_right(uri, "/") if is_string(uri)

# --- What it comes to -----------------------------------------------------------------------------

# The decisions that deny the subject: by its version or place, or by its digest under whatever name.
denials(subject) := [entry |
	some entry in decisions
	entry.attributes.status == "denied"
	holds(entry)
	denies(entry, subject)
]

denies(entry, subject) if {
	is_about(entry, subject)
	some answer in answers(entry, subject)
	answer.is == true
}

denies(entry, subject) if entry.attributes.digest in object.get(subject, "digests", [])

# Those of which it is not known whether they do, with the cause.
open_denials(subject) := [{"entry": entry, "cause": causes[0]} |
	some entry in decisions
	entry.attributes.status == "denied"
	holds(entry)
	is_about(entry, subject)
	not denies(entry, subject)
	causes := [answer.is.unknown | some answer in answers(entry, subject)]
	count(causes) > 0
]

# The decisions that approve of it in all that they name.
approvals(subject) := [entry |
	some entry in approved_entries(subject)
	holds(entry)
	all_met(entry, subject)
]

expired(subject) := [entry |
	some entry in approved_entries(subject)
	not holds(entry)
	all_met(entry, subject)
]

approved_entries(subject) := [entry |
	some entry in decisions
	entry.attributes.status == "approved"
	is_about(entry, subject)
]

all_met(entry, subject) if {
	found := answers(entry, subject)
	count(found) > 0
	every answer in found {
		answer.is == true
	}
}

# Those that may, as far as is known.
open_approvals(subject) := [{"entry": entry, "cause": causes[0]} |
	some entry in approved_entries(subject)
	holds(entry)
	found := answers(entry, subject)
	count([answer | some answer in found; answer.is == false]) == 0
	causes := [answer.is.unknown | some answer in found]
	count(causes) > 0
]

# Those of its version whose digest or place is another one.
of_another_artifact(subject) := [{"entry": entry, "key": wrong[0].key} |
	some entry in approved_entries(subject)
	holds(entry)
	found := answers(entry, subject)
	some answer in found
	answer.key == "version"
	answer.is == true
	wrong := [each | some each in found; each.is == false]
	count(wrong) > 0
]

# The lowest versions that may be released of it, each with its list.
minimums(name) := [{"list": list, "version": version} |
	some list in lists
	some model, version in list.attributes.minimum
	lower(model) == lower(name)
]

# --- Models as subjects ---------------------------------------------------------------------------

subject_of(model) := {
	"name": object.get(model.attributes, "name", ""),
	"version": object.get(model.attributes, "version", null),
	"digests": digests_of(model),
	"uri": object.get(model.attributes, "uri", null),
}

# Its own digest, and where it states none that of the manifests that describe it.
digests_of(model) := [lower(model.attributes.digest)] if is_string(model.attributes.digest)

digests_of(model) := sort([lower(other.attributes.digest) |
	some other in lib.linked_to(model.key, "describes")
	is_string(other.attributes.digest)
]) if {
	not is_string(model.attributes.digest)
}
