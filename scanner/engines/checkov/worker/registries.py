"""Which of its checks Checkov runs: for one run those that are asked for, and afterwards all of its own again."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import yaml
from checkov.common.checks.base_check_registry import BaseCheckRegistry
from checkov.common.checks_infra.registry import get_graph_checks_registry
from checkov.dockerfile.registry import registry as dockerfile_registry
from checkov.kubernetes.checks.resource.registry import registry as kubernetes_registry
from checkov.terraform.checks.data.registry import data_registry
from checkov.terraform.checks.module.registry import module_registry
from checkov.terraform.checks.provider.registry import provider_registry
from checkov.terraform.checks.resource.registry import resource_registry

from scanner.engines.checkov.interface import DOCKERFILE, KUBERNETES, TERRAFORM, TERRAFORM_PLAN

_TERRAFORM = (resource_registry, data_registry, provider_registry, module_registry)
_CODED: dict[str, Sequence[BaseCheckRegistry]] = {
    TERRAFORM: _TERRAFORM,
    TERRAFORM_PLAN: _TERRAFORM,
    KUBERNETES: (kubernetes_registry,),
    DOCKERFILE: (dockerfile_registry,),
}
_GRAPH = {TERRAFORM: TERRAFORM, TERRAFORM_PLAN: TERRAFORM, KUBERNETES: KUBERNETES, DOCKERFILE: DOCKERFILE}


class Registries:
    """The registries of one of Checkov's frameworks: checks that are code, and those that are conditions on a graph."""

    def __init__(self, framework: str) -> None:
        self._coded = _CODED[framework]
        self._graph = graph_of(framework)

    def titles(self) -> dict[str, str]:
        """Its checks by id with the names that they have."""
        return {str(each.id): str(each.name) for each in (*self._coded_checks(), *self._graph.checks)}

    def has(self, check: Any) -> bool:
        """Whether it is this very check that runs, and not another one of the same id."""
        return any(each is check for each in self._coded_checks())

    def has_graph_checks(self) -> bool:
        """Whether anything here needs a graph."""
        return bool(self._graph.checks)

    def add(self, check: Any) -> None:
        """One more condition on a graph."""
        self._graph.checks.append(check)

    def drop(self, check: Any) -> None:
        """Take out this very check."""
        for checks in self._lists():
            checks[:] = [each for each in checks if each is not check]

    def keep(self, ids: frozenset[str]) -> None:
        """Drop every other check."""
        for checks in self._lists():
            checks[:] = [each for each in checks if each.id in ids]

    def parser(self) -> Any:
        """What reads a condition on a graph."""
        return self._graph

    def _coded_checks(self) -> Iterator[Any]:
        for registry in self._coded:
            for _, check in registry.all_checks():
                yield check

    def _lists(self) -> Iterator[list[Any]]:
        for registry in self._coded:
            yield from (*registry.checks.values(), *registry.wildcard_checks.values())
        yield self._graph.checks


def graph_of(framework: str) -> Any:
    """Checkov's registry of graph checks for a framework, with all of them loaded."""
    registry = get_graph_checks_registry(_GRAPH[framework])
    if not registry.internal_checks_dir_loaded:
        loader, original = getattr(yaml, "CSafeLoader", yaml.SafeLoader), yaml.safe_load
        yaml.safe_load = lambda stream: yaml.load(stream, loader)  # noqa: S506 - the same loader on libyaml
        try:
            registry.load_checks()
        finally:
            yaml.safe_load = original
    return registry


@contextmanager
def restored() -> Iterator[None]:
    """After it every registry has the checks that it had before."""
    coded = [registry for registries in (_TERRAFORM, _CODED[KUBERNETES], _CODED[DOCKERFILE]) for registry in registries]
    graphs = [graph_of(framework) for framework in (TERRAFORM, KUBERNETES, DOCKERFILE)]
    tables = [table for registry in coded for table in (registry.checks, registry.wildcard_checks)]
    before = [{entity: list(checks) for entity, checks in table.items()} for table in tables]
    before_graphs = [list(graph.checks) for graph in graphs]
    registered = BaseCheckRegistry.get_all_registered_checks()
    count = len(registered)
    try:
        yield
    finally:
        for table, checks in zip(tables, before, strict=True):
            table.clear()
            table.update(checks)
        for graph, all_checks in zip(graphs, before_graphs, strict=True):
            graph.checks = all_checks
        del registered[count:]
