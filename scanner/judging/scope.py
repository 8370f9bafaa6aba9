"""What the release declares about itself, read from its model manifests and the configuration."""

from collections.abc import Mapping
from typing import Any

from scanner.core.location import Location
from scanner.core.resource import Release, Resource
from scanner.core.scope import Scope
from scanner.core.values import AttributePath

# An individual's health data is personal data too, so that GDPR speaks of it where it is declared.
_IMPLIED_DATA: Mapping[str, tuple[str, ...]] = {"phi": ("phi", "personal"), "special": ("special", "personal")}


def declared_scope(release: Release, configured: Mapping[str, tuple[str, ...]]) -> Scope:
    """The facts that the release's models declare, added up; a configured dimension replaces what they say."""
    facts: dict[str, set[str]] = {}
    evidence: list[Location] = []
    for model in release.by_type.get("model", ()):
        for dimension, values, path in _declared(model):
            facts.setdefault(dimension, set()).update(values)
            evidence.append(model.locate(path))
    for dimension, configured_values in configured.items():
        facts[dimension] = set(configured_values)
    if "data" in facts:
        facts["data"] = {implied for word in facts["data"] for implied in _IMPLIED_DATA.get(word, (word,))}
    declared = {dimension: frozenset(facts[dimension]) for dimension in sorted(facts)}
    return Scope(declared, tuple(sorted(set(evidence))))


def _declared(model: Resource) -> list[tuple[str, set[str], AttributePath]]:
    """(dimension, values, attribute that says so) for each fact that is written and known."""
    data = _mapping(model.attributes.get("data"))
    act = _mapping(model.attributes.get("eu_ai_act"))
    deployment = _mapping(model.attributes.get("deployment"))
    facts: list[tuple[str, set[str], AttributePath]] = []

    def add(dimension: str, value: Any, path: AttributePath) -> None:
        if isinstance(value, str) and value:
            facts.append((dimension, {value.lower()}, path))

    add("data", data.get("classification"), ("data", "classification"))
    for flag, word in (("personal_data", "personal"), ("special_categories", "special")):
        if data.get(flag) is True:
            facts.append(("data", {word}, ("data", flag)))
    add("risk_class", act.get("risk_class"), ("eu_ai_act", "risk_class"))
    add("role", act.get("role"), ("eu_ai_act", "role"))
    add("environment", deployment.get("environment"), ("deployment", "environment"))
    annexes = [annex for annex in ("annex_iii", "annex_i") if act.get(annex)]
    facts.extend(("annex", {annex}, ("eu_ai_act", annex)) for annex in annexes)
    return facts


def _mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def release_resource(release: Release, scope: Scope) -> Resource | None:
    """The release itself as a resource, so that what it fails to declare can be judged; None when it is empty.

    It stands where the declaration would: at a release manifest, else at the first served workload, else
    at the first file.
    """
    models = release.by_type.get("model", ())
    manifests = [model for model in models if model.attributes.get("source") == "model-release"]
    serving = [workload for workload in release.by_type.get("workload", ()) if workload.attributes.get("serving")]
    hosts = manifests or serving or list(release.resources)
    if hosts:
        host = min(hosts, key=lambda resource: (resource.location, resource.key))
        location, lines = host.location, host.attribute_locations if manifests else {}
    elif release.source_files:
        location, lines = Location(release.source_files[0].path, 1), {}
    else:
        return None
    declared = {dimension: sorted(values) for dimension, values in scope.declared.items()}
    attributes = {"declared": declared, "models": len(models), "manifests": len(manifests), "serving": len(serving)}
    renamed = {("declared", *_DECLARED_AT[path]): at for path, at in lines.items() if path in _DECLARED_AT}
    return Resource("release", "release", "release", attributes, location, renamed, origin="release")


_DECLARED_AT: Mapping[AttributePath, AttributePath] = {
    ("data", "classification"): ("data",),
    ("eu_ai_act", "risk_class"): ("risk_class",),
    ("eu_ai_act", "role"): ("role",),
    ("deployment", "environment"): ("environment",),
}
