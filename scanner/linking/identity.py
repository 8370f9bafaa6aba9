"""`uses_account` and `assumes`: workload → ServiceAccount → the cloud identity that it takes on."""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from scanner.core.location import Location
from scanner.core.notification import Notification
from scanner.core.resource import Link, Release, Resource
from scanner.core.values import Unresolved
from scanner.linking import identifiers
from scanner.linking.interface import ambiguous, named, warning
from scanner.linking.names import Names, names_of
from scanner.linking.objects import Objects, nearest, objects_of
from scanner.linking.reading import text
from scanner.linking.terraform import Meant, Naming, called, meant_by

_ROLE_ARN = re.compile(r"arn:[^:]*:iam::[^:]*:role(?P<path>/(?:.*/)?)(?P<name>[^/]+)")
_GOOGLE_ACCOUNT = re.compile(r"(?P<account>[^@]+)@(?P<project>.+)\.iam\.gserviceaccount\.com")
_SUBJECT = re.compile(r"system:serviceaccount:(?P<namespace>[^:]+):(?P<name>[^:]+)")
_PLACEHOLDER = re.compile(r"\$|\{\{|<|^%")


@dataclass(frozen=True)
class _Annotation:
    """An annotation of a ServiceAccount: the types that it names, and how its value is looked up."""

    key: str
    types: tuple[str, ...]
    attribute: str
    find: Callable[[Names, str], Meant]


def _role(roles: Names, arn: str) -> Meant:
    match = _ROLE_ARN.fullmatch(arn)
    if match is None:
        return Meant()

    def is_there(role: Resource) -> bool:
        return isinstance(role.attributes.get("path"), Unresolved) or (text(role, "path") or "/") == match["path"]

    return _only(called(roles, match["name"]), is_there)


def _google_account(accounts: Names, email: str) -> Meant:
    match = _GOOGLE_ACCOUNT.fullmatch(email)
    if match is None:
        return Meant()
    return _only(called(accounts, match["account"]), lambda each: text(each, "project") in {"", match["project"]})


def _client(identities: Names, client_id: str) -> Meant:
    # The id is given out by Azure: a configuration that does not write it says nothing about it.
    found = identities.known.get(client_id, ())
    return Meant(found[0]) if len(found) == 1 else Meant(several=found)


_ANNOTATIONS = (
    _Annotation("eks.amazonaws.com/role-arn", ("aws_iam_role",), "name", _role),
    _Annotation("iam.gke.io/gcp-service-account", ("google_service_account",), "account_id", _google_account),
    _Annotation("azure.workload.identity/client-id", ("azurerm_user_assigned_identity",), "client_id", _client),
)


def uses_account(release: Release) -> Iterator[Link | Notification]:
    """Links from every workload to the ServiceAccount that its pods run under."""
    accounts = objects_of(release, "ServiceAccount")
    for workload in release.by_type.get("workload", ()):
        if isinstance(workload.attributes.get("service_account"), Unresolved):
            continue
        name = text(workload, "service_account") or "default"
        namespace = text(workload, "namespace")
        evidence = workload.locate(("service_account",))
        found = nearest(accounts.get(("ServiceAccount", namespace, name), ()), workload)
        if len(found) == 1:
            yield Link(workload.key, "uses_account", found[0].key, evidence, found[0].locate(("metadata", "name")))
        elif found:
            yield ambiguous(f"ServiceAccount {namespace}/{name} of {workload.address}", found, evidence)


def assumes(release: Release) -> Iterator[Link | Notification]:
    """Links from every ServiceAccount to the identities that its annotations or a cloud's association give it."""
    for annotation in _ANNOTATIONS:
        names = names_of(release, annotation.types, annotation.attribute)
        for account in release.by_type.get("ServiceAccount", ()):
            value = text(account, "metadata", "annotations", annotation.key)
            if not value or not names.types & set(release.by_type):
                continue
            evidence = account.locate(("metadata", "annotations", annotation.key))
            meant = annotation.find(names, value)
            yield from _taken_on((account,), meant, annotation.attribute, value, evidence)
            if meant == Meant() and _PLACEHOLDER.search(value):
                yield warning(
                    f"{account.address}: {annotation.key} is a placeholder, so it is linked to none", evidence
                )
    accounts = objects_of(release, "ServiceAccount")
    if accounts:
        yield from _pod_identities(release, accounts)
        yield from _federated(release, accounts)


def _pod_identities(release: Release, accounts: Objects) -> Iterator[Link | Notification]:
    roles = names_of(release, ("aws_iam_role",), "name")
    for association in release.by_type.get("aws_eks_pod_identity_association", ()):
        meant = meant_by(release, association, ("role_arn",), roles, Naming(identifiers.role))
        evidence = association.locate(("role_arn",))
        namespace, name = text(association, "namespace"), text(association, "service_account")
        if namespace and name:
            holders = accounts.get(("ServiceAccount", namespace, name), ())
            yield from _taken_on(holders, meant, "name", association.address, evidence)
        elif meant.one is not None:
            message = f"{association.address}: which ServiceAccount gets {meant.one.address} is not statically known"
            yield warning(message, evidence)


def _federated(release: Release, accounts: Objects) -> Iterator[Link | Notification]:
    identities = names_of(release, ("azurerm_user_assigned_identity",), "id")
    for credential in release.by_type.get("azurerm_federated_identity_credential", ()):
        subject = _SUBJECT.fullmatch(text(credential, "subject"))
        attribute = "parent_id" if "parent_id" in credential.attributes else "user_assigned_identity_id"
        if subject:
            holders = accounts.get(("ServiceAccount", subject["namespace"], subject["name"]), ())
            meant = meant_by(release, credential, (attribute,), identities)
            yield from _taken_on(holders, meant, "name", credential.address, credential.locate((attribute,)))


def _taken_on(
    accounts: Sequence[Resource], meant: Meant, attribute: str, what: str, evidence: Location
) -> Iterator[Link | Notification]:
    if not accounts:
        return
    if len(accounts) > 1:
        yield ambiguous(f"the ServiceAccount of {what}", accounts, evidence)
    elif meant.one is not None:
        yield Link(accounts[0].key, "assumes", meant.one.key, evidence, meant.one.locate((attribute,)))
    elif meant.several:
        yield ambiguous(f"{accounts[0].address}: {what}", meant.several, evidence)
    elif meant.may:
        have = "have" if len(meant.may) > 1 else "has"
        yield warning(
            f"{accounts[0].address}: {what}: {named(meant.may)} {have} no statically known name and may be it,"
            " but is not linked",
            evidence,
        )


def _only(meant: Meant, fits: Callable[[Resource], bool]) -> Meant:
    found = tuple(each for each in (*((meant.one,) if meant.one else ()), *meant.several) if fits(each))
    if len(found) == 1:
        return Meant(found[0])
    return Meant(several=found, may=tuple(each for each in meant.may if fits(each)))
