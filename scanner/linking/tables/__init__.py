"""Which Terraform resources name which other ones, and in which of their attributes: one table of each provider.

`CONFIGURES` are those that only complete another one, `USES` those that are made with it, `GRANTS` say whom a grant
is for.
"""

from scanner.linking.tables import aws, aws_networks, aws_uses, azure, azure_uses, google, google_uses

CONFIGURES = (*aws.CONFIGURES, *aws_networks.CONFIGURES, *azure.CONFIGURES, *google.CONFIGURES)
USES = (*aws_uses.USES, *azure_uses.USES, *google_uses.USES)
GRANTS = (*aws_uses.GRANTS, *azure_uses.GRANTS)
