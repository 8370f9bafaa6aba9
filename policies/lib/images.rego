# References of container images, such as `ghcr.io/acme/triage:1.2@sha256:…`. What is no text, and so what is not
# known, makes every helper undefined: ask lib.releasegate.unknown_cause first.
package lib.images

import rego.v1

# METADATA
# description: >-
#   The reference as {registry, repository, tag, digest}, with "" for a tag or digest that is not written. An image
#   without a registry is Docker Hub's, as every container runtime has it.
parts(reference) := {"registry": registry, "repository": repository, "tag": tag, "digest": digest} if {
	is_string(reference)
	found := regex.find_all_string_submatch_n(_reference, reference, 1)[0]
	steps := split(found[1], "/")
	registry := _registry(steps)
	repository := _repository(registry, steps)
	tag := found[2]
	digest := found[3]
}

_reference := `^([a-zA-Z0-9](?:[a-zA-Z0-9._/-]|:[0-9]+/)*)(?::([\w.-]+))?(?:@([a-z0-9]+:[0-9a-fA-F]+))?$`

_registry(steps) := steps[0] if _is_host(steps)

_registry(steps) := "docker.io" if not _is_host(steps)

_is_host(steps) if {
	count(steps) > 1
	regex.match(`[.:]|^localhost$`, steps[0])
}

_repository(_, steps) := concat("/", array.slice(steps, 1, count(steps))) if _is_host(steps)

_repository(_, steps) := concat("/", steps) if {
	not _is_host(steps)
	count(steps) > 1
}

_repository(_, steps) := sprintf("library/%s", [steps[0]]) if {
	not _is_host(steps)
	count(steps) == 1
}

# METADATA
# description: Whether the image cannot change behind its reference, because it has a SHA-256 or SHA-512 digest.
is_pinned(reference) if regex.match(`^(sha256:[0-9a-f]{64}|sha512:[0-9a-f]{128})$`, parts(reference).digest)

# METADATA
# description: Whether the reference has neither a digest nor a tag other than `latest`.
is_latest(reference) if {
	found := parts(reference)
	found.digest == ""
	found.tag in {"", "latest"}
}

# METADATA
# description: >-
#   Whether the image lies in one of the registries or folders, such as `ghcr.io/acme`. They match whole steps of the
#   path: `ghcr.io/acme` is not where `ghcr.io/acme-labs/x` lies.
is_from(reference, places) if {
	found := parts(reference)
	path := sprintf("%s/%s/", [found.registry, found.repository])
	some place in places
	startswith(path, sprintf("%s/", [trim_suffix(place, "/")]))
}
