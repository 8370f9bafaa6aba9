"""`mentions_host`: the Services that a workload names in its variables, arguments and config maps."""

import re
from collections.abc import Iterator

from scanner.core.notification import Notification
from scanner.core.resource import Link, Release, Resource
from scanner.core.values import AttributePath
from scanner.linking.called import Called, called_in
from scanner.linking.objects import Objects, nearest, objects_of
from scanner.linking.reading import mapping, text, texts
from scanner.linking.secrets import references_of

_NAME = r"([a-z0-9][a-z0-9.-]*)"
_WORD = re.compile(_NAME)
# A host after a scheme, one of the cluster by its ending, one with a port, one behind a key that says so.
_HOSTS = re.compile(
    rf"://{_NAME}"
    r"|(?:^|(?<=[^a-z0-9.-]))([a-z0-9][a-z0-9-]*\.[a-z0-9-]+\.svc)(?![a-z0-9-])"
    rf"|(?:^|(?<=[=@,\s\"'])){_NAME}(?=:[0-9]{{2,5}}(?![0-9]))"
    rf"|(?:host|hostname|address|server|endpoint|upstream|backend|service)[\"']?\s*[:=]\s*[\"']?{_NAME}",
    re.MULTILINE,
)


Mention = tuple[Resource, AttributePath, tuple[str, ...]]
"""Who names host names, where, and which."""


def mentions_host(release: Release) -> Iterator[Link | Notification]:
    """Links from workloads to what the host names lead to that they or their config maps name."""
    called = called_in(release)
    maps = objects_of(release, "ConfigMap") if called.names else {}
    told: dict[str, tuple[Mention, ...]] = {}
    for workload in release.by_type.get("workload", ()) if called.names else ():
        mentioned = list(_of_containers(release, workload, called))
        for config in _maps_of(release, workload, maps):
            if config.key not in told:
                told[config.key] = tuple(_of_map(config, called))
            mentioned += told[config.key]
        for holder, path, hosts in mentioned:
            for target in _meant(workload, hosts, called):
                end = target.locate(("metadata", "name"))
                yield Link(workload.key, "mentions_host", target.key, holder.locate(path), end)


def _meant(workload: Resource, hosts: tuple[str, ...], called: Called) -> Iterator[Resource]:
    for host in hosts:
        found = called.host(host, text(workload, "namespace"), workload)
        yield from (each for each in found if each.key != workload.parent)


def _of_containers(release: Release, workload: Resource, called: Called) -> Iterator[Mention]:
    for container in release.children.get(workload.key, ()):
        variables = ((("env_values", name), value) for name, value in mapping(container, "env_values").items())
        for path, value in (*variables, *texts(container, "arguments")):
            if isinstance(value, str):
                yield container, path, hosts_in(value, called)


def _maps_of(release: Release, workload: Resource, maps: Objects) -> Iterator[Resource]:
    names = {each.name for each in references_of(release, workload) if each.kind == "ConfigMap"}
    for name in sorted(names) if maps else ():
        yield from nearest(maps.get(("ConfigMap", text(workload, "namespace"), name), ()), workload)


def _of_map(config: Resource, called: Called) -> Iterator[Mention]:
    for name, value in mapping(config, "data").items():
        if isinstance(value, str):
            yield config, ("data", name), hosts_in(value, called)


def hosts_in(text_: str, called: Called) -> tuple[str, ...]:
    """The host names of a text that something of the release may have."""
    if called.names.isdisjoint(word.partition(".")[0] for word in _WORD.findall(text_)):
        return ()
    whole = (text_,) if _WORD.fullmatch(text_) else ()
    found = (next(filter(None, match.groups()), "") for match in _HOSTS.finditer(text_))
    return tuple(dict.fromkeys(each for each in (*whole, *found) if each))
