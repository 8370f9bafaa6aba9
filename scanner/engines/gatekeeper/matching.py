"""Whether a Constraint is for an object, as Gatekeeper decides it; what cannot be known is said, not skipped."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from scanner.core.values import Unresolved
from scanner.engines.gatekeeper.objects import KubernetesObject, Namespaces

_NAME_LABEL = "kubernetes.io/metadata.name"

Answer = bool | Unresolved


def matches(constraint: Mapping[str, Any], judged: KubernetesObject, namespaces: Namespaces) -> Answer:
    """Whether the `match` of a Constraint takes in the object; an `Unresolved` says why that is not known."""
    spec = constraint.get("spec")
    match = spec.get("match") if isinstance(spec, Mapping) else None
    if not match:
        return True
    unknown: Unresolved | None = None
    for decides in _MATCHERS:
        answer = decides(match, judged, namespaces)
        if answer is False:
            return False
        if unknown is None and isinstance(answer, Unresolved):
            unknown = answer
    return True if unknown is None else unknown


def is_excluded(globs: Sequence[str], judged: KubernetesObject) -> Answer:
    """Whether the object is in a namespace, or is one, that Gatekeeper's Config leaves alone."""
    return _negated(_in_namespaces(globs, judged, of_others=False), globs, judged)


def _kinds(match: Mapping[str, Any], judged: KubernetesObject, _: Namespaces) -> Answer:
    entries = match.get("kinds") or ()
    return not entries or any(
        _has(each.get("kinds"), judged.kind) and _has(each.get("apiGroups"), judged.group) for each in entries
    )


def _has(wanted: Sequence[str] | None, word: str) -> bool:
    return not wanted or "*" in wanted or word in wanted


def _scope(match: Mapping[str, Any], judged: KubernetesObject, _: Namespaces) -> Answer:
    is_namespaced = judged.namespace is not None and not judged.is_namespace
    scope = match.get("scope")
    return is_namespaced if scope == "Namespaced" else not is_namespaced if scope == "Cluster" else True


def _namespaces(match: Mapping[str, Any], judged: KubernetesObject, _: Namespaces) -> Answer:
    globs = match.get("namespaces")
    if not globs:
        return True
    if _in_namespaces(globs, judged, of_others=True):
        return True
    doubt = _not_placed(judged)
    return False if doubt is None else doubt


def _excluded_namespaces(match: Mapping[str, Any], judged: KubernetesObject, _: Namespaces) -> Answer:
    globs = match.get("excludedNamespaces")
    if not globs:
        return True
    excluded = _negated(_in_namespaces(globs, judged, of_others=False), globs, judged)
    return excluded if isinstance(excluded, Unresolved) else not excluded


def _in_namespaces(globs: Sequence[str], judged: KubernetesObject, *, of_others: bool) -> bool:
    """Whether the namespace is one of them; `of_others` is the answer for what lives in none."""
    name = judged.name if judged.is_namespace else judged.namespace
    return of_others if name is None else any(_fits(glob, name) for glob in globs)


def _negated(is_excluded: bool, globs: Sequence[str], judged: KubernetesObject) -> Answer:
    """An object that does not say its namespace is judged as in `default`, and nothing is left out for that alone."""
    if not is_excluded or judged.is_placed or set(globs) & {"*", "**"}:
        return is_excluded
    doubt = _not_placed(judged)
    return True if doubt is None else doubt


def _not_placed(judged: KubernetesObject) -> Unresolved | None:
    unknown = judged.unknown_below("metadata", "namespace")
    if unknown is not None:
        return unknown
    if judged.is_placed or judged.namespace is None:
        return None
    reason = "it does not write its namespace, so whether the Constraint is for it is decided where it is deployed"
    return Unresolved("metadata.namespace", reason)


def _name(match: Mapping[str, Any], judged: KubernetesObject, _: Namespaces) -> Answer:
    glob = match.get("name")
    if not glob:
        return True
    beginning = glob.endswith("*") and _fits(glob, judged.generate_name)
    return _fits(glob, judged.name) or (beginning and bool(judged.generate_name))


def _source(match: Mapping[str, Any], judged: KubernetesObject, _: Namespaces) -> Answer:
    source = match.get("source") or "All"
    return source in ("All", "Generated" if judged.is_generated else "Original")


def _labels(match: Mapping[str, Any], judged: KubernetesObject, _: Namespaces) -> Answer:
    selector = match.get("labelSelector")
    if selector is None:
        return True
    unknown = judged.unknown_below("metadata", "labels")
    return _selected(selector, judged.labels, unknown)


def _namespace_labels(match: Mapping[str, Any], judged: KubernetesObject, namespaces: Namespaces) -> Answer:
    selector = match.get("namespaceSelector")
    if selector is None:
        return True
    if judged.is_namespace:
        labels = {**judged.labels, _NAME_LABEL: judged.name}
        return _selected(selector, labels, judged.unknown_below("metadata", "labels"))
    if judged.namespace is None:
        return True
    if not judged.is_placed:
        return _selected(selector, {}, _not_placed(judged))
    found = namespaces.of(judged)
    labels = {_NAME_LABEL: judged.namespace}  # the API server gives it to every namespace
    if found is None:
        reason = f"the labels of the namespace {judged.namespace} are not known: the release has no such Namespace"
        return _selected(selector, labels, Unresolved("namespaceSelector", reason))
    return _selected(selector, {**found.labels, **labels}, found.unknown_below("metadata", "labels"))


def _selected(selector: Mapping[str, Any], labels: Mapping[str, str], unknown: Unresolved | None) -> Answer:
    """Whether the selector fits; with `unknown`, labels that are not among `labels` may be there all the same."""
    requirements: list[tuple[str, str, Sequence[str]]] = [
        (key, "In", (value,)) for key, value in (selector.get("matchLabels") or {}).items()
    ]
    requirements += [
        (each["key"], each["operator"], each.get("values") or ()) for each in selector.get("matchExpressions") or ()
    ]
    is_open = False
    for key, operator, values in requirements:
        if key not in labels and unknown is not None:
            is_open = True
        elif not _meets(labels.get(key), operator, values):
            return False
    return unknown if is_open and unknown is not None else True


def _meets(value: str | None, operator: str, values: Sequence[str]) -> bool:
    if operator == "Exists":
        return value is not None
    if operator == "DoesNotExist":
        return value is None
    return (value in values) == (operator == "In")


def _fits(glob: str, name: str) -> bool:
    """Gatekeeper's wildcards: `*` at either end and nowhere else."""
    if glob.startswith("*") and glob.endswith("*"):
        return glob[1:-1] in name
    if glob.startswith("*"):
        return name.endswith(glob[1:])
    return name.startswith(glob[:-1]) if glob.endswith("*") else glob == name


_MATCHERS: tuple[Callable[[Mapping[str, Any], KubernetesObject, Namespaces], Answer], ...] = (
    _kinds,
    _scope,
    _namespaces,
    _excluded_namespaces,
    _labels,
    _namespace_labels,
    _name,
    _source,
)
