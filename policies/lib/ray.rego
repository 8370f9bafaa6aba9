# The head of a Ray cluster, its ports, and where Services and routes lead to them.
# Other modules use the functions alone: for a table that is named through an import the whole package is evaluated.
package lib.ray

import rego.v1

import data.lib.reading
import data.lib.releasegate as lib

# Whoever reaches one of these runs code on the cluster: dashboard and job API, client, GCS.
_ports := {8265: "the dashboard", 10001: "the client port", 6379: "the GCS"}

_names := {
	"dashboard": "the dashboard", "client": "the client port", "gcs": "the GCS", "gcs-server": "the GCS",
	"redis": "the GCS",
}

# What a port of the head is by its number or by the name that KubeRay gives it; undefined for the others.
door(port) := _ports[port] if is_number(port)

door(port) := _ports[to_number(port)] if {
	is_string(port)
	regex.match(`^[0-9]+$`, port)
}

door(port) := _names[port] if is_string(port)

# Where the object says what its cluster is like.
cluster_path(r) := ["spec"] if r.type == "RayCluster"

cluster_path(r) := ["spec", "rayClusterConfig"] if r.type == "RayService"

cluster_path(r) := ["spec", "rayClusterSpec"] if r.type == "RayJob"

cluster_path(r) := ["spec", "jobTemplate", "rayClusterSpec"] if r.type == "RayCronJob"

is_head(workload) if {
	workload.type == "workload"
	startswith(reading.text(workload.attributes.kind), "Ray")
	workload.attributes.component == "head"
}

# The heads whose pods the Service selects.
heads(service) := {head | some head in lib.linked_from(service.key, "selects"); is_head(head)}

# The ports of a Service that lead to a door of the head: {"index", "door"}.
doors(service) := {{"index": i, "door": what} |
	some head in heads(service)
	entry := service.attributes.spec.ports[i]
	what := door(_target(entry, head))
}

# A Service sends its port to the pods' port of the same number unless it says otherwise, also by that one's name.
_target(entry, head) := number if {
	target := reading.at(entry, ["targetPort"], object.get(entry, "port", 0))
	number := _port_numbers(head)[target]
}

_target(entry, head) := target if {
	target := reading.at(entry, ["targetPort"], object.get(entry, "port", 0))
	not _port_numbers(head)[target]
}

_port_numbers(head) := {port.name: port.containerPort |
	some container in lib.children(head.key)
	port := container.attributes.ports[_]
	is_string(port.name)
	is_number(port.containerPort)
}

# --- Routes ---------------------------------------------------------------------------------------

# The doors that a route leads to: {"attribute", "door"}.
route_doors(r) := {{"attribute": reading.path(array.concat(["spec"], place.path)), "door": what} |
	some place in _places(r)
	what := _door_behind(r, place)
}

# Whether the route leads to doors of Ray heads and to nothing else.
leads_to_doors_alone(r) if {
	places := _places(r)
	count(places) > 0
	count([place | some place in places; _door_behind(r, place)]) == count(places)
}

# Where a route names a Service: its name, and the port by number or name ("" for none).
_places(r) := {{"path": path, "name": name, "port": _port(r, value)} |
	walk(r.attributes.spec, [path, value])
	is_object(value)
	_is_reference(path)
	name := _service_name(value)
}

_is_reference(path) if path[count(path) - 1] in {"service", "backend", "defaultBackend", "destination", "to"}

_is_reference(path) if {
	count(path) > 1
	is_number(path[count(path) - 1])
	path[count(path) - 2] in {"backendRefs", "services", "alternateBackends"}
}

_service_name(value) := value.name if is_string(value.name)

_service_name(value) := value.serviceName if is_string(value.serviceName)

_service_name(value) := split(value.host, ".")[0] if is_string(value.host)

_port(r, value) := found if {
	candidates := [each |
		some path in [["port", "number"], ["port", "name"], ["port"], ["servicePort"]]
		each := reading.at(value, path, null)
		_is_port(each)
	]
	found := array.concat(candidates, [reading.at(r.attributes, ["spec", "port", "targetPort"], "")])[0]
}

_is_port(value) if is_number(value)

_is_port(value) if is_string(value)

_door_behind(r, place) := min({what |
	some service in lib.linked_from(r.key, "routes_to")
	service.type == "Service"
	reading.name(service) == place.name
	some found in doors(service)
	_means(place.port, service.attributes.spec.ports, found.index)
	what := found.door
} | {what |
	not _is_written(r, place.name)
	endswith(place.name, "-head-svc")
	what := door(place.port)
} | {what |
	not _is_written(r, place.name)
	some target in lib.linked_from(r.key, "routes_to")
	startswith(target.type, "Ray")
	what := door(place.port)
})

_is_written(r, name) if {
	some service in lib.linked_from(r.key, "routes_to")
	service.type == "Service"
	reading.name(service) == name
}

_means(port, ports, i) if port in {ports[i].port, reading.at(ports[i], ["name"], ports[i].port)}

_means(port, ports, i) if port == reading.at(ports[i], ["targetPort"], ports[i].port)

_means("", ports, _) if count(ports) == 1
