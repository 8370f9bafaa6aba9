"""`binds` and `grants_to`: RoleBinding → the role it gives, and the ServiceAccounts that it gives it to."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from scanner.core.notification import Notification
from scanner.core.resource import Link, Release, Resource
from scanner.linking.interface import ambiguous
from scanner.linking.objects import namespace_of, nearest, objects_of
from scanner.linking.reading import text

_BINDINGS = ("RoleBinding", "ClusterRoleBinding")
_USER = re.compile(r"system:serviceaccount:(?P<namespace>[^:]+):(?P<name>[^:]+)")
_EVERY_ACCOUNT = frozenset({"system:serviceaccounts", "system:authenticated"})
_ACCOUNTS_OF = "system:serviceaccounts:"


def binds(release: Release) -> Iterator[Link | Notification]:
    """Links from every binding to its role: a Role of its own namespace, or a ClusterRole."""
    roles = objects_of(release, "Role", "ClusterRole")
    for binding in _bindings(release):
        kind, name = text(binding, "roleRef", "kind"), text(binding, "roleRef", "name")
        namespace = namespace_of(binding) if kind == "Role" else ""
        found = nearest(roles.get((kind, namespace, name), ()), binding)
        evidence = binding.locate(("roleRef", "name"))
        if len(found) == 1:
            yield Link(binding.key, "binds", found[0].key, evidence, found[0].locate(("metadata", "name")))
        elif found:
            yield ambiguous(f"{binding.address}: {kind} {name}", found, evidence)


def grants_to(release: Release) -> Iterator[Link | Notification]:
    """Links from every binding to the ServiceAccounts among its subjects, also as a user or by their group."""
    accounts: dict[tuple[str, str], list[Resource]] = {}
    by_namespace: dict[str, list[Resource]] = {}
    everyone: list[Resource] = []
    for (_, namespace, name), namesakes in objects_of(release, "ServiceAccount").items():
        accounts.setdefault((namespace, name), []).extend(namesakes)
        by_namespace.setdefault(namespace, []).extend(namesakes)
        everyone.extend(namesakes)
    for binding in _bindings(release):
        subjects = binding.attributes.get("subjects")
        for index, subject in enumerate(subjects if isinstance(subjects, list) else ()):
            if not isinstance(subject, Mapping):
                continue
            evidence = binding.locate(("subjects", index, "name"))
            name = _word(subject.get("name"))
            if subject.get("kind") == "Group":
                group = by_namespace.get(name.removeprefix(_ACCOUNTS_OF), []) if name.startswith(_ACCOUNTS_OF) else []
                for account in everyone if name in _EVERY_ACCOUNT else group:
                    yield Link(binding.key, "grants_to", account.key, evidence, account.locate(("metadata", "name")))
                continue
            found = nearest(accounts.get(_account(subject, binding), []), binding)
            if len(found) == 1:
                yield Link(binding.key, "grants_to", found[0].key, evidence, found[0].locate(("metadata", "name")))
            elif found:
                yield ambiguous(f"{binding.address}: ServiceAccount {name}", found, evidence)


def _bindings(release: Release) -> Iterator[Resource]:
    for kind in _BINDINGS:
        yield from (each for each in release.by_type.get(kind, ()) if each.format == "kubernetes")


def _account(subject: Mapping[str, Any], binding: Resource) -> tuple[str, str]:
    """Namespace and name of the subject; a RoleBinding's own namespace is meant where none is written.

    A ClusterRoleBinding has no namespace, so that such a subject means nobody there.
    """
    name = _word(subject.get("name"))
    if subject.get("kind") == "User":
        match = _USER.fullmatch(name)
        return (match["namespace"], match["name"]) if match else ("", "")
    if subject.get("kind") != "ServiceAccount":
        return "", ""
    return _word(subject.get("namespace")) or namespace_of(binding), name


def _word(value: Any) -> str:
    return value if isinstance(value, str) else ""
