# METADATA
# title: Python dependencies are locked and come from trusted indexes
# description: >-
#   `pip install` takes whatever an index serves at that moment, runs its setup code, and does so for all that it
#   depends on. With a second index the higher version number wins, so whoever registers an internal name on the public
#   one is inside the build. A lock with hashes makes the build break instead. Build stages count, as what they install
#   is copied on. Requirement files and locks are read where COPY, ADD or a bind mount takes them from the build context;
#   one hash is enough for pip to ask for all.
# related_resources:
#   - https://pip.pypa.io/en/stable/topics/secure-installs/
#   - https://pip.pypa.io/en/stable/reference/requirements-file-format/
#   - https://docs.astral.sh/uv/concepts/projects/sync/
#   - https://cwe.mitre.org/data/definitions/494.html
# custom:
#   id: IMG-006
#   severity: medium
#   applies_to:
#     format: dockerfile
#     types: [dockerfile_stage]
#   parameters:
#     exact_versions_suffice: false
#     trusted_indexes:
#       - https://pypi.org/simple
#       - https://download.pytorch.org/whl
#   remediation: >-
#     `uv sync --locked`, or `pip install --require-hashes -r requirements.txt` with a file that `pip-compile
#     --generate-hashes` or `uv export` wrote. Use one index, a proxy of your own that mirrors the public one, by
#     --index-url and over TLS; pin repositories to a commit of 40 digits.
package releasegate.img_006

import rego.v1

import data.lib.reading
import data.lib.releasegate as lib

managers := {"conda", "pdm", "pip", "pipenv", "poetry", "uv"}

installs contains {"stage": r, "at": i, "entry": entry} if {
	some r in input.resources.dockerfile_stage
	r.attributes.role != "unused"
	some i, entry in r.attributes.installs
	entry.manager in managers
}

skip contains r.key if {
	some r in input.resources.dockerfile_stage
	count([each | some each in installs; each.stage.key == r.key]) == 0
}

# What the command itself says, and what each of its requirement files says; `at` is the place below the command.
parts(entry) := array.concat(
	[{"at": "", "says": entry}],
	[{"at": sprintf(".files[%d]", [i]), "says": file} |
		some i, file in reading.items(object.get(entry, "files", []))
		not lib.unresolved(file)
	],
)

packages(said) := reading.items(object.get(said, "packages", []))

is_offline(entry) if {
	some part in parts(entry)
	part.says.no_index == true
}

has_hashes(entry) if entry.require_hashes == true

has_hashes(entry) if entry.hash_checked == true

lock(entry) := object.get(entry, "lock", {})

# --- What is wrong ---------------------------------------------------------------------------------
# Each with the place of what says so, below the command.

problems(entry) := array.concat(
	array.concat(indexes(entry), unpinned_sources(entry)),
	array.concat(unlocked(entry), loose(entry)),
)

indexes(entry) := array.concat(
	[{"at": sprintf("%s.extra_index_urls[%d]", [part.at, i]), "is": sprintf("from a second index, %s", [host])} |
		some part in parts(entry)
		some i, index in reading.items(object.get(part.says, "extra_index_urls", []))
		host := address(text(index))
		not is_trusted(host)
		not contains(split(host, "/")[2], "$")
	],
	array.concat(
		[{"at": sprintf("%s.index_url", [part.at]), "is": sprintf("from %s, without TLS", [index])} |
			some part in parts(entry)
			index := object.get(part.says, "index_url", "")
			is_string(index)
			startswith(index, "http://")
		],
		[{"at": sprintf("%s.trusted_hosts[%d]", [part.at, i]), "is": what} |
			some part in parts(entry)
			takes_hosts(entry, part)
			some i, host in reading.items(object.get(part.says, "trusted_hosts", []))
			is_string(host)
			what := sprintf("from %s without checking its certificate", [host])
		],
	),
)

# uv passes over such a line of a file, with a warning.
takes_hosts(_, part) if part.at == ""

takes_hosts(entry, _) if entry.manager == "pip"

# Without name and password, which are the part that comes from build arguments.
address(index) := regex.replace(trim(index, `"'`), `^([a-z]+://)[^/]*@`, "$1") if contains(index, "://")

address(index) := sprintf("//%s", [index]) if not contains(index, "://")

is_trusted(index) if {
	some trusted in input.parameters.trusted_indexes
	startswith(sprintf("%s/", [trim_suffix(index, "/")]), sprintf("%s/", [trim_suffix(trusted, "/")]))
}

unpinned_sources(entry) := array.concat(
	[{"at": each.at, "is": sprintf("%v at no commit of 40 digits", [text(each.wanted.name)])} |
		some each in wanted_by(entry)
		each.wanted.source == "git"
		each.wanted.is_commit == false
	],
	[{"at": each.at, "is": sprintf("%v without a digest", [text(each.wanted.name)])} |
		some each in wanted_by(entry)
		each.wanted.source == "url"
		each.wanted.has_digest == false
		not has_hashes(entry)
	],
)

wanted_by(entry) := [{"at": sprintf("%s.packages[%d]", [part.at, i]), "wanted": wanted} |
	some part in parts(entry)
	some i, wanted in packages(part.says)
]

text(name) := name if is_string(name)

text(name) := name["$unresolved"] if lib.unresolved(name)

# Names on the command line have no place for hashes.
unlocked(entry) := [{"at": first.at, "is": what, "here": sprintf("%s has no hash", [first.name])} |
	not has_hashes(entry)
	not lib.unresolved(entry.require_hashes)
	not is_offline(entry)
	found := [{"at": each.at, "name": text(each.wanted.name)} |
		some each in wanted_by(entry)
		from_index(entry, each.wanted)
		not suffices(each.wanted)
	]
	what := sprintf("%s without a lock", [listed([one.name | some one in found])])
	some i, first in found
	i < shown
]

listed(names) := concat(", ", names) if count(names) <= 5

listed(names) := sprintf("%s and %d more", [concat(", ", array.slice(names, 0, 5)), count(names) - 5]) if count(names) > 5

# The first of many are shown at their lines.
shown := 10

from_index(_, wanted) if wanted.source == "index"

from_index(entry, wanted) if {
	entry.manager == "conda"
	wanted.name
}

suffices(wanted) if {
	input.parameters.exact_versions_suffice == true
	is_string(wanted.version)
}

# A lock without hashes, one that is left behind, and one that is not that of the project.
loose(entry) := array.concat(
	[{"at": sprintf(".lock.packages[%d]", [i]), "is": what, "here": sprintf("%s has no hash", [name])} |
		names := reading.items(object.get(lock(entry), "packages", []))
		what := sprintf("%s, for which %s has no hash", [listed(names), lock(entry).path])
		some i, name in names
		i < shown
	],
	[{"at": ".lock", "is": what} |
		not is_insisted(entry)
		some what in not_taken(entry)
	],
)

not_taken(entry) := {sprintf("without %s, which is not copied into the image", [lock(entry).path]) |
	lock(entry).copied == false
} | {sprintf("%s, which %s does not hold", [listed(names), lock(entry).path]) |
	names := reading.items(object.get(lock(entry), "misfits", []))
	count(names) > 0
}

# The tool breaks off where the lock is not there or does not fit.
is_insisted(entry) if entry.locked != false

deny contains finding if {
	some each in installs
	found := problems(each.entry)
	count(found) > 0
	at := sprintf("installs[%d]", [each.at])
	finding := {
		"resource": each.stage.key,
		"attribute": at,
		"message": sprintf("%s installs %s", [each.stage.address, concat("; ", distinct(found))]),
		"related": [{
			"resource": each.stage.key,
			"attribute": sprintf("%s%s", [at, problem.at]),
			"message": object.get(problem, "here", problem.is),
		} |
			some problem in found
			regex.match(`^\.(files\[|lock)`, problem.at)
		],
	}
}

# In the order of what is found, each once.
distinct(found) := [problem.is |
	some i, problem in found
	count([1 | some j, other in found; j < i; other.is == problem.is]) == 0
]

# --- What is not known -----------------------------------------------------------------------------

doubts(entry) := [cause |
	some each in wanted_by(entry)
	cause := doubt(entry, each.wanted)
]

doubt(_, wanted) := lib.cause(wanted.is_commit) if wanted.source == "git"

doubt(entry, wanted) := lib.cause(wanted.name) if {
	not wanted.source
	not is_offline(entry)
	not entry.manager == "conda"
}

doubt(entry, wanted) := sprintf("what %v depends on is not read", [text(wanted.name)]) if {
	wanted.source == "path"
	not is_offline(entry)
	not entry.no_dependencies == true
	not has_hashes(entry)
}

unread(entry) := array.concat(
	[sprintf("whether %v has hashes is not read", [text(file)]) |
		not entry.files
		not has_hashes(entry)
		some file in reading.items(object.get(entry, "requirements", []))
		not is_explicit(entry, file)
	],
	[cause |
		not has_hashes(entry)
		some cause in array.concat(unseen(entry), [lib.cause(entry.hash_checked) | lib.unresolved(entry.hash_checked)])
	],
)

unseen(entry) := [sprintf("whether %s has hashes is not known: %s", [file["$unresolved"], file.reason]) |
	some file in reading.items(object.get(entry, "files", []))
	lib.unresolved(file)
]

# conda-lock's own format has a digest for every package.
is_explicit(entry, file) if {
	entry.manager == "conda"
	is_string(file)
	regex.match(`(?i)(^|[/._-])(lock|explicit)([/._-]|$)`, file)
}

unread_lock(entry) := [cause |
	count(packages(entry)) == 0
	some cause in lock_doubts(entry)
]

lock_doubts(entry) := [sprintf("%s %s takes the lock as it is only if it fits", [entry.manager, entry.command])] if {
	entry.locked == false
	not entry.lock
}

lock_doubts(entry) := [sprintf("whether %s holds it is not known: %s", [entry.lock["$unresolved"], entry.lock.reason])] if {
	entry.locked == false
	lib.unresolved(entry.lock)
}

lock_doubts(entry) := [sprintf("whether %s holds it is not known: %s", [entry.lock.path, entry.lock.misfits.reason])] if {
	entry.locked == false
	lib.unresolved(entry.lock.misfits)
}

lock_doubts(entry) := [lib.cause(entry.locked)] if lib.unresolved(entry.locked)

undecided(entry) := [cause |
	some part in parts(entry)
	some cause in array.concat(
		[lib.cause(index) |
			some index in reading.items(object.get(part.says, "extra_index_urls", []))
			lib.unresolved(index)
			contains(split(address(text(index)), "/")[2], "$")
		],
		[lib.cause(value) |
			some name in ["index_url", "require_hashes", "no_index", "rest"]
			value := part.says[name]
			lib.unresolved(value)
			not settled(entry, part.says, name)
		],
	)
]

settled(entry, _, name) if {
	name in ["require_hashes", "rest"]
	entry.hash_checked == true
}

# What is not shown is pinned when all are.
settled(_, said, "rest") if {
	input.parameters.exact_versions_suffice == true
	said.pinned == true
}

unknown contains finding if {
	some each in installs
	count(problems(each.entry)) == 0
	causes := array.concat(
		array.concat(doubts(each.entry), unread(each.entry)),
		array.concat(unread_lock(each.entry), undecided(each.entry)),
	)
	count(causes) > 0
	finding := {
		"resource": each.stage.key,
		"attribute": sprintf("installs[%d]", [each.at]),
		"message": sprintf("%s may install what is not locked: %s", [each.stage.address, causes[0]]),
		"cause": causes[0],
	}
}
