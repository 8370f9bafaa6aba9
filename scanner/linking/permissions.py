"""`allows`: IAM role → every statement of the policies that it carries inline or that are attached to it."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from scanner.core.location import Location
from scanner.core.notification import Notification
from scanner.core.resource import Link, Release, Resource
from scanner.linking.identity import role_name
from scanner.linking.interface import ambiguous, named, warning
from scanner.linking.reading import texts
from scanner.linking.terraform import Meant, Names, called, is_open, meant_by, names_of, referenced

_POLICY_ARN = re.compile(r"arn:[^:]*:iam::(?P<account>[^:]*):policy/(?:.*/)?(?P<name>[^/]+)")


@dataclass(frozen=True)
class _Attachment:
    """A resource type that gives policies to roles; without `role` it is the role itself."""

    type: str
    role: str
    policy: str


_ATTACHMENTS = (
    _Attachment("aws_iam_role_policy_attachment", "role", "policy_arn"),
    _Attachment("aws_iam_policy_attachment", "roles", "policy_arn"),
    _Attachment("aws_iam_role_policy_attachments_exclusive", "role_name", "policy_arns"),
    _Attachment("aws_iam_role", "", "managed_policy_arns"),
)


def allows(release: Release) -> Iterator[Link | Notification]:
    """Links from every role to its statements; the trust policy says who may be the role and is left out."""
    roles = names_of(release, ("aws_iam_role",), "name")
    policies = names_of(release, ("aws_iam_policy",), "name")
    for role in release.by_type.get("aws_iam_role", ()):
        yield from _statements(release, role, role, role.locate(("inline_policy",)))
    for policy in release.by_type.get("aws_iam_role_policy", ()):
        for evidence, meant in _all_meant(release, policy, "role", roles):
            yield from _uncertain(policy, "role", meant, evidence)
            if meant.one is not None:
                yield from _statements(release, meant.one, policy, evidence)
    for attachment in _ATTACHMENTS:
        for source in release.by_type.get(attachment.type, ()):
            yield from _attached(release, source, attachment, roles, policies)


def _attached(
    release: Release, source: Resource, attachment: _Attachment, roles: Names, policies: Names
) -> Iterator[Link | Notification]:
    holders = [source]
    if attachment.role:
        holders = []
        for evidence, meant in _all_meant(release, source, attachment.role, roles):
            yield from _uncertain(source, attachment.role, meant, evidence)
            holders += [meant.one] if meant.one is not None else []
    for evidence, meant in _all_meant(release, source, attachment.policy, policies) if holders else ():
        yield from _uncertain(source, attachment.policy, meant, evidence)
        if meant.one is not None:
            for role in holders:
                yield from _statements(release, role, meant.one, evidence)
        elif meant == Meant() and is_open(release, source, (attachment.policy,)):
            message = f"{source.address}: {attachment.policy} is not statically known, so what it allows is not judged"
            yield warning(message, evidence)


def _statements(release: Release, role: Resource, document: Resource, evidence: Location) -> Iterator[Link]:
    for statement in release.children.get(document.key, ()):
        if statement.type == "iam_statement" and statement.attributes.get("attribute") != "assume_role_policy":
            yield Link(role.key, "allows", statement.key, evidence, statement.location)


def _all_meant(release: Release, source: Resource, attribute: str, names: Names) -> Iterator[tuple[Location, Meant]]:
    """What the attribute names: one resource, or several when it is a list."""
    value = source.attributes.get(attribute)
    if not isinstance(value, list):
        if value is not None:
            yield source.locate((attribute,)), meant_by(release, source, (attribute,), names, read=_name)
        return
    targets = {target.key: target for target in referenced(release, source, (attribute,), names.types)}
    yield from ((source.locate((attribute,)), Meant(target)) for target in targets.values())
    for at, literal in texts(source, attribute):
        meant = called(names, _name(literal)) if _name(literal) else Meant()
        if meant.one is None or meant.one.key not in targets:
            yield source.locate(at), meant


def _uncertain(source: Resource, attribute: str, meant: Meant, evidence: Location) -> Iterator[Notification]:
    if meant.several:
        yield ambiguous(f"{source.address}: {attribute}", meant.several, evidence)
    elif meant.may:
        message = f"{source.address}: {attribute} is not statically known, so it is not linked; it may be"
        yield warning(f"{message} {named(meant.may)}", evidence)


def _name(literal: str) -> str:
    """The name out of an ARN or a name; `""` for a policy that AWS itself manages."""
    match = _POLICY_ARN.fullmatch(literal)
    if match:
        return "" if match["account"] == "aws" else match["name"]
    return role_name(literal)
