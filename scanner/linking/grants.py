"""`grants_to`: a grant in the cloud (role assignment, access policy, IAM member) → the identity that it is for."""

import re
from collections.abc import Iterator

from scanner.core.notification import Notification
from scanner.core.resource import Link, Release
from scanner.linking import identifiers
from scanner.linking.joins import Target, joined
from scanner.linking.tables import GRANTS

_GOOGLE_IAM = re.compile(r"google_[a-z0-9_]+_iam_(?P<kind>binding|member)")


def grants_to(release: Release) -> Iterator[Link | Notification]:
    """Links to the roles, service accounts and managed identities of the release, or to what has such an identity."""
    yield from joined(release, "grants_to", (*GRANTS, _google(release)))


def _google(release: Release) -> Target:
    """Every family of grants calls its members alike."""
    found = ((kind, _GOOGLE_IAM.fullmatch(kind)) for kind in release.by_type)
    members = {kind: "member" if match["kind"] == "member" else "members[]" for kind, match in found if match}
    members["google_bigquery_dataset_access"] = "user_by_email iam_member"
    return Target("google_service_account", "account_id", members, identifiers.service_account)
