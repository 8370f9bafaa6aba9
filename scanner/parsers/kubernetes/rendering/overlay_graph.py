"""Which Kustomizations bring which others into being, which of them are deployed, and what none of them may reach."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

from scanner.core.location import Location
from scanner.core.values import AttributePath
from scanner.parsers.kubernetes.reading import elements, mapping, word
from scanner.parsers.kubernetes.rendering.kustomization import (
    Kustomization,
    Reference,
    Role,
    data_references,
    is_inline,
)
from scanner.parsers.kubernetes.rendering.overlay_files import Files, NotReadError, NotThereError
from scanner.yaml_source import load_documents_leniently

_DEEPEST = 50
MOST_CHAINS = 10_000
_RESOURCES = (Role.RESOURCES, Role.COMPONENT)
_PLUGINS = ("generators", "transformers", "validators")
_HELM = ("helmCharts", "helmChartInflationGenerator")


@dataclass(frozen=True)
class Problem:
    """What cannot be rendered: the overlay is rendered without what `whole` leads to in the Kustomization `path`.

    `hides_objects` says that objects may be missing which other parts of the overlay refer to; `is_data` that it is
    the content of a secret, which is right not to be there.
    """

    path: str
    whole: AttributePath
    message: str
    location: Location
    hides_objects: bool = False
    is_data: bool = False


@dataclass(frozen=True)
class Step:
    """A reference that leads to a file (`target`), or to the Kustomization in a folder (`target` is its file)."""

    reference: Reference
    target: str
    is_kustomization: bool
    link: str = ""


@dataclass(frozen=True)
class Node:
    """A Kustomization, what it refers to, and what of that is out of reach."""

    kustomization: Kustomization
    steps: tuple[Step, ...]
    problems: tuple[Problem, ...]

    @property
    def children(self) -> Iterator[Step]:
        return (step for step in self.steps if step.is_kustomization)


@dataclass(frozen=True)
class Reached:
    """All that one root is made of. `nodes` are by the path of their file, the root first.

    `chains` are the ways from the root to each of them; of more than `MOST_CHAINS` the rest is cut off.
    """

    root: str
    nodes: Mapping[str, Node]
    problems: tuple[Problem, ...]
    chains: tuple[tuple[str, ...], ...] = field(repr=False)
    is_cut_off: bool = False

    @property
    def changes(self) -> bool:
        return any(node.kustomization.changes for node in self.nodes.values())

    def files(self, *roles: Role) -> list[str]:
        """The files used in one of these roles, sorted."""
        found = {
            step.target
            for node in self.nodes.values()
            for step in node.steps
            if not step.is_kustomization and step.reference.role in roles
        }
        return sorted(found)


class Graph:
    """The Kustomizations of the scan and those that they reach."""

    def __init__(self, files: Files) -> None:
        self._files = files
        self._nodes: dict[str, Node] = {}
        self._reached: dict[str, Reached] = {}

    def node(self, path: str) -> Node:
        if path not in self._nodes:
            kustomization = self._files.kustomization(path)
            if kustomization is None:
                raise KeyError(path)
            self._nodes[path] = _node(kustomization, self._files)
        return self._nodes[path]

    @cached_property
    def roots(self) -> tuple[str, ...]:
        """The given Kustomizations that no other refers to; of those in a circle the first. Components are none."""
        given = [path for path in self._files.given_kustomizations() if not self.node(path).kustomization.is_component]
        reached: set[str] = set()
        pending = list(self._files.given_kustomizations())
        seen: set[str] = set()
        while pending:
            path = pending.pop()
            if path not in seen:
                seen.add(path)
                targets = [step.target for step in self.node(path).children]
                reached.update(targets)
                pending += targets
        roots = [path for path in given if path not in reached]
        covered = {path for root in roots for path in self.reach(root).nodes}
        for path in given:
            if path not in covered:
                roots.append(path)
                covered |= set(self.reach(path).nodes)
        return tuple(sorted(roots))

    @cached_property
    def unused_components(self) -> tuple[str, ...]:
        """The given components that no root uses."""
        used = {path for root in self.roots for path in self.reach(root).nodes}
        return tuple(
            path
            for path in self._files.given_kustomizations()
            if path not in used and self.node(path).kustomization.is_component
        )

    def reach(self, root: str) -> Reached:
        """Everything that a root is made of, each Kustomization once, and every way from the root to each of them."""
        if root not in self._reached:
            self._reached[root] = self._walk(root)
        return self._reached[root]

    def _walk(self, root: str) -> Reached:
        nodes = self._nodes_from(root)
        problems = dict.fromkeys(problem for node in nodes.values() for problem in node.problems)
        chains: list[tuple[str, ...]] = []
        pending: list[tuple[str, ...]] = [(root,)]
        while pending and len(chains) < MOST_CHAINS:
            chain = pending.pop()
            chains.append(chain)
            node = nodes[chain[-1]]
            for step in node.children:
                if step.target in chain or len(chain) > _DEEPEST:
                    message = f"{step.reference.shown} leads back to a Kustomization that refers to this one"
                    problems[_problem(node.kustomization, step.reference, message, hides_objects=True)] = None
                else:
                    pending.append((*chain, step.target))
        return Reached(root, nodes, tuple(problems), tuple(sorted(chains)), is_cut_off=bool(pending))

    def _nodes_from(self, root: str) -> dict[str, Node]:
        found: dict[str, Node] = {}
        pending = [root]
        while pending:
            path = pending.pop()
            if path not in found:
                found[path] = self.node(path)
                pending += [step.target for step in found[path].children]
        return found


def _node(kustomization: Kustomization, files: Files) -> Node:
    steps: list[Step] = []
    problems: list[Problem] = []
    for key in _HELM:
        if kustomization.body.get(key):
            message = f"{key} is not inflated here, so its objects were not checked"
            problems.append(Problem(kustomization.path, (key,), message, kustomization.where((key,)), True))
    for reference in (*kustomization.references(), *_of_plugins(kustomization, files)):
        try:
            step = _step(kustomization, reference, files)
        except NotReadError as error:
            hides = reference.role in _RESOURCES
            problem = _problem(kustomization, reference, f"{reference.shown} {error}", hides_objects=hides)
            is_data = isinstance(error, NotThereError) and reference.place[0] == "secretGenerator"
            problems.append(replace(problem, is_data=is_data))
            continue
        refused = _refused(step, files) if reference.role is Role.PLUGIN else None
        if refused:
            message = f"the plugin {refused} of {reference.shown} is not run, so what it does was not checked"
            problems.append(_problem(kustomization, reference, message, hides_objects=True))
        else:
            steps.append(step)
    problems += _inline_plugins(kustomization)
    return Node(kustomization, tuple(steps), tuple(problems))


def _problem(kustomization: Kustomization, reference: Reference, message: str, *, hides_objects: bool) -> Problem:
    location = kustomization.where(reference.place)
    return Problem(kustomization.path, reference.whole, message, location, hides_objects)


def _step(kustomization: Kustomization, reference: Reference, files: Files) -> Step:
    if reference.is_remote:
        raise NotReadError("is remote and never fetched, so what it brings and what changes that was not checked")
    target = files.resolve(kustomization.folder, reference.text)
    link = files.link(kustomization.folder, reference.text, target)
    if files.is_file(target):
        if reference.role is Role.COMPONENT:
            raise NotReadError("is a file, and a component is a folder")
        files.content(target)
        return Step(reference, target, False, link)
    if not files.is_folder(target):
        raise NotThereError("is not there")
    inner = files.kustomization_in(target)
    if reference.role not in (*_RESOURCES, Role.PLUGIN):
        raise NotReadError("is a folder, and a file is due")
    if inner is None:
        raise NotReadError("is a folder without a kustomization.yaml")
    if files.kustomization(inner) is None:
        raise NotReadError("holds no readable Kustomization")
    return Step(reference, inner, True, link)


def _refused(step: Step, files: Files) -> str:
    """What in the settings of a plugin is not built into kustomize, "" when nothing is."""
    if step.is_kustomization:
        return "in the folder"  # what that renders to is known only afterwards
    return _foreign([document.value for document in files.documents(step.target)])


def _foreign(values: Sequence[Any]) -> str:
    for value in values:
        api, kind = mapping(value).get("apiVersion"), mapping(value).get("kind")
        if api != "builtin" or kind == "HelmChartInflationGenerator":
            return str(kind or "without a kind")
    return "" if values else "without settings"


def _inline_plugins(kustomization: Kustomization) -> Iterator[Problem]:
    for key in _PLUGINS:
        for index, entry in enumerate(elements(kustomization.body.get(key))):
            if isinstance(entry, str) and is_inline(entry):
                documents, _ = load_documents_leniently(entry, kustomization.path)
                refused = _foreign([document.value for document in documents])
                if refused:
                    message = f"the plugin {refused} is not run, so what it does was not checked"
                    where = kustomization.where((key, index))
                    yield Problem(kustomization.path, (key, index), message, where, True)


def _of_plugins(kustomization: Kustomization, files: Files) -> Iterator[Reference]:
    """The files that the settings of built-in plugins name, relative to the Kustomization that uses them."""
    for key in _PLUGINS:
        for index, entry in enumerate(elements(kustomization.body.get(key))):
            text = word(entry) or ""
            if not is_inline(text):
                try:
                    text = files.text(files.resolve(kustomization.folder, text))
                except NotReadError:
                    continue
            place = (key, index)
            for document in load_documents_leniently(text, kustomization.path)[0]:
                body = mapping(document.value)
                paths = [body.get("path"), *elements(body.get("paths"))]
                paths += [each.text for each in data_references(body, ())]
                for path in paths:
                    if isinstance(path, str) and path and "\n" not in path:
                        yield Reference(Role.PATCH, path, place, place)
