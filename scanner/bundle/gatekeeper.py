"""Recognises Gatekeeper's ConstraintTemplates and Constraints and makes a policy of each Constraint."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from scanner.bundle.errors import PolicyError
from scanner.bundle.gatekeeper_constraints import id_of, policy_of
from scanner.bundle.gatekeeper_objects import GatekeeperObject, object_of_resource, objects_of_text
from scanner.bundle.gatekeeper_templates import read_templates
from scanner.core.foreign import GatekeeperRule
from scanner.core.notification import Level, Notification
from scanner.core.policy import Policy
from scanner.core.resource import Resource
from scanner.core.suggestions import closest
from scanner.yaml_source import SourceError

_TEMPLATES = "templates.gatekeeper.sh"
_CONSTRAINTS = "constraints.gatekeeper.sh"
_CONSTRAINT_VERSIONS = ("v1beta1", "v1alpha1")
_OBJECT = re.compile(r"^[\s-]*[\"']?(apiVersion|kind)[\"']?[ \t]*:", re.MULTILINE)
# At admission alone: what is excluded from the audit or from replication is still refused there.
_PROCESSES = frozenset({"*", "webhook"})
_NATIVE = ("ValidatingAdmissionPolicy", "MutatingAdmissionPolicy")
# What belongs beside policies and judges nothing.
_BESIDE = frozenset(
    {
        "test.gatekeeper.sh",
        "kustomize.config.k8s.io",
        "syncset.gatekeeper.sh",
        "status.gatekeeper.sh",
        "connection.gatekeeper.sh",
    }
)
_MUTATIONS = "mutations.gatekeeper.sh"
_PROVIDERS = "externaldata.gatekeeper.sh"


def is_gatekeeper(text: str) -> bool:
    """Whether a YAML file holds Kubernetes objects, which Gatekeeper's templates and Constraints are."""
    return {match[1] for match in _OBJECT.finditer(text)} == {"apiVersion", "kind"}


def gatekeeper_policies(documents: Sequence[tuple[str, str]]) -> tuple[list[Policy], list[PolicyError]]:
    """The policies in YAML files as (path, text), and what is wrong with the files or left aside in them."""
    objects: list[GatekeeperObject] = []
    errors: list[PolicyError] = []
    for path, text in documents:
        found, wrong = objects_of_text(path, text)
        objects += found
        errors += [each if isinstance(each, PolicyError) else _as_error(each) for each in wrong]
    policies, more = _policies(objects)
    more += [note for each in objects if (note := _left_aside(each)) is not None]
    return policies, errors + more


def scanned_policies(
    resources: Iterable[Resource], known: Iterable[Policy]
) -> tuple[tuple[Policy, ...], tuple[Notification, ...]]:
    """The policies that the Constraints among the scanned objects are; one whose id is `known` is left to that."""
    ids = {policy.id for policy in known}
    objects = [object_of_resource(each) for each in resources if _is_ours(each)]
    policies, errors = _policies([each for each in objects if id_of(each) not in ids])
    errors += [
        PolicyError(
            f"the {each.kind} {each.name} is written in CEL and was not evaluated", each.location, Level.WARNING
        )
        for each in objects
        if each.kind in _NATIVE
    ]
    notifications = [Notification(error.level, error.message, "bundle", error.location) for error in errors]
    return tuple(policies), tuple(dict.fromkeys(notifications))


def _is_ours(resource: Resource) -> bool:
    if resource.format != "kubernetes" or resource.parent is not None:
        return False
    api_version = resource.attributes.get("apiVersion")
    if not isinstance(api_version, str):
        return False
    return ".gatekeeper.sh/" in api_version or resource.type.partition(".")[0] in _NATIVE


@dataclass
class _Sorted:
    """Objects by what they are for."""

    templates: list[GatekeeperObject] = field(default_factory=list)
    constraints: list[GatekeeperObject] = field(default_factory=list)
    excluded: list[str] = field(default_factory=list)
    expansions: list[Mapping[str, Any]] = field(default_factory=list)


def _sorted(objects: Iterable[GatekeeperObject]) -> _Sorted:
    result = _Sorted()
    for each in objects:
        if each.group == _TEMPLATES and each.kind == "ConstraintTemplate":
            result.templates.append(each)
        elif each.group == _CONSTRAINTS:
            result.constraints.append(each)
        elif each.group == "config.gatekeeper.sh" and each.kind == "Config":
            result.excluded += _excluded(each)
        elif each.group == "expansion.gatekeeper.sh" and each.kind == "ExpansionTemplate":
            spec = each.get("spec")
            if isinstance(spec, Mapping):
                result.expansions.append({**spec, "name": each.name})
    return result


def _excluded(config: GatekeeperObject) -> list[str]:
    """The namespaces that a Config keeps from being judged at admission."""
    entries = config.get("spec", "match")
    found: list[str] = []
    for each in entries if isinstance(entries, list) else ():
        names = each.get("excludedNamespaces") if isinstance(each, Mapping) else None
        processes = each.get("processes") if isinstance(each, Mapping) else None
        if isinstance(names, list) and isinstance(processes, list) and _PROCESSES.intersection(map(str, processes)):
            found += [str(name) for name in names]
    return found


def _policies(objects: Sequence[GatekeeperObject]) -> tuple[list[Policy], list[PolicyError]]:
    kinds = _sorted(objects)
    templates, refused = read_templates(kinds.templates)
    errors: list[PolicyError] = []
    told = {error.kind for error in refused}
    for error in refused:
        ids = sorted({id_of(each) for each in kinds.constraints if each.kind == error.kind})
        message = f"{error.message}; not evaluated: {', '.join(ids)}" if ids else error.message
        errors.append(PolicyError(message, error.location))
    policies: dict[str, Policy] = {}
    for each in kinds.constraints:
        template = templates.get(each.kind)
        if template is None:
            if each.kind not in told:
                errors.append(PolicyError(_without_template(each, templates), each.at("kind")))
            continue
        if each.version not in _CONSTRAINT_VERSIONS:
            message = f"{id_of(each)} was not evaluated: a Constraint is of {_CONSTRAINTS}/v1beta1, not {each.version}"
            errors.append(PolicyError(message, each.at("apiVersion")))
            continue
        try:
            _take(policies, policy_of(each, template, tuple(kinds.excluded), kinds.expansions), each)
        except PolicyError as wrong:
            errors.append(wrong)
    used = {each.kind for each in kinds.constraints}
    for kind, template in templates.items():
        if kind not in used:
            message = f"no Constraint uses the template {kind}, so it judges nothing"
            errors.append(PolicyError(message, template.object.location, Level.WARNING))
    return list(policies.values()), errors


def _without_template(constraint: GatekeeperObject, templates: Iterable[str]) -> str:
    hint = closest([constraint.kind], templates)
    return f"{id_of(constraint)} was not evaluated: no ConstraintTemplate is here for the kind {constraint.kind}{hint}"


def _take(policies: dict[str, Policy], policy: Policy, constraint: GatekeeperObject) -> None:
    """Two overlays may bring the same Constraint: as one policy for both, or as two where they differ."""
    known = policies.get(policy.id)
    if known is None:
        policies[policy.id] = policy
        return
    if not constraint.world or not known.rule.worlds:
        message = f"{policy.id} is already defined in {known.location}; give this Constraint its own name"
        raise PolicyError(message, constraint.at("metadata", "name"))
    same = replace(policy.rule, worlds=known.rule.worlds)
    if same == known.rule:
        policies[policy.id] = replace(known, rule=_in_worlds(known.rule, policy.rule.worlds))
        return
    world = re.sub(r"[^\w-]+", "-", constraint.world).strip("-")
    id_ = f"{policy.id}.{world}"
    policies[id_] = replace(policy, id=id_)


def _in_worlds(rule: GatekeeperRule, worlds: tuple[str, ...]) -> GatekeeperRule:
    return replace(rule, worlds=(*rule.worlds, *worlds))


def _left_aside(each: GatekeeperObject) -> PolicyError | None:
    """What a folder of policies holds that judges nothing, by name."""
    kind, name = each.kind or "document", f" {each.name}" if each.name else ""
    if each.kind in _NATIVE:
        return PolicyError(f"the {kind}{name} is written in CEL and was not evaluated", each.location)
    if each.group == _MUTATIONS:
        message = f"the {kind}{name} changes objects in the cluster; objects are judged as they are written"
        return PolicyError(message, each.location, Level.NOTE)
    if each.group == _PROVIDERS:
        message = f"the {kind}{name} gives external data, which a scan does not ask for"
        return PolicyError(message, each.location, Level.NOTE)
    if each.group in (_TEMPLATES, _CONSTRAINTS, *_BESIDE) or each.group.endswith(".gatekeeper.sh"):
        return None
    if each.group == "admissionregistration.k8s.io" and kind.endswith("PolicyBinding"):
        return None
    return PolicyError(f"the {kind}{name} is no policy and was left aside", each.location, Level.NOTE)


def _as_error(error: SourceError) -> PolicyError:
    return PolicyError(error.message, error.location)
