# METADATA
# title: No notebooks or debug servers in serving images
# description: >-
#   A notebook server, a debugger that waits for a connection or Ray's dashboard hands a shell to whoever reaches its
#   port, often without a password. In an image that serves, none of them has a task. The ports that they use by custom
#   count, as do their packages in any stage that is part of the final image. Images of Kubeflow notebooks are left out.
# related_resources:
#   - https://jupyter-server.readthedocs.io/en/latest/operators/security.html
#   - https://docs.ray.io/en/latest/ray-security/index.html
#   - https://cwe.mitre.org/data/definitions/489.html
# custom:
#   id: IMG-008
#   severity: high
#   applies_to:
#     format: dockerfile
#     types: [dockerfile_stage]
#   parameters:
#     ports: [5678, 6006, 8265, 8888]
#     packages:
#       - debugpy
#       - jupyter
#       - jupyter-server
#       - jupyterhub
#       - jupyterlab
#       - nbclassic
#       - notebook
#       - pydevd
#       - remote-pdb
#       - web-pdb
#   remediation: >-
#     Leave notebooks and debuggers to an image of their own, for instance an earlier stage that is built with --target,
#     and start the final stage without them. Reach Ray's dashboard through a proxy that authenticates.
package releasegate.img_008

import rego.v1

import data.lib.reading
import data.lib.releasegate as lib

judged contains r if {
	some r in input.resources.dockerfile_stage
	r.attributes.in_final_image == true
	not is_notebook(r)
}

skip contains r.key if {
	some r in input.resources.dockerfile_stage
	not r.attributes.in_final_image == true
}

skip contains r.key if {
	some r in input.resources.dockerfile_stage
	is_notebook(r)
}

# A stage below the final one is judged by what it installs.
skip contains r.key if {
	some r in judged
	r.attributes.final != true
	count(tools(r)) == 0
}

is_notebook(r) if {
	some container in lib.linked_to(r.key, "runs_image")
	lib.resource(container.parent).type == "Notebook"
}

# --- Ports -----------------------------------------------------------------------------------------

deny contains finding if {
	some r in judged
	r.attributes.final == true
	some i, port in r.attributes.exposed_ports
	port in input.parameters.ports
	finding := {
		"resource": r.key,
		"attribute": sprintf("exposed_ports[%d]", [i]),
		"evidence": sprintf("%d", [port]),
		"message": sprintf("%s opens port %d, that of a notebook, dashboard or debugger", [r.address, port]),
	}
}

unknown contains finding if {
	some r in judged
	r.attributes.final == true
	some i, port in r.attributes.exposed_ports
	lib.unresolved(port)
	finding := {
		"resource": r.key,
		"attribute": sprintf("exposed_ports[%d]", [i]),
		"message": sprintf("%s opens a port that is not known: %s", [r.address, lib.cause(port)]),
		"cause": lib.cause(port),
	}
}

# --- Commands and variables ------------------------------------------------------------------------

servers := concat("|", [
	`(^|[\s/;&|])jupyter(-lab|-notebook|-server|hub)?(\s|$)`,
	`(^|[\s/;&|])start-(notebook|singleuser)(\.py|\.sh)?(\s|$)`,
	`(-m\s+|[\s/]|^)debugpy\b`,
	`(^|[\s/;&|])tensorboard\b.*--(bind_all|host)`,
	`--dashboard-host[= ]\S*(0\.0\.0\.0|::)`,
	`(^|\s)flask\s.*--debug(\s|$)`,
	`(^|[\s/;&|])code-server(\s|$)`,
])

deny contains finding if {
	some r in judged
	r.attributes.final == true
	some command in ["entrypoint", "cmd"]
	words := [word | some word in object.get(r.attributes, command, []); is_string(word)]
	regex.match(servers, concat(" ", words))
	finding := {
		"resource": r.key,
		"attribute": command,
		"message": sprintf("%s starts a notebook, dashboard or debugger", [r.address]),
	}
}

debugging := {
	"FLASK_DEBUG": `^(1|true|True)$`,
	"FLASK_ENV": `^development$`,
	"PYTHONBREAKPOINT": `^(debugpy|remote_pdb|web_pdb)\.`,
	"JUPYTER_TOKEN": `^$`,
}

deny contains finding if {
	some r in judged
	r.attributes.final == true
	some name, pattern in debugging
	value := r.attributes.env[name]
	is_string(value)
	regex.match(pattern, value)
	finding := {
		"resource": r.key,
		"attribute": reading.path(["env", name]),
		"evidence": name,
		"message": sprintf("%s switches a debugger or an open notebook on (%s)", [r.address, name]),
	}
}

# --- Packages --------------------------------------------------------------------------------------

tools(r) := {{"at": i, "name": wanted.name} |
	some i, entry in r.attributes.installs
	entry.manager in {"conda", "pdm", "pip", "pipenv", "poetry", "uv"}
	some wanted in entry.packages
	is_string(wanted.name)
	lower(replace(wanted.name, "_", "-")) in input.parameters.packages
}

deny contains finding if {
	some r in judged
	some place in {tool.at | some tool in tools(r)}
	names := sort({tool.name | some tool in tools(r); tool.at == place})
	finding := {
		"resource": r.key,
		"attribute": sprintf("installs[%d]", [place]),
		"evidence": concat(", ", names),
		"message": sprintf("%s has notebooks or debuggers in the image: %s", [r.address, concat(", ", names)]),
	}
}
