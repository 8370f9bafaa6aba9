"""Whom a subject of a RoleBinding means: accounts by name, as a user, or by one of the groups that hold accounts."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from scanner.core.resource import Release, Resource
from scanner.core.values import AttributePath
from scanner.linking.objects import namespace_of

_BINDINGS = ("RoleBinding", "ClusterRoleBinding")
_USER = re.compile(r"system:serviceaccount:(?P<namespace>[^:]+):(?P<name>[^:]+)")
# An account is in these two and in the group of its namespace. system:masters has none, and who is in
# system:unauthenticated has shown no token.
_EVERY_ACCOUNT = frozenset({"system:serviceaccounts", "system:authenticated"})
_ACCOUNTS_OF = "system:serviceaccounts:"

Account = tuple[str, str]
"""Namespace and name of a ServiceAccount, which may be none of the release."""


@dataclass(frozen=True)
class Accounts:
    """The resources that stand for each account: its object, or the workloads that run under it."""

    by_account: Mapping[Account, Sequence[Resource]]
    by_namespace: Mapping[str, Sequence[Resource]]
    everyone: Sequence[Resource]


def accounts_of(members: Iterable[tuple[Account, Resource]]) -> Accounts:
    """The members by their account."""
    by_account: dict[Account, list[Resource]] = {}
    by_namespace: dict[str, list[Resource]] = {}
    everyone: list[Resource] = []
    for account, member in members:
        by_account.setdefault(account, []).append(member)
        by_namespace.setdefault(account[0], []).append(member)
        everyone.append(member)
    return Accounts(by_account, by_namespace, everyone)


def bindings_of(release: Release) -> Iterator[Resource]:
    """Every RoleBinding and ClusterRoleBinding."""
    for kind in _BINDINGS:
        yield from (each for each in release.by_type.get(kind, ()) if each.format == "kubernetes")


def subjects_of(binding: Resource) -> Iterator[tuple[AttributePath, Mapping[str, Any]]]:
    """The subjects of a binding, each with the place of its name."""
    subjects = binding.attributes.get("subjects")
    for index, subject in enumerate(subjects if isinstance(subjects, list) else ()):
        if isinstance(subject, Mapping):
            yield ("subjects", index, "name"), subject


def members(subject: Mapping[str, Any], accounts: Accounts) -> Sequence[Resource]:
    """The members of the group that the subject is, none for a group without accounts."""
    name = word(subject.get("name"))
    if name in _EVERY_ACCOUNT:
        return accounts.everyone
    if name.startswith(_ACCOUNTS_OF):
        return accounts.by_namespace.get(name.removeprefix(_ACCOUNTS_OF), ())
    return ()


def account(subject: Mapping[str, Any], binding: Resource) -> Account:
    """The account that the subject names; a RoleBinding's own namespace is meant where none is written.

    A ClusterRoleBinding has no namespace, so that such a subject means nobody there: `("", "")`.
    """
    name = word(subject.get("name"))
    if subject.get("kind") == "User":
        match = _USER.fullmatch(name)
        return (match["namespace"], match["name"]) if match else ("", "")
    if subject.get("kind") != "ServiceAccount":
        return "", ""
    namespace = word(subject.get("namespace")) or namespace_of(binding)
    return (namespace, name) if namespace else ("", "")


def word(value: Any) -> str:
    """The value when it is text, else `""`."""
    return value if isinstance(value, str) else ""
