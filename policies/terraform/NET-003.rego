# METADATA
# title: Model, Ray, MLflow, notebook and vector-database ports are not open to the internet
# description: >-
#   vLLM, Triton, Ollama, Ray, MLflow, Jupyter, Qdrant and Milvus listen without authentication unless somebody adds
#   it. Ray's job port and a notebook run whatever code they are sent, Ollama lets any caller pull, replace or delete
#   models, and scanners find such a port within hours. Ports are counted where TCP reaches them; a rule that only
#   speaks of ICMP, of another security group or of a prefix list is left alone, and so is one that denies.
# related_resources:
#   - https://docs.ray.io/en/latest/ray-security/index.html
#   - https://docs.vllm.ai/en/latest/usage/security.html
#   - https://cwe.mitre.org/data/definitions/1327.html
# custom:
#   id: NET-003
#   severity: critical
#   applies_to:
#     format: terraform
#     types:
#       - aws_security_group
#       - aws_default_security_group
#       - aws_security_group_rule
#       - aws_vpc_security_group_ingress_rule
#       - azurerm_network_security_group
#       - azurerm_network_security_rule
#       - google_compute_firewall
#   parameters:
#     ports:
#       - 5000 # MLflow
#       - 6333 # Qdrant
#       - 6334 # Qdrant, gRPC
#       - 6379 # Ray's global control store, Redis
#       - 8000 # vLLM, Triton, Chroma
#       - 8001 # Triton, gRPC
#       - 8002 # Triton, metrics
#       - 8080 # TorchServe, KServe, Weaviate
#       - 8265 # Ray's dashboard and jobs
#       - 8888 # Jupyter
#       - 9000 # Triton and Seldon, MinIO
#       - 10001 # Ray client
#       - 11434 # Ollama
#       - 19530 # Milvus
#   remediation: >-
#     Replace 0.0.0.0/0 and ::/0 by the networks or the security group that call the port (on AWS
#     `referenced_security_group_id`, on Google Cloud `source_tags`, on Azure `VirtualNetwork` or an application
#     security group). What the public has to reach goes through a gateway on port 443 that authenticates.
package releasegate.net_003

import rego.v1

import data.lib.openings
import data.lib.releasegate as lib

ports := input.parameters.ports

deny contains finding if {
	some rule in openings.rules
	opened := openings.opened(rule, ports)
	source := openings.world(rule)
	finding := {
		"resource": rule.resource,
		"attribute": source.attribute,
		"evidence": source.value,
		"message": sprintf("%s opens %s to the internet (%s)", [rule.address, opened, source.value]),
	}
}

unknown contains finding if {
	some rule in openings.rules
	doubt := openings.doubt(rule, ports)
	finding := {
		"resource": rule.resource,
		"attribute": doubt.attribute,
		"message": sprintf("%s may open a model port to the internet: %s", [rule.address, lib.cause(doubt.value)]),
		"cause": lib.cause(doubt.value),
	}
}

skip contains key if some key in openings.none_in
