# METADATA
# title: Images are pinned by digest and come from approved registries
# description: >-
#   A tag can be moved: whoever may push to the registry, or sits between it and the cluster, decides what the next
#   pod runs, and nobody's review covers it. A digest is the image itself. Init containers and storage containers
#   count as well, for they handle the weights. An image that a serving runtime brings along is judged where the
#   runtime is; one that a Kustomization of the release pins by digest is pinned.
# related_resources:
#   - https://kubernetes.io/docs/concepts/containers/images/
#   - https://slsa.dev/spec/v1.0/threats
#   - https://cwe.mitre.org/data/definitions/494.html
# custom:
#   id: WKL-007
#   severity: high
#   applies_to:
#     format: kubernetes
#     types: [container, ClusterStorageContainer]
#   parameters:
#     approved_registries: []
#   remediation: >-
#     Write the image as registry/repository@sha256:<digest>, as the build or `crane digest` prints it, and let a bot
#     raise it. Set the parameter approved_registries to the registries (or registry/path) that images may come from.
package releasegate.wkl_007

import rego.v1

import data.lib.reading
import data.lib.releasegate as lib

# --- The image of each ----------------------------------------------------------------------------

image(r) := r.attributes.image if {
	r.type == "container"
	not "image" in reading.items(r.attributes.inherited)
}

image(r) := parsed if {
	r.type == "ClusterStorageContainer"
	reference := r.attributes.spec.container.image
	is_string(reference)
	parsed := {"reference": reference, "repository": name(reference), "digest": digest(reference)}
}

attribute(r) := "image" if r.type == "container"

attribute(r) := "spec.container.image" if r.type == "ClusterStorageContainer"

name(reference) := split(reference, "@")[0]

digest(reference) := object.get({i: part | some i, part in split(reference, "@")}, 1, "")

judged contains r if {
	some type in ["container", "ClusterStorageContainer"]
	some r in input.resources[type]
	image(r)
}

skip contains r.key if {
	some type in ["container", "ClusterStorageContainer"]
	some r in input.resources[type]
	not r in judged
}

# --- Pinned ---------------------------------------------------------------------------------------

pinned(r) if regex.match(`^sha(256|512):[0-9a-f]{32,}$`, reading.text(image(r).digest))

pinned(r) if {
	digests := kustomized(r)
	count(digests) > 0
	not "" in digests
}

# The digests that the Kustomizations of the release give the image, "" for one that gives none.
kustomized(r) := {reading.text(reading.at(each, ["digest"], "")) |
	some kustomization in input.resources.Kustomization
	each := kustomization.attributes.images[_]
	each.name == full_name(r)
}

full_name(r) := sprintf("%s/%s", [image(r).registry, image(r).repository]) if {
	is_string(image(r).registry)
	is_string(image(r).repository)
}

full_name(r) := image(r).repository if {
	not image(r).registry
	is_string(image(r).repository)
}

deny contains finding if {
	some r in judged
	lib.known(image(r))
	not lib.unresolved(image(r).digest)
	not pinned(r)
	finding := {
		"resource": r.key,
		"attribute": attribute(r),
		"message": sprintf("%s runs %s, which is not pinned by digest", [r.address, shown(r)]),
	}
}

unknown contains finding if {
	some r in judged
	digest := image(r).digest
	lib.unresolved(digest)
	finding := {
		"resource": r.key,
		"attribute": attribute(r),
		"message": sprintf("%s may not be pinned by digest: %s", [r.address, lib.cause(digest)]),
		"cause": lib.cause(digest),
	}
}

shown(r) := reading.text(image(r).reference) if is_string(image(r).reference)

shown(r) := reading.text(image(r).reference["$unresolved"]) if lib.unresolved(image(r).reference)

# --- Approved -------------------------------------------------------------------------------------

approved(place) if {
	some registry in reading.texts(input.parameters.approved_registries)
	startswith(sprintf("%s/", [place]), sprintf("%s/", [trim_right(registry, "/")]))
}

# Docker Hub, where no registry is written.
place(r) := sprintf("docker.io/%s", [full_name(r)]) if not regex.match(`^[^/]*[.:][^/]*/|^localhost/`, full_name(r))

place(r) := full_name(r) if regex.match(`^[^/]*[.:][^/]*/|^localhost/`, full_name(r))

deny contains finding if {
	some r in judged
	count(input.parameters.approved_registries) > 0
	not approved(place(r))
	not lib.unresolved(image(r).registry)
	not lib.unresolved(image(r).repository)
	finding := {
		"resource": r.key,
		"attribute": attribute(r),
		"evidence": "registry",
		"message": sprintf("%s runs %s, which is not from an approved registry", [r.address, shown(r)]),
	}
}

unknown contains finding if {
	some r in judged
	count(input.parameters.approved_registries) > 0
	some part in ["registry", "repository"]
	unresolved := image(r)[part]
	lib.unresolved(unresolved)
	finding := {
		"resource": r.key,
		"attribute": attribute(r),
		"evidence": "registry",
		"message": sprintf("%s may run an image of another registry: %s", [r.address, lib.cause(unresolved)]),
		"cause": lib.cause(unresolved),
	}
}
