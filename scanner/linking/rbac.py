"""RBAC as ties: binding → role and accounts, role → the roles that it takes in, workload → what it is given."""

from collections.abc import Iterator, Sequence

from scanner.core.location import Location
from scanner.core.notification import Notification
from scanner.core.resource import Link, Release, Resource
from scanner.core.values import AttributePath, Unresolved
from scanner.linking.interface import ambiguous, warning
from scanner.linking.objects import Objects, namespace_of, nearest, objects_of
from scanner.linking.rbac_subjects import Account, account, accounts_of, bindings_of, members, subjects_of, word
from scanner.linking.reading import mapping, text
from scanner.linking.selectors import Labels, label_selector, labels_of, meets

# The labels of a ClusterRole whose rules a role takes in that the cluster itself has; `edit` takes in `view`, and
# `admin` takes in `edit`.
_AGGREGATE = "rbac.authorization.k8s.io/aggregate-to-"
_TAKEN_IN = {"view": ("view",), "edit": ("edit", "view"), "admin": ("admin", "edit", "view")}
_NAME = ("metadata", "name")
_ACCOUNT = ("service_account",)


class _Places:
    """Where one attribute of each resource stands, looked up once: a group makes many links to it."""

    def __init__(self, path: AttributePath) -> None:
        self._path = path
        self._found: dict[str, Location] = {}

    def of(self, resource: Resource) -> Location:
        if resource.key not in self._found:
            self._found[resource.key] = resource.locate(self._path)
        return self._found[resource.key]


def binds(release: Release) -> Iterator[Link | Notification]:
    """Links from every binding to its role: a Role of its own namespace, or a ClusterRole."""
    roles = objects_of(release, "Role", "ClusterRole")
    for binding in bindings_of(release):
        found = _bound(roles, binding)
        evidence = binding.locate(("roleRef", "name"))
        if len(found) == 1:
            yield Link(binding.key, "binds", found[0].key, evidence, found[0].locate(_NAME))
        elif found:
            kind, name = text(binding, "roleRef", "kind"), text(binding, "roleRef", "name")
            yield ambiguous(f"{binding.address}: {kind} {name}", found, evidence)


def grants_to(release: Release) -> Iterator[Link | Notification]:
    """Links from every binding to the ServiceAccounts among its subjects, also as a user or by their group."""
    objects = objects_of(release, "ServiceAccount")
    accounts = accounts_of(((key[1], key[2]), each) for key, namesakes in objects.items() for each in namesakes)
    named = _Places(_NAME)
    for binding in bindings_of(release):
        for place, subject in subjects_of(binding):
            evidence = binding.locate(place)
            if subject.get("kind") == "Group":
                for each in members(subject, accounts):
                    yield Link(binding.key, "grants_to", each.key, evidence, named.of(each))
                continue
            found = nearest(accounts.by_account.get(account(subject, binding), ()), binding)
            if len(found) == 1:
                yield Link(binding.key, "grants_to", found[0].key, evidence, found[0].locate(_NAME))
            elif found:
                yield ambiguous(f"{binding.address}: ServiceAccount {word(subject.get('name'))}", found, evidence)


def aggregates(release: Release) -> Iterator[Link | Notification]:
    """Links from every ClusterRole with an aggregationRule to the ClusterRoles whose rules it takes in."""
    for role, other, place, is_certain in _aggregated(release):
        evidence = role.locate(("aggregationRule", "clusterRoleSelectors", place))
        if is_certain:
            yield Link(role.key, "aggregates", other.key, evidence, other.locate(("metadata", "labels")))
        else:
            yield warning(f"{role.address} may take in {other.address}, whose labels are not known", evidence)


def granted_by(release: Release) -> Iterator[Link]:
    """Links from every workload to the bindings that give its account something, whether the account is here or not.

    The right of a RoleBinding holds in the binding's namespace alone, that of a ClusterRoleBinding everywhere.
    """
    runs_under = _Places(_ACCOUNT)
    for workload, binding, index in _grants(release):
        evidence = binding.locate(("subjects", index, "name"))
        yield Link(workload.key, "granted_by", binding.key, runs_under.of(workload), evidence)


def holds(release: Release) -> Iterator[Link]:
    """Links from every workload and ServiceAccount to the roles that bindings give it, with those they take in."""
    roles = objects_of(release, "Role", "ClusterRole")
    taken_in: dict[str, list[Resource]] = {}
    for role, other, _, is_certain in _aggregated(release):
        if is_certain:
            taken_in.setdefault(role.key, []).append(other)
    given = {each.key: _given(roles, taken_in, each) for each in bindings_of(release)}
    runs_under, named = _Places(_ACCOUNT), _Places(_NAME)
    for workload, binding, _ in _grants(release):
        for role in given[binding.key]:
            yield Link(workload.key, "holds", role.key, runs_under.of(workload), named.of(role))
    by_key = release.by_key
    for grant in grants_to(release):
        if isinstance(grant, Link):
            for role in given[grant.source]:
                yield Link(grant.target, "holds", role.key, named.of(by_key[grant.target]), named.of(role))


def _bound(roles: Objects, binding: Resource) -> Sequence[Resource]:
    kind, name = text(binding, "roleRef", "kind"), text(binding, "roleRef", "name")
    namespace = namespace_of(binding) if kind == "Role" else ""
    return nearest(roles.get((kind, namespace, name), ()), binding)


def _given(roles: Objects, taken_in: dict[str, list[Resource]], binding: Resource) -> Sequence[Resource]:
    """The roles of the release whose rules the binding gives."""
    bound = _bound(roles, binding)
    if len(bound) > 1:
        return ()
    waiting = list(bound)
    if not bound and text(binding, "roleRef", "kind") == "ClusterRole":
        taken = [_AGGREGATE + each for each in _TAKEN_IN.get(text(binding, "roleRef", "name"), ())]
        namesakes = (found for (kind, _, _), found in roles.items() if taken and kind == "ClusterRole")
        waiting = [
            role
            for found in namesakes
            for role in nearest(found, binding)
            if any(_labels(role).get(label) == "true" for label in taken)
        ]
    found: dict[str, Resource] = {}
    while waiting:
        role = waiting.pop()
        if role.key not in found:
            found[role.key] = role
            waiting += taken_in.get(role.key, ())
    return tuple(found.values())


def _aggregated(release: Release) -> Iterator[tuple[Resource, Resource, int, bool]]:
    """Each ClusterRole, another one that it selects, the place of the selector, and whether that is certain."""
    roles = objects_of(release, "ClusterRole")
    for role in release.by_type.get("ClusterRole", ()):
        rule = role.attributes.get("aggregationRule")
        selectors = rule.get("clusterRoleSelectors") if isinstance(rule, dict) else None
        for place, written in enumerate(selectors if isinstance(selectors, list) else ()):
            selector = label_selector(written)
            for (_, _, name), namesakes in roles.items():
                if name == text(role, "metadata", "name"):
                    continue
                for other in nearest(namesakes, role):
                    answer = meets(_labels(other), selector)
                    if answer is not False:
                        yield role, other, place, answer is True


def _labels(role: Resource) -> Labels:
    return labels_of(mapping(role, "metadata", "labels"))


def _grants(release: Release) -> Iterator[tuple[Resource, Resource, int]]:
    """Each workload whose account is among the subjects of a binding, the binding, and the first such subject."""
    workloads = accounts_of(
        (named, each) for each in release.by_type.get("workload", ()) if (named := _account_of(each)) is not None
    )
    objects = objects_of(release, "ServiceAccount")
    for binding in bindings_of(release):
        done: set[str] = set()
        for place, subject in subjects_of(binding):
            index = int(place[1])
            if subject.get("kind") == "Group":
                found = members(subject, workloads)
            else:
                named = account(subject, binding)
                namesakes = objects.get(("ServiceAccount", *named), ())
                found = [
                    each
                    for each in workloads.by_account.get(named, ())
                    if _is_same(nearest(namesakes, binding), nearest(namesakes, each))
                ]
            for each in found:
                if each.key not in done:
                    done.add(each.key)
                    yield each, binding, index


def _is_same(some: Sequence[Resource], others: Sequence[Resource]) -> bool:
    """Whether both may mean one account: the release may hold it for several environments, or not at all."""
    return not some or not others or not {each.key for each in some}.isdisjoint(each.key for each in others)


def _account_of(workload: Resource) -> Account | None:
    """The account that the pods run under; `default` where they name none."""
    if isinstance(workload.attributes.get("service_account"), Unresolved):
        return None
    namespace = text(workload, "namespace")
    return (namespace, text(workload, "service_account") or "default") if namespace else None
