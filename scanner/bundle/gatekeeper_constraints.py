"""Makes a policy of a Constraint and its ConstraintTemplate."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from scanner.bundle.errors import PolicyError
from scanner.bundle.gatekeeper_objects import GatekeeperObject
from scanner.bundle.gatekeeper_schemas import problems, with_defaults
from scanner.bundle.gatekeeper_templates import Template
from scanner.core.foreign import ForeignModules, GatekeeperRule
from scanner.core.notification import Level
from scanner.core.policy import AppliesTo, Policy, Severity
from scanner.core.suggestions import closest
from scanner.core.values import Unresolved, format_path, leaves

SEVERITY = "releasegate/severity"
"""The annotation of a Constraint or its template that says the severity in this project's words."""

_SEVERITIES = {"deny": Severity.HIGH, "warn": Severity.MEDIUM, "dryrun": Severity.LOW}
_SPEC = ("enforcementAction", "match", "parameters", "scopedEnforcementActions")
_MATCH = (
    "excludedNamespaces",
    "kinds",
    "labelSelector",
    "name",
    "namespaceSelector",
    "namespaces",
    "scope",
    "source",
)
_OPERATORS = ("In", "NotIn", "Exists", "DoesNotExist")
_NAME = re.compile(r"[a-z0-9](?:[a-z0-9.-]{0,251}[a-z0-9])?")
_GLOB = re.compile(r"\*?[-:a-z0-9]*\*?")
_URL = re.compile(r"https?://[^\s<>()\"'`]+[^\s<>()\"'`.,;:]")


def policy_of(
    constraint: GatekeeperObject, template: Template, excluded: tuple[str, ...], expansions: Sequence[Mapping[str, Any]]
) -> Policy:
    """The policy that a Constraint is. Raises `PolicyError`."""
    _check(constraint)
    action = _action(constraint)
    parameters = _parameters(constraint, template)
    spec = {**constraint.body.get("spec", {}), "parameters": parameters}
    rule = GatekeeperRule(
        ForeignModules(template.modules),
        template.package,
        {**constraint.body, "spec": spec},
        action,
        template.reads,
        template.uses_inventory,
        excluded,
        tuple(expansions),
        (constraint.world,) if constraint.world else (),
    )
    description = " ".join(constraint.annotation("description").split()) or template.description
    title = template.title or _first_sentence(description) or constraint.kind
    return Policy(
        id=id_of(constraint),
        title=title,
        severity=_severity(constraint, template, action),
        engine="gatekeeper",
        applies_to=AppliesTo(_kinds(constraint), "kubernetes"),
        rule=rule,
        rationale=description,
        references=tuple(dict.fromkeys(_URL.findall(description))),
        location=constraint.at("metadata", "name"),
    )


def id_of(constraint: GatekeeperObject) -> str:
    """`K8sRequiredLabels.must-have-owner`."""
    return f"{constraint.kind}.{constraint.name}"


def _first_sentence(text: str) -> str:
    return re.split(r"(?<=[.!?])\s|\n", text.strip(), maxsplit=1)[0].rstrip(".")


def _kinds(constraint: GatekeeperObject) -> tuple[str, ...]:
    entries = constraint.get("spec", "match", "kinds")
    kinds = [kind for entry in entries or () for kind in entry.get("kinds") or ("*",)]
    return tuple(dict.fromkeys(kinds)) or ("*",)


def _severity(constraint: GatekeeperObject, template: Template, action: str) -> Severity:
    for said in (constraint, template.object):
        word = said.annotation(SEVERITY)
        if word:
            try:
                return Severity(word.lower())
            except ValueError:
                known = [str(each) for each in Severity]
                message = f"unknown severity {word!r}: expected {', '.join(known)}{closest([word], known)}"
                raise PolicyError(message, said.at("metadata", "annotations", SEVERITY)) from None
    return _SEVERITIES[action]


def _action(constraint: GatekeeperObject) -> str:
    """What Gatekeeper does about a violation; with several at its enforcement points the strictest."""
    action = constraint.get("spec", "enforcementAction")
    action = "deny" if action is None else action
    if action != "scoped":
        if action in _SEVERITIES:
            return str(action)
        known = (*_SEVERITIES, "scoped")
        message = f"{id_of(constraint)}: unknown enforcementAction {action!r}: expected {', '.join(known)}"
        raise PolicyError(message + closest([action], known), constraint.at("spec", "enforcementAction"))
    where = constraint.at("spec", "scopedEnforcementActions")
    entries = constraint.get("spec", "scopedEnforcementActions")
    if not isinstance(entries, list) or not all(isinstance(each, Mapping) for each in entries):
        message = f"{id_of(constraint)}: scopedEnforcementActions has to list {{action, enforcementPoints}}"
        raise PolicyError(message, where)
    actions = [each.get("action") for each in entries if each.get("enforcementPoints")]
    unknown = next((each for each in actions if each not in _SEVERITIES), None)
    if unknown is not None:
        message = f"{id_of(constraint)}: unknown action {unknown!r}: expected {', '.join(_SEVERITIES)}"
        raise PolicyError(message, where)
    if not actions:
        message = f"{id_of(constraint)} is enforced at no enforcement point and was not evaluated"
        raise PolicyError(message, where, Level.WARNING)
    return next(each for each in _SEVERITIES if each in actions)


def _check(constraint: GatekeeperObject) -> None:
    name = id_of(constraint)
    unknown = next((found for _, found in leaves(constraint.body) if isinstance(found, Unresolved)), None)
    if unknown is not None:
        raise PolicyError(f"{name} is not known as a whole: {unknown.reason}", constraint.location)
    if not constraint.name:
        raise PolicyError(f"this {constraint.kind} has no metadata.name", constraint.location)
    if not _NAME.fullmatch(constraint.name):
        message = f"{constraint.kind}: {constraint.name!r} is no name for an object: small letters, digits, - and ."
        raise PolicyError(message, constraint.at("metadata", "name"))
    spec = constraint.body.get("spec", {})
    if not isinstance(spec, Mapping):
        raise PolicyError(f"{name}: spec is no mapping", constraint.at("spec"))
    _check_keys(constraint, ("spec",), spec, _SPEC)
    match = spec.get("match")
    if match is None:
        return
    if not isinstance(match, Mapping):
        raise PolicyError(f"{name}: match is no mapping", constraint.at("spec", "match"))
    _check_keys(constraint, ("spec", "match"), match, _MATCH)
    kinds = match.get("kinds")
    if kinds is not None and not (
        isinstance(kinds, list)
        and all(
            isinstance(each, Mapping) and _are_texts(each.get("kinds")) and _are_texts(each.get("apiGroups"))
            for each in kinds
        )
    ):
        message = f"{name}: match.kinds has to list {{apiGroups: […], kinds: […]}}"
        raise PolicyError(message, constraint.at("spec", "match", "kinds"))
    for key in ("namespaces", "excludedNamespaces"):
        globs = match.get(key)
        if not _are_texts(globs) or not all(map(_GLOB.fullmatch, globs or ())):
            message = f"{name}: match.{key} has to list names, with * at an end at most"
            raise PolicyError(message, constraint.at("spec", "match", key))
    glob = match.get("name")
    if glob is not None and not (isinstance(glob, str) and _GLOB.fullmatch(glob)):
        message = f"{name}: match.name has to be a name, with * at an end at most"
        raise PolicyError(message, constraint.at("spec", "match", "name"))
    source = match.get("source")
    if source not in (None, "", "All", "Original", "Generated"):
        message = f"{name}: unknown source {source!r}: expected All, Original, Generated"
        raise PolicyError(message, constraint.at("spec", "match", "source"))
    for key in ("labelSelector", "namespaceSelector"):
        _check_selector(constraint, key, match.get(key))


def _check_keys(
    constraint: GatekeeperObject, path: tuple[str, ...], value: Mapping[str, Any], known: Sequence[str]
) -> None:
    for key in value:
        if key not in known:
            message = f"{id_of(constraint)}: {'.'.join(path)} has no {key}{closest([key], known)}"
            raise PolicyError(message, constraint.at(*path, key))


def _check_selector(constraint: GatekeeperObject, key: str, selector: Any) -> None:
    """What the API server checks of a selector: one that cannot be read selects nothing, and nobody would know."""

    def wrong(what: str, *path: str | int) -> PolicyError:
        message = f"{id_of(constraint)}: match.{key} {what}"
        return PolicyError(message, constraint.at("spec", "match", key, *path))

    if selector is None:
        return
    if not isinstance(selector, Mapping):
        raise wrong("is no mapping")
    for unknown in selector.keys() - {"matchLabels", "matchExpressions"}:
        raise wrong(f"has no {unknown}{closest([unknown], ('matchLabels', 'matchExpressions'))}", unknown)
    labels = selector.get("matchLabels")
    if labels is not None and not (isinstance(labels, Mapping) and _are_texts([*labels.values()])):
        raise wrong("has matchLabels whose values are no texts", "matchLabels")
    expressions = selector.get("matchExpressions")
    if expressions is not None and not isinstance(expressions, list):
        raise wrong("has matchExpressions that are no list", "matchExpressions")
    for index, each in enumerate(expressions or ()):
        values = each.get("values") if isinstance(each, Mapping) else None
        if not isinstance(each, Mapping) or not isinstance(each.get("key"), str) or not _are_texts(values):
            raise wrong("has an expression that is no {key, operator, values}", "matchExpressions", index)
        if each.get("operator") not in _OPERATORS:
            message = f"has the unknown operator {each.get('operator')!r}: expected {', '.join(_OPERATORS)}"
            raise wrong(message, "matchExpressions", index)
        if (each["operator"] in ("In", "NotIn")) != bool(values):
            message = f"has the operator {each['operator']} with{'out' if not values else ''} values"
            raise wrong(message, "matchExpressions", index)


def _are_texts(values: Any) -> bool:
    return values is None or (isinstance(values, list) and all(isinstance(each, str) for each in values))


def _parameters(constraint: GatekeeperObject, template: Template) -> Any:
    """The parameters with the defaults of the schema, as the API server would store them."""
    written = constraint.get("spec", "parameters")
    schema = template.schema
    if written is None and isinstance(schema, Mapping):
        written = schema.get("default")
    if written is not None and schema is None and not template.is_legacy:
        message = f"{id_of(constraint)} has parameters, and the template {template.kind} declares none"
        raise PolicyError(message, constraint.at("spec", "parameters"))
    parameters = with_defaults(schema, {} if written is None else written)
    if written is None:
        return {}
    wrong = next(problems(schema, parameters, template.is_legacy), None)
    if wrong is not None:
        path, message = wrong
        at = f"parameters.{format_path(path)}" if path else "parameters"
        message = f"{id_of(constraint)}: {at}: {message}"
        raise PolicyError(message, constraint.at("spec", "parameters", *path))
    return parameters
