"""`allows`: IAM role, user or group → every statement of the policies that it carries inline or that are attached."""

from collections.abc import Iterator
from dataclasses import dataclass

from scanner.core.location import Location
from scanner.core.notification import Notification
from scanner.core.resource import Link, Release, Resource
from scanner.core.values import AttributePath
from scanner.linking import identifiers
from scanner.linking.interface import ambiguous, named, warning
from scanner.linking.names import Names, names_of
from scanner.linking.references import is_open
from scanner.linking.terraform import Meant, Naming, all_meant

_HOLDERS = ("aws_iam_role", "aws_iam_user", "aws_iam_group")


@dataclass(frozen=True)
class _Attachment:
    """A resource type that gives policies to identities; without `holders` it is the identity itself.

    `holders` are its attributes that name some, each with their type; `policy` names the policies.
    """

    type: str
    policy: str
    holders: tuple[tuple[str, str], ...] = ()


_ATTACHMENTS = (
    _Attachment("aws_iam_role_policy_attachment", "policy_arn", (("role", "aws_iam_role"),)),
    _Attachment("aws_iam_user_policy_attachment", "policy_arn", (("user", "aws_iam_user"),)),
    _Attachment("aws_iam_group_policy_attachment", "policy_arn", (("group", "aws_iam_group"),)),
    _Attachment(
        "aws_iam_policy_attachment",
        "policy_arn",
        (("roles[]", "aws_iam_role"), ("users[]", "aws_iam_user"), ("groups[]", "aws_iam_group")),
    ),
    _Attachment("aws_iam_role_policy_attachments_exclusive", "policy_arns[]", (("role_name", "aws_iam_role"),)),
    _Attachment("aws_iam_user_policy_attachments_exclusive", "policy_arns[]", (("user_name", "aws_iam_user"),)),
    _Attachment("aws_iam_group_policy_attachments_exclusive", "policy_arns[]", (("group_name", "aws_iam_group"),)),
    _Attachment("aws_iam_role", "managed_policy_arns[]"),
)
_INLINE = (
    ("aws_iam_role_policy", "role", "aws_iam_role"),
    ("aws_iam_user_policy", "user", "aws_iam_user"),
    ("aws_iam_group_policy", "group", "aws_iam_group"),
)


def allows(release: Release) -> Iterator[Link | Notification]:
    """Links from every identity to its statements; the trust policy says who may be the role and is left out."""
    told: set[str] = set()
    for found in _found(release):
        if isinstance(found, _Doubt):
            # One word about a resource is enough, also where two of its attributes are not known.
            if found.source.key not in told:
                told.add(found.source.key)
                yield found.notification
        else:
            yield found


@dataclass(frozen=True)
class _Doubt:
    source: Resource
    notification: Notification


def _found(release: Release) -> Iterator[Link | _Doubt]:
    holders = {kind: names_of(release, (kind,), "name") for kind in _HOLDERS}
    policies = names_of(release, ("aws_iam_policy",), "name")
    for role in release.by_type.get("aws_iam_role", ()):
        yield from _statements(release, role, role, role.locate(("inline_policy",)))
    for kind, attribute, holder in _INLINE:
        for policy in release.by_type.get(kind, ()):
            for evidence, meant in _meant(release, policy, attribute, holders[holder]):
                yield from _uncertain(policy, attribute, meant, evidence)
                if meant.one is not None:
                    yield from _statements(release, meant.one, policy, evidence)
    for attachment in _ATTACHMENTS:
        for source in release.by_type.get(attachment.type, ()):
            yield from _attached(release, source, attachment, holders, policies)


def _attached(
    release: Release, source: Resource, attachment: _Attachment, holders: dict[str, Names], policies: Names
) -> Iterator[Link | _Doubt]:
    given = [] if attachment.holders else [source]
    for attribute, kind in attachment.holders:
        for evidence, meant in _meant(release, source, attribute, holders[kind]):
            yield from _uncertain(source, attribute, meant, evidence)
            given += [meant.one] if meant.one is not None else []
    for evidence, meant in _meant(release, source, attachment.policy, policies) if given else ():
        yield from _uncertain(source, attachment.policy, meant, evidence)
        if meant.one is not None:
            for holder in given:
                yield from _statements(release, holder, meant.one, evidence)
        elif meant == Meant() and is_open(release, source, _path(attachment.policy)):
            name = attachment.policy.removesuffix("[]")
            message = f"{source.address}: {name} is not statically known, so what it allows is not judged"
            yield _Doubt(source, warning(message, evidence))


def _statements(release: Release, holder: Resource, document: Resource, evidence: Location) -> Iterator[Link]:
    for statement in release.children.get(document.key, ()):
        if statement.type == "iam_statement" and statement.attributes.get("attribute") != "assume_role_policy":
            yield Link(holder.key, "allows", statement.key, evidence, statement.location)


def _meant(release: Release, source: Resource, attribute: str, names: Names) -> Iterator[tuple[Location, Meant]]:
    found = all_meant(release, source, _path(attribute), names, Naming(_name, many=attribute.endswith("[]")))
    yield from ((source.locate(at), meant) for at, meant in found)


def _path(attribute: str) -> AttributePath:
    return (attribute.removesuffix("[]"),)


def _uncertain(source: Resource, attribute: str, meant: Meant, evidence: Location) -> Iterator[_Doubt]:
    name = attribute.removesuffix("[]")
    if meant.several:
        yield _Doubt(source, ambiguous(f"{source.address}: {name}", meant.several, evidence))
    elif meant.may:
        message = f"{source.address}: {name} is not statically known, so it is not linked; it may be"
        yield _Doubt(source, warning(f"{message} {named(meant.may)}", evidence))


def _name(literal: str) -> str:
    """The name out of an ARN or a name; `""` for a policy that AWS itself manages."""
    return identifiers.role(identifiers.policy(literal))
