# Versions, digests and URIs of models, and whether two of them mean the same.
package lib.references

import rego.v1

# --- Versions and digests -----------------------------------------------------------------------

# `v4.2.0` is `4.2.0`.
plain(version) := trim_prefix(lower(sprintf("%v", [version])), "v")

same_version(one, other) if plain(one) == plain(other)

# Both are built alike, such as `4.1.3` and `4.2.0`. A number alone is too little to tell that it is a version.
like_version(text, version) if {
	contains(plain(version), ".")
	shape(text) == shape(version)
}

shape(version) := regex.replace(plain(version), `[0-9]+`, "0")

algorithm(digest) := split(lower(digest), ":")[0] if contains(digest, ":")

algorithm(digest) := "sha256" if not contains(digest, ":")

# Labels are too short for a whole digest, so that the beginning of one counts.
same_digest(one, other) if {
	algorithm(one) == algorithm(other)
	same_beginning(hexadecimal(one), hexadecimal(other))
}

hexadecimal(digest) := parts[count(parts) - 1] if parts := split(lower(digest), ":")

same_beginning(one, other) if {
	min([count(one), count(other)]) >= 7
	startswith(one, other)
}

same_beginning(one, other) if {
	min([count(one), count(other)]) >= 7
	startswith(other, one)
}

same_revision(one, other) if lower(one) == lower(other)

same_revision(one, other) if {
	is_hash(one)
	is_hash(other)
	same_digest(one, other)
}

# A tag and a commit cannot be held against one another.
other_revision(one, other) if {
	is_hash(one) == is_hash(other)
	not same_revision(one, other)
}

is_hash(revision) := regex.match(`^(sha(256|512):)?[0-9a-f]{7,}$`, lower(revision))

version_relation(one, other) := "same" if same_version(one, other)

version_relation(one, other) := "other" if not same_version(one, other)

# Digests of two algorithms cannot be held against one another.
digest_relation(one, other) := "same" if same_digest(one, other)

digest_relation(one, other) := "other" if {
	algorithm(one) == algorithm(other)
	not same_digest(one, other)
}

# Names of revisions that do not say which one it is.
is_moving(revision) if lower(revision) in {"", "head", "latest", "main", "master"}

# --- URIs ---------------------------------------------------------------------------------------

# Every URI in a text at which a model may lie.
uris(text) := regex.find_n(
	"(?:s3[an]?|gc?s|hf|huggingface|oci|docker|abfss?|wasbs?|pvc|https)://[^\\s\"'`,;|<>]+",
	text, -1,
)

# A URI without its revision, and the revision: tag or digest of an image, commit on a hub, version of an object.
place(uri) := {"base": base(found[1], found[2]), "revision": revision} if {
	found := parts_of(uri)
	revision := array.concat([each | some i in [4, 3, 5]; each := found[i]; each != ""], [""])[0]
}

place(uri) := {"base": trim_right(uri, "/"), "revision": ""} if not parts_of(uri)

parts_of(uri) := regex.find_all_string_submatch_n(
	`^([a-z0-9+]+)://([^@?]*?)(?::([^/:@?]+))?(?:@([^/?]+))?(?:\?(?:versionId|generation)=([^&]+))?$`,
	trim_right(uri, "/"), 1,
)[0]

base(scheme, rest) := sprintf("%s://%s", [object.get(schemes, scheme, scheme), trim_right(rest, "/")])

schemes := {"s3a": "s3", "s3n": "s3", "gcs": "gs", "huggingface": "hf", "docker": "oci"}

# The path's steps, without scheme and host.
segments(uri) := array.slice(split(place(uri).base, "/"), 3, 100)

# Whether a URI leads to what the approved one means: "same", "other", or undefined where that cannot be told.
relation(uri, approved) := "same" if {
	place(uri).base == place(approved).base
	same_revision(place(uri).revision, place(approved).revision)
}

relation(uri, approved) := "same" if startswith(place(uri).base, sprintf("%s/", [place(approved).base]))

relation(uri, approved) := "other" if {
	place(uri).base == place(approved).base
	not is_moving(place(uri).revision)
	not is_moving(place(approved).revision)
	other_revision(place(uri).revision, place(approved).revision)
}

relation(uri, approved) := "other" if is_other_version(place(uri).base, place(approved).base)

# They differ in nothing but the version: `…/claims/4.1.3` and `…/claims/4.2.0`.
is_other_version(one, other) if {
	one != other
	without_versions(one) == without_versions(other)
}

without_versions(base) := [kept |
	some step in split(base, "/")
	kept := regex.replace(step, `^v?[0-9]+([._+-][0-9a-z]+)*$`, "a version")
]

# They lie beside one another: `…/claims/blue` and `…/claims/green`.
is_beside(uri, approved) if {
	one := split(place(uri).base, "/")
	other := split(place(approved).base, "/")
	one != other
	count(one) == count(other)
	array.slice(one, 0, count(one) - 1) == array.slice(other, 0, count(other) - 1)
}

# Whether the version, or another one of its kind, is among the steps of the path.
version_in(uri, version) := "same" if names_version(uri, version)

version_in(uri, version) := "other" if {
	not names_version(uri, version)
	some step in steps(uri)
	like_version(step, version)
}

names_version(uri, version) if {
	some step in steps(uri)
	same_version(step, version)
}

steps(uri) := array.concat(segments(uri), [place(uri).revision])
