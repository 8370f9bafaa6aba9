# METADATA
# title: Security groups and firewalls do not open administrative or all ports to the world
# description: >-
#   Remote shells, remote desktops and databases that the whole internet reaches are guessed at day and night; one
#   weak password or one unpatched server is then enough to take the machine that holds the models and the training
#   data. A rule for every port also opens whatever will be installed later. Web ports are not meant here, nor are
#   rules that name another security group, a prefix list or ICMP, or that deny.
# related_resources:
#   - https://docs.aws.amazon.com/securityhub/latest/userguide/ec2-controls.html
#   - https://cloud.google.com/firewall/docs/firewalls
#   - https://cwe.mitre.org/data/definitions/1327.html
# custom:
#   id: NET-014
#   severity: high
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
#       - 22 # SSH
#       - 23 # Telnet
#       - 445 # SMB
#       - 3389 # Remote Desktop
#       - 5985 # WinRM
#       - 5986 # WinRM
#       - 1433 # SQL Server
#       - 1521 # Oracle
#       - 3306 # MySQL, MariaDB
#       - 5432 # PostgreSQL
#       - 5439 # Redshift
#       - 7687 # Neo4j
#       - 9042 # Cassandra
#       - 9200 # Elasticsearch, OpenSearch
#       - 11211 # memcached
#       - 27017 # MongoDB, DocumentDB
#   remediation: >-
#     Take 0.0.0.0/0 and ::/0 out of the rule. Reach machines through AWS Systems Manager Session Manager,
#     Identity-Aware Proxy or Azure Bastion, which need no open port, and let databases in from the security group of
#     their clients.
package releasegate.net_014

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
		"message": sprintf("%s may open a port to the internet: %s", [rule.address, lib.cause(doubt.value)]),
		"cause": lib.cause(doubt.value),
	}
}

skip contains key if some key in openings.none_in
