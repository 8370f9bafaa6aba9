# METADATA
# title: Databases are encrypted at rest
# description: >-
#   Feature stores, outcome records and vector tables hold the data that a model was trained on and decides about.
#   Without storage encryption it lies in plaintext on the volumes, in every automated backup and in every snapshot
#   that is shared or copied. RDS, DocumentDB and Neptune encrypt only when told to, and only when the database is
#   created: later it takes a restore. Aurora clusters created since February 2026 are encrypted by AWS whatever is
#   written; an older one is not, so it counts only where the configuration says so. Read replicas take over the
#   encryption of their source, Aurora instances that of their cluster; DynamoDB, Cloud SQL and Azure databases are
#   always encrypted.
# related_resources:
#   - https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/Overview.Encryption.html
#   - https://docs.aws.amazon.com/redshift/latest/mgmt/working-with-db-encryption.html
#   - https://docs.aws.amazon.com/documentdb/latest/developerguide/encryption-at-rest.html
# custom:
#   id: ENC-012
#   severity: high
#   applies_to:
#     format: terraform
#     types: [aws_db_instance, aws_rds_cluster, aws_docdb_cluster, aws_neptune_cluster, aws_redshift_cluster]
#   remediation: >-
#     Set `storage_encrypted = true` (`encrypted = true` on Redshift) and `kms_key_id` to a key of your own. An
#     existing RDS, DocumentDB or Neptune database has to be restored from an encrypted copy of its snapshot.
package releasegate.enc_012

import rego.v1

import data.lib.releasegate as lib
import data.lib.settings

switches := {
	"aws_db_instance": "storage_encrypted",
	"aws_rds_cluster": "storage_encrypted",
	"aws_docdb_cluster": "storage_encrypted",
	"aws_neptune_cluster": "storage_encrypted",
	"aws_redshift_cluster": "encrypted",
}

deny contains finding if {
	some type, switch in switches
	some r in input.resources[type]
	not settings.is_true(r.attributes[switch])
	not by_default(r)
	finding := {
		"resource": r.key,
		"attribute": switch,
		"message": sprintf("%s stores its data unencrypted: %s", [r.address, settings.said(r.attributes, switch)]),
	}
}

# Aurora Serverless v1 knows no plaintext.
by_default(r) if {
	r.type == "aws_rds_cluster"
	r.attributes.engine_mode == "serverless"
	not "storage_encrypted" in object.keys(r.attributes)
}

by_default(r) if may_be_serverless(r)

may_be_serverless(r) if {
	r.type == "aws_rds_cluster"
	lib.unresolved(r.attributes.engine_mode)
	not "storage_encrypted" in object.keys(r.attributes)
}

by_default(r) if {
	r.type == "aws_redshift_cluster"
	not "encrypted" in object.keys(r.attributes)
}

unknown contains finding if {
	some r in input.resources.aws_redshift_cluster
	not "encrypted" in object.keys(r.attributes)
	finding := {
		"resource": r.key,
		"attribute": "encrypted",
		"message": sprintf("%s may store its data unencrypted: encrypted is not set", [r.address]),
		"cause": "encrypted is not set, and AWS encrypts by default only clusters created since January 2025",
	}
}

unknown contains finding if {
	some r in input.resources.aws_rds_cluster
	may_be_serverless(r)
	cause := lib.unknown_cause(r.attributes.engine_mode)
	finding := {
		"resource": r.key,
		"attribute": "engine_mode",
		"message": sprintf("%s may store its data unencrypted: storage_encrypted is not set, and %s", [r.address, cause]),
		"cause": cause,
	}
}

# The source decides.
skip contains r.key if {
	some r in input.resources.aws_db_instance
	"replicate_source_db" in object.keys(r.attributes)
}
